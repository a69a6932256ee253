//! What charts really hold, one row a case: resources, and the facts that the specification wants read from them.
//!
//! Every fact that a row does not name must be missing, so that a row also shows what must not be read. `corpus/README.md`
//! describes the format.

use acceptance::corpus::{Expected, Report, Row, rows, values};
use acceptance::here;
use cds_cards::Knowledge;
use fhir_profiles::json::Json;
use fhir_profiles::read::difference;
use fhir_profiles::{ChartBuilder, ChartError, Codes, ReadPolicy, read};
use jiff::civil::{Date, date};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

/// Fewer rows than this would mean that a file went missing.
const AT_LEAST: usize = 2300;

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

fn judge(row: &Row, knowledge: &Knowledge) -> Result<(), Failed> {
    let faults = faults(row, knowledge)?;
    match (&row.pending, faults.is_empty()) {
        (None, true) | (Some(_), false) => Ok(()),
        (None, false) => Err(format!("{}\n  {}", row.rule, faults.join("\n  ")).into()),
        (Some(reason), true) => Err(format!("no longer pending ({reason}): take the mark away").into()),
    }
}

/// Where a resource is read otherwise on the tape than through fhirbolt, in any depth.
fn differences(json: Json<'_>) -> Vec<String> {
    // What is deeper is left to fhirbolt, and this function is none for it.
    if json.height() > 100 {
        return Vec::new();
    }
    let is_resource = json.get("resourceType").is_some();
    let of_this = is_resource.then(|| difference(json)).flatten();
    let inner = json.fields().chain(json.items()).flat_map(differences);
    of_this
        .map(|what| format!("two readings: {what}"))
        .into_iter()
        .chain(inner)
        .collect()
}

fn faults(row: &Row, knowledge: &Knowledge) -> Result<Vec<String>, String> {
    let as_of: Date = match &row.as_of {
        Some(day) => day.parse().map_err(|e| format!("as-of: {e}"))?,
        None => date(2026, 11, 23),
    };
    let chart = values(row)?;
    let differences: Vec<String> = chart.iter().flat_map(|value| differences(value.root())).collect();
    if !differences.is_empty() {
        return Ok(differences);
    }
    let patient = row.patient.as_deref().unwrap_or("p");
    let mut builder = ChartBuilder::new((!patient.is_empty()).then_some(patient));
    for value in &chart {
        builder.add(value.root());
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
