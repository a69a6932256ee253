//! `pnet-cds selfcheck`, by running the binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::binary::{pnet_cds, printed};
use common::{WITH_PNET, prefetched};
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = pnet_cds()
        .args(["selfcheck", "--as-of", "2026-11-23"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    printed(child.wait_with_output().unwrap())
}

fn patient(id: &str) -> String {
    format!("{}/demo/patients/{id}.json", env!("CARGO_MANIFEST_DIR"))
}

fn scratch(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn nothing_moves_in_a_bundle_or_a_request() {
    let request = scratch("selfcheck.request.json", &prefetched(WITH_PNET).to_string());
    let bundle = patient("sparse-chart");
    let (code, out, err) = run(&[&bundle, &request], "");
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(
        out.lines().all(|line| line.contains("nothing moved in ")),
        "{out}"
    );
}

#[test]
fn standard_input_is_read() {
    let text = std::fs::read_to_string(patient("nec-platinum")).unwrap();
    let (code, out, _) = run(&["-"], &text);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("-: nothing moved in "), "{out}");
}

#[test]
fn what_cannot_be_assessed_is_named_and_the_others_are_checked() {
    let broken = scratch("selfcheck.broken.json", "{\"resourceType\":\"Patient\"}");
    let (code, out, err) = run(&[&broken, "no-such-file.json", &patient("sparse-chart")], "");
    assert_eq!(code, 2);
    assert!(out.contains("nothing moved in "), "{out}");
    assert!(err.contains("selfcheck.broken.json: "), "{err}");
    assert!(err.contains("no-such-file.json: "), "{err}");
}

#[test]
fn nothing_of_the_chart_is_printed() {
    let text = std::fs::read_to_string(patient("conflicting-chart")).unwrap();
    let (_, out, err) = run(&["-"], &text.replace("conflicting-chart", "some-body"));
    assert!(
        !out.contains("some-body") && !err.contains("some-body"),
        "{out}{err}"
    );
}

#[test]
fn help_says_what_is_done_and_how_it_ends() {
    let (code, out, _) = run(&["--help"], "");
    assert_eq!(code, 0);
    for said in [
        "shuffled",
        "Nothing leaves this machine",
        "exit code is 0",
        "--as-of",
    ] {
        assert!(out.replace('\n', " ").contains(said), "{said}: {out}");
    }
}
