//! Evaluates criteria of the closed set of tests, with what they read and why they came out so.

use super::functional::Functional;
use super::grade::{Grade, why};
use super::truth::Truth;
use super::words::{doubted_absence, fact_text, missing};
use crate::assessment::{Outcome, Reason, Role, Verdict};
use crate::knowledge::{Band, Call, Criterion, Knowledge, OptionKnowledge, Subject, Test};
use fhir_profiles::FactId;
use fhir_profiles::facts::{Facts, Reading, Source, Value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

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
    /// Unknown facts that could settle it.
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
    /// Options worked out so far, by id.
    pub(crate) options: BTreeMap<&'a str, OptionValue>,
    done: BTreeMap<&'a str, Evaluated>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(knowledge: &'a Knowledge, facts: &'a Facts) -> Self {
        Self {
            knowledge,
            facts,
            grade: super::grade::grade(knowledge, facts, None),
            functional: super::functional::functional(knowledge, facts),
            options: BTreeMap::new(),
            done: BTreeMap::new(),
        }
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
            Test::Words {
                subject: Subject::Fact(fact),
                calls,
            } => self.of_readings(*fact, |reading| word_call(&reading.value, calls).into()),
            Test::Range {
                fact,
                bands,
                words,
                borderline,
            } => {
                let call = |reading: &Reading| range_call(&reading.value, bands, words).into();
                let evaluated = self.of_readings(*fact, call);
                Evaluated {
                    borderline: borderline.is_some_and(|limit| self.lies_on(*fact, limit)),
                    ..evaluated
                }
            }
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

    /// Every reading is evaluated; outcomes that differ are conflicting.
    fn of_readings(&self, id: FactId, call: impl Fn(&Reading) -> Called) -> Evaluated {
        let fact = self.facts.get(id);
        match fact.readings() {
            Err(unknown) => {
                let truth = Truth::Unknown(why(unknown));
                let because = match why(unknown) {
                    Reason::Unreadable => format!("{} recorded, but not readable", id.info().label),
                    _ => format!("{} {}", id.info().label, missing(fact)),
                };
                Evaluated {
                    open: vec![id],
                    ..leaf(truth, vec![id], because)
                }
            }
            Ok(readings) => {
                let calls: Vec<Called> = readings.iter().map(call).collect();
                let truth = Truth::of_candidates(calls.iter().map(|call| call.truth), Reason::Conflicting);
                let mut because = fact_text(id, readings);
                match truth {
                    Truth::Unknown(Reason::Conflicting) => {
                        because.push_str(": readings of equal standing disagree")
                    }
                    _ if let Some(remark) = calls.iter().find_map(|call| call.remark.as_deref()) => {
                        because.push_str(&format!(": {remark}"));
                    }
                    _ if readings.iter().all(|r| r.source == Source::SitePolicy) => {
                        because.push_str(": assumed (site policy)");
                    }
                    _ => {}
                }
                let doubt = doubted_absence(fact);
                if let Some(doubt) = &doubt {
                    because.push_str(&format!("; {doubt}"));
                }
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
        let because = grade.because(self.knowledge, self.facts);
        let open = match truth {
            Truth::Unknown(_) if grade.single().is_none() => self.unknown_among(grade.could_settle()),
            _ => Vec::new(),
        };
        let interpretation = grade.measures_differ()
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
            ..leaf(truth, functional.facts.clone(), functional.because.clone())
        }
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
            because: deciding
                .iter()
                .map(|part| part.because.as_str())
                .collect::<Vec<_>>()
                .join("; "),
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
        for part in &telling {
            extend_new(&mut open, &part.open);
        }
        let reasons: Vec<&str> = telling.iter().map(|e| e.because.as_str()).collect();
        let reasons = reasons.join("; ");
        let because = match verdict {
            Verdict::Supported => format!("{}: all criteria met", option.label),
            Verdict::Contraindicated => {
                format!("{}: the review advises against it ({reasons})", option.label)
            }
            Verdict::NotSupported => format!("{}: criteria not met ({reasons})", option.label),
            Verdict::Undetermined | Verdict::Provisional => format!("{}: open ({reasons})", option.label),
        };
        let interpretation = wanted != Outcome::Met && telling.iter().any(|e| e.interpretation);
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

/// What one reading comes to.
struct Called {
    truth: Truth,
    interpretation: bool,
    /// What the reader must know of it.
    remark: Option<String>,
}

impl From<Truth> for Called {
    fn from(truth: Truth) -> Self {
        (truth, false).into()
    }
}

impl From<(Truth, bool)> for Called {
    fn from((truth, interpretation): (Truth, bool)) -> Self {
        Self {
            truth,
            interpretation,
            remark: None,
        }
    }
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

/// A word's call; of several that hold together the first in the catalogue's order decides.
fn word_call(value: &Value, calls: &BTreeMap<String, (Call, bool)>) -> (Truth, bool) {
    let word = match value {
        Value::Word(word) => Some(*word),
        Value::Words(words) => words.first().copied(),
        Value::Number(_) => None,
    };
    word.and_then(|word| calls.get(word.as_str())).map_or(
        (Truth::Unknown(Reason::Unreadable), false),
        |(call, interpreted)| ((*call).into(), *interpreted),
    )
}

/// A number's call: every band that the interval touches is a candidate.
fn range_call(value: &Value, bands: &[Band], words: &BTreeMap<String, (Call, bool)>) -> (Truth, bool) {
    let Value::Number(interval) = value else {
        return word_call(value, words);
    };
    let touched: Vec<&Band> = bands
        .iter()
        .filter(|band| band.interval.intersection(interval).is_some())
        .collect();
    let truth = Truth::of_candidates(touched.iter().map(|band| band.call.into()), Reason::Judgement);
    (truth, touched.iter().any(|band| band.interpretation))
}

/// The fact of a test on single readings, and whether a reading contradicts it.
pub(crate) fn contradicts(test: &Test) -> Option<(FactId, impl Fn(&Reading) -> bool)> {
    let fact = match test {
        Test::Words {
            subject: Subject::Fact(fact),
            ..
        }
        | Test::Range { fact, .. } => *fact,
        _ => return None,
    };
    let against = move |reading: &Reading| {
        let (truth, _) = match test {
            Test::Words { calls, .. } => word_call(&reading.value, calls),
            Test::Range { bands, words, .. } => range_call(&reading.value, bands, words),
            _ => return false,
        };
        truth == Truth::NotMet
    };
    Some((fact, against))
}

/// The outcome of a range test on a fact, for the rules on hormones.
pub(crate) fn test_range(facts: &Facts, test: &Test) -> Truth {
    let Test::Range {
        fact, bands, words, ..
    } = test
    else {
        return Truth::Unknown(Reason::Missing);
    };
    match facts.get(*fact).readings() {
        Err(unknown) => Truth::Unknown(why(unknown)),
        Ok(readings) => Truth::of_candidates(
            readings
                .iter()
                .map(|reading| range_call(&reading.value, bands, words).0),
            Reason::Conflicting,
        ),
    }
}

/// A status that must have lasted: calendar months from its start to its last reading.
///
/// The review names no end. Up to the last reading the record shows it, up to the day of evaluation it may have gone
/// on: where the two lead apart, or a start may lie on either side, a person decides. A last reading that is itself
/// that many months old says nothing of today. An unknown start leaves it unknown unless both sides agree.
fn lasting(
    reading: &Reading,
    as_of: Date,
    months: i32,
    longer: &BTreeMap<String, Call>,
    shorter: &BTreeMap<String, Call>,
) -> Called {
    let Value::Word(status) = &reading.value else {
        return Truth::Unknown(Reason::Unreadable).into();
    };
    let call = |calls: &BTreeMap<String, Call>| {
        calls
            .get(status.as_str())
            .map_or(Truth::Unknown(Reason::Unreadable), |c| (*c).into())
    };
    let (if_longer, if_shorter) = (call(longer), call(shorter));
    if if_longer == if_shorter {
        return if_longer.into();
    }
    let Some(since) = reading.since else {
        return Called {
            remark: Some("since when is not recorded".into()),
            ..Truth::Unknown(Reason::Missing).into()
        };
    };
    let lasted = |start: Date, end: Date| {
        start
            .checked_add(jiff::Span::new().months(months))
            .is_ok_and(|limit| limit <= end)
    };
    let today = match (lasted(since.latest(), as_of), lasted(since.earliest(), as_of)) {
        (true, _) => if_longer,
        (false, false) => return if_shorter.into(),
        (false, true) => Truth::Unknown(Reason::Judgement),
    };
    let Some(last) = reading.effective() else {
        return today.into();
    };
    if lasted(last.latest(), as_of) {
        return Called {
            truth: Truth::Unknown(Reason::Missing),
            interpretation: true,
            remark: Some(format!("no reading in the last {months} months")),
        };
    }
    let surely = lasted(since.latest(), last.earliest()) && !lasted(last.earliest(), as_of);
    if today == if_longer && !surely {
        return Called {
            truth: Truth::Unknown(Reason::Judgement),
            interpretation: true,
            remark: Some(format!(
                "for {months} months only if it went on after the last reading"
            )),
        };
    }
    today.into()
}
