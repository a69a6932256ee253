//! A criterion in words: what it reads and what each value means for it.

use super::quotes::{Quote, quotes};
use cds_cards::Knowledge;
use cds_cards::knowledge::{Band, Call, Criterion, OptionKnowledge, Subject, Test};
use cds_cards::render::words;
use fhir_profiles::FactId;
use serde::Serialize;
use std::collections::BTreeMap;

/// A criterion as a page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Rule {
    id: String,
    label: String,
    /// What it reads, where that is one thing.
    reads: Option<String>,
    rows: Vec<Row>,
    /// How the parts of a compound count together.
    compound: Option<&'static str>,
    parts: Vec<Rule>,
    /// The option whose verdict it reads, as id and label.
    option: Option<(String, String)>,
    mark: &'static str,
    note: Option<String>,
    quotes: Vec<Quote>,
}

/// One value, or band of values, and what it means.
#[derive(Debug, Serialize)]
struct Row {
    value: String,
    outcome: &'static str,
    word: &'static str,
    interpretation: bool,
}

/// The unit of a fact as it stands after a number, with the blank before it.
pub(super) fn unit(fact: FactId) -> String {
    match fact.info().unit.as_deref() {
        None | Some("{#}" | "{score}" | "1") => String::new(),
        Some("a") => " years".to_owned(),
        Some(unit) => match unit.strip_prefix('/') {
            Some(per) => format!(" per {per}"),
            None => format!(" {unit}"),
        },
    }
}

/// The criterion with this id; an option that asks for it may rest it on statements of its own, or by interpretation.
pub(super) fn rule(knowledge: &Knowledge, id: &str, asking: Option<&OptionKnowledge>) -> Option<Rule> {
    let criterion = knowledge.criteria.get(id)?;
    Some(Rule {
        id: criterion.id.clone(),
        label: criterion.label.clone(),
        reads: reads(&criterion.test),
        rows: rows(criterion),
        compound: compound(&criterion.test),
        parts: criterion
            .test
            .parts()
            .iter()
            .filter_map(|part| rule(knowledge, part, None))
            .collect(),
        option: option(knowledge, &criterion.test),
        mark: match asking {
            _ if criterion.of_site || asking.is_some_and(|option| option.of_site.contains(id)) => {
                words::SITE_RULE
            }
            Some(option) if option.interprets(criterion) => words::INTERPRETATION,
            None if criterion.interpretation => words::INTERPRETATION,
            _ => "",
        },
        note: criterion.note.clone(),
        quotes: quotes(
            knowledge,
            asking.map_or(criterion.statements.as_slice(), |option| {
                option.statements_of(criterion)
            }),
        ),
    })
}

fn reads(test: &Test) -> Option<String> {
    match test {
        Test::Words {
            subject: Subject::Grade,
            ..
        } => Some("WHO grade".to_owned()),
        Test::Words {
            subject: Subject::Fact(fact),
            ..
        }
        | Test::Range { fact, .. }
        | Test::Lasting { fact, .. } => Some(fact.info().label.clone()),
        Test::Given { .. } => Some("treatments given".to_owned()),
        Test::Option { .. } | Test::Not(_) | Test::Any(_) | Test::All(_) => None,
    }
}

fn compound(test: &Test) -> Option<&'static str> {
    match test {
        Test::Not(_) => Some("Met where this is not met, and the other way round:"),
        Test::Any(_) => Some("Met where at least one of these is met:"),
        Test::All(_) => Some("Met where all of these are met:"),
        Test::Option { negate: true, .. } => Some(
            "Met where this option's criteria are not met, or the review advises against it; not met where it is supported:",
        ),
        Test::Option { .. } => Some("Met where this option is supported:"),
        Test::Words { .. } | Test::Range { .. } | Test::Lasting { .. } | Test::Given { .. } => None,
    }
}

fn option(knowledge: &Knowledge, test: &Test) -> Option<(String, String)> {
    let Test::Option { option, .. } = test else {
        return None;
    };
    let known = knowledge.options.iter().find(|known| &known.id == option)?;
    Some((known.id.clone(), known.label.clone()))
}

fn rows(criterion: &Criterion) -> Vec<Row> {
    match &criterion.test {
        Test::Words { subject, calls } => words(*subject, calls),
        Test::Range {
            fact,
            bands,
            words: named,
            ..
        } => {
            let mut rows: Vec<Row> = bands.iter().map(|each| band(*fact, each)).collect();
            rows.extend(words(Subject::Fact(*fact), named));
            rows
        }
        Test::Lasting {
            months,
            longer,
            shorter,
            ..
        } => {
            let part = |calls: &BTreeMap<String, Call>, how: &str| -> Vec<Row> {
                calls
                    .iter()
                    .map(|(word, call)| row(format!("{word} {how} {months} months"), *call, false))
                    .collect()
            };
            let mut rows = part(longer, "for at least");
            rows.extend(part(shorter, "for less than"));
            rows
        }
        test @ Test::Given { .. } => {
            let treatment = test.treatment().into_iter();
            treatment.map(|what| row(what, Call::Met, false)).collect()
        }
        Test::Option { .. } | Test::Not(_) | Test::Any(_) | Test::All(_) => Vec::new(),
    }
}

fn band(fact: FactId, band: &Band) -> Row {
    row(
        format!("{}{}", band.interval, unit(fact)),
        band.call,
        band.interpretation,
    )
}

/// In the order of the catalogue, which is the clinician's.
fn words(subject: Subject, calls: &BTreeMap<String, (Call, bool)>) -> Vec<Row> {
    let order = |word: &String| match subject {
        Subject::Fact(fact) => fact.word(word),
        Subject::Grade => FactId::GradeRecorded.word(word),
    };
    let mut sorted: Vec<_> = calls.iter().collect();
    sorted.sort_by_key(|(word, _)| order(word));
    let rows = sorted.into_iter();
    rows.map(|(word, (call, interpreted))| row(word.clone(), *call, *interpreted))
        .collect()
}

fn row(value: String, call: Call, interpretation: bool) -> Row {
    let (outcome, word) = match call {
        Call::Met => ("met", "met"),
        Call::NotMet => ("not-met", "not met"),
        Call::Judgement => ("unknown", "needs clinical judgement"),
    };
    Row {
        value,
        outcome,
        word,
        interpretation,
    }
}
