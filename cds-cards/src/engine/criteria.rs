//! Evaluates criteria of the closed set of tests, with what they read and why they came out so.

use super::calls::{Called, call, lasting};
use super::functional::{Functional, functional};
use super::grade::{Grade, grade};
use super::tested::{Calls, fitting, is_whole, of_functional, of_grade};
use super::truth::{Truth, why};
use super::verdicts::{leaves_open, value, verdict};
use super::view::View;
use super::words::{doubted_absence, fact_text, lacking};
use crate::assessment::{Outcome, Reason, Role, Verdict};
use crate::knowledge::{Call, Criterion, Knowledge, OptionKnowledge, Refers, Subject, Test};
use fhir_profiles::facts::{Reading, Source, Value};
use fhir_profiles::{FactId, Treatment, TreatmentClass};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A criterion worked out.
#[derive(Debug, Clone)]
pub(crate) struct Evaluated {
    pub(crate) truth: Truth,
    /// Whether the outcome rests on an interpretation of the review.
    pub(crate) interpretation: bool,
    /// Whether it rests on a rule of a site's own.
    pub(crate) of_site: bool,
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
    pub(crate) of_site: bool,
}

/// Everything a criterion may read.
pub(crate) struct Evaluation<'a> {
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) facts: View<'a>,
    pub(crate) grade: Grade,
    pub(crate) functional: Functional,
    /// Whether nobody will read why: then only the outcomes are worked out.
    quiet: bool,
    known: Vec<&'a Criterion>,
    /// What was worked out so far, by position.
    options: Vec<Option<Rc<OptionValue>>>,
    done: Vec<Option<Rc<Evaluated>>>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(knowledge: &'a Knowledge, facts: View<'a>) -> Self {
        Self::of(knowledge, facts, false)
    }

    /// One of which nobody reads the words: what its reports say in words is empty.
    pub(crate) fn quiet(knowledge: &'a Knowledge, facts: View<'a>) -> Self {
        Self::of(knowledge, facts, true)
    }

    fn of(knowledge: &'a Knowledge, facts: View<'a>, quiet: bool) -> Self {
        let known: Vec<&Criterion> = knowledge.criteria.values().collect();
        Self {
            knowledge,
            facts,
            quiet,
            grade: grade(knowledge, facts),
            functional: functional(knowledge, facts, !quiet),
            options: vec![None; knowledge.options.len()],
            done: vec![None; known.len()],
            known,
        }
    }

    fn say(&self, text: impl FnOnce() -> String) -> String {
        if self.quiet { String::new() } else { text() }
    }

    /// Works out the criterion at a position, once; an option that it refers to as well.
    pub(crate) fn criterion(&mut self, position: usize) -> Rc<Evaluated> {
        if let Some(Some(done)) = self.done.get(position) {
            return Rc::clone(done);
        }
        let knowledge = self.knowledge;
        let (Some(criterion), Some(refers)) = (
            self.known.get(position).copied(),
            knowledge.compiled.criteria.get(position),
        ) else {
            // The loader resolves every id.
            return Rc::new(leaf(Truth::Unknown(Reason::Missing), Vec::new(), String::new()));
        };
        let mut evaluated = self.evaluate(criterion, refers);
        evaluated.interpretation |= criterion.interpretation;
        evaluated.of_site |= criterion.of_site;
        self.where_missing(criterion, refers, &mut evaluated);
        let evaluated = Rc::new(evaluated);
        if let Some(slot) = self.done.get_mut(position) {
            *slot = Some(Rc::clone(&evaluated));
        }
        evaluated
    }

    fn evaluate(&mut self, criterion: &'a Criterion, refers: &Refers) -> Evaluated {
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
            Test::Option { negate, .. } => self.of_option(refers.option, *negate),
            Test::Not(_) => match refers.parts.first() {
                Some(part) => {
                    let inner = self.criterion(*part);
                    Evaluated {
                        truth: inner.truth.negated(),
                        ..(*inner).clone()
                    }
                }
                None => leaf(Truth::Unknown(Reason::Missing), Vec::new(), String::new()),
            },
            Test::Any(_) => self.of_parts(&refers.parts, Truth::any, Outcome::Met),
            Test::All(_) => self.of_parts(&refers.parts, Truth::all, Outcome::NotMet),
        }
    }

    /// What holds where nothing is recorded of the fact, and everything that could hold it was looked at.
    fn where_missing(&mut self, criterion: &Criterion, refers: &Refers, evaluated: &mut Evaluated) {
        let (Some(missing), Some(option)) = (&criterion.where_missing, refers.where_missing) else {
            return;
        };
        if evaluated.truth != Truth::Unknown(Reason::Missing) || !is_whole(self.facts, &evaluated.facts) {
            return;
        }
        let Some(option) = self.option(option).filter(|option| option.value == Truth::NotMet) else {
            return;
        };
        evaluated.truth = missing.call.into();
        evaluated.interpretation = true;
        evaluated.of_site |= option.of_site;
        let because = self.say(|| format!("{}; {}", evaluated.because, option.because));
        evaluated.because = because;
    }

    /// Every reading is evaluated; outcomes that differ are conflicting.
    fn of_readings(&self, id: FactId, call: impl Fn(&Reading) -> Called) -> Evaluated {
        let fact = self.facts.get(id);
        match self.facts.readings(id) {
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
                let doubt = doubted_absence(fact, readings);
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

    fn of_grade(&self, calls: &Calls) -> Evaluated {
        let grade = &self.grade;
        let names = Grade::names(self.knowledge, &grade.possible.grades);
        let called: Vec<(Call, bool)> = names.iter().filter_map(|name| calls.get(name)).copied().collect();
        let truth = of_grade(self.knowledge, grade, calls);
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

    fn of_functional(&self, calls: &Calls) -> Evaluated {
        let functional = &self.functional;
        let called: Vec<(Call, bool)> = functional
            .statuses
            .iter()
            .filter_map(|status| calls.get(*status))
            .copied()
            .collect();
        let truth = of_functional(functional, calls);
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
        let said = |(given, since): (&fhir_profiles::facts::Given, Option<fhir_profiles::PartialDate>)| {
            match since {
                Some(day) => format!("{}, progression since {day}", given.treatment.label()),
                None => given.treatment.label().to_owned(),
            }
        };
        let fitting: Vec<String> = fitting(self.facts, class, other_than, progression)
            .map(said)
            .collect();
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

    fn of_option(&mut self, option: Option<usize>, negate: bool) -> Evaluated {
        let Some(option) = option.and_then(|position| self.option(position)) else {
            // The loader resolves every id.
            return leaf(Truth::Unknown(Reason::Missing), Vec::new(), String::new());
        };
        Evaluated {
            truth: if negate {
                option.value.negated()
            } else {
                option.value
            },
            interpretation: option.interpretation,
            of_site: option.of_site,
            borderline: false,
            facts: option.facts.clone(),
            open: option.open.clone(),
            because: option.because.clone(),
            doubt: None,
        }
    }

    /// A compound: where one part decides, its reasons stand alone.
    fn of_parts(
        &mut self,
        of: &[usize],
        combine: impl Fn(Vec<Truth>) -> Truth,
        decisive: Outcome,
    ) -> Evaluated {
        let parts: Vec<Rc<Evaluated>> = of.iter().map(|part| self.criterion(*part)).collect();
        let truth = combine(parts.iter().map(|part| part.truth).collect());
        let counts = |part: &&Evaluated| match truth.outcome() {
            Outcome::Unknown => part.truth.outcome() == Outcome::Unknown,
            outcome if outcome == decisive => part.truth.outcome() == decisive,
            _ => true,
        };
        let deciding: Vec<&Evaluated> = parts.iter().map(Rc::as_ref).filter(counts).collect();
        // Where each part decides alone, one that is the review's own is enough.
        let of_site = match truth.outcome() == decisive {
            true => deciding.iter().all(|part| part.of_site),
            false => deciding.iter().any(|part| part.of_site),
        };
        let mut facts = Vec::new();
        let mut open = Vec::new();
        for part in &deciding {
            extend_new(&mut facts, &part.facts);
            extend_new(&mut open, &part.open);
        }
        Evaluated {
            truth,
            interpretation: deciding.iter().any(|part| part.interpretation),
            of_site,
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
        let unsettled = |id: &FactId| match self.facts.readings(*id) {
            Err(_) => true,
            Ok(readings) => readings.len() > 1,
        };
        facts.iter().copied().filter(unsettled).collect()
    }

    fn lies_on(&self, fact: FactId, limit: Decimal) -> bool {
        self.facts.readings(fact).is_ok_and(|readings| {
            readings
                .iter()
                .any(|r| matches!(&r.value, Value::Number(i) if i.as_exact() == Some(limit)))
        })
    }

    /// The criteria of the option at a position, each with what it is for there.
    pub(crate) fn criteria_of(&mut self, position: usize) -> Vec<(Rc<Evaluated>, Role)> {
        let knowledge = self.knowledge;
        let rule = knowledge.compiled.options.get(position);
        let criteria = rule.map_or(&[][..], |rule| &rule.criteria);
        criteria
            .iter()
            .map(|(criterion, role)| (self.criterion(*criterion), *role))
            .collect()
    }

    /// The option at a position, as criteria refer to it; worked out once.
    fn option(&mut self, position: usize) -> Option<Rc<OptionValue>> {
        if let Some(Some(known)) = self.options.get(position) {
            return Some(Rc::clone(known));
        }
        let option = self.knowledge.options.get(position)?;
        let worked = self.criteria_of(position);
        let verdict = verdict(worked.iter().map(|(e, role)| (e.truth, *role)));
        let value = Rc::new(self.option_value(option, &worked, verdict));
        if let Some(slot) = self.options.get_mut(position) {
            *slot = Some(Rc::clone(&value));
        }
        Some(value)
    }

    /// What an option comes to from its criteria.
    fn option_value(
        &self,
        option: &OptionKnowledge,
        worked: &[(Rc<Evaluated>, Role)],
        verdict: Verdict,
    ) -> OptionValue {
        let value = value(verdict, worked.iter().map(|(e, _)| e.truth));
        let wanted = value.outcome();
        // What the review advises against is never mixed with a selection criterion that fails.
        let tells = |e: &Evaluated, role: Role| {
            e.truth.outcome() == wanted
                && (verdict != Verdict::Contraindicated || role == Role::Contraindication)
        };
        let telling: Vec<&Evaluated> = worked
            .iter()
            .filter(|(e, role)| tells(e, *role))
            .map(|(e, _)| e.as_ref())
            .collect();
        let mut facts = Vec::new();
        let mut open = Vec::new();
        for (part, _) in worked
            .iter()
            .filter(|(e, _)| wanted == Outcome::Met || e.truth.outcome() != Outcome::Met)
        {
            extend_new(&mut facts, &part.facts);
        }
        // What leaves it undetermined goes before what is to be confirmed besides.
        for (part, _) in worked.iter().filter(|(e, role)| leaves_open(e.truth, *role)) {
            extend_new(&mut open, &part.open);
        }
        for part in &telling {
            extend_new(&mut open, &part.open);
        }
        if wanted != Outcome::Unknown {
            open.clear();
        }
        let told = option.criteria.iter().zip(worked);
        let told = told.filter(|(_, (e, role))| tells(e, *role));
        let mut told = told.map(|((id, _), (e, _))| e.of_site || option.of_site.contains(id));
        // As with readings of ours: of what fails, one that is the review's own is enough.
        let of_site = match wanted {
            Outcome::NotMet => !telling.is_empty() && told.all(|of_site| of_site),
            Outcome::Met | Outcome::Unknown => told.any(|of_site| of_site),
        };
        let because = self.say(|| {
            let reasons: Vec<&str> = telling.iter().map(|e| e.because.as_str()).collect();
            let reasons = reasons.join("; ");
            match verdict {
                Verdict::Supported => format!("{}: all criteria met", option.label),
                Verdict::Contraindicated => {
                    let who = if of_site { "a site rule" } else { "the review" };
                    format!("{}: {who} advises against it ({reasons})", option.label)
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
        OptionValue {
            value,
            facts,
            open,
            because,
            interpretation,
            of_site,
        }
    }
}

fn leaf(truth: Truth, facts: Vec<FactId>, because: String) -> Evaluated {
    Evaluated {
        truth,
        interpretation: false,
        of_site: false,
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
