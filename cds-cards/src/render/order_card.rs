//! What the templates of the order cards are given, and which of the two an order gets.

use super::evidence::{Note, Record, Sentence, chart, chart_line, note, records};
use super::group_card::{Criterion, criterion};
use super::literature::{CorrectionView, corrections};
use super::unreadable::Place;
use super::{notes, summary, words};
use crate::assessment::{
    Assessment, CriterionReport, Gate, GivenReport, GivenState, Group, MissingFact, OptionReport, Outcome,
    Reason, Role, Verdict,
};
use crate::knowledge::Knowledge;
use crate::orders::{OrderName, Proposal, Unread};
use fhir_profiles::FactId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Records behind one fact of a reason.
const RECORDS: usize = 3;
/// Problems named on the card of orders that could not be checked.
const PROBLEMS: usize = 5;

/// What the assessment says of the options that an order can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// One of them is supported, or to be confirmed in what no patient is harmed by.
    Fine,
    /// None is, and one of them hangs on what is not known.
    Open,
    /// The criteria of one are not met by a reading of ours alone, and none of the others is better.
    AgainstByReading,
    /// Every one is contraindicated or its criteria are not met.
    Against,
}

/// Interpretation I19: the most favourable of the options that an order can mean decides. An option that is only to be
/// confirmed does not settle it where the confirmation hangs on records that were not to be had, or where nobody has
/// excluded a contraindication: to say nothing to an order would read as if it were.
pub(super) fn judge(options: &[&OptionReport]) -> Judged {
    let settled = |option: &&&OptionReport| match option.verdict {
        Verdict::Supported => true,
        Verdict::Provisional => named(option).next().is_none(),
        Verdict::Undetermined | Verdict::NotSupported | Verdict::Contraindicated => false,
    };
    let open =
        |option: &&&OptionReport| matches!(option.verdict, Verdict::Undetermined | Verdict::Provisional);
    if options.iter().any(|option| settled(&option)) {
        Judged::Fine
    } else if options.iter().any(|option| open(&option)) || options.is_empty() {
        Judged::Open
    } else if options.iter().any(|option| fails_by_reading(option)) {
        Judged::AgainstByReading
    } else {
        Judged::Against
    }
}

/// Whether criteria are not met, and by readings of ours alone (section 5, orders): a contraindication that is ours warns.
fn fails_by_reading(option: &OptionReport) -> bool {
    let mut deciding = option.criteria.iter().filter(|c| option.deciding.contains(&c.id));
    option.verdict == Verdict::NotSupported
        && deciding.all(|criterion| criterion.interpretation && !criterion.of_site)
}

/// The reports of the options of a proposal.
pub(super) fn reports<'a>(assessment: &'a Assessment, proposal: &Proposal) -> Vec<&'a OptionReport> {
    let find = |id: &String| assessment.option(id);
    proposal.options.iter().filter_map(find).collect()
}

/// The criteria that a card names for an option: those that decide, or of an option that is to be confirmed those that
/// hang on records not to be had; and of both every contraindication that nobody has excluded.
fn named(option: &OptionReport) -> impl Iterator<Item = &CriterionReport> {
    let not_excluded = |criterion: &CriterionReport| {
        criterion.role == Role::Contraindication && criterion.outcome == Outcome::Unknown
    };
    option
        .criteria
        .iter()
        .filter(move |criterion| match option.verdict {
            Verdict::Provisional => criterion.gap.is_some() || not_excluded(criterion),
            Verdict::Undetermined => option.deciding.contains(&criterion.id) || not_excluded(criterion),
            _ => option.deciding.contains(&criterion.id),
        })
}

#[derive(Serialize)]
pub(super) struct WarningView {
    items: Vec<Item>,
    notes: Vec<Note>,
    version: String,
    cut_off: String,
}

#[derive(Serialize)]
struct Item {
    orders: Vec<Order>,
    interpretation: bool,
    options: Vec<OptionView>,
}

/// Chart data.
#[derive(Serialize)]
struct Order {
    wording: String,
    reference: String,
}

#[derive(Serialize)]
struct OptionView {
    label: String,
    verdict: String,
    restriction: Vec<Sentence>,
    reasons: Vec<Because>,
    corrections: Vec<CorrectionView>,
}

#[derive(Serialize)]
struct Because {
    criterion: Criterion,
    records: Vec<Record>,
    quotes: Vec<Quote>,
}

#[derive(Serialize)]
struct Quote {
    id: String,
    section: String,
    text: String,
}

pub(super) fn warning(
    knowledge: &Knowledge,
    assessment: &Assessment,
    proposals: &[&Proposal],
) -> WarningView {
    let options = proposals
        .iter()
        .flat_map(|proposal| reports(assessment, proposal));
    let notes: BTreeSet<&String> = options
        .flat_map(|option| notes::of_option(knowledge, assessment, &option.id))
        .flatten()
        .map(|(id, _)| id)
        .collect();
    WarningView {
        items: items(knowledge, assessment, proposals),
        notes: notes
            .into_iter()
            .filter_map(|id| Some(note(id, knowledge.since_publication.get(id)?)))
            .collect(),
        version: assessment.knowledge.edition(),
        cut_off: assessment.knowledge.evidence_cut_off.clone(),
    }
}

fn items(knowledge: &Knowledge, assessment: &Assessment, proposals: &[&Proposal]) -> Vec<Item> {
    let item = |proposal: &&Proposal| Item {
        orders: orders(proposal),
        interpretation: proposal.interpretation,
        options: reports(assessment, proposal)
            .into_iter()
            .map(|option| view(knowledge, assessment, option))
            .collect(),
    };
    proposals.iter().map(item).collect()
}

fn orders(proposal: &Proposal) -> Vec<Order> {
    let order = |order: &OrderName| Order {
        wording: chart(&order.wording),
        reference: chart(&order.reference),
    };
    proposal.orders.iter().map(order).collect()
}

fn view(knowledge: &Knowledge, assessment: &Assessment, option: &OptionReport) -> OptionView {
    let known = knowledge.option(&option.id);
    let reason = |report: &CriterionReport| Because {
        criterion: criterion(knowledge, report, &BTreeMap::new()),
        records: report
            .facts
            .iter()
            .flat_map(|fact| records(assessment, *fact, RECORDS))
            .collect(),
        quotes: report
            .statements
            .iter()
            .filter_map(|id| {
                let statement = knowledge.statements.get(id)?;
                Some(Quote {
                    id: id.clone(),
                    section: statement.section.clone(),
                    text: statement.quote.clone(),
                })
            })
            .collect(),
    };
    OptionView {
        label: summary::label(knowledge, &option.id),
        verdict: words::verdict_of(option).to_owned(),
        restriction: known
            .and_then(|known| known.restriction.as_ref())
            .map(Sentence::from)
            .into_iter()
            .collect(),
        reasons: named(option).map(reason).collect(),
        corrections: known
            .into_iter()
            .flat_map(|known| corrections(knowledge, &known.corrections))
            .collect(),
    }
}

/// Orders of what was given before.
#[derive(Serialize)]
pub(super) struct GivenView {
    items: Vec<GivenItem>,
    version: String,
}

#[derive(Serialize)]
struct GivenItem {
    orders: Vec<Order>,
    given: Vec<GivenOption>,
}

/// The text holds chart data.
#[derive(Serialize)]
struct GivenOption {
    label: String,
    text: String,
}

/// The earlier treatments that the orders of a proposal would give again.
pub(super) fn given_before<'a>(assessment: &'a Assessment, proposal: &Proposal) -> Vec<&'a GivenReport> {
    let entries = proposal.options.iter().filter_map(|id| assessment.given(id));
    let mut before: Vec<&GivenReport> = Vec::new();
    for entry in entries.filter(|entry| entry.state == GivenState::Before) {
        if !before.contains(&entry) {
            before.push(entry);
        }
    }
    before
}

pub(super) fn given(assessment: &Assessment, proposals: &[&Proposal]) -> GivenView {
    let item = |proposal: &&Proposal| GivenItem {
        orders: orders(proposal),
        given: given_before(assessment, proposal)
            .into_iter()
            .map(|entry| GivenOption {
                label: words::agents(entry),
                text: chart_line(&words::given_when(entry)),
            })
            .collect(),
    };
    GivenView {
        items: proposals.iter().map(item).collect(),
        version: assessment.knowledge.edition(),
    }
}

/// "Order check - Everolimus: given before, 2025-01 to 2026-10-12, progression since 2026-10-10".
pub(super) fn given_summary(assessment: &Assessment, proposals: &[&Proposal]) -> Vec<String> {
    let entries: Vec<&GivenReport> = proposals
        .iter()
        .flat_map(|proposal| given_before(assessment, proposal))
        .collect();
    let agents: Vec<String> = entries.iter().map(|entry| words::agents(entry)).collect();
    let full = match entries.as_slice() {
        [only] => Some(format!(
            "Order check - {}: {}",
            words::agents(only),
            chart_line(&words::given_when(only))
        )),
        _ => None,
    };
    let rest = [
        format!("Order check - {}: given before", agents.join(", ")),
        "Order check: given before".to_owned(),
    ];
    full.into_iter().chain(rest).collect()
}

#[derive(Serialize)]
pub(super) struct OpenView {
    /// Why no option was assessed; empty where they were.
    gate: String,
    items: Vec<Item>,
    unread: Vec<UnreadView>,
    problems: Vec<Place>,
    problems_more: usize,
    version: String,
}

#[derive(Serialize)]
struct UnreadView {
    /// Chart data.
    reference: String,
    why: &'static str,
}

/// Whether an order may be one of ours although no option was assessed. Interpretation I22: where nothing at all says that
/// there are liver metastases, only what is done to the liver itself suggests them.
pub(super) fn may_apply(knowledge: &Knowledge, assessment: &Assessment, proposal: &Proposal) -> bool {
    let fact = assessment.facts.get(&FactId::LiverMetastases);
    let is_unrecorded = fact.is_none_or(|fact| fact.reason == Some(Reason::Missing) && fact.gap.is_none());
    let is_of_liver = || {
        let mut options = knowledge.options.iter();
        options.any(|known| known.group == Group::LiverDirected && proposal.options.contains(&known.id))
    };
    words::closed_gate(assessment).is_some()
        && (assessment.gate != Gate::NoLiverMetastases || !is_unrecorded || is_of_liver())
}

pub(super) fn open(
    knowledge: &Knowledge,
    assessment: &Assessment,
    proposals: &[&Proposal],
    unread: &[Unread],
) -> OpenView {
    // What could not be read of the chart is no reason why an order could not be.
    let of_chart = assessment.problems.iter().filter(|_| !proposals.is_empty());
    let mut problems: Vec<Place> = of_chart.map(Place::from).collect();
    let problems_more = problems.len().saturating_sub(PROBLEMS);
    problems.truncate(PROBLEMS);
    OpenView {
        gate: words::closed_gate(assessment).unwrap_or_default(),
        items: items(knowledge, assessment, proposals),
        unread: unread
            .iter()
            .map(|order| UnreadView {
                reference: chart(&order.reference),
                why: words::unread(&order.why),
            })
            .collect(),
        problems,
        problems_more,
        version: assessment.knowledge.edition(),
    }
}

/// The unknown facts on which the options of the orders hang, best first.
pub(super) fn missing_facts(assessment: &Assessment, proposals: &[&Proposal]) -> Vec<MissingFact> {
    let asked: BTreeSet<FactId> = proposals
        .iter()
        .flat_map(|proposal| reports(assessment, proposal))
        .flat_map(named)
        .filter(|criterion| criterion.outcome == Outcome::Unknown)
        .flat_map(|criterion| criterion.facts.iter().copied())
        .collect();
    let missing = assessment.missing.iter();
    missing
        .filter(|missing| asked.contains(&missing.fact))
        .cloned()
        .collect()
}

/// "Order check - TACE: review advises against - Portal vein occluded (2026-10-12)".
pub(super) fn warning_summary(
    knowledge: &Knowledge,
    assessment: &Assessment,
    proposals: &[&Proposal],
) -> Vec<String> {
    let options: Vec<&OptionReport> = proposals
        .iter()
        .flat_map(|proposal| reports(assessment, proposal))
        .collect();
    let read_as = read_as(proposals);
    if let [only] = options.as_slice() {
        let label = summary::label(knowledge, &only.id);
        let verdict = words::verdict_of(only);
        let short = format!("Order check - {read_as}{label}: {verdict}");
        let reason = named(only).next();
        let full = reason.map(|report| format!("{short} - {}", words::criterion(knowledge, report)));
        // What is advised against is said as it is recorded, or not at all.
        let needed = reason.filter(|report| report.role != Role::Contraindication);
        let brief = needed.map(|report| format!("{short} - needs: {}", words::label(knowledge, &report.id)));
        let shortest = format!("Order check: {verdict}");
        return full.into_iter().chain(brief).chain([short, shortest]).collect();
    }
    vec![
        format!(
            "Order check - {read_as}{}: none is supported by the review",
            labels(knowledge, &options)
        ),
        format!(
            "Order check: none of the {} options that the orders can mean is supported by the review",
            options.len()
        ),
    ]
}

/// "Order check - TACE undetermined, open: liver reserve, ECOG", of the options that are open alone; and what could not
/// be read.
pub(super) fn open_summary(
    knowledge: &Knowledge,
    assessment: &Assessment,
    proposals: &[&Proposal],
    unread: &[Unread],
) -> Vec<String> {
    let of_proposals = match proposals {
        [] => return not_checked(unread),
        some => judged_summary(knowledge, assessment, some),
    };
    if unread.is_empty() {
        return of_proposals;
    }
    let more = words::count(unread.len(), "more order");
    let and_more = |wording: String| format!("{wording}; {more} not readable");
    of_proposals.into_iter().map(and_more).collect()
}

/// "Order not checked: the Medication that it refers to was not supplied".
fn not_checked(unread: &[Unread]) -> Vec<String> {
    match unread {
        [only] => vec![format!("Order not checked: {}", words::unread(&only.why))],
        several => vec![format!("{} orders not checked: not readable", several.len())],
    }
}

fn judged_summary(knowledge: &Knowledge, assessment: &Assessment, proposals: &[&Proposal]) -> Vec<String> {
    if let Some(gate) = words::closed_gate(assessment) {
        return vec![
            format!("Order check not possible - {gate}"),
            "Order check not possible: data are missing".to_owned(),
        ];
    }
    let options: Vec<&OptionReport> = proposals
        .iter()
        .flat_map(|proposal| reports(assessment, proposal))
        .collect();
    let facts: Vec<String> = missing_facts(assessment, proposals)
        .iter()
        .map(|missing| missing.fact.info().label.clone())
        .collect();
    let of = |verdict: Verdict| {
        let judged: Vec<&OptionReport> = options.iter().copied().filter(|o| o.verdict == verdict).collect();
        (!judged.is_empty()).then(|| format!("{} {}", labels(knowledge, &judged), words::verdict(verdict)))
    };
    let judged = [Verdict::Undetermined, Verdict::Provisional]
        .into_iter()
        .filter_map(of);
    let start = format!(
        "Order check - {}{}",
        read_as(proposals),
        judged.collect::<Vec<_>>().join(", ")
    );
    let count = words::count(facts.len(), "fact");
    let shortest = format!("Order check not decided: {count} open");
    if facts.is_empty() {
        // What is recorded and still leaves a criterion open is no missing fact.
        let criteria: Vec<&str> = options
            .iter()
            .flat_map(|option| named(option))
            .filter(|criterion| criterion.outcome == Outcome::Unknown)
            .map(|criterion| words::label(knowledge, &criterion.id))
            .collect();
        let full = (!criteria.is_empty()).then(|| format!("{start}: {}", criteria.join(", ")));
        let rest = [start, "Order check not decided".to_owned()];
        return full.into_iter().chain(rest).collect();
    }
    vec![
        format!("{start}, open: {}", facts.join(", ")),
        format!("{start}: {count} open"),
        shortest,
    ]
}

/// Says of orders that are not named for the option itself that it is our reading of them.
fn read_as(proposals: &[&Proposal]) -> &'static str {
    if proposals.iter().any(|proposal| proposal.interpretation) {
        "read as "
    } else {
        ""
    }
}

fn labels(knowledge: &Knowledge, options: &[&OptionReport]) -> String {
    let mut labels: Vec<String> = Vec::new();
    for option in options {
        let label = summary::label(knowledge, &option.id);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    words::any_of(&labels)
}
