//! What a suggestion creates, a draft request or an Observation, as types that cannot be wrong.

use super::nonempty::Text;
use crate::assessment::FactValue;
use crate::knowledge::Coding;
use serde::Serialize;

/// A Coding of which no part is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FullCoding {
    system: Text,
    code: Text,
    display: Text,
}

impl FullCoding {
    /// The coding, if it has all three parts.
    pub(super) fn new(coding: &Coding) -> Option<Self> {
        Some(Self {
            system: Text::new(&coding.system)?,
            code: Text::new(&coding.code)?,
            display: Text::new(&coding.display)?,
        })
    }
}

/// `Patient/id`, the subject of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    reference: String,
}

impl Subject {
    /// The reference, if it is one to a patient with a well-formed id.
    pub fn new(reference: &str) -> Option<Self> {
        is_id(reference.strip_prefix("Patient/")?).then(|| Self {
            reference: reference.to_owned(),
        })
    }
}

/// Whether it is an id as FHIR has them.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

/// A concept in at least one code, with what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Concept {
    coding: Vec<FullCoding>,
    text: Text,
}

impl Concept {
    /// In one code, and in another where there is one.
    pub(super) fn new(code: FullCoding, another: Option<FullCoding>, text: Text) -> Self {
        Self {
            coding: [code].into_iter().chain(another).collect(),
            text,
        }
    }
}

/// A concept in words only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Words {
    text: Text,
}

/// What a draft asks for, and why the review asks for it where it does.
pub(super) struct Requested {
    pub(super) code: FullCoding,
    pub(super) text: Text,
    pub(super) reason: Option<Text>,
}

/// A draft ServiceRequest: of what a suggestion can create the only thing that is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DraftRequest {
    resource_type: &'static str,
    status: &'static str,
    intent: &'static str,
    subject: Subject,
    code: Concept,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<[Words; 1]>,
}

/// An Observation that a clinician records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recorded {
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<[SupportingInfo; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<[Identifier; 1]>,
    status: &'static str,
    code: Concept,
    subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<[Reference; 1]>,
    effective_date_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    performer: Option<[Reference; 1]>,
    #[serde(flatten)]
    value: Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    derived_from: Option<[Reference; 1]>,
}

/// By which an answer of the form is known again, so that it is written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Identifier {
    pub(super) system: String,
    pub(super) value: String,
}

/// What is recorded of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) identifier: Option<Identifier>,
    /// The fact's code, and the standard one where there is one.
    pub(super) code: Concept,
    pub(super) subject: Subject,
    /// The tumour that it is of.
    pub(super) focus: Option<Reference>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub(super) day: String,
    pub(super) performer: Option<Reference>,
    pub(super) value: Answer,
    /// The record that has the text in which it was found.
    pub(super) found_in: Option<Reference>,
}

impl From<Record> for Recorded {
    /// In R4 an Observation may be derived from a document or another Observation, and not from a report: that is named by
    /// the standard extension for what else bears on it.
    fn from(record: Record) -> Self {
        let (derived_from, supporting) = match record.found_in {
            Some(found) if found.may_be_derived_from() => (Some(found), None),
            found => (None, found),
        };
        Self {
            resource_type: "Observation",
            extension: supporting.map(|value_reference| {
                [SupportingInfo {
                    url: "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo",
                    value_reference,
                }]
            }),
            identifier: record.identifier.map(|identifier| [identifier]),
            status: "final",
            code: record.code,
            subject: record.subject,
            focus: record.focus.map(|tumour| [tumour]),
            effective_date_time: record.day,
            performer: record.performer.map(|performer| [performer]),
            value: record.value,
            derived_from: derived_from.map(|from| [from]),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SupportingInfo {
    url: &'static str,
    value_reference: Reference,
}

/// A relative reference, `Type/id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    reference: String,
}

impl Reference {
    /// Kinds that may perform an Observation.
    const PERFORMERS: [&'static str; 5] = [
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Patient",
        "RelatedPerson",
    ];

    /// The reference, if it is a type and a well-formed id.
    pub fn new(reference: &str) -> Option<Self> {
        let (kind, id) = reference.split_once('/')?;
        let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
        (is_kind && is_id(id)).then(|| Self {
            reference: reference.to_owned(),
        })
    }

    /// The user of a call, if it is one who can perform an Observation.
    pub fn performer(user: &str) -> Option<Self> {
        let performs = |one: &Self| Self::PERFORMERS.contains(&one.kind());
        Self::new(user).filter(performs)
    }

    fn kind(&self) -> &str {
        self.reference.split('/').next().unwrap_or_default()
    }

    pub(super) fn is_condition(&self) -> bool {
        self.kind() == "Condition"
    }

    fn may_be_derived_from(&self) -> bool {
        matches!(self.kind(), "DocumentReference" | "Observation")
    }
}

/// A value of an Observation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) enum Answer {
    /// A word.
    #[serde(rename = "valueCodeableConcept")]
    Concept(Concept),
    /// A score or a count.
    #[serde(rename = "valueInteger")]
    Integer(i64),
    /// A number with its unit, exact or with one end.
    #[serde(rename = "valueQuantity")]
    Quantity(Quantity),
    /// A number between two ends.
    #[serde(rename = "valueRange")]
    Range { low: Quantity, high: Quantity },
}

impl Answer {
    /// A word of a fact.
    pub(super) fn word(coding: FullCoding) -> Self {
        let text = coding.display.clone();
        Self::Concept(Concept::new(coding, None, text))
    }
}

/// A UCUM quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Quantity {
    pub(super) value: FactValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparator: Option<&'static str>,
    pub(super) unit: String,
    pub(super) system: &'static str,
    pub(super) code: String,
}

/// What a suggestion creates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Created {
    Request(Box<DraftRequest>),
    Observation(Box<Recorded>),
}

impl Created {
    /// A draft request for `subject`.
    pub(super) fn draft(requested: Requested, subject: Subject) -> Self {
        let Requested { code, text, reason } = requested;
        Self::Request(Box::new(DraftRequest {
            resource_type: "ServiceRequest",
            status: "draft",
            intent: "proposal",
            subject,
            code: Concept::new(code, None, text),
            reason_code: reason.map(|text| [Words { text }]),
        }))
    }

    /// An Observation, final as soon as it is accepted.
    pub(super) fn record(record: Record) -> Self {
        Self::Observation(Box::new(record.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_patient() {
        assert!(Subject::new("Patient/a-1.b").is_some());
        for wrong in [
            "",
            "Patient/",
            "Patient/a b",
            "Group/1",
            "http://x/Patient/1",
            "Patient/a/_history/1",
        ] {
            assert_eq!(Subject::new(wrong), None, "{wrong}");
        }
    }
}
