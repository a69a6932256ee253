//! No patient data leaves: requests of the whole suite, with a mark in every text, and none of it anywhere but in answers to
//! authenticated callers and in the audit.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod common;
mod outside;

use outside::{Answer, Got, Program, collector, http, place};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// What must not be found.
const MARK: &str = "PHI-CANARY";
const HOOK: &str = "/cds-services/pnet-liver-metastases";
/// Texts that decide what a record is: with a mark in them nothing would be read, so that nothing could leak.
const KEPT: [&str; 18] = [
    "resourceType",
    "system",
    "code",
    "hook",
    "hookInstance",
    "status",
    "comparator",
    "unit",
    "url",
    "fhirServer",
    "effectiveDateTime",
    "onsetDateTime",
    "birthDate",
    "recordedDate",
    "issued",
    "authoredOn",
    "start",
    "end",
];

/// How a text is marked.
#[derive(Clone, Copy, PartialEq)]
enum Marking {
    /// So that the record is still read.
    Readable,
    /// All of it.
    Everything,
}

/// The same JSON with a mark in its texts.
fn marked(value: &Value, key: &str, marking: Marking) -> Value {
    match value {
        Value::String(text) => mark(text, key, marking).into(),
        Value::Array(items) => items.iter().map(|item| marked(item, key, marking)).collect(),
        Value::Object(fields) => {
            let mark = |(key, value): (&String, &Value)| (key.clone(), marked(value, key, marking));
            Value::Object(fields.iter().map(mark).collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

fn mark(text: &str, key: &str, marking: Marking) -> String {
    match (marking, key) {
        (Marking::Everything, "hookInstance") => text.to_owned(),
        (Marking::Everything, _) => format!("{MARK}-{text}"),
        (_, "id" | "patientId" | "patient") => format!("{MARK}-{text}"),
        (_, "reference" | "userId") => match text.split_once('/') {
            Some((kind, id)) => format!("{kind}/{MARK}-{id}"),
            None => text.to_owned(),
        },
        (_, key) if KEPT.contains(&key) => text.to_owned(),
        _ => format!("{text} {MARK}"),
    }
}

fn json_files(dir: &str) -> Vec<Value> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect()
}

fn bundle(resources: impl IntoIterator<Item = Value>) -> Value {
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| json!({"resource": resource}))
        .collect();
    json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

/// Every chart of the reader's corpus, one a row; what the corpus writes in short is written out as far as is needed here.
fn corpus() -> Vec<Value> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let mut charts = Vec::new();
    for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let file: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        for row in file["row"].as_array().unwrap() {
            let chart = row["chart"].as_str().unwrap();
            let cases = row.get("cases").and_then(toml::Value::as_array);
            let case = cases.and_then(|cases| cases.first()?.as_array()?.first()?.as_str());
            let chart = chart.replace('$', case.unwrap_or("null"));
            let values = serde_json::Deserializer::from_str(&chart).into_iter::<Value>();
            charts.push(bundle(values.map_while(Result::ok).map(written_out)));
        }
    }
    charts
}

fn written_out(mut resource: Value) -> Value {
    let Some(fields) = resource.as_object_mut() else {
        return resource;
    };
    let mut default = |key: &str, value: Value| {
        fields.entry(key).or_insert(value);
    };
    default("resourceType", "Observation".into());
    default("status", "final".into());
    default("subject", json!({"reference": "Patient/p"}));
    default("id", "r".into());
    for value in fields.values_mut() {
        let Some(code) = value.as_str().and_then(|text| text.strip_prefix("@loinc ")) else {
            continue;
        };
        let code = code.split(' ').next().unwrap_or_default();
        *value =
            json!({"coding": [{"system": "http://loinc.org", "code": code, "display": "d"}], "text": "t"});
    }
    resource
}

/// A FHIR server of marked patients that also fails in every way that has words in it.
fn fhir(got: &Got) -> Vec<u8> {
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
            let mut page = bundle(resources);
            page["link"] = json!([{"relation": "next", "url": format!("http://{MARK}.example.org/next?patient={MARK}")}]);
            http(200, JSON, &page.to_string())
        }
        _ => http(200, JSON, &bundle(resources).to_string()),
    }
}

/// Everything that a service was seen to give out, by where.
struct Seen(Vec<(String, Vec<u8>)>);

impl Seen {
    fn add(&mut self, place: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.to_owned(), bytes.into()));
    }

    /// The head of an answer, and the body of an error.
    fn note(&mut self, what: &str, answer: &Answer) {
        self.add(&format!("head of {what}"), answer.head.clone());
        if answer.status != 200 {
            self.add(&format!("{} to {what}", answer.status), answer.body.clone());
        }
    }

    /// Where the mark is, with what stands around it.
    fn marked(&self) -> Vec<String> {
        let with_mark = self.0.iter().filter_map(|(place, bytes)| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let at = text.find(MARK)?;
            let from = text.floor_char_boundary(at.saturating_sub(80));
            Some(format!(
                "{place}: {}",
                &text[from..text.ceil_char_boundary((at + 80).min(text.len()))]
            ))
        });
        with_mark.collect()
    }
}

fn files_beside(path: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(&path).unwrap())
    };
    files.map(read).collect()
}

/// The requests that others tests send, marked in both ways.
fn requests(fhir_server: &str) -> Vec<(&'static str, String)> {
    let mut requests = Vec::new();
    let mut both = |path: &'static str, request: &Value| {
        for marking in [Marking::Readable, Marking::Everything] {
            requests.push((path, marked(request, "", marking).to_string()));
        }
    };
    for chart in json_files("demo/patients") {
        both("/assessment", &chart);
    }
    for patient in [
        "insulinoma-debulking",
        "pancreatic-adenocarcinoma",
        "prrt-krenning-4",
        "sparse-chart",
    ] {
        let request = common::prefetched(patient);
        both(HOOK, &request);
        both("/assessment", &request);
        for key in ["patient", "conditions", "pathology"] {
            let mut lacking = request.clone();
            lacking["prefetch"][key] = common::outcome("error");
            both(HOOK, &lacking);
        }
        // Of somebody else.
        let mut foreign = request.clone();
        foreign["context"]["patientId"] = "another".into();
        both(HOOK, &foreign);
    }
    for chart in corpus() {
        both("/assessment", &chart);
    }
    for example in json_files("../fhir-profiles/fsh-generated/resources") {
        if example.get("subject").is_some() {
            both("/assessment", &bundle([example]));
        }
    }
    let mut pulled = json!({
        "hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": fhir_server,
        "context": {"userId": format!("Practitioner/{MARK}"), "patientId": format!("{MARK}-{}", common::WITH_PNET)},
        "fhirAuthorization": {"access_token": MARK, "token_type": "Bearer", "expires_in": 300, "scope": MARK,
                              "subject": MARK, "patient": format!("{MARK}-{}", common::WITH_PNET)},
    });
    requests.push((HOOK, pulled.to_string()));
    pulled["fhirServer"] = format!("https://{MARK}.example.org/fhir").into();
    requests.push((HOOK, pulled.to_string()));
    for broken in [
        "{\"PHI-CANARY\"",
        "[\"PHI-CANARY\"]",
        "\"PHI-CANARY\"",
        "{\"hook\": {\"PHI-CANARY\": 1}}",
    ] {
        requests.push((HOOK, broken.to_owned()));
        requests.push(("/assessment", broken.to_owned()));
    }
    requests
}

fn feedback(card: &str) -> String {
    let answer = json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z",
        "overrideReason": {"reason": {"code": "contraindicated", "system": "http://example.org/reasons", "display": MARK},
                           "userComment": MARK}});
    json!({"feedback": [answer]}).to_string()
}

fn check_log(log: &str) {
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

#[test]
fn l1_no_patient_data_leaves_but_in_answers_and_audit() {
    let (collector, fhir) = (collector(), outside::Server::start(fhir));
    let (store, audit) = (place("store.sqlite"), place("audit.ndjson"));
    let fhir_server = format!("http://{}/fhir", fhir.address);
    let settings = |more: &str| {
        format!(
            "demo.enabled = true\nfhir.deadline = \"5 s\"\nserver.request_deadline = \"30 s\"\n\
             telemetry.log = \"json\"\ntelemetry.log_level = \"trace\"\ntelemetry.otlp_endpoint = \"http://{}\"\n\
             store.url = \"sqlite:{}\"\naudit.sink = \"file:{}\"\n{more}\n\
             [[clients]]\nissuer = \"https://ehr.example.org\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [\"{fhir_server}\"]\n",
            collector.address,
            store.display(),
            audit.display(),
        )
    };
    // Whatever these say, it is the settings that count.
    let loud = [
        ("RUST_LOG", "trace"),
        ("OTEL_LOG_LEVEL", "trace"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
    ];
    let open = Program::start_with(&settings("auth.mode = \"open\""), &loud);
    let mut seen = Seen(Vec::new());
    let (mut cards, mut ids) = (String::new(), Vec::new());
    let headers = format!(
        "Content-Type: application/json\r\nbaggage: patient={MARK}\r\ntracestate: x={MARK}\r\nUser-Agent: {MARK}\r\n\
         traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: not {MARK}\r\n"
    );
    for (path, body) in requests(&fhir_server) {
        let answer = open.send("POST", path, &headers, body.as_bytes());
        seen.note(path, &answer);
        if path == HOOK && answer.status == 200 {
            let json: Value = serde_json::from_str(&answer.body).unwrap();
            let sent = json["cards"].as_array().unwrap().iter();
            ids.extend(sent.map(|card| card["uuid"].as_str().unwrap().to_owned()));
            cards.push_str(&answer.body);
        }
    }
    for card in ids
        .iter()
        .map(String::as_str)
        .chain([MARK, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"])
    {
        seen.note(
            "feedback",
            &open.post(&format!("{HOOK}/feedback"), &feedback(card)),
        );
    }
    for path in [
        format!("/cds-services/{MARK}"),
        format!("/{MARK}"),
        format!("/sandbox/fhir/Patient/{MARK}"),
        format!("/sandbox/fhir/Condition?patient={MARK}"),
        format!("/health/live?{MARK}"),
    ] {
        for method in ["GET", "POST"] {
            seen.note(
                "a path",
                &open.send(method, &path, "Content-Type: application/json\r\n", b"{}"),
            );
        }
    }
    seen.add("metrics", open.metrics());
    let (out, log, _) = open.end();
    // The same program with callers that have to show a token.
    let required = Program::start_with(&settings("auth.mode = \"required\""), &loud);
    let part = |json: Value| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json.to_string())
    };
    let claims = json!({"iss": "https://ehr.example.org", "sub": MARK, "jti": MARK, "aud": MARK, "exp": 1, "iat": 1, "tenant": MARK});
    let header = json!({"alg": "ES384", "typ": "JWT", "kid": MARK, "jku": format!("https://{MARK}/")});
    for token in [
        MARK.to_owned(),
        format!("{}.{}.{MARK}", part(header), part(claims)),
    ] {
        let headers = format!("Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n");
        let answer = required.send("POST", HOOK, &headers, feedback(MARK).as_bytes());
        assert_eq!(answer.status, 401);
        seen.note("a refused caller", &answer);
    }
    seen.add("metrics", required.metrics());
    let (more_out, more_log, _) = required.end();
    check_log(&log);
    check_log(&more_log);
    for (place, text) in [
        ("stdout", out),
        ("stderr", log.clone()),
        ("stdout", more_out),
        ("stderr", more_log),
    ] {
        seen.add(place, text);
    }
    let exported = collector.got();
    for got in &exported {
        seen.add(&got.target, got.body.clone());
    }
    for (path, bytes) in files_beside(&store) {
        seen.add(&path, bytes);
    }
    assert_eq!(seen.marked(), Vec::<String>::new());

    // The check can fail: everything that it looks at is there, and the mark went through the service.
    let all: Vec<u8> = exported.iter().flat_map(|got| got.body.clone()).collect();
    let all = String::from_utf8_lossy(&all);
    for name in [
        "POST /cds-services/{id}",
        "cds.hook",
        "cds.assess",
        "cds.render",
        "cds.store",
        "fhir.query",
        "cds.verdicts",
        "answered",
        "pulled",
    ] {
        assert_eq!(all.contains(name), name != "pulled", "{name}");
    }
    assert!(
        log.contains("\"trace_id\":\"") && log.contains("FHIR query") && log.contains("\"level\":\"DEBUG\"")
    );
    assert!(
        seen.0
            .iter()
            .any(|(place, bytes)| place.ends_with(".sqlite") && bytes.len() > 1000)
    );
    assert!(cards.contains(MARK), "no card speaks of a marked record");
    let audit = std::fs::read_to_string(&audit).unwrap();
    assert!(audit.contains(&format!("Patient/{MARK}-{}", common::WITH_PNET)));
    seen.add("a leak", format!("x {MARK} y"));
    assert_eq!(seen.marked(), ["a leak: x PHI-CANARY y"]);

    // A FHIR server gets the ids of the trace, and nothing that a caller put beside them.
    let asked = fhir.got();
    assert!(asked.len() > 5);
    for got in asked {
        assert!(got.head.contains("\ntraceparent: 00-"), "{}", got.head);
        assert!(
            !got.head.contains("baggage") && !got.head.contains("tracestate"),
            "{}",
            got.head
        );
        assert!(
            !got.head.contains("0af7651916cd43dd8448eb211c80319c"),
            "a trace that is not trusted goes on: {}",
            got.head
        );
    }
}
