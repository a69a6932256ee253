//! `pnet-cds screen report`: what rows come to, counted by hand here, with nobody in it unless that is asked for.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;
#[path = "common/export.rs"]
mod export;
#[path = "common/exported.rs"]
mod exported;

use binary::{pnet_cds, printed};
use export::export;
use exported::folder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().args(arguments).output().unwrap())
}

/// The rows of the bundled patients, in a file and read.
fn rows(name: &str) -> (PathBuf, Vec<Value>) {
    let dir = export(&format!("screen-report-{name}"));
    let path = dir.join("rows.out");
    let arguments = ["screen", "--as-of", "2026-11-23", "--format", "ndjson", "--out"];
    let (code, _, told) = run(&[&arguments[..], &[path.to_str().unwrap(), dir.to_str().unwrap()]].concat());
    assert_eq!(code, 0, "{told}");
    let text = fs::read_to_string(&path).unwrap();
    let rows = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (path, rows)
}

fn report(path: &Path, more: &[&str]) -> String {
    let (code, out, told) = run(&[&["screen", "report", path.to_str().unwrap()], more].concat());
    assert_eq!((code, told.as_str()), (0, ""));
    out
}

/// Counts of the strata of a column of a group of a MeasureReport.
fn strata(measure: &Value, group: &str, column: usize) -> BTreeMap<String, Option<u64>> {
    let groups = measure["group"].as_array().unwrap();
    let group = groups
        .iter()
        .find(|one| one["code"]["coding"][0]["code"] == group)
        .unwrap();
    let strata = group["stratifier"][column]["stratum"].as_array().unwrap();
    let of = |one: &Value| {
        let id = one["value"]["coding"][0]["code"].as_str().unwrap().to_owned();
        (id, one["population"][0]["count"].as_u64())
    };
    strata.iter().map(of).collect()
}

#[test]
fn what_is_counted_is_what_the_rows_say() {
    let (path, rows) = rows("counted");
    let text = report(&path, &["--format", "measure", "--smallest", "1"]);
    let measure: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(measure["resourceType"], "MeasureReport");
    assert_eq!(measure["period"]["start"], "2026-11-23");
    let passed: Vec<&Value> = rows.iter().filter(|row| row["gate"] == "passed").collect();
    let count = |of: &[&Value], is: &dyn Fn(&Value) -> bool| of.iter().filter(|row| is(row)).count() as u64;

    let gates = strata(&measure, "gate", 0);
    for gate in ["passed", "no-liver-metastases", "no-pnet", "not-known"] {
        let all: Vec<&Value> = rows.iter().collect();
        assert_eq!(
            gates[gate],
            Some(count(&all, &|row| row["gate"] == gate)),
            "{gate}"
        );
    }
    for (group, pointer) in [
        ("grade", "/grade/value"),
        ("stage-enets", "/stage/enets/value"),
        ("stage-ajcc7", "/stage/ajcc7/value"),
    ] {
        for (value, counted) in strata(&measure, group, 0) {
            let is = |row: &Value| match row.pointer(pointer) {
                Some(Value::String(found)) => found.replace(' ', "-") == value,
                _ => value == "not-determined",
            };
            assert_eq!(counted, Some(count(&passed, &is)), "{group} {value}");
        }
    }
    for (intent, counted) in strata(&measure, "intent", 0) {
        let is = |row: &Value| row["pathway"]["intent"]["value"] == intent.as_str();
        assert_eq!(counted, Some(count(&passed, &is)), "{intent}");
    }
    let places = [
        "named",
        "open",
        "given-now",
        "given-before",
        "against",
        "waiting",
        "not-now",
    ];
    let mut sum = 0;
    for (column, place) in places.iter().enumerate() {
        for (option, counted) in strata(&measure, "place", column) {
            let is = |row: &Value| {
                let all = row["pathway"]["places"].as_array().unwrap();
                all.iter()
                    .any(|one| one["option"] == option.as_str() && one["place"] == *place)
            };
            assert_eq!(counted, Some(count(&passed, &is)), "{option} {place}");
            sum += counted.unwrap();
        }
    }
    assert_eq!(sum, 19 * passed.len() as u64);
    let missing = strata(&measure, "missing", 0);
    assert!(missing.len() > 10, "{missing:?}");
    for (column, least) in [(1, "most"), (2, "least")] {
        for (fact, counted) in strata(&measure, "missing", column) {
            let is = |row: &Value| {
                let all = row["missing"].as_array().unwrap();
                all.iter()
                    .any(|one| one["fact"] == fact.as_str() && one["settles"][least].as_u64() > Some(0))
            };
            assert_eq!(counted, Some(count(&passed, &is)), "{fact} {least}");
        }
    }
    for (fact, counted) in missing {
        let is = |row: &Value| {
            let fact = &row["facts"][&fact];
            fact["status"] == "unknown" && fact["reason"] == "missing"
        };
        assert_eq!(counted, Some(count(&passed, &is)), "{fact}");
    }
}

/// The words of the groups of a Measure or MeasureReport, and how many columns each has.
fn groups(resource: &Value) -> Vec<(&Value, &Value, usize)> {
    let groups = resource["group"].as_array().unwrap().iter();
    groups
        .map(|group| {
            let code = &group["code"]["coding"][0]["code"];
            let columns = group["stratifier"].as_array().unwrap();
            (code, &group["code"]["text"], columns.len())
        })
        .collect()
}

#[test]
fn the_measure_that_is_answered_is_exported_with_the_same_groups() {
    let (path, rows) = rows("measure");
    let text = report(&path, &["--format", "measure"]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    let dir = folder("screen-report-knowledge");
    let (code, _, told) = run(&["knowledge", "export", dir.to_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    let text = fs::read_to_string(dir.join("Measure-population.json")).unwrap();
    let measure: Value = serde_json::from_str(&text).unwrap();
    let (url, version) = (&measure["url"], &measure["version"]);
    let named = format!("{}|{}", url.as_str().unwrap(), version.as_str().unwrap());
    assert_eq!(answer["measure"], named);
    assert_eq!(rows[0]["knowledge"]["version"], *version);
    assert_eq!(groups(&measure).len(), 7);
    let criteria = &measure["group"][1]["population"][0]["criteria"];
    assert_eq!(criteria["expression"], "\"Gate\" = 'passed'");
    let rules = fs::read_to_string(dir.join("PnetLiverMetastases.cql")).unwrap();
    assert!(rules.contains("define \"Gate\":"));
    assert_eq!(groups(&measure), groups(&answer));

    // Of nobody there is no version, and a day all the same.
    let none = dir.join("none");
    fs::write(&none, "").unwrap();
    let text = report(&none, &["--format", "measure"]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["measure"], *url);
    assert!(answer["period"]["start"].as_str().unwrap().starts_with("20"));
}

#[test]
fn few_are_hidden_and_nobody_is_named_unless_that_is_asked_for() {
    let (path, rows) = rows("hidden");
    for format in ["table", "html", "measure"] {
        let out = report(&path, &["--format", format]);
        for row in &rows {
            let subject = row["subject"].as_str().unwrap();
            assert!(!out.contains(subject), "{format}: {subject}");
        }
    }
    let measure: Value = serde_json::from_str(&report(&path, &["--format", "measure"])).unwrap();
    let mut masked = 0;
    for group in measure["group"].as_array().unwrap() {
        for stratifier in group["stratifier"].as_array().unwrap() {
            for stratum in stratifier["stratum"].as_array().unwrap() {
                let population = &stratum["population"][0];
                match population["count"].as_u64() {
                    Some(count) => assert!(count == 0 || count >= 10, "{stratum}"),
                    None => {
                        assert_eq!(population["_count"]["extension"][0]["valueCode"], "masked");
                        masked += 1;
                    }
                }
            }
        }
    }
    assert!(masked > 20, "{masked}");
    // Nineteen have liver metastases, and two have none: how many are left must not tell that.
    let text = report(&path, &[]);
    assert!(text.starts_with("A hidden number of patients, "), "{text}");
    assert!(text.contains("WHO grade (19)"), "{text}");
    assert!(text.contains("hidden\n") && !text.contains('<'), "{text}");
    let named = report(&path, &["--name-patients"]);
    let row = rows
        .iter()
        .find(|row| row["gate"] == "passed" && row["missing"][0]["settles"]["most"].as_u64() > Some(0));
    assert!(
        named.contains(row.unwrap()["subject"].as_str().unwrap()),
        "{named}"
    );
}

#[test]
fn neither_order_nor_difference_tells_of_few() {
    let (_, rows) = rows("order");
    let row = rows.iter().find(|row| row["gate"] == "passed").unwrap();
    let dir = folder("screen-report-order");
    let path = dir.join("rows");
    // In how many of 60 a fact is missing, and in how many recording it could settle an option.
    let facts = [
        ("gastrin", 60, 0),
        ("glucagon", 3, 0),
        ("insulin", 55, 0),
        ("ki67", 40, 25),
        ("age", 40, 36),
        ("ecog", 30, 30),
        ("diabetes", 7, 0),
    ];
    let mut text = String::new();
    for number in 0..60 {
        let mut row = row.clone();
        row["subject"] = format!("Patient/{number}").into();
        let missing = facts.iter().filter(|(_, missing, _)| number < *missing);
        row["facts"] = missing
            .map(|(fact, ..)| {
                (
                    (*fact).to_owned(),
                    serde_json::json!({"status": "unknown", "reason": "missing"}),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let may = facts.iter().filter(|(.., may)| number < *may);
        row["missing"] = may
            .map(|(fact, ..)| serde_json::json!({"fact": fact, "settles": {"least": 0, "most": 1}}))
            .collect();
        text.push_str(&format!("{row}\n"));
    }
    fs::write(&path, text).unwrap();
    let measure: Value = serde_json::from_str(&report(&path, &["--format", "measure"])).unwrap();
    let group = measure["group"].as_array().unwrap().last().unwrap();
    let column = |column: usize| -> Vec<(&str, Option<u64>)> {
        let strata = group["stratifier"][column]["stratum"].as_array().unwrap().iter();
        strata
            .map(|one| {
                let fact = one["value"]["coding"][0]["code"].as_str().unwrap();
                (fact, one["population"][0]["count"].as_u64())
            })
            .collect()
    };
    // 36 of 40 would tell of 4, and 55 of 60 of 5; what is hidden stands by its name behind what is shown.
    let missing = [
        ("ecog", Some(30)),
        ("ki67", Some(40)),
        ("gastrin", Some(60)),
        ("age", Some(40)),
        ("diabetes", None),
        ("glucagon", None),
        ("insulin", None),
    ];
    assert_eq!(column(0), missing);
    assert_eq!(
        column(1),
        [
            ("ecog", Some(30)),
            ("ki67", Some(25)),
            ("gastrin", Some(0)),
            ("age", None),
            ("diabetes", None),
            ("glucagon", None),
            ("insulin", Some(0))
        ]
    );
}

#[test]
fn a_page_has_its_pictures_and_needs_nothing_else() {
    let (path, _) = rows("page");
    let page = report(&path, &["--format", "html", "--smallest", "1"]);
    assert_eq!(page.matches("<svg ").count(), 7, "a picture a table");
    assert!(page.contains("class=\"bar\"") && page.contains("class=\"square\"") && !page.contains("hidden<"));
    for other in ["<script", "http://", "https://", "src=", "url("] {
        assert!(!page.contains(other), "{other}");
    }
}

#[test]
fn what_is_no_row_or_there_twice_is_told() {
    let dir = folder("screen-report-wrong");
    let (path, _) = rows("wrong");
    let twice = dir.join("twice");
    fs::write(&twice, fs::read_to_string(&path).unwrap().repeat(2)).unwrap();
    let (code, _, told) = run(&["screen", "report", twice.to_str().unwrap()]);
    assert!(
        code == 2 && told.contains("twice:23: a patient of whom there was a row before"),
        "{told}"
    );
    let other = dir.join("other");
    fs::write(&other, "patient,gate\n").unwrap();
    let (code, _, told) = run(&["screen", "report", other.to_str().unwrap()]);
    assert!(code == 2 && told.contains("other:1: no row"), "{told}");
    let none = dir.join("none");
    fs::write(&none, "").unwrap();
    assert!(report(&none, &[]).starts_with("0 patients"));
}
