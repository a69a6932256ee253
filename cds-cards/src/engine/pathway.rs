//! Where each option stands for this patient: intent, places, triggers and what comes before (specification, section 5b).
//!
//! A function of verdicts, criteria and what was given; it adds no verdict, and orders nothing that the review does not.

use super::criteria::Evaluation;
use super::options;
use super::settles;
use super::truth::Truth;
use crate::assessment::{
    Aim, BeforeReport, Branch, GivenReport, GivenState, Group, IntentReport, OptionReport, Outcome, Pathway,
    Place, PlaceReport, Reason, ThenReport, Verdict,
};
use crate::knowledge::place::{Before, Deciding, NoTrigger, Then, Trigger, What};
use crate::knowledge::situation::Situation;
use crate::knowledge::{Knowledge, OptionKnowledge, Subject, Test};
use fhir_profiles::facts::{Facts, Reading, Value};
use fhir_profiles::{FactId, PartialDate, stop};

/// The pathway of a patient for whom the options apply.
pub(super) fn pathway(
    evaluation: &mut Evaluation<'_>,
    options: &[OptionReport],
    given: Vec<GivenReport>,
) -> Pathway {
    let knowledge = evaluation.knowledge;
    let no_trigger = no_trigger(evaluation);
    let intent = intent(knowledge, options);
    let branches = match intent.value {
        Aim::Open => branches(evaluation, &given, no_trigger),
        Aim::Curative | Aim::Palliative => Vec::new(),
    };
    Pathway {
        places: places(evaluation, options, &given, no_trigger),
        situations: situations(evaluation, options),
        intent,
        branches,
        no_trigger: no_trigger.is_some(),
        given,
    }
}

/// The place of every option alone, in the order of the specification's table, from verdicts in that order.
pub(super) fn standing(
    evaluation: &mut Evaluation<'_>,
    verdicts: &[Verdict],
    given: &[GivenReport],
) -> Vec<Place> {
    let rule = no_trigger(evaluation);
    let all = evaluation.knowledge.options.iter().zip(verdicts);
    all.map(|(known, verdict)| {
        let fires = fires(evaluation, known, rule).map(|(_, fires)| fires);
        stands(known, *verdict, given, fires)
    })
    .collect()
}

/// The phrases that hold, by position.
fn situations(evaluation: &mut Evaluation<'_>, options: &[OptionReport]) -> Vec<usize> {
    let knowledge = evaluation.knowledge;
    let mut all =
        |ids: &[String], wanted: Truth| ids.iter().all(|id| evaluation.criterion(id).truth == wanted);
    let mut holds = |situation: &Situation| {
        let decides = situation.verdict.as_ref().is_none_or(|(option, verdicts)| {
            report(options, option).is_some_and(|report| {
                let varies = |variant: &String| report.variants.contains(variant);
                verdicts.contains(&report.verdict) && situation.variant.as_ref().is_none_or(varies)
            })
        });
        decides && all(&situation.met, Truth::Met) && all(&situation.not_met, Truth::NotMet)
    };
    let known = knowledge.pathway.situations.iter().enumerate();
    known
        .filter(|(_, situation)| holds(situation))
        .map(|(position, _)| position)
        .collect()
}

fn report<'o>(options: &'o [OptionReport], id: &str) -> Option<&'o OptionReport> {
    options.iter().find(|report| report.id == id)
}

fn intent(knowledge: &Knowledge, options: &[OptionReport]) -> IntentReport {
    let rules = &knowledge.pathway;
    let decides = |rule: &Deciding| {
        let option = report(options, &rule.option);
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
fn no_trigger<'a>(evaluation: &mut Evaluation<'a>) -> Option<&'a NoTrigger> {
    let rule = evaluation.knowledge.pathway.no_trigger.as_ref()?;
    holds(evaluation, rule).then_some(rule)
}

/// Whether nothing recorded calls for a change: the course is not the failing one by a reading that is not old, and no
/// other trigger is recorded. Interpretation I39: a day that may be on either side of the limit is old.
fn holds(evaluation: &mut Evaluation<'_>, rule: &NoTrigger) -> bool {
    if evaluation.criterion(&rule.failing).truth != Truth::NotMet {
        return false;
    }
    let met = |evaluation: &mut Evaluation<'_>, id: &String| evaluation.criterion(id).truth == Truth::Met;
    if rule.none_met.iter().any(|id| met(evaluation, id)) {
        return false;
    }
    let limit = evaluation
        .facts
        .as_of()
        .checked_sub(jiff::Span::new().months(rule.months));
    let fact = match evaluation
        .knowledge
        .criteria
        .get(&rule.failing)
        .map(|known| &known.test)
    {
        Some(Test::Words {
            subject: Subject::Fact(fact),
            ..
        }) => *fact,
        _ => return false,
    };
    let readings = evaluation.facts.get(fact).readings().unwrap_or_default();
    let last = readings
        .iter()
        .filter_map(Reading::effective)
        .max_by_key(PartialDate::latest);
    last.zip(limit.ok())
        .is_some_and(|(last, limit)| last.earliest() > limit)
}

/// The place of every option, in presentation order.
fn places(
    evaluation: &mut Evaluation<'_>,
    options: &[OptionReport],
    given: &[GivenReport],
    no_trigger: Option<&NoTrigger>,
) -> Vec<PlaceReport> {
    let mut all: Vec<PlaceReport> = Vec::new();
    for known in &evaluation.knowledge.options {
        let Some(report) = report(options, &known.id) else {
            continue;
        };
        let fires = fires(evaluation, known, no_trigger);
        let without_grade = evaluation.grade.single().is_none();
        all.push(place(
            evaluation.facts,
            (known, report),
            given,
            fires,
            without_grade,
        ));
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
    evaluation: &mut Evaluation<'_>,
    known: &'a OptionKnowledge,
    no_trigger: Option<&NoTrigger>,
) -> Option<(&'a Trigger, Fires)> {
    let trigger = known.place.trigger.as_ref()?;
    if no_trigger.is_some_and(|rule| trigger.rank > rule.up_to) {
        return None;
    }
    let mut any = |ids: &[String], wanted: Truth| {
        let mut truths = ids.iter().map(|id| evaluation.criterion(id).truth);
        truths.any(|truth| truth == wanted)
    };
    let judged = Truth::Unknown(Reason::Judgement);
    if any(&trigger.unless_met, Truth::Met) || any(&trigger.unless_judged, judged) {
        return None;
    }
    let mut fires = Fires::Now;
    for id in &trigger.when {
        match evaluation.criterion(id).truth {
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
    facts: &Facts,
    (known, report): (&OptionKnowledge, &OptionReport),
    given: &[GivenReport],
    fires: Option<(&Trigger, Fires)>,
    without_grade: bool,
) -> PlaceReport {
    let place = stands(known, report.verdict, given, fires.map(|(_, fires)| fires));
    let trigger = fires.map(|(trigger, _)| trigger);
    let named = trigger.filter(|_| place == Place::Named);
    let judged = trigger.filter(|_| place == Place::Open);
    let asked = matches!(place, Place::Named | Place::Open | Place::Waiting);
    let before = known.place.before.iter().filter(|_| asked);
    PlaceReport {
        option: report.id.clone(),
        place,
        rank: named.map(|trigger| trigger.rank),
        triggers: named.map(|trigger| trigger.when.clone()).unwrap_or_default(),
        words: named.map(|trigger| trigger.words.clone()).unwrap_or_default(),
        judged: judged.map(|trigger| trigger.judged.clone()),
        before: before
            .filter(|before| is_lacking(facts, report, before, without_grade))
            .map(before_report)
            .collect(),
        then: known.place.then.iter().map(then_report).collect(),
        instead_of: known.place.instead_of.iter().map(then_report).collect(),
        cautions: report.cautions.clone(),
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
fn is_lacking(facts: &Facts, report: &OptionReport, before: &Before, without_grade: bool) -> bool {
    let variant = before
        .variant
        .as_ref()
        .is_none_or(|variant| report.variants.contains(variant));
    let lacks = match &before.what {
        What::Fact(fact) => {
            let conflicting = report.criteria.iter().any(|criterion| {
                criterion.outcome == Outcome::Unknown
                    && criterion.reason == Some(Reason::Conflicting)
                    && criterion.facts.contains(fact)
            });
            conflicting || facts.get(*fact).readings().is_err()
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
fn branches(
    evaluation: &Evaluation<'_>,
    given: &[GivenReport],
    no_trigger: Option<&NoTrigger>,
) -> Vec<Branch> {
    let (knowledge, facts) = (evaluation.knowledge, evaluation.facts);
    let open = |fact: &&FactId| match facts.get(**fact).readings() {
        Err(_) => true,
        Ok(readings) => readings
            .iter()
            .any(|one| Some(&one.value) != readings.first().map(|first| &first.value)),
    };
    let mut all = Vec::new();
    for fact in knowledge.pathway.branches.iter().filter(open) {
        let values = settles::values(knowledge, *fact, facts.as_of()).into_iter();
        for reading in values.take_while(|_| !stop::is_wanted()) {
            let Value::Word(word) = reading.value else {
                continue;
            };
            let supposed = facts.clone().supposing(*fact, vec![reading]);
            let mut evaluation = Evaluation::new(knowledge, &supposed);
            let (options, open) = options::all(&mut evaluation);
            let verdict = |known: &OptionKnowledge| report(&options, &known.id).map(|report| report.verdict);
            let now: Vec<Verdict> = knowledge.options.iter().filter_map(verdict).collect();
            all.push(Branch {
                fact: *fact,
                value: word.as_str().to_owned(),
                places: places(&mut evaluation, &options, given, no_trigger),
                missing: settles::ranked(knowledge, &supposed, &open, &now),
            });
        }
    }
    all
}
