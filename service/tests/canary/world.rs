//! What is around the service: a FHIR server of marked patients, its files, and what every line that it prints has to be.

use crate::common::{self, searchset};
use crate::mark::{MARK, Marking, marked};
use crate::outside::{Got, http};
use serde_json::{Value, json};
use std::path::Path;

/// A FHIR server of marked patients that also fails in every way that has words in it.
pub(crate) fn fhir(got: &Got) -> Vec<u8> {
    const JSON: &str = "application/fhir+json";
    let target = got.target.trim_start_matches("/fhir/");
    let kind = target.split(['/', '?']).next().unwrap_or_default();
    let chart = common::chart(common::WITH_PNET);
    let of_kind = chart["entry"].as_array().unwrap().iter();
    let of_kind = of_kind.filter(|entry| entry["resource"]["resourceType"] == kind);
    let mut resources = of_kind.map(|entry| marked(&entry["resource"], "", Marking::Readable));
    match kind {
        "Patient" => http(200, JSON, &resources.next().unwrap().to_string()),
        "MedicationRequest" => http(500, "text/html", &format!("<p>{MARK}</p>")),
        "MedicationStatement" => {
            let issue = json!({"severity": "error", "code": "processing", "diagnostics": MARK});
            http(
                200,
                JSON,
                &json!({"resourceType": "OperationOutcome", "issue": [issue]}).to_string(),
            )
        }
        "Procedure" => {
            let mut page = searchset(resources);
            page["link"] = json!([{"relation": "next", "url": format!("http://{MARK}.example.org/next?patient={MARK}")}]);
            http(200, JSON, &page.to_string())
        }
        _ => http(200, JSON, &searchset(resources).to_string()),
    }
}

/// Every file in the directory of this one.
pub(crate) fn files_beside(path: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(&path).unwrap())
    };
    files.map(read).collect()
}

/// Checks that every line is one object, an event of ours.
pub(crate) fn check_lines(log: &str) {
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["timestamp", "level", "target", "service.version"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        let target = line["target"].as_str().unwrap();
        assert!(
            target.starts_with("pnet_cds") || target.starts_with("cds_cards"),
            "{line}"
        );
    }
}
