//! The knowledge as the engine uses it: every reference resolved and every table checked by the loader.

mod evidence;
mod form;
mod offers;

pub use evidence::*;
pub use form::*;
pub use offers::*;

use super::compiled::Compiled;
use super::limits::Limit;
use super::place::{Pathway, Place};
use crate::assessment::{Cited, Group, KnowledgeRef, Role};
use crate::render::Texts;
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::{FactId, Interval, Treatment, TreatmentClass};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

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
}

/// `package.toml`.
#[derive(Debug)]
pub struct Package {
    /// Id, version, hash, cut-off.
    pub reference: KnowledgeRef,
    /// Human title.
    pub title: String,
    /// What it is for.
    pub intended_use: String,
    /// What it must not be used for.
    pub misuse: String,
    /// The review's citation in one line.
    pub citation: String,
    /// The review's DOI link, absolute https.
    pub citation_url: String,
    /// Label of `Card.source`.
    pub source_label: String,
    /// `Card.source.topic` by card (`assessment`, `options-surgery`).
    pub topics: BTreeMap<String, Coding>,
    /// What no rule looks at, for the assessment card.
    pub not_looked_at: String,
    /// What no rule looks at and a record can say: a presence of one of these is said first of all.
    pub outside: Vec<FactId>,
    /// From which age on the review concerns a patient, in years, and what is said of a younger one.
    pub adults: (Decimal, String),
    /// Limits of the evidence, one sentence each.
    pub limits: Vec<Cited>,
    /// The review's guiding sentences.
    pub principles: Vec<Cited>,
    /// The 13 source attributes (CDS transparency), name and text.
    pub attributes: Vec<(String, String)>,
    /// Reasons a clinician can give for overriding a card.
    pub override_reasons: Vec<Coding>,
    /// What changed, newest version first: version and text.
    pub changes: Vec<(String, String)>,
}

/// A FHIR Coding with all three parts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coding {
    /// Code system URI.
    pub system: String,
    /// Code.
    pub code: String,
    /// Display.
    pub display: String,
}

/// What a value means for a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Satisfies it.
    Met,
    /// Contradicts it.
    NotMet,
    /// The review gives no cut-off: a person decides.
    Judgement,
}

/// A criterion, once.
#[derive(Debug)]
pub struct Criterion {
    /// Its id.
    pub id: String,
    /// What must hold, in a clinician's words ("grade G1 or G2").
    pub label: String,
    /// How it is tested.
    pub test: Test,
    /// The numbers that its test divides by; label and note have them from here.
    pub limits: Vec<Limit>,
    /// The statements it rests on.
    pub statements: Vec<String>,
    /// Whether the whole rule is a reading of ours.
    pub interpretation: bool,
    /// What holds where nothing is recorded of its fact; an interpretation wherever it decides.
    pub where_missing: Option<WhereMissing>,
    /// What a reader should know, such as "the review's word is 'generally'".
    pub note: Option<String>,
}

impl Criterion {
    /// The options that it refers to.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        let tested = match &self.test {
            Test::Option { option, .. } => Some(option.as_str()),
            _ => None,
        };
        let fails = self.where_missing.as_ref().map(|missing| missing.option.as_str());
        tested.into_iter().chain(fails)
    }
}

/// A call for a fact that is missing, where an option is false: `unresectable` where no curative resection is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhereMissing {
    /// The option that must be `not-supported` or `contraindicated`.
    pub option: String,
    /// The call then.
    pub call: Call,
}

/// What a criterion reads a value from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A recorded fact (`functioning` means the functional status of section 4).
    Fact(FactId),
    /// The WHO grade of section 3.
    Grade,
}

/// The closed set of tests.
#[derive(Debug)]
pub enum Test {
    /// Word of a closed list to call; every word of the list is there. Where several words hold together the
    /// first in the catalogue's order decides.
    Words {
        /// What is read.
        subject: Subject,
        /// The call for each word, and whether that call is an interpretation.
        calls: BTreeMap<String, (Call, bool)>,
    },
    /// Bands that cover all numbers without gap or overlap, and calls for words where the fact has some.
    Range {
        /// What is read.
        fact: FactId,
        /// The bands, ascending.
        bands: Vec<Band>,
        /// Calls for words (`sstr-uptake`), and whether that call is an interpretation.
        words: BTreeMap<String, (Call, bool)>,
        /// A value to be shown as borderline when it is exactly this.
        borderline: Option<Decimal>,
    },
    /// A status that must have lasted.
    Lasting {
        /// What is read (`disease-status`).
        fact: FactId,
        /// Calendar months.
        months: i32,
        /// Calls when it has lasted that long or longer.
        longer: BTreeMap<String, Call>,
        /// Calls when it has not.
        shorter: BTreeMap<String, Call>,
    },
    /// The Kleene value of an option, or its negation.
    Option {
        /// The option.
        option: String,
        /// Met when the option is false.
        negate: bool,
    },
    /// A treatment on record, now or before. Where none fits it is unknown: what is not recorded may have been given.
    Given {
        /// Its class.
        class: TreatmentClass,
        /// Treatments that do not count.
        other_than: BTreeSet<Treatment>,
        /// Whether the disease must have progressed after its first day.
        progression: bool,
    },
    /// Kleene NOT of a criterion.
    Not(String),
    /// Kleene OR.
    Any(Vec<String>),
    /// Kleene AND.
    All(Vec<String>),
}

/// One band of a range test.
#[derive(Debug)]
pub struct Band {
    /// The numbers of the band, in the fact's unit.
    pub interval: Interval,
    /// Its call.
    pub call: Call,
    /// Whether that call is an interpretation.
    pub interpretation: bool,
}

/// One option.
#[derive(Debug)]
pub struct OptionKnowledge {
    /// Its id.
    pub id: String,
    /// What a clinician calls it.
    pub label: String,
    /// What it is called where room is short.
    pub short: String,
    /// Whether the review gives it no criterion of its own: it is never the only option named in a summary.
    pub by_analogy: bool,
    /// Its group.
    pub group: Group,
    /// What limits its use whatever the patient ("only within clinical studies"), if anything.
    pub restriction: Option<Cited>,
    /// Its criteria in order.
    pub criteria: Vec<(String, Role)>,
    /// The statements a criterion rests on in this option, where they are not those of the criterion itself.
    pub statements: BTreeMap<String, Vec<String>>,
    /// Criteria that the review does not name for this option: an interpretation here, whatever they are elsewhere.
    pub interpreted: BTreeSet<String>,
    /// What speaks for it without changing the verdict.
    pub favours: Vec<Aspect>,
    /// What to be careful of without changing the verdict.
    pub cautions: Vec<Aspect>,
    /// Ways to carry it out.
    pub variants: Vec<Aspect>,
    /// Outcome figures as literature.
    pub figures: Vec<Figure>,
    /// Further sentences of the review.
    pub notes: Vec<Cited>,
    /// What the review says of harm, in one line.
    pub side_effects: Vec<Cited>,
    /// Where it stands in the review's sequence.
    pub place: Place,
    /// What orders mean it; none for an option of a site's own that no known treatment means.
    pub orders: Vec<OrderMeaning>,
    /// Ids of since-publication notes that stand before its benefits.
    pub before_benefits: Vec<String>,
    /// Ids of the other since-publication notes.
    pub since_publication: Vec<String>,
    /// Ids of corrections.
    pub corrections: Vec<String>,
    /// `card.md`: the option's passage in a group card.
    pub card: String,
}

impl OptionKnowledge {
    /// The statements that a criterion rests on in this option.
    pub fn statements_of<'a>(&'a self, criterion: &'a Criterion) -> &'a [String] {
        self.statements
            .get(&criterion.id)
            .unwrap_or(&criterion.statements)
    }

    /// Whether that this option asks for a criterion, or the criterion itself, is an interpretation.
    pub fn interprets(&self, criterion: &Criterion) -> bool {
        criterion.interpretation || self.interpreted.contains(&criterion.id)
    }

    /// Ids of every since-publication note on it, those before its benefits first.
    pub fn all_notes(&self) -> impl Iterator<Item = &String> {
        self.before_benefits.iter().chain(&self.since_publication)
    }
}

/// Treatments of which an order means the option.
#[derive(Debug)]
pub struct OrderMeaning {
    /// Any of these.
    pub treatments: Vec<Treatment>,
    /// Not where one of these is ordered too: then the order belongs to a regimen that the review does not have.
    pub unless_with: Vec<Treatment>,
    /// Whether it is meant by orders only: no record of a treatment given tells it.
    pub orders_only: bool,
    /// Whether the reading is ours.
    pub interpretation: bool,
}

/// A favour, caution or variant.
#[derive(Debug)]
pub struct Aspect {
    /// Its id (specification section 5, end).
    pub id: String,
    /// What a clinician reads.
    pub label: String,
    /// Criteria that must all be met for it to apply.
    pub when: Vec<String>,
    /// Statements it rests on.
    pub statements: Vec<String>,
}

/// An outcome figure: the number stands here once.
#[derive(Debug)]
pub struct Figure {
    /// Slot name in `card.md`.
    pub id: String,
    /// The figure in words with number and unit, built from the parts in `option.toml` ("5-year survival approaching 85 %").
    pub text: String,
    /// Statement it is quoted from.
    pub statement: String,
    /// Correction shown beside it.
    pub correction: Option<String>,
}

/// A hormone level that makes a tumour functioning.
#[derive(Debug)]
pub struct HormoneRule {
    /// Criterion of kind range over the hormone.
    pub criterion: String,
    /// The syndrome it confirms.
    pub syndrome: String,
}

/// What the review says of a marker, and the syndrome whose hormone it is.
#[derive(Debug)]
pub struct MarkerRule {
    /// The marker.
    pub fact: FactId,
    /// The syndrome; the marker is shown where this one is recorded.
    pub syndrome: Option<String>,
    /// Whether it is shown whatever syndrome is recorded.
    pub always: bool,
    /// What a reader must know of it.
    pub note: Cited,
}

/// What is said of a marker that has changed, or after debulking.
#[derive(Debug)]
pub struct MarkerCourse {
    /// Asked for where it has changed and the disease status says nothing of its day.
    pub compare: Cited,
    /// The option after which it is said whether the marker is back in its range.
    pub after_option: String,
    /// What that is said with.
    pub after: Cited,
}

/// WHO grade: bands per measure and the differentiation paired with each grade.
#[derive(Debug)]
pub struct GradeTable {
    /// Grades in ascending order.
    pub rows: Vec<GradeRow>,
}

/// One grade.
#[derive(Debug)]
pub struct GradeRow {
    /// `G1`, `G2`, `G3`.
    pub grade: String,
    /// Ki-67 percent.
    pub ki67: Interval,
    /// Mitoses per 10 HPF.
    pub mitoses: Interval,
    /// The differentiation that the table pairs with it.
    pub differentiation: String,
    /// Other differentiations that do not contradict it (section 3).
    pub at_home: Vec<String>,
    /// Statements: for Ki-67, mitoses, differentiation.
    pub statements: [String; 3],
}

/// T and stage tables of one system.
#[derive(Debug)]
pub struct StagingTable {
    /// T categories in ascending order (`Tis` first where the system has it).
    pub t: Vec<TRow>,
    /// Stages in table order.
    pub stages: Vec<StageRow>,
}

/// One way to be of a T category.
#[derive(Debug)]
pub struct TRow {
    /// `Tis`, `T1`, ... (a category may have several rows).
    pub t: String,
    /// The extension word of `tumour-extension` that this row is about; `None` for Tis.
    pub extension: Option<String>,
    /// Sizes in cm, for rows limited to the pancreas. Sizes in no row are a judgement between the neighbours.
    pub size: Option<Interval>,
    /// Statement.
    pub statement: String,
}

/// One row of a stage table; `None` is "any".
#[derive(Debug)]
pub struct StageRow {
    /// The stage.
    pub stage: String,
    /// T categories.
    pub t: Option<Vec<String>>,
    /// N categories.
    pub n: Option<Vec<String>>,
    /// M categories.
    pub m: Vec<String>,
    /// Statement.
    pub statement: String,
}
