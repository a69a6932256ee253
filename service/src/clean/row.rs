//! The same facts as rows of a table: one a reading that counts, or one that says why nothing is known.

use super::standing::standing;
use cds_cards::Knowledge;
use fhir_profiles::Facts;
use fhir_profiles::facts::{Evidence, Fact, Reading, Specimen, Unknown, Value};
use serde::Serialize;

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// `Patient/id`.
    pub patient: String,
    /// The fact.
    pub fact: String,
    /// A word, words with blanks between them, or an exact number.
    pub value: String,
    /// Lower end of a number that is not exact; empty where it has none.
    pub low: String,
    /// Whether that end belongs to it.
    pub low_inclusive: Option<bool>,
    /// Upper end.
    pub high: String,
    /// Whether that end belongs to it.
    pub high_inclusive: Option<bool>,
    /// The unit of the number.
    pub unit: String,
    /// The staging or grading system.
    pub system: String,
    /// `primary` or `metastasis`.
    pub specimen: String,
    /// Since when it has been so.
    pub since: String,
    /// The day on which it stands.
    pub date: String,
    /// `missing` or `unreadable`, where nothing is known.
    pub unknown: String,
    /// Why what is missing may be on record all the same, in the words of the contract.
    pub gap: String,
    /// The records that it was read from, with blanks between them.
    pub records: String,
}

/// The facts of one patient, in the order of the catalogue.
pub fn rows(facts: &Facts, knowledge: &Knowledge, subject: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for id in knowledge.catalogue.facts() {
        let fact = facts.get(id);
        let blank = Row {
            patient: subject.to_owned(),
            fact: id.as_str().to_owned(),
            ..Row::default()
        };
        match fact.readings() {
            Err(unknown) => rows.push(Row {
                ..lacking(blank, fact, unknown)
            }),
            Ok(readings) => rows.extend(standing(id, readings).into_iter().map(|(reading, day)| {
                let unit = reading.unit.as_deref().or(id.info().unit.as_deref());
                let number = matches!(reading.value, Value::Number(_));
                Row {
                    unit: unit.filter(|_| number).unwrap_or_default().to_owned(),
                    date: day.map(|day| day.to_string()).unwrap_or_default(),
                    ..said(blank.clone(), reading)
                }
            })),
        }
    }
    rows
}

fn said(row: Row, reading: &Reading) -> Row {
    let row = Row {
        system: reading.system.map_or("", |system| system.as_str()).to_owned(),
        specimen: match reading.specimen {
            None => "",
            Some(Specimen::Primary) => "primary",
            Some(Specimen::Metastasis) => "metastasis",
        }
        .to_owned(),
        since: reading.since.map(|day| day.to_string()).unwrap_or_default(),
        records: records(&reading.evidence),
        ..row
    };
    match &reading.value {
        Value::Word(word) => Row {
            value: word.as_str().to_owned(),
            ..row
        },
        Value::Words(words) => Row {
            value: words
                .iter()
                .map(|word| word.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            ..row
        },
        Value::Number(interval) => match interval.as_exact() {
            Some(number) => Row {
                value: number.normalize().to_string(),
                ..row
            },
            None => Row {
                low: interval
                    .low()
                    .map(|end| end.value.normalize().to_string())
                    .unwrap_or_default(),
                low_inclusive: interval.low().map(|end| end.inclusive),
                high: interval
                    .high()
                    .map(|end| end.value.normalize().to_string())
                    .unwrap_or_default(),
                high_inclusive: interval.high().map(|end| end.inclusive),
                ..row
            },
        },
    }
}

fn lacking(row: Row, fact: &Fact, unknown: Unknown) -> Row {
    let (word, evidence) = match unknown {
        Unknown::Missing => ("missing", &fact.shown),
        Unknown::Unreadable => ("unreadable", &fact.unread),
    };
    Row {
        unknown: word.to_owned(),
        gap: fact
            .records_missing_by()
            .map_or("", |gap| gap.as_str())
            .to_owned(),
        records: records(evidence),
        ..row
    }
}

fn records(evidence: &[Evidence]) -> String {
    let mut all: Vec<&str> = evidence.iter().map(|one| one.reference.as_str()).collect();
    all.dedup();
    all.join(" ")
}
