//! The requests of the suites: made from what the suites are made from, and those that they were seen to send.

use crate::common::{self, INSTANCE, WITH_PNET, searchset};
use crate::corpus;
use crate::mark::{MARK, Marking, marked, marked_body};
use cds_cards::vignettes::{self, words::Written};
use fhir_profiles::FactId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) const HOOK: &str = "/cds-services/pnet-liver-metastases";
const SELECT: &str = "/cds-services/pnet-order-select";
const SIGN: &str = "/cds-services/pnet-order-sign";
const BASE: &str = "https://pnet-cds.github.io/fhir/CodeSystem";

/// One request, marked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
}

/// Requests by where they come from, each once.
#[derive(Default)]
pub(crate) struct Requests(pub(crate) BTreeMap<String, BTreeSet<Request>>);

impl Requests {
    fn add(&mut self, from: &str, method: &str, target: &str, body: Vec<u8>) {
        let (method, target) = (method.to_owned(), target.to_owned());
        let of = self.0.entry(from.to_owned()).or_default();
        of.insert(Request { method, target, body });
    }

    /// A request with its texts marked in both ways.
    fn both(&mut self, from: &str, target: &str, body: &Value) {
        for marking in [Marking::Readable, Marking::Everything] {
            self.add(from, "POST", target, marked(body, "", marking).to_string().into());
        }
    }

    pub(crate) fn count(&self, from: &str) -> usize {
        self.0.get(from).map_or(0, BTreeSet::len)
    }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json_files(dir: &str) -> Vec<(String, Value)> {
    let files = std::fs::read_dir(here(dir))
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), value)
    };
    files.into_iter().map(read).collect()
}

/// What the suites' data make: `fhir_server` may be read, others may not.
pub(crate) fn of_data(fhir_server: &str) -> Requests {
    let mut requests = Requests::default();
    corpus_rows(&mut requests);
    charts_of_vignettes(&mut requests);
    examples(&mut requests);
    patients(&mut requests);
    orders(&mut requests);
    pulled(&mut requests, fhir_server);
    malformed(&mut requests);
    requests
}

/// Cases of every row of the reader's corpus; what is nested too deep for a value is left to [`malformed`].
fn corpus_rows(requests: &mut Requests) {
    for row in corpus::ends(corpus::rows(&here("../tests/corpus")).unwrap()) {
        let values = corpus::values(&row).unwrap();
        let chart = values
            .iter()
            .filter_map(|value| serde_json::from_str::<Value>(value.text()).ok());
        requests.both("corpus", "/assessment", &searchset(chart));
    }
}

/// Every vignette as a chart in our own codes, which gets cards.
fn charts_of_vignettes(requests: &mut Requests) {
    for (name, vignette) in vignettes::embedded().unwrap() {
        let readings = vignette.readings.values().flatten().enumerate();
        let observations = readings.flat_map(|(number, reading)| observations(number, reading));
        let request = json!({
            "hook": "patient-view", "hookInstance": INSTANCE,
            "context": {"userId": "Practitioner/1", "patientId": "p"},
            "prefetch": {
                "patient": {"resourceType": "Patient", "id": "p", "name": [{"family": name}]},
                "conditions": {"resourceType": "Bundle", "type": "searchset", "total": 0},
                "pathology": searchset(observations),
            },
        });
        requests.both("vignettes", HOOK, &request);
    }
}

fn observations(number: usize, reading: &Written) -> Vec<Value> {
    let fact = FactId::parse(&reading.fact).unwrap();
    let parts = reading.value.split(" | ").enumerate();
    let one = |(place, part): (usize, &str)| {
        let word = part.split(' ').next().unwrap_or_default();
        let mut observation = json!({
            "resourceType": "Observation", "id": format!("o{number}-{place}"), "status": "final",
            "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": format!("{BASE}/facts"), "code": reading.fact, "display": "said of them"}]},
            "note": [{"text": "a note"}],
        });
        let bound = ["<=", ">=", "<", ">"]
            .into_iter()
            .find(|sign| word.starts_with(sign));
        let number = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
        let range = word
            .split_once('-')
            .and_then(|(low, high)| Some((number(low)?, number(high)?)));
        let quantity = number(word.trim_start_matches(bound.unwrap_or_default()));
        if fact.word(word).is_some() {
            observation["valueCodeableConcept"] =
                json!({"coding": [{"system": format!("{BASE}/fact-values"), "code": word}], "text": word});
        } else if let Some((low, high)) = range {
            observation["valueRange"] = json!({"low": {"value": low}, "high": {"value": high}});
        } else if let Some(value) = quantity {
            observation["valueQuantity"] = json!({"value": value});
            if let Some(bound) = bound {
                observation["valueQuantity"]["comparator"] = bound.into();
            }
        } else {
            observation["valueString"] = part.into();
        }
        if let Some(date) = &reading.date {
            observation["effectiveDateTime"] = date.clone().into();
        }
        observation
    };
    parts.map(one).collect()
}

/// Every example of the profiles.
fn examples(requests: &mut Requests) {
    for (_, example) in json_files("../fhir-profiles/fsh-generated/resources") {
        if example.get("subject").is_some() {
            requests.both("examples", "/assessment", &searchset([example]));
        }
    }
}

/// Every bundled patient: whole, with a part that is not to be had, and with one of somebody else.
fn patients(requests: &mut Requests) {
    for (patient, chart) in json_files("demo/patients") {
        requests.both("patients", "/assessment", &chart);
        let request = common::prefetched(&patient);
        requests.both("patients", HOOK, &request);
        requests.both("patients", "/assessment", &request);
        for key in ["patient", "conditions", "pathology"] {
            let mut lacking = request.clone();
            lacking["prefetch"][key] = common::outcome("error");
            requests.both("patients", HOOK, &lacking);
        }
        let mut foreign = request.clone();
        foreign["context"]["patientId"] = "another".into();
        requests.both("patients", HOOK, &foreign);
    }
}

/// Every form of an order in the order table, to be selected and to be signed, and each option's own code for each patient.
fn orders(requests: &mut Requests) {
    let table = std::fs::read_to_string(here("../tests/ORDERS.md")).unwrap();
    let forms: Vec<(&str, Value)> = table.lines().filter_map(form).collect();
    let ours = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let ours = ours
        .map(|id| json!({"coding": [{"system": format!("{BASE}/treatments"), "code": id, "display": id}]}));
    let ours: Vec<(&str, Value)> = ours.map(|code| ("ServiceRequest", code)).collect();
    for (kind, code) in &forms {
        for (target, call) in ordering(WITH_PNET, &[(kind, code.clone())]) {
            requests.both("order forms", target, &call);
        }
    }
    for (patient, _) in json_files("demo/patients") {
        for (target, call) in ordering(&patient, &ours) {
            requests.both("orders of every option", target, &call);
        }
    }
}

/// The order in a row of the table.
fn form(line: &str) -> Option<(&str, Value)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    let (kind, form) = (cells.next()?, cells.next()?);
    let text = form.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let coded = form.strip_prefix('`').and_then(|rest| rest.split_once("` "));
    let code = match (text, coded) {
        (Some(text), _) => json!({ "text": text }),
        (_, Some((system, code))) => {
            json!({"coding": [{"system": system, "code": code}], "text": "as coded"})
        }
        _ => return None,
    };
    Some((kind, code))
}

fn ordering(patient: &str, orders: &[(&str, Value)]) -> [(&'static str, Value); 2] {
    let drafts = orders.iter().enumerate().map(|(number, (kind, code))| {
        let key = match *kind {
            "MedicationRequest" => "medicationCodeableConcept",
            _ => "code",
        };
        json!({
            "resourceType": kind, "id": format!("o{number}"), "status": "draft", "intent": "order",
            "subject": {"reference": format!("Patient/{patient}")}, key: code, "note": [{"text": "a note"}],
        })
    });
    let drafts = searchset(drafts);
    let names = orders.iter().enumerate();
    let names: Vec<String> = names
        .map(|(number, (kind, _))| format!("{kind}/o{number}"))
        .collect();
    [(SELECT, "order-select"), (SIGN, "order-sign")].map(|(target, hook)| {
        let mut call = common::prefetched(patient);
        call["hook"] = hook.into();
        call["context"]["draftOrders"] = drafts.clone();
        call["context"]["selections"] = names.clone().into();
        (target, call)
    })
}

/// Calls that leave the chart to be fetched.
fn pulled(requests: &mut Requests, fhir_server: &str) {
    let patient = format!("{MARK}-{WITH_PNET}");
    let mut call = json!({
        "hook": "patient-view", "hookInstance": INSTANCE, "fhirServer": fhir_server,
        "context": {"userId": format!("Practitioner/{MARK}"), "patientId": patient},
        "fhirAuthorization": {"access_token": MARK, "token_type": "Bearer", "expires_in": 300, "scope": MARK,
                              "subject": MARK, "patient": patient},
    });
    requests.add("pulled", "POST", HOOK, call.to_string().into());
    requests.add("pulled", "POST", "/assessment", call.to_string().into());
    call["fhirServer"] = format!("https://{MARK}.example.org/fhir").into();
    requests.add("pulled", "POST", HOOK, call.to_string().into());
}

/// Bodies that are none: broken off, of another shape, with keys twice, and with what could end a line of a log.
fn malformed(requests: &mut Requests) {
    let whole = common::prefetched(WITH_PNET);
    let text = marked(&whole, "", Marking::Readable).to_string();
    let mut bodies: Vec<String> = (0..40)
        .map(|part| text[..text.floor_char_boundary(text.len() * part / 40)].to_owned())
        .collect();
    for broken in [
        "{\"M\"",
        "[\"M\"]",
        "\"M\"",
        "{\"hook\": {\"M\": 1}}",
        "{\"M\": M}",
        "{\"hook\":\"M\",\"hook\":\"M\"}",
    ] {
        bodies.push(broken.replace('M', MARK));
    }
    for key in [
        "hook",
        "hookInstance",
        "fhirServer",
        "context",
        "prefetch",
        "fhirAuthorization",
    ] {
        for wrong in [
            json!(MARK),
            json!([MARK]),
            json!({MARK: MARK}),
            json!({"patientId": [MARK]}),
        ] {
            let mut call = marked(&whole, "", Marking::Readable);
            call[key] = wrong;
            bodies.push(call.to_string());
        }
    }
    for end in [
        "\n",
        "\r\n",
        "\u{2028}",
        "\u{2029}",
        "\u{85}",
        "\u{1b}[2J",
        "\u{0}",
    ] {
        let mut call = marked(&whole, "", Marking::Readable);
        call["context"]["userId"] =
            format!("Practitioner/{end}{{\"level\":\"ERROR\",\"message\":\"{MARK}\"}}").into();
        bodies.push(call.to_string());
        call["context"]["patientId"] = format!("{MARK}{end}{MARK}").into();
        bodies.push(call.to_string());
    }
    for body in bodies {
        for target in [
            HOOK,
            SIGN,
            "/assessment",
            "/cds-services/pnet-liver-metastases/feedback",
        ] {
            requests.add("malformed", "POST", target, body.clone().into());
        }
    }
}

/// What feedback says of a card, in each form that is taken, and in some that are not.
pub(crate) fn feedback(card: &str) -> Vec<Value> {
    let said = |more: Value| {
        let mut item =
            json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"});
        let fields = more.as_object().unwrap().clone();
        item.as_object_mut().unwrap().extend(fields);
        json!({"feedback": [item]})
    };
    let coding = json!({"code": "contraindicated", "system": "http://example.org/reasons", "display": MARK});
    let epic = "com.epic.cdshooks.feedback.overrideReason";
    vec![
        said(json!({"overrideReason": {"reason": coding, "userComment": MARK}})),
        said(
            json!({"overrideReasons": [{"reason": coding, "userComment": format!("{MARK}\n\u{2028}\u{1b}[2J")}]}),
        ),
        said(json!({"overrideReasons": {"userComment": MARK, "extension": {
            format!("{epic}.reasonCategory"): "45", format!("{epic}.reasonDisplay"): MARK, format!("{epic}.reasonTitle"): MARK}}})),
        said(json!({"outcome": "accepted", "acceptedSuggestions": [{"id": MARK}]})),
        said(json!({"outcome": MARK})),
        said(json!({"outcomeTimestamp": MARK})),
        said(json!({"overrideReason": {"reason": MARK}})),
    ]
}

/// What the suites were last seen to send, marked in both ways, by suite; nothing for those that have not run.
pub(crate) fn recorded(fhir_server: &str) -> Requests {
    let mut requests = Requests::default();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("requests");
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        let suite = path.file_name().unwrap().to_string_lossy().into_owned();
        if suite.starts_with("canary") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut rest = bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (one, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            rest = after;
            again(&mut requests, &suite, one, fhir_server);
        }
    }
    requests
}

fn again(requests: &mut Requests, suite: &str, request: &[u8], fhir_server: &str) {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return;
    };
    let mut line = head.lines().next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (line.next(), line.next()) else {
        return;
    };
    if method != "POST" || target.starts_with("/sandbox") {
        let (path, _) = target.split_once('?').unwrap_or((target, ""));
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        for target in [
            format!("{path}?{MARK}={MARK}"),
            format!("{parent}/{MARK}?x={MARK}"),
        ] {
            requests.add(suite, method, &target, Vec::new());
        }
        return;
    }
    let at = request
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .unwrap_or_default();
    let mut body = request[at + 4..].to_vec();
    if let Ok(mut call) = serde_json::from_slice::<Value>(&body)
        && call.get("fhirServer").is_some_and(Value::is_string)
    {
        // The servers of the suites are gone; ours has words in all its answers.
        call["fhirServer"] = fhir_server.into();
        body = call.to_string().into();
    }
    for marking in [Marking::Readable, Marking::Everything] {
        requests.add(suite, method, target, marked_body(&body, marking));
    }
}
