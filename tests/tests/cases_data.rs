//! Small charts in the styles of registries, hospitals and laboratories, one row of `cases/data/index.csv` each: what is read
//! of them is what the index says; a whole patient of a German registry; and a whole patient of every other pack.

use acceptance::here;
use cds_cards::Knowledge;
use fhir_profiles::json::{Document, Fault};
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

/// Whole patients, each of the pack before its dash.
const PATIENTS: &[&str] = &["us-patient", "uk-patient", "drugs-patient", "who-patient"];

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
    trials.extend(PATIENTS.iter().map(|patient| {
        let knowledge = Arc::clone(&knowledge);
        Trial::test(*patient, move || whole("cases/packs", patient, &knowledge))
    }));
    trials.extend(PATIENTS.iter().map(|patient| {
        let knowledge = Arc::clone(&knowledge);
        Trial::test(format!("{patient} without its pack"), move || {
            without_pack(patient, &knowledge)
        })
    }));
    trials.push(Trial::test(REGISTRY, move || {
        whole("cases/data", REGISTRY, &knowledge)
    }));
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

fn assessed(file: &PathBuf, codes: &Codes, knowledge: &Knowledge) -> Result<Value, String> {
    let json = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let document: Document<'_> = json.parse().map_err(|error: Fault| error.to_string())?;
    let mut builder = ChartBuilder::new(None);
    builder.add(document.root());
    let chart = builder.finish().map_err(|error| error.to_string())?;
    let policy = ReadPolicy {
        as_of: date(2026, 11, 23),
        codes,
        closed_world: &BTreeSet::new(),
    };
    serde_json::to_value(cds_cards::assess(knowledge, &read(&chart, &policy)))
        .map_err(|error| error.to_string())
}

fn judge(row: &Row, knowledge: &Knowledge) -> Result<(), Failed> {
    let assessment = assessed(&folder().join(&row.file), Codes::embedded(), knowledge)?;
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

/// What a whole patient says, and what follows from it.
fn whole(folder: &str, patient: &str, knowledge: &Knowledge) -> Result<(), Failed> {
    let expected = expected(folder, patient)?;
    let file = here().join(folder).join(format!("{patient}.json"));
    let assessment = assessed(&file, Codes::embedded(), knowledge)?;
    let mut faults = fact_faults(&expected, &assessment);
    faults.extend(verdict_faults(&expected, &assessment));
    faults.extend(given_faults(&expected, &assessment));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n  ").into())
    }
}

/// A pack that is off is not read: something of its patient is then unknown that is known with it.
fn without_pack(patient: &str, knowledge: &Knowledge) -> Result<(), Failed> {
    let pack = patient.split('-').next().unwrap_or_default();
    let names: Vec<&str> = Codes::packs()
        .map(|(name, _)| name)
        .filter(|name| *name != pack)
        .collect();
    let codes = Codes::with_packs(&names).map_err(|faults| format!("{faults:?}"))?;
    let file = here().join("cases/packs").join(format!("{patient}.json"));
    let assessment = assessed(&file, &codes, knowledge)?;
    match fact_faults(&expected("cases/packs", patient)?, &assessment).len() {
        0 => Err(format!("every fact is read without the pack `{pack}`").into()),
        _ => Ok(()),
    }
}

type Expectations = serde_json::Map<String, Value>;

fn expected(folder: &str, patient: &str) -> Result<Expectations, String> {
    let file = here().join(folder).join(format!("{patient}.expected.json"));
    let json = fs::read_to_string(file).map_err(|error| error.to_string())?;
    serde_json::from_str(&json).map_err(|error| error.to_string())
}

fn fact_faults(expected: &Expectations, assessment: &Value) -> Vec<String> {
    let facts = expected
        .iter()
        .filter(|(fact, _)| !matches!(fact.as_str(), "verdicts" | "given" | "not given"));
    let fault = |(fact, expected): (&String, &Value)| {
        let is = assessment.get("facts").and_then(|facts| facts.get(fact));
        let value = is.and_then(|is| is.get("value"));
        let written = expected
            .as_str()
            .map(str::to_owned)
            .unwrap_or(expected.to_string());
        // What stands in brackets behind a word is the detail, for a person.
        let word = written.split(" (").next().unwrap_or_default();
        let fits = match word.parse::<f64>() {
            Ok(number) => value.and_then(Value::as_f64) == Some(number),
            Err(_) if word == "missing" => is.is_some_and(|is| is["reason"] == word),
            Err(_) if expected.is_array() => value == Some(expected),
            Err(_) if word.starts_with("(,") => is.is_some_and(|is| {
                let high = is.pointer("/range/high").and_then(Value::as_f64);
                high.is_some_and(|high| format!("(,{high})") == word)
            }),
            Err(_) => value.and_then(Value::as_str) == Some(word),
        };
        (!fits).then(|| format!("{fact} should be {written}, is {is:?}"))
    };
    facts.filter_map(fault).collect()
}

fn verdict_faults(expected: &Expectations, assessment: &Value) -> Vec<String> {
    let options = assessment
        .get("options")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let verdicts = expected.get("verdicts").and_then(Value::as_object);
    let fault = |(option, verdict): (&String, &Value)| {
        let is = options.iter().find(|is| is["id"] == option.as_str());
        is.is_none_or(|is| is["verdict"] != *verdict)
            .then(|| format!("{option} should be {verdict}"))
    };
    verdicts.into_iter().flatten().filter_map(fault).collect()
}

/// What was given, by agent or procedure, and whether it is so now.
fn given_faults(expected: &Expectations, assessment: &Value) -> Vec<String> {
    let given = assessment.pointer("/pathway/given").and_then(Value::as_array);
    let states: Vec<(&str, &str)> = given
        .into_iter()
        .flatten()
        .flat_map(|given| {
            let state = given["state"].as_str().unwrap_or_default();
            let agents = given["agents"].as_array().into_iter().flatten();
            agents.map(move |agent| (agent.as_str().unwrap_or_default(), state))
        })
        .collect();
    let wanted = expected.get("given").and_then(Value::as_object);
    let missed = wanted.into_iter().flatten().filter_map(|(agent, state)| {
        let is = (agent.as_str(), state.as_str().unwrap_or_default());
        (!states.contains(&is)).then(|| format!("{is:?} is not among {states:?}"))
    });
    let never = expected.get("not given").and_then(Value::as_array);
    let too_many = never.into_iter().flatten().filter_map(|agent| {
        let given = states.iter().any(|(given, _)| *agent == *given);
        given.then(|| format!("{agent} is given"))
    });
    missed.chain(too_many).collect()
}
