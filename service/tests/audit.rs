//! The audit: every decision and every query on record, or no answer where that is required.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests")]

mod common;
mod outside;

use common::binary::pnet_cds;
use common::ended;
use outside::{Got, Program, http, place};
use serde_json::{Value, json};
use std::path::Path;

const HOOK: &str = "/cds-services/pnet-liver-metastases";

fn settings(sink: &Path, more: &str) -> String {
    format!(
        "demo.enabled = true\naudit.sink = \"file:{}\"\n{more}\n",
        sink.display()
    )
}

fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The entities with this code of a type or role.
fn entities<'a>(event: &'a Value, part: &str, code: &str) -> Vec<&'a Value> {
    let all = event["entity"].as_array().unwrap().iter();
    all.filter(|entity| entity[part]["code"] == code).collect()
}

fn agent<'a>(event: &'a Value, code: &str) -> &'a Value {
    let mut all = event["agent"].as_array().unwrap().iter();
    all.find(|agent| agent["type"]["coding"][0]["code"] == code)
        .unwrap()
}

/// What every AuditEvent must have (FHIR R4), and the X-Request-Id as an entity (BALP).
fn is_whole(event: &Value, request_id: &str) {
    assert_eq!(event["resourceType"], "AuditEvent");
    assert_eq!(event["type"]["code"], "rest");
    assert!(event["subtype"][0]["code"].is_string());
    assert!(event["recorded"].as_str().unwrap().ends_with('Z'));
    assert!(["0", "4", "8"].contains(&event["outcome"].as_str().unwrap()));
    assert!(event["source"]["observer"]["display"].is_string());
    let agents = event["agent"].as_array().unwrap();
    assert!(
        agents.len() >= 2
            && agents
                .iter()
                .all(|agent| agent["requestor"].is_boolean() && agent["who"].is_object())
    );
    assert_eq!(
        agents.iter().filter(|agent| agent["requestor"] == true).count(),
        1,
        "{event}"
    );
    let transaction = entities(event, "type", "XrequestId");
    assert_eq!(transaction[0]["what"]["identifier"]["value"], request_id);
}

/// A server with one of the bundled patients and one search that fails.
fn fhir(got: &Got) -> Vec<u8> {
    let target = got.target.trim_start_matches("/fhir/");
    let kind = target.split(['/', '?']).next().unwrap_or_default();
    let chart = common::chart(common::WITH_PNET);
    let entries = chart["entry"].as_array().unwrap().iter();
    let mut entries = entries
        .filter(|entry| entry["resource"]["resourceType"] == kind)
        .cloned();
    let body = match kind {
        "Patient" => entries.next().unwrap()["resource"].clone(),
        "MedicationStatement" => return http(500, "text/plain", "x"),
        _ => json!({"resourceType": "Bundle", "type": "searchset", "entry": entries.collect::<Vec<_>>()}),
    };
    http(200, "application/fhir+json", &body.to_string())
}

#[test]
fn a1_a_decision_says_who_asked_what_and_what_was_answered() {
    let file = place("audit.ndjson");
    let program = Program::start(&settings(&file, ""));
    let body = common::prefetched(common::WITH_PNET).to_string();
    let headers = "Content-Type: application/json\r\nX-Request-Id: call-1\r\n";
    let answer = program.send("POST", HOOK, headers, body.as_bytes());
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("x-request-id: call-1"));
    let events = records(&file);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    is_whole(event, "call-1");
    assert_eq!(
        (&event["outcome"], &event["outcomeDesc"]),
        (&json!("0"), &json!("cards"))
    );
    assert_eq!(agent(event, "IRCP")["who"]["reference"], "Practitioner/1");
    assert_eq!(agent(event, "110153")["who"]["display"], "not authenticated");
    assert_eq!(agent(event, "110153")["network"]["address"], "127.0.0.1");
    let patients = entities(event, "role", "1");
    assert_eq!(
        patients[0]["what"]["reference"],
        format!("Patient/{}", common::WITH_PNET)
    );
    let knowledge = entities(event, "role", "4");
    assert_eq!(
        knowledge[0]["what"]["identifier"]["value"],
        "pnet-liver-metastases|2.0.0"
    );
    assert!(
        knowledge[0]["detail"][1]["valueString"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    assert!(knowledge.len() > 2, "the records behind the facts");
    let decision = entities(event, "role", "20")[0]["detail"]
        .as_array()
        .unwrap()
        .clone();
    let verdicts = decision
        .iter()
        .filter(|detail| detail["type"] == "verdict")
        .count();
    assert_eq!(verdicts, common::options());
    for card in serde_json::from_str::<Value>(&answer.body).unwrap()["cards"]
        .as_array()
        .unwrap()
    {
        let uuid = card["uuid"].as_str().unwrap();
        assert!(
            decision
                .iter()
                .any(|detail| detail["valueString"].as_str().unwrap().ends_with(uuid))
        );
    }
    // What the log says of the same call names nobody.
    let (_, log, _) = program.end();
    assert!(
        log.contains("call-1") && !log.contains(common::WITH_PNET),
        "{log}"
    );
}

#[test]
fn a1_each_query_to_a_fhir_server_is_on_record() {
    let server = outside::Server::start(fhir);
    let file = place("audit.ndjson");
    let base = format!("http://{}/fhir", server.address);
    let clients = format!(
        "fhir.deadline = \"5 s\"\nserver.request_deadline = \"30 s\"\nauth.mode = \"open\"\n[[clients]]\nissuer = \"i\"\n\
         jwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [\"{base}\"]\n"
    );
    let program = Program::start(&settings(&file, &clients));
    let request = json!({"hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": base,
        "context": {"userId": "Practitioner/1", "patientId": common::WITH_PNET}});
    let answer = program.send(
        "POST",
        HOOK,
        "Content-Type: application/json\r\nX-Request-Id: r\r\n",
        request.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events = records(&file);
    let (queries, decision) = (&events[..events.len() - 1], &events[events.len() - 1]);
    assert_eq!(decision["action"], "E");
    let asked = server.got().len();
    assert!(
        queries.len() > 8 && queries.len() <= asked,
        "{} {asked}",
        queries.len()
    );
    for query in queries {
        is_whole(query, "r");
        assert_eq!(
            entities(query, "role", "1")[0]["what"]["reference"],
            format!("Patient/{}", common::WITH_PNET)
        );
        let read = query["subtype"][0]["code"] == "read";
        assert_eq!(query["action"], if read { "R" } else { "E" });
        let (client, server) = if read {
            ("110152", "110153")
        } else {
            ("110153", "110152")
        };
        assert_eq!(agent(query, client)["who"]["display"], "pnet-cds");
        assert_eq!(agent(query, server)["who"]["display"], base.as_str());
        for one in [client, server] {
            assert!(agent(query, one)["network"]["address"].is_string());
        }
        if read {
            assert_eq!(
                entities(query, "role", "4")[0]["what"]["reference"],
                format!("Patient/{}", common::WITH_PNET)
            );
        } else {
            use base64::Engine;
            let text = entities(query, "role", "24")[0]["query"].as_str().unwrap();
            let text = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
            assert!(String::from_utf8(text).unwrap().starts_with(&format!("{base}/")));
        }
        let profile = &query["meta"]["profile"][0];
        assert_eq!(profile.is_string(), query["outcome"] == "0");
    }
    let failed: Vec<&Value> = queries.iter().filter(|query| query["outcome"] == "8").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["outcomeDesc"], "status-5xx");
}

/// A caller that is told nothing has had its patient looked at all the same.
#[test]
fn a1_a_call_whose_caller_goes_away_is_on_record() {
    use std::io::Write;
    use std::time::{Duration, Instant};
    let server = outside::Server::start(|got| {
        std::thread::sleep(Duration::from_secs(2));
        fhir(got)
    });
    let file = place("audit.ndjson");
    let base = format!("http://{}/fhir", server.address);
    let clients = format!(
        "audit.mode = \"required\"\nfhir.deadline = \"20 s\"\nserver.request_deadline = \"30 s\"\nauth.mode = \"open\"\n\
         [[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\nfhir_servers = [\"{base}\"]\n"
    );
    let program = Program::start(&settings(&file, &clients));
    let body = json!({"hook": "patient-view", "hookInstance": common::INSTANCE, "fhirServer": base,
        "context": {"userId": "Practitioner/1", "patientId": common::WITH_PNET}})
    .to_string();
    let mut stream = std::net::TcpStream::connect(program.address).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    // An answer that is never read turns the end of the connection into a reset.
    stream.peek(&mut [0]).unwrap();
    let length = body.len();
    let head = format!(
        "POST {HOOK} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Request-Id: gone-1\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while server.got().is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!server.got().is_empty(), "the FHIR server is asked");
    drop(stream);
    while records(&file).is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    let events = records(&file);
    let decision = events.last().unwrap();
    is_whole(decision, "gone-1");
    assert_eq!(
        (&decision["outcome"], &decision["outcomeDesc"]),
        (&json!("4"), &json!("gone"))
    );
    assert_eq!(
        entities(decision, "role", "1")[0]["what"]["reference"],
        format!("Patient/{}", common::WITH_PNET)
    );
    assert!(
        events[..events.len() - 1]
            .iter()
            .all(|query| query["outcomeDesc"] == "cut-off")
    );
    let (_, log, _) = program.end();
    assert!(log.contains("gone: the caller closed the connection"), "{log}");
}

#[test]
fn a1_refusals_are_on_record_with_what_is_known() {
    let file = place("audit.ndjson");
    let program = Program::start(&settings(&file, ""));
    let foreign = common::changed(common::WITH_PNET, |request| {
        request["context"]["patientId"] = "another".into()
    });
    assert_eq!(program.post(HOOK, &foreign.to_string()).status, 412);
    assert_eq!(program.post(HOOK, "{").status, 400);
    assert_eq!(program.send("GET", "/cds-services", "", b"").status, 200);
    let events = records(&file);
    let ends: Vec<(&Value, &Value)> = events
        .iter()
        .map(|event| (&event["outcome"], &event["outcomeDesc"]))
        .collect();
    assert_eq!(
        ends,
        [
            (&json!("4"), &json!("another-patient")),
            (&json!("4"), &json!("malformed-json"))
        ]
    );
    assert_eq!(
        entities(&events[0], "role", "1")[0]["what"]["reference"],
        "Patient/another"
    );

    let file = place("audit.ndjson");
    let client =
        "auth.mode = \"required\"\n[[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\n";
    let program = Program::start(&settings(&file, client));
    assert_eq!(program.post(HOOK, &foreign.to_string()).status, 401);
    program.end();
    let events = records(&file);
    assert_eq!(events[0]["outcomeDesc"], "unauthorized: no-token");
    // Nothing of what an unknown caller sends is believed or kept.
    assert!(entities(&events[0], "role", "1").is_empty());
}

#[test]
fn a1_nobody_without_a_token_fills_the_disk() {
    let file = place("audit.ndjson");
    let client =
        "auth.mode = \"required\"\n[[clients]]\nissuer = \"i\"\njwks_url = \"http://127.0.0.1:9/keys\"\n";
    let program = Program::start(&settings(&file, client));
    for _ in 0..40 {
        assert_eq!(program.post(HOOK, "{}").status, 401);
    }
    program.end();
    let events = records(&file);
    let told: u64 = events
        .iter()
        .map(|event| match event["outcomeDesc"].as_str().unwrap() {
            "unauthorized: no-token" => 1,
            _ => {
                let detail = &event["entity"][0]["detail"][0];
                assert_eq!(detail["type"], "no-token");
                assert!(event["period"]["start"].is_string());
                detail["valueString"].as_str().unwrap().parse().unwrap()
            }
        })
        .sum();
    // Every one is told of; if a minute ends meanwhile, there are two lots of records.
    assert_eq!(told, 40);
    assert!(events.len() <= 12, "{} records", events.len());
}

/// A disk that is full: `/dev/full`.
#[cfg(target_os = "linux")]
#[test]
fn a1_without_a_record_there_is_no_answer_unless_the_settings_say_so() {
    let body = common::prefetched(common::WITH_PNET).to_string();
    let full = Path::new("/dev/full");
    let required = Program::start(&settings(full, "audit.mode = \"required\""));
    for _ in 0..3 {
        let answer = required.post(HOOK, &body);
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(
            answer.body.contains("audit-unavailable") && !answer.body.contains("cards"),
            "{}",
            answer.body
        );
        assert!(answer.head.contains("retry-after"));
    }
    assert!((required.metric("cds_audit_failures_total", &[]) - 3.0).abs() < 0.1);
    assert_eq!(required.send("GET", "/health/live", "", b"").status, 200);
    let best = Program::start(&settings(full, "audit.mode = \"best-effort\""));
    let answer = best.post(HOOK, &body);
    assert!(answer.status == 200 && answer.body.contains("cards"));
    let mut failures = 0.0;
    for _ in 0..100 {
        failures = best.metric("cds_audit_failures_total", &[]);
        if failures > 0.5 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!((failures - 1.0).abs() < 0.1, "{failures}");
    let (_, log, _) = best.end();
    assert!(log.contains("audit records not written"), "{log}");
}

/// A folder stands where the file was: nothing can be written there, as on a volume that is full.
#[test]
fn a1_an_audit_that_takes_nothing_is_not_ready_where_it_is_required_and_comes_back_by_itself() {
    let body = common::prefetched(common::WITH_PNET).to_string();
    for (mode, degraded) in [("required", false), ("best-effort", true)] {
        let file = place(&format!("volume-{mode}"));
        let _ = std::fs::remove_file(&file);
        let _ = std::fs::remove_dir(&file);
        let program = Program::start(&settings(&file, &format!("audit.mode = \"{mode}\"")));
        let ready = || {
            let answer = program.send("GET", "/health/ready", "", b"");
            (answer.status, answer.body)
        };
        let until = |what: &str, holds: &dyn Fn() -> bool| {
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
            while !holds() {
                assert!(std::time::Instant::now() < deadline, "{what}: {:?}", ready());
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        };
        assert_eq!(ready(), (200, "{\"status\":\"ready\"}".to_owned()));
        let _ = std::fs::remove_file(&file);
        std::fs::create_dir(&file).unwrap();
        let answered = program.post(HOOK, &body).status;
        assert_eq!(answered, if degraded { 200 } else { 503 });
        if degraded {
            until("said", &|| {
                ready().1.contains("\"degraded\":[\"audit-unavailable\"]") && ready().0 == 200
            });
        } else {
            until("said", &|| {
                ready().1.contains("audit-unavailable") && ready().0 == 503
            });
        }
        std::fs::remove_dir(&file).unwrap();
        // Nobody calls, and yet it is there again.
        until("back", &|| ready() == (200, "{\"status\":\"ready\"}".to_owned()));
        assert_eq!(program.post(HOOK, &body).status, 200);
    }
}

#[test]
fn a_place_that_cannot_be_written_is_found_at_the_start() {
    let config = place("settings.toml");
    let text = "server.listen = \"127.0.0.1:0\"\nserver.management_listen = \"\"\nstore.url = \"sqlite::memory:\"\naudit.sink = \"file:/nowhere/audit\"\n";
    std::fs::write(&config, text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_pnet-cds"))
        .args([Path::new("serve"), Path::new("--config"), &config])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains("`audit.sink`: /nowhere/audit"),
        "{said}"
    );
}

#[test]
fn standard_output_holds_nothing_but_records() {
    let program = Program::start("demo.enabled = true\naudit.sink = \"stdout\"\n");
    let body = common::prefetched(common::WITH_PNET).to_string();
    assert_eq!(program.post(HOOK, &body).status, 200);
    let (out, log, _) = program.end();
    let events: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 1);
    assert!(log.contains("listens on"));
}

/// Ends with this code; what it printed, standard error last.
fn verified(arguments: &[&str], code: i32) -> String {
    ended(pnet_cds().args(["audit", "verify"]).args(arguments), code)
}

#[test]
fn a1_a_chain_of_records_shows_what_was_changed_taken_out_or_cut_off() {
    let (path, moved) = (place("audit.ndjson"), place("moved.ndjson"));
    let (name, old) = (path.display().to_string(), moved.display().to_string());
    let call = |program: &Program| {
        let body = common::prefetched(common::WITH_PNET).to_string();
        assert_eq!(program.post(HOOK, &body).status, 200);
    };
    // Over a restart, and over a file that is moved away.
    let settings = settings(&path, "audit.chain = true");
    let first = Program::start(&settings);
    call(&first);
    call(&first);
    first.end();
    let second = Program::start(&settings);
    call(&second);
    std::fs::rename(&path, &moved).unwrap();
    call(&second);
    call(&second);
    second.end();
    let whole = verified(&[&old, &name], 0);
    assert!(whole.starts_with("5 records, none changed"), "{whole}");
    let last = whole.trim_end().rsplit(' ').next().unwrap().to_owned();
    assert!(verified(&[&name], 0).contains("the first of which follows"));
    assert!(verified(&[&old, &name, "--has", &last], 0).contains(&last));
    assert!(
        verified(&[&name, &old], 1).contains("does not follow"),
        "in the wrong order"
    );
    // A record still is what it is without.
    assert_eq!(records(&moved)[0]["resourceType"], "AuditEvent");
    let text = std::fs::read_to_string(&moved).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let put = |text: String| std::fs::write(&moved, text).unwrap();
    put(text.replacen("\"outcome\":\"0\"", "\"outcome\":\"8\"", 1));
    assert!(verified(&[&old, &name], 1).contains(":1: it was changed"));
    put(format!("{}\n{}\n", lines[0], lines[2]));
    assert!(verified(&[&old, &name], 1).contains(":2: it does not follow"));
    put(format!("{text}{}\n", lines[2]));
    assert!(verified(&[&old], 1).contains(":4: it does not follow"));
    put(format!("{}\n{}\n", lines[0], lines[1]));
    assert!(
        verified(&[&old], 0).contains("2 records"),
        "a cut end shows only by what follows, or by a hash kept elsewhere"
    );
    assert!(verified(&[&old, "--has", &last], 1).contains("the end was cut off"));
}
