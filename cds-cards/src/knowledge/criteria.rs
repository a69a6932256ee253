//! `criteria.toml`, and `criteria/*.toml` of a site: every criterion once, each of a closed set of tests that leave no value without a call.

use super::bands;
use super::calls::{call, calls, fact};
use super::evidence::Evidence;
use super::files::Files;
use super::limits::{self, Filling, Limits, Saying};
use super::model::{
    Criterion, HormoneRule, Limit, MarkerCourse, MarkerRule, Subject, Test, Uses, WhereMissing,
};
use super::rests::Claim;
use super::section::{At, Section, is_list_in};
use crate::assessment::Cited;
use fhir_profiles::{FactId, TreatmentClass};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

const FILE: &str = "criteria.toml";
/// Where a site's own criteria stand beside the built-in ones.
const FOLDER: &str = "criteria/";
const GRADES: [&str; 3] = ["G1", "G2", "G3"];

/// The criteria as read; `ids` names also those that have faults, so that a reference to one is no second fault.
#[derive(Debug, Default)]
pub(super) struct Criteria {
    /// The sound criteria in the order of the file.
    pub(super) criteria: Vec<Criterion>,
    /// File and line of every criterion, sound or not.
    pub(super) ids: BTreeMap<String, (String, usize)>,
    /// The hormone rules.
    pub(super) hormones: Vec<HormoneRule>,
    /// What stands beside markers.
    pub(super) markers: Vec<MarkerRule>,
    /// What the course of a marker asks for.
    pub(super) marker_course: Option<MarkerCourse>,
    /// The limits of the criteria, each with what it rests on.
    pub(super) claims: Vec<Claim>,
    /// Criteria of a site's own, with file and line, in whose place no built-in one was met yet.
    replacing: BTreeMap<String, (String, usize)>,
}

/// Reads the file; `None` if it is missing or no TOML.
pub(super) fn read(source: &Files<'_>, evidence: &Evidence) -> Option<Criteria> {
    let mut found = Criteria::default();
    let mut references: Vec<(&str, At<String>)> = Vec::new();
    for place in source.folder(FOLDER).filter(|place| is_one(place.file)) {
        place.parse(|root| references.extend(found.add(root, source, evidence).map(|at| (place.file, at))));
    }
    source.place(FILE)?.parse(|root| {
        references.extend(found.add(root, source, evidence).map(|at| (FILE, at)));
        for (id, (file, line)) in &found.replacing {
            source
                .faults
                .at(file, *line, format!("`{id}` replaces no built-in criterion"));
        }
        for (file, reference) in references {
            if !found.ids.contains_key(&reference.value) {
                let what = format!("unknown criterion `{}`", reference.value);
                source.faults.at(file, reference.line, what);
            }
        }
        found.hormones = root
            .sections("hormone", |section| hormone(section, &found))
            .into_iter()
            .flatten()
            .collect();
        found.markers = root
            .sections("marker", |section| marker(section, source, evidence, &found))
            .into_iter()
            .flatten()
            .collect();
        let course = |section: &Section<'_>| marker_course(section, source, evidence);
        found.marker_course = root.needed_section("marker-course", course).flatten();
        found
    })
}

impl Criteria {
    /// Adds the criteria of a file; gives the criteria that they refer to.
    fn add(
        &mut self,
        root: &Section<'_>,
        source: &Files<'_>,
        evidence: &Evidence,
    ) -> impl Iterator<Item = At<String>> + use<> {
        let mut references = Vec::new();
        let is_built_in = root.file() == FILE;
        for (replaces, (id, criterion, claims)) in root.sections("criterion", |section| {
            let replaces = !is_built_in && section.flag("replaces");
            (replaces, criterion(section, source, evidence, &mut references))
        }) {
            if let Some(id) = id {
                if is_built_in && self.replacing.remove(&id.value).is_some() {
                    continue;
                }
                let place = (root.file().to_owned(), id.line);
                if replaces {
                    self.replacing.insert(id.value.clone(), place.clone());
                }
                match self.ids.insert(id.value.clone(), place) {
                    Some((file, line)) if is_built_in && is_one(&file) => {
                        let what = format!(
                            "criterion `{}` is a built-in one: `replaces = true` puts this one in its place",
                            id.value
                        );
                        source.faults.at(&file, line, what);
                    }
                    Some(_) => root.fault(id.line, format!("criterion `{}` stands twice", id.value)),
                    None => {}
                }
            }
            self.claims.extend(claims);
            self.criteria.extend(criterion);
        }
        references.into_iter()
    }

    /// The limits of the criteria that read a fact; `None` where not every criterion could be read.
    fn limits_on(&self, fact: FactId) -> Option<Vec<Decimal>> {
        let reads =
            |criterion: &&Criterion| matches!(criterion.test, Test::Range { fact: read, .. } if read == fact);
        let limits = self
            .criteria
            .iter()
            .filter(reads)
            .flat_map(|criterion| &criterion.limits);
        (self.criteria.len() == self.ids.len()).then(|| limits.map(|limit| limit.value).collect())
    }

    /// What fills `{criterion.limit}` in a text that stands beside the criteria.
    pub(super) fn filling(&self, slot: &str) -> Filling {
        let Some((id, name)) = slot.split_once('.') else {
            return Filling::Unknown;
        };
        let known = self.criteria.iter().find(|criterion| criterion.id == id);
        let limit = known.and_then(|known| known.limits.iter().find(|limit| limit.name == name));
        match limit {
            Some(limit) => Filling::With(limit.shown()),
            None if known.is_none() && self.ids.contains_key(id) => Filling::Untold,
            None => Filling::Unknown,
        }
    }
}

/// Whether a file of the knowledge directory holds criteria of a site's own.
pub(super) fn is_one(file: &str) -> bool {
    is_list_in(FOLDER, file)
}

fn marker_course(section: &Section<'_>, source: &Files<'_>, evidence: &Evidence) -> Option<MarkerCourse> {
    let cited = |section: &Section<'_>| {
        let text = section.text("text");
        let statements = evidence.cited(section.file(), section.some_texts("statements"), source.faults);
        Some(Cited {
            text: text?.value,
            statements,
        })
    };
    let after_option = section.text("after-option");
    let compare = section.needed_section("compare", cited).flatten();
    let after = section.needed_section("after", cited).flatten();
    Some(MarkerCourse {
        compare: compare?,
        // Options are read later: whether it exists is checked with the notes.
        after_option: after_option?.value,
        after: after?,
    })
}

fn marker(
    section: &Section<'_>,
    source: &Files<'_>,
    evidence: &Evidence,
    found: &Criteria,
) -> Option<MarkerRule> {
    let fact = fact(section);
    let saying = Saying::OneOf(fact.and_then(|fact| found.limits_on(fact)));
    let text = section.text("note").map(|text| {
        limits::said(section, &evidence.names, text, &saying, |slot| {
            found.filling(slot)
        })
    });
    let statements = evidence.cited(section.file(), section.some_texts("statements"), source.faults);
    let syndrome = section.optional_text("syndrome").map(|syndrome| syndrome.value);
    let always = section.flag("always");
    if syndrome.is_none() && !always {
        section.fault(section.line(), "a marker has a `syndrome`, or is shown `always`");
    }
    Some(MarkerRule {
        fact: fact?,
        syndrome,
        always,
        note: Cited {
            text: text?,
            statements,
        },
    })
}

fn hormone(section: &Section<'_>, found: &Criteria) -> Option<HormoneRule> {
    let (criterion, syndrome) = (section.text("criterion"), section.text("syndrome"));
    let criterion = criterion?;
    if !found.ids.contains_key(&criterion.value) {
        section.fault(criterion.line, format!("unknown criterion `{}`", criterion.value));
    } else if found
        .criteria
        .iter()
        .any(|known| known.id == criterion.value && !matches!(known.test, Test::Range { .. }))
    {
        section.fault(
            criterion.line,
            format!("criterion `{}` is not of kind range", criterion.value),
        );
    }
    Some(HormoneRule {
        criterion: criterion.value,
        syndrome: syndrome?.value,
    })
}

fn criterion(
    section: &Section<'_>,
    source: &Files<'_>,
    evidence: &Evidence,
    references: &mut Vec<At<String>>,
) -> (Option<At<String>>, Option<Criterion>, Vec<Claim>) {
    let (id, label) = (section.text("id"), section.text("label"));
    let note = section.optional_text("note");
    let statements = evidence.cited(section.file(), section.some_texts("statements"), source.faults);
    let interpretation = section.flag("interpretation");
    let where_missing = section.section("where-missing", where_missing).flatten();
    let mut limits: Limits = Some(Vec::new());
    let mut limited = |(test, own): (Option<Test>, Limits)| {
        limits = own;
        test
    };
    let test = section.text("kind").and_then(|kind| match kind.value.as_str() {
        "words" => words(section),
        "range" => limited(bands::range(section)),
        "lasting" => limited(bands::lasting(section)),
        "given" => given(section),
        "option" => Some(Test::Option {
            negate: section.flag("negate"),
            // Options are read later: whether it exists is checked with the graph.
            option: section.text("option")?.value,
        }),
        "any" => Some(Test::Any(several(section, references))),
        "all" => Some(Test::All(several(section, references))),
        "not" => one(section, references),
        other => {
            section.fault(
                kind.line,
                format!("unknown kind `{other}`: words, range, lasting, given, option, any, all or not"),
            );
            None
        }
    });
    // Which limits a test that could not be read has is not known.
    let limits = limits.filter(|limits| test.is_some() || !limits.is_empty());
    let said = |text, saying: Saying| {
        limits::said(section, &evidence.names, text, &saying, |slot| {
            limits::own(&limits, slot)
        })
    };
    let label = label.map(|text| said(text, Saying::BySlot));
    let note = note.map(|text| said(text, Saying::OneOf(limits::values(&limits))));
    let limits = limits.unwrap_or_default();
    let claims = id
        .iter()
        .flat_map(|id| claims(section.file(), &id.value, &limits, &statements));
    let claims = claims.collect();
    let limits = limits.into_iter();
    let criterion = id
        .clone()
        .zip(label)
        .zip(test)
        .map(|((id, label), test)| Criterion {
            id: id.value,
            label,
            test,
            limits: limits.map(|limit| limit.value).collect(),
            statements,
            interpretation,
            of_site: false,
            where_missing,
            note,
        });
    (id, criterion, claims)
}

/// What the limits of a criterion rest on.
fn claims(file: &str, id: &str, limits: &[At<Limit>], statements: &[String]) -> Vec<Claim> {
    let claim = |limit: &At<Limit>| Claim {
        file: file.to_owned(),
        line: limit.line,
        value: limit.value.value,
        statements: statements.to_vec(),
        rule: Uses::Criterion(id.to_owned()),
    };
    limits.iter().map(claim).collect()
}

fn where_missing(section: &Section<'_>) -> Option<WhereMissing> {
    // Options are read later: whether it exists is checked with the graph.
    let option = section.text("fails");
    let call = call(section.text("call"), section);
    Some(WhereMissing {
        option: option?.value,
        call: call?,
    })
}

fn given(section: &Section<'_>) -> Option<Test> {
    let class = section.text("class")?;
    let parsed = TreatmentClass::parse(&class.value);
    if parsed.is_none() {
        section.fault(
            class.line,
            format!(
                "unknown class `{}`: systemic, liver-directed or surgery",
                class.value
            ),
        );
    }
    let other_than = section.treatments(section.texts("other-than"));
    Some(Test::Given {
        class: parsed?,
        other_than: other_than.into_iter().map(|(treatment, _)| treatment).collect(),
        progression: section.flag("progression"),
    })
}

fn several(section: &Section<'_>, references: &mut Vec<At<String>>) -> Vec<String> {
    let of = section.some_texts("of");
    references.extend(of.iter().cloned());
    of.into_iter().map(|id| id.value).collect()
}

fn one(section: &Section<'_>, references: &mut Vec<At<String>>) -> Option<Test> {
    let of = section.text("of")?;
    references.push(of.clone());
    Some(Test::Not(of.value))
}

fn words(section: &Section<'_>) -> Option<Test> {
    let name = section.text("reads")?;
    let grade = name.value == "grade";
    let fact = if grade { None } else { section.fact(&name) };
    let list = match fact {
        Some(fact) if fact.info().words.is_empty() => {
            section.fault(
                name.line,
                format!("`{}` has no words: kind must be range", name.value),
            );
            None
        }
        Some(fact) => Some(fact.info().words.clone()),
        None if grade => Some(GRADES.map(str::to_owned).to_vec()),
        None => None,
    };
    let calls = calls(section, &name.value, list.as_deref());
    Some(Test::Words {
        subject: if grade {
            Subject::Grade
        } else {
            Subject::Fact(fact?)
        },
        calls,
    })
}
