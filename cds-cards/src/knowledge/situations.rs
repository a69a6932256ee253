//! `[[situation]]` and `[summary]` of `pathway.toml`: the words of the summary, and when each is said.

use super::files::Files;
use super::model::situation::{PHRASE_SLOTS, Part, SUMMARY_SLOTS, Situation};
use super::phrase::slots;
use super::reader::Reader;
use super::section::{At, Section};
use crate::assessment::Verdict;

fn checked(section: &Section<'_>, text: At<String>, known: &[&str]) -> String {
    for slot in slots(&text.value) {
        if !known.contains(&slot) {
            section.fault(text.line, format!("unknown slot `{slot}`"));
        }
    }
    text.value
}

/// One `[[situation]]`.
pub(super) fn situation(section: &Section<'_>, reader: &Reader<'_>) -> Option<Situation> {
    let ids = |key| reader.criteria(section, section.texts(key));
    let (met, not_met) = (ids("met"), ids("not-met"));
    let option = section.optional_text("option");
    let verdicts = verdicts(section);
    let variant = section.optional_text("variant").map(|variant| variant.value);
    let alone = section.flag("alone");
    let (part, words) = (section.text("part"), section.text("words"));
    let part = part?;
    let known = Part::ALL.into_iter().find(|known| known.as_str() == part.value);
    if known.is_none() {
        section.fault(part.line, format!("unknown part `{}`", part.value));
    }
    Some(Situation {
        part: known?,
        met,
        not_met,
        verdict: option.map(|option| (option.value, verdicts)),
        variant,
        words: checked(section, words?, &PHRASE_SLOTS),
        alone,
    })
}

/// `verdicts` of a section.
pub(super) fn verdicts(section: &Section<'_>) -> Vec<Verdict> {
    let named = section.texts("verdicts").into_iter();
    named
        .filter_map(|word| {
            let verdict = Verdict::ALL
                .into_iter()
                .find(|verdict| verdict.as_str() == word.value);
            if verdict.is_none() {
                section.fault(word.line, format!("unknown verdict `{}`", word.value));
            }
            verdict
        })
        .collect()
}

/// `[summary]`: wordings from full to short.
pub(super) fn wordings(root: &Section<'_>) -> Vec<String> {
    let read = |section: &Section<'_>| -> Vec<String> {
        let texts = section.some_texts("wordings").into_iter();
        texts.map(|text| checked(section, text, &SUMMARY_SLOTS)).collect()
    };
    root.section("summary", read).unwrap_or_default()
}

/// Reports where the phrases leave a patient without a beginning.
pub(super) fn check(source: &Files<'_>, file: &str, situations: &[Situation]) {
    let always = |situation: &Situation| {
        situation.part == Part::Base
            && situation.met.is_empty()
            && situation.not_met.is_empty()
            && situation.verdict.is_none()
            && slots(&situation.words).next().is_none()
    };
    if let Some(place) = source.place(file)
        && !situations.iter().any(always)
    {
        place.fault(1, "no `[[situation]]` of the part `base` holds for every patient");
    }
}
