//! `pathway.toml`, and `[[place]]` of an option: the sequence of the review and what holds for all, checked against the options.

use super::criteria::Criteria;
use super::evidence::Evidence;
use super::files::Files;
use super::model::place::{Before, Deciding, Intent, NoTrigger, Pathway, Place, Then, Trigger, What};
use super::reader::Reader;
use super::section::Section;
use super::situations;
use crate::assessment::Aim;
use std::collections::BTreeSet;

const FILE: &str = "pathway.toml";

impl Reader<'_> {
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
        let verdicts = situations::verdicts(section);
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
pub(super) fn read(source: &Files<'_>, evidence: &Evidence, criteria: Option<&Criteria>) -> Pathway {
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
            .sections("situation", |section| situations::situation(section, &reader))
            .into_iter()
            .flatten()
            .collect(),
        wordings: situations::wordings(root),
    };
    let pathway: Pathway = source
        .place(FILE)
        .and_then(|place| place.parse(read))
        .unwrap_or_default();
    situations::check(source, FILE, &pathway.situations);
    pathway
}

/// Checks what the pathway says of options against the options themselves: all of them exist, and the ranks of their
/// triggers rise in the sequence of the review. `known` are the ids of all options, `places` the places of the sound ones by
/// file and option.
pub(super) fn check(
    source: &Files<'_>,
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

fn fault(source: &Files<'_>, file: &str, word: &str, what: String) {
    if let Some(place) = source.place(file) {
        let line = place.text.lines().position(|line| line.contains(word));
        place.fault(line.map_or(1, |line| line + 1), what);
    }
}
