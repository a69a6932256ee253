//! The museum: what public reports and real styles showed, taken through every way in. A chart that was prefetched, pulled,
//! assessed from a file, posted or screened says the same, and what cannot be used is named in the same words.

#![expect(clippy::indexing_slicing, reason = "a member that JSON has not is null")]

use acceptance::corpus::{Row, bundle, bytes, ends, rows, values};
use acceptance::scripted_fhir::{ScriptedFhir, Seen, Step, fhir};
use acceptance::{here, program};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Why a chart with records of more than one patient is refused.
const OF_SEVERAL: &str = "records of several patients";
/// Fewer rows than this would mean that the museum was cut.
const AT_LEAST: usize = 300;

/// A chart as it comes: resources, each as its bytes.
struct Exhibit {
    name: String,
    kind: String,
    /// The patient's id, another one in each chart.
    patient: String,
    resources: Vec<(String, Vec<u8>)>,
    /// Whether a Bundle, an outcome or something of no type is among them.
    of_search: bool,
    /// Whether something in it is no JSON.
    broken: bool,
    /// Whether something in it is not said to be this patient's.
    ownerless: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        let trials = vec![Trial::test("every way in says the same", || Ok(()))];
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    let exhibits = match exhibits() {
        Ok(exhibits) => Arc::new(exhibits),
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let ways = match Ways::of(&exhibits) {
        Ok(ways) => Arc::new(ways),
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", table(&exhibits, &ways));
    let count = exhibits.len();
    let mut trials = vec![Trial::test("the museum is whole", move || match count {
        AT_LEAST.. => Ok(()),
        few => Err(format!("{few} charts, at least {AT_LEAST} expected").into()),
    })];
    for index in 0..count {
        let (exhibits, ways) = (Arc::clone(&exhibits), Arc::clone(&ways));
        let Some(exhibit) = exhibits.get(index) else {
            continue;
        };
        trials.push(Trial::test(exhibit.name.clone(), move || {
            let faults = exhibits.get(index).map(|exhibit| ways.differences(exhibit));
            match faults.unwrap_or_default() {
                faults if faults.is_empty() => Ok(()),
                faults => Err(Failed::from(faults.join("\n  "))),
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Rows by kind, and how many differ between the ways in.
fn table(exhibits: &[Exhibit], ways: &Ways) -> String {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for exhibit in exhibits {
        let (rows, differ) = kinds.entry(&exhibit.kind).or_default();
        *rows += 1;
        *differ += usize::from(!ways.differences(exhibit).is_empty());
    }
    let mut text = format!(
        "museum: {} charts, ways in: {}\n",
        exhibits.len(),
        WAYS.join(", ")
    );
    for (kind, (rows, differ)) in kinds {
        text += &format!("museum: {kind}: {rows} charts, {differ} differ\n");
    }
    text
}

/// The museum's rows and the cases of styles, each with a patient of its own and, where it has no diagnosis, a PNET with
/// liver metastases.
fn exhibits() -> Result<Vec<Exhibit>, String> {
    let mut all = Vec::new();
    for row in ends(rows(&here().join("corpus"))?) {
        let Some(kind) = row
            .kind
            .clone()
            .filter(|_| row.as_of.is_none() && row.patient.is_none())
        else {
            continue;
        };
        let resources = resources(&row)?;
        all.push((row.name, kind, resources));
    }
    let folder = here().join("cases/data");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| error.to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|is| is == "json"))
        .filter(|path| !path.to_string_lossy().contains("expected"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let bundle: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        let resources = entries
            .iter()
            .map(|entry| entry["resource"].to_string().into_bytes());
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        all.push((
            name,
            "styles of registries and hospitals".to_owned(),
            resources.collect(),
        ));
    }
    Ok(all
        .into_iter()
        .enumerate()
        .map(|(index, (name, kind, resources))| Exhibit::new(name, kind, format!("m{index}"), &resources))
        .collect())
}

fn resources(row: &Row) -> Result<Vec<Vec<u8>>, String> {
    if !row.entries.is_empty() {
        return Ok(row.entries.iter().map(|entry| bytes(entry)).collect());
    }
    let values = values(row)?;
    Ok(values
        .iter()
        .map(|value| value.get().as_bytes().to_vec())
        .collect())
}

impl Exhibit {
    fn new(name: String, kind: String, patient: String, resources: &[Vec<u8>]) -> Self {
        let old = whose(resources);
        let renamed = |resource: &Vec<u8>| renamed(resource, &old, &patient);
        let mut resources: Vec<(String, Vec<u8>)> = resources
            .iter()
            .map(renamed)
            .map(|resource| (type_of(&resource), resource))
            .collect();
        let has = |wanted: &str| {
            let quoted = format!("\"{wanted}\"");
            resources
                .iter()
                .any(|(_, resource)| String::from_utf8_lossy(resource).contains(&quoted))
        };
        let (has_patient, has_condition) = (has("Patient"), has("Condition"));
        if !has_patient {
            let json = json!({"resourceType": "Patient", "id": patient, "birthDate": "1961-03-04"});
            resources.push(("Patient".to_owned(), json.to_string().into_bytes()));
        }
        if !has_condition {
            for (id, fact) in [("base-pnet", "pnet"), ("base-liver", "liver-metastases")] {
                let system = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
                let json = json!({"resourceType": "Condition", "id": id, "recordedDate": "2024-02-03",
                    "subject": {"reference": format!("Patient/{patient}")},
                    "code": {"coding": [{"system": system, "code": fact}]}});
                resources.push(("Condition".to_owned(), json.to_string().into_bytes()));
            }
        }
        let of_search = resources
            .iter()
            .any(|(kind, _)| matches!(kind.as_str(), "Bundle" | "OperationOutcome" | ""));
        let is_json =
            |(_, resource): &(String, Vec<u8>)| serde_json::from_slice::<&RawValue>(resource).is_ok();
        let reference = format!("Patient/{patient}");
        let is_owned = |(kind, resource): &(String, Vec<u8>)| {
            matches!(kind.as_str(), "Patient" | "Medication" | "") || has_text(resource, &reference)
        };
        Self {
            name,
            kind,
            patient,
            ownerless: !resources.iter().all(is_owned),
            broken: !resources.iter().all(is_json),
            resources,
            of_search,
        }
    }

    fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a (String, Vec<u8>)> {
        self.resources.iter().filter(move |(kind, _)| kind == wanted)
    }

    /// What a search for a type answers: a Bundle or an outcome as it is, else those of the type.
    fn answer(&self, kind: &str) -> Vec<u8> {
        let is_here =
            |is: &str| is == kind || (kind == "Observation" && !SEARCHED.contains(&is) && is != "Patient");
        let here = self.resources.iter().filter(|(is, _)| is_here(is));
        let included = |is: &str| !is.is_empty() && is != kind;
        let entries = here.map(|(is, resource)| match included(is) {
            true => [resource.as_slice(), br#","search":{"mode":"include"}"#].concat(),
            false => resource.clone(),
        });
        bundle(&entries.collect::<Vec<_>>())
    }
}

fn has_text(resource: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(resource).contains(text)
}

/// Whose chart it is: who is referred to.
fn whose(resources: &[Vec<u8>]) -> String {
    let all = resources.concat();
    let text = String::from_utf8_lossy(&all);
    let id = text
        .split("Patient/")
        .nth(1)
        .and_then(|rest| rest.split(['"', '/', '|']).next());
    id.unwrap_or("p").to_owned()
}

/// The same chart of a patient with another id.
fn renamed(resource: &[u8], old: &str, new: &str) -> Vec<u8> {
    let is_of =
        |next: Option<&u8>| next.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-._".contains(byte));
    let mut made = Vec::new();
    let mut rest = resource;
    while !rest.is_empty() {
        let reference = format!("Patient/{old}");
        if rest.starts_with(reference.as_bytes()) && is_of(rest.get(reference.len())) {
            made.extend(format!("Patient/{new}").bytes());
            rest = rest.get(reference.len()..).unwrap_or_default();
            continue;
        }
        made.extend(rest.first());
        rest = rest.get(1..).unwrap_or_default();
    }
    if !matches!(type_of(&made).as_str(), "Patient" | "Bundle") {
        return made;
    }
    let text = String::from_utf8_lossy(&made).into_owned();
    let id = |space: &str| text.replace(&format!("\"id\":{space}\"{old}\""), &format!("\"id\": \"{new}\""));
    match text.contains("\"id\": ") {
        true => id(" ").into_bytes(),
        false => id("").into_bytes(),
    }
}

/// The first type that the bytes name; empty where that is not to be seen.
fn type_of(resource: &[u8]) -> String {
    let text = String::from_utf8_lossy(resource);
    let after = text
        .split("\"resourceType\"")
        .nth(1)
        .map(|rest| rest.trim_start_matches([':', ' ', '"']));
    let kind = after.and_then(|rest| rest.split('"').next());
    kind.unwrap_or_default().to_owned()
}

const WAYS: [&str; 5] = ["assess", "posted", "prefetched", "pulled", "screened"];
const SEARCHED: [&str; 8] = [
    "Condition",
    "DiagnosticReport",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Procedure",
    "Observation",
];

/// What each way in says of each chart.
struct Ways {
    said: BTreeMap<(&'static str, String), Result<Value, String>>,
}

impl Ways {
    fn of(exhibits: &Arc<Vec<Exhibit>>) -> Result<Self, String> {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("museum");
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        let program = program::built(&dir, "museum-program").map_err(|error| error.to_string())?;
        let mut said = BTreeMap::new();
        for exhibit in exhibits.iter() {
            let path = dir.join(format!("{}.json", exhibit.patient));
            std::fs::write(&path, whole(exhibit)).map_err(|error| error.to_string())?;
        }
        said.extend(asked(&program, &dir, exhibits)?);
        // The service knows the day by its clock.
        let answers = said
            .values()
            .filter_map(|said: &Result<Value, String>| said.as_ref().ok());
        let mut days = answers.filter_map(|answer| Some(answer["asOf"].as_str()?.to_owned()));
        let as_of = days.next().ok_or("no answer with a day")?;
        said.extend(assessed(&program, &dir, exhibits, &as_of)?);
        said.extend(screened(&program, &dir, exhibits, &as_of)?);
        Ok(Self { said })
    }

    /// Where the ways in part, and from what.
    fn differences(&self, exhibit: &Exhibit) -> Vec<String> {
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

/// All of a chart as one file.
fn whole(exhibit: &Exhibit) -> Vec<u8> {
    let resources: Vec<Vec<u8>> = exhibit
        .resources
        .iter()
        .map(|(_, resource)| resource.clone())
        .collect();
    bundle(&resources)
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

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PNET_CDS_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

type Said = Vec<((&'static str, String), Result<Value, String>)>;

/// `assess` of all files at once: an assessment each, and at the end why there is none of some.
fn assessed(program: &Path, dir: &Path, exhibits: &[Exhibit], as_of: &str) -> Result<Said, String> {
    let files: Vec<String> = exhibits
        .iter()
        .map(|exhibit| format!("{}.json", exhibit.patient))
        .collect();
    let output = command(program)
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
fn screened(program: &Path, dir: &Path, exhibits: &[Exhibit], as_of: &str) -> Result<Said, String> {
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
    let (_, faults) = screen(program, dir, &all, as_of)?;
    let drugged = |patient: &str| {
        let mut exhibits = exhibits.iter().filter(|exhibit| exhibit.patient == patient);
        exhibits.any(|exhibit| exhibit.of_type("Medication").next().is_some())
    };
    let (alone, together): (Vec<&str>, Vec<&str>) = all
        .into_iter()
        .partition(|patient| faults.contains(&format!(" {patient}.ndjson:")) || drugged(patient));
    let (mut said, _) = screen(program, dir, &together, as_of)?;
    for patient in alone {
        let (found, fault) = screen(program, dir, &[patient], as_of)?;
        if found.is_empty() {
            said.push((("screened", patient.to_owned()), Err(fault)));
        }
        said.extend(found);
    }
    Ok(said)
}

/// One run: the rows, and what stands on standard error.
fn screen(program: &Path, dir: &Path, patients: &[&str], as_of: &str) -> Result<(Said, String), String> {
    let output = command(program)
        .current_dir(dir)
        .args(["screen", "--as-of", as_of, "--format", "ndjson"])
        .args(patients.iter().map(|patient| format!("{patient}.ndjson")))
        .output()
        .map_err(|error| error.to_string())?;
    let found = of_stream(&output.stdout, "screened")?;
    Ok((found, String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// A Bundle that is posted, a call that brings everything, and one that brings nothing.
fn asked(program: &Path, dir: &Path, exhibits: &Arc<Vec<Exhibit>>) -> Result<Said, String> {
    let theirs = Arc::clone(exhibits);
    let answered: Mutex<BTreeSet<String>> = Mutex::default();
    let server =
        ScriptedFhir::start(move |_, seen| answer(&theirs, &answered, seen)).map_err(|e| e.to_string())?;
    let base = |exhibit: &Exhibit| format!("http://{}/{}", server.address(), exhibit.patient);
    let bases: Vec<String> = exhibits.iter().map(base).collect();
    let service = Service::start(program, dir, &bases)?;
    let mut said = Vec::new();
    for exhibit in exhibits.iter() {
        let call = |prefetch: Vec<u8>| {
            let head = json!({
                "hook": "patient-view",
                "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                "fhirServer": base(exhibit),
                "context": {"userId": "Practitioner/1", "patientId": exhibit.patient},
            });
            let mut call = head.to_string().into_bytes();
            call.pop();
            [call, prefetch, b"}".to_vec()].concat()
        };
        let id = exhibit.patient.clone();
        said.push((("posted", id.clone()), service.post(&whole(exhibit))));
        said.push((("prefetched", id.clone()), service.post(&call(prefetch(exhibit)))));
        said.push((("pulled", id), service.post(&call(Vec::new()))));
    }
    Ok(said)
}

/// Everything that discovery asks for; the first template of a type brings all of the type.
fn prefetch(exhibit: &Exhibit) -> Vec<u8> {
    let templates = pnet_cds::hooks::templates::templates(fhir_profiles::Codes::embedded());
    let mut made = br#","prefetch":{"#.to_vec();
    let mut brought: BTreeSet<String> = BTreeSet::new();
    for (index, template) in templates.iter().enumerate() {
        let kind = template
            .query
            .split(['?', '/'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let value = match exhibit.of_type("Patient").next() {
            Some((_, patient)) if kind == "Patient" => patient.clone(),
            _ if brought.insert(kind.clone()) => exhibit.answer(&kind),
            _ => b"null".to_vec(),
        };
        let comma = if index == 0 { "" } else { "," };
        made.extend(format!("{comma}\"{}\":", template.key).bytes());
        made.extend(value);
    }
    made.push(b'}');
    made
}

/// The chart's own server: everything of a type in answer to the first search for it.
fn answer(exhibits: &[Exhibit], answered: &Mutex<BTreeSet<String>>, seen: &Seen) -> Vec<Step> {
    let path = seen
        .target
        .split('?')
        .next()
        .unwrap_or_default()
        .trim_end_matches("/_search");
    let mut parts = path.trim_start_matches('/').split('/');
    let (patient, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(exhibit) = exhibits.iter().find(|exhibit| exhibit.patient == patient) else {
        return fhir::status(404, "");
    };
    let patients = exhibit.of_type("Patient").next();
    let body = match patients {
        Some((_, patient)) if kind == "Patient" => patient.clone(),
        _ if answered.lock().is_ok_and(|mut all| all.insert(path.to_owned())) => exhibit.answer(kind),
        _ => bundle(&[]),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/fhir+json\r\n\r\n",
        body.len()
    );
    vec![Step::Send([head.into_bytes(), body].concat())]
}

/// A running service that may read these servers; ends when dropped.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(program: &Path, dir: &Path, servers: &[String]) -> Result<Self, String> {
        let config = dir.join("settings.toml");
        let settings = format!(
            "server.listen = \"127.0.0.1:0\"\nserver.management_listen = \"127.0.0.1:0\"\nstore.url = \"sqlite::memory:\"\n\
             auth.mode = \"open\"\nfhir.deadline = \"8 s\"\nserver.request_deadline = \"10 s\"\n[[clients]]\n\
             issuer = \"https://ehr.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = {servers:?}\n"
        );
        std::fs::write(&config, settings).map_err(|error| error.to_string())?;
        let mut child = command(program)
            .args(["serve", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        lines.read_line(&mut first).map_err(|error| error.to_string())?;
        let address = first
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split([';', ' ', '/', '\n']).next())
            .ok_or_else(|| format!("not started: {first}"))?
            .to_owned();
        std::thread::spawn(move || lines.lines().for_each(drop));
        Ok(Self { child, address })
    }

    /// What `/assessment` answers, or the words of its refusal.
    fn post(&self, body: &[u8]) -> Result<Value, String> {
        let text = self.send(body).map_err(|error| format!("no answer: {error}"))?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
        let json: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        match head.split(' ').nth(1) {
            Some("200") => Ok(json),
            _ => Err(json["issue"][0]["details"]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned()),
        }
    }

    fn send(&self, body: &[u8]) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let head = format!(
            "POST /assessment HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
