//! What a treatment is given for: the reason as recorded, and whether it names another diagnosis than the PNET.

use super::around::{key, keys};
use super::element::Node;
use super::record::Record;
use super::root::Root;
use crate::catalogue::FactId;
use crate::chart::{Chart, Concept};
use crate::codes::system::{ICD_10, SNOMED, plain};
use crate::codes::{Codes, Meaning, Named};
use crate::organs::is_malignancy;
use crate::text::begins_word;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Elements that say why a treatment has the status that it has.
const OF_STATUS: &[&str] = &[
    "statusReason",
    "statusReasonCodeableConcept",
    "reasonStopped",
    "reasonNotTaken",
    "reasonNotGiven",
    "notDoneReason",
];

/// Elements that say what it is given for.
const OF_TREATMENT: &[&str] = &[
    "reasonCode",
    "reason",
    "reasonCodeableConcept",
    "reasonForUseCodeableConcept",
];
const REFERENCES: &[&str] = &["reasonReference", "reasonForUseReference"];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Indications {
    chapters: Vec<String>,
    own: Vec<String>,
    tumours: Vec<String>,
    words: Vec<String>,
    snomed: Vec<String>,
}

static INDICATIONS: LazyLock<Indications> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/indications.toml")).unwrap_or_default());

/// The diagnoses of a chart, by every reference that leads to one.
pub(super) struct Diagnoses<'c>(BTreeMap<String, &'c Concept<'c>>);

impl<'c> Diagnoses<'c> {
    pub(super) fn of(chart: &'c Chart<'c>) -> Self {
        let conditions = chart.items().iter().filter(|item| item.kind() == "Condition");
        Self(
            conditions
                .flat_map(|item| keys(item).map(|key| (key, &item.narrow.code)))
                .collect(),
        )
    }

    fn get(&self, reference: &str) -> Option<&'c Concept<'c>> {
        self.0.get(key(reference).as_ref()).copied()
    }
}

/// Why a treatment is given, or not any more.
pub(super) struct Reason {
    /// As recorded; chart data. That of the status before that of the treatment, and not the PNET itself.
    pub(super) text: Option<String>,
    /// Whether it names another diagnosis, and not the PNET.
    pub(super) is_another: bool,
}

/// Whose a diagnosis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Own,
    Another,
    /// A symptom, a course, or something that nobody here knows.
    Neither,
}

pub(super) fn reason(diagnoses: &Diagnoses<'_>, codes: &Codes, record: &Record<'_>) -> Reason {
    let node = record.node;
    let of_status = OF_STATUS.iter().flat_map(|key| node.all(key)).find_map(wording);
    let mut named = Vec::new();
    let mut texts = Vec::new();
    for reason in OF_TREATMENT.iter().flat_map(|key| node.all(key)) {
        let concept = concept(reason.get("concept").unwrap_or(reason));
        let names = names(&concept, codes);
        named.push(names);
        texts.extend(wording(reason).filter(|_| names != Names::Own));
        named.extend(
            reason
                .get("reference")
                .map(|target| named_by(diagnoses, codes, target, record)),
        );
    }
    let references = REFERENCES.iter().flat_map(|key| node.all(key));
    named.extend(references.map(|target| named_by(diagnoses, codes, target, record)));
    Reason {
        text: of_status.or_else(|| texts.into_iter().next()).map(str::to_owned),
        is_another: named.contains(&Names::Another) && !named.contains(&Names::Own),
    }
}

/// What a reference to a Condition names: the Condition of the chart or in the record, else its display.
fn named_by(diagnoses: &Diagnoses<'_>, codes: &Codes, reference: Node<'_>, record: &Record<'_>) -> Names {
    let target = reference.text("reference").unwrap_or_default().trim();
    let inside = target.strip_prefix('#');
    let inside = inside.and_then(|id| Root::around(record).contained(id)?.get("code"));
    if let Some(code) = inside {
        return names(&concept(code), codes);
    }
    if let Some(code) = diagnoses.get(target) {
        return names(code, codes);
    }
    let mut said = Concept::default();
    said.text = reference.text("display");
    names(&said, codes)
}

fn wording(node: Node<'_>) -> Option<&str> {
    node.shown()
        .or_else(|| node.as_text().map(str::trim).filter(|text| !text.is_empty()))
}

fn concept(node: Node<'_>) -> Concept<'_> {
    let mut concept = Concept::default();
    concept.codings = node.codings();
    concept.text = node.text("text");
    concept
}

fn names(diagnosis: &Concept<'_>, codes: &Codes) -> Names {
    let mut meanings = diagnosis.codings.iter().flat_map(|coding| codes.meanings(coding));
    let known = meanings.find_map(|meaning| match meaning {
        Meaning::Names(Named::Hint(FactId::Pnet)) => None,
        Meaning::Names(Named::Presence(fact)) => match fact {
            // Steatorrhoea and failure of the right heart are what the tumour does.
            fact if fact.info().comorbidity => Some(Names::Another),
            FactId::OfSite(_) => None,
            _ => Some(Names::Own),
        },
        Meaning::Fact(FactId::OfSite(_)) => None,
        Meaning::Names(_) | Meaning::Fact(_) | Meaning::Morphology => Some(Names::Own),
        _ => None,
    });
    let texts: Vec<&str> = diagnosis.texts().collect();
    let another = || is_malignancy(&diagnosis.codings, &texts) || is_listed(diagnosis);
    known.unwrap_or_else(|| if another() { Names::Another } else { Names::Neither })
}

fn is_listed(diagnosis: &Concept<'_>) -> bool {
    let known = &*INDICATIONS;
    let begins = |stems: &[String], code: &str| stems.iter().any(|stem| code.starts_with(stem.as_str()));
    let coded = diagnosis.codings.iter().any(|coding| {
        let icd = coding.code_in(ICD_10).map(|code| plain(ICD_10, code));
        let snomed = coding.code_in(SNOMED).map(|code| plain(SNOMED, code));
        icd.is_some_and(|code| {
            (begins(&known.chapters, &code) && !begins(&known.own, &code)) || begins(&known.tumours, &code)
        }) || snomed.is_some_and(|code| known.snomed.iter().any(|listed| listed.as_str() == code))
    });
    let said = |text: &str| {
        let lower = text.to_lowercase();
        known.words.iter().any(|word| begins_word(&lower, word))
    };
    coded || diagnosis.texts().any(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Coding;

    fn coded(system: &str, code: &str) -> Names {
        let mut concept = Concept::default();
        concept.codings.push(Coding::new(Some(system), Some(code), None));
        names(&concept, Codes::embedded())
    }

    fn said(text: &str) -> Names {
        let mut concept = Concept::default();
        concept.text = Some(text);
        names(&concept, Codes::embedded())
    }

    #[test]
    fn a_reason_names_the_pnet_another_diagnosis_or_neither() {
        toml::from_str::<Indications>(include_str!("../../facts/indications.toml")).unwrap();
        let icd = "http://hl7.org/fhir/sid/icd-10-cm";
        for own in ["C25.4", "C78.7", "E16.1"] {
            assert_ne!(coded(icd, own), Names::Another, "{own}");
        }
        for another in ["E22.0", "C50.9", "B18.2", "C22.0", "D13.4", "K74.6", "Q85.1"] {
            assert_eq!(coded(icd, another), Names::Another, "{another}");
        }
        for another in [
            "Acromegaly",
            "Breast cancer",
            "Chronic hepatitis C",
            "Leberzirrhose",
        ] {
            assert_eq!(said(another), Names::Another, "{another}");
        }
        for neither in [
            "Diarrhoea",
            "Flushing",
            "progression",
            "Neuroendocrine tumour of pancreas",
        ] {
            assert_eq!(said(neither), Names::Neither, "{neither}");
        }
    }
}
