//! `interpretations.csv`, and `interpretations/*.csv` of a site: every reading of ours with the rules that use it, beside the places where the review leaves one open.

use super::criteria::Criteria;
use super::evidence::shown;
use super::files::Files;
use super::model::{Ambiguity, Interpretation, Uses};
use super::rows::{Row, Rows};
use fhir_profiles::catalogue::Catalogue;
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "interpretations.csv";
/// Where a site's own readings stand beside the built-in ones.
const FOLDER: &str = "interpretations/";
const COLUMNS: &[&str] = &["id", "text", "rules", "ambiguities"];
const AMBIGUITIES: &[&str] = &["id", "issue", "resolution"];

/// The places where the review is silent, ambiguous or contradicts itself, in the order of the file; `None` if it cannot
/// be read.
pub(super) fn ambiguities(source: &Files<'_>) -> Option<Vec<(String, Ambiguity)>> {
    let rows = source.rows("evidence/ambiguities.csv", AMBIGUITIES)?;
    let mut found: Vec<(String, Ambiguity)> = Vec::new();
    for row in rows.iter() {
        let ambiguity = Ambiguity {
            issue: row.get("issue").to_owned(),
            resolution: shown(row.get("resolution")),
        };
        for column in AMBIGUITIES {
            if row.get(column).is_empty() {
                source
                    .faults
                    .at(rows.file, row.line, format!("`{column}` is empty"));
            }
        }
        let id = row.get("id").to_owned();
        if found.iter().any(|(known, _)| *known == id) {
            source
                .faults
                .at(rows.file, row.line, format!("`{id}` stands twice"));
        }
        found.push((id, ambiguity));
    }
    Some(found)
}

/// What the rules of the register can name.
pub(super) struct Known<'a> {
    /// The criteria, `None` if their file cannot be read.
    pub(super) criteria: Option<&'a Criteria>,
    /// The ids of the options, sound or not.
    pub(super) options: &'a BTreeSet<String>,
    /// The ambiguities, `None` if their file cannot be read.
    pub(super) ambiguities: Option<&'a Vec<(String, Ambiguity)>>,
    /// The facts that there are.
    pub(super) catalogue: &'a Catalogue,
}

/// The register by id; `None` if it cannot be read.
pub(super) fn read(source: &Files<'_>, known: &Known<'_>) -> Option<BTreeMap<String, Interpretation>> {
    let mut found = BTreeMap::new();
    add(source.rows(FILE, COLUMNS)?, 'I', source, known, &mut found);
    for place in source.folder(FOLDER).filter(|place| is_one(place.file)) {
        add(source.rows(place.file, COLUMNS)?, 'S', source, known, &mut found);
    }
    Some(found)
}

/// Whether a file of the knowledge directory holds readings of a site's own.
pub(super) fn is_one(file: &str) -> bool {
    let name = file
        .strip_prefix(FOLDER)
        .and_then(|name| name.strip_suffix(".csv"));
    name.is_some_and(|name| !name.contains('/'))
}

/// Adds the readings of a file, whose ids begin with this letter.
fn add(
    rows: Rows<'_>,
    letter: char,
    source: &Files<'_>,
    known: &Known<'_>,
    found: &mut BTreeMap<String, Interpretation>,
) {
    for row in rows.iter() {
        let fault = |what: String| source.faults.at(rows.file, row.line, what);
        let id = row.get("id").to_owned();
        if !is_id(&id, letter) {
            fault(format!("`{id}` is no id such as {letter}07"));
        }
        if row.get("text").is_empty() {
            fault("`text` is empty".to_owned());
        }
        let interpretation = Interpretation {
            text: row.get("text").to_owned(),
            rules: rules(row, known, &fault),
            ambiguities: see(row, known, &fault),
        };
        if found.insert(id.clone(), interpretation).is_some() {
            fault(format!("`{id}` stands twice"));
        }
    }
}

fn is_id(id: &str, letter: char) -> bool {
    id.strip_prefix(letter)
        .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn rules(row: Row<'_>, known: &Known<'_>, fault: &impl Fn(String)) -> Vec<Uses> {
    let mut found = Vec::new();
    for word in row.get("rules").split_whitespace() {
        match uses(word, known.catalogue) {
            None => fault(format!("`{word}` names no rule")),
            Some(rule) => {
                let exists = match &rule {
                    Uses::Criterion(id) => known.criteria.is_none_or(|all| all.ids.contains_key(id)),
                    Uses::Option(id) | Uses::Order(id) => known.options.contains(id),
                    _ => true,
                };
                if !exists {
                    fault(format!("`{word}` does not exist"));
                }
                found.push(rule);
            }
        }
    }
    if row.get("rules").is_empty() {
        fault("no rule uses it".to_owned());
    }
    found
}

fn uses(word: &str, catalogue: &Catalogue) -> Option<Uses> {
    Some(match word.split_once(':') {
        Some(("criterion", id)) => Uses::Criterion(id.to_owned()),
        Some(("option", id)) => Uses::Option(id.to_owned()),
        Some(("order", id)) => Uses::Order(id.to_owned()),
        Some(("fact", id)) => Uses::Fact(catalogue.parse(id)?),
        Some(_) => return None,
        None => match word {
            "grade" => Uses::Grade,
            "stage" => Uses::Stage,
            "gate" => Uses::Gate,
            "given" => Uses::Given,
            "orders" => Uses::Orders,
            _ => return None,
        },
    })
}

fn see(row: Row<'_>, known: &Known<'_>, fault: &impl Fn(String)) -> Vec<String> {
    let ids = row.get("ambiguities").split_whitespace();
    let exists = |id: &str| {
        known
            .ambiguities
            .is_none_or(|all| all.iter().any(|(known, _)| known == id))
    };
    ids.inspect(|id| {
        if !exists(id) {
            fault(format!("unknown ambiguity `{id}`"));
        }
    })
    .map(str::to_owned)
    .collect()
}
