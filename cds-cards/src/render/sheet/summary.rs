//! The summary of the pathway card: the situation and what the review names for it, by the wordings of the knowledge.

use super::super::words;
use super::names::{short, systemic};
use super::steps::Speaker;
use crate::assessment::{Aim, GivenState, Place, PlaceReport, Reason, Status, Verdict};
use crate::knowledge::filled;
use crate::knowledge::situation::{Part, Situation};
use fhir_profiles::FactId;

/// Names in a list of a summary.
const NAMES: usize = 3;

/// The wordings whose slots are filled, from full to short.
pub(super) fn wordings(speaker: &Speaker<'_>) -> Vec<String> {
    let (phrases, alone) = situation(speaker);
    if alone {
        return phrases;
    }
    let slot = |name: &str| match name {
        "situation" => phrases.join(", "),
        "base" => phrases.first().cloned().unwrap_or_default(),
        name => value(speaker, name),
    };
    let wordings = &speaker.knowledge.pathway.wordings;
    wordings
        .iter()
        .filter_map(|wording| filled(wording, slot))
        .map(|wording| words::capitalised(&wording))
        .collect()
}

/// The phrases of the beginning, and whether they are all that is said.
fn situation(speaker: &Speaker<'_>) -> (Vec<String>, bool) {
    let mut phrases: Vec<String> = Vec::new();
    for part in Part::ALL {
        let held = speaker.pathway.situations.iter();
        let held = held.filter_map(|position| speaker.knowledge.pathway.situations.get(*position));
        let said = held
            .filter(|situation| situation.part == part)
            .find_map(|situation| {
                Some((
                    filled(&situation.words, |slot| phrase(speaker, slot))?,
                    situation.alone,
                ))
            });
        match said {
            Some((text, true)) => return (vec![text], true),
            Some((text, false)) => phrases.push(text),
            None => {}
        }
    }
    (phrases, false)
}

fn phrase(speaker: &Speaker<'_>, slot: &str) -> String {
    let assessment = speaker.assessment;
    let fact = |id: FactId| assessment.facts.get(&id);
    let word = |id: FactId| {
        let report = fact(id).filter(|report| report.status == Status::Known);
        report.and_then(words::value).unwrap_or_default()
    };
    match slot {
        "grade" => known_grade(speaker).unwrap_or_default(),
        "ecog" => word(FactId::Ecog),
        "status" => word(FactId::DiseaseStatus),
        "now" => few(systemic(speaker.pathway, |entry| entry.state == GivenState::Now)),
        "failed" => few(systemic(speaker.pathway, |entry| {
            entry.state == GivenState::Before && entry.progression_since.is_some()
        })),
        "lacking" => lacking(speaker),
        _ => String::new(),
    }
}

/// "G2", "G1 or G2": also where several are possible for a known measure.
fn known_grade(speaker: &Speaker<'_>) -> Option<String> {
    let grade = &speaker.assessment.grade;
    let possible = grade.candidates.len() < speaker.knowledge.grade.rows.len();
    let narrowed = possible && grade.reason.is_none_or(|reason| reason == Reason::Judgement);
    narrowed.then(|| words::any_of(&grade.candidates))
}

/// "grade and resectability not recorded", each with its own reason where they differ.
fn lacking(speaker: &Speaker<'_>) -> String {
    let assessment = speaker.assessment;
    let mut lacking: Vec<(&str, String)> = Vec::new();
    if known_grade(speaker).is_none() {
        let why = match (assessment.grade.reason, assessment.grade.gap) {
            (Some(reason), gap) => crate::assessment::lack(reason, gap, None).to_owned(),
            (None, _) => words::reason(Reason::Missing).to_owned(),
        };
        lacking.push(("grade", why));
    }
    let resectability = assessment.facts.get(&FactId::Resectability);
    if resectability.is_some_and(|report| report.status != Status::Known) {
        lacking.push(("resectability", words::unknown(resectability).to_owned()));
    }
    match lacking.as_slice() {
        [(a, why), (b, same)] if why == same => format!("{a} and {b} {why}"),
        all => all
            .iter()
            .map(|(what, why)| format!("{what} {why}"))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn value(speaker: &Speaker<'_>, slot: &str) -> String {
    let pathway = speaker.pathway;
    match slot {
        "advice" => {
            let [of_review, of_site] = [false, true].map(|by_site| !speaker.against(by_site).is_empty());
            let who = match (of_review, of_site) {
                (false, true) => "site rule advises",
                (true, true) => "review and site rule advise",
                _ => "review advises",
            };
            who.to_owned()
        }
        "against" => {
            let lines = [false, true].map(|by_site| speaker.against(by_site));
            let said = lines
                .iter()
                .flatten()
                .map(|line| format!("{} ({})", line.label, line.text));
            said.collect::<Vec<_>>().join(", ")
        }
        "against-short" => {
            let of_place = pathway
                .places
                .iter()
                .filter(|place| place.place == Place::Against);
            let names = of_place.map(|place| short(speaker.knowledge, &place.option).to_owned());
            few(names.collect())
        }
        "named" => speaker.names_with_values().join(", "),
        "named-short" => few(speaker.names()),
        "question" if pathway.intent.value == Aim::Open => speaker.knowledge.pathway.open.clone(),
        "no-trigger" if pathway.no_trigger => speaker
            .knowledge
            .pathway
            .no_trigger
            .as_ref()
            .map(|rule| rule.words.clone())
            .unwrap_or_default(),
        "none" => match pathway.places.iter().any(is_said) {
            true => String::new(),
            false => speaker.knowledge.pathway.none.clone(),
        },
        "met" => met(speaker),
        "others" => match speaker.open_names(Verdict::Supported).len() {
            0 => match speaker.open_names(Verdict::Provisional).len() {
                0 => String::new(),
                n => format!("{n} more to confirm first"),
            },
            1 => "1 other, no order stated".to_owned(),
            n => format!("{n} others, no order stated"),
        },
        "confirm" => prefixed(
            "to confirm first: ",
            speaker.open_names(Verdict::Provisional),
            speaker,
        ),
        _ => String::new(),
    }
}

fn is_said(place: &PlaceReport) -> bool {
    matches!(place.place, Place::Named | Place::Open | Place::Against)
}

fn met(speaker: &Speaker<'_>) -> String {
    let names = speaker.open_names(Verdict::Supported);
    let more = names.len() > 1;
    let text = prefixed("criteria met: ", names, speaker);
    match more && !text.is_empty() {
        true => format!("{text}, no order stated"),
        false => text,
    }
}

/// A list of names; none where the only name is of an option that is all our own reading.
fn prefixed(prefix: &str, names: Vec<String>, speaker: &Speaker<'_>) -> String {
    match names.as_slice() {
        [] => String::new(),
        [only] if speaker.is_by_analogy(only) => String::new(),
        _ => format!("{prefix}{}", few(names)),
    }
}

/// The first names, and how many more.
fn few(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMES);
    match more {
        0 => words::all_of(&names),
        _ => format!(
            "{} and {more} more",
            names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Every base phrase, with the longest value of each slot: for the check at load.
pub(in super::super) fn longest_bases(situations: &[Situation]) -> Vec<String> {
    let bases = situations.iter().filter(|situation| situation.part == Part::Base);
    bases
        .filter_map(|situation| filled(&situation.words, longest))
        .collect()
}

/// The longest value of a slot of a phrase.
fn longest(slot: &str) -> String {
    match slot {
        "grade" => "G1 or G2",
        "lacking" => "grade and resectability not recorded",
        "ecog" => "3-4",
        "status" => "progressive",
        "now" | "failed" => "lanreotide, streptozocin and 2 more",
        _ => "",
    }
    .to_owned()
}
