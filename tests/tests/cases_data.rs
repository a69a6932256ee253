//! Small charts in the styles of registries, hospitals and laboratories, one row of `cases/data/index.csv` each: what is read
//! of them is what the index says; and a whole patient of a German registry.

use acceptance::here;
use cds_cards::Knowledge;
use fhir_profiles::{ChartBuilder, Codes, ReadPolicy, read};
use jiff::civil::date;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Fewer rows than this would mean that the index was cut.
const AT_LEAST: usize = 56;

/// The patient that has a file of expectations of its own.
const REGISTRY: &str = "german-registry-patient";

/// A row of the index.
#[derive(Clone)]
struct Row {
    file: String,
    fact: String,
    expected: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let (knowledge, rows) = match (acceptance::knowledge(), rows()) {
        (Ok(knowledge), Ok(rows)) => (Arc::new(knowledge), rows),
        (Err(fault), _) | (_, Err(fault)) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let count = rows.len();
    let mut trials = vec![Trial::test("the index is whole", move || match count {
        AT_LEAST.. => Ok(()),
        few => Err(format!("{few} rows, at least {AT_LEAST} expected").into()),
    })];
    let is_registry = |row: &Row| row.file.starts_with(REGISTRY);
    trials.extend(rows.into_iter().filter(|row| !is_registry(row)).map(|row| {
        let knowledge = Arc::clone(&knowledge);
        Trial::test(format!("{}: {}", row.file, row.fact), move || {
            judge(&row, &knowledge)
        })
    }));
    trials.push(Trial::test(REGISTRY, move || registry(&knowledge)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn folder() -> PathBuf {
    here().join("cases/data")
}

fn rows() -> Result<Vec<Row>, String> {
    let index = fs::read_to_string(folder().join("index.csv")).map_err(|error| error.to_string())?;
    let mut lines = index.lines();
    let names = lines.next().map(fields).unwrap_or_default();
    let column = |name: &str| {
        names
            .iter()
            .position(|is| is == name)
            .ok_or(format!("no column {name}"))
    };
    let (file, fact, expected) = (column("file")?, column("fact")?, column("expected")?);
    lines
        .map(|line| {
            let fields = fields(line);
            let field = |at: usize| fields.get(at).cloned().ok_or(format!("a short row: {line}"));
            Ok(Row {
                file: field(file)?,
                fact: field(fact)?,
                expected: field(expected)?,
            })
        })
        .collect()
}

/// The fields of a line of CSV; a quote in a quoted field is doubled.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for (at, letter) in line.char_indices() {
        let Some(field) = fields.last_mut() else { continue };
        match letter {
            '"' => {
                if !quoted && line[..at].ends_with('"') {
                    field.push('"');
                }
                quoted = !quoted;
            }
            ',' if !quoted => fields.push(String::new()),
            letter => field.push(letter),
        }
    }
    fields
}

fn assessed(file: &str, knowledge: &Knowledge) -> Result<Value, String> {
    let json = fs::read_to_string(folder().join(file)).map_err(|error| error.to_string())?;
    let chart = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let mut builder = ChartBuilder::new(None);
    builder.add(chart);
    let chart = builder.finish().map_err(|error| error.to_string())?;
    let policy = ReadPolicy {
        as_of: date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    serde_json::to_value(cds_cards::assess(knowledge, &read(&chart, &policy)))
        .map_err(|error| error.to_string())
}

fn judge(row: &Row, knowledge: &Knowledge) -> Result<(), Failed> {
    let assessment = assessed(&row.file, knowledge)?;
    let fact = assessment
        .pointer(&format!("/facts/{}", row.fact))
        .cloned()
        .unwrap_or_default();
    if fits(row, &fact) {
        Ok(())
    } else {
        Err(format!("{} should be {}, is {fact}", row.fact, row.expected).into())
    }
}

/// Whether the fact is what the index says. A diagnosis in text only does not open the gate (README of the cases).
fn fits(row: &Row, fact: &Value) -> bool {
    let known = fact["status"] == "known";
    // What stands behind a semicolon is of the cards and verdicts, which have tests of their own.
    let expected = row.expected.split(';').next().unwrap_or_default().trim();
    if row.file.starts_with("text-only-or-local-code-D09") {
        return !known;
    }
    if matches!(expected, "not known" | "unreadable") {
        return !known;
    }
    let end = |name: &str| fact.get("range")?.get(name)?.as_f64();
    let number = |text: &str| text.parse::<f64>().ok();
    if let Some(high) = expected.strip_prefix('<').and_then(number) {
        return known && end("high") == Some(high);
    }
    match number(expected) {
        Some(number) => known && fact["value"].as_f64() == Some(number),
        None => known && fact["value"] == expected,
    }
}

/// What a registry-style patient says, and what follows from it.
fn registry(knowledge: &Knowledge) -> Result<(), Failed> {
    let assessment = assessed(&format!("{REGISTRY}.json"), knowledge)?;
    let expected = fs::read_to_string(folder().join(format!("{REGISTRY}.expected.json")))?;
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&expected)?;
    let mut faults = Vec::new();
    for (fact, expected) in expected.iter().filter(|(fact, _)| *fact != "verdicts") {
        let is = assessment.get("facts").and_then(|facts| facts.get(fact));
        let value = is.and_then(|is| is.get("value"));
        let written = expected
            .as_str()
            .map(str::to_owned)
            .unwrap_or(expected.to_string());
        // What stands in brackets is the detail, for a person.
        let word = written.split(" (").next().unwrap_or_default();
        let fits = match word.parse::<f64>() {
            Ok(number) => value.and_then(Value::as_f64) == Some(number),
            Err(_) => value.and_then(Value::as_str) == Some(word),
        };
        if !fits {
            faults.push(format!("{fact} should be {written}, is {is:?}"));
        }
    }
    let options = assessment
        .get("options")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for (option, verdict) in expected
        .get("verdicts")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let is = options.iter().find(|is| is["id"] == option.as_str());
        if is.is_none_or(|is| is["verdict"] != *verdict) {
            faults.push(format!("{option} should be {verdict}"));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n  ").into())
    }
}
