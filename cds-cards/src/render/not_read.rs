//! What of the record was not read, in one sentence.

use super::words;
use crate::assessment::NotReadReport;
use std::collections::BTreeSet;

/// What one of a kind is called and what several are, in the order in which they are said.
const NOUNS: &[(&str, &str)] = &[
    ("pathology report", "pathology reports"),
    ("imaging report", "imaging reports"),
    ("laboratory report", "laboratory reports"),
    ("report", "reports"),
    ("document", "documents"),
    ("diagnosis", "diagnoses"),
    ("observation", "observations"),
    ("procedure", "procedures"),
    ("medication order", "medication orders"),
    ("medication statement", "medication statements"),
    ("medication administration", "medication administrations"),
    ("medication dispense", "medication dispenses"),
    ("medication", "medications"),
    ("patient record", "patient records"),
    ("record", "records"),
];

/// What those are called that do not say what they are, by the kind of their resource.
const KINDS: &[(&str, &str)] = &[
    ("DiagnosticReport", "report"),
    ("DocumentReference", "document"),
    ("Condition", "diagnosis"),
    ("Observation", "observation"),
    ("Procedure", "procedure"),
    ("MedicationRequest", "medication order"),
    ("MedicationStatement", "medication statement"),
    ("MedicationAdministration", "medication administration"),
    ("MedicationDispense", "medication dispense"),
    ("Medication", "medication"),
    ("Patient", "patient record"),
];

/// "2 pathology reports and 1 document were not read"; nothing if all of the record was.
pub fn not_read(records: &[NotReadReport]) -> Option<String> {
    let counted: BTreeSet<(usize, &str)> = records
        .iter()
        .map(|record| (noun(record), record.reference.as_str()))
        .collect();
    let parts: Vec<String> = NOUNS
        .iter()
        .enumerate()
        .filter_map(|(index, (one, several))| {
            match counted.iter().filter(|(noun, _)| *noun == index).count() {
                0 => None,
                1 => Some(format!("1 {one}")),
                count => Some(format!("{count} {several}")),
            }
        })
        .collect();
    let verb = if counted.len() == 1 { "was" } else { "were" };
    (!parts.is_empty()).then(|| format!("{} {verb} not read", words::all_of(&parts)))
}

/// The place of its noun.
fn noun(record: &NotReadReport) -> usize {
    let place = |name: &str| NOUNS.iter().position(|(one, _)| *one == name);
    let head = record.what.split(',').next().unwrap_or_default();
    let by_kind = || {
        let kind = record.reference.split('/').rev().nth(1).unwrap_or_default();
        let known = KINDS.iter().find(|(known, _)| *known == kind);
        known.and_then(|(_, name)| place(name))
    };
    place(head).or_else(by_kind).unwrap_or(NOUNS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir_profiles::facts::NotReadWhy;

    fn records(all: &[(&str, &str)]) -> Vec<NotReadReport> {
        let one = |(reference, what): &(&str, &str)| NotReadReport {
            reference: (*reference).to_owned(),
            what: (*what).to_owned(),
            date: None,
            why: NotReadWhy::NotText,
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn what_was_not_read_is_counted_by_what_it_is() {
        for (all, sentence) in [
            (&[][..], None),
            (
                &[("DocumentReference/a", "document, PDF")],
                Some("1 document was not read"),
            ),
            (
                &[
                    ("DocumentReference/d", "document, PDF"),
                    ("DiagnosticReport/a", "pathology report, text"),
                    ("DocumentReference/b", "pathology report, PDF"),
                ],
                Some("2 pathology reports and 1 document were not read"),
            ),
            (
                &[
                    ("Condition/a", "diagnosis"),
                    ("Condition/b", "Liver metastases"),
                    ("Observation/a", "observation, perhaps Ki-67"),
                    ("entry 3", "record"),
                ],
                Some("2 diagnoses, 1 observation and 1 record were not read"),
            ),
            // One record that bears on two facts is one record.
            (
                &[
                    ("Condition/a", "Liver metastases"),
                    ("Condition/a", "Extrahepatic metastases"),
                ],
                Some("1 diagnosis was not read"),
            ),
            (
                &[("https://ehr.example/Observation/x", "T category")],
                Some("1 observation was not read"),
            ),
            (&[("Basic/x", "something")], Some("1 record was not read")),
        ] {
            assert_eq!(not_read(&records(all)).as_deref(), sentence, "{all:?}");
        }
    }
}
