//! The phrases of `tests/corpus/mentions`, with what each states.

use fhir_profiles::FactId;
use fhir_profiles::mentions::{self, Narrative};
use serde::Deserialize;
use std::path::Path;

pub(crate) const LANGUAGES: [&str; 2] = ["en", "de"];

/// Both, and what was written when the lexicon was done, to see what it does with what it was not made for.
pub(crate) const ALL: [&str; 5] = ["en", "de", "held-out", "held-out-2", "held-out-3"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plain: Vec<Plain>,
    trap: Vec<Trap>,
    report: Vec<Report>,
}

/// Statements of one fact: the text, its value, and what else it states as `fact value`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    fact: String,
    cases: Vec<Vec<String>>,
}

/// Texts that seem to state a fact: the fact, the text, and what it does state as `fact value`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trap {
    kind: String,
    cases: Vec<Vec<String>>,
}

/// A small report, and all that it states.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    text: Option<String>,
    html: Option<String>,
    mentions: Vec<String>,
}

const KINDS: [&str; 12] = [
    "negated",
    "historical",
    "other-tumour",
    "family",
    "legend",
    "guideline",
    "plan",
    "question",
    "other-organ",
    "not-done",
    "quoted",
    "template",
];

/// One text of the corpus.
pub(crate) struct Case {
    pub(crate) narrative: Narrative,
    /// The fact that it states, or seems to.
    pub(crate) fact: Option<FactId>,
    pub(crate) is_trap: bool,
    /// All that it states, as fact and value.
    pub(crate) expected: Vec<(FactId, String)>,
}

impl Case {
    pub(crate) fn states(&self, fact: FactId) -> bool {
        self.expected.iter().any(|(of, _)| *of == fact)
    }
}

pub(crate) fn facts() -> Vec<FactId> {
    mentions::facts().collect()
}

fn fact(id: &str) -> FactId {
    FactId::parse(id).unwrap_or_else(|| panic!("no fact {id}"))
}

fn stated(text: &String) -> (FactId, String) {
    let (id, value) = text.split_once(' ').unwrap_or_else(|| panic!("no value: {text}"));
    (fact(id), value.to_owned())
}

/// The texts of these languages.
pub(crate) fn of(languages: &[&str]) -> Vec<Case> {
    languages.iter().flat_map(|language| cases(language)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the corpus is a file")]
fn cases(language: &str) -> Vec<Case> {
    let name = format!("../tests/corpus/mentions/{language}.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let file: File = toml::from_str(&text).unwrap();
    let plain = file.plain.iter().flat_map(|plain| {
        plain.cases.iter().map(|case| {
            let [text, value, more @ ..] = case.as_slice() else {
                panic!("text and value: {case:?}")
            };
            let own = (fact(&plain.fact), value.clone());
            Case {
                narrative: Narrative::plain(text),
                fact: Some(own.0),
                is_trap: false,
                expected: std::iter::once(own).chain(more.iter().map(stated)).collect(),
            }
        })
    });
    let traps = file.trap.iter().flat_map(|trap| {
        assert!(
            trap.kind == "other-meaning" || KINDS.contains(&trap.kind.as_str()),
            "{}",
            trap.kind
        );
        trap.cases.iter().map(|case| {
            let [id, text, more @ ..] = case.as_slice() else {
                panic!("fact and text: {case:?}")
            };
            Case {
                narrative: Narrative::plain(text),
                fact: Some(fact(id)),
                is_trap: true,
                expected: more.iter().map(stated).collect(),
            }
        })
    });
    let reports = file.report.iter().map(|report| Case {
        narrative: match (&report.text, &report.html) {
            (Some(text), None) => Narrative::plain(text),
            (None, Some(html)) => Narrative::html(html),
            _ => panic!("a report is text or HTML"),
        },
        fact: None,
        is_trap: report.mentions.is_empty(),
        expected: report.mentions.iter().map(stated).collect(),
    });
    plain.chain(traps).chain(reports).collect()
}
