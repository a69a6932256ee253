//! The one line of each card: wordings from full to short, of which the first that fits is taken.

use super::card::Summary;
use super::words;
use crate::assessment::{Assessment, Gate, Group, OptionReport, Verdict};
use crate::knowledge::Knowledge;

/// "PNET G2 (Ki-67 8 %), ENETS IV, AJCC IV, liver metastases: 5 options supported, 3 to confirm".
pub(super) fn assessment(assessment: &Assessment) -> Vec<String> {
    let grade = words::grade(assessment);
    let enets = words::stage("ENETS", &assessment.stage.enets);
    let ajcc = words::stage("AJCC", &assessment.stage.ajcc7);
    let basis = words::grade_basis(assessment)
        .map(|basis| format!(" ({basis})"))
        .unwrap_or_default();
    let outcome = outcome(assessment);
    vec![
        format!("PNET {grade}{basis}, {enets}, {ajcc}, {outcome}"),
        format!("PNET {grade}, {enets}, {ajcc}, {outcome}"),
        format!("PNET {grade}, {outcome}"),
    ]
}

fn outcome(assessment: &Assessment) -> String {
    if assessment.gate != Gate::Passed {
        let liver = words::liver_metastases(assessment);
        return format!("liver metastases {liver}: options not assessed");
    }
    let number = |verdict| {
        assessment
            .options
            .iter()
            // What is or was given is no proposal.
            .filter(|option| option.verdict == verdict && assessment.given(&option.id).is_none())
            .count()
    };
    let (supported, provisional) = (number(Verdict::Supported), number(Verdict::Provisional));
    let open = number(Verdict::Undetermined);
    let options = match (supported, provisional) {
        (0, 0) if open > 0 => format!("no option supported, {open} undetermined"),
        (0, 0) => "no option supported".to_owned(),
        (0, n) => format!("no option supported yet, {n} to confirm"),
        (n, 0) => format!("{} supported", words::count(n, "option")),
        (n, m) => format!("{} supported, {m} to confirm", words::count(n, "option")),
    };
    format!("liver metastases: {options}")
}

/// "Surgery: supported: curative resection; to confirm: cytoreductive surgery", or the numbers only.
pub(super) fn group(knowledge: &Knowledge, group: Group, options: &[&OptionReport]) -> Vec<String> {
    let named = |verdict| -> Vec<String> {
        let of_verdict = options.iter().filter(|option| option.verdict == verdict);
        of_verdict.map(|option| label(knowledge, &option.id)).collect()
    };
    let (supported, provisional) = (named(Verdict::Supported), named(Verdict::Provisional));
    let name = words::group(group);
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

/// "Verdicts hang on missing data: Ki-67, ECOG performance status and 5 more".
pub(super) fn missing(labels: &[String]) -> Vec<String> {
    let wording = |named: usize| {
        let head: Vec<&str> = labels.iter().take(named).map(String::as_str).collect();
        match labels.len() - head.len() {
            0 => format!("Verdicts hang on missing data: {}", head.join(", ")),
            more => format!(
                "Verdicts hang on missing data: {} and {more} more",
                head.join(", ")
            ),
        }
    };
    let mut wordings: Vec<String> = (1..=labels.len().min(3)).rev().map(wording).collect();
    wordings.push(format!(
        "Verdicts hang on missing data: {}",
        words::count(labels.len(), "fact")
    ));
    wordings
}

/// "Record does not fit together in 2 points: ...".
pub(super) fn discrepancy(texts: &[&str]) -> Vec<String> {
    let mut wordings = Vec::new();
    if let [only] = texts {
        wordings.push(format!("Check the record: {}", only.trim_end_matches('.')));
    }
    wordings.push(format!(
        "Check the record: {} not fit together",
        points(texts.len())
    ));
    wordings
}

/// `1 point does`, `2 points do`.
pub(super) fn points(n: usize) -> String {
    match n {
        1 => "1 point does".to_owned(),
        n => format!("{n} points do"),
    }
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
