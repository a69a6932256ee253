//! The line of the patient: what is recorded of the situation, in phrases; what is not recorded is left to "settle first".

use super::super::evidence::chart_line;
use super::super::markers::markers;
use super::super::words;
use super::most::Most;
use super::names::{lower, uptake, word};
use crate::assessment::{Assessment, FactReport, NOT_RECORDED, Reason, Status};
use crate::knowledge::Knowledge;
use fhir_profiles::FactId;

/// The patient in phrases, in the order in which a clinician asks for them (specification, section 6, 1a).
pub fn of(knowledge: &Knowledge, assessment: &Assessment, most: Most) -> Vec<String> {
    let mut phrases = vec![grade(assessment)];
    let mut unknown: Vec<(&str, Vec<String>)> = Vec::new();
    for (fact, say) in &FACTS {
        let Some(report) = assessment.facts.get(fact) else {
            continue;
        };
        match why_unknown(report) {
            None => phrases.extend(say(report).filter(|_| report.status == Status::Known)),
            Some(why) => {
                let label = lower(&fact.info().label);
                match unknown.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, labels)) => labels.push(label),
                    None => unknown.push((why, vec![label])),
                }
            }
        }
    }
    let unknown = unknown.into_iter();
    phrases.extend(unknown.map(|(why, labels)| format!("{}: {why}", most.of(labels).join(", "))));
    let markers = markers(knowledge, assessment);
    phrases.extend(markers.iter().map(|marker| chart_line(&marker.brief)));
    phrases
}

/// "G2 (Ki-67 15 %, 2024-03)".
fn grade(assessment: &Assessment) -> String {
    let text = words::grade(assessment);
    let report = &assessment.grade;
    let Some(basis) = words::grade_basis(assessment) else {
        return match report.reason {
            Some(Reason::Missing) if report.gap.is_none() => format!("grade {NOT_RECORDED}"),
            Some(Reason::Missing) | None => text,
            Some(reason) => format!("{text} ({})", words::reason(reason)),
        };
    };
    let date = report
        .facts
        .iter()
        .find_map(|fact| assessment.facts.get(fact)?.date());
    let mut parts = vec![basis];
    parts.extend(date.map(|date| words::month(date).to_owned()));
    if report.interpretation {
        parts.push("the higher of two measures counts: interpretation".to_owned());
    }
    if report.classifiable == Some(false) {
        parts.push("outside the review's table: not poorly differentiated".to_owned());
    }
    format!("{text} ({})", parts.join(", "))
}

/// Why what is recorded did not come to a value; what is simply not recorded is not said here.
fn why_unknown(report: &FactReport) -> Option<&str> {
    let silent = report.reason.is_none_or(|reason| reason == Reason::Missing)
        && report.gap.is_none()
        && report.aside.is_none();
    (report.status != Status::Known && !silent).then(|| words::unknown(Some(report)))
}

type Say = fn(&FactReport) -> Option<String>;

/// The facts of the line, and how each is said.
const FACTS: [(FactId, Say); 13] = [
    // What is known of them stands beside the grade.
    (FactId::Ki67, |_| None),
    (FactId::Mitoses, |_| None),
    (FactId::Differentiation, |report| {
        word(report)
            .filter(|word| *word != "well")
            .map(|word| format!("{word}ly differentiated"))
    }),
    (FactId::LiverInvolvement, |report| {
        Some(format!("{} of the liver", words::value(report)?))
    }),
    (FactId::LiverLesionCount, |report| {
        let count = words::value(report)?;
        let noun = if count == "1" { "metastasis" } else { "metastases" };
        Some(format!("{count} {noun}"))
    }),
    (FactId::LargestLiverLesion, |report| {
        Some(format!("largest {}", words::value(report)?))
    }),
    (FactId::LiverDistribution, |report| {
        word(report).map(str::to_owned)
    }),
    (FactId::ExtrahepaticMetastases, |report| {
        Some(match report.says("present") {
            true => "extrahepatic metastases".to_owned(),
            false => "liver only".to_owned(),
        })
    }),
    (FactId::Functioning, |report| {
        let what = report.detail.as_deref().or(word(report))?;
        Some(
            what.replace('-', " ")
                .replace("non functioning", "non-functioning"),
        )
    }),
    (FactId::SymptomsControlled, |report| {
        Some(match report.says("yes") {
            true => "symptoms controlled".to_owned(),
            false => "symptoms not controlled".to_owned(),
        })
    }),
    (FactId::SstrUptake, uptake),
    (FactId::Ecog, |report| {
        Some(format!("ECOG {}", words::value(report)?))
    }),
    (FactId::DiseaseStatus, |report| {
        Some(
            [Some(word(report)?), report.date()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
        )
    }),
];
