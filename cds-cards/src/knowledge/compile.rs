//! Resolves every reference between criteria, options and the pathway into positions, once, at load.

use super::compiled::{Compiled, NoTriggerRule, OptionRule, Readers, Refers, SituationRule};
use super::model::place::Trigger;
use super::model::situation::Situation;
use super::model::{Aspect, Criterion, Knowledge, OptionKnowledge, Subject, Test};
use super::tried::undated_values;
use fhir_profiles::{FactId, Facts};
use std::collections::{BTreeMap, BTreeSet};

impl Compiled {
    /// Resolves every reference; the loader has found that each can be.
    pub(crate) fn of(knowledge: &Knowledge) -> Self {
        let index = Index::of(knowledge);
        let criteria: Vec<Refers> = knowledge.criteria.values().map(|c| index.refers(c)).collect();
        let options: Vec<OptionRule> = knowledge.options.iter().map(|o| index.option(o)).collect();
        let no_trigger = knowledge.pathway.no_trigger.as_ref().and_then(|rule| {
            let known = knowledge.criteria.get(&rule.failing)?;
            Some(NoTriggerRule {
                failing: *index.criteria.get(rule.failing.as_str())?,
                fact: match known.test {
                    Test::Words {
                        subject: Subject::Fact(fact),
                        ..
                    } => Some(fact),
                    _ => None,
                },
                none_met: index.all(&rule.none_met),
            })
        });
        let mut compiled = Self {
            situations: knowledge
                .pathway
                .situations
                .iter()
                .map(|s| index.situation(s))
                .collect(),
            no_trigger,
            criteria,
            options,
            ..Self::default()
        };
        compiled.readers = compiled.readers(knowledge);
        compiled.deciding = compiled.deciding(knowledge);
        let dated = compiled.dated(knowledge);
        for fact in knowledge.catalogue.facts() {
            if !dated.contains(&fact) && !Facts::are_spread_from(fact) {
                compiled.tried.insert(fact, undated_values(knowledge, fact));
            }
        }
        compiled
    }

    /// Facts of which it matters how old a reading is.
    fn dated(&self, knowledge: &Knowledge) -> BTreeSet<FactId> {
        let lasting = knowledge.criteria.values().filter_map(|c| match c.test {
            Test::Lasting { fact, .. } => Some(fact),
            _ => None,
        });
        let failing = self.no_trigger.iter().filter_map(|rule| rule.fact);
        lasting.chain(failing).collect()
    }

    fn readers(&self, knowledge: &Knowledge) -> BTreeMap<FactId, Readers> {
        let mut readers: BTreeMap<FactId, Readers> = BTreeMap::new();
        for (position, criterion) in knowledge.criteria.values().enumerate() {
            for fact in direct(knowledge, criterion) {
                self.spread_to(position, readers.entry(fact).or_default());
            }
        }
        // What is worked out together is read together.
        let mut together = Readers::default();
        let spread = |(fact, _): &(&FactId, &Readers)| Facts::are_spread_from(**fact);
        for (_, of) in readers.iter().filter(spread) {
            together.criteria.extend(&of.criteria);
            together.options.extend(&of.options);
        }
        for fact in knowledge
            .catalogue
            .facts()
            .filter(|fact| Facts::are_spread_from(*fact))
        {
            readers.insert(fact, together.clone());
        }
        readers
    }

    /// Adds a criterion, the options that have it, and whatever refers to either.
    fn spread_to(&self, criterion: usize, found: &mut Readers) {
        let mut queue = vec![criterion];
        while let Some(next) = queue.pop() {
            if !found.criteria.insert(next) {
                continue;
            }
            let uses = |refers: &Refers| refers.parts.contains(&next);
            queue.extend(positions(&self.criteria, uses));
            for option in positions(&self.options, |rule| {
                rule.criteria.iter().any(|(c, _)| *c == next)
            }) {
                if found.options.insert(option) {
                    let uses = |refers: &Refers| {
                        refers.option == Some(option) || refers.where_missing == Some(option)
                    };
                    queue.extend(positions(&self.criteria, uses));
                }
            }
        }
    }

    fn deciding(&self, knowledge: &Knowledge) -> BTreeMap<FactId, Vec<usize>> {
        let mut rested: BTreeSet<usize> = BTreeSet::new();
        let own = self.options.iter().flat_map(|rule| &rule.criteria);
        let mut queue: Vec<usize> = own.map(|(criterion, _)| *criterion).collect();
        while let Some(next) = queue.pop() {
            if rested.insert(next) {
                queue.extend(
                    self.criteria
                        .get(next)
                        .into_iter()
                        .flat_map(|refers| &refers.parts),
                );
            }
        }
        let mut deciding: BTreeMap<FactId, Vec<usize>> = BTreeMap::new();
        for (position, criterion) in knowledge.criteria.values().enumerate() {
            if let Test::Words {
                subject: Subject::Fact(fact),
                ..
            }
            | Test::Range { fact, .. }
            | Test::Lasting { fact, .. } = criterion.test
                && rested.contains(&position)
            {
                deciding.entry(fact).or_default().push(position);
            }
        }
        deciding
    }
}

fn positions<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    let found = all.iter().enumerate().filter(|(_, one)| wanted(one));
    found.map(|(position, _)| position).collect()
}

/// The facts that a criterion reads itself. Treatments on record are no fact that anything supposes; those that tell whether
/// they were looked at are.
fn direct(knowledge: &Knowledge, criterion: &Criterion) -> Vec<FactId> {
    let hormones = || {
        let rules = knowledge.hormones.iter();
        let tests = rules.filter_map(|rule| Some(&knowledge.criteria.get(&rule.criterion)?.test));
        tests.filter_map(|test| match test {
            Test::Range { fact, .. } => Some(*fact),
            _ => None,
        })
    };
    match &criterion.test {
        Test::Words {
            subject: Subject::Grade,
            ..
        } => vec![FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded],
        Test::Words {
            subject: Subject::Fact(FactId::Functioning),
            ..
        } => std::iter::once(FactId::Functioning).chain(hormones()).collect(),
        Test::Words {
            subject: Subject::Fact(fact),
            ..
        }
        | Test::Range { fact, .. }
        | Test::Lasting { fact, .. } => vec![*fact],
        Test::Given { .. } => vec![FactId::PriorSystemicTherapy, FactId::DiseaseStatus],
        Test::Option { .. } | Test::Not(_) | Test::Any(_) | Test::All(_) => Vec::new(),
    }
}

/// Positions by id.
struct Index<'k> {
    criteria: BTreeMap<&'k str, usize>,
    options: BTreeMap<&'k str, usize>,
}

impl<'k> Index<'k> {
    fn of(knowledge: &'k Knowledge) -> Self {
        fn by_position<'k>(ids: impl Iterator<Item = &'k String>) -> BTreeMap<&'k str, usize> {
            ids.enumerate()
                .map(|(position, id)| (id.as_str(), position))
                .collect()
        }
        Self {
            criteria: by_position(knowledge.criteria.keys()),
            options: by_position(knowledge.options.iter().map(|option| &option.id)),
        }
    }

    fn all(&self, ids: &[String]) -> Vec<usize> {
        ids.iter()
            .filter_map(|id| self.criteria.get(id.as_str()).copied())
            .collect()
    }

    fn refers(&self, criterion: &Criterion) -> Refers {
        let option = |id: &String| self.options.get(id.as_str()).copied();
        Refers {
            parts: match &criterion.test {
                Test::Not(inner) => self.all(std::slice::from_ref(inner)),
                Test::Any(of) | Test::All(of) => self.all(of),
                _ => Vec::new(),
            },
            option: match &criterion.test {
                Test::Option { option: id, .. } => option(id),
                _ => None,
            },
            where_missing: criterion
                .where_missing
                .as_ref()
                .and_then(|missing| option(&missing.option)),
        }
    }

    fn option(&self, option: &OptionKnowledge) -> OptionRule {
        let aspects = |aspects: &[Aspect]| -> Vec<Vec<usize>> {
            aspects.iter().map(|aspect| self.all(&aspect.when)).collect()
        };
        let trigger = option.place.trigger.as_ref();
        let of_trigger =
            |ids: fn(&Trigger) -> &Vec<String>| trigger.map(|t| self.all(ids(t))).unwrap_or_default();
        OptionRule {
            criteria: option
                .criteria
                .iter()
                .filter_map(|(id, role)| Some((*self.criteria.get(id.as_str())?, *role)))
                .collect(),
            variants: aspects(&option.variants),
            favours: aspects(&option.favours),
            cautions: aspects(&option.cautions),
            when: of_trigger(|trigger| &trigger.when),
            unless_met: of_trigger(|trigger| &trigger.unless_met),
            unless_judged: of_trigger(|trigger| &trigger.unless_judged),
        }
    }

    fn situation(&self, situation: &Situation) -> SituationRule {
        SituationRule {
            met: self.all(&situation.met),
            not_met: self.all(&situation.not_met),
        }
    }
}
