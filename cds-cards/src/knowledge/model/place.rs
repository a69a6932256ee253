//! Where each option stands in the review's sequence, and what holds for all (specification, section 5b).

use super::situation::Situation;
use crate::assessment::{Aim, Verdict};
use fhir_profiles::FactId;

/// `[[place]]` of an option: when the review names it, what it puts before it and after it.
#[derive(Debug, Default)]
pub struct Place {
    /// When the review names it; none for an option of which it states no trigger.
    pub trigger: Option<Trigger>,
    /// What it puts before the option.
    pub before: Vec<Before>,
    /// What it puts after the option.
    pub then: Vec<Then>,
    /// Options that stand for one proposal with it.
    pub instead_of: Vec<Then>,
}

/// When the review names an option, in its own sequence; equal ranks are neither preferred.
#[derive(Debug)]
pub struct Trigger {
    /// Its place in the sequence.
    pub rank: u32,
    /// Criteria that must all be met; none where the verdict is enough.
    pub when: Vec<String>,
    /// Criteria none of which may be met.
    pub unless_met: Vec<String>,
    /// Criteria none of which may be left to a person's judgement.
    pub unless_judged: Vec<String>,
    /// The trigger in words.
    pub words: String,
    /// The condition in words, where the trigger is a person's to judge.
    pub judged: String,
    /// Statements that it rests on.
    pub statements: Vec<String>,
    /// Notes since publication that are named with it.
    pub notes: Vec<String>,
    /// The fact whose value stands beside the option in a summary.
    pub beside: Option<FactId>,
}

/// What must come before an option.
#[derive(Debug)]
pub struct Before {
    /// A fact that the record must have, or a step.
    pub what: What,
    /// Only where there is no grade.
    pub without_grade: bool,
    /// Only with this variant.
    pub variant: Option<String>,
    /// Statements that it rests on.
    pub statements: Vec<String>,
}

/// A fact, or a step that is no fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A fact.
    Fact(FactId),
    /// A step of the treatment.
    Step(String),
}

/// An option or an event that follows, or an option that stands beside.
#[derive(Debug)]
pub struct Then {
    /// The option, where it is one.
    pub option: Option<String>,
    /// What happens, where it is none (`relapse`).
    pub event: Option<String>,
    /// Statements that it rests on.
    pub statements: Vec<String>,
}

/// What holds for all options: the intent, when nothing calls for a change, and what is worked out both ways.
#[derive(Debug, Default)]
pub struct Pathway {
    /// Options in the order in which the review puts their triggers.
    pub sequence: Vec<String>,
    /// The first that fits is the intent; where none does it is open.
    pub intents: Vec<Intent>,
    /// What is said while the intent is open.
    pub open: String,
    /// What is said where nothing is named, open or advised against.
    pub none: String,
    /// What is said in addition.
    pub additions: Vec<Deciding>,
    /// When nothing calls for a change.
    pub no_trigger: Option<NoTrigger>,
    /// The facts that are worked out both ways while the intent is open.
    pub branches: Vec<FactId>,
    /// Options among which the review states no order.
    pub unordered: Vec<Vec<String>>,
    /// Phrases of the situation, in the order in which they are tried.
    pub situations: Vec<Situation>,
    /// Wordings of the summary, from full to short.
    pub wordings: Vec<String>,
}

/// An intent by the verdict of an option.
#[derive(Debug)]
pub struct Intent {
    /// The intent.
    pub value: Aim,
    /// When it is, and why.
    pub rule: Deciding,
}

/// What is said where an option has one of some verdicts.
#[derive(Debug)]
pub struct Deciding {
    /// The option whose verdict decides.
    pub option: String,
    /// Its verdicts.
    pub verdicts: Vec<Verdict>,
    /// What is said.
    pub words: String,
    /// Statements that it rests on.
    pub statements: Vec<String>,
}

/// When nothing recorded calls for a change.
#[derive(Debug)]
pub struct NoTrigger {
    /// A criterion that must not be met by what is recorded, on a reading that is not old.
    pub failing: String,
    /// Months below which a reading is not old.
    pub months: i32,
    /// Criteria none of which may be met.
    pub none_met: Vec<String>,
    /// Triggers up to this rank stay.
    pub up_to: u32,
    /// The finding in words.
    pub words: String,
    /// Statements of the triggers that are not there.
    pub statements: Vec<String>,
}

impl Place {
    /// The options that it refers to.
    pub(in super::super) fn options(&self) -> impl Iterator<Item = &String> {
        self.then
            .iter()
            .chain(&self.instead_of)
            .filter_map(|then| then.option.as_ref())
    }

    /// The criteria that it refers to.
    pub(in super::super) fn criteria(&self) -> impl Iterator<Item = &String> {
        self.trigger.iter().flat_map(|trigger| {
            trigger
                .when
                .iter()
                .chain(&trigger.unless_met)
                .chain(&trigger.unless_judged)
        })
    }
}
