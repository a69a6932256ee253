//! `pnet-cds screen`, by running the binary over the bundled patients exported as FHIR Bulk Data.

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
use exported::demo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn assessments(text: &str) -> BTreeMap<String, Value> {
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|assessment| (assessment["subject"].as_str().unwrap().to_owned(), assessment))
        .collect()
}

#[test]
fn an_export_gives_each_patient_the_assessment_that_the_own_bundle_gives() {
    let dir = export("screen-export");
    let (code, out, told) = run(&[
        "screen",
        "--as-of",
        "2026-11-23",
        "--format",
        "ndjson",
        dir.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "{told}");
    let screened = assessments(&out);
    assert_eq!(screened.len(), demo().len(), "{told}");
    assert_eq!(out.lines().count(), screened.len());
    let mut passed = 0;
    for file in demo() {
        let file = file.to_str().unwrap();
        let (code, alone, told) = run(&["assess", "--as-of", "2026-11-23", "--format", "json", file]);
        assert_eq!(code, 0, "{told}");
        let alone: Value = serde_json::from_str(&alone).unwrap();
        let row = &screened[alone["subject"].as_str().unwrap()];
        for part in ["gate", "options", "missing", "discrepancies", "problems"] {
            if alone["gate"] != "no-pnet" {
                assert_eq!(row[part], alone[part], "{file}: {part}");
            }
        }
        assert_eq!(row["gate"], alone["gate"], "{file}");
        assert_eq!(row["programVersion"], env!("CARGO_PKG_VERSION"), "{file}");
        passed += usize::from(alone["gate"] == "passed");
    }
    assert!(passed > 10, "{passed} of the bundled patients pass the gate");
}

#[test]
fn clean_facts_of_an_export_come_to_what_the_export_does() {
    let dir = export("facts-export");
    let day = ["--as-of", "2026-11-23"];
    let clean = Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts.ndjson");
    let clean = clean.to_str().unwrap();
    let dir = dir.to_str().unwrap();
    let (code, out, told) = run(&[&["facts"], &day[..], &["--out", clean, dir]].concat());
    assert_eq!((code, out.as_str()), (0, ""), "{told}");
    let screened = |path: &str| {
        let (_, out, told) = run(&[&["screen", "--format", "ndjson"], &day[..], &[path]].concat());
        assert!(!out.is_empty(), "{told}");
        assessments(&out)
    };
    let (whole, again) = (screened(dir), screened(clean));
    assert!(again.len() > 15, "{}", again.len());
    let verdicts = |assessment: &Value| {
        let options = assessment["options"].as_array().unwrap().iter();
        options
            .map(|option| (option["id"].to_string(), option["verdict"].to_string()))
            .collect::<BTreeMap<_, _>>()
    };
    let places = |assessment: &Value| {
        let places = assessment["pathway"]["places"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        places
            .iter()
            .map(|place| (place["option"].to_string(), place["place"].to_string()))
            .collect::<BTreeMap<_, _>>()
    };
    for (subject, assessment) in &again {
        let known = &whole[subject];
        for system in ["enets", "ajcc7"] {
            let stages = |one: &Value| one["stage"][system]["candidates"].clone();
            assert_eq!(stages(known), stages(assessment), "{subject}");
        }
        assert_eq!(known["gate"], assessment["gate"], "{subject}");
        assert_eq!(
            known["grade"]["candidates"], assessment["grade"]["candidates"],
            "{subject}"
        );
        assert_eq!(verdicts(known), verdicts(assessment), "{subject}");
        assert_eq!(places(known), places(assessment), "{subject}");
    }
    let (code, table, _) = run(&[&["facts", "--format", "csv"], &day[..], &[dir]].concat());
    assert_eq!(code, 0);
    assert!(table.starts_with("patient,fact,value,low,"));
    let (_, lines, _) = run(&[&["facts", "--format", "json"], &day[..], &[dir]].concat());
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["asOf"], "2026-11-23");
    assert_eq!(first["facts"][0]["fact"], "age");
}

#[test]
fn bundles_of_one_and_of_several_patients_are_read_as_well() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screen-bundles");
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(&dir).unwrap();
    let mut all = Vec::new();
    for file in demo().iter().take(3) {
        let bundle: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        all.extend(bundle["entry"].as_array().unwrap().clone());
    }
    let several = serde_json::json!({"resourceType": "Bundle", "type": "collection", "entry": all});
    fs::write(dir.join("several.json"), several.to_string()).unwrap();
    fs::copy(&demo()[4], dir.join("one.json")).unwrap();
    let arguments = ["screen", "--as-of", "2026-11-23", "--format", "ndjson"];
    let (code, out, told) = run(&[&arguments[..], &[dir.to_str().unwrap()]].concat());
    assert_eq!((code, assessments(&out).len()), (0, 4), "{told}");
    let export = export("screen-bundles-export");
    let (_, whole, _) = run(&[&arguments[..], &[export.to_str().unwrap()]].concat());
    let whole = assessments(&whole);
    for (subject, row) in assessments(&out) {
        assert_eq!(row["options"], whole[&subject]["options"], "{subject}");
    }
}

#[test]
fn a_bad_record_is_told_with_its_line_and_never_ends_the_run() {
    let dir = export("screen-faults");
    let path = dir.join("Condition.ndjson");
    let good = fs::read_to_string(&path).unwrap();
    let (first, rest) = good.split_once('\n').unwrap();
    let bad = format!(
        "{first}\n{{\"resourceType\": \"Condition\", \"note\": \"PHI-CANARY\n\n[1, 2]\n{{\"resourceType\":\"Condition\",\"id\":\"PHI-CANARY\"}}\n\
         {{\"resourceType\":\"OperationOutcome\",\"issue\":[{{\"severity\":\"fatal\",\"code\":\"exception\"}}]}}\n{rest}"
    );
    fs::write(&path, bad).unwrap();
    fs::write(
        dir.join("Z.ndjson"),
        b"{\"resourceType\":\"Patient\",\"id\":\"last\"}\n\xff\n",
    )
    .unwrap();
    let rows = dir.join("rows.csv");
    let (code, out, told) = run(&["screen", dir.to_str().unwrap(), "--out", rows.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""), "{told}");
    for (place, what) in [
        ("Condition.ndjson:2: ", "no JSON at line 1, column"),
        ("Condition.ndjson:4: ", "no FHIR resource"),
        ("Condition.ndjson:5: ", "names no patient"),
        ("Condition.ndjson:6: ", "reports that the export failed"),
        ("Z.ndjson:2: ", "no JSON"),
    ] {
        assert!(
            told.lines()
                .any(|line| line.contains(place) && line.contains(what) && line.ends_with("skipped")),
            "{place}{what}\n{told}"
        );
    }
    assert!(!told.contains("PHI-CANARY"), "{told}");
    assert!(told.contains("5 records skipped"), "{told}");
    let rows = fs::read_to_string(rows).unwrap();
    assert_eq!(rows.lines().count(), 1 + demo().len() + 1, "{rows}");
    assert!(
        !rows.contains(",no-pnet,"),
        "a skipped record may be anybody's: {rows}"
    );
}

#[test]
fn nobody_is_cleared_after_looking_at_nothing() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screen-partial");
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(&dir).unwrap();
    let patient = |id: &str| format!("{{\"resourceType\":\"Patient\",\"id\":\"{id}\"}}");
    let condition = |id: &str, code: &str| {
        format!(
            "{{\"resourceType\":\"Condition\",\"id\":\"c-{id}\",\"subject\":{{\"reference\":\"Patient/{id}\"}},\"code\":{code}}}"
        )
    };
    let harmless = "{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/icd-10\",\"code\":\"I10\"}]}";
    let lines = [
        patient("without"),
        patient("broken"),
        condition("broken", "\"C25.4\""),
        patient("healthy"),
        condition("healthy", harmless),
    ];
    fs::write(dir.join("all.ndjson"), lines.join("\n")).unwrap();
    let paged = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{{\"relation\":\"next\",\"url\":\"x\"}}],\"entry\":[{{\"resource\":{}}},{{\"resource\":{}}}]}}",
        patient("paged"),
        condition("paged", harmless)
    );
    fs::write(dir.join("paged.json"), paged).unwrap();
    let (code, out, told) = run(&["screen", dir.to_str().unwrap()]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("of 1 nothing was looked at: "), "{told}");
    assert!(told.contains("the charts of 1 are incomplete"), "{told}");
    for (patient, gate) in [
        ("without", "not-known"),
        ("broken", "not-known"),
        ("paged", "not-known"),
        ("healthy", "no-pnet"),
    ] {
        let row = format!("Patient/{patient},{gate},");
        assert!(out.lines().any(|line| line.starts_with(&row)), "{row}\n{out}");
    }
    assert_eq!(run(&["screen", scratch_empty().to_str().unwrap()]).0, 2);
}

fn scratch_empty() -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screen-nobody.ndjson");
    fs::write(&file, "").unwrap();
    file
}

#[test]
fn a_table_has_a_column_an_option_and_says_nothing_of_what_was_not_looked_at() {
    let dir = export("screen-table");
    let (code, out, told) = run(&["screen", "--as-of", "2026-11-23", dir.to_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    let header: Vec<&str> = out.lines().next().unwrap().split(',').collect();
    let options = cds_cards::Knowledge::embedded().unwrap().options.len();
    assert_eq!(header.len(), 5 + options + 6);
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let row = |patient: &str| -> Vec<&str> {
        let line = out
            .lines()
            .find(|line| line.starts_with(&format!("Patient/{patient},")))
            .unwrap();
        line.split(',').collect()
    };
    let krenning = row("prrt-krenning-4");
    assert_eq!(krenning[column("gate")], "passed");
    assert_eq!(krenning[column("prrt")], "supported");
    // A row outlives the run.
    let made_by = ["as_of", "knowledge_version", "program_version"].map(|name| krenning[column(name)]);
    assert_eq!(made_by, ["2026-11-23", "2.0.0", env!("CARGO_PKG_VERSION")]);
    let adenocarcinoma = row("pancreatic-adenocarcinoma");
    assert_eq!(adenocarcinoma[column("gate")], "no-pnet");
    assert!(
        adenocarcinoma[2..24].iter().all(|cell| cell.is_empty()),
        "{adenocarcinoma:?}"
    );
}

#[test]
fn paths_that_lead_nowhere_end_with_2_before_anything_is_read() {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screen-empty");
    fs::create_dir_all(&empty).unwrap();
    let (code, out, told) = run(&["screen", "no-such-path", empty.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        told.contains("no-such-path: ") && told.contains("no .ndjson, .jsonl or .json file"),
        "{told}"
    );
}
