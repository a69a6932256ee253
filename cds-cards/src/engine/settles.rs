//! What knowing an unknown fact would decide: the chart is evaluated with each value that the fact can take
//! (specification, section 5, end).

use super::options::Open;
use super::outcomes::Outcomes;
use crate::assessment::{MissingFact, Need, Settles, Verdict};
use crate::knowledge::{Knowledge, values};
use fhir_profiles::facts::Reading;
use fhir_profiles::{FactId, stop};
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The unknown facts that an unknown criterion reads, those first that decide most: by the fewest options, by the most,
/// by the number of options that read it; of equal ones the catalogue's order stands.
pub(super) fn ranked(outcomes: &mut Outcomes<'_>, open: &Open<'_>) -> Vec<MissingFact> {
    // What stands is worked out once; of each value only what reads the fact.
    outcomes.verdicts();
    let mut missing: Vec<MissingFact> = open
        .iter()
        .map(|(fact, options)| MissingFact {
            fact: *fact,
            settles: settles(outcomes, *fact),
            needed_for: needed_for(outcomes.knowledge, options),
        })
        .collect();
    let reads = |missing: &MissingFact| {
        missing
            .needed_for
            .iter()
            .map(|need| need.options.len())
            .sum::<usize>()
    };
    missing.sort_by_key(|one| std::cmp::Reverse((one.settles, reads(one))));
    missing
}

fn settles(outcomes: &mut Outcomes<'_>, fact: FactId) -> Settles {
    let is_open = |verdict: Verdict| matches!(verdict, Verdict::Undetermined | Verdict::Provisional);
    let knowledge = outcomes.knowledge;
    let readers = knowledge.compiled.readers_of(fact);
    let reading = readers.into_iter().flat_map(|readers| &readers.options).copied();
    let now: Vec<usize> = reading
        .filter(|option| is_open(outcomes.verdict(*option)))
        .collect();
    let decided = |reading: &Reading| {
        outcomes
            .facts
            .supposing(fact, std::slice::from_ref(reading), |view| {
                let mut then = outcomes.with(fact, view);
                now.iter()
                    .filter(|option| !is_open(then.verdict(**option)))
                    .count()
            })
    };
    let tried = tried(knowledge, fact, outcomes.facts.as_of());
    let (mut least, mut most) = (usize::MAX, 0);
    let values = tried.iter().take_while(|_| !stop::is_wanted());
    for decided in values.map(decided) {
        least = least.min(decided);
        most = most.max(decided);
    }
    Settles {
        least: least.min(most),
        most,
    }
}

/// The readings that are tried of a fact: made at load where their date makes no difference.
pub(super) fn tried(knowledge: &Knowledge, fact: FactId, as_of: Date) -> Cow<'_, [Reading]> {
    match knowledge.compiled.tried.get(&fact) {
        Some(undated) => Cow::Borrowed(undated),
        None => Cow::Owned(values(knowledge, fact, as_of)),
    }
}

/// Options that ask for it in the same statements stand together.
fn needed_for(knowledge: &Knowledge, options: &BTreeMap<usize, Vec<&String>>) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for (position, criteria) in options {
        let Some(option) = knowledge.options.get(*position) else {
            continue;
        };
        let mut statements: Vec<String> = Vec::new();
        for criterion in criteria.iter().filter_map(|id| knowledge.criteria.get(*id)) {
            for statement in option.statements_of(criterion) {
                if !statements.contains(statement) {
                    statements.push(statement.clone());
                }
            }
        }
        match needs.iter_mut().find(|need| need.statements == statements) {
            Some(need) => need.options.push(option.id.clone()),
            None => needs.push(Need {
                options: vec![option.id.clone()],
                statements,
            }),
        }
    }
    needs
}
