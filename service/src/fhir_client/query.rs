//! A read or search as the prefetch templates write it, taken apart so that it can be sent in each form.

use super::base::AllowedBase;
use reqwest::Url;
use std::fmt;

/// A read or a search of a type, for one patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    key: String,
    kind: String,
    ask: Ask,
}

#[derive(Clone, PartialEq, Eq)]
enum Ask {
    Read(String),
    Search(Vec<(String, String)>),
}

/// Not a query that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidQuery;

impl fmt::Display for InvalidQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a read `Type/id` or a search `Type?name=value` without open tokens")
    }
}

impl std::error::Error for InvalidQuery {}

/// How a search is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// `subject=Patient/ID` instead of `patient=ID`.
    pub(super) subject: bool,
    /// POST to `_search` instead of GET.
    pub(super) post: bool,
}

/// An address, and the form to post to it.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) form: Option<String>,
}

impl Query {
    /// A query from a template that is filled in: plain text, nothing escaped.
    ///
    /// # Errors
    /// [`InvalidQuery`] if it is neither read nor search, a token was left open, or an id is no id.
    pub fn new(key: impl Into<String>, relative: &str) -> Result<Self, InvalidQuery> {
        if relative.contains(['{', '}']) || relative.chars().any(char::is_control) {
            return Err(InvalidQuery);
        }
        let split = relative.find(['/', '?']).ok_or(InvalidQuery)?;
        let (kind, rest) = relative.split_at_checked(split).ok_or(InvalidQuery)?;
        let capital = kind.starts_with(|c: char| c.is_ascii_uppercase());
        if !capital || !kind.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(InvalidQuery);
        }
        let ask = match rest.strip_prefix('/') {
            Some(id) if is_id(id) => Ask::Read(id.to_owned()),
            Some(_) => return Err(InvalidQuery),
            None => Ask::Search(parameters(rest.trim_start_matches('?'))?),
        };
        Ok(Self {
            key: key.into(),
            kind: kind.to_owned(),
            ask,
        })
    }

    /// The key of the template.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The type of the resource that is read or searched.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn is_search(&self) -> bool {
        matches!(self.ask, Ask::Search(_))
    }

    /// Whether it asks for this patient's data and nobody else's.
    pub(super) fn is_about(&self, patient: &str) -> bool {
        let is_patient = |value: &str| value.strip_prefix("Patient/").unwrap_or(value) == patient;
        match &self.ask {
            Ask::Read(id) => self.kind != "Patient" || id == patient,
            Ask::Search(parameters) => {
                let mut named = parameters
                    .iter()
                    .filter(|(name, _)| name == "patient" || name == "subject");
                matches!((named.next(), named.next()), (Some((_, value)), None) if is_patient(value))
            }
        }
    }

    /// Whether the other way of naming the patient can be tried.
    pub(super) fn names_patient(&self) -> bool {
        matches!(&self.ask, Ask::Search(parameters) if parameters.iter().any(|(name, _)| name == "patient"))
    }

    /// Where it is sent, and with what.
    pub(super) fn target(&self, base: &AllowedBase, form: Form) -> Target {
        let parameters = match &self.ask {
            Ask::Read(id) => {
                return Target {
                    url: base.join(&format!("{}/{id}", self.kind)),
                    form: None,
                };
            }
            Ask::Search(parameters) => parameters,
        };
        let mut url = base.join(&self.kind);
        for (name, value) in parameters {
            match (name.as_str(), form.subject) {
                ("patient", true) => {
                    let id = value.strip_prefix("Patient/").unwrap_or(value);
                    url.query_pairs_mut()
                        .append_pair("subject", &format!("Patient/{id}"))
                }
                _ => url.query_pairs_mut().append_pair(name, value),
            };
        }
        if !form.post {
            return Target { url, form: None };
        }
        let body = url.query().unwrap_or_default().to_owned();
        Target {
            url: base.join(&format!("{}/_search", self.kind)),
            form: Some(body),
        }
    }
}

/// The patient's id stands in the query, so only key and type are shown.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("key", &self.key)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// An id that cannot be read as a path; longer than FHIR allows, since some servers do that.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (1..=256).contains(&text.len()) && text.bytes().all(allowed) && text.bytes().any(|byte| byte != b'.')
}

fn parameters(text: &str) -> Result<Vec<(String, String)>, InvalidQuery> {
    text.split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok((name.to_owned(), value.to_owned()))
            }
            _ => Err(InvalidQuery),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: Form = Form {
        subject: false,
        post: false,
    };

    fn sent(relative: &str, form: Form) -> (String, Option<String>) {
        let base = AllowedBase::parse("https://f.example/r4/", &[]).unwrap();
        let target = Query::new("k", relative).unwrap().target(&base, form);
        (target.url.into(), target.form)
    }

    #[test]
    fn a_query_is_sent_in_each_form() {
        let search = "Observation?patient=p1&_sort=-date&code=http://loinc.org|1-8,http://loinc.org|2-6";
        let codes = "code=http%3A%2F%2Floinc.org%7C1-8%2Chttp%3A%2F%2Floinc.org%7C2-6";
        let get = format!("https://f.example/r4/Observation?patient=p1&_sort=-date&{codes}");
        assert_eq!(sent(search, GET), (get, None));
        let post = sent(
            search,
            Form {
                subject: true,
                post: true,
            },
        );
        let body = format!("subject=Patient%2Fp1&_sort=-date&{codes}");
        assert_eq!(
            post,
            ("https://f.example/r4/Observation/_search".to_owned(), Some(body))
        );
        assert_eq!(
            sent("Patient/p1", GET),
            ("https://f.example/r4/Patient/p1".to_owned(), None)
        );
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_query() {
        for text in [
            "",
            "Patient",
            "Patient/",
            "Patient/..",
            "Patient/.",
            "Patient/a/b",
            "Patient/a?b=c",
            "Patient/a%2f",
            "patient/p",
            "/Patient/p",
            "//evil/p",
            "https://evil/Patient/p",
            "Patient/{{context.patientId}}",
            "Condition?patient={{context.patientId}}",
            "Condition?",
            "Condition?patient",
            "Condition?patient=",
            "Condition?=p",
            "Condition?patient=p&&x=y",
            "Condition?patient=p\r\nX: y",
            "../x?y=z",
        ] {
            assert_eq!(Query::new("k", text), Err(InvalidQuery), "{text}");
        }
    }

    #[test]
    fn a_query_is_about_one_patient_only() {
        let about = |text: &str| Query::new("k", text).unwrap().is_about("p");
        for text in [
            "Patient/p",
            "Condition?patient=p",
            "Condition?patient=Patient/p",
            "Condition?subject=Patient/p",
        ] {
            assert!(about(text), "{text}");
        }
        for text in [
            "Patient/q",
            "Condition?code=x",
            "Condition?patient=q",
            "Condition?patient=p,q",
            "Condition?patient=p&patient=q",
            "Condition?patient=undefined",
        ] {
            assert!(!about(text), "{text}");
        }
    }

    #[test]
    fn the_patient_is_not_shown() {
        let query = Query::new("conditions", "Condition?patient=canary").unwrap();
        assert_eq!(
            format!("{query:?}"),
            r#"Query { key: "conditions", kind: "Condition", .. }"#
        );
    }
}
