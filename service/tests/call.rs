//! `pnet-cds call` against a running service: what it sends, shows, keeps and sends again.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::binary::{pnet_cds, printed};
use common::{Service, demo, start};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

const ISSUER: &str = "https://ehr.example.org";

fn base(service: &Service) -> String {
    format!("http://{}", service.address)
}

fn call(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().arg("call").args(arguments).output().unwrap())
}

fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("call-{}-{name}", std::process::id()));
    drop(std::fs::remove_file(&path));
    path
}

#[test]
fn a_patient_of_the_demo_is_called_for_with_what_discovery_asks_for() {
    let (service, kept) = (demo(), scratch("kept.json"));
    let to = base(&service);
    let (code, out, told) = call(&[
        "--patient",
        "sparse-chart",
        "--to",
        &to,
        "--save",
        kept.to_str().unwrap(),
    ]);
    assert_eq!((code, told.as_str()), (0, ""), "{out}");
    for line in [
        &format!("{to}/cds-services: 3 services"),
        &format!("prefetch from {to}/sandbox/fhir"),
        "  patient        Patient",
        &format!("POST {to}/cds-services/pnet-liver-metastases"),
        "  \"hook\": \"patient-view\",",
        "    \"patient\": \"Patient\",",
    ] {
        assert!(
            out.lines().any(|printed| printed == line),
            "{line} is not in\n{out}"
        );
    }
    assert!(
        out.contains("\n200 in ") && out.contains(", X-Request-Id "),
        "{out}"
    );
    assert!(!out.contains("token claims"), "nobody signs: {out}");

    let request: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
    let asked = service.get("/cds-services").json();
    for key in asked["services"][0]["prefetch"].as_object().unwrap().keys() {
        assert!(request["prefetch"][key]["resourceType"].is_string(), "{key}");
    }
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o077, 0);

    let cards = service.hook(&request).cards();
    assert!(cards.len() > 1);
    for card in &cards {
        let summary = card["summary"].as_str().unwrap();
        assert!(
            out.lines().any(|line| line.ends_with(summary)),
            "{summary} is not in\n{out}"
        );
    }
    let (code, again, _) = call(&["--replay", kept.to_str().unwrap(), "--to", &to]);
    assert_eq!(code, 0);
    assert!(again.contains(&format!("{} cards\n", cards.len())), "{again}");
    assert!(again.contains(request["hookInstance"].as_str().unwrap()));
    let (code, assessed, _) = printed(pnet_cds().arg("assess").arg(&kept).output().unwrap());
    assert_eq!(code, 0);
    assert!(assessed.contains("Patient/sparse-chart"), "{assessed}");
}

#[test]
fn without_prefetch_the_service_reads_the_server_itself() {
    let service = demo();
    let to = base(&service);
    let (code, out, _) = call(&["--patient", "sparse-chart", "--to", &to, "--no-prefetch"]);
    assert_eq!(code, 0);
    assert!(!out.contains("prefetch") && out.contains(" cards\n"), "{out}");
}

#[test]
fn orders_go_with_the_hooks_on_orders_and_each_is_selected() {
    let (service, file) = (demo(), scratch("order.json"));
    let order = json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/portal-vein-thrombosis"}, "code": {"text": "TACE"}});
    std::fs::write(&file, order.to_string()).unwrap();
    let (to, file) = (base(&service), file.to_str().unwrap().to_owned());
    let fixed = [
        "--patient",
        "portal-vein-thrombosis",
        "--to",
        &to,
        "--orders",
        &file,
    ];
    let (code, out, told) = call(&fixed);
    assert_eq!((code, told.as_str()), (0, ""));
    assert!(
        out.contains("/cds-services/pnet-order-sign") && out.contains("  warning  "),
        "{out}"
    );
    let (code, out, _) = call(&[&fixed[..], &["--service", "pnet-order-select"]].concat());
    assert_eq!(code, 0);
    assert!(
        out.contains("\"ServiceRequest/draft-1\"") && out.contains("  warning  "),
        "{out}"
    );
    let (code, _, told) = call(&["--patient", "x", "--to", &to, "--service", "pnet-order-sign"]);
    assert_eq!(code, 2);
    assert!(told.contains("needs --orders"), "{told}");
}

#[test]
fn a_new_key_is_made_registered_and_admitted() {
    let key = scratch("key.pem");
    let set = PathBuf::from(format!("{}.jwks.json", key.display()));
    drop(std::fs::remove_file(&set));
    let key = key.to_str().unwrap().to_owned();
    let make = ["--new-key", key.as_str(), "--issuer", ISSUER];
    let (code, entry, told) = call(&make);
    assert_eq!((code, told.as_str()), (0, ""));
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o077, 0);
    let (code, _, told) = call(&make);
    assert_eq!(code, 2, "an older key is not replaced: {told}");

    let records = demo();
    let fhir = format!("{}/sandbox/fhir", base(&records));
    let service = start(&format!("{entry}fhir_servers = [\"{fhir}\"]\n"));
    let to = base(&service);
    let asked = ["--patient", "sparse-chart", "--to", &to, "--fhir", &fhir];
    let (code, out, told) = call(&[&asked[..], &["--key", &key, "--issuer", ISSUER]].concat());
    assert_eq!((code, told.as_str()), (0, ""), "{out}");
    for part in [
        "token claims\n",
        &format!("\"iss\": \"{ISSUER}\""),
        &format!("\"aud\": \"{to}/cds-services/pnet-liver-metastases\""),
        " cards\n",
    ] {
        assert!(out.contains(part), "{part} is not in\n{out}");
    }
    let token = std::fs::read_to_string(&key).unwrap();
    assert!(
        !out.contains(token.lines().nth(1).unwrap()) && !out.contains("Bearer"),
        "{out}"
    );

    let (code, _, told) = call(&asked);
    assert_eq!(code, 1);
    assert!(told.contains("401"), "discovery asks for a token too: {told}");
    let abroad = [
        "--key",
        &key,
        "--issuer",
        ISSUER,
        "--audience",
        "https://cds.example.org",
    ];
    assert_eq!(
        call(&[&asked[..], &abroad].concat()).0,
        1,
        "signed for another service"
    );
}

#[test]
fn an_access_token_goes_out_and_is_neither_shown_nor_kept() {
    let (service, kept, token) = (demo(), scratch("with-token.json"), scratch("token"));
    std::fs::write(&token, "s3cret-of-the-server\n").unwrap();
    let to = base(&service);
    let (code, out, told) = call(&[
        "--patient",
        "sparse-chart",
        "--to",
        &to,
        "--token-file",
        token.to_str().unwrap(),
        "--save",
        kept.to_str().unwrap(),
    ]);
    assert_eq!((code, told.as_str()), (0, ""), "{out}");
    assert!(out.contains("\"fhirAuthorization\": \"not shown\""), "{out}");
    let kept = std::fs::read_to_string(&kept).unwrap();
    for text in [&out, &kept] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert!(!kept.contains("fhirAuthorization"));
}

#[test]
fn what_is_not_there_is_said_and_ends_with_1_or_2() {
    let service = demo();
    let to = base(&service);
    for (arguments, code, part) in [
        (&["--patient", "nobody"][..], 1, "412: "),
        (&["--patient", "a b"], 2, "--patient: expected the id"),
        (
            &["--patient", "x", "--service", "pnet"],
            2,
            "expected one of pnet-liver-metastases",
        ),
        (
            &["--patient", "x", "--fhir", "http://fhir.example.org"],
            2,
            "--fhir `http://fhir.example.org`",
        ),
        (&["--replay", "no-such-file"], 2, "no-such-file: "),
        (
            &["--patient", "x", "--key", "no-such-file", "--issuer", "x"],
            2,
            "no-such-file: ",
        ),
        (&[], 2, "--patient <ID>"),
    ] {
        let (ended, out, told) = call(&[arguments, &["--to", &to]].concat());
        assert_eq!(ended, code, "{arguments:?}: {out}{told}");
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    let (code, _, told) = call(&["--patient", "x", "--to", "http://127.0.0.1:9"]);
    assert_eq!(code, 1);
    assert!(told.contains("http://127.0.0.1:9/cds-services: "), "{told}");
}

#[test]
fn a_token_from_a_pipe_is_read_once_for_both_that_get_it() {
    let service = demo();
    let mut program = pnet_cds();
    program.args([
        "call",
        "--patient",
        "sparse-chart",
        "--token-file",
        "/dev/stdin",
        "--to",
        &base(&service),
    ]);
    program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    program.stdin.take().unwrap().write_all(b"s3cret\n").unwrap();
    let (code, out, told) = printed(program.wait_with_output().unwrap());
    assert_eq!((code, told.as_str()), (0, ""), "{out}");
    assert!(out.contains("\"fhirAuthorization\": \"not shown\""), "{out}");
}
