//! A read or search as the prefetch templates write it, taken apart so that it can be sent in each form.

use super::form::{Form, Traits};
use super::parameters::ResultParameters;
use crate::address::AllowedBase;
use crate::query_text::{decoded, encoded_value, values};
use reqwest::Url;
use std::fmt;

/// A read or a search of a type, for one patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    key: String,
    kind: String,
    ask: Ask,
    first_page: bool,
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

/// An address, and the form to post to it.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) form: Option<String>,
}

impl Query {
    /// A query from a template that is filled in, as it stands in an address.
    ///
    /// # Errors
    /// [`InvalidQuery`] if it is neither read nor search, a token was left open, an id is no id, or something in it
    /// would have to be encoded.
    pub fn new(key: impl Into<String>, relative: &str) -> Result<Self, InvalidQuery> {
        if relative.contains(['{', '}', '#']) || !relative.bytes().all(|byte| byte.is_ascii_graphic()) {
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
            first_page: false,
        })
    }

    /// The same of which the first page is enough, since the newest stand there.
    #[must_use]
    pub fn of_first_page(self, is_enough: bool) -> Self {
        Self {
            first_page: is_enough,
            ..self
        }
    }

    /// Whether further pages are left alone.
    pub(super) fn is_of_first_page(&self) -> bool {
        self.first_page
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

    /// Where a read is sent; nothing for a search.
    pub(super) fn read(&self, base: &AllowedBase) -> Option<Target> {
        match &self.ask {
            Ask::Read(id) => Some(Target {
                url: base.join(&format!("{}/{id}", self.kind)),
                form: None,
            }),
            Ask::Search(_) => None,
        }
    }

    /// Where it is read or searched as it is written.
    pub(super) fn address(&self, base: &AllowedBase) -> Url {
        match self.read(base) {
            Some(target) => target.url,
            None => self.target(base, Form::PLAIN, None).url,
        }
    }

    /// What decides in which forms it can be sent, its address as long as in this one.
    pub(super) fn traits(&self, base: &AllowedBase, form: Form) -> Traits {
        let parameters = self.parameters();
        let by_get = Form { post: false, ..form };
        let longest = self.targets(base, by_get).into_iter();
        let lengths = longest.map(|target| target.url.as_str().len());
        Traits {
            results: parameters
                .iter()
                .map(|(name, _)| ResultParameters::of(name))
                .fold(ResultParameters::default(), ResultParameters::with),
            turns: parameters.iter().any(|(name, _)| name == "patient"),
            codes: self.codes().map_or(0, |codes| values(codes).len()),
            length: lengths.max().unwrap_or_default(),
        }
    }

    /// Where a search is sent, and with what: one target, or several where one asks for fewer codes than it has.
    pub(super) fn targets(&self, base: &AllowedBase, form: Form) -> Vec<Target> {
        let Some(codes) = self.codes() else {
            return vec![self.target(base, form, None)];
        };
        let codes = values(codes);
        let parts = codes.chunks(form.codes.max(1));
        parts
            .map(|part| self.target(base, form, Some(&part.join(","))))
            .collect()
    }

    fn parameters(&self) -> &[(String, String)] {
        match &self.ask {
            Ask::Read(_) => &[],
            Ask::Search(parameters) => parameters,
        }
    }

    fn codes(&self) -> Option<&str> {
        let mut named = self.parameters().iter().filter(|(name, _)| name == "code");
        match (named.next(), named.next()) {
            (Some((_, codes)), None) => Some(codes),
            _ => None,
        }
    }

    fn target(&self, base: &AllowedBase, form: Form, codes: Option<&str>) -> Target {
        let sent = self.parameters().iter();
        let pairs: Vec<String> = sent
            .filter(|(name, _)| !form.without.has(name))
            .map(|(name, value)| match (name.as_str(), form.subject, codes) {
                ("patient", true, _) => {
                    let id = value.strip_prefix("Patient/").unwrap_or(value);
                    pair("subject", &format!("Patient/{id}"))
                }
                ("code", _, Some(codes)) => pair("code", codes),
                _ => pair(name, value),
            })
            .collect();
        let query = pairs.join("&");
        if form.post {
            return Target {
                url: base.join(&format!("{}/_search", self.kind)),
                form: Some(query),
            };
        }
        let mut url = base.join(&self.kind);
        url.set_query((!query.is_empty()).then_some(&query));
        Target { url, form: None }
    }
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encoded_value(name), encoded_value(value))
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
            Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((part(name)?, part(value)?)),
            _ => Err(InvalidQuery),
        })
        .collect()
}

/// What a name or value stands for.
fn part(text: &str) -> Result<String, InvalidQuery> {
    let part = decoded(text).filter(|part| !part.chars().any(char::is_control));
    part.ok_or(InvalidQuery)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_text::token;

    fn sent(relative: &str, form: Form) -> Vec<(String, Option<String>)> {
        let base = AllowedBase::parse("https://f.example/r4/", &[]).unwrap();
        let targets = Query::new("k", relative).unwrap().targets(&base, form);
        targets
            .into_iter()
            .map(|target| (target.url.into(), target.form))
            .collect()
    }

    #[test]
    fn a_query_is_sent_in_each_form() {
        let search = "Observation?patient=p1&_sort=-date&code=http://loinc.org|1-8,http://loinc.org|2-6";
        let codes = "code=http%3A%2F%2Floinc.org%7C1-8%2Chttp%3A%2F%2Floinc.org%7C2-6";
        let get = format!("https://f.example/r4/Observation?patient=p1&_sort=-date&{codes}");
        assert_eq!(sent(search, Form::PLAIN), [(get, None)]);
        let post = sent(
            search,
            Form {
                subject: true,
                post: true,
                ..Form::PLAIN
            },
        );
        let body = format!("subject=Patient%2Fp1&_sort=-date&{codes}");
        assert_eq!(
            post,
            [("https://f.example/r4/Observation/_search".to_owned(), Some(body))]
        );
        let base = AllowedBase::parse("https://f.example/r4/", &[]).unwrap();
        let read = Query::new("k", "Patient/p1").unwrap().read(&base).unwrap();
        assert_eq!(read.url.as_str(), "https://f.example/r4/Patient/p1");
        assert!(read.form.is_none());
    }

    #[test]
    fn what_a_code_holds_is_sent_as_part_of_the_code_in_each_form() {
        for odd in [
            "a&b=c", "a#b", "a+b", "a%b", "a b", "a|b", "a,b", "a/b", "a?b", "a\\b", "\u{e4}", "a;b", "a\"<b",
        ] {
            let token = token("urn:lab", odd);
            let search = format!("Observation?patient=p1&code={token},urn:lab|2&_count=9");
            let expected = [
                ("patient", "p1".to_owned()),
                ("code", decoded(&format!("{token},urn:lab|2")).unwrap()),
                ("_count", "9".to_owned()),
            ];
            for post in [false, true] {
                let form = Form { post, ..Form::PLAIN };
                let (url, body) = sent(&search, form).remove(0);
                let url = Url::parse(&url).unwrap();
                assert_eq!(url.fragment(), None);
                let query = body.unwrap_or_else(|| url.query().unwrap().to_owned());
                assert!(!query.contains('+'), "{query}");
                // As servers read it.
                let read = Url::parse(&format!("http://s/?{query}")).unwrap();
                let pairs: Vec<(String, String)> = read.query_pairs().into_owned().collect();
                let pairs: Vec<(&str, String)> = pairs
                    .iter()
                    .map(|(name, value)| (&**name, value.clone()))
                    .collect();
                assert_eq!(pairs, expected, "{odd}");
            }
            let one_at_a_time = sent(
                &search,
                Form {
                    codes: 1,
                    ..Form::PLAIN
                },
            );
            assert_eq!(one_at_a_time.len(), 2, "{odd}");
        }
    }

    #[test]
    fn a_search_is_sent_without_what_is_refused_and_in_as_many_parts_as_it_takes() {
        let search = "Observation?patient=p1&_sort=-date&_count=9&code=a|1,a|2,a|3";
        let form = Form {
            without: ResultParameters::SORT,
            codes: 2,
            ..Form::PLAIN
        };
        let base = "https://f.example/r4/Observation?patient=p1&_count=9&code=";
        assert_eq!(
            sent(search, form),
            [
                (format!("{base}a%7C1%2Ca%7C2"), None),
                (format!("{base}a%7C3"), None)
            ]
        );
        let bare = Form {
            without: ResultParameters::SORT.with(ResultParameters::COUNT),
            subject: true,
            ..Form::PLAIN
        };
        assert_eq!(
            sent("Condition?patient=p1&_count=9", bare),
            [(
                "https://f.example/r4/Condition?subject=Patient%2Fp1".to_owned(),
                None
            )]
        );
        assert_eq!(
            sent("Condition?subject=Patient/p1", Form::PLAIN)[0].0,
            "https://f.example/r4/Condition?subject=Patient%2Fp1"
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
            "Condition?patient=p#",
            "Condition?patient=p&code=a b",
            "Condition?patient=p&code=\u{e4}",
            "Condition?patient=p&code=%",
            "Condition?patient=p&code=%f",
            "Condition?patient=p&code=%ff",
            "Condition?patient=p&code=%0d%0aX:y",
            "Patient/%2e%2e",
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
