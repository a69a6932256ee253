//! Treatments on record as the pathway tells them: one entry for each set of options (specification, section 2, `given`).

use super::report::evidence;
use crate::assessment::{GivenReport, GivenState};
use crate::knowledge::Knowledge;
use crate::orders::meant;
use fhir_profiles::facts::{Evidence, Given};
use fhir_profiles::{Facts, PartialDate, Treatment, TreatmentClass};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Interpretation I32: the specification wants one entry for each set of options; treatments that mean none have an entry
/// each.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Entry<'k> {
    Of(Vec<(usize, &'k str)>),
    OfNone(Treatment),
}

/// Every treatment on record, in the order of the options that they mean; those of no option last.
pub(super) fn given(knowledge: &Knowledge, facts: &Facts) -> Vec<GivenReport> {
    let mut entries: BTreeMap<Entry<'_>, Vec<&Given>> = BTreeMap::new();
    for given in facts.given() {
        let options = options(knowledge, facts, given);
        let entry = match options.is_empty() {
            false => Entry::Of(options),
            true => Entry::OfNone(given.treatment),
        };
        entries.entry(entry).or_default().push(given);
    }
    entries
        .into_iter()
        .map(|(entry, given)| report(facts, &entry, &given))
        .collect()
}

/// The options that a treatment means. Interpretation I33: what excludes an option stands beside a treatment only where the
/// two were given at the same time, as they are in one order.
fn options<'k>(knowledge: &'k Knowledge, facts: &Facts, given: &Given) -> Vec<(usize, &'k str)> {
    let is_beside = |other: Treatment| {
        let mut all = facts.given().iter();
        all.any(|beside| beside.treatment == other && overlap(given, beside, facts.as_of()))
    };
    let meant = meant(knowledge, given.treatment, is_beside).into_iter();
    let told = meant.filter(|(_, meaning)| !meaning.orders_only);
    let place = |id: &str| knowledge.options.iter().position(|option| option.id == id);
    told.filter_map(|(option, _)| Some((place(&option.id)?, option.id.as_str())))
        .collect()
}

fn overlap(a: &Given, b: &Given, as_of: Date) -> bool {
    let span = |given: &Given| {
        let first = given.from.map_or(Date::MIN, |day| day.earliest());
        let last = given.until.or(given.from).map_or(Date::MIN, |day| day.latest());
        (first, if given.now { as_of } else { last })
    };
    let (a, b) = (span(a), span(b));
    a.0 <= b.1 && b.0 <= a.1
}

fn report(facts: &Facts, entry: &Entry<'_>, given: &[&Given]) -> GivenReport {
    let now = given.iter().any(|given| given.now);
    let from = PartialDate::first_of(given.iter().filter_map(|given| given.from));
    let until = PartialDate::last_of(given.iter().filter_map(|given| given.until));
    let days: BTreeSet<PartialDate> = given
        .iter()
        .flat_map(|given| given.days.iter().copied())
        .collect();
    let mut records: Vec<&Evidence> = given.iter().flat_map(|given| &given.evidence).collect();
    records.sort_by(|a, b| {
        newest(b)
            .cmp(&newest(a))
            .then_with(|| a.reference.cmp(&b.reference))
    });
    records.dedup();
    let mut by_day: Vec<&&Given> = given.iter().collect();
    by_day.sort_by_key(|given| std::cmp::Reverse(given.evidence.first().and_then(newest)));
    let written = |day: Option<PartialDate>| day.map(|day| day.to_string());
    GivenReport {
        agents: given.iter().map(|given| given.treatment.to_string()).collect(),
        options: match entry {
            Entry::Of(options) => options.iter().map(|(_, id)| (*id).to_owned()).collect(),
            Entry::OfNone(_) => Vec::new(),
        },
        state: if now { GivenState::Now } else { GivenState::Before },
        from: written(from),
        until: written(until.filter(|_| !now)),
        times: (!days.is_empty()).then_some(days.len()),
        reason: by_day.iter().find_map(|given| given.reason.clone()),
        progression_since: written(facts.progression_since(from)),
        systemic: given
            .iter()
            .any(|given| given.treatment.class() == TreatmentClass::Systemic),
        evidence: records.into_iter().map(evidence).collect(),
    }
}

fn newest(evidence: &Evidence) -> Option<(Date, Date)> {
    evidence.effective.map(|day| (day.latest(), day.earliest()))
}
