//! Laws of the specification (section 1) as functions, so that the tests and a site's own check hold the same ones.

use crate::assessment::{Aim, Assessment, Group, Outcome, Place, Verdict};
use crate::knowledge::{Knowledge, Subject, Test};
use fhir_profiles::FactId;
use fhir_profiles::facts::Reading;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What is read with the gate, whatever the option.
const GATE: [FactId; 2] = [FactId::Pnet, FactId::LiverMetastases];

/// A criterion that went from met to not met or back when a fact that was unknown became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// Option id.
    pub option: String,
    /// Criterion id.
    pub criterion: String,
    /// What it was.
    pub was: Outcome,
    /// What it became.
    pub is: Outcome,
}

/// The facts that a criterion reads, through other criteria, options and the facts that others are derived from.
pub fn reads(knowledge: &Knowledge, criterion: &str) -> BTreeSet<FactId> {
    let mut direct = BTreeSet::new();
    direct_reads(knowledge, criterion, &mut direct);
    with_sources(direct)
}

/// The facts that an option reads, those of the gate among them.
pub fn reads_of_option(knowledge: &Knowledge, option: &str) -> BTreeSet<FactId> {
    let mut direct: BTreeSet<FactId> = GATE.into();
    for known in knowledge.options.iter().filter(|known| known.id == option) {
        for (criterion, _) in &known.criteria {
            direct_reads(knowledge, criterion, &mut direct);
        }
    }
    with_sources(direct)
}

/// Readings of a fact on a day, one for each value that can make a difference to a criterion.
pub fn values(knowledge: &Knowledge, fact: FactId, as_of: Date) -> Vec<Reading> {
    crate::knowledge::values(knowledge, fact, as_of)
}

/// Criteria that filling one unknown fact turned round against the law: knowledge only grows.
pub fn turned(knowledge: &Knowledge, before: &Assessment, after: &Assessment, filled: FactId) -> Vec<Turned> {
    let now = outcomes(after);
    let turned = outcomes(before)
        .into_iter()
        .filter_map(|((option, criterion), was)| {
            let is = *now.get(&(option, criterion))?;
            let known = |outcome: Outcome| outcome != Outcome::Unknown;
            let round = known(was) && known(is) && was != is;
            (round && !may_turn(knowledge, before, filled, criterion)).then(|| Turned {
                option: option.to_owned(),
                criterion: criterion.to_owned(),
                was,
                is,
            })
        });
    turned.collect()
}

/// What of a pathway breaks a law of section 5b: an option advised against, or a systemic one given now or before, that is
/// named or open; a place that its verdict does not allow; branches of an intent that is not open.
pub fn misplaced(assessment: &Assessment) -> Vec<String> {
    let Some(pathway) = &assessment.pathway else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if pathway.intent.value != Aim::Open && !pathway.branches.is_empty() {
        found.push("branches of an intent that is not open".to_owned());
    }
    if pathway.places.len() != assessment.options.len() {
        found.push("not each option has one place".to_owned());
    }
    if !pathway.places.is_sorted_by_key(|place| (place.place, place.rank)) {
        found.push("places out of the order of presentation".to_owned());
    }
    for place in &pathway.places {
        let Some(option) = assessment.option(&place.option) else {
            found.push(format!("{}: a place without a verdict", place.option));
            continue;
        };
        let mut given = pathway
            .given
            .iter()
            .filter(|entry| entry.options.contains(&place.option));
        let proposed = matches!(place.place, Place::Named | Place::Open);
        let allowed = match place.place {
            Place::Named | Place::Open => {
                matches!(option.verdict, Verdict::Supported | Verdict::Provisional)
            }
            Place::Against => option.verdict == Verdict::Contraindicated,
            Place::Waiting => option.verdict == Verdict::Undetermined,
            Place::NotNow => option.verdict == Verdict::NotSupported,
            Place::GivenNow | Place::GivenBefore => option.verdict != Verdict::Contraindicated,
        };
        if !allowed {
            found.push(format!(
                "{}: a place that its verdict does not allow",
                place.option
            ));
        }
        if proposed && option.group == Group::Systemic && given.any(|entry| entry.systemic) {
            found.push(format!("{}: proposed although it is or was given", place.option));
        }
        if place.rank.is_some() != (place.place == Place::Named)
            || (place.rank.is_some() && place.statements.is_empty())
        {
            found.push(format!(
                "{}: a rank or a statement where none belongs, or none where one does",
                place.option
            ));
        }
    }
    found
}

/// The exceptions of section 1: a further measure beside one that already gives a grade, a recorded presence that overrides
/// a stated absence, and another malignancy, for which readings without a link become unreadable.
fn may_turn(knowledge: &Knowledge, before: &Assessment, filled: FactId, criterion: &str) -> bool {
    let read = reads(knowledge, criterion);
    let further_measure = matches!(filled, FactId::Ki67 | FactId::Mitoses)
        && before.grade.candidates.len() < knowledge.grade.rows.len()
        && read.contains(&FactId::Ki67);
    let part_of_a_stated_absence = sources(FactId::ExtrahepaticMetastases).contains(&filled)
        && read.contains(&FactId::ExtrahepaticMetastases);
    further_measure || part_of_a_stated_absence || filled == FactId::OtherMalignancy
}

/// The facts that the reader derives one from (section 2).
fn sources(fact: FactId) -> &'static [FactId] {
    match fact {
        FactId::LiverMetastases => &[FactId::M],
        FactId::ExtrahepaticMetastases => &[
            FactId::M,
            FactId::LiverMetastases,
            FactId::DistantLymphNodeMetastases,
            FactId::DiffusePeritonealMetastases,
        ],
        _ => &[],
    }
}

fn with_sources(direct: BTreeSet<FactId>) -> BTreeSet<FactId> {
    let derived: Vec<FactId> = direct.iter().flat_map(|fact| sources(*fact)).copied().collect();
    direct.into_iter().chain(derived).collect()
}

fn direct_reads(knowledge: &Knowledge, criterion: &str, found: &mut BTreeSet<FactId>) {
    let Some(criterion) = knowledge.criteria.get(criterion) else {
        return;
    };
    match &criterion.test {
        Test::Words { subject, .. } => match subject {
            Subject::Fact(fact) => {
                found.insert(*fact);
                if *fact == FactId::Functioning {
                    for hormone in &knowledge.hormones {
                        direct_reads(knowledge, &hormone.criterion, found);
                    }
                }
            }
            Subject::Grade => found.extend([FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded]),
        },
        Test::Range { fact, .. } | Test::Lasting { fact, .. } => {
            found.insert(*fact);
        }
        Test::Given { .. } => found.extend([FactId::PriorSystemicTherapy, FactId::DiseaseStatus]),
        Test::Option { .. } => {}
        Test::Not(inner) => direct_reads(knowledge, inner, found),
        Test::Any(all) | Test::All(all) => all.iter().for_each(|id| direct_reads(knowledge, id, found)),
    }
    for option in criterion.options() {
        for known in knowledge.options.iter().filter(|known| known.id == option) {
            known
                .criteria
                .iter()
                .for_each(|(id, _)| direct_reads(knowledge, id, found));
        }
    }
}

fn outcomes(assessment: &Assessment) -> BTreeMap<(&str, &str), Outcome> {
    let options = assessment.options.iter();
    let of = options.flat_map(|option| {
        let criteria = option.criteria.iter();
        criteria.map(|criterion| ((option.id.as_str(), criterion.id.as_str()), criterion.outcome))
    });
    of.collect()
}
