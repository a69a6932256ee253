//! Medications: what is given, was given or is not given any more, by code, by the name of the ingredient or by brand.

use super::Reader;
use super::procedure::no_evidence;
use super::record::Record;
use super::treatment::{Told, as_given};
use super::words::has_words;
use crate::catalogue::FactId;
use crate::chart::{Coding, Item};
use crate::codes::{Codes, Meaning, system};
use crate::facts::{Reading, Says, Source, Value};
use crate::treatments::Treatment;
use std::collections::BTreeSet;

/// A somatostatin analogue of which no more is said.
pub(super) const ANALOGUE: &str = "somatostatin analogue";

/// An antineoplastic drug that has no code of its own among the treatments.
const ANTINEOPLASTIC: &str = "antineoplastic-agent";

/// A systemic treatment of which no more is said.
const SYSTEMIC: &str = "systemic therapy";

/// Names by which a product says what is in it. Interpretation I26: charts carry codes of products, of which no list is
/// complete, so the ingredient or the brand as whole words in the text or display of a Medication counts.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("octreotide", "octreotide"),
    ("lanreotide", "lanreotide"),
    ("pasireotide", "pasireotide"),
    ("interferon alfa", "interferon-alfa"),
    ("interferon alpha", "interferon-alfa"),
    ("peginterferon alfa", "interferon-alfa"),
    ("streptozocin", "streptozocin"),
    ("streptozotocin", "streptozocin"),
    ("fluorouracil", "fluorouracil"),
    ("doxorubicin", "doxorubicin"),
    ("epirubicin", "epirubicin"),
    ("cisplatin", "cisplatin"),
    ("carboplatin", "carboplatin"),
    ("oxaliplatin", "oxaliplatin"),
    ("etoposide", "etoposide"),
    ("dacarbazine", "dacarbazine"),
    ("temozolomide", "temozolomide"),
    ("capecitabine", "capecitabine"),
    ("everolimus", "everolimus"),
    ("sunitinib", "sunitinib"),
    ("cabozantinib", "cabozantinib"),
    ("irinotecan", "irinotecan"),
    ("bevacizumab", "bevacizumab"),
    ("belzutifan", "belzutifan"),
    ("welireg", "belzutifan"),
    ("lutetium dotatate", "lutetium-dotatate"),
    ("lutetium oxodotreotide", "lutetium-dotatate"),
    ("oxodotreotide", "lutetium-dotatate"),
    ("lu 177 dotatate", "lutetium-dotatate"),
    ("lu-177 dotatate", "lutetium-dotatate"),
    ("177lu-dotatate", "lutetium-dotatate"),
    ("lu-177-dotatate", "lutetium-dotatate"),
    ("lu-177 dota-tate", "lutetium-dotatate"),
    ("177lu-dota-tate", "lutetium-dotatate"),
    ("lu-dotatate", "lutetium-dotatate"),
    ("lu-dota-tate", "lutetium-dotatate"),
    ("lutathera", "lutetium-dotatate"),
    ("sutent", "sunitinib"),
    ("afinitor", "everolimus"),
    ("sandostatin", "octreotide"),
    ("sandostatine", "octreotide"),
    ("bynfezia", "octreotide"),
    ("mycapssa", "octreotide"),
    ("somatuline", "lanreotide"),
    ("ipstyl", "lanreotide"),
    ("signifor", "pasireotide"),
    ("intron a", "interferon-alfa"),
    ("introna", "interferon-alfa"),
    ("roferon", "interferon-alfa"),
    ("roferon-a", "interferon-alfa"),
    ("pegasys", "interferon-alfa"),
    ("pegintron", "interferon-alfa"),
    ("zanosar", "streptozocin"),
    ("adrucil", "fluorouracil"),
    ("5-fu", "fluorouracil"),
    ("5-fluorouracil", "fluorouracil"),
    ("paraplatin", "carboplatin"),
    ("eloxatin", "oxaliplatin"),
    ("etopophos", "etoposide"),
    ("temodal", "temozolomide"),
    ("temodar", "temozolomide"),
    ("xeloda", "capecitabine"),
    ("votubia", "everolimus"),
    ("cabometyx", "cabozantinib"),
    ("cometriq", "cabozantinib"),
    ("onivyde", "irinotecan"),
    ("avastin", "bevacizumab"),
    ("captem", "temozolomide-capecitabine"),
    ("capecitabine/temozolomide", "temozolomide-capecitabine"),
    ("gemcitabine", ANTINEOPLASTIC),
    ("paclitaxel", ANTINEOPLASTIC),
    ("docetaxel", ANTINEOPLASTIC),
    ("topotecan", ANTINEOPLASTIC),
    ("pazopanib", ANTINEOPLASTIC),
    ("surufatinib", ANTINEOPLASTIC),
    ("lenvatinib", ANTINEOPLASTIC),
    ("axitinib", ANTINEOPLASTIC),
    ("sorafenib", ANTINEOPLASTIC),
    ("regorafenib", ANTINEOPLASTIC),
    ("nivolumab", ANTINEOPLASTIC),
    ("pembrolizumab", ANTINEOPLASTIC),
    ("ipilimumab", ANTINEOPLASTIC),
    ("atezolizumab", ANTINEOPLASTIC),
    ("vincristine", ANTINEOPLASTIC),
    ("mitotane", ANTINEOPLASTIC),
];

/// Words that make a product a tracer or a local treatment.
pub(super) const NOT_SYSTEMIC: &[&str] = &[
    "topical",
    "cream",
    "ointment",
    "ophthalmic",
    "intravitreal",
    "indium",
    "in-111",
    "in 111",
    "technetium",
    "tc-99m",
    "hynic",
    "gallium",
    "ga-68",
    "ga 68",
    "copper",
    "cu-64",
    "cu 64",
    "diagnostic",
];

/// Words that say of a treatment that it is not given, or not any more.
pub(super) const TAKEN_BACK: &[&str] = &[
    "no",
    "not",
    "never",
    "without",
    "stop",
    "stopped",
    "discontinued",
    "discontinue",
    "hold",
    "held",
    "refused",
    "refuses",
    "declined",
    "declines",
    "allergy",
    "allergic",
    "intolerance",
    "intolerant",
    "contraindicated",
    "contraindication",
    "avoid",
    "denies",
];

/// Words that say of a drug of the record that it is not, or not yet, one that is taken.
const NOT_TAKEN: &[&str] = &["intolerable", "placebo", "planned", "consider"];

/// The drugs of a Medication.
pub(super) type Drugs = BTreeSet<&'static str>;

pub(super) fn drugs(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> Drugs {
    if texts
        .iter()
        .any(|text| NOT_SYSTEMIC.iter().any(|word| has_words(text, word)))
    {
        return Drugs::new();
    }
    let is_taken = |text: &str| {
        let mut back = TAKEN_BACK.iter().chain(NOT_TAKEN);
        !back.any(|word| has_words(text, word))
    };
    let named = NAMES
        .iter()
        .filter(|(name, _)| {
            let mut texts = texts.iter();
            texts.any(|text| has_words(text, name) && is_taken(text))
        })
        .map(|(_, drug)| *drug);
    let regimens = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::Treats(treatment) => Some(treatment),
            _ => None,
        });
    coded(codings, codes).chain(regimens).chain(named).collect()
}

/// The drugs that codes mean. Interpretation I34: what ATC classes as an antineoplastic agent is one, whether or not its
/// code is known here.
pub(super) fn coded(codings: &[Coding<'_>], codes: &Codes) -> impl Iterator<Item = &'static str> {
    let drug = |meaning: Meaning| match meaning {
        Meaning::Drug(drug) => Some(drug),
        Meaning::Fact(FactId::OnSsa) => Some(ANALOGUE),
        Meaning::Fact(FactId::PriorSystemicTherapy) => Some(SYSTEMIC),
        _ => None,
    };
    codings.iter().flat_map(move |coding| {
        let known: Vec<&'static str> = codes.meanings(coding).filter_map(drug).collect();
        let atc = coding.code_in(system::ATC);
        let unknown = known.is_empty() && atc.is_some_and(|code| code.starts_with("L01"));
        known.into_iter().chain(unknown.then_some(ANTINEOPLASTIC))
    })
}

/// Whether the treatment is a drug that can be given by itself.
pub(super) fn is_drug(treatment: Treatment) -> bool {
    NAMES.iter().any(|(_, drug)| *drug == treatment.as_str()) || treatment.as_str() == "somatostatin-analogue"
}

/// Intents of what is to be done; others are thoughts.
const ORDERS: &[&str] = &["order", "original-order", "instance-order", "filler-order"];

/// What a record tells of the treatments that it names, by its kind and status (specification, section 2).
fn told(kind: &str, record: &Record<'_>) -> Told {
    let status = record.status();
    let nothing = || no_evidence(status);
    if status == "entered-in-error" {
        return Told::Never;
    }
    match kind {
        "MedicationRequest" => {
            let intent = record.node.text("intent").unwrap_or_default().trim();
            if !ORDERS.contains(&intent) {
                return Told::shown("not an order");
            }
            let forbidden = record.node.flag("doNotPerform") == Some(true);
            match status {
                "cancelled" => Told::shown("cancelled: this order was not carried out"),
                "active" | "completed" | "stopped" if forbidden => Told::Says(Says::NotGiven),
                "active" => Told::Says(Says::Running),
                "completed" => Told::Says(Says::Completed),
                "stopped" => Told::Says(Says::NotGiven),
                _ => nothing(),
            }
        }
        "MedicationAdministration" => match status {
            "in-progress" => Told::Says(Says::DoseRunning),
            "completed" | "stopped" => Told::Says(Says::Dose),
            _ => nothing(),
        },
        "MedicationDispense" => match status {
            "completed" => Told::Says(Says::Dispensed),
            _ => nothing(),
        },
        _ => match status {
            "active" => Told::Says(Says::Running),
            "completed" => Told::Says(Says::Completed),
            "stopped" => Told::Says(Says::Stopped),
            "not-taken" => Told::Says(Says::NotGiven),
            "recorded" => adherence(record).unwrap_or_else(nothing),
            _ => nothing(),
        },
    }
}

/// What an R5 statement says of taking the drug. One that says nothing of it is of a drug that is taken; nothing where
/// what it says is not understood.
fn adherence(record: &Record<'_>) -> Option<Told> {
    let Some(adherence) = record.node.get("adherence") else {
        return Some(Told::Says(Says::Running));
    };
    let codings = adherence.get("code")?.codings();
    let mut said = codings
        .iter()
        .filter_map(|coding| coding.code_in(system::ADHERENCE));
    match (said.next()?, said.next()) {
        ("taking" | "taking-as-directed" | "taking-not-as-directed", None) => Some(Told::Says(Says::Running)),
        ("not-taking", None) => Some(Told::Says(Says::NotGiven)),
        ("stopped" | "stopped-as-directed" | "stopped-not-as-directed", None) => {
            Some(Told::Says(Says::Stopped))
        }
        _ => None,
    }
}

impl Reader<'_> {
    pub(super) fn medication(&mut self, item: &Item<'_>, mut record: Record<'_>) {
        let medications = std::mem::take(&mut self.medications);
        let said = medications.said(&item.narrow);
        let drugs = drugs(&said.codings, &said.texts, self.codes);
        let told = told(item.kind(), &record);
        if matches!((&told, record.status()), (Told::Says(Says::Dose), "stopped")) {
            record.notes.push("stopped: given in part".into());
        }
        if drugs.contains(SYSTEMIC) {
            self.some_systemic(&told, &record, &said.wording);
        }
        let treatments: BTreeSet<Treatment> = drugs.into_iter().filter_map(as_given).collect();
        if !treatments.is_empty() {
            self.treated(
                &treatments,
                told,
                &record,
                (&said.codings, &said.texts, &said.wording),
            );
        }
        self.medications = medications;
    }

    /// A site's code of some systemic treatment says no more than the fact's own code.
    fn some_systemic(&mut self, told: &Told, record: &Record<'_>, recorded: &str) {
        let fact = FactId::PriorSystemicTherapy;
        match told {
            Told::Says(says) if *says != Says::NotGiven => {
                let evidence = self.dated(*says, record, recorded);
                if let Some(present) = fact.word("present") {
                    let mut reading = Reading::new(Value::Word(present), Source::Medication, evidence);
                    reading.detail = Some(SYSTEMIC.to_owned());
                    self.facts.reading(fact, reading);
                }
            }
            Told::Says(_) => {
                self.facts.shown(
                    fact,
                    record.noted(recorded, "not given: no evidence that it ever was"),
                );
            }
            Told::Shown(note, _) => {
                self.facts.shown(fact, record.noted(recorded, note.as_str()));
            }
            Told::Never => {}
        }
    }
}
