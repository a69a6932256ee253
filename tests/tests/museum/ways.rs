//! What each way in says of each chart, and where they part.

use crate::calls::asked;
use crate::exhibits::Exhibit;
use acceptance::program;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a chart with records of more than one patient is refused.
const OF_SEVERAL: &str = "records of several patients";
/// The ways in; the others are held against the first.
pub(crate) const WAYS: [&str; 5] = ["assess", "posted", "prefetched", "pulled", "screened"];
/// What each way in says of each chart.
pub(crate) struct Ways {
    said: BTreeMap<(&'static str, String), Result<Value, String>>,
}

impl Ways {
    /// Takes every chart through every way in.
    pub(crate) fn of(exhibits: &Arc<Vec<Exhibit>>) -> Result<Self, String> {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("museum");
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        let binary = program::built(&dir, "museum-program").map_err(|error| error.to_string())?;
        let mut said = BTreeMap::new();
        for exhibit in exhibits.iter() {
            let path = dir.join(format!("{}.json", exhibit.patient));
            std::fs::write(&path, exhibit.whole()).map_err(|error| error.to_string())?;
        }
        said.extend(asked(&binary, &dir, exhibits)?);
        // The service knows the day by its clock.
        let answers = said
            .values()
            .filter_map(|said: &Result<Value, String>| said.as_ref().ok());
        let mut days = answers.filter_map(|answer| Some(answer["asOf"].as_str()?.to_owned()));
        let as_of = days.next().ok_or("no answer with a day")?;
        said.extend(assessed(&binary, &dir, exhibits, &as_of)?);
        said.extend(screened(&binary, &dir, exhibits, &as_of)?);
        Ok(Self { said })
    }

    /// Where the ways in part, and from what.
    pub(crate) fn differences(&self, exhibit: &Exhibit) -> Vec<String> {
        let said = |way| self.said.get(&(way, exhibit.patient.clone()));
        let view = |way| match said(way) {
            Some(Ok(assessment)) => view(assessment, exhibit),
            // Who names the patient is told of another one, and who does not, of several.
            Some(Err(refusal)) if refusal.contains("patient") => {
                BTreeMap::from([("refused".to_owned(), OF_SEVERAL.to_owned())])
            }
            Some(Err(refusal)) => BTreeMap::from([("refused".to_owned(), refusal.clone())]),
            None => BTreeMap::from([("said".to_owned(), "nothing".to_owned())]),
        };
        let first = view("assess");
        let mut faults = Vec::new();
        // A Bundle or an outcome is what one search was answered with: taken apart it would be another chart.
        let ways = if exhibit.of_search { 2 } else { WAYS.len() };
        for way in WAYS.into_iter().take(ways).skip(1) {
            // In a population a record of nobody may be anybody's, and one of another patient is that patient's.
            let of_several = first.get("refused").is_some_and(|why| why == OF_SEVERAL);
            if way == "screened" && (exhibit.ownerless || of_several) {
                continue;
            }
            let other = view(way);
            let keys: BTreeSet<&String> = first.keys().chain(other.keys()).collect();
            for key in keys {
                let (one, two) = (first.get(key), other.get(key));
                if one != two {
                    let shown = |text: Option<&String>| text.map_or("nothing", String::as_str).to_owned();
                    faults.push(format!("{key}: assess {}, {way} {}", shown(one), shown(two)));
                }
            }
        }
        faults
    }
}

/// What is compared: all that is concluded, and what could not be used, without the place in a list.
fn view(assessment: &Value, exhibit: &Exhibit) -> BTreeMap<String, String> {
    let mut view = BTreeMap::new();
    // A row of a population says `not-known` where the assessment says why in its facts.
    let gate = assessment["gate"].to_string().replace("not-known", "no-pnet");
    view.insert("gate".to_owned(), gate.clone());
    if gate.contains("no-pnet") {
        // Nothing else is asked for then.
        let pnet = &assessment["facts"]["pnet"];
        view.insert(
            "fact pnet".to_owned(),
            format!("{} {}", pnet["status"], pnet["evidence"]),
        );
        return view;
    }
    view.insert("grade".to_owned(), assessment["grade"]["candidates"].to_string());
    for fact in assessment["facts"].as_object().into_iter().flatten() {
        let (id, report) = fact;
        let parts = [
            "status", "value", "range", "reason", "gap", "unit", "evidence", "unread", "shown", "older",
        ];
        let said: Vec<String> = parts.iter().map(|part| report[*part].to_string()).collect();
        view.insert(format!("fact {id}"), said.join(" "));
    }
    for option in assessment["options"].as_array().into_iter().flatten() {
        view.insert(format!("option {}", option["id"]), option["verdict"].to_string());
    }
    // A line that is no record has the number of the line, and an entry that of the entry.
    for part in ["problems", "notRead"].iter().filter(|_| !exhibit.broken) {
        let found = assessment[*part].as_array().into_iter().flatten();
        let mut found: Vec<String> = found.map(|one| placeless(&one.to_string())).collect();
        found.sort();
        view.insert((*part).to_owned(), found.join("; "));
    }
    view
}

/// `entry 7` and `entry 2` are the same in two lists.
fn placeless(text: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("entry ") {
        made += before;
        made += "entry";
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    made + rest
}

/// Which way in said what of which patient.
pub(crate) type Said = Vec<((&'static str, String), Result<Value, String>)>;

/// `assess` of all files at once: an assessment each, and at the end why there is none of some.
fn assessed(binary: &Path, dir: &Path, exhibits: &[Exhibit], as_of: &str) -> Result<Said, String> {
    let files: Vec<String> = exhibits
        .iter()
        .map(|exhibit| format!("{}.json", exhibit.patient))
        .collect();
    let output = program::command(binary)
        .current_dir(dir)
        .args(["assess", "--as-of", as_of, "--format", "json"])
        .args(&files)
        .output()
        .map_err(|error| error.to_string())?;
    let mut said = of_stream(&output.stdout, "assess")?;
    let faults = String::from_utf8_lossy(&output.stderr).into_owned();
    for exhibit in exhibits {
        let start = format!("{}.json: ", exhibit.patient);
        if let Some(fault) = faults.lines().find_map(|line| line.split_once(&start)) {
            said.push((("assess", exhibit.patient.clone()), Err(fault.1.to_owned())));
        }
    }
    Ok(said)
}

fn of_stream(stdout: &[u8], way: &'static str) -> Result<Said, String> {
    serde_json::Deserializer::from_slice(stdout)
        .into_iter::<Value>()
        .map(|assessment| {
            let assessment = assessment.map_err(|error| error.to_string())?;
            let subject = assessment["subject"].as_str().unwrap_or_default();
            let patient = subject.trim_start_matches("Patient/").to_owned();
            Ok(((way, patient), Ok(assessment)))
        })
        .collect()
}

/// `screen` of the charts as files of lines. What is skipped may be anybody's, and a drug of another chart may have the same
/// id, so a chart with such a line is a population of its own.
fn screened(binary: &Path, dir: &Path, exhibits: &[Exhibit], as_of: &str) -> Result<Said, String> {
    for exhibit in exhibits {
        let one_line = |resource: &[u8]| String::from_utf8_lossy(resource).replace(['\n', '\r'], " ");
        let lines: Vec<String> = exhibit
            .resources
            .iter()
            .map(|(_, resource)| one_line(resource))
            .collect();
        let file = dir.join(format!("{}.ndjson", exhibit.patient));
        std::fs::write(&file, lines.join("\n")).map_err(|error| error.to_string())?;
    }
    let all: Vec<&str> = exhibits.iter().map(|exhibit| exhibit.patient.as_str()).collect();
    let (_, faults) = screen(binary, dir, &all, as_of)?;
    let drugged = |patient: &str| {
        let mut exhibits = exhibits.iter().filter(|exhibit| exhibit.patient == patient);
        exhibits.any(|exhibit| exhibit.of_type("Medication").next().is_some())
    };
    let (alone, together): (Vec<&str>, Vec<&str>) = all
        .into_iter()
        .partition(|patient| faults.contains(&format!(" {patient}.ndjson:")) || drugged(patient));
    let (mut said, _) = screen(binary, dir, &together, as_of)?;
    for patient in alone {
        let (found, fault) = screen(binary, dir, &[patient], as_of)?;
        if found.is_empty() {
            said.push((("screened", patient.to_owned()), Err(fault)));
        }
        said.extend(found);
    }
    Ok(said)
}

/// One run: the rows, and what stands on standard error.
fn screen(binary: &Path, dir: &Path, patients: &[&str], as_of: &str) -> Result<(Said, String), String> {
    let output = program::command(binary)
        .current_dir(dir)
        .args(["screen", "--as-of", as_of, "--format", "ndjson"])
        .args(patients.iter().map(|patient| format!("{patient}.ndjson")))
        .output()
        .map_err(|error| error.to_string())?;
    let found = of_stream(&output.stdout, "screened")?;
    Ok((found, String::from_utf8_lossy(&output.stderr).into_owned()))
}
