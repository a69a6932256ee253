//! One vocabulary of what is not known (specification, section 2): "not recorded" stands for nothing that was not looked
//! at or could not be used, and "recorded, not confirmed" for nothing of which there is no record; over every vignette,
//! corpus row, case and demo patient.
#![expect(clippy::unwrap_used, reason = "a test cannot go on without its charts")]

use acceptance::{corpus, here};
use cds_cards::assessment::{Assessment, FactReport, Reason, Status};
use cds_cards::render::{Policy, render};
use cds_cards::{Knowledge, vignettes};
use fhir_profiles::facts::Gap;
use fhir_profiles::json::Document;
use fhir_profiles::{ChartBuilder, Codes, FactId, Facts, ReadPolicy, read};
use jiff::civil::date;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| acceptance::knowledge().unwrap());

const NOT_RECORDED: &str = "not recorded";
const NOT_CONFIRMED: &str = "recorded, not confirmed";
/// What one record lacks, which is no word on the fact.
const OF_A_RECORD: [&str; 3] = [
    "whose tumour is not recorded",
    "whose tumour it is of is not recorded",
    "since when is not recorded",
];

/// Everything that a clinician reads, but records as they are written.
fn texts(assessment: &Assessment) -> Vec<String> {
    fn strings(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(all) => all.iter().for_each(|v| strings(v, found)),
            Value::Object(fields) => fields
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), "facts" | "evidence" | "notRead" | "principles"))
                .for_each(|(_, v)| strings(v, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    strings(&serde_json::to_value(assessment).unwrap(), &mut found);
    let policy = Policy {
        max_cards: 5,
        full: false,
        without_metastases: true,
        public_url: None,
        instance: uuid::Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    for card in render(&KNOWLEDGE, assessment, &policy) {
        found.push(card.summary().to_owned());
        found.push(card.detail().replace('\\', ""));
    }
    found
}

/// What is said together: `Ki-67, Mitotic count: not recorded`.
fn clauses(text: &str) -> impl Iterator<Item = String> {
    let text = OF_A_RECORD
        .iter()
        .fold(text.to_owned(), |text, of| text.replace(of, ""));
    let ends = |c: char| matches!(c, ';' | '\n' | '(' | ')' | '|');
    let clauses: Vec<String> = text
        .split(ends)
        .flat_map(|part| part.split(". "))
        .map(str::to_lowercase)
        .collect();
    clauses.into_iter()
}

fn names(clause: &str, fact: FactId) -> bool {
    let label = fact.info().label.to_lowercase();
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-');
    clause.match_indices(&label).any(|(at, _)| {
        let (before, rest) = clause.split_at(at);
        edge(before.chars().next_back()) && edge(rest.chars().nth(label.chars().count()))
    })
}

/// Nothing of it is on record, and everything was looked at.
fn merely_missing(fact: &FactReport) -> bool {
    fact.status == Status::Unknown
        && fact.reason == Some(Reason::Missing)
        && fact.gap.is_none()
        && fact.aside.is_none()
}

/// Where a text says of a fact what does not hold of it.
fn misnamed(assessment: &Assessment, texts: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts {
        for clause in clauses(text) {
            for (id, fact) in assessment
                .facts
                .iter()
                .filter(|(_, f)| f.status == Status::Unknown)
            {
                let missing = merely_missing(fact);
                if !missing && clause.contains(NOT_RECORDED) && names(&clause, *id) {
                    found.insert(format!(
                        "{id}, which is {:?} {:?}: {clause}",
                        fact.reason, fact.gap
                    ));
                }
                if missing && clause.contains(NOT_CONFIRMED) && names(&clause, *id) {
                    found.insert(format!("{id}, of which there is nothing: {clause}"));
                }
            }
        }
    }
    found
}

fn faults(facts: &Facts) -> Vec<String> {
    let assessment = cds_cards::assess(&KNOWLEDGE, facts);
    let mut found = misnamed(&assessment, &texts(&assessment));
    for option in &assessment.options {
        for criterion in option
            .criteria
            .iter()
            .filter(|c| c.reason == Some(Reason::Missing))
        {
            let own = criterion.facts.iter().filter_map(|id| assessment.facts.get(id));
            let lacking: Vec<&FactReport> = own.filter(|f| f.status == Status::Unknown).collect();
            let (id, because) = (&criterion.id, &criterion.because);
            if lacking.iter().all(|fact| merely_missing(fact)) && !lacking.is_empty() {
                if because.contains(NOT_CONFIRMED) || criterion.aside.is_some() || criterion.gap.is_some() {
                    found.insert(format!("{} {id}: {because}", option.id));
                }
            } else if lacking.iter().all(|fact| !merely_missing(fact))
                && clauses(because).any(|clause| clause.contains(NOT_RECORDED))
            {
                found.insert(format!("{} {id}: {because}", option.id));
            }
        }
    }
    found.into_iter().collect()
}

fn hold(charts: impl IntoIterator<Item = (String, Facts)>) {
    let mut found = Vec::new();
    let mut held = 0;
    for (name, facts) in charts {
        held += 1;
        found.extend(faults(&facts).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(held > 0);
    assert!(found.is_empty(), "{} faults\n{}", found.len(), found.join("\n"));
}

fn facts_of(values: &[Document<'_>], patient: Option<&str>) -> Option<Facts> {
    let mut builder = ChartBuilder::new(patient);
    for value in values {
        builder.add(value.root());
    }
    let policy = ReadPolicy {
        as_of: date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    Some(read(&builder.finish().ok()?, &policy))
}

/// The Bundles of a folder and those below it.
fn bundles(folder: &Path) -> Vec<(String, Facts)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(bundles(&path));
        } else if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let value: Result<Value, _> = serde_json::from_str(&text);
            if value.is_ok_and(|v| v.get("resourceType") == Some(&Value::from("Bundle"))) {
                let raw: Document<'_> = text.parse().unwrap();
                let name = path.display().to_string();
                found.extend(facts_of(&[raw], None).map(|facts| (name, facts)));
            }
        }
    }
    found
}

#[test]
fn of_every_vignette() {
    let vignettes = vignettes::embedded().unwrap();
    hold(vignettes.into_iter().map(|(name, v)| (name, v.facts().unwrap())));
}

#[test]
fn of_a_chart_in_which_one_fact_has_a_gap() {
    let all = vignettes::embedded().unwrap();
    let gaps = [
        Gap::InText,
        Gap::SetAside,
        Gap::StatusNotUnderstood,
        Gap::NotSupplied,
        Gap::Partial,
        Gap::Failed,
    ];
    let bases = [
        "base/nothing-else-recorded",
        "base/unresectable",
        "base/resectable",
    ];
    let charts = bases.iter().flat_map(|base| {
        let base = all.get(*base).unwrap();
        FactId::ALL.iter().zip(gaps.iter().cycle()).map(|(fact, gap)| {
            let mut vignette = base.clone();
            vignette.readings.remove(fact);
            vignette.gaps.insert(*fact, *gap);
            (
                format!("{} {fact} {gap:?}", vignette.name),
                vignette.facts().unwrap(),
            )
        })
    });
    hold(charts);
}

#[test]
fn of_a_chart_of_which_nothing_could_be_had() {
    let mut vignette = vignettes::embedded()
        .unwrap()
        .remove("base/nothing-else-recorded")
        .unwrap();
    let unread = FactId::ALL
        .iter()
        .filter(|id| !vignette.readings.contains_key(id));
    let gaps: Vec<(FactId, Gap)> = unread.map(|id| (*id, Gap::Failed)).collect();
    vignette.gaps.extend(gaps);
    hold([("everything failed".to_owned(), vignette.facts().unwrap())]);
}

#[test]
fn of_every_corpus_row() {
    let rows = corpus::rows(&here().join("corpus")).unwrap();
    let charts = rows.into_iter().filter_map(|row| {
        let patient = row.patient.clone().unwrap_or_else(|| "p".to_owned());
        let facts = facts_of(
            &corpus::values(&row).unwrap(),
            (!patient.is_empty()).then_some(&patient),
        )?;
        Some((row.name, facts))
    });
    hold(charts);
}

#[test]
fn of_every_case_and_demo_patient() {
    let cases = bundles(&here().join("cases"));
    hold(
        cases
            .into_iter()
            .chain(bundles(&here().join("../service/demo/patients"))),
    );
}

/// Without this the law would hold of sentences that it does not understand.
#[test]
fn a_wrong_word_is_found() {
    let mut vignette = vignettes::embedded()
        .unwrap()
        .remove("base/nothing-else-recorded")
        .unwrap();
    vignette.gaps.insert(FactId::Ki67, Gap::Failed);
    let assessment = cds_cards::assess(&KNOWLEDGE, &vignette.facts().unwrap());
    let wrong = |text: &str| !misnamed(&assessment, &[text.to_owned()]).is_empty();
    let [ki67, mitoses] = [FactId::Ki67, FactId::Mitoses].map(|id| id.info().label.as_str());
    assert!(wrong(&format!("open: {ki67}, {mitoses}: not recorded")));
    assert!(wrong(&format!("**Not recorded:** {mitoses}, {ki67}")));
    assert!(!wrong(&format!(
        "{mitoses} not recorded; {ki67} could not be fetched"
    )));
    assert!(wrong(&format!("{mitoses} recorded, not confirmed")));
}
