//! The one line of each card: wordings from full to short, of which the first that fits is taken.

use super::card::Summary;
use super::words;
use crate::assessment::{Assessment, Group, OptionReport, Verdict};
use crate::knowledge::Knowledge;

/// "PNET G2 (Ki-67 8 %), ENETS IIA, AJCC IB; liver metastases not recorded: options not assessed".
pub(super) fn without(assessment: &Assessment) -> Vec<String> {
    let grade = words::grade(assessment);
    let enets = words::stage("ENETS", &assessment.stage.enets);
    let ajcc = words::stage("AJCC", &assessment.stage.ajcc7);
    let basis = words::grade_basis(assessment)
        .map(|basis| format!(" ({basis})"))
        .unwrap_or_default();
    let liver = words::liver_metastases(assessment);
    vec![
        format!("PNET {grade}{basis}, {enets}, {ajcc}; liver metastases {liver}"),
        format!("PNET {grade}, {enets}, {ajcc}; liver metastases {liver}"),
        format!("PNET {grade}; liver metastases {liver}"),
        format!("PNET {grade}; options not assessed"),
    ]
}

/// "Surgery: supported: curative resection; to confirm: cytoreductive surgery", or the numbers only.
pub(super) fn group(knowledge: &Knowledge, group: Group, options: &[&OptionReport]) -> Vec<String> {
    let named = |verdict| -> Vec<String> {
        let of_verdict = options.iter().filter(|option| option.verdict == verdict);
        of_verdict.map(|option| label(knowledge, &option.id)).collect()
    };
    let (supported, provisional) = (named(Verdict::Supported), named(Verdict::Provisional));
    let name = words::group(group);
    if supported.is_empty() && provisional.is_empty() {
        return vec![format!("{name}: no option supported or to be confirmed")];
    }
    let list =
        |word: &str, names: &[String]| (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")));
    let counts =
        |word: &str, names: &[String]| (!names.is_empty()).then(|| format!("{} {word}", names.len()));
    let join =
        |parts: [Option<String>; 2], by: &str| parts.into_iter().flatten().collect::<Vec<_>>().join(by);
    vec![
        format!(
            "{name} - {}",
            join(
                [list("supported", &supported), list("to confirm", &provisional)],
                "; "
            )
        ),
        format!(
            "{name}: {}",
            join(
                [
                    counts("supported", &supported),
                    counts("to confirm", &provisional)
                ],
                ", "
            )
        ),
    ]
}

/// "To settle first: Ki-67, ECOG performance status and 5 more".
pub(super) fn missing(labels: &[String]) -> Vec<String> {
    let wording = |named: usize| {
        let head: Vec<&str> = labels.iter().take(named).map(String::as_str).collect();
        match labels.len() - head.len() {
            0 => format!("To settle first: {}", head.join(", ")),
            more => format!("To settle first: {} and {more} more", head.join(", ")),
        }
    };
    let mut wordings: Vec<String> = (1..=labels.len().min(3)).rev().map(wording).collect();
    wordings.push(format!("To settle first: {}", words::count(labels.len(), "fact")));
    wordings
}

/// "Check the record: Ki-67 (older); if right: grade G3", the first of what has a consequence; none if nothing has.
pub(super) fn discrepancy(assessment: &Assessment) -> Vec<String> {
    let found: Vec<(String, &str)> = assessment
        .discrepancies
        .iter()
        .filter_map(|found| {
            let labels: Vec<&str> = found
                .facts
                .iter()
                .map(|fact| fact.info().label.as_str())
                .collect();
            Some((words::all_of(&labels), found.consequence.as_deref()?))
        })
        .collect();
    let Some((facts, consequence)) = found.first() else {
        return Vec::new();
    };
    let more = match found.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    vec![
        format!("Check the record: {facts}; were the other reading right: {consequence}{more}"),
        format!("Check the record: {facts}; the other reading would lead to {consequence}{more}"),
        format!("Check the record: {facts}: another reading changes grade, stage, verdict or place{more}"),
        format!(
            "Check the record: {} would change a grade, stage, verdict or place",
            words::count(found.len(), "other reading")
        ),
    ]
}

/// A PNET is named in a way that does not count.
pub(super) fn named() -> Vec<String> {
    vec![
        "PNET named in a text or with a status that is not understood only: not assessed; to be coded"
            .to_owned(),
    ]
}

/// Nothing to go by, which is not the same as nothing there.
pub(super) fn unreadable(records: usize) -> Vec<String> {
    let what = match records {
        0 => "the records disagree".to_owned(),
        n => format!("{} could not be read", words::count(n, "record")),
    };
    vec![format!("PNET can be neither confirmed nor excluded: {what}")]
}

pub(super) fn label(knowledge: &Knowledge, id: &str) -> String {
    let known = knowledge.option(id);
    known.map_or(id, |option| option.label.as_str()).to_owned()
}

/// Wordings as a summary; the card's kind stands in where there is none.
pub(super) fn of(wordings: &[String]) -> Summary {
    Summary::first_fitting(wordings).unwrap_or_else(Summary::nothing)
}
