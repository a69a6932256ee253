//! The data dictionary in `fhir-profiles/README.md` is generated: from the compiled guide, the fact catalogue and the knowledge.

#![cfg(test)]

use acceptance::here;
use cds_cards::Knowledge;
use cds_cards::knowledge::{Subject, Test};
use fhir_profiles::FactId;
use fhir_profiles::catalogue::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

const START: &str = "<!-- dictionary: written by `UPDATE=1 cargo test -p acceptance --test dictionary` -->\n";
const END: &str = "<!-- /dictionary -->";

fn profiles_dir() -> PathBuf {
    here().parent().expect("the workspace").join("fhir-profiles")
}

/// The compiled resources of a type, in the order of their ids.
fn resources(kind: &str) -> Vec<Value> {
    let dir = profiles_dir().join("fsh-generated/resources");
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("the compiled guide") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with(&format!("{kind}-")) {
            let text = fs::read_to_string(&path).expect("a resource");
            found.insert(name, serde_json::from_str(&text).expect("JSON"));
        }
    }
    found.into_values().collect()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The facts that a profile feeds.
fn facts_of(profile: &Value) -> BTreeSet<String> {
    list(profile, "useContext")
        .flat_map(|context| list(&context["valueCodeableConcept"], "coding"))
        .filter(|coding| text(coding, "system").ends_with("/CodeSystem/facts"))
        .map(|coding| text(coding, "code").to_owned())
        .collect()
}

/// What a profile says of its elements: the value set or the one code of each.
fn elements_of(profile: &Value) -> Vec<String> {
    list(&profile["differential"], "element")
        .filter_map(|element| {
            let (_, path) = text(element, "path").split_once('.')?;
            let bound = element["binding"]["valueSet"].as_str();
            let fixed = list(&element["patternCodeableConcept"], "coding").next();
            let what = match (bound, fixed) {
                (Some(set), _) => format!("[{0}](#{0})", set.rsplit('/').next()?),
                (None, Some(coding)) => format!("`{}`", text(coding, "code")),
                _ => return None,
            };
            Some(format!("`{path}` {what}"))
        })
        .collect()
}

fn value_of(fact: FactId) -> String {
    let info = fact.info();
    let words = info.words.iter().map(|word| format!("`{word}`"));
    let words = words.collect::<Vec<_>>().join(", ");
    let unit = info.unit.as_deref().unwrap_or("the laboratory's unit");
    match info.kind {
        Kind::Presence | Kind::Words => words,
        Kind::Several => format!("one or more of {words}"),
        Kind::Number if info.bare => format!("number, `{unit}` (also without unit)"),
        Kind::Number => format!("number, `{unit}`"),
        Kind::Marker => format!("number, {unit}"),
        Kind::Score => {
            let end = |end: Option<_>| end.map_or(String::new(), |n: rust_decimal::Decimal| n.to_string());
            let numbers = format!("{} to {}", end(info.min), end(info.max));
            if words.is_empty() {
                numbers
            } else {
                format!("{numbers}, or {words}")
            }
        }
    }
}

/// The facts that a criterion reads itself; what another option reads stands with that option.
fn read_by(knowledge: &Knowledge, id: &str, found: &mut BTreeSet<FactId>) {
    let subject = |subject: &Subject, found: &mut BTreeSet<FactId>| match subject {
        Subject::Grade => found.extend([FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded]),
        Subject::Fact(fact) => drop(found.insert(*fact)),
    };
    let criterion = knowledge.criteria.get(id).expect("a criterion");
    match &criterion.test {
        Test::Words { subject: what, .. } => {
            subject(what, found);
            if matches!(what, Subject::Fact(FactId::Functioning)) {
                // The functional status of section 4 is worked out from hormones too.
                for rule in &knowledge.hormones {
                    read_by(knowledge, &rule.criterion, found);
                }
            }
        }
        Test::Range { fact, .. } | Test::Lasting { fact, .. } => drop(found.insert(*fact)),
        Test::Given { .. } => drop(found.insert(FactId::PriorSystemicTherapy)),
        Test::Option { .. } => {}
        Test::Not(inner) => read_by(knowledge, inner, found),
        Test::Any(inner) | Test::All(inner) => inner.iter().for_each(|id| read_by(knowledge, id, found)),
    }
}

/// What each fact is used for.
fn uses() -> BTreeMap<FactId, Vec<String>> {
    let knowledge = acceptance::knowledge().expect("knowledge");
    let mut uses: BTreeMap<FactId, Vec<String>> = BTreeMap::new();
    let mut add = |facts: &[FactId], what: &str| {
        for fact in facts {
            uses.entry(*fact).or_default().push(what.to_owned());
        }
    };
    add(&[FactId::Pnet, FactId::LiverMetastases], "gate");
    add(
        &[
            FactId::Ki67,
            FactId::Mitoses,
            FactId::Differentiation,
            FactId::GradeRecorded,
        ],
        "grade",
    );
    add(
        &[
            FactId::T,
            FactId::N,
            FactId::M,
            FactId::TumourSize,
            FactId::TumourExtension,
            FactId::StageRecorded,
        ],
        "stage",
    );
    for option in &knowledge.options {
        let aspects = option
            .favours
            .iter()
            .chain(&option.cautions)
            .chain(&option.variants);
        let mut facts = BTreeSet::new();
        for id in option
            .criteria
            .iter()
            .map(|(id, _)| id)
            .chain(aspects.flat_map(|aspect| &aspect.when))
        {
            read_by(&knowledge, id, &mut facts);
        }
        let facts: Vec<FactId> = facts.into_iter().collect();
        add(&facts, &format!("`{}`", option.id));
    }
    uses
}

fn short(system: &str) -> &str {
    match system {
        "http://snomed.info/sct" => "SNOMED CT",
        "http://loinc.org" => "LOINC",
        "http://www.nlm.nih.gov/research/umls/rxnorm" => "RxNorm",
        "http://www.whocc.no/atc" => "ATC",
        "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl" => "NCIt",
        "http://terminology.hl7.org/CodeSystem/icd-o-3" => "ICD-O-3",
        "http://cancerstaging.org" => "AJCC",
        "https://pnet-cds.github.io/fhir/CodeSystem/facts" => "our facts",
        "https://pnet-cds.github.io/fhir/CodeSystem/fact-values" => "our values",
        other => other.rsplit('/').next().unwrap_or(other),
    }
}

/// The codes of a value set as one line.
fn codes_of(set: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut systems: Vec<(&str, Vec<String>)> = Vec::new();
    for include in list(&set["compose"], "include") {
        for part in list(include, "valueSet") {
            let id = part
                .as_str()
                .and_then(|url| url.rsplit('/').next())
                .expect("an id");
            parts.push(format!("[{id}](#{id})"));
        }
        let codes = list(include, "concept").map(|concept| text(concept, "code").to_owned());
        // A family: the category and every code below it.
        let families = list(include, "filter").map(|filter| format!("{}.*", text(filter, "value")));
        let system = short(text(include, "system"));
        match systems.iter_mut().find(|(known, _)| *known == system) {
            Some((_, all)) => all.extend(codes.chain(families)),
            None => systems.push((system, codes.chain(families).collect())),
        }
    }
    let systems = systems.into_iter().filter(|(_, codes)| !codes.is_empty());
    parts.extend(systems.map(|(system, codes)| format!("{system} {}", codes.join(", "))));
    parts.join("; ")
}

fn dictionary() -> String {
    let profiles = resources("StructureDefinition");
    let uses = uses();
    let mut out = String::new();
    out.push_str("\n| Fact | Value | Profile (resource): elements | Used for |\n|---|---|---|---|\n");
    for fact in FactId::ALL {
        let mut rows: Vec<String> = Vec::new();
        for profile in profiles.iter().filter(|p| facts_of(p).contains(fact.as_str())) {
            let elements = elements_of(profile).join(", ");
            let colon = if elements.is_empty() { "" } else { ": " };
            rows.push(format!(
                "**{}** ({}){colon}{elements}",
                text(profile, "id"),
                text(profile, "type")
            ));
        }
        assert!(!rows.is_empty(), "{fact} has no profile");
        let used = uses.get(fact).map_or("shown".into(), |uses| uses.join(", "));
        let value = value_of(*fact);
        let label = &fact.info().label;
        writeln!(
            out,
            "| `{fact}`<br>{label} | {value} | {} | {used} |",
            rows.join("<br>")
        )
        .expect("a row");
    }
    out.push_str("\n### Code systems\n\nA code is read under the URI of its system. Packs add those of countries and products, and a site maps its own.\n\n| Here | URI |\n|---|---|\n");
    let sets = resources("ValueSet");
    let systems = sets.iter().flat_map(|set| list(&set["compose"], "include"));
    let systems: BTreeSet<&str> = systems.map(|include| text(include, "system")).collect();
    for system in systems.into_iter().filter(|system| !system.is_empty()) {
        writeln!(out, "| {} | `{system}` |", short(system)).expect("a row");
    }
    out.push_str("\n### Value sets\n\n`E11.*` is the category with all codes below it.\n\n| Value set | Codes |\n|---|---|\n");
    for set in resources("ValueSet") {
        let id = text(&set, "id");
        writeln!(out, "| <a id=\"{id}\"></a>{id} | {} |", codes_of(&set)).expect("a row");
    }
    out.push('\n');
    out
}

#[test]
fn the_data_dictionary_is_what_is_read() {
    let path = profiles_dir().join("README.md");
    let readme = fs::read_to_string(&path).expect("fhir-profiles/README.md");
    let (before, rest) = readme.split_once(START).expect("the start of the dictionary");
    let (shown, after) = rest.split_once(END).expect("the end of the dictionary");
    let made = dictionary();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}{START}{made}{END}{after}")).expect("README.md");
    } else {
        let differs = shown.lines().zip(made.lines()).find(|(a, b)| a != b);
        assert!(
            shown == made,
            "run with UPDATE=1 and read the difference, first {differs:?}"
        );
    }
}
