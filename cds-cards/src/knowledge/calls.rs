//! What a criterion reads and the calls of its words, as criteria write them.

use super::model::Call;
use super::section::{At, Section};
use fhir_profiles::FactId;
use std::collections::{BTreeMap, BTreeSet};

/// What a criterion or marker reads.
pub(super) fn fact(section: &Section<'_>) -> Option<FactId> {
    section.fact(&section.text("reads")?)
}

/// The call of each word; without a list (the fact is unknown) the words are read but not checked.
pub(super) fn calls(
    section: &Section<'_>,
    name: &str,
    list: Option<&[String]>,
) -> BTreeMap<String, (Call, bool)> {
    let mut calls = BTreeMap::new();
    let interpreted = section.texts("interpreted");
    let known = |word: &At<String>| {
        let known = list.is_none_or(|list| list.contains(&word.value));
        if !known {
            section.fault(word.line, format!("`{}` is no word of `{name}`", word.value));
        }
        known
    };
    let marked: BTreeSet<&str> = interpreted
        .iter()
        .filter(|word| known(word))
        .map(|word| word.value.as_str())
        .collect();
    for (key, call) in [
        ("met", Call::Met),
        ("not-met", Call::NotMet),
        ("judgement", Call::Judgement),
    ] {
        for word in section.texts(key) {
            if !known(&word) {
                continue;
            }
            let ours = marked.contains(word.value.as_str());
            if calls.insert(word.value.clone(), (call, ours)).is_some() {
                section.fault(word.line, format!("overlap: `{}` has two calls", word.value));
            }
        }
    }
    for word in list.unwrap_or_default() {
        if !calls.contains_key(word) {
            section.fault(section.line(), format!("gap: `{word}` of `{name}` has no call"));
        }
    }
    calls
}

/// A call, as it is written.
pub(super) fn call(text: Option<At<String>>, section: &Section<'_>) -> Option<Call> {
    let text = text?;
    match text.value.as_str() {
        "met" => Some(Call::Met),
        "not-met" => Some(Call::NotMet),
        "judgement" => Some(Call::Judgement),
        other => {
            section.fault(
                text.line,
                format!("unknown call `{other}`: met, not-met or judgement"),
            );
            None
        }
    }
}
