//! The patient's situation in the words of the summary, as data (specification, section 6, 1).

use super::load::Source;
use super::phrase::slots;
use super::place::Reader;
use super::section::{At, Section};
use crate::assessment::Verdict;

/// Which part of the beginning of a summary a phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What decides the aim.
    Base,
    /// How the disease goes.
    Course,
    /// What the tumour secretes.
    Syndrome,
}

impl Part {
    /// Every part, in the order in which they are said.
    pub const ALL: [Part; 3] = [Self::Base, Self::Course, Self::Syndrome];

    fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Course => "course",
            Self::Syndrome => "syndrome",
        }
    }
}

/// A phrase and when it is said.
#[derive(Debug)]
pub struct Situation {
    /// Its part.
    pub part: Part,
    /// Criteria that must be met.
    pub met: Vec<String>,
    /// Criteria that must not be met, for sure.
    pub not_met: Vec<String>,
    /// An option and its verdicts, one of which it must have.
    pub verdict: Option<(String, Vec<Verdict>)>,
    /// A variant of that option that must apply.
    pub variant: Option<String>,
    /// The phrase, with slots.
    pub words: String,
    /// Whether nothing else is said.
    pub alone: bool,
}

/// Slots of a phrase.
pub const PHRASE_SLOTS: [&str; 6] = ["grade", "lacking", "ecog", "status", "now", "failed"];
/// Slots of a summary.
pub const SUMMARY_SLOTS: [&str; 12] = [
    "situation",
    "base",
    "against",
    "against-short",
    "named",
    "named-short",
    "question",
    "no-trigger",
    "met",
    "others",
    "confirm",
    "none",
];

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
pub(super) fn check(source: &Source<'_>, file: &str, situations: &[Situation]) {
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
