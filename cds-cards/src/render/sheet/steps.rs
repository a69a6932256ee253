//! What the review names, advises against and leaves open for the situation, line by line.

use super::super::evidence::{Sentence, chart_line};
use super::super::words;
use super::most::Most;
use super::names::{lower, short, uptake};
use crate::assessment::{
    Assessment, CriterionReport, FactReport, MissingFact, OptionReport, Outcome, Pathway, Place, PlaceReport,
    Reason, Role, Verdict,
};
use crate::knowledge::{Knowledge, OptionKnowledge};
use fhir_profiles::FactId;
use serde::Serialize;

/// A line: of what, what is said, with the statements that it rests on. Texts may hold chart data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Options or a fact, in words.
    pub label: String,
    /// What is said of them.
    pub text: String,
    /// Statement ids, or the id of a note.
    pub statements: String,
    /// Whether it is a reading of ours or a rule of a site's own ([`words::mark`]); empty where it is the review's word.
    pub mark: &'static str,
}

impl Line {
    pub(super) fn of(label: String, text: String, statements: String) -> Self {
        Self {
            label,
            text,
            statements,
            mark: "",
        }
    }
}

/// A step that the review names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The options of one rank.
    pub label: String,
    /// Ids of these options.
    pub options: Vec<String>,
    /// The trigger.
    pub text: String,
    /// Its statements, and notes since publication that are named with it.
    pub statements: String,
    /// The same, of the criteria by which they are named.
    pub mark: &'static str,
    /// What comes before it and the record lacks.
    pub before: Vec<Line>,
    /// What a person is to judge.
    pub judge: Vec<String>,
    /// Cautions.
    pub cautions: Vec<Line>,
    /// When it was given before, if it was.
    pub given: String,
}

/// Options named in a line on what is to be settled.
const NEEDING: usize = 2;

/// What all lines are made from.
pub(super) struct Speaker<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) assessment: &'a Assessment,
    pub(super) pathway: &'a Pathway,
    pub(super) most: Most,
}

/// Options that stand in one line, in the order of places.
type Together<'a> = Vec<(&'a PlaceReport, &'a OptionKnowledge)>;

impl<'a> Speaker<'a> {
    fn options(&self, places: &'a [PlaceReport], place: Place) -> Together<'a> {
        let of_place = places.iter().filter(|report| report.place == place);
        of_place
            .filter_map(|report| Some((report, self.knowledge.option(&report.option)?)))
            .collect()
    }

    fn report(&self, place: &PlaceReport) -> Option<&'a OptionReport> {
        self.assessment.option(&place.option)
    }

    /// Why the review advises against it, or where `by_site` a rule of a site's own alone; options with the same reason
    /// together.
    pub(super) fn against(&self, by_site: bool) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (place, known) in self.options(&self.pathway.places, Place::Against) {
            let report = self.report(place);
            if report.is_some_and(OptionReport::is_against_by_site) != by_site {
                continue;
            }
            let failing: Vec<&CriterionReport> =
                report.into_iter().flat_map(OptionReport::ruling_out).collect();
            let text = failing
                .iter()
                .map(|report| lower(&report.because))
                .collect::<Vec<_>>()
                .join("; ");
            let mark = words::mark_of(failing.iter().copied());
            let statements = failing.iter().flat_map(|report| &report.statements);
            match lines.iter_mut().find(|line| line.text == text) {
                Some(line) => {
                    line.label = format!("{}, {}", line.label, known.short);
                    join(&mut line.statements, statements);
                }
                None => {
                    let mut line = Line::of(known.short.clone(), text, String::new());
                    line.mark = mark;
                    join(&mut line.statements, statements);
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The steps that the review names, those of one rank together.
    pub(super) fn named(&self) -> Vec<Step> {
        let mut steps: Vec<(Option<u32>, Step)> = Vec::new();
        for (place, known) in self.options(&self.pathway.places, Place::Named) {
            let step = self.step(place, known);
            match steps.last_mut() {
                Some((rank, last)) if *rank == place.rank => {
                    last.label = format!("{} or {}", last.label, step.label);
                    last.options.extend(step.options);
                    merge(&mut last.before, step.before);
                    merge(&mut last.cautions, step.cautions);
                    last.judge.extend(step.judge);
                    last.judge.dedup();
                    last.mark = words::graver(last.mark, step.mark);
                }
                _ => steps.push((place.rank, step)),
            }
        }
        steps.into_iter().map(|(_, step)| step).collect()
    }

    fn step(&self, place: &PlaceReport, known: &OptionKnowledge) -> Step {
        let trigger = known.place.trigger.as_ref();
        let mut statements = place.statements.join(", ");
        join(&mut statements, trigger.iter().flat_map(|trigger| &trigger.notes));
        let report = self.report(place);
        let judged = report.into_iter().flat_map(|report| &report.criteria);
        let judged = judged.filter(|criterion| criterion.reason == Some(Reason::Judgement));
        Step {
            label: known.short.clone(),
            options: vec![known.id.clone()],
            text: place.words.clone(),
            statements,
            mark: report.map_or("", |report| mark(report, &place.triggers)),
            before: place
                .before
                .iter()
                .map(|before| {
                    let label = match (before.fact, &before.step) {
                        (Some(fact), _) => lower(&fact.info().label),
                        (None, Some(step)) => step.replace('-', " "),
                        (None, None) => String::new(),
                    };
                    Line::of(label, String::new(), before.statements.join(", "))
                })
                .collect(),
            judge: judged
                .map(|criterion| words::label(self.knowledge, &criterion.id).to_owned())
                .collect(),
            cautions: cautions(place, known),
            given: self.earlier(&known.id),
        }
    }

    /// When an option was given before, for one that may be given again.
    fn earlier(&self, option: &str) -> String {
        let entry = self.assessment.given(option);
        entry
            .map(|entry| chart_line(&words::given_when(entry)))
            .unwrap_or_default()
    }

    /// "no order stated between PRRT and CAPTEM", where the review states none among several that are named.
    pub(super) fn unordered(&self) -> String {
        let named: Vec<&PlaceReport> = self
            .pathway
            .places
            .iter()
            .filter(|report| report.place == Place::Named)
            .collect();
        let sets = self.knowledge.pathway.unordered.iter().filter_map(|set| {
            let together: Vec<&PlaceReport> = named
                .iter()
                .copied()
                .filter(|report| set.contains(&report.option))
                .collect();
            let ranks: std::collections::BTreeSet<_> = together.iter().map(|report| report.rank).collect();
            let shorts: Vec<&str> = together
                .iter()
                .map(|report| short(self.knowledge, &report.option))
                .collect();
            (ranks.len() > 1).then(|| format!("No order is stated between {}", words::all_of(&shorts)))
        });
        sets.collect::<Vec<_>>().join("; ")
    }

    pub(super) fn no_trigger(&self) -> Option<Sentence> {
        let rule = self.knowledge.pathway.no_trigger.as_ref();
        rule.filter(|_| self.pathway.no_trigger)
            .map(|rule| Sentence::new(&rule.words, &rule.statements))
    }

    /// Options whose criteria are met, those of the same statement together, alternatives as one.
    pub(super) fn open(&self) -> Vec<Line> {
        self.unranked(Verdict::Supported)
    }

    /// Options that are to be confirmed first; the condition where it is a person's to judge.
    pub(super) fn confirm(&self) -> Vec<Line> {
        self.unranked(Verdict::Provisional)
    }

    fn unranked(&self, verdict: Verdict) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let open = self.options(&self.pathway.places, Place::Open);
        let of_verdict: Together<'_> = open
            .into_iter()
            .filter(|(place, _)| self.report(place).is_some_and(|report| report.verdict == verdict))
            .collect();
        for proposal in proposals(&of_verdict) {
            let Some((place, _)) = proposal.first() else {
                continue;
            };
            let statements = match place.judged {
                Some(_) => place.statements.join(", "),
                None => self.rests_on(place),
            };
            let labels: Vec<String> = proposal
                .iter()
                .map(|(place, known)| self.unranked_label(place, known))
                .collect();
            let label = words::any_of(&labels);
            match lines.iter_mut().find(|line| line.statements == statements) {
                Some(line) => line.label = format!("{}, {label}", line.label),
                None => lines.push(Line::of(label, String::new(), statements)),
            }
        }
        lines
    }

    /// The name of an option without a rank, with all that stands beside it: the condition that is a person's to judge,
    /// whether it rests on a reading of ours, cautions, and when it was given before.
    fn unranked_label(&self, place: &PlaceReport, known: &OptionKnowledge) -> String {
        let mut label = known.short.clone();
        if let Some(judged) = &place.judged {
            label = format!("{label}, {judged}");
        }
        let counting = self.report(place).into_iter().flat_map(|report| {
            let counts = |criterion: &&CriterionReport| {
                criterion.outcome == Outcome::Met || report.deciding.contains(&criterion.id)
            };
            report.criteria.iter().filter(counts)
        });
        let mark = words::mark_of(counting);
        let mut beside: Vec<String> = Vec::new();
        if !mark.is_empty() {
            beside.push(mark.to_owned());
        }
        let cautions = cautions(place, known);
        beside.extend(
            cautions
                .into_iter()
                .map(|line| format!("caution: {}, {}", line.label, line.statements)),
        );
        beside.extend(Some(self.earlier(&known.id)).filter(|given| !given.is_empty()));
        match beside.is_empty() {
            true => label,
            false => format!("{label} ({})", beside.join("; ")),
        }
    }

    /// The statement that names an option for the situation: the first of its first criterion.
    fn rests_on(&self, place: &PlaceReport) -> String {
        let first = self.report(place).and_then(|report| report.criteria.first());
        first
            .and_then(|criterion| criterion.statements.first())
            .cloned()
            .unwrap_or_default()
    }

    /// What the review names, the same chart resectable and not.
    pub(super) fn branches(&self) -> Vec<Line> {
        let line = |branch: &'a crate::assessment::Branch| {
            let named = self.options(&branch.places, Place::Named);
            let open = proposals(&self.options(&branch.places, Place::Open)).len();
            let mut statements = String::new();
            join(
                &mut statements,
                named.iter().flat_map(|(place, _)| &place.statements),
            );
            let mut text: Vec<String> = self.most.of(shorts_by_rank(&named));
            if open > 0 {
                text.push(format!(
                    "{open} {}, no order stated",
                    if named.is_empty() { "options" } else { "others" }
                ));
            }
            if text.is_empty() {
                let ranked = branch.places.iter().filter(|place| place.place == Place::Waiting);
                let waiting = ranked
                    .filter_map(|place| self.knowledge.option(&place.option))
                    .next();
                text.extend(waiting.map(|known| format!("{} waits", known.short)));
            }
            if let Some(first) = branch.missing.first().filter(|missing| missing.settles.most > 0) {
                text.push(format!("settle {}", lower(&first.fact.info().label)));
                join(
                    &mut statements,
                    first.needed_for.iter().flat_map(|need| &need.statements).take(1),
                );
            }
            let value = branch.value.replace("unresectable", "not resectable");
            Line::of(format!("if {value}"), text.join(", "), statements)
        };
        self.pathway.branches.iter().map(line).collect()
    }

    /// Names of what is named, those of one rank together.
    pub(super) fn names(&self) -> Vec<String> {
        shorts_by_rank(&self.options(&self.pathway.places, Place::Named))
    }

    /// As [`names`](Self::names), with the value that decides: "PRRT (Krenning 4)".
    pub(super) fn names_with_values(&self) -> Vec<String> {
        let named = self.options(&self.pathway.places, Place::Named);
        let with = |known: &OptionKnowledge| -> Option<String> {
            let fact = known.place.trigger.as_ref()?.beside?;
            let report: &FactReport = self.assessment.facts.get(&fact)?;
            match fact {
                FactId::SstrUptake => uptake(report),
                _ => words::value(report),
            }
        };
        let mut names = shorts_by_rank(&named);
        for (_, known) in &named {
            if let (Some(value), Some(name)) =
                (with(known), names.iter_mut().find(|name| **name == known.short))
            {
                *name = format!("{name} ({value})");
            }
        }
        names
    }

    /// Names of the proposals that are open, of one verdict; alternatives are one.
    pub(super) fn open_names(&self, verdict: Verdict) -> Vec<String> {
        let open = self.options(&self.pathway.places, Place::Open);
        let wanted: Together<'_> = open
            .into_iter()
            .filter(|(place, _)| self.report(place).is_some_and(|report| report.verdict == verdict))
            .collect();
        let name = |proposal: &Together<'_>| {
            let labels: Vec<&str> = proposal.iter().map(|(_, known)| known.short.as_str()).collect();
            words::any_of(&labels)
        };
        proposals(&wanted).iter().map(name).collect()
    }

    /// Whether the review gives the option of this name no criterion: it is never the only one named.
    pub(super) fn is_by_analogy(&self, name: &str) -> bool {
        let known = self.knowledge.options.iter().find(|known| known.short == name);
        known.is_some_and(|known| known.by_analogy)
    }
}

/// The cautions of an option, by their first words.
fn cautions(place: &PlaceReport, known: &OptionKnowledge) -> Vec<Line> {
    let aspects = known
        .cautions
        .iter()
        .filter(|caution| place.cautions.contains(&caution.id));
    aspects
        .map(|aspect| {
            let brief = aspect.label.split(" (").next().unwrap_or(&aspect.label);
            Line::of(
                brief.to_owned(),
                aspect.label.clone(),
                aspect.statements.join(", "),
            )
        })
        .collect()
}

/// Options that are alternatives of each other are one proposal.
fn proposals<'a>(options: &Together<'a>) -> Vec<Together<'a>> {
    let mut proposals: Vec<Together<'a>> = Vec::new();
    for (place, known) in options {
        let beside = |other: &PlaceReport| {
            let names = |report: &PlaceReport, option: &str| {
                report
                    .instead_of
                    .iter()
                    .any(|then| then.option.as_deref() == Some(option))
            };
            names(place, &other.option) || names(other, &place.option)
        };
        match proposals
            .iter_mut()
            .find(|proposal| proposal.iter().any(|(other, _)| beside(other)))
        {
            Some(proposal) => proposal.push((place, known)),
            None => proposals.push(vec![(place, known)]),
        }
    }
    proposals
}

fn shorts_by_rank(named: &Together<'_>) -> Vec<String> {
    let mut names: Vec<(Option<u32>, String)> = Vec::new();
    for (place, known) in named {
        match names.last_mut() {
            Some((rank, name)) if *rank == place.rank => *name = format!("{name} or {}", known.short),
            _ => names.push((place.rank, known.short.clone())),
        }
    }
    names.into_iter().map(|(_, name)| name).collect()
}

/// How a criterion that fires a trigger, or any that supports the option, is marked.
fn mark(report: &OptionReport, triggers: &[String]) -> &'static str {
    let counts =
        |criterion: &&CriterionReport| triggers.contains(&criterion.id) || criterion.role == Role::Require;
    words::mark_of(report.criteria.iter().filter(counts))
}

/// A fact to settle, and what it is needed for.
pub(super) fn settle(
    knowledge: &Knowledge,
    assessment: &Assessment,
    missing: &MissingFact,
    most: Most,
) -> Line {
    let (options, statements) = words::needs(knowledge, missing, most.0.min(NEEDING));
    let report = assessment.facts.get(&missing.fact);
    let why = match report {
        Some(report)
            if report.reason.is_some_and(|reason| reason != Reason::Missing) || report.gap.is_some() =>
        {
            format!(" ({})", words::unknown(Some(report)))
        }
        _ => String::new(),
    };
    let label = format!("{}{why}", lower(&missing.fact.info().label));
    Line::of(label, options, statements)
}

fn join<'s>(text: &mut String, ids: impl IntoIterator<Item = &'s String>) {
    for id in ids {
        let known = text.split(", ").any(|one| one == id);
        if !known {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(id);
        }
    }
}

fn merge(lines: &mut Vec<Line>, others: Vec<Line>) {
    for other in others {
        if !lines.contains(&other) {
            lines.push(other);
        }
    }
}
