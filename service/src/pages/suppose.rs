//! What if: one or more facts set by hand, and which conclusions move. A question to the engine, not a reading of the chart.

use cds_cards::assessment::{Assessment, Stage};
use cds_cards::render::words;
use cds_cards::{Knowledge, assess};
use fhir_profiles::catalogue::{Catalogue, Kind};
use fhir_profiles::facts::{Evidence, Facts, Reading, Source, System, Value};
use fhir_profiles::{FactId, Interval, PartialDate};
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

/// The value that takes a fact out of the record.
pub(super) const NOTHING: &str = "not recorded";
/// How long a supposed disease status has lasted, in months: longer than any rule asks for.
const LASTED: i32 = 12;

/// A fact with the value that it is supposed to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Supposition {
    pub(super) fact: FactId,
    /// As in the form.
    pub(super) value: String,
}

impl Supposition {
    /// A supposition, if the fact exists and can have the value.
    pub(super) fn parse(catalogue: &Catalogue, fact: &str, value: &str) -> Option<Self> {
        let fact = catalogue.parse(fact)?;
        let possible = value == NOTHING || reading_of(fact, value).is_some();
        possible.then(|| Self {
            fact,
            value: value.to_owned(),
        })
    }

    /// As a person reads it.
    pub(super) fn text(&self) -> String {
        let lasted = if self.fact == FactId::DiseaseStatus && self.value != NOTHING {
            format!(" for {LASTED} months")
        } else {
            String::new()
        };
        let number = self.value.parse::<Decimal>().is_ok();
        let unit = if number {
            super::rules::unit(self.fact)
        } else {
            String::new()
        };
        format!("{} {}{unit}{lasted}", self.fact.info().label, self.value)
    }

    fn readings(&self, as_of: Date) -> Vec<Reading> {
        let Some(value) = reading_of(self.fact, &self.value) else {
            return Vec::new();
        };
        let mut reading = Reading::new(value, Source::Observation, Evidence::default());
        if self.fact == FactId::DiseaseStatus {
            reading.since = Some(PartialDate::from_date(as_of.saturating_sub(LASTED.months())));
        }
        systems(self.fact)
            .iter()
            .map(|system| Reading {
                system: *system,
                ..reading.clone()
            })
            .collect()
    }
}

/// The systems in which a supposed category counts.
fn systems(fact: FactId) -> &'static [Option<System>] {
    match fact {
        FactId::T | FactId::StageRecorded => &[Some(System::Enets), Some(System::Ajcc7)],
        FactId::GradeRecorded => &[Some(System::Who)],
        _ => &[None],
    }
}

fn reading_of(fact: FactId, text: &str) -> Option<Value> {
    if let Some(word) = fact.word(text) {
        return Some(Value::Word(word));
    }
    let info = fact.info();
    let numeric = matches!(info.kind, Kind::Number | Kind::Score | Kind::Marker);
    let number = Decimal::from_str_exact(text).ok().filter(|_| numeric)?;
    let inside = info.min.is_none_or(|min| number >= min) && info.max.is_none_or(|max| number <= max);
    let whole = info.kind != Kind::Score || number.fract().is_zero();
    (inside && whole).then(|| Value::Number(Interval::exactly(number)))
}

/// What the control for a fact offers.
#[derive(Debug, Serialize)]
pub(super) struct Control {
    id: &'static str,
    label: String,
    unit: String,
    /// Values to choose from; none: a number is typed in.
    words: Vec<String>,
    number: bool,
    nothing: &'static str,
}

/// The control for a fact.
pub(super) fn control(fact: FactId) -> Control {
    let info = fact.info();
    Control {
        id: fact.as_str(),
        label: info.question().to_owned(),
        unit: super::rules::unit(fact).trim().to_owned(),
        words: info.words.clone(),
        number: matches!(info.kind, Kind::Number | Kind::Score | Kind::Marker),
        nothing: NOTHING,
    }
}

/// What moves with suppositions.
#[derive(Debug, Serialize)]
pub(super) struct Moved {
    /// The suppositions in words, with the fields that keep them.
    supposed: Vec<(String, String, String)>,
    moves: Moves,
}

/// What moves from one assessment to another.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Moves {
    /// Grade, stage and gate: what, before, after.
    conclusions: Vec<(&'static str, String, String)>,
    options: Vec<OptionMove>,
    /// How many verdicts stay.
    stay: usize,
}

#[derive(Debug, Clone, Serialize)]
struct OptionMove {
    id: String,
    label: String,
    before: Option<VerdictView>,
    after: Option<VerdictView>,
}

#[derive(Debug, Clone, Serialize)]
struct VerdictView {
    id: &'static str,
    word: &'static str,
}

/// Asks the engine again with the suppositions in the place of what is recorded.
pub(super) fn moved(
    knowledge: &Knowledge,
    facts: &Facts,
    before: &Assessment,
    supposed: &[Supposition],
) -> Moved {
    let as_of = facts.as_of();
    let other = supposed.iter().fold(facts.clone(), |facts, one| {
        facts.supposing(one.fact, one.readings(as_of))
    });
    Moved {
        supposed: supposed
            .iter()
            .map(|one| (one.text(), format!("if.{}", one.fact), one.value.clone()))
            .collect(),
        moves: moves(knowledge, before, &assess(knowledge, &other)),
    }
}

/// The conclusions and verdicts that differ.
pub(super) fn moves(knowledge: &Knowledge, before: &Assessment, after: &Assessment) -> Moves {
    let verdict = |assessment: &Assessment, id: &str| {
        let report = assessment.option(id)?;
        Some(report.verdict)
    };
    let shown = |verdict: Option<cds_cards::assessment::Verdict>| {
        verdict.map(|verdict| VerdictView {
            id: verdict.as_str(),
            word: words::verdict(verdict),
        })
    };
    let mut options = Vec::new();
    for option in &knowledge.options {
        let (old, new) = (verdict(before, &option.id), verdict(after, &option.id));
        if old != new {
            options.push(OptionMove {
                id: option.id.clone(),
                label: option.label.clone(),
                before: shown(old),
                after: shown(new),
            });
        }
    }
    let conclusions = [
        ("Grade", words::grade(before), words::grade(after)),
        (
            "Stage, ENETS",
            stage(&before.stage.enets),
            stage(&after.stage.enets),
        ),
        (
            "Stage, AJCC 7",
            stage(&before.stage.ajcc7),
            stage(&after.stage.ajcc7),
        ),
        ("Options", words::gate(before), words::gate(after)),
    ];
    Moves {
        conclusions: conclusions
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .collect(),
        stay: knowledge.options.len().saturating_sub(options.len()),
        options,
    }
}

fn stage(stage: &Stage) -> String {
    stage
        .value
        .clone()
        .unwrap_or_else(|| words::any_of(&stage.candidates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_chart_could_hold_can_be_supposed() {
        for (fact, value) in [
            ("ki67", "25"),
            ("ki67", "2.5"),
            ("ecog", "2"),
            ("sstr-uptake", "strong"),
            ("t", "T3"),
            ("on-ssa", NOTHING),
        ] {
            assert!(
                Supposition::parse(&Catalogue::default(), fact, value).is_some(),
                "{fact} {value}"
            );
        }
        for (fact, value) in [
            ("ki67", "101"),
            ("ki67", "x"),
            ("ecog", "1.5"),
            ("ecog", "6"),
            ("pnet", "1"),
            ("none", "1"),
            ("differentiation", "present"),
        ] {
            assert!(
                Supposition::parse(&Catalogue::default(), fact, value).is_none(),
                "{fact} {value}"
            );
        }
    }
}
