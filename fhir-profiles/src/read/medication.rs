//! Medications: somatostatin analogues and other systemic treatment, by code or by the name of the ingredient.

use super::Reader;
use super::procedure::known_status;
use super::record::Record;
use super::words::has_words;
use crate::catalogue::FactId;
use crate::chart::{Coding, Item};
use crate::codes::{Codes, Meaning, system};
use crate::facts::{Reading, Source, Value};
use std::collections::BTreeSet;

const SOMATOSTATIN_ANALOGUES: &[&str] = &["octreotide", "lanreotide", "pasireotide"];

/// A somatostatin analogue of which no more is said.
pub(super) const ANALOGUE: &str = "somatostatin analogue";

/// Names by which a product says what is in it. Interpretation I26: charts carry codes of products, of which no list is
/// complete, so the ingredient as whole words in the text or display of a Medication counts.
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
    coded(codings, codes).chain(named).collect()
}

/// The drugs that codes mean.
pub(super) fn coded(codings: &[Coding<'_>], codes: &Codes) -> impl Iterator<Item = &'static str> {
    codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .filter_map(|m| match m {
            Meaning::Drug(drug) => Some(drug),
            Meaning::Fact(FactId::OnSsa) => Some(ANALOGUE),
            Meaning::Fact(FactId::PriorSystemicTherapy) => Some("systemic therapy"),
            _ => None,
        })
}

/// What a medication record says of a drug.
enum Taken {
    Now,
    Before,
    /// Stopped: absent now, and no evidence of the past either way.
    NotNow(&'static str),
    Nothing(String),
    Never,
}

fn taken(kind: &str, record: &Record<'_>) -> Taken {
    let status = record.status();
    let nothing = || Taken::Nothing(format!("status {}: no evidence either way", known_status(status)));
    if status == "entered-in-error" {
        return Taken::Never;
    }
    if kind == "MedicationRequest" {
        let intent = record.node.text("intent").unwrap_or_default().trim();
        if !matches!(
            intent,
            "order" | "original-order" | "instance-order" | "filler-order"
        ) {
            return Taken::Nothing("not an order".into());
        }
        let forbidden = record.node.flag("doNotPerform") == Some(true);
        return match status {
            "active" | "completed" | "stopped" | "cancelled" if forbidden => {
                Taken::NotNow("an order not to give it")
            }
            "active" => Taken::Now,
            "completed" => Taken::Before,
            "stopped" => Taken::NotNow("stopped"),
            "cancelled" => Taken::NotNow("cancelled"),
            _ => nothing(),
        };
    }
    match status {
        "active" | "in-progress" => Taken::Now,
        "completed" => Taken::Before,
        "stopped" => Taken::NotNow("stopped"),
        "not-taken" => Taken::NotNow("not taken"),
        "recorded" => adherence(record).unwrap_or_else(nothing),
        _ => nothing(),
    }
}

/// What an R5 statement says of taking the drug; that it is recorded says nothing.
fn adherence(record: &Record<'_>) -> Option<Taken> {
    let code = record.node.get("adherence")?.get("code")?;
    let codings = code.codings();
    let mut said = codings
        .iter()
        .filter_map(|coding| coding.code_in(system::ADHERENCE));
    match (said.next()?, said.next()) {
        ("taking", None) => Some(Taken::Now),
        ("not-taking", None) => Some(Taken::NotNow("not taken")),
        ("stopped" | "stopped-as-directed", None) => Some(Taken::NotNow("stopped")),
        _ => None,
    }
}

impl Reader<'_> {
    pub(super) fn medication(&mut self, item: &Item<'_>, mut record: Record<'_>) {
        record.date_by(
            &[
                "effectiveDateTime",
                "effectivePeriod",
                "occurrenceDateTime",
                "occurrencePeriod",
                // R5 writes it so for a MedicationAdministration.
                "occurenceDateTime",
                "occurencePeriod",
                "authoredOn",
                "dateAsserted",
            ],
            self.as_of,
        );
        let (drugs, recorded) = {
            let said = self.medications.said(&item.narrow);
            (drugs(&said.codings, &said.texts, self.codes), said.wording)
        };
        for drug in drugs {
            self.drug(drug, taken(item.kind(), &record), &record, &recorded);
        }
    }

    fn drug(&mut self, drug: &str, taken: Taken, record: &Record<'_>, recorded: &str) {
        let analogue = SOMATOSTATIN_ANALOGUES.contains(&drug) || drug == ANALOGUE;
        let systemic = FactId::PriorSystemicTherapy;
        match &taken {
            Taken::Now | Taken::Before => {
                if let Some(present) = systemic.word("present") {
                    let mut reading = Reading::new(
                        Value::Word(present),
                        Source::Medication,
                        record.evidence(recorded),
                    );
                    reading.detail = Some(drug.to_owned());
                    self.facts.reading(systemic, reading);
                }
            }
            Taken::NotNow(note) => {
                self.facts.shown(systemic, record.noted(recorded, *note));
            }
            Taken::Nothing(note) => {
                self.facts.shown(systemic, record.noted(recorded, note.as_str()));
            }
            Taken::Never => {}
        }
        if !analogue {
            return;
        }
        match taken {
            Taken::Now => self.add(
                FactId::OnSsa,
                "present",
                Source::Medication,
                record.evidence(recorded),
            ),
            Taken::Before => {
                let evidence = record.noted(recorded, "completed");
                self.add(FactId::OnSsa, "absent", Source::Medication, evidence);
            }
            Taken::NotNow(note) => {
                self.add(
                    FactId::OnSsa,
                    "absent",
                    Source::Medication,
                    record.noted(recorded, note),
                );
            }
            Taken::Nothing(note) => {
                self.facts.shown(FactId::OnSsa, record.noted(recorded, note));
            }
            Taken::Never => {}
        }
    }
}
