//! Evaluates criteria of the closed set of tests, with what they read and why they came out so.

use super::calls::{Called, call, lasting};
use super::functional::Functional;
use super::grade::{Grade, why};
use super::truth::Truth;
use super::words::{doubted_absence, fact_text, lacking};
use crate::assessment::{Outcome, Reason, Role, Verdict};
use crate::knowledge::{Call, Criterion, Knowledge, OptionKnowledge, Subject, Test};
use fhir_profiles::facts::{Facts, Gap, Given, Reading, Source, Value};
use fhir_profiles::{FactId, Treatment, TreatmentClass};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A criterion worked out.
#[derive(Debug, Clone)]
pub(crate) struct Evaluated {
    pub(crate) truth: Truth,
    /// Whether the outcome rests on an interpretation of the review.
    pub(crate) interpretation: bool,
    /// Whether the value lies exactly on a limit that is shown as borderline.
    pub(crate) borderline: bool,
    /// The facts it read.
    pub(crate) facts: Vec<FactId>,
    /// Unknown facts that could settle it, those first without which it cannot be settled.
    pub(crate) open: Vec<FactId>,
    pub(crate) because: String,
    /// A newer record that does not count, beside a stated absence.
    pub(crate) doubt: Option<String>,
}

/// An option worked out: its Kleene value and what other criteria say of it.
#[derive(Debug, Clone)]
pub(crate) struct OptionValue {
    pub(crate) value: Truth,
    /// Facts of its unknown or failing criteria; of all, if there are none.
    pub(crate) facts: Vec<FactId>,
    pub(crate) open: Vec<FactId>,
    pub(crate) because: String,
    pub(crate) interpretation: bool,
}

/// Everything a criterion may read.
pub(crate) struct Evaluation<'a> {
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) facts: &'a Facts,
    pub(crate) grade: Grade,
    pub(crate) functional: Functional,
    /// Whether nobody will read why: then only the outcomes are worked out.
    quiet: bool,
    /// Options worked out so far, by id.
    pub(crate) options: BTreeMap<&'a str, OptionValue>,
    done: BTreeMap<&'a str, Evaluated>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(knowledge: &'a Knowledge, facts: &'a Facts) -> Self {
        Self::of(knowledge, facts, false)
    }

    /// One of which only outcomes are asked for: what its reports say in words is empty.
    pub(crate) fn quiet(knowledge: &'a Knowledge, facts: &'a Facts) -> Self {
        Self::of(knowledge, facts, true)
    }

    fn of(knowledge: &'a Knowledge, facts: &'a Facts, quiet: bool) -> Self {
        Self {
            knowledge,
            facts,
            quiet,
            grade: super::grade::grade(knowledge, facts),
            functional: super::functional::functional(knowledge, facts),
            options: BTreeMap::new(),
            done: BTreeMap::new(),
        }
    }

    fn say(&self, text: impl FnOnce() -> String) -> String {
        if self.quiet { String::new() } else { text() }
    }

    /// Works out a criterion, once. An option that it refers to has been worked out before (evaluation order).
    pub(crate) fn criterion(&mut self, id: &str) -> Evaluated {
        if let Some(done) = self.done.get(id) {
            return done.clone();
        }
        let Some((id, criterion)) = self.knowledge.criteria.get_key_value(id) else {
            // The loader resolves every id.
            return leaf(Truth::Unknown(Reason::Missing), Vec::new(), String::new());
        };
        let mut evaluated = self.evaluate(criterion);
        evaluated.interpretation |= criterion.interpretation;
        self.where_missing(criterion, &mut evaluated);
        self.done.insert(id, evaluated.clone());
        evaluated
    }

    fn evaluate(&mut self, criterion: &'a Criterion) -> Evaluated {
        match &criterion.test {
            Test::Words {
                subject: Subject::Grade,
                calls,
            } => self.of_grade(calls),
            Test::Words {
                subject: Subject::Fact(FactId::Functioning),
                calls,
            } => self.of_functional(calls),
            test @ Test::Words {
                subject: Subject::Fact(fact),
                ..
            } => self.of_readings(*fact, |reading| call(test, reading).into()),
            test @ Test::Range { fact, borderline, .. } => Evaluated {
                borderline: borderline.is_some_and(|limit| self.lies_on(*fact, limit)),
                ..self.of_readings(*fact, |reading| call(test, reading).into())
            },
            Test::Lasting {
                fact,
                months,
                longer,
                shorter,
            } => {
                let as_of = self.facts.as_of();
                let call = |reading: &Reading| lasting(reading, as_of, *months, longer, shorter);
                self.of_readings(*fact, call)
            }
            Test::Given {
                class,
                other_than,
                progression,
            } => self.of_given(*class, other_than, *progression),
            Test::Option { option, negate } => self.of_option(option, *negate),
            Test::Not(inner) => {
                let inner = self.criterion(inner);
                Evaluated {
                    truth: inner.truth.negated(),
                    ..inner
                }
            }
            Test::Any(of) => self.of_parts(of, Truth::any, Outcome::Met),
            Test::All(of) => self.of_parts(of, Truth::all, Outcome::NotMet),
        }
    }

    /// What holds where nothing is recorded of the fact, and everything that could hold it was looked at: a fact that was
    /// not supplied is none that was not to be had.
    fn where_missing(&self, criterion: &Criterion, evaluated: &mut Evaluated) {
        let Some(missing) = &criterion.where_missing else {
            return;
        };
        let whole = |id: &FactId| matches!(self.facts.get(*id).missing_by(), None | Some(Gap::NotSupplied));
        let fails = self
            .options
            .get(missing.option.as_str())
            .filter(|option| option.value == Truth::NotMet);
        if evaluated.truth == Truth::Unknown(Reason::Missing)
            && evaluated.facts.iter().all(whole)
            && let Some(option) = fails
        {
            evaluated.truth = missing.call.into();
            evaluated.interpretation = true;
            let because = self.say(|| format!("{}; {}", evaluated.because, option.because));
            evaluated.because = because;
        }
    }

    /// Every reading is evaluated; outcomes that differ are conflicting.
    fn of_readings(&self, id: FactId, call: impl Fn(&Reading) -> Called) -> Evaluated {
        let fact = self.facts.get(id);
        match fact.readings() {
            Err(unknown) => {
                let truth = Truth::Unknown(why(unknown));
                let because = self.say(|| format!("{} {}", id.info().label, lacking(fact, unknown)));
                Evaluated {
                    open: vec![id],
                    ..leaf(truth, vec![id], because)
                }
            }
            Ok(readings) => {
                let calls: Vec<Called> = readings.iter().map(call).collect();
                let truth = Truth::of_candidates(calls.iter().map(|call| call.truth), Reason::Conflicting);
                let doubt = doubted_absence(fact);
                let because = self.say(|| {
                    let mut text = fact_text(id, readings);
                    match truth {
                        Truth::Unknown(Reason::Conflicting) => {
                            text.push_str(": readings of equal standing disagree")
                        }
                        _ if let Some(remark) = calls.iter().find_map(|call| call.remark.as_deref()) => {
                            text.push_str(&format!(": {remark}"));
                        }
                        _ if readings.iter().all(|r| r.source == Source::SitePolicy) => {
                            text.push_str(": assumed (site policy)");
                        }
                        _ => {}
                    }
                    if let Some(doubt) = &doubt {
                        text.push_str(&format!("; {doubt}"));
                    }
                    text
                });
                let open = match truth {
                    Truth::Unknown(Reason::Conflicting | Reason::Missing) => vec![id],
                    _ => Vec::new(),
                };
                let interpretation = calls.iter().any(|call| call.interpretation);
                Evaluated {
                    open,
                    interpretation,
                    doubt,
                    ..leaf(truth, vec![id], because)
                }
            }
        }
    }

    fn of_grade(&self, calls: &BTreeMap<String, (Call, bool)>) -> Evaluated {
        let grade = &self.grade;
        let names = Grade::names(self.knowledge, &grade.possible.grades);
        let called: Vec<(Call, bool)> = names.iter().filter_map(|name| calls.get(name)).copied().collect();
        let truth = match grade.unknown {
            Some(reason) => Truth::Unknown(reason),
            None => Truth::of_candidates(
                called.iter().map(|(call, _)| Truth::from(*call)),
                grade.possible.several.unwrap_or(Reason::Judgement),
            ),
        };
        let because = self.say(|| grade.because(self.knowledge, self.facts));
        let open = match truth {
            Truth::Unknown(_) if grade.single().is_none() => self.unknown_among(grade.could_settle()),
            _ => Vec::new(),
        };
        // That the higher of two measures counts decides nothing where each of them fails alone.
        let by_each = grade.by_each_measure(self.knowledge);
        let each_fails = by_each.iter().all(|names| {
            let calls = names
                .iter()
                .filter_map(|name| calls.get(name))
                .map(|(call, _)| *call);
            Truth::of_candidates(calls.map(Truth::from), Reason::Judgement) == Truth::NotMet
        });
        let interpretation = (grade.measures_differ() && !each_fails)
            || (grade.unknown.is_none() && called.iter().any(|(_, interpreted)| *interpreted));
        Evaluated {
            open,
            interpretation,
            ..leaf(truth, grade.facts(), because)
        }
    }

    fn of_functional(&self, calls: &BTreeMap<String, (Call, bool)>) -> Evaluated {
        let functional = &self.functional;
        let called: Vec<(Call, bool)> = functional
            .statuses
            .iter()
            .filter_map(|status| calls.get(*status))
            .copied()
            .collect();
        let truth = match functional.unknown {
            Some(reason) => Truth::Unknown(reason),
            None => Truth::of_candidates(
                called.iter().map(|(call, _)| Truth::from(*call)),
                Reason::Conflicting,
            ),
        };
        let open = match truth {
            Truth::Unknown(_) => self.unknown_among(&functional.facts),
            _ => Vec::new(),
        };
        let interpretation = called.iter().any(|(_, interpreted)| *interpreted);
        Evaluated {
            open,
            interpretation,
            ..leaf(
                truth,
                functional.facts.clone(),
                self.say(|| functional.because.clone()),
            )
        }
    }

    fn of_given(
        &self,
        class: TreatmentClass,
        other_than: &BTreeSet<Treatment>,
        progression: bool,
    ) -> Evaluated {
        let fits =
            |given: &&Given| given.treatment.class() == class && !other_than.contains(&given.treatment);
        let since = |given: &Given| match self.facts.progression_since(given.from) {
            Some(day) => Some(format!("{}, progression since {day}", given.treatment.label())),
            None => (!progression).then(|| given.treatment.label().to_owned()),
        };
        let fitting: Vec<String> = self.facts.given().iter().filter(fits).filter_map(since).collect();
        let truth = match fitting.is_empty() {
            false => Truth::Met,
            true => Truth::Unknown(Reason::Missing),
        };
        let because = self.say(|| match fitting.is_empty() {
            false => format!("given: {}", fitting.join("; ")),
            true if progression => {
                "no treatment of this kind recorded with a progression after it".to_owned()
            }
            true => "no treatment of this kind recorded".to_owned(),
        });
        let mut facts = vec![FactId::PriorSystemicTherapy];
        facts.extend(progression.then_some(FactId::DiseaseStatus));
        leaf(truth, facts, because)
    }

    fn of_option(&self, option: &str, negate: bool) -> Evaluated {
        let Some(value) = self.options.get(option) else {
            // The evaluation order puts it first.
            return leaf(Truth::Unknown(Reason::Missing), Vec::new(), String::new());
        };
        Evaluated {
            truth: if negate {
                value.value.negated()
            } else {
                value.value
            },
            interpretation: value.interpretation,
            borderline: false,
            facts: value.facts.clone(),
            open: value.open.clone(),
            because: value.because.clone(),
            doubt: None,
        }
    }

    /// A compound: where one part decides, its reasons stand alone.
    fn of_parts(
        &mut self,
        of: &'a [String],
        combine: impl Fn(Vec<Truth>) -> Truth,
        decisive: Outcome,
    ) -> Evaluated {
        let parts: Vec<Evaluated> = of.iter().map(|id| self.criterion(id)).collect();
        let truth = combine(parts.iter().map(|part| part.truth).collect());
        let counts = |part: &&Evaluated| match truth.outcome() {
            Outcome::Unknown => part.truth.outcome() == Outcome::Unknown,
            outcome if outcome == decisive => part.truth.outcome() == decisive,
            _ => true,
        };
        let deciding: Vec<&Evaluated> = parts.iter().filter(counts).collect();
        let mut facts = Vec::new();
        let mut open = Vec::new();
        for part in &deciding {
            extend_new(&mut facts, &part.facts);
            extend_new(&mut open, &part.open);
        }
        Evaluated {
            truth,
            interpretation: deciding.iter().any(|part| part.interpretation),
            borderline: deciding.iter().any(|part| part.borderline),
            facts,
            open,
            doubt: deciding.iter().find_map(|part| part.doubt.clone()),
            because: self.say(|| {
                let reasons: Vec<&str> = deciding.iter().map(|part| part.because.as_str()).collect();
                reasons.join("; ")
            }),
        }
    }

    fn unknown_among(&self, facts: &[FactId]) -> Vec<FactId> {
        let unsettled = |id: &FactId| match self.facts.get(*id).readings() {
            Err(_) => true,
            Ok(readings) => readings.len() > 1,
        };
        facts.iter().copied().filter(unsettled).collect()
    }

    fn lies_on(&self, fact: FactId, limit: Decimal) -> bool {
        self.facts.get(fact).readings().is_ok_and(|readings| {
            readings
                .iter()
                .any(|r| matches!(&r.value, Value::Number(i) if i.as_exact() == Some(limit)))
        })
    }

    /// Works out the Kleene value of an option from its criteria and keeps it for criteria that refer to it.
    pub(crate) fn keep_option(&mut self, option: &'a OptionKnowledge, verdict: Verdict) {
        let worked: Vec<(Evaluated, Role)> = option
            .criteria
            .iter()
            .map(|(id, role)| (self.criterion(id), *role))
            .collect();
        let wanted = match verdict {
            Verdict::Supported => Outcome::Met,
            Verdict::NotSupported | Verdict::Contraindicated => Outcome::NotMet,
            Verdict::Undetermined | Verdict::Provisional => Outcome::Unknown,
        };
        // What the review advises against is never mixed with a selection criterion that fails.
        let tells = |e: &Evaluated, role: Role| {
            e.truth.outcome() == wanted
                && (verdict != Verdict::Contraindicated || role == Role::Contraindication)
        };
        let telling: Vec<&Evaluated> = worked
            .iter()
            .filter(|(e, role)| tells(e, *role))
            .map(|(e, _)| e)
            .collect();
        let value = match wanted {
            Outcome::Met => Truth::Met,
            Outcome::NotMet => Truth::NotMet,
            Outcome::Unknown => Truth::all(telling.iter().map(|e| e.truth)),
        };
        let mut facts = Vec::new();
        let mut open = Vec::new();
        for (part, _) in worked
            .iter()
            .filter(|(e, _)| wanted == Outcome::Met || e.truth.outcome() != Outcome::Met)
        {
            extend_new(&mut facts, &part.facts);
        }
        // What leaves it undetermined goes before what is to be confirmed besides.
        for (part, _) in worked.iter().filter(|(e, role)| leaves_open(e, *role)) {
            extend_new(&mut open, &part.open);
        }
        for part in &telling {
            extend_new(&mut open, &part.open);
        }
        if wanted != Outcome::Unknown {
            open.clear();
        }
        let because = self.say(|| {
            let reasons: Vec<&str> = telling.iter().map(|e| e.because.as_str()).collect();
            let reasons = reasons.join("; ");
            match verdict {
                Verdict::Supported => format!("{}: all criteria met", option.label),
                Verdict::Contraindicated => {
                    format!("{}: the review advises against it ({reasons})", option.label)
                }
                Verdict::NotSupported => format!("{}: criteria not met ({reasons})", option.label),
                Verdict::Undetermined | Verdict::Provisional => format!("{}: open ({reasons})", option.label),
            }
        });
        // What one criterion of the review's own decides is no reading of ours, whatever else speaks the same way.
        let interpretation = match wanted {
            Outcome::Met => false,
            Outcome::NotMet => !telling.is_empty() && telling.iter().all(|e| e.interpretation),
            Outcome::Unknown => telling.iter().any(|e| e.interpretation),
        };
        self.options.insert(
            &option.id,
            OptionValue {
                value,
                facts,
                open,
                because,
                interpretation,
            },
        );
    }
}

/// Whether a criterion leaves an option undetermined.
pub(super) fn leaves_open(e: &Evaluated, role: Role) -> bool {
    role == Role::Require && e.truth.reason().is_some_and(|reason| reason != Reason::Judgement)
}

fn leaf(truth: Truth, facts: Vec<FactId>, because: String) -> Evaluated {
    Evaluated {
        truth,
        interpretation: false,
        borderline: false,
        facts,
        open: Vec::new(),
        because,
        doubt: None,
    }
}

fn extend_new(all: &mut Vec<FactId>, more: &[FactId]) {
    for id in more {
        if !all.contains(id) {
            all.push(*id);
        }
    }
}
