//! How `pnet-cds knowledge` tells the pathway: the place of an option, and what holds for all.

use cds_cards::Knowledge;
use cds_cards::knowledge::OptionKnowledge;
use cds_cards::knowledge::place::{Before, Deciding, Place, Then, What};
use std::fmt::Write as _;

/// The lines of an option's place: when the review names it, what comes before and after, and what it is instead of.
pub(super) fn lines(option: &OptionKnowledge) -> Vec<(&'static str, String)> {
    let Place {
        trigger,
        before,
        then,
        instead_of,
    } = &option.place;
    let mut lines = Vec::new();
    if let Some(trigger) = trigger {
        let mut conditions = match trigger.when.is_empty() {
            true => vec!["its verdict".to_owned()],
            false => trigger.when.clone(),
        };
        conditions.extend(
            trigger
                .unless_met
                .iter()
                .map(|id| format!("not where {id} is met")),
        );
        let judged = trigger.unless_judged.iter();
        conditions.extend(judged.map(|id| format!("not where {id} is a judgement")));
        let cited = trigger.statements.iter().chain(&trigger.notes).cloned();
        lines.push((
            "named",
            format!(
                "rank {}: {} ({}) [{}]",
                trigger.rank,
                trigger.words,
                conditions.join(", "),
                cited.collect::<Vec<_>>().join(", ")
            ),
        ));
    }
    lines.extend(before.iter().map(|one| ("before", self::before(one))));
    lines.extend(then.iter().map(|one| ("then", follows(one))));
    lines.extend(instead_of.iter().map(|one| ("instead of", follows(one))));
    lines
}

fn before(before: &Before) -> String {
    let mut text = match &before.what {
        What::Fact(fact) => fact.to_string(),
        What::Step(step) => step.clone(),
    };
    if before.without_grade {
        text.push_str(", where there is no grade");
    }
    if let Some(variant) = &before.variant {
        let _ = write!(text, ", with {variant}");
    }
    format!("{text} [{}]", before.statements.join(", "))
}

fn follows(then: &Then) -> String {
    let what = then.option.as_deref().or(then.event.as_deref());
    format!("{} [{}]", what.unwrap_or_default(), then.statements.join(", "))
}

/// What holds for the pathway of every patient.
pub(super) fn show(knowledge: &Knowledge) -> String {
    let rules = &knowledge.pathway;
    let mut text = "Pathway (pathway)\n".to_owned();
    let deciding = |rule: &Deciding| {
        let verdicts: Vec<&str> = rule.verdicts.iter().map(|verdict| verdict.as_str()).collect();
        format!(
            "{} is {}: {} [{}]",
            rule.option,
            verdicts.join(" or "),
            rule.words,
            rule.statements.join(", ")
        )
    };
    for intent in &rules.intents {
        let _ = writeln!(
            text,
            "  intent {} where {}",
            intent.value.as_str(),
            deciding(&intent.rule)
        );
    }
    let _ = writeln!(text, "  intent open else: {}", rules.open);
    for addition in &rules.additions {
        let _ = writeln!(text, "  also where {}", deciding(addition));
    }
    let _ = writeln!(text, "  sequence {}", rules.sequence.join(", "));
    if let Some(rule) = &rules.no_trigger {
        let _ = writeln!(
            text,
            "  {}: {} not met by a reading under {} months old, {} not met; named up to rank {} [{}]",
            rule.words,
            rule.failing,
            rule.months,
            rule.none_met.join(", "),
            rule.up_to,
            rule.statements.join(", ")
        );
    }
    for fact in &rules.branches {
        let _ = writeln!(
            text,
            "  worked out with each value while the intent is open: {fact}"
        );
    }
    for set in &rules.unordered {
        let _ = writeln!(text, "  no order among {}", set.join(", "));
    }
    for situation in &rules.situations {
        let _ = writeln!(text, "  situation: {}", situation.words);
    }
    for wording in &rules.wordings {
        let _ = writeln!(text, "  summary: {wording}");
    }
    text
}
