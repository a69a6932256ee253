//! The pathway's data: where each option stands in the review's sequence, and what holds for all (specification,
//! section 5b).

use super::criteria::Criteria;
use super::evidence::Evidence;
use super::load::Source;
use super::section::{At, Section};
use super::situation::{self, Situation};
use crate::assessment::{Aim, Verdict};
use fhir_profiles::FactId;
use std::collections::BTreeSet;

const FILE: &str = "pathway.toml";

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

/// Reads what is put into one file of the knowledge.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) evidence: &'a Evidence,
    pub(super) criteria: Option<&'a Criteria>,
    pub(super) file: &'a str,
}

impl Reader<'_> {
    fn statements(&self, section: &Section<'_>) -> Vec<String> {
        let cited = section.some_texts("statements");
        self.evidence.cited(self.file, cited, self.source.faults)
    }

    pub(super) fn criteria(&self, section: &Section<'_>, named: Vec<At<String>>) -> Vec<String> {
        for id in &named {
            let known = self
                .criteria
                .is_none_or(|criteria| criteria.ids.contains_key(&id.value));
            if !known {
                section.fault(id.line, format!("unknown criterion `{}`", id.value));
            }
        }
        named.into_iter().map(|id| id.value).collect()
    }

    /// `[[place]]` of an option; at most one.
    pub(super) fn place(&self, root: &Section<'_>) -> Place {
        let mut places = root.sections("place", |section| Place {
            trigger: self.trigger(section),
            before: section
                .sections("before", |section| self.before(section))
                .into_iter()
                .flatten()
                .collect(),
            then: section.sections("then", |section| self.then(section)),
            instead_of: section.sections("instead-of", |section| self.then(section)),
        });
        if places.len() > 1 {
            root.fault(root.line_of("place"), "an option has one `[[place]]`");
        }
        places.pop().unwrap_or_default()
    }

    fn trigger(&self, section: &Section<'_>) -> Option<Trigger> {
        let rank = section.number("rank")?;
        let whole = u32::try_from(rank.value)
            .ok()
            .filter(|whole| rank.value == (*whole).into());
        if whole.is_none() {
            section.fault(rank.line, "`rank` must be a whole number");
        }
        let unless = |key| self.criteria(section, section.texts(key));
        let (unless_met, unless_judged) = (unless("unless-met"), unless("unless-judged"));
        let when = self.criteria(section, section.texts("when"));
        let statements = self.statements(section);
        let notes = self
            .evidence
            .noted(self.file, section.texts("notes"), self.source.faults);
        let beside = section
            .optional_text("beside")
            .and_then(|name| section.fact(&name));
        let (words, judged) = (section.text("words"), section.optional_text("judged"));
        Some(Trigger {
            rank: whole?,
            when,
            unless_met,
            unless_judged,
            words: words?.value,
            judged: judged.map_or_else(|| "if judged so".to_owned(), |judged| judged.value),
            statements,
            notes,
            beside,
        })
    }

    fn before(&self, section: &Section<'_>) -> Option<Before> {
        let (fact, step) = (section.optional_text("fact"), section.optional_text("step"));
        let statements = self.statements(section);
        let (without_grade, variant) = (section.flag("without-grade"), section.optional_text("variant"));
        let what = match (fact, step) {
            (Some(name), None) => What::Fact(section.fact(&name)?),
            (None, Some(step)) => What::Step(step.value),
            _ => {
                section.fault(section.line(), "what comes before is a `fact` or a `step`");
                return None;
            }
        };
        Some(Before {
            what,
            without_grade,
            variant: variant.map(|variant| variant.value),
            statements,
        })
    }

    fn then(&self, section: &Section<'_>) -> Then {
        let (option, event) = (section.optional_text("option"), section.optional_text("event"));
        if option.is_some() == event.is_some() {
            section.fault(section.line(), "what follows is an `option` or an `event`");
        }
        Then {
            option: option.map(|option| option.value),
            event: event.map(|event| event.value),
            statements: self.statements(section),
        }
    }

    fn intent(&self, section: &Section<'_>) -> Option<Intent> {
        let value = section.text("value");
        let rule = self.deciding(section);
        let value = value?;
        let known = [Aim::Curative, Aim::Palliative]
            .into_iter()
            .find(|aim| aim.as_str() == value.value);
        if known.is_none() {
            section.fault(value.line, format!("unknown intent `{}`", value.value));
        }
        Some(Intent {
            value: known?,
            rule: rule?,
        })
    }

    fn deciding(&self, section: &Section<'_>) -> Option<Deciding> {
        let (option, words) = (section.text("option"), section.text("words"));
        let verdicts = situation::verdicts(section);
        let statements = self.statements(section);
        Some(Deciding {
            option: option?.value,
            verdicts,
            words: words?.value,
            statements,
        })
    }

    fn no_trigger(&self, section: &Section<'_>) -> Option<NoTrigger> {
        let failing = self.criteria(section, section.text("failing").into_iter().collect());
        let none_met = self.criteria(section, section.texts("none-met"));
        let (months, up_to) = (
            section.needed_number("months"),
            section.needed_number("up-to-rank"),
        );
        let statements = self.statements(section);
        let words = section.text("words");
        Some(NoTrigger {
            failing: failing.into_iter().next()?,
            months: i32::try_from(months?.value).ok()?,
            none_met,
            up_to: u32::try_from(up_to?.value).ok()?,
            words: words?.value,
            statements,
        })
    }
}

/// Reads `pathway.toml`.
pub(super) fn read(source: &Source<'_>, evidence: &Evidence, criteria: Option<&Criteria>) -> Pathway {
    let reader = Reader {
        source,
        evidence,
        criteria,
        file: FILE,
    };
    let read = |root: &Section<'_>| Pathway {
        sequence: root
            .some_texts("sequence")
            .into_iter()
            .map(|id| id.value)
            .collect(),
        none: root.text("none").map(|words| words.value).unwrap_or_default(),
        open: root.text("open").map(|words| words.value).unwrap_or_default(),
        intents: root
            .sections("intent", |section| reader.intent(section))
            .into_iter()
            .flatten()
            .collect(),
        additions: root
            .sections("addition", |section| reader.deciding(section))
            .into_iter()
            .flatten()
            .collect(),
        no_trigger: root
            .section("no-trigger", |section| reader.no_trigger(section))
            .flatten(),
        branches: root
            .texts("branches")
            .into_iter()
            .filter_map(|name| root.fact(&name))
            .collect(),
        unordered: root.sections("unordered", |section| {
            let options = section.some_texts("options").into_iter();
            options.map(|option| option.value).collect()
        }),
        situations: root
            .sections("situation", |section| situation::situation(section, &reader))
            .into_iter()
            .flatten()
            .collect(),
        wordings: situation::wordings(root),
    };
    let pathway: Pathway = source
        .place(FILE)
        .and_then(|place| place.parse(read))
        .unwrap_or_default();
    situation::check(source, FILE, &pathway.situations);
    pathway
}

/// Checks what the pathway says of options against the options themselves: all of them exist, and the ranks of their
/// triggers rise in the sequence of the review. `known` are the ids of all options, `places` the places of the sound ones by
/// file and option.
pub(super) fn check(
    source: &Source<'_>,
    pathway: &Pathway,
    known: &BTreeSet<String>,
    places: &[(&str, &str, &Place)],
) {
    let unknown = |file: &str, option: &str| {
        if !known.contains(option) {
            fault(source, file, option, format!("unknown option `{option}`"));
        }
    };
    for (file, _, place) in places {
        for option in place.options() {
            unknown(file, option);
        }
    }
    let deciding = pathway.intents.iter().map(|intent| &intent.rule);
    for rule in deciding.chain(&pathway.additions) {
        unknown(FILE, &rule.option);
    }
    for option in pathway.sequence.iter().chain(pathway.unordered.iter().flatten()) {
        unknown(FILE, option);
    }
    for (option, _) in pathway
        .situations
        .iter()
        .filter_map(|known| known.verdict.as_ref())
    {
        unknown(FILE, option);
    }
    let rank = |option: &str| {
        let place = places.iter().find(|(_, id, _)| *id == option);
        place.and_then(|(.., place)| Some(place.trigger.as_ref()?.rank))
    };
    let ranked: Vec<(&String, u32)> = pathway
        .sequence
        .iter()
        .filter_map(|option| Some((option, rank(option)?)))
        .collect();
    for pair in ranked.windows(2) {
        if let [(before, first), (after, second)] = pair
            && first > second
        {
            let what = format!("the rank of `{before}` is {first}, that of `{after}` after it {second}");
            fault(source, FILE, after, what);
        }
    }
    for (file, option, place) in places {
        let listed = pathway.sequence.iter().any(|id| id == option);
        match &place.trigger {
            Some(_) if !listed => {
                let what = format!("`{option}` has a rank and does not stand in the `sequence` of {FILE}");
                fault(source, file, "rank", what);
            }
            None if listed => {
                let what = format!("`{option}` stands in the `sequence` and has no rank");
                fault(source, FILE, option, what);
            }
            _ => {}
        }
    }
}

fn fault(source: &Source<'_>, file: &str, word: &str, what: String) {
    if let Some(place) = source.place(file) {
        let line = place.text.lines().position(|line| line.contains(word));
        place.fault(line.map_or(1, |line| line + 1), what);
    }
}

impl Place {
    /// The options that it refers to.
    pub(super) fn options(&self) -> impl Iterator<Item = &String> {
        self.then
            .iter()
            .chain(&self.instead_of)
            .filter_map(|then| then.option.as_ref())
    }

    /// The criteria that it refers to.
    pub(super) fn criteria(&self) -> impl Iterator<Item = &String> {
        self.trigger.iter().flat_map(|trigger| {
            trigger
                .when
                .iter()
                .chain(&trigger.unless_met)
                .chain(&trigger.unless_judged)
        })
    }
}
