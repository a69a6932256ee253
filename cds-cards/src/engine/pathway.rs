//! Where each option stands for this patient: intent, places, triggers and what comes before (specification, section 5b).
//!
//! A function of verdicts, criteria and what was given; it adds no verdict, and orders nothing that the review does not.

use super::criteria::Evaluation;
use super::options::{self, Judged};
use super::outcomes::Outcomes;
use super::settles;
use super::truth::Truth;
use super::view::View;
use crate::assessment::{
    Aim, BeforeReport, Branch, GivenReport, GivenState, Group, IntentReport, Pathway, Place, PlaceReport,
    Reason, ThenReport, Verdict,
};
use crate::knowledge::place::{Before, Deciding, NoTrigger, Then, Trigger, What};
use crate::knowledge::situation::Situation;
use crate::knowledge::{Knowledge, OptionKnowledge, SituationRule};
use fhir_profiles::facts::{Reading, Value};
use fhir_profiles::{FactId, PartialDate, stop};

/// The pathway of a patient for whom the options apply, from every option in the order of the specification's table.
pub(super) fn pathway(
    outcomes: &mut Outcomes<'_>,
    judged: &[Judged<'_>],
    given: Vec<GivenReport>,
) -> Pathway {
    let knowledge = outcomes.knowledge;
    let no_trigger = no_trigger(outcomes);
    let intent = intent(knowledge, judged);
    let branches = match intent.value {
        Aim::Open => branches(outcomes, &given, no_trigger),
        Aim::Curative | Aim::Palliative => Vec::new(),
    };
    Pathway {
        places: places(outcomes, judged, &given, no_trigger),
        situations: situations(outcomes, judged),
        intent,
        branches,
        no_trigger: no_trigger.is_some(),
        given,
    }
}

/// The place of every option alone, in the order of the specification's table, from verdicts in that order.
pub(super) fn standing(
    outcomes: &mut Outcomes<'_>,
    verdicts: &[Verdict],
    given: &[GivenReport],
) -> Vec<Place> {
    let rule = no_trigger(outcomes);
    let all = outcomes.knowledge.options.iter().zip(verdicts).enumerate();
    all.map(|(position, (known, verdict))| {
        let fires = fires(outcomes, position, known, rule).map(|(_, fires)| fires);
        stands(known, *verdict, given, fires)
    })
    .collect()
}

/// The phrases that hold, by position.
fn situations(outcomes: &mut Outcomes<'_>, judged: &[Judged<'_>]) -> Vec<usize> {
    let knowledge = outcomes.knowledge;
    let mut all = |criteria: &[usize], wanted: Truth| {
        criteria
            .iter()
            .all(|criterion| outcomes.truth(*criterion) == wanted)
    };
    let mut holds = |situation: &Situation, rule: &SituationRule| {
        let decides = situation.verdict.as_ref().is_none_or(|(option, verdicts)| {
            of(judged, option).is_some_and(|judged| {
                let varies = |variant: &String| judged.variants.contains(variant);
                verdicts.contains(&judged.verdict) && situation.variant.as_ref().is_none_or(varies)
            })
        });
        decides && all(&rule.met, Truth::Met) && all(&rule.not_met, Truth::NotMet)
    };
    let known = knowledge.pathway.situations.iter();
    let known = known.zip(&knowledge.compiled.situations).enumerate();
    known
        .filter(|(_, (situation, rule))| holds(situation, rule))
        .map(|(position, _)| position)
        .collect()
}

fn of<'j, 'a>(judged: &'j [Judged<'a>], id: &str) -> Option<&'j Judged<'a>> {
    judged.iter().find(|judged| judged.option.id == id)
}

fn intent(knowledge: &Knowledge, judged: &[Judged<'_>]) -> IntentReport {
    let rules = &knowledge.pathway;
    let decides = |rule: &Deciding| {
        let option = of(judged, &rule.option);
        option.is_some_and(|option| rule.verdicts.contains(&option.verdict))
    };
    let mut report = match rules.intents.iter().find(|intent| decides(&intent.rule)) {
        Some(intent) => IntentReport {
            value: intent.value,
            because: intent.rule.words.clone(),
            statements: intent.rule.statements.clone(),
        },
        None => IntentReport {
            value: Aim::Open,
            because: rules.open.clone(),
            statements: Vec::new(),
        },
    };
    for addition in rules.additions.iter().filter(|addition| decides(addition)) {
        report.because.push_str("; ");
        report.because.push_str(&addition.words);
        report.statements.extend(addition.statements.iter().cloned());
    }
    report
}

/// The rule for a record in which nothing calls for a change, where it holds.
fn no_trigger<'a>(outcomes: &mut Outcomes<'a>) -> Option<&'a NoTrigger> {
    let rule = outcomes.knowledge.pathway.no_trigger.as_ref()?;
    holds(outcomes, rule).then_some(rule)
}

/// Whether nothing recorded calls for a change: the course is not the failing one by a reading that is not old, and no
/// other trigger is recorded. Interpretation I39: a day that may be on either side of the limit is old.
fn holds(outcomes: &mut Outcomes<'_>, rule: &NoTrigger) -> bool {
    let Some(resolved) = &outcomes.knowledge.compiled.no_trigger else {
        return false;
    };
    if outcomes.truth(resolved.failing) != Truth::NotMet
        || resolved
            .none_met
            .iter()
            .any(|met| outcomes.truth(*met) == Truth::Met)
    {
        return false;
    }
    let facts = outcomes.facts;
    let limit = facts.as_of().checked_sub(jiff::Span::new().months(rule.months));
    let Some(fact) = resolved.fact else {
        return false;
    };
    let readings = facts.readings(fact).unwrap_or_default();
    let last = readings
        .iter()
        .filter_map(Reading::effective)
        .max_by_key(PartialDate::latest);
    last.zip(limit.ok())
        .is_some_and(|(last, limit)| last.earliest() > limit)
}

/// The place of every option, in presentation order.
fn places(
    outcomes: &mut Outcomes<'_>,
    judged: &[Judged<'_>],
    given: &[GivenReport],
    no_trigger: Option<&NoTrigger>,
) -> Vec<PlaceReport> {
    let without_grade = outcomes.grade.single().is_none();
    let mut all: Vec<PlaceReport> = Vec::with_capacity(judged.len());
    for (position, judged) in judged.iter().enumerate() {
        let fires = fires(outcomes, position, judged.option, no_trigger);
        all.push(place(outcomes.facts, judged, given, fires, without_grade));
    }
    all.sort_by_key(|place| (place.place, place.rank));
    all
}

/// Whether a trigger holds, or is to be judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fires {
    Now,
    IfJudged,
}

fn fires<'a>(
    outcomes: &mut Outcomes<'_>,
    position: usize,
    known: &'a OptionKnowledge,
    no_trigger: Option<&NoTrigger>,
) -> Option<(&'a Trigger, Fires)> {
    let trigger = known.place.trigger.as_ref()?;
    if no_trigger.is_some_and(|rule| trigger.rank > rule.up_to) {
        return None;
    }
    let rule = outcomes.knowledge.compiled.options.get(position)?;
    let mut any = |criteria: &[usize], wanted: Truth| {
        criteria
            .iter()
            .any(|criterion| outcomes.truth(*criterion) == wanted)
    };
    let judged = Truth::Unknown(Reason::Judgement);
    if any(&rule.unless_met, Truth::Met) || any(&rule.unless_judged, judged) {
        return None;
    }
    let mut fires = Fires::Now;
    for criterion in &rule.when {
        match outcomes.truth(*criterion) {
            Truth::Met => {}
            truth if truth == judged => fires = Fires::IfJudged,
            _ => return None,
        }
    }
    Some((trigger, fires))
}

/// The first line of the specification's table of places that fits.
fn stands(known: &OptionKnowledge, verdict: Verdict, given: &[GivenReport], fires: Option<Fires>) -> Place {
    let mut entries = given.iter().filter(|entry| entry.options.contains(&known.id));
    let shown = matches!(verdict, Verdict::Supported | Verdict::Provisional);
    match verdict {
        Verdict::Contraindicated => Place::Against,
        _ if entries.clone().any(|entry| entry.state == GivenState::Now) => Place::GivenNow,
        _ if entries.any(|entry| is_spent(known.group, entry)) => Place::GivenBefore,
        _ if shown && fires == Some(Fires::Now) => Place::Named,
        _ if shown => Place::Open,
        Verdict::Undetermined => Place::Waiting,
        _ => Place::NotNow,
    }
}

fn place(
    facts: View<'_>,
    judged: &Judged<'_>,
    given: &[GivenReport],
    fires: Option<(&Trigger, Fires)>,
    without_grade: bool,
) -> PlaceReport {
    let known = judged.option;
    let place = stands(known, judged.verdict, given, fires.map(|(_, fires)| fires));
    let trigger = fires.map(|(trigger, _)| trigger);
    let named = trigger.filter(|_| place == Place::Named);
    let if_judged = trigger.filter(|_| place == Place::Open);
    let asked = matches!(place, Place::Named | Place::Open | Place::Waiting);
    let before = known.place.before.iter().filter(|_| asked);
    PlaceReport {
        option: known.id.clone(),
        place,
        rank: named.map(|trigger| trigger.rank),
        triggers: named.map(|trigger| trigger.when.clone()).unwrap_or_default(),
        words: named.map(|trigger| trigger.words.clone()).unwrap_or_default(),
        judged: if_judged.map(|trigger| trigger.judged.clone()),
        before: before
            .filter(|before| is_lacking(facts, judged, before, without_grade))
            .map(before_report)
            .collect(),
        then: known.place.then.iter().map(then_report).collect(),
        instead_of: known.place.instead_of.iter().map(then_report).collect(),
        cautions: judged.cautions.clone(),
        statements: trigger
            .filter(|_| matches!(place, Place::Named | Place::Open))
            .map(|trigger| trigger.statements.clone())
            .unwrap_or_default(),
    }
}

/// Whether what was given before is no proposal any more: a systemic treatment, or a local one under which the disease
/// progressed. A surgical option never is: relapse may be resected again.
fn is_spent(group: Group, given: &GivenReport) -> bool {
    match group {
        Group::Systemic => true,
        Group::LiverDirected => given.progression_since.is_some(),
        Group::Surgery => false,
    }
}

/// Whether the record lacks it: what only needs a person's judgement is there.
fn is_lacking(facts: View<'_>, judged: &Judged<'_>, before: &Before, without_grade: bool) -> bool {
    let variant = before
        .variant
        .as_ref()
        .is_none_or(|variant| judged.variants.contains(variant));
    let lacks = match &before.what {
        What::Fact(fact) => {
            let conflicting = judged.criteria.iter().any(|(criterion, _)| {
                criterion.truth == Truth::Unknown(Reason::Conflicting) && criterion.facts.contains(fact)
            });
            conflicting || facts.readings(*fact).is_err()
        }
        What::Step(_) => true,
    };
    variant && lacks && (without_grade || !before.without_grade)
}

fn before_report(before: &Before) -> BeforeReport {
    let (fact, step) = match &before.what {
        What::Fact(fact) => (Some(*fact), None),
        What::Step(step) => (None, Some(step.clone())),
    };
    BeforeReport {
        fact,
        step,
        statements: before.statements.clone(),
    }
}

fn then_report(then: &Then) -> ThenReport {
    ThenReport {
        option: then.option.clone(),
        event: then.event.clone(),
        statements: then.statements.clone(),
    }
}

/// The chart evaluated with each word of a fact that is unknown or conflicting; none is called likely.
fn branches(outcomes: &Outcomes<'_>, given: &[GivenReport], no_trigger: Option<&NoTrigger>) -> Vec<Branch> {
    let (knowledge, facts) = (outcomes.knowledge, outcomes.facts);
    let open = |fact: &&FactId| match facts.readings(**fact) {
        Err(_) => true,
        Ok(readings) => readings
            .iter()
            .any(|one| Some(&one.value) != readings.first().map(|first| &first.value)),
    };
    let mut all = Vec::new();
    for fact in knowledge.pathway.branches.iter().filter(open) {
        let values = settles::tried(knowledge, *fact, facts.as_of());
        for reading in values.iter().take_while(|_| !stop::is_wanted()) {
            let Value::Word(word) = reading.value else {
                continue;
            };
            let supposed = facts.supposing(*fact, std::slice::from_ref(reading), |view| {
                let mut outcomes = outcomes.with(*fact, view);
                let judged = options::judged(&mut Evaluation::quiet(knowledge, view));
                let open = options::open(&judged);
                Branch {
                    fact: *fact,
                    value: word.as_str().to_owned(),
                    places: places(&mut outcomes, &judged, given, no_trigger),
                    missing: settles::ranked(&mut outcomes, &open),
                }
            });
            all.push(supposed);
        }
    }
    all
}
