//! Which parameter a refusal names: the words of an OperationOutcome, looked through and never kept.

use super::parameters::{Named, ResultParameters};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize, Default)]
#[serde(remote = "Self")]
struct Outcome {
    #[serde(default)]
    issue: Vec<Box<RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(remote = "Self")]
struct Issue {
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    diagnostics: Option<String>,
    #[serde(default)]
    details: Option<Details>,
    #[serde(default)]
    location: Option<Vec<String>>,
    #[serde(default)]
    expression: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(remote = "Self")]
struct Details {
    #[serde(default)]
    text: Option<String>,
}

objects_only!(Outcome, Issue, Details);

/// The parameters that an OperationOutcome names; none if it is no such thing.
pub(super) fn named(body: &str) -> Named {
    let outcome: Outcome = serde_json::from_str(body).unwrap_or_default();
    let issues = outcome.issue.iter();
    let issues = issues.filter_map(|issue| serde_json::from_str::<Issue>(issue.get()).ok());
    issues
        .filter(|issue| {
            !matches!(
                issue.severity.as_deref(),
                Some("warning" | "information" | "success")
            )
        })
        .fold(Named::default(), |known, issue| {
            let details = issue.details.and_then(|details| details.text);
            let places = issue.location.into_iter().chain(issue.expression).flatten();
            let known = places.fold(known, |known, place| both(known, in_place(&place)));
            let texts = issue.diagnostics.into_iter().chain(details);
            texts.fold(known, |known, text| both(known, in_text(&text)))
        })
}

fn both(one: Named, other: Named) -> Named {
    Named {
        results: one.results.with(other.results),
        patient: one.patient || other.patient,
        code: one.code || other.code,
    }
}

/// A path such as `http.code` or `Observation?_sort`.
fn in_place(place: &str) -> Named {
    let words = place.split(|c: char| !is_of_word(c));
    words.fold(Named::default(), |known, word| both(known, of_word(word)))
}

/// A sentence. `_sort` is nothing but the parameter; `code` and `patient` are words, unless they are set off or said to
/// be a parameter.
fn in_text(text: &str) -> Named {
    let mut known = Named::default();
    let words: Vec<&str> = text.split_whitespace().collect();
    for (at, raw) in words.iter().enumerate() {
        let word = raw.trim_matches(|c: char| !is_of_word(c));
        let word = word.split('=').next().unwrap_or_default();
        let quoted = raw.starts_with(['\'', '"', '`', '[', '(', '<']) || raw.contains('=');
        let near = |at: Option<usize>| {
            at.and_then(|at| words.get(at))
                .is_some_and(|word| word.to_ascii_lowercase().contains("param"))
        };
        let is_parameter = near(at.checked_sub(1)) || near(at.checked_add(1));
        if word.starts_with('_') || quoted || is_parameter {
            known = both(known, of_word(word));
        }
        if ["sorting", "sort", "sorted"].contains(&word.to_ascii_lowercase().as_str()) {
            known.results = known.results.with(ResultParameters::SORT);
        }
    }
    known
}

fn of_word(word: &str) -> Named {
    // A modifier stands behind a colon.
    let name = word.split(':').next().unwrap_or_default();
    Named {
        results: ResultParameters::of(name),
        patient: matches!(name, "patient" | "subject"),
        code: name == "code",
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '=' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Named {
        let text = serde_json::to_string(text).unwrap();
        named(&format!(
            r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"error","code":"invalid","diagnostics":{text}}}]}}"#
        ))
    }

    fn names(named: Named) -> Vec<&'static str> {
        let mut names: Vec<&str> = named.results.names().collect();
        names.extend(named.patient.then_some("patient"));
        names.extend(named.code.then_some("code"));
        names
    }

    #[test]
    fn what_servers_say_of_a_parameter_is_understood() {
        for (text, expected) in [
            ("The search parameter _sort is not supported", &["_sort"][..]),
            ("Sorting by the 'date' parameter is not supported.", &["_sort"]),
            ("Invalid _count: must be at most 100", &["_count"]),
            ("Unknown search parameter `_sort`, `_count`", &["_sort", "_count"]),
            ("unsupported search-param with code 'patient'", &["patient"]),
            ("Either subject or _id must be specified in the query", &[]),
            ("parameter code takes one value", &["code"]),
            ("Multiple values for [code] are not supported", &["code"]),
            ("The error code is 17", &[]),
            ("No patient with this id", &[]),
            ("Unknown parameter subject:Patient", &["patient"]),
            ("code=a,b is not allowed", &["code"]),
            ("", &[]),
        ] {
            assert_eq!(names(said(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_place_names_it_too() {
        let of = |issue: &str| {
            let outcome = format!(r#"{{"resourceType":"OperationOutcome","issue":[{issue}]}}"#);
            names(named(&outcome))
        };
        assert_eq!(of(r#"{"location":["http.code"]}"#), ["code"]);
        assert_eq!(
            of(r#"{"severity":"error","expression":["Observation?_sort"]}"#),
            ["_sort"]
        );
        assert_eq!(of(r#"{"details":{"text":"_count: too large"}}"#), ["_count"]);
        assert_eq!(
            of(r#"{"severity":"warning","diagnostics":"_count"},{"severity":"error","diagnostics":"_sort"}"#),
            ["_sort"]
        );
        for odd in ["7", "null", r#"{"diagnostics":7}"#, r#"{"details":"_sort"}"#] {
            assert!(of(odd).is_empty(), "{odd}");
        }
        for odd in ["", "[]", "<html>_sort</html>", "null"] {
            assert_eq!(named(odd), Named::default(), "{odd}");
        }
    }
}
