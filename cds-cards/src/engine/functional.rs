//! Functional status: recorded, or from a hormone above a printed limit (specification, section 4).

use super::calls::test_range;
use super::truth::{Truth, outranking, why};
use super::view::View;
use super::words::{all_lacking, fact_text, values_text};
use crate::assessment::Reason;
use crate::knowledge::{Knowledge, Test};
use fhir_profiles::FactId;
use fhir_profiles::facts::{Reading, Unknown};
use std::collections::BTreeSet;

/// The functional status with what it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Functional {
    /// `functioning` or `non-functioning`: all that stand.
    pub(crate) statuses: BTreeSet<&'static str>,
    /// Why it is unknown, if it is.
    pub(crate) unknown: Option<Reason>,
    /// The syndrome, where known.
    pub(crate) syndrome: Option<String>,
    /// The facts it was taken from, or would be.
    pub(crate) facts: Vec<FactId>,
    /// How it came about.
    pub(crate) because: String,
}

/// Works out the functional status. A high insulin, gastrin or 5-HIAA alone, and chromogranin A ever, decide nothing:
/// only the hormones with a printed limit are rules. Why is told only where somebody reads it.
pub(crate) fn functional(knowledge: &Knowledge, facts: View<'_>, told: bool) -> Functional {
    let mut statuses = BTreeSet::new();
    let mut syndrome = None;
    let mut used = Vec::new();
    let mut because = Vec::new();
    let mut reasons: Option<Reason> = None;
    match facts.readings(FactId::Functioning) {
        Ok(readings) => {
            statuses.extend(readings.iter().filter_map(status));
            syndrome = readings.iter().find_map(|r| r.detail.clone());
            used.push(FactId::Functioning);
            because.extend(told.then(|| fact_text(FactId::Functioning, readings)));
        }
        Err(unknown) => reasons = Some(why(unknown)),
    }
    let mut hormone_judgement = false;
    let mut hormone_conflict = false;
    for rule in &knowledge.hormones {
        let Some(criterion) = knowledge.criteria.get(&rule.criterion) else {
            continue;
        };
        let Test::Range { fact, .. } = &criterion.test else {
            continue;
        };
        match test_range(facts, &criterion.test) {
            Truth::Met => {
                statuses.insert("functioning");
                syndrome = syndrome.or_else(|| Some(rule.syndrome.clone()));
                used.push(*fact);
                because.extend(told.then(|| {
                    let readings = facts.readings(*fact).unwrap_or_default();
                    format!(
                        "{} {} confirms {}",
                        fact.info().label,
                        values_text(*fact, readings, " and "),
                        rule.syndrome
                    )
                }));
            }
            Truth::Unknown(Reason::Judgement) => {
                hormone_judgement = true;
                used.push(*fact);
                because.extend(told.then(|| format!("{} lies across the limit", fact.info().label)));
            }
            Truth::Unknown(reason) => {
                hormone_conflict |= reason == Reason::Conflicting;
                reasons = outranking(reasons, Some(reason));
            }
            Truth::NotMet => {}
        }
    }
    let denied = statuses.contains("non-functioning");
    let unknown = match statuses.len() {
        0 if hormone_judgement && reasons.is_none_or(|reason| reason == Reason::Missing) => {
            Some(Reason::Judgement)
        }
        0 => reasons.or(Some(Reason::Missing)),
        1 if denied && hormone_conflict => Some(Reason::Conflicting),
        1 if denied && hormone_judgement => Some(Reason::Judgement),
        1 => None,
        _ => Some(Reason::Conflicting),
    };
    if statuses.is_empty() && !hormone_judgement {
        used = std::iter::once(FactId::Functioning)
            .chain(hormone_facts(knowledge))
            .collect();
    }
    if told && statuses.is_empty() && !hormone_judgement {
        because = vec![match unknown {
            Some(Reason::Conflicting) => "Hormone readings disagree".into(),
            Some(Reason::Unreadable) => {
                let unreadable = |id: &FactId| facts.readings(*id) == Err(Unknown::Unreadable);
                let ids: Vec<FactId> = used.iter().copied().filter(unreadable).collect();
                all_lacking(facts, &ids)
            }
            _ => all_lacking(facts, &[FactId::Functioning]),
        }];
    }
    if unknown == Some(Reason::Conflicting) && statuses.len() > 1 {
        because.push("the records disagree".into());
    }
    Functional {
        statuses,
        unknown,
        syndrome,
        facts: used,
        because: because.join("; "),
    }
}

fn status(reading: &Reading) -> Option<&'static str> {
    ["functioning", "non-functioning"]
        .into_iter()
        .find(|word| reading.says(word))
}

fn hormone_facts(knowledge: &Knowledge) -> impl Iterator<Item = FactId> {
    knowledge
        .hormones
        .iter()
        .filter_map(|rule| match &knowledge.criteria.get(&rule.criterion)?.test {
            Test::Range { fact, .. } => Some(*fact),
            _ => None,
        })
}
