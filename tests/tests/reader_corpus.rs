//! What charts really hold, one row a case: resources, and the facts that the specification wants read from them.
//!
//! Every fact that a row does not name must be missing, so that a row also shows what must not be read. `corpus/README.md`
//! describes the format.

use acceptance::here;
use cds_cards::Knowledge;
use fhir_profiles::{ChartBuilder, ChartError, Codes, ReadPolicy, read};
use jiff::civil::{Date, date};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Fewer rows than this would mean that a file went missing.
const AT_LEAST: usize = 220;

const SYSTEMS: [(&str, &str); 20] = [
    ("loinc", "http://loinc.org"),
    ("sct", "http://snomed.info/sct"),
    ("icd10cm", "http://hl7.org/fhir/sid/icd-10-cm"),
    ("icd10", "http://hl7.org/fhir/sid/icd-10"),
    ("icd10gm", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
    ("icdo", "http://terminology.hl7.org/CodeSystem/icd-o-3"),
    ("rx", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("atc", "http://www.whocc.no/atc"),
    (
        "hcpcs",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    ),
    ("ncit", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"),
    ("naaccr", "urn:naaccr:3863"),
    ("ajcc", "http://cancerstaging.org"),
    (
        "mii",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-fernmetastasen",
    ),
    (
        "clinical",
        "http://terminology.hl7.org/CodeSystem/condition-clinical",
    ),
    (
        "verified",
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    ),
    (
        "flag",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    ),
    ("dar", "http://terminology.hl7.org/CodeSystem/data-absent-reason"),
    ("fact", "https://pnet-cds.github.io/fhir/CodeSystem/facts"),
    ("value", "https://pnet-cds.github.io/fhir/CodeSystem/fact-values"),
    ("local", "urn:example:local"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    row: Vec<Row>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    rule: String,
    /// The day of evaluation, if it is not the usual one.
    as_of: Option<String>,
    /// The patient asked about; empty for none.
    patient: Option<String>,
    /// JSON values, one after the other.
    chart: String,
    /// Whether the chart stands there in full: no template, no shorthand.
    #[serde(default)]
    raw: bool,
    /// With `cases`: the fact whose value they name.
    fact: Option<String>,
    /// What takes the place of `$` in the chart, and the value read.
    #[serde(default)]
    cases: Vec<(String, String)>,
    #[serde(default)]
    facts: BTreeMap<String, Expected>,
    /// Facts of which the specification leaves open what is read here.
    #[serde(default)]
    open: Vec<String>,
    grade: Option<String>,
    /// The T categories still possible in the stage of ENETS.
    enets_t: Option<Vec<String>>,
    discrepancies: Option<Vec<String>>,
    /// Whether something is listed as unusable; not asserted where it is left out.
    problems: Option<bool>,
    refused: Option<String>,
    /// What the row waits for; then it must fail.
    pending: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Expected {
    Value(String),
    Report(Box<Report>),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Report {
    is: Option<String>,
    unit: Option<String>,
    system: Option<String>,
    since: Option<String>,
    detail: Option<String>,
    flag: Option<String>,
    reference: Option<String>,
    /// Whether the evidence says what was done to the value.
    notes: Option<bool>,
    evidence: Option<usize>,
    older: Option<usize>,
    overruled: Option<usize>,
    unread: Option<usize>,
    shown: Option<usize>,
    candidates: Option<usize>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let knowledge = match acceptance::knowledge() {
        Ok(knowledge) => Arc::new(knowledge),
        Err(faults) => {
            eprintln!("{faults}");
            return ExitCode::FAILURE;
        }
    };
    let rows = match rows(&here().join("corpus")) {
        Ok(rows) => rows,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let count = rows.len();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let doubled = count - names.len();
    let mut trials = vec![Trial::test("the corpus is whole", move || {
        if count < AT_LEAST {
            return Err(format!("{count} rows, at least {AT_LEAST} expected").into());
        }
        if doubled > 0 {
            return Err(format!("{doubled} rows have the name of another").into());
        }
        Ok(())
    })];
    trials.extend(rows.into_iter().map(|row| {
        let knowledge = Arc::clone(&knowledge);
        Trial::test(row.name.clone(), move || judge(&row, &knowledge))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every row of every file; each case is a row of its own.
fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .map_err(|e| e.to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let topic = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{topic}: {e}"))?;
        let file: File = toml::from_str(&text).map_err(|e| format!("{topic}: {e}"))?;
        for mut row in file.row {
            row.name = format!("{topic}/{}", row.name);
            if row.cases.is_empty() {
                all.push(row);
                continue;
            }
            let fact = row
                .fact
                .take()
                .ok_or_else(|| format!("{}: cases of which fact?", row.name))?;
            for (written, is) in std::mem::take(&mut row.cases) {
                let mut case = row.clone();
                case.name = format!("{}: {written:?}", row.name);
                case.chart = row.chart.replace('$', &written);
                let report = case
                    .facts
                    .entry(fact.clone())
                    .or_insert_with(|| Expected::Report(Box::default()));
                match report {
                    Expected::Report(report) => report.is = Some(is),
                    Expected::Value(_) => return Err(format!("{}: two values of one fact", row.name)),
                }
                all.push(case);
            }
        }
    }
    Ok(all)
}

fn judge(row: &Row, knowledge: &Knowledge) -> Result<(), Failed> {
    let faults = faults(row, knowledge)?;
    match (&row.pending, faults.is_empty()) {
        (None, true) | (Some(_), false) => Ok(()),
        (None, false) => Err(format!("{}\n  {}", row.rule, faults.join("\n  ")).into()),
        (Some(reason), true) => Err(format!("no longer pending ({reason}): take the mark away").into()),
    }
}

fn faults(row: &Row, knowledge: &Knowledge) -> Result<Vec<String>, String> {
    let as_of: Date = match &row.as_of {
        Some(day) => day.parse().map_err(|e| format!("as-of: {e}"))?,
        None => date(2026, 11, 23),
    };
    let chart = values(row)?;
    let patient = row.patient.as_deref().unwrap_or("p");
    let mut builder = ChartBuilder::new((!patient.is_empty()).then_some(patient));
    for value in &chart {
        builder.add(value);
    }
    let chart = match (builder.finish(), &row.refused) {
        (Err(error), Some(expected)) => {
            let got = match error {
                ChartError::AnotherPatient => "another-patient",
                ChartError::SeveralPatients => "several-patients",
                ChartError::NoPatient => "no-patient",
            };
            return Ok((got != expected)
                .then(|| format!("refused: {got}, expected {expected}"))
                .into_iter()
                .collect());
        }
        (Err(error), None) => return Ok(vec![format!("refused: {error}")]),
        (Ok(_), Some(expected)) => return Ok(vec![format!("not refused, expected {expected}")]),
        (Ok(chart), None) => chart,
    };
    let policy = ReadPolicy {
        as_of,
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    let assessment = cds_cards::assess(knowledge, &read(&chart, &policy));
    let assessment = serde_json::to_value(&assessment).map_err(|e| e.to_string())?;
    Ok(compare(row, &assessment))
}

fn compare(row: &Row, assessment: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let facts = assessment
        .get("facts")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    faults.extend(
        row.facts
            .keys()
            .chain(&row.open)
            .filter(|id| !facts.contains_key(*id))
            .map(|id| format!("no fact {id}")),
    );
    for (id, report) in &facts {
        match row.facts.get(id) {
            Some(Expected::Value(is)) => faults.extend(value_fault(id, is, report)),
            Some(Expected::Report(expected)) => report_faults(id, expected, report, &mut faults),
            None if row.open.contains(id) => {}
            None => faults.extend(value_fault(id, "?missing", report)),
        }
    }
    if let Some(expected) = &row.grade {
        let grade = assessment.pointer("/grade").unwrap_or(&Value::Null);
        let got = grade
            .get("value")
            .and_then(Value::as_str)
            .map_or_else(|| format!("?{}", text(grade, "reason")), str::to_owned);
        if got != *expected && !(expected == "?" && got.starts_with('?')) {
            faults.push(format!("grade: {got}, expected {expected}"));
        }
    }
    if let Some(expected) = &row.enets_t {
        let got = assessment.pointer("/stage/enets/t").cloned().unwrap_or_default();
        if got != json!(expected) {
            faults.push(format!("ENETS T: {got}, expected {expected:?}"));
        }
    }
    if let Some(expected) = &row.discrepancies {
        let listed = assessment
            .get("discrepancies")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let got: Vec<String> = listed.iter().map(|d| text(d, "id")).collect();
        if got != *expected {
            faults.push(format!("discrepancies: {got:?}, expected {expected:?}"));
        }
    }
    if let Some(expected) = row.problems {
        let got = assessment.get("problems").cloned().unwrap_or_else(|| json!([]));
        if got.as_array().is_some_and(|p| p.is_empty()) == expected {
            faults.push(format!("problems: {got}, expected some: {expected}"));
        }
    }
    faults
}

fn text(value: &Value, field: &str) -> String {
    value
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// `|` stands between readings that the specification leaves open.
fn value_fault(id: &str, expected: &str, report: &Value) -> Option<String> {
    let got = written(report);
    let fits = |one: &str| one == got || (one == "?" && matches!(got.as_str(), "?missing" | "?unreadable"));
    (!expected.split(" | ").any(fits)).then(|| format!("{id}: {got}, expected {expected}: {report}"))
}

fn report_faults(id: &str, expected: &Report, report: &Value, faults: &mut Vec<String>) {
    if let Some(is) = &expected.is {
        faults.extend(value_fault(id, is, report));
    }
    let words = [
        ("unit", &expected.unit),
        ("system", &expected.system),
        ("since", &expected.since),
        ("detail", &expected.detail),
        ("flag", &expected.flag),
    ];
    for (field, expected) in words.iter().filter_map(|(f, e)| Some((f, e.as_ref()?))) {
        let got = text(report, field);
        if got != *expected {
            faults.push(format!("{id} {field}: {got:?}, expected {expected:?}"));
        }
    }
    if let Some(expected) = &expected.reference {
        let got = report.get("referenceRange").map(range).unwrap_or_default();
        if got != *expected {
            faults.push(format!("{id} reference: {got:?}, expected {expected:?}"));
        }
    }
    let numbers = [
        ("evidence", expected.evidence),
        ("older", expected.older),
        ("overruled", expected.overruled),
        ("unread", expected.unread),
        ("shown", expected.shown),
        ("candidates", expected.candidates),
    ];
    for (field, expected) in numbers.iter().filter_map(|(f, e)| Some((f, (*e)?))) {
        let got = report.get(field).and_then(Value::as_array).map_or(0, Vec::len);
        if got != expected {
            faults.push(format!("{id} {field}: {got}, expected {expected}: {report}"));
        }
    }
    if let Some(expected) = expected.notes {
        let evidence = report.get("evidence").and_then(Value::as_array);
        let got = evidence.is_some_and(|all| all.iter().any(|e| e.get("notes").is_some()));
        if got != expected {
            faults.push(format!("{id} notes: {got}, expected {expected}: {report}"));
        }
    }
}

/// What a fact says: `8`, `[3,5]`, `present`, `a+b`, `?missing`.
fn written(report: &Value) -> String {
    match (report.get("value"), report.get("range")) {
        (Some(Value::String(word)), _) => word.clone(),
        (Some(Value::Array(words)), _) => words
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("+"),
        (Some(number), _) => number.to_string(),
        (None, Some(ends)) => range(ends),
        (None, None) => format!("?{}", text(report, "reason")),
    }
}

/// An interval as in mathematics; no number of the specification is below 0, so that end may stand there or not.
fn range(ends: &Value) -> String {
    let closed = |field: &str| ends.get(field).and_then(Value::as_bool).unwrap_or_default();
    let low = ends
        .get("low")
        .map(Value::to_string)
        .filter(|low| low != "0" || !closed("lowInclusive"));
    let high = ends.get("high").map(Value::to_string);
    let open = if low.is_some() && closed("lowInclusive") {
        '['
    } else {
        '('
    };
    let close = if high.is_some() && closed("highInclusive") {
        ']'
    } else {
        ')'
    };
    format!(
        "{open}{},{}{close}",
        low.unwrap_or_default(),
        high.unwrap_or_default()
    )
}

/// The chart's JSON values, filled in from the template.
fn values(row: &Row) -> Result<Vec<Box<RawValue>>, String> {
    if row.raw {
        return serde_json::Deserializer::from_str(&row.chart)
            .into_iter::<Box<RawValue>>()
            .collect::<Result<_, _>>()
            .map_err(|e| format!("chart: {e}"));
    }
    let mut count = 0;
    let mut all = Vec::new();
    for value in serde_json::Deserializer::from_str(&row.chart).into_iter::<Value>() {
        let mut value = value.map_err(|e| format!("chart: {e}"))?;
        spell_out(&mut value)?;
        fill(&mut value, &mut count);
        let text = serde_json::to_string(&value).map_err(|e| e.to_string())?;
        all.push(RawValue::from_string(text).map_err(|e| e.to_string())?);
    }
    Ok(all)
}

/// What every resource needs, where the row does not say otherwise.
fn fill(value: &mut Value, count: &mut usize) {
    let Value::Object(resource) = value else { return };
    let kind = resource
        .entry("resourceType")
        .or_insert_with(|| "Observation".into());
    let kind = kind.as_str().unwrap_or_default().to_owned();
    if kind == "Bundle" {
        let entries = resource.get_mut("entry").and_then(Value::as_array_mut);
        for entry in entries
            .into_iter()
            .flatten()
            .filter_map(|e| e.get_mut("resource"))
        {
            fill(entry, count);
        }
        return;
    }
    *count += 1;
    resource.entry("id").or_insert_with(|| format!("r{count}").into());
    let mut defaults = Map::new();
    match kind.as_str() {
        "Observation" | "DiagnosticReport" => defaults.insert("status".into(), "final".into()),
        "Procedure" => defaults.insert("status".into(), "completed".into()),
        "MedicationStatement" => defaults.insert("status".into(), "active".into()),
        "MedicationRequest" => {
            defaults.insert("intent".into(), "order".into());
            defaults.insert("status".into(), "active".into())
        }
        "MedicationAdministration" => defaults.insert("status".into(), "in-progress".into()),
        "Condition" | "Specimen" => None,
        _ => return,
    };
    defaults.insert("subject".into(), json!({ "reference": "Patient/p" }));
    for (field, default) in defaults {
        resource.entry(field).or_insert(default);
    }
    // Servers write the type first; what another order changes is the business of its own rows.
    let given = std::mem::take(resource);
    resource.insert("resourceType".into(), kind.into());
    resource.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
}

/// `"@loinc 29593-1 + 'Ki-67'"` is a CodeableConcept.
fn spell_out(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Array(all) => all.iter_mut().try_for_each(spell_out),
        Value::Object(fields) => fields.values_mut().try_for_each(spell_out),
        Value::String(text) if text.starts_with('@') => {
            *value = concept(text.trim_start_matches('@'))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn concept(written: &str) -> Result<Value, String> {
    let mut codings = Vec::new();
    let mut concept = Map::new();
    for part in written.split(" + ") {
        if let Some(text) = part.strip_prefix('\'').and_then(|p| p.strip_suffix('\'')) {
            concept.insert("text".into(), text.into());
            continue;
        }
        let (alias, code) = part
            .split_once(' ')
            .ok_or_else(|| format!("no code in `{part}`"))?;
        let system = SYSTEMS
            .iter()
            .find(|(name, _)| *name == alias)
            .map(|(_, system)| *system);
        let system = system.ok_or_else(|| format!("no system `{alias}`"))?;
        codings.push(json!({ "system": system, "code": code }));
    }
    if !codings.is_empty() {
        concept.insert("coding".into(), codings.into());
    }
    Ok(concept.into())
}
