//! Every error that a caller can get, as it happened and as it is answered.

mod denied;
mod table;

pub use denied::Denied;

use fhir_profiles::json::{Fault, FaultKind, Json};
use serde::Serialize;
use std::fmt;
pub use table::ErrorCode;

/// Code system of the error codes.
const SYSTEM: &str = "https://pnet-cds.github.io/fhir/CodeSystem/errors";

/// An error as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which one.
    pub code: ErrorCode,
    /// Where, in our own words: `line 3, column 5`. Never chart data.
    pub at: Option<String>,
    /// What is wrong besides; the status is that of the first.
    pub others: Vec<ErrorCode>,
}

impl Failure {
    /// An error at a place of the input.
    pub fn at(code: ErrorCode, at: impl Into<String>) -> Self {
        Self {
            code,
            at: Some(at.into()),
            others: Vec::new(),
        }
    }

    /// Several errors at once; nothing if there is none.
    pub fn of_all(codes: impl IntoIterator<Item = ErrorCode>) -> Option<Self> {
        let mut codes = codes.into_iter();
        let first = Self::from(codes.next()?);
        Some(Self {
            others: codes.collect(),
            ..first
        })
    }

    /// The error of a JSON parser, whose message is left out because it can quote the input.
    pub fn json(error: &serde_json::Error) -> Self {
        let code = if error.is_data() {
            ErrorCode::InvalidRequest
        } else {
            ErrorCode::MalformedJson
        };
        Self::at(code, format!("line {}, column {}", error.line(), error.column()))
    }

    /// The error of a document that is not taken: no JSON, or more of something than is read.
    pub fn document(fault: &Fault) -> Self {
        match fault.kind {
            FaultKind::Over(over) => Self::at(ErrorCode::OverBudget, over.to_string()),
            FaultKind::Syntax | FaultKind::Ended => {
                let place = format!("line {}, column {}", fault.line, fault.column);
                Self::at(ErrorCode::MalformedJson, place)
            }
        }
    }

    /// The error of a value of a document that is not as it should be.
    pub fn value(code: ErrorCode, value: Json<'_>) -> Self {
        let (line, column) = value.place();
        Self::at(code, format!("line {line}, column {column}"))
    }

    /// The body of the answer, an OperationOutcome.
    pub fn outcome(&self) -> String {
        let issue = |code: ErrorCode, text: String| Issue {
            severity: "error",
            code: code.issue(),
            details: Details {
                coding: [Coding {
                    system: SYSTEM,
                    code: code.code(),
                }],
                text,
            },
        };
        let others = self.others.iter();
        let outcome = Outcome {
            resource_type: "OperationOutcome",
            issue: std::iter::once(issue(self.code, self.to_string()))
                .chain(others.map(|code| issue(*code, code.text().to_owned())))
                .collect(),
        };
        serde_json::to_string(&outcome).unwrap_or_default()
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            at: None,
            others: Vec::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.text())?;
        match &self.at {
            Some(at) => write!(f, " ({at})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    resource_type: &'static str,
    issue: Vec<Issue>,
}

#[derive(Serialize)]
struct Issue {
    severity: &'static str,
    code: &'static str,
    details: Details,
}

#[derive(Serialize)]
struct Details {
    coding: [Coding; 1],
    text: String,
}

#[derive(Serialize)]
struct Coding {
    system: &'static str,
    code: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_texts_follow_the_house_style() {
        let codes: BTreeSet<&str> = ErrorCode::ALL.iter().map(|e| e.code()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        for error in ErrorCode::ALL {
            let first = error.text().chars().next().unwrap();
            assert!(first.is_lowercase() || first == '`', "{}", error.text());
            assert!(!error.text().ends_with('.'), "{}", error.text());
            assert!((400..600).contains(&error.status()));
        }
    }

    #[test]
    fn every_error_says_what_leads_to_it_and_what_to_do() {
        let mut said = BTreeSet::new();
        for error in ErrorCode::ALL {
            for text in [error.cause(), error.fix()] {
                let first = text.chars().next().unwrap();
                assert!(first.is_uppercase() || first == '`', "{text}");
                assert!(text.ends_with('.') && !text.contains(['|', '\n']), "{text}");
            }
            assert_ne!(error.cause(), error.fix());
            assert!(said.insert(error.cause()), "{}", error.cause());
        }
    }

    #[test]
    fn every_error_of_several_is_an_issue_of_its_own() {
        assert_eq!(Failure::of_all([]), None);
        let failure = Failure::of_all([ErrorCode::Draining, ErrorCode::StoreUnavailable]).unwrap();
        let outcome: serde_json::Value = serde_json::from_str(&failure.outcome()).unwrap();
        let issues = outcome["issue"].as_array().unwrap().iter();
        let codes: Vec<&str> = issues
            .map(|issue| issue["details"]["coding"][0]["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["draining", "store-unavailable"]);
    }

    #[test]
    fn a_parser_message_does_not_reach_the_caller() {
        let error = serde_json::from_str::<u8>("\"Erika Mustermann\"").unwrap_err();
        let failure = Failure::json(&error);
        assert_eq!(failure.code, ErrorCode::InvalidRequest);
        assert!(!failure.outcome().contains("Erika"), "{}", failure.outcome());
        assert!(
            failure.outcome().contains("line 1, column 18"),
            "{}",
            failure.outcome()
        );
    }
}
