//! The prefetch templates that discovery publishes, in the restricted grammar of CDS Hooks 2.0.1.

use crate::query_text;
use fhir_profiles::FactId;
use fhir_profiles::catalogue::observed;
use fhir_profiles::codes::Codes;

/// Key of the patient's own record: core data.
pub(crate) const PATIENT: &str = "patient";
/// Key of the patient's conditions: core data.
pub(crate) const CONDITIONS: &str = "conditions";
/// The only token that the templates use.
const PATIENT_ID: &str = "{{context.patientId}}";
/// The longest template; some servers refuse longer addresses.
const LONGEST: usize = 2000;
/// How many resources a search asks for: what a chart can reasonably hold in one page.
const COUNT: &str = "_count=200";
/// As [`COUNT`], for searches that are not narrowed by code.
const WIDE_COUNT: &str = "_count=500";
/// Of reports and documents whose texts are searched the newest: their files come with them.
const NEWEST: &str = "_sort=-date&_count=20";
const REPORTS: &str = "reports";
/// Reports of whatever code, for their texts.
const NARRATIVES: &str = "narratives";
/// Documents, for theirs.
const DOCUMENTS: &str = "documents";
const PROCEDURES: &str = "procedures";

/// One template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Key in `prefetch`.
    pub key: String,
    /// Relative FHIR read or search with tokens, as it stands in an address.
    pub query: String,
    /// The facts that its records can state.
    pub facts: Vec<FactId>,
}

impl Template {
    fn new(codes: &Codes, key: impl Into<String>, query: String, theme: &str) -> Self {
        Self {
            key: key.into(),
            query,
            facts: codes.catalogue().of_theme(theme),
        }
    }

    /// Whether it asks for no more than the newest, whose texts are searched: no fact rests on them.
    pub fn is_of_texts(&self) -> bool {
        is_of_texts(&self.key)
    }

    /// Whether nothing can be said without it.
    pub fn is_core(&self) -> bool {
        matches!(self.key.as_str(), PATIENT | CONDITIONS)
    }

    /// The query for one patient.
    pub fn resolve(&self, patient_id: &str) -> String {
        self.query.replace(PATIENT_ID, patient_id)
    }
}

/// Whether a key is of texts that are searched, the newest only.
pub(crate) fn is_of_texts(key: &str) -> bool {
    matches!(key, NARRATIVES | DOCUMENTS)
}

/// Every template, core data first; that of documents only where the site has them searched.
///
/// `conditions` and `procedures` are not narrowed by code: the gate and the treatments given are also read from entries
/// that have a text, a local code or a hierarchical code only, and a search by code would leave them out without a word.
pub fn templates(codes: &Codes, documents: bool) -> Vec<Template> {
    let mut all = vec![
        Template::new(codes, PATIENT, format!("Patient/{PATIENT_ID}"), PATIENT),
        Template::new(
            codes,
            CONDITIONS,
            format!("Condition?patient={PATIENT_ID}&{WIDE_COUNT}"),
            CONDITIONS,
        ),
    ];
    for group in observed() {
        let base = format!("Observation?patient={PATIENT_ID}&_sort=-date&{COUNT}&code=");
        all.extend(by_code(codes, group, &base, &codes.search_tokens(group)));
    }
    let reports = format!("DiagnosticReport?patient={PATIENT_ID}&{COUNT}&code=");
    all.extend(by_code(codes, REPORTS, &reports, &codes.search_tokens(REPORTS)));
    all.push(Template::new(
        codes,
        PROCEDURES,
        format!("Procedure?patient={PATIENT_ID}&{WIDE_COUNT}"),
        PROCEDURES,
    ));
    for (key, kind) in [
        ("medications", "MedicationRequest"),
        ("medicationStatements", "MedicationStatement"),
        ("medicationAdministrations", "MedicationAdministration"),
        ("medicationDispenses", "MedicationDispense"),
    ] {
        let query = format!("{kind}?patient={PATIENT_ID}&{COUNT}");
        all.push(Template::new(codes, key, query, "medications"));
    }
    let texts = [
        (NARRATIVES, "DiagnosticReport", true),
        (DOCUMENTS, "DocumentReference", documents),
    ];
    for (key, kind, is_on) in texts {
        if !is_on {
            continue;
        }
        let query = format!("{kind}?patient={PATIENT_ID}&{NEWEST}");
        all.push(Template::new(codes, key, query, key));
    }
    all
}

/// One template, or `key`, `key2`, ... where one would be too long.
fn by_code(codes: &Codes, key: &str, base: &str, tokens: &[String]) -> Vec<Template> {
    let mut queries: Vec<String> = Vec::new();
    for token in tokens {
        let (system, code) = token.split_once('|').unwrap_or(("", token));
        let token = &query_text::token(system, code);
        match queries.last_mut() {
            Some(query) if query.len() + 1 + token.len() < LONGEST => {
                query.push(',');
                query.push_str(token);
            }
            _ => queries.push(format!("{base}{token}")),
        }
    }
    queries
        .into_iter()
        .enumerate()
        .map(|(index, query)| match index {
            0 => Template::new(codes, key, query, key),
            _ => Template::new(codes, format!("{key}{}", index + 1), query, key),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// CDS Hooks 2.0.1, "Prefetch query restrictions": an instance read, or a type search with `_count`, `_sort`,
    /// reference parameters and token parameters with equality.
    fn parse(query: &str) -> Result<(), String> {
        let (kind, rest) = query.split_at(query.find(['/', '?']).ok_or("neither read nor search")?);
        if !kind.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!("`{kind}` is no resource type"));
        }
        if let Some(id) = rest.strip_prefix('/') {
            return (id == PATIENT_ID)
                .then_some(())
                .ok_or("not a read of the patient".into());
        }
        for parameter in rest.trim_start_matches('?').split('&') {
            let (name, value) = parameter.split_once('=').ok_or("no value")?;
            let fine = match name {
                "patient" => value == PATIENT_ID,
                "_count" => value.parse::<u32>().is_ok_and(|count| count > 0),
                "_sort" => value == "-date",
                "code" => value.split(',').all(is_token),
                _ => false,
            };
            if !fine {
                return Err(format!("`{parameter}` is outside the restricted grammar"));
            }
        }
        Ok(())
    }

    /// `system|code` with nothing in it that would have to be escaped.
    fn is_token(token: &str) -> bool {
        token.split_once('|').is_some_and(|(system, code)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
            !system.is_empty() && !code.is_empty() && system.chars().all(plain) && code.chars().all(plain)
        })
    }

    #[test]
    fn every_template_is_in_the_restricted_grammar() {
        let all = templates(Codes::embedded(), true);
        for template in &all {
            assert_eq!(parse(&template.query), Ok(()), "{}", template.key);
            assert!(template.query.len() <= LONGEST, "{} is too long", template.key);
        }
        let keys: BTreeSet<&str> = all.iter().map(|t| t.key.as_str()).collect();
        assert_eq!(keys.len(), all.len(), "a key stands twice");
        for key in [
            "patient",
            "conditions",
            "pathology",
            "staging",
            "liver",
            "markers",
            "status",
            "reports",
            "procedures",
            "medications",
            "medicationStatements",
            "medicationAdministrations",
            "medicationDispenses",
        ] {
            assert!(keys.contains(key), "{key}");
        }
    }

    #[test]
    fn the_grammar_refuses_what_clients_need_not_do() {
        for query in [
            "Observation?subject:Patient={{context.patientId}}",
            "Observation?patient={{context.patientId}}&_include=Observation:subject",
            "Observation?patient={{context.patientId}}&date=ge{{today()}}",
            "Observation?patient={{context.patientId}}&code:in=x",
            "Condition?patient={{context.patientId}}&code=C25.4",
            "Patient/1",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn whatever_a_sites_codes_hold_a_template_stays_in_the_grammar_and_asks_for_them() {
        let odd = [
            "a&b=c", "a#b", "a+b", "50 %", "a|b", "a,b", "a/b", "a{{b}}", "a\\b", "\u{e4}",
        ];
        let tokens: Vec<String> = odd
            .iter()
            .map(|odd| format!("urn:{odd}|{odd}").replacen("|b|", "b|", 1))
            .collect();
        let all = by_code(
            Codes::embedded(),
            "liver",
            "Observation?patient={{context.patientId}}&code=",
            &tokens,
        );
        for template in all {
            let query = template.resolve("p");
            assert!(
                query.is_ascii() && !query.contains([' ', '#', '+', '{', '\\']),
                "{query}"
            );
            let (_, codes) = query.split_once("&code=").unwrap();
            assert!(!codes.contains(['&', '=']), "{query}");
            let codes = query_text::decoded(codes).unwrap();
            let read = query_text::values(&codes).into_iter().map(|value| {
                let (system, code) = query_text::system_and_code(value);
                format!("{}|{code}", system.unwrap())
            });
            assert_eq!(read.collect::<Vec<_>>(), tokens);
        }
    }

    #[test]
    fn a_long_group_is_split_without_losing_a_token() {
        let tokens: Vec<String> = (0..300).map(|n| format!("http://loinc.org|{n}-0")).collect();
        let split = by_code(Codes::embedded(), "markers", "Observation?code=", &tokens);
        assert!(split.len() > 1);
        let keys: Vec<&str> = split.iter().map(|t| t.key.as_str()).take(2).collect();
        assert_eq!(keys, ["markers", "markers2"]);
        let joined: Vec<&str> = split
            .iter()
            .flat_map(|t| t.query.trim_start_matches("Observation?code=").split(','))
            .collect();
        assert_eq!(joined, tokens);
        assert!(split.iter().all(|t| t.query.len() <= LONGEST));
    }
}
