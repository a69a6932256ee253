//! Vignettes: each one patient in fact words and what the specification says of that patient, read with what it
//! inherits. They are the product's own boundary examples: the tests hold every one, and a change of the knowledge is
//! compared over all of them.

pub mod words;

use fhir_profiles::facts::Gap;
use fhir_profiles::{FactId, Facts};
use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use words::{Treated, Written};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/vignettes");

/// One patient with expectations, inheritance resolved.
#[derive(Debug, Clone, Default)]
pub struct Vignette {
    /// `topic/name`.
    pub name: String,
    /// The sentence of the specification that it checks.
    pub rule: String,
    /// The vignette that it inherits from.
    pub like: Option<String>,
    /// The day of evaluation.
    pub as_of: Option<Date>,
    /// Facts that the site declares closed world.
    pub closed_world: Vec<FactId>,
    /// Readings by fact.
    pub readings: BTreeMap<FactId, Vec<Written>>,
    /// Records of treatments.
    pub treatments: Vec<Treated>,
    /// Facts of which the records are not all there, and why.
    pub gaps: BTreeMap<FactId, Gap>,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out. What is `None` is not asserted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// `passed`, `no-pnet` or `no-liver-metastases`.
    pub gate: Option<String>,
    /// The grade.
    pub grade: Option<ExpectGrade>,
    /// Stages still possible, per system.
    pub stage: Option<ExpectStage>,
    /// Ids of all discrepancies, in any order.
    pub discrepancies: Option<Vec<String>>,
    /// All missing facts with the fewest and the most options that they settle.
    pub missing: Option<BTreeMap<String, [usize; 2]>>,
    /// Some of them.
    pub missing_includes: Option<BTreeMap<String, [usize; 2]>>,
    /// Every treatment on record.
    pub given: Option<Vec<ExpectGiven>>,
    /// The pathway; where it stands, nothing but it and the gate is asserted.
    pub pathway: Option<ExpectPathway>,
    /// Options by id.
    #[serde(default)]
    pub options: BTreeMap<String, ExpectOption>,
}

/// A pathway. What is `None` is not asserted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpectPathway {
    /// `curative`, `palliative` or `open`.
    pub intent: Option<String>,
    /// Its statements, in order.
    pub statements: Option<Vec<String>>,
    /// Whether nothing calls for a change.
    pub no_trigger: Option<bool>,
    /// The values that have a branch.
    pub branches: Option<Vec<String>>,
    /// Every named option in order, with its rank.
    pub named: Option<Vec<(String, u32)>>,
    /// Places of some options.
    #[serde(default)]
    pub places: BTreeMap<String, String>,
    /// Facts and steps that come before some options and the record lacks.
    #[serde(default)]
    pub before: BTreeMap<String, Vec<String>>,
}

/// A grade or its candidates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectGrade {
    /// The grade; then it is the only candidate.
    pub value: Option<String>,
    /// The candidates, where there is no grade.
    #[serde(default)]
    pub candidates: Vec<String>,
    /// Why there is none.
    pub reason: Option<String>,
    /// Whether the review's table holds the tumour.
    pub classifiable: Option<bool>,
    /// Whether it must say that it rests on an interpretation.
    pub interpretation: Option<bool>,
}

/// Stages still possible; one is the stage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectStage {
    /// ENETS.
    pub enets: Vec<String>,
    /// AJCC, 7th edition.
    pub ajcc7: Vec<String>,
}

/// A treatment on record. What is `None` must not be there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpectGiven {
    /// Its agents or procedures.
    pub agents: Vec<String>,
    /// The options that they mean.
    #[serde(default)]
    pub options: Vec<String>,
    /// `now` or `before`.
    pub state: String,
    /// Its first day.
    pub from: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// The days of procedures and doses.
    pub times: Option<usize>,
    /// The reason recorded.
    pub reason: Option<String>,
    /// The first progressive reading after its first day.
    pub progression_since: Option<String>,
}

/// One option. Outcomes are `met`, `not-met`, or the reason for which they are unknown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectOption {
    /// The verdict.
    pub verdict: Option<String>,
    /// All criteria that decide the verdict, with their outcome.
    pub deciding: Option<BTreeMap<String, String>>,
    /// Some other criteria, with their outcome.
    pub criteria: Option<BTreeMap<String, String>>,
    /// All criteria whose value lies exactly on the limit.
    pub borderline: Option<Vec<String>>,
    /// Criteria, among others, that must say that they rest on an interpretation.
    pub interpretation: Option<Vec<String>>,
    /// Criteria, among others, that must not say so.
    #[serde(rename = "as-printed")]
    pub as_printed: Option<Vec<String>>,
    /// All favours.
    pub favours: Option<Aspects>,
    /// All cautions.
    pub cautions: Option<Aspects>,
    /// All variants.
    pub variants: Option<Aspects>,
}

/// Ids, or `-` for "not asserted here".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Aspects {
    /// `-`.
    Open(String),
    /// Ids in any order.
    Ids(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    rule: String,
    like: Option<String>,
    as_of: Option<String>,
    closed_world: Option<Vec<String>>,
    #[serde(default)]
    facts: BTreeMap<String, OneOrSeveral>,
    #[serde(default)]
    reading: Vec<Written>,
    treatment: Option<Vec<Treated>>,
    #[serde(default)]
    gaps: BTreeMap<String, String>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

/// Every vignette that is compiled in, by name.
///
/// # Errors
/// Every file that says something that is not understood.
pub fn embedded() -> Result<BTreeMap<String, Vignette>, String> {
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, text) in texts(&EMBEDDED) {
        match toml::from_str::<File>(text) {
            Ok(file) => drop(files.insert(name, file)),
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    let mut vignettes = BTreeMap::new();
    for name in files.keys() {
        match resolve(name, &files, &mut Vec::new()) {
            Ok(vignette) => drop(vignettes.insert(name.clone(), vignette)),
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    if faults.is_empty() {
        Ok(vignettes)
    } else {
        Err(faults.join("\n"))
    }
}

/// Every file with its name: the path without the extension.
fn texts<'d>(dir: &'d Dir<'static>) -> Vec<(String, &'d str)> {
    let below = dir.dirs().flat_map(texts);
    let here = dir.files().filter_map(|file| {
        let name = file.path().with_extension("");
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        Some((name.join("/"), file.contents_utf8()?))
    });
    here.chain(below).collect()
}

fn resolve(name: &str, files: &BTreeMap<String, File>, above: &mut Vec<String>) -> Result<Vignette, String> {
    if above.iter().any(|n| n == name) {
        return Err(format!("`{name}` inherits itself"));
    }
    above.push(name.to_owned());
    let file = files.get(name).ok_or_else(|| format!("no vignette `{name}`"))?;
    let mut vignette = match &file.like {
        Some(like) => resolve(like, files, above)?,
        None => Vignette::default(),
    };
    name.clone_into(&mut vignette.name);
    vignette.rule.clone_from(&file.rule);
    vignette.like.clone_from(&file.like);
    if let Some(day) = &file.as_of {
        vignette.as_of = Some(day.parse().map_err(|e| format!("as-of: {e}"))?);
    }
    if let Some(facts) = &file.closed_world {
        vignette.closed_world = facts.iter().map(|f| fact(f)).collect::<Result<_, _>>()?;
    }
    if let Some(treatments) = &file.treatment {
        vignette.treatments.clone_from(treatments);
    }
    for (id, gap) in &file.gaps {
        vignette.gaps.insert(fact(id)?, words::gap(gap)?);
    }
    put_facts(&mut vignette, file)?;
    put_expectations(&mut vignette.expect, &file.expect);
    Ok(vignette)
}

fn fact(text: &str) -> Result<FactId, String> {
    FactId::parse(text).ok_or_else(|| format!("unknown fact `{text}`"))
}

/// What a vignette says of a fact replaces what it inherits of it.
fn put_facts(vignette: &mut Vignette, file: &File) -> Result<(), String> {
    for written in &file.reading {
        if file.facts.contains_key(&written.fact) {
            return Err(format!("`{}` stands in facts and in a reading", written.fact));
        }
        vignette.readings.remove(&fact(&written.fact)?);
    }
    for written in &file.reading {
        let id = fact(&written.fact)?;
        vignette.readings.entry(id).or_default().push(written.clone());
    }
    for (id, values) in &file.facts {
        let id = fact(id)?;
        let readings = match values {
            OneOrSeveral::One(value) if value == "-" => {
                vignette.readings.remove(&id);
                continue;
            }
            OneOrSeveral::One(value) => vec![Written::plain(id, value)],
            OneOrSeveral::Several(values) => values.iter().map(|v| Written::plain(id, v)).collect(),
        };
        vignette.readings.insert(id, readings);
    }
    Ok(())
}

/// What a vignette expects replaces what it inherits; a verdict takes what is said of criteria with it, favours, cautions and
/// variants stand alone.
fn put_expectations(inherited: &mut Expect, own: &Expect) {
    fn put<T: Clone>(inherited: &mut Option<T>, own: &Option<T>) {
        if own.is_some() {
            inherited.clone_from(own);
        }
    }
    put(&mut inherited.gate, &own.gate);
    put(&mut inherited.grade, &own.grade);
    put(&mut inherited.stage, &own.stage);
    put(&mut inherited.discrepancies, &own.discrepancies);
    put(&mut inherited.missing, &own.missing);
    put(&mut inherited.missing_includes, &own.missing_includes);
    put(&mut inherited.given, &own.given);
    // Not inherited: what is asserted of a pathway is asserted of one patient.
    inherited.pathway.clone_from(&own.pathway);
    for (id, option) in &own.options {
        let base = inherited.options.entry(id.clone()).or_default();
        if option.verdict.is_some() {
            base.verdict.clone_from(&option.verdict);
            base.deciding.clone_from(&option.deciding);
            base.criteria.clone_from(&option.criteria);
            base.borderline = None;
            base.interpretation = None;
            base.as_printed = None;
        }
        put(&mut base.borderline, &option.borderline);
        put(&mut base.interpretation, &option.interpretation);
        put(&mut base.as_printed, &option.as_printed);
        put(&mut base.favours, &option.favours);
        put(&mut base.cautions, &option.cautions);
        put(&mut base.variants, &option.variants);
    }
}

/// The folder of the charts that vignettes inherit from.
const BASES: &str = "base/";

/// The base that a vignette inherits from, directly or through others, or that it is; `None` for one that stands alone.
pub fn base_of<'v>(vignettes: &'v BTreeMap<String, Vignette>, name: &str) -> Option<&'v str> {
    // Inheritance ends: a vignette that inherits itself is not loaded.
    let mut found = vignettes.get(name)?;
    while !found.name.starts_with(BASES) {
        found = vignettes.get(found.like.as_ref()?)?;
    }
    Some(&found.name)
}

impl Vignette {
    /// The facts of the patient.
    ///
    /// # Errors
    /// What is not understood.
    pub fn facts(&self) -> Result<Facts, String> {
        let as_of = self.as_of.ok_or("no as-of")?;
        let mut builder = Facts::builder(as_of);
        builder.closed_world(self.closed_world.iter().copied());
        for written in self.readings.values().flatten() {
            written.add_to(&mut builder)?;
        }
        for (position, treated) in self.treatments.iter().enumerate() {
            builder.treatment(treated.record(position)?);
        }
        for (fact, gap) in &self.gaps {
            builder.gap(*fact, *gap);
        }
        Ok(builder.build())
    }
}
