//! The patient's situation in sentences, each said once: what the pathway card, the pages and the terminal lay out
//! (specification, section 6, 1).

mod most;
mod names;
mod patient;
mod steps;
mod summary;

pub use most::Most;
pub use patient::of as patient;
pub use steps::{Line, Step};
pub(super) use summary::longest_bases;

use super::evidence::{Sentence, chart, chart_line};
use super::findings::missing_facts;
use super::markers::markers;
use super::not_read::not_read;
use super::{notes, scope, words};
use crate::assessment::{Aim, Assessment, FactReport, GivenReport, GivenState, ProblemReport, Status};
use crate::knowledge::Knowledge;
use fhir_profiles::FactId;
use names::agents;
use serde::Serialize;

/// The situation of a patient for whom the options apply. Texts may hold chart data: whoever lays them out escapes them.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// The situation and what the review names for it, from full to short.
    #[serde(skip)]
    pub summary: Vec<String>,
    /// What the review does not look at and the record says.
    pub outside: Vec<String>,
    /// Notes since publication that stand before the benefits of an option.
    pub warnings: Vec<Line>,
    /// The patient, in phrases.
    pub patient: Vec<String>,
    /// The genetic syndromes on record, of which the review gives no rule; empty if there are none.
    pub genetic: String,
    /// What treatment can aim at, in a word.
    pub intent: &'static str,
    /// Why, with its statements.
    pub because: Sentence,
    /// Whether the disease is resectable, as recorded.
    pub resectable: String,
    /// Treatments given, now and before.
    pub given: Vec<String>,
    /// What the review advises against.
    pub against: Vec<Line>,
    /// What only rules of a site's own advise against.
    pub against_by_site: Vec<Line>,
    /// What it names for the situation, in its own sequence.
    pub named: Vec<Step>,
    /// Named options among which it states no order.
    pub unordered: String,
    /// Why nothing calls for a change; empty if something does.
    pub no_trigger: Option<Sentence>,
    /// Options whose criteria are met, without an order.
    pub open: Vec<Line>,
    /// Options that are to be confirmed first.
    pub confirm: Vec<Line>,
    /// The same chart resectable and not, while the intent is open.
    pub branches: Vec<Line>,
    /// Facts that decide most, and what they are needed for.
    pub settle: Vec<Line>,
    /// How many further ones decide something.
    pub settle_more: usize,
    /// What asks for a comparison with earlier imaging.
    pub compare: Vec<Line>,
    /// What of the record was not read, in one sentence; empty if all was.
    pub not_read: String,
    /// Records and searches that could not be used, with the reason; chart data.
    pub problems: Vec<String>,
}

/// The sheet of a patient; `None` where the gate is not passed.
pub fn sheet(knowledge: &Knowledge, assessment: &Assessment, most: Most) -> Option<Sheet> {
    let pathway = assessment.pathway.as_ref()?;
    let missing = missing_facts(assessment);
    let settle: Vec<Line> = missing
        .iter()
        .map(|missing| steps::settle(knowledge, assessment, missing, most))
        .collect();
    let shown = settle.len().min(most.0.min(SETTLE));
    let speaker = steps::Speaker {
        knowledge,
        assessment,
        pathway,
        most,
    };
    Some(Sheet {
        summary: summary::wordings(&speaker),
        outside: scope::outside(knowledge, assessment),
        warnings: notes::before_benefits(knowledge, assessment)
            .into_iter()
            .map(|(id, note)| Line::of(String::new(), note.short.clone(), id.clone()))
            .collect(),
        patient: patient::of(knowledge, assessment, most),
        genetic: scope::genetic_syndromes(assessment).unwrap_or_default(),
        intent: match pathway.intent.value {
            Aim::Open => "not decided",
            aim => aim.as_str(),
        },
        because: Sentence::new(&pathway.intent.because, &pathway.intent.statements),
        resectable: resectable(assessment),
        given: Most(most.0.max(GIVEN)).of(pathway.given.iter().map(given).collect()),
        against: speaker.against(false),
        against_by_site: speaker.against(true),
        named: speaker.named(),
        unordered: speaker.unordered(),
        no_trigger: speaker.no_trigger(),
        open: speaker.open(),
        confirm: speaker.confirm(),
        branches: speaker.branches(),
        settle_more: settle.len() - shown,
        settle: settle.into_iter().take(shown).collect(),
        compare: markers(knowledge, assessment)
            .iter()
            .flat_map(|marker| marker.asks.iter().map(move |ask| (marker, ask)))
            .map(|(marker, ask)| {
                let label = marker.fact.info().label.clone();
                Line::of(label, ask.text.clone(), ask.statements.join(", "))
            })
            .collect(),
        not_read: not_read(&assessment.not_read).unwrap_or_default(),
        problems: Most(most.0.min(PROBLEMS)).of(assessment.problems.iter().map(problem).collect()),
    })
}

/// Records that could not be used and are named on a card.
const PROBLEMS: usize = 3;
/// Treatments that are always said.
const GIVEN: usize = 4;
/// Facts to settle on the pathway card; the next card has more.
const SETTLE: usize = 3;

/// "Not resectable (2026-10-20)", "Resectability not recorded".
fn resectable(assessment: &Assessment) -> String {
    let Some(report) = assessment.facts.get(&FactId::Resectability) else {
        return String::new();
    };
    if report.status != Status::Known {
        return format!("Resectability {}", words::unknown(Some(report)));
    }
    let what = match report.says("resectable") {
        true => "Resectable",
        false => "Not resectable",
    };
    dated(what, report)
}

/// With the date of the reading that counts, if it has one.
fn dated(text: &str, report: &FactReport) -> String {
    match report.date() {
        Some(date) => format!("{text} ({date})"),
        None => text.to_owned(),
    }
}

/// "lanreotide since 2024-04, progression since 2026-10-15"; the reason in it is chart data.
fn given(entry: &GivenReport) -> String {
    let agents = agents(entry);
    let mut parts = vec![match (entry.state, &entry.from, &entry.until) {
        (GivenState::Now, Some(from), _) => format!("{agents} since {from}"),
        (GivenState::Now, None, _) => format!("{agents} now"),
        (GivenState::Before, Some(from), Some(until)) if from != until => {
            format!("{agents} {from} to {until}")
        }
        (GivenState::Before, Some(day), _) | (GivenState::Before, None, Some(day)) => {
            format!("{agents} {day}")
        }
        (GivenState::Before, None, None) => format!("{agents} before"),
    }];
    let times = entry.times.filter(|times| *times > 1);
    parts.extend(times.map(|times| format!("{times} times")));
    parts.extend(entry.reason.as_ref().map(|reason| format!("for \"{reason}\"")));
    let since = entry.progression_since.as_ref();
    parts.extend(since.map(|date| format!("progression since {date}")));
    chart_line(&parts.join(", "))
}

/// "prefetch markers: these records could not be fetched".
fn problem(report: &ProblemReport) -> String {
    format!("{}: {}", chart(&report.place), report.problem)
}
