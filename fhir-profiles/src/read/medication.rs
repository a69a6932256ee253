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
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A somatostatin analogue of which no more is said.
pub(super) const ANALOGUE: &str = "somatostatin analogue";

/// An antineoplastic drug that has no code of its own among the treatments.
const ANTINEOPLASTIC: &str = "antineoplastic-agent";

/// A systemic treatment of which no more is said.
const SYSTEMIC: &str = "systemic therapy";

/// Words beside the name of a drug.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Beside {
    /// That it is not given, or not any more.
    pub(super) taken_back: Vec<String>,
    /// That it is not, or not yet, taken.
    not_taken: Vec<String>,
    /// That the product is a tracer or a local treatment.
    pub(super) not_systemic: Vec<String>,
}

/// The words of `lexicon/medications.toml`, which a test reads.
pub(super) static BESIDE: LazyLock<Beside> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/medications.toml")).unwrap_or_default());

fn says(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| has_words(text, word))
}

/// The drugs of a Medication.
pub(super) type Drugs = BTreeSet<&'static str>;

pub(super) fn drugs(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> Drugs {
    if texts.iter().any(|text| says(text, &BESIDE.not_systemic)) {
        return Drugs::new();
    }
    let is_taken = |text: &str| !says(text, &BESIDE.taken_back) && !says(text, &BESIDE.not_taken);
    let taken: Vec<&str> = texts.iter().copied().filter(|text| is_taken(text)).collect();
    let regimens = codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|meaning| match meaning {
            Meaning::Treats(treatment) => Some(treatment),
            _ => None,
        });
    let named = named(&taken, codes);
    coded(codings, codes).chain(regimens).chain(named).collect()
}

/// The drugs that texts name. Interpretation I26: charts carry codes of products, of which no list is complete, so the
/// ingredient, a brand or a protocol as whole words in the text or display of a Medication counts.
pub(super) fn named<'c>(texts: &[&str], codes: &'c Codes) -> impl Iterator<Item = &'static str> + use<'c> {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    codes
        .names()
        .filter(move |(name, _)| texts.iter().any(|text| has_words(text, name)))
        .flat_map(|(_, drugs)| drugs)
}

/// The drugs that codes mean. Interpretation I34: what ATC classes as an antineoplastic agent is one, whether or not its
/// code is known here.
pub(super) fn coded(codings: &[Coding<'_>], codes: &Codes) -> impl Iterator<Item = &'static str> {
    let drug = |meaning: Meaning| match meaning {
        Meaning::Drug(drug) => Some(drug),
        Meaning::Fact(FactId::OnSsa) => Some(ANALOGUE),
        Meaning::Fact(FactId::PriorSystemicTherapy) | Meaning::Asks(FactId::PriorSystemicTherapy) => {
            Some(SYSTEMIC)
        }
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
pub(super) fn is_drug(treatment: Treatment, codes: &Codes) -> bool {
    let code = treatment.as_str();
    let named = || codes.names().any(|(_, mut drugs)| drugs.any(|drug| drug == code));
    code != "prrt" && (code == "somatostatin-analogue" || named())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_beside_a_drug_are_read_and_in_small_letters() {
        let read: Beside = toml::from_str(include_str!("../../lexicon/medications.toml")).unwrap();
        let mut all = BTreeSet::new();
        for word in read
            .taken_back
            .iter()
            .chain(&read.not_taken)
            .chain(&read.not_systemic)
        {
            assert_eq!(*word, word.to_lowercase());
            assert!(all.insert(word), "{word} stands there twice");
        }
    }

    #[test]
    fn a_drug_is_named_in_every_language_and_not_where_it_is_taken_back() {
        let named = |text: &str| {
            drugs(&[], &[text], Codes::embedded())
                .into_iter()
                .collect::<Vec<_>>()
        };
        for (text, drug) in [
            ("Octreotid", "octreotide"),
            ("Sandostatin LAR Monatsdepot 30 mg", "octreotide"),
            ("Lanreotid 120 mg s.c. alle 28 Tage", "lanreotide"),
            ("SOMATULINE AUTOGEL 120 mg", "lanreotide"),
            ("Lanréotide LP 120 mg", "lanreotide"),
            ("Octreotida 20 mg mensual", "octreotide"),
            ("Évérolimus 10 mg/j", "everolimus"),
            ("Témozolomide", "temozolomide"),
            ("Cisplatino 75 mg/m2", "cisplatin"),
            ("Estreptozocina", "streptozocin"),
            ("Interferone alfa 3 MUI", "interferon-alfa"),
            ("Lutetium (177Lu) Oxodotreotid", "lutetium-dotatate"),
            ("177Lu-DOTATOC 7,4 GBq", "prrt"),
        ] {
            assert_eq!(named(text), [drug], "{text}");
        }
        assert_eq!(named("CAPTEM"), ["temozolomide-capecitabine"]);
        assert_eq!(named("STZ/5-FU"), ["fluorouracil", "streptozocin"]);
        for text in [
            "kein Octreotid",
            "Octreotid abgesetzt 2024",
            "Lanreotid pausiert",
            "Unverträglichkeit: Capecitabin",
            "Everolimus geplant",
            "ggf. CAPTEM",
            "Z.n. Streptozotocin",
            "sans octréotide",
            "sin lanreotida",
            "lanreotide sospeso",
            "Octreotid-Szintigraphie",
            "68Ga-DOTATOC PET/CT",
            "111In-Octreotid",
            "5-FU Creme",
            "Octreotidtest",
        ] {
            assert_eq!(named(text), Vec::<&str>::new(), "{text}");
        }
    }
}
