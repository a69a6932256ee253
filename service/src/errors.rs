//! Every error that a caller can get: stable code, HTTP status and text, in one table.

use fhir_profiles::json::{Fault, FaultKind, Json};
use serde::Serialize;
use std::fmt;

/// Code system of the error codes.
const SYSTEM: &str = "https://pnet-cds.github.io/fhir/CodeSystem/errors";

macro_rules! errors {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $issue:literal, $text:literal;)+) => {
        /// What went wrong; the names are those of the codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name),+
        }

        impl ErrorCode {
            /// Every error.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// What a person reads; never chart data.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The FHIR issue type.
            fn issue(self) -> &'static str {
                match self { $(Self::$name => $issue),+ }
            }
        }
    };
}

errors! {
    /// No JSON at all.
    MalformedJson = "malformed-json", 400, "structure", "the body is not valid JSON";
    /// JSON of another shape.
    InvalidRequest = "invalid-request", 400, "structure", "the body is not a CDS Hooks request: a field is of the wrong type or stands twice";
    /// A page about a tumour that the patient does not have.
    NoTumour = "no-tumour", 404, "not-found", "no pancreatic neuroendocrine tumour is on record, so there is nothing to show";
    /// Neither of the two things that can be assessed.
    NotAssessable = "not-assessable", 400, "structure", "expected a FHIR Bundle or a CDS Hooks request";
    /// The service answers another hook.
    WrongHook = "wrong-hook", 400, "invalid", "this service answers another hook; GET /cds-services names it";
    /// `hook` is missing.
    MissingHook = "missing-hook", 400, "required", "`hook` is missing";
    /// `hookInstance` is missing or no UUID.
    InvalidHookInstance = "invalid-hook-instance", 400, "invalid", "`hookInstance` is missing or not a UUID";
    /// `context` or `context.patientId` is missing or not an id.
    InvalidPatientId = "invalid-patient-id", 400, "invalid", "`context.patientId` is missing or not the id of a Patient";
    /// `context.userId` is missing.
    MissingUserId = "missing-user-id", 400, "required", "`context.userId` is missing";
    /// Feedback that is not as the standard has it.
    InvalidFeedback = "invalid-feedback", 400, "structure", "the body is not CDS Hooks feedback; nothing of it was kept";
    /// `context.draftOrders` is missing or no Bundle.
    InvalidDraftOrders = "invalid-draft-orders", 400, "required", "`context.draftOrders` is missing or not a Bundle";
    /// `context.selections` is missing.
    InvalidSelections = "invalid-selections", 400, "required", "`context.selections` is missing";
    /// A search that the sandbox does not do.
    UnsupportedSearch = "unsupported-search", 400, "not-supported", "the sandbox does not know this search";
    /// A launch without what it needs, or with something twice.
    InvalidLaunch = "invalid-launch", 400, "invalid", "expected the address of a launch: `iss` once, and `launch` at most once";
    /// No session, or one that is over.
    NoSession = "no-session", 401, "login", "there is no open session in this browser: it has ended, or the service was started anew; open the page again from the patient's chart";
    /// No valid token; nobody is told more.
    Unauthorized = "unauthorized", 401, "login", "not authorised";
    /// A `fhirServer` that is not registered for the caller.
    UnregisteredFhirServer = "unregistered-fhir-server", 403, "forbidden", "`fhirServer` is not registered for this caller; nothing was assessed";
    /// A page about patients, asked for from a page that is not ours.
    ForeignPage = "foreign-page", 403, "forbidden", "pages about patients take this service's own forms only";
    /// A launch from a server that nobody has registered for it.
    UnregisteredIssuer = "unregistered-issuer", 403, "forbidden", "`iss` is not a FHIR server whose charts may open these pages";
    /// An answer of an authorization server to nothing that this browser has asked.
    ForeignLaunch = "foreign-launch", 403, "forbidden", "this answer belongs to no launch of this browser, was used already, or came too late; open the page again from the patient's chart";
    /// The authorization server has refused.
    LaunchRefused = "launch-refused", 403, "forbidden", "the authorization server of the record system has refused the launch";
    /// No patient came with the launch.
    LaunchWithoutPatient = "launch-without-patient", 403, "forbidden", "the record system did not say which patient is opened; nothing is shown";
    /// A page or form of a session that names somebody else.
    SessionPatient = "session-patient", 403, "forbidden", "this session is for another patient; nothing was shown or written";
    /// A form that is not of this session.
    StaleForm = "stale-form", 403, "forbidden", "this form does not belong to the session that is open in this browser; nothing was written";
    /// Asked for under a name that is not ours, while nobody has to show a token.
    ForeignHost = "foreign-host", 403, "forbidden", "without authentication this service answers under its own address only: this machine's, or that of `server.public_url`";
    /// No such path.
    UnknownPath = "unknown-path", 404, "not-found", "there is nothing at this path";
    /// No such service.
    UnknownService = "unknown-service", 404, "not-found", "there is no such service; GET /cds-services lists them";
    /// Feedback on cards that were not sent to this caller.
    UnknownCard = "unknown-card", 404, "not-found", "this service has sent this caller no card, or no suggestion of it, with some of these ids; feedback on the others, if any, was kept";
    /// No such resource in the sandbox.
    UnknownResource = "unknown-resource", 404, "not-found", "the sandbox has no such resource";
    /// Path known, method not.
    WrongMethod = "wrong-method", 405, "not-supported", "this path does not take this method";
    /// The body took too long to arrive.
    SlowBody = "slow-body", 408, "timeout", "the body did not arrive in time";
    /// A resource of somebody else.
    AnotherPatient = "another-patient", 412, "processing", "a resource belongs to another patient than `context.patientId`; nothing was assessed";
    /// The patient's record is not there.
    MissingPatient = "missing-patient", 412, "incomplete", "the patient's own record is missing (prefetch `patient`) and was not to be had from a registered `fhirServer`; nothing was assessed";
    /// The conditions are not there.
    MissingConditions = "missing-conditions", 412, "incomplete", "nothing was looked at: the patient's diagnoses (Condition) were neither supplied (prefetch `conditions`) nor to be had from a registered `fhirServer`, so a PNET cannot be ruled out";
    /// Some conditions are not there, and those that are name no PNET.
    IncompleteConditions = "incomplete-conditions", 412, "incomplete", "the patient's conditions are incomplete (prefetch `conditions`), so a PNET cannot be ruled out; nothing was assessed";
    /// More than the limit.
    BodyTooLarge = "body-too-large", 413, "too-long", "the body is larger than `server.body_limit`";
    /// More resources than are evaluated together.
    TooManyResources = "too-many-resources", 413, "too-long", "the chart has more resources than `server.max_resources`; nothing was assessed";
    /// More of something than is read at once.
    OverBudget = "over-budget", 413, "too-long", "the body holds more of something than is read at once; nothing was assessed";
    /// More feedback than is kept at once.
    TooMuchFeedback = "too-much-feedback", 413, "too-long", "more than 500 items of feedback in one call; nothing of it was kept";
    /// Not JSON by its header.
    WrongContentType = "wrong-content-type", 415, "not-supported", "expected `Content-Type: application/json`";
    /// Compressed.
    EncodedBody = "encoded-body", 415, "not-supported", "the body must not be compressed (`Content-Encoding`)";
    /// A Bundle with nothing but the report of a failure.
    SearchFailed = "search-failed", 422, "incomplete", "the Bundle reports that a search or request failed and holds nothing else; nothing was assessed";
    /// Two patients in one Bundle.
    SeveralPatients = "several-patients", 422, "processing", "the resources belong to more than one patient; nothing was assessed";
    /// A Bundle of nobody.
    NoPatient = "no-patient", 422, "processing", "no resource says which patient it belongs to; nothing was assessed";
    /// Enough was written for a patient of the sandbox.
    SandboxFull = "sandbox-full", 422, "throttled", "the sandbox keeps no more for this patient: forget what was saved, or start the service anew";
    /// A bug of ours, for this request only.
    Internal = "internal", 500, "exception", "the request could not be answered because of a fault in the service";
    /// The authorization server does not do what it has to.
    LaunchFailed = "launch-failed", 502, "transient", "the launch could not be completed with the authorization server of the record system";
    /// The keys of no registered caller are there yet.
    NotReady = "not-ready", 503, "transient", "the keys of the registered callers could not be fetched yet";
    /// The record system took no transaction.
    RecordRefused = "record-refused", 502, "processing", "the record system did not take the answers, and nothing of them was written";
    /// The record system did not answer a transaction.
    RecordUnknown = "record-unknown", 504, "timeout", "the record system did not say whether it has written the answers; saved again, they are written once";
    /// Told to end; other replicas answer.
    Draining = "draining", 503, "transient", "the service is about to end and should get no more calls";
    /// A thread does not go on.
    Stuck = "stuck", 503, "exception", "a thread of the service does not go on; the service has to be started anew";
    /// The store does not answer.
    StoreUnavailable = "store-unavailable", 503, "transient", "the store is not available, so nothing was kept or accepted; try again";
    /// `audit.mode` is `required` and nothing was written.
    AuditUnavailable = "audit-unavailable", 503, "transient", "the call could not be audited; nothing was answered";
    /// Too many requests at once.
    Overloaded = "overloaded", 503, "throttled", "too many requests at once; try again";
    /// `server.request_deadline` is over.
    DeadlineExceeded = "deadline-exceeded", 503, "timeout", "the request took longer than `server.request_deadline`";
}

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
