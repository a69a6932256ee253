//! The knowledge as the engine uses it: every reference resolved and every table checked by the loader.

mod coding;
mod criterion;
mod evidence;
mod form;
mod limit;
mod offers;
mod option;
mod package;
pub mod place;
pub mod situation;
mod tables;

pub use coding::Coding;
pub use criterion::*;
pub use evidence::*;
pub use form::*;
pub use limit::Limit;
pub(super) use limit::MONTHS;
pub use offers::*;
pub use option::*;
pub use package::Package;
pub use tables::*;

use super::compiled::Compiled;
use crate::texts::Texts;
use fhir_profiles::FactId;
use fhir_profiles::catalogue::Catalogue;
use place::Pathway;
use std::collections::BTreeMap;

/// All that the service knows. Made by the loader only, so every id in it resolves and no table has a gap.
#[derive(Debug)]
pub struct Knowledge {
    /// The facts that there are: those of the specification and the site's.
    pub catalogue: Catalogue,
    /// Package description.
    pub package: Package,
    /// Criteria by id.
    pub criteria: BTreeMap<String, Criterion>,
    /// Options in the order of the specification's table; an option refers only to options, so the engine
    /// works them out in `evaluation_order`.
    pub options: Vec<OptionKnowledge>,
    /// Positions in `options` such that an option stands after those that it refers to.
    pub evaluation_order: Vec<usize>,
    /// What holds for the pathway of every patient.
    pub pathway: Pathway,
    /// Criteria (of kind range) whose being met makes a tumour functioning, with the syndrome.
    pub hormones: Vec<HormoneRule>,
    /// What stands beside a marker, and of which syndrome it is.
    pub markers: Vec<MarkerRule>,
    /// What the course of a marker asks for.
    pub marker_course: MarkerCourse,
    /// WHO grade.
    pub grade: GradeTable,
    /// ENETS.
    pub enets: StagingTable,
    /// AJCC, 7th edition.
    pub ajcc7: StagingTable,
    /// The review's statements by id.
    pub statements: BTreeMap<String, Statement>,
    /// What has changed since publication, by id; only notes that may be shown.
    pub since_publication: BTreeMap<String, SinceNote>,
    /// Corrections of the review's figures, by id.
    pub corrections: BTreeMap<String, Correction>,
    /// Every reading of ours, by id.
    pub interpretations: BTreeMap<String, Interpretation>,
    /// The places where the review is silent, ambiguous or contradicts itself, in order.
    pub ambiguities: Vec<(String, Ambiguity)>,
    /// The one draft referral of an answer.
    pub referral: Referral,
    /// Suggested requests by the fact that each would settle.
    pub suggestions: Vec<Suggestion>,
    /// Facts that a card or the form can ask for.
    pub questions: Vec<Question>,
    /// The form for the meeting.
    pub form: Form,
    /// Card texts by file name (`pathway.md`, `missing-data.md`, `discrepancy.md`, `unreadable.md`, `options.md`, `order-warning.md`,
    /// `order-undetermined.md`).
    pub cards: BTreeMap<String, String>,
    /// The same texts, made ready for filling.
    pub(crate) texts: Texts,
    /// The rules by position.
    pub(crate) compiled: Compiled,
}

impl Knowledge {
    /// The readings of ours that a rule uses, with their ids.
    pub fn readings_of<'a>(&'a self, rule: &Uses) -> impl Iterator<Item = (&'a String, &'a Interpretation)> {
        self.interpretations
            .iter()
            .filter(move |(_, one)| one.rules.contains(rule))
    }

    /// The marker of a syndrome.
    pub fn marker_of(&self, syndrome: &str) -> Option<&MarkerRule> {
        let of = |rule: &&MarkerRule| rule.syndrome.as_deref() == Some(syndrome);
        self.markers.iter().find(of)
    }

    /// The option of this id.
    pub fn option(&self, id: &str) -> Option<&OptionKnowledge> {
        self.options.iter().find(|option| option.id == id)
    }

    /// How a fact is asked and recorded; `None` for one that neither a card nor the form asks for.
    pub fn question(&self, fact: FactId) -> Option<&Question> {
        self.questions.iter().find(|question| question.fact == fact)
    }

    /// What a section of the form asks, in order: one question for each of its facts.
    pub fn questions_of(&self, section: &FormSection) -> impl Iterator<Item = &Question> {
        section.facts.iter().filter_map(|fact| self.question(*fact))
    }
}
