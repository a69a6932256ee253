//! Medications: what is given, was given or is not given any more, by code, by the name of the ingredient or by brand.

use super::drugs::{SYSTEMIC, as_given, drugs};
use super::known::Known;
use super::record::Record;
use super::told::{Told, no_evidence};
use super::treatment::{dated, treated};
use crate::catalogue::FactId;
use crate::chart::Item;
use crate::codes::system;
use crate::facts::{FactsBuilder, Reading, Says, Source, Value};
use crate::treatments::Treatment;
use jiff::civil::Date;
use std::collections::BTreeSet;

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

pub(super) fn medication(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    item: &Item<'_>,
    mut record: Record<'_>,
) {
    let said = known.medications.said(&item.narrow);
    let drugs = drugs(&said.codings, &said.texts, known.codes);
    let told = told(item.kind(), &record);
    if matches!((&told, record.status()), (Told::Says(Says::Dose), "stopped")) {
        record.notes.push("stopped: given in part".into());
    }
    if drugs.contains(SYSTEMIC) {
        some_systemic(known.as_of, facts, &told, &record, &said.wording);
    }
    let treatments: BTreeSet<Treatment> = drugs.into_iter().filter_map(as_given).collect();
    if !treatments.is_empty() {
        treated(
            known,
            facts,
            &treatments,
            told,
            &record,
            (&said.codings, &said.texts, &said.wording),
        );
    }
}

/// A site's code of some systemic treatment says no more than the fact's own code.
fn some_systemic(as_of: Date, facts: &mut FactsBuilder, told: &Told, record: &Record<'_>, recorded: &str) {
    let fact = FactId::PriorSystemicTherapy;
    match told {
        Told::Says(says) if *says != Says::NotGiven => {
            let evidence = dated(as_of, *says, record, recorded);
            if let Some(present) = fact.word("present") {
                let mut reading = Reading::new(Value::Word(present), Source::Medication, evidence);
                reading.detail = Some(SYSTEMIC.to_owned());
                facts.reading(fact, reading);
            }
        }
        Told::Says(_) => {
            facts.shown(
                fact,
                record.noted(recorded, "not given: no evidence that it ever was"),
            );
        }
        Told::Shown(note, _) => {
            facts.shown(fact, record.noted(recorded, note.as_str()));
        }
        Told::Never => {}
    }
}
