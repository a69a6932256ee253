//! Outcomes alone, by position: what criteria and options come to, without the words and records that a report needs, so that
//! every value of a fact can be tried. What does not read the fact is not worked out again.

use super::calls::{call, lasting};
use super::criteria::Evaluation;
use super::functional::{Functional, functional};
use super::grade::{Grade, grade};
use super::tested::{fitting, is_whole, of_functional, of_grade, of_readings};
use super::truth::Truth;
use super::verdicts::{value, verdict};
use super::view::View;
use crate::assessment::{Reason, Verdict};
use crate::knowledge::{Criterion, Knowledge, Refers, Subject, Test, WhereMissing};
use fhir_profiles::FactId;
use fhir_profiles::facts::Reading;
use std::rc::Rc;

/// The outcomes of one view of the facts, each worked out once.
pub(super) struct Outcomes<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) facts: View<'a>,
    pub(super) grade: Rc<Grade>,
    known: Rc<[&'a Criterion]>,
    functional: Option<Rc<Functional>>,
    criteria: Vec<Option<Truth>>,
    options: Vec<Option<Verdict>>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn new(knowledge: &'a Knowledge, facts: View<'a>) -> Self {
        let known: Rc<[&Criterion]> = knowledge.criteria.values().collect();
        Self {
            knowledge,
            facts,
            grade: Rc::new(grade(knowledge, facts)),
            functional: None,
            criteria: vec![None; known.len()],
            options: vec![None; knowledge.options.len()],
            known,
        }
    }

    /// The outcomes of another view, in which one fact has other readings: what does not read it stands.
    pub(super) fn with<'b>(&self, id: FactId, facts: View<'b>) -> Outcomes<'b>
    where
        'a: 'b,
    {
        let mut other = Outcomes {
            knowledge: self.knowledge,
            facts,
            grade: match id {
                FactId::Ki67 | FactId::Mitoses | FactId::GradeRecorded => {
                    Rc::new(grade(self.knowledge, facts))
                }
                _ => Rc::clone(&self.grade),
            },
            known: Rc::clone(&self.known),
            functional: None,
            criteria: self.criteria.clone(),
            options: self.options.clone(),
        };
        if let Some(readers) = self.knowledge.compiled.readers_of(id) {
            for position in &readers.criteria {
                forget(&mut other.criteria, *position);
            }
            for position in &readers.options {
                forget(&mut other.options, *position);
            }
        }
        other
    }

    /// The verdict of every option, in the order of the specification's table; what the gate says is not asked.
    pub(super) fn verdicts(&mut self) -> Vec<Verdict> {
        (0..self.options.len())
            .map(|position| self.verdict(position))
            .collect()
    }

    pub(super) fn verdict(&mut self, position: usize) -> Verdict {
        if let Some(Some(known)) = self.options.get(position) {
            return *known;
        }
        let knowledge = self.knowledge;
        let rule = knowledge.compiled.options.get(position);
        let criteria = rule.map_or(&[][..], |rule| &rule.criteria);
        let verdict = verdict(
            criteria
                .iter()
                .map(|(criterion, role)| (self.truth(*criterion), *role)),
        );
        if let Some(slot) = self.options.get_mut(position) {
            *slot = Some(verdict);
        }
        verdict
    }

    /// What a criterion comes to. The loader excludes circles.
    pub(super) fn truth(&mut self, position: usize) -> Truth {
        if let Some(Some(known)) = self.criteria.get(position) {
            return *known;
        }
        let knowledge = self.knowledge;
        let (Some(criterion), Some(refers)) = (
            self.known.get(position).copied(),
            knowledge.compiled.criteria.get(position),
        ) else {
            return Truth::Unknown(Reason::Missing);
        };
        let mut truth = self.work_out(criterion, refers);
        if let (Some(missing), Some(option)) = (&criterion.where_missing, refers.where_missing)
            && truth == Truth::Unknown(Reason::Missing)
            && let Some(call) = self.where_missing(missing, option, position)
        {
            truth = call;
        }
        if let Some(slot) = self.criteria.get_mut(position) {
            *slot = Some(truth);
        }
        truth
    }

    fn work_out(&mut self, criterion: &Criterion, refers: &Refers) -> Truth {
        match &criterion.test {
            Test::Words {
                subject: Subject::Grade,
                calls,
            } => of_grade(self.knowledge, &self.grade, calls),
            Test::Words {
                subject: Subject::Fact(FactId::Functioning),
                calls,
            } => of_functional(&self.functional(), calls),
            test @ (Test::Words {
                subject: Subject::Fact(fact),
                ..
            }
            | Test::Range { fact, .. }) => of_readings(self.facts, *fact, |reading| call(test, reading).0),
            Test::Lasting {
                fact,
                months,
                longer,
                shorter,
            } => {
                let as_of = self.facts.as_of();
                let call = |reading: &Reading| lasting(reading, as_of, *months, longer, shorter).truth;
                of_readings(self.facts, *fact, call)
            }
            Test::Given {
                class,
                other_than,
                progression,
            } => match fitting(self.facts, *class, other_than, *progression).next() {
                Some(_) => Truth::Met,
                None => Truth::Unknown(Reason::Missing),
            },
            Test::Option { negate, .. } => {
                let Some(option) = refers.option else {
                    return Truth::Unknown(Reason::Missing);
                };
                let value = self.value(option);
                if *negate { value.negated() } else { value }
            }
            Test::Not(_) => match refers.parts.first() {
                Some(part) => self.truth(*part).negated(),
                None => Truth::Unknown(Reason::Missing),
            },
            Test::Any(_) => Truth::any(refers.parts.iter().map(|part| self.truth(*part))),
            Test::All(_) => Truth::all(refers.parts.iter().map(|part| self.truth(*part))),
        }
    }

    /// The Kleene value of an option.
    fn value(&mut self, option: usize) -> Truth {
        let verdict = self.verdict(option);
        let knowledge = self.knowledge;
        let rule = knowledge.compiled.options.get(option);
        let criteria = rule.map_or(&[][..], |rule| &rule.criteria);
        value(
            verdict,
            criteria.iter().map(|(criterion, _)| self.truth(*criterion)),
        )
    }

    /// The call for a criterion of which nothing is recorded, where it holds. Which facts the criterion reads is a question
    /// for the evaluation with words; it comes up for few.
    fn where_missing(&mut self, missing: &WhereMissing, option: usize, position: usize) -> Option<Truth> {
        if self.value(option) != Truth::NotMet {
            return None;
        }
        let facts = match self.known.get(position).map(|criterion| &criterion.test) {
            Some(
                Test::Words {
                    subject: Subject::Fact(fact),
                    ..
                }
                | Test::Range { fact, .. }
                | Test::Lasting { fact, .. },
            ) if *fact != FactId::Functioning => vec![*fact],
            _ => Evaluation::quiet(self.knowledge, self.facts)
                .criterion(position)
                .facts
                .clone(),
        };
        is_whole(self.facts, &facts).then(|| missing.call.into())
    }

    fn functional(&mut self) -> Rc<Functional> {
        let (knowledge, facts) = (self.knowledge, self.facts);
        Rc::clone(
            self.functional
                .get_or_insert_with(|| Rc::new(functional(knowledge, facts, false))),
        )
    }
}

fn forget<T>(known: &mut [Option<T>], position: usize) {
    if let Some(slot) = known.get_mut(position) {
        *slot = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{options, settles};
    use crate::vignettes;

    /// What the evaluation with words comes to.
    fn in_words(knowledge: &Knowledge, facts: View<'_>) -> (Vec<Truth>, Vec<Verdict>) {
        let mut evaluation = Evaluation::quiet(knowledge, facts);
        let judged = options::judged(&mut evaluation);
        let verdicts = judged.iter().map(|judged| judged.verdict).collect();
        let criteria = 0..knowledge.criteria.len();
        (
            criteria.map(|c| evaluation.criterion(c).truth).collect(),
            verdicts,
        )
    }

    fn alone(outcomes: &mut Outcomes<'_>) -> (Vec<Truth>, Vec<Verdict>) {
        let criteria = 0..outcomes.criteria.len();
        (criteria.map(|c| outcomes.truth(c)).collect(), outcomes.verdicts())
    }

    #[test]
    fn every_value_of_every_fact_comes_to_what_the_whole_evaluation_comes_to() {
        let knowledge = Knowledge::embedded().unwrap();
        let vignettes = vignettes::embedded().unwrap();
        let mut tried = 0;
        for vignette in vignettes.values().step_by(29) {
            let facts = vignette.facts().unwrap();
            let view = View::from(&facts);
            let mut now = Outcomes::new(&knowledge, view);
            assert_eq!(alone(&mut now), in_words(&knowledge, view), "{}", vignette.name);
            for fact in knowledge.catalogue.facts() {
                for reading in &*settles::tried(&knowledge, fact, facts.as_of()) {
                    // As it was done before anything was compiled: with the facts themselves changed.
                    let supposed = facts.clone().supposing(fact, vec![reading.clone()]);
                    let whole = in_words(&knowledge, View::from(&supposed));
                    let then = view.supposing(fact, std::slice::from_ref(reading), |view| {
                        alone(&mut now.with(fact, view))
                    });
                    assert_eq!(then, whole, "{}: {fact} {:?}", vignette.name, reading.value);
                    tried += 1;
                }
            }
        }
        assert!(tried > 3000, "{tried}");
    }
}
