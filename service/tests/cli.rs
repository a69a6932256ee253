//! The command line, by running the binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::binary::{pnet_cds, printed};
use common::{WITH_PNET, WITHOUT_PNET, options, prefetched};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn patient(id: &str) -> String {
    format!("{}/demo/patients/{id}.json", env!("CARGO_MANIFEST_DIR"))
}

fn scratch(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn help_is_told_for_every_command() {
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["assess", "--help"],
        &["screen", "--help"],
        &["probe", "--help"],
        &["call", "--help"],
        &["knowledge", "--help"],
        &["knowledge", "check", "--help"],
        &["ready", "--help"],
        &["knowledge", "show", "--help"],
        &["knowledge", "diff", "--help"],
        &["knowledge", "export", "--help"],
        &["settings", "--help"],
    ] {
        let (code, out, _) = run(arguments);
        assert_eq!(code, 0);
        assert!(out.contains("Usage: pnet-cds"), "{out}");
    }
}

#[test]
fn wrong_arguments_end_with_2() {
    for arguments in [
        &["assess"][..],
        &["nothing"],
        &["assess", "x", "--as-of", "2026-13-01"],
        &["assess", "x", "--format", "xml"],
    ] {
        assert_eq!(run(arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn a_report_says_what_matters() {
    let (code, out, err) = run(&["assess", &patient(WITH_PNET), "--as-of", "2026-11-23"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "Patient/insulinoma-debulking, as of 2026-11-23",
        "grade G1",
        "stage ENETS IV",
        "Surgery",
        "supported",
        "not met",
        "[",
    ] {
        assert!(out.contains(part), "{part} is not in\n{out}");
    }
    assert!(!out.contains('\x1b'), "colour in a pipe");
}

#[test]
fn a_report_says_first_what_the_card_says() {
    let file = patient("portal-vein-thrombosis");
    let (_, out, _) = run(&["assess", &file, "--as-of", "2026-11-23"]);
    let lines = [
        "Not resectable: review advises against TAE, TACE, SIRT (portal vein occluded (2026-10-12)); names SSA, ethanol injection",
        "  G2 (Ki-67 9.6-14.4 %, 2026-10); largest 3.2 cm; ECOG 1",
        "  Intent: palliative: survival, quality of life, symptoms (T04); Not resectable (2026-10-26)",
        "  Review advises against: TAE, TACE, SIRT: portal vein occluded (2026-10-12) (EM17a, SI06b)",
        "  The review names for this:",
        "    1. SSA: for growth and symptoms in unresectable disease (MT01, SS01, SS05)",
        "    2. ethanol injection: ",
        "  Criteria met, no order stated: cryotherapy (interpretation) (AL06); ",
        "  Settle first: differentiation: ",
        "Surgery",
    ];
    let mut rest = out.as_str();
    for line in lines {
        let at = rest.find(&format!("\n{line}"));
        rest = rest
            .split_at(at.unwrap_or_else(|| panic!("{line} is not next in\n{rest}")) + 1)
            .1;
    }
    assert!(
        out.contains("review advises against: Portal vein occluded (2026-10-12)"),
        "{out}"
    );
    assert!(!out.contains("must hold"), "{out}");
    // The summary of its card is one of the wordings of the situation.
    let (_, out, _) = run(&["assess", &patient("prrt-krenning-4"), "--as-of", "2026-11-23"]);
    let (_, cards, _) = run(&[
        "assess",
        &patient("prrt-krenning-4"),
        "--as-of",
        "2026-11-23",
        "--format",
        "cards",
    ]);
    let cards: Value = serde_json::from_str(&cards).unwrap();
    let summary = cards["cards"][0]["summary"].as_str().unwrap();
    assert!(out.contains(&format!("\n\n{summary}\n")), "{summary}\n{out}");
}

#[test]
fn a_report_without_pnet_says_so() {
    let (code, out, _) = run(&["assess", &patient(WITHOUT_PNET)]);
    assert_eq!(code, 0);
    assert!(
        out.contains("No pancreatic neuroendocrine tumour on record"),
        "{out}"
    );
}

#[test]
fn json_is_the_assessment_and_cards_the_hook_answer() {
    let (_, out, _) = run(&[
        "assess",
        &patient(WITH_PNET),
        "--as-of",
        "2026-11-23",
        "--format",
        "json",
    ]);
    let assessment: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(assessment["asOf"], "2026-11-23");
    assert_eq!(assessment["options"].as_array().unwrap().len(), options());
    let (_, out, _) = run(&[
        "assess",
        &patient(WITH_PNET),
        "--as-of",
        "2026-11-23",
        "--format",
        "cards",
    ]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert!(!answer["cards"].as_array().unwrap().is_empty());
}

#[test]
fn a_hook_request_comes_by_standard_input() {
    let mut child = pnet_cds()
        .args(["assess", "-", "--as-of", "2026-11-23", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(prefetched(WITH_PNET).to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let assessment: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(assessment["gate"], "passed");
}

#[test]
fn every_file_is_done_and_the_worst_code_is_told() {
    let broken = scratch("broken.json", "{\"resourceType\": \"Bundle\",\n oops");
    let (code, out, err) = run(&[
        "assess",
        "missing.json",
        &patient(WITH_PNET),
        broken.to_str().unwrap(),
        &patient(WITHOUT_PNET),
    ]);
    assert_eq!(code, 2);
    assert!(
        out.contains("Patient/insulinoma-debulking") && out.contains("Patient/pancreatic-adenocarcinoma")
    );
    assert!(err.contains("missing.json: "), "{err}");
    assert!(
        err.contains("broken.json: the body is not valid JSON (line 2, column 2)"),
        "{err}"
    );
}

#[test]
fn a_line_break_in_a_chart_cannot_forge_a_line_of_the_report() {
    let text = std::fs::read_to_string(patient(WITH_PNET)).unwrap();
    let mut chart: Value = serde_json::from_str(&text).unwrap();
    for entry in chart["entry"].as_array_mut().unwrap() {
        let resource = &mut entry["resource"];
        if let Some(Value::String(text)) = resource.get_mut("valueString") {
            text.push_str("\n\u{1b}[31mcontraindicated");
        }
    }
    let path = scratch("forged.json", &chart.to_string());
    let (code, out, _) = run(&["assess", path.to_str().unwrap(), "--as-of", "2026-11-23"]);
    assert_eq!(code, 0);
    assert!(!out.contains('\x1b') && !out.lines().any(|line| line.starts_with("[31m")));
}

#[test]
fn a_settings_file_is_checked() {
    let good = scratch("good.toml", "[cards]\nmax = 3\n");
    assert_eq!(run(&["settings", "--check", good.to_str().unwrap()]).0, 0);
    let bad = scratch("bad.toml", "[cards]\nmax = 0\nmin = 1\n[demo]\nenabled = 3\n");
    let (code, _, err) = run(&["settings", "--check", bad.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert_eq!(err.lines().count(), 3, "{err}");
    assert_eq!(run(&["serve", "--config", bad.to_str().unwrap()]).0, 2);
    assert_eq!(run(&["--config", "missing.toml"]).0, 2);
}

#[test]
fn an_open_address_is_refused_with_the_reason() {
    let output = pnet_cds()
        .env("PNET_CDS_SERVER__LISTEN", "0.0.0.0:0")
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err.contains("PNET_CDS_SERVER__LISTEN") && err.contains("does not authenticate"),
        "{err}"
    );
}

#[test]
fn the_settings_are_printed_as_documented() {
    assert_eq!(run(&["settings"]).1, include_str!("../defaults.toml"));
}

#[test]
fn knowledge_is_checked_and_shown() {
    let (code, out, _) = run(&["knowledge", "check"]);
    assert_eq!(code, 0);
    assert!(out.contains(&format!("{} options", options())), "{out}");
    let (code, out, _) = run(&["knowledge", "show", "curative-resection"]);
    assert_eq!(code, 0);
    assert!(out.contains("require") && out.contains("resectable"), "{out}");
    assert!(run(&["knowledge", "show"]).1.contains("radioembolisation"));
    assert!(run(&["knowledge", "show", "resectable"]).1.contains("of: "));
    let (_, by_id, _) = run(&["knowledge", "show", "curative-resection"]);
    for name in ["potentially Curative resection", "CURATIVE-RESECTION"] {
        assert_eq!(run(&["knowledge", "show", name]).1, by_id, "{name}");
    }
    let (code, _, told) = run(&["knowledge", "show", "curative-resecton"]);
    assert_eq!(code, 2);
    assert!(told.contains("is `curative-resection` meant?"), "{told}");
    assert_eq!(run(&["knowledge", "show", "nothing"]).0, 2);
}

/// A copy of the criteria in which a liver involvement of exactly 50 % is met.
fn moved_limit(name: &str) -> PathBuf {
    let criteria = include_str!("../../cds-cards/knowledge/criteria.toml");
    let at = criteria.find("id = \"liver-involvement-under-50\"").unwrap();
    let (before, after) = criteria.split_at(at);
    let moved = after.replacen(
        "{ below = \"limit\", call = \"met\" }, { from = \"limit\",",
        "{ up-to = \"limit\", call = \"met\" }, { above = \"limit\",",
        1,
    );
    assert_ne!(after, moved);
    let file = scratch(&format!("{name}/criteria.toml"), &format!("{before}{moved}"));
    file.parent().unwrap().to_owned()
}

#[test]
fn a_moved_limit_names_the_rule_and_the_vignettes_on_it() {
    let dir = moved_limit("diff-limit");
    let (code, out, told) = run(&["knowledge", "diff", dir.to_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    for line in [
        "Rules: 1 difference",
        "  - liver-involvement ≤ 50 %: met",
        "  + liver-involvement < 50 %: met",
        "liver-transplantation/liver-involvement-exactly-50",
        "  liver-transplantation: supported -> not-supported",
        "  liver-transplantation: liver-involvement-under-50: met -> not-met",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\n{out}");
    }
    assert!(
        out.lines()
            .any(|line| line.starts_with("From base/transplantation, ")),
        "{out}"
    );
    assert!(
        !out.contains("liver-transplantation/liver-involvement-49"),
        "{out}"
    );
    let (_, back, _) = run(&["knowledge", "diff", dir.to_str().unwrap(), dir.to_str().unwrap()]);
    assert!(
        back.contains("Rules: no difference") && back.contains("Vignettes: 0 of "),
        "{back}"
    );
    let (code, _, told) = run(&["knowledge", "diff", "no-such-directory", "nor-this"]);
    assert_eq!(code, 2);
    assert!(
        told.contains("old: no-such-directory") && told.contains("new: nor-this"),
        "{told}"
    );
}

#[test]
fn the_knowledge_is_exported_as_fhir_resources_that_hold_each_rule_with_its_quotes() {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("export");
    drop(std::fs::remove_dir_all(&dir));
    let (code, out, told) = run(&["knowledge", "export", dir.to_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    let files: Vec<PathBuf> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|kind| kind == "json"))
        .collect();
    assert!(
        out.starts_with(&format!("{} resources in ", files.len())),
        "{out}"
    );
    let mut kinds = std::collections::BTreeMap::new();
    for file in &files {
        let resource: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let (kind, id) = (
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap(),
        );
        assert_eq!(
            file.file_stem().unwrap().to_str().unwrap(),
            format!("{kind}-{id}")
        );
        assert_eq!(
            resource["url"].as_str().unwrap(),
            format!("https://pnet-cds.github.io/fhir/{kind}/{id}")
        );
        *kinds.entry(kind.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(
        (kinds["PlanDefinition"], kinds["Library"], kinds["CodeSystem"]),
        (options() + 1, 3, 5)
    );
    assert!(
        kinds["ValueSet"] > 100 && kinds["ActivityDefinition"] > 5,
        "{kinds:?}"
    );
    let plan = std::fs::read_to_string(dir.join("PlanDefinition-liver-transplantation.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let condition = &plan["action"][0]["condition"][0]["expression"];
    assert_eq!(condition["language"], "text/cql-identifier");
    let rules = std::fs::read_to_string(dir.join("PnetLiverMetastases.cql")).unwrap();
    let define = format!("define \"{}\":", condition["expression"].as_str().unwrap());
    assert!(rules.contains(&define), "{define}");
    assert_eq!(
        plan["library"][0],
        "https://pnet-cds.github.io/fhir/Library/PnetLiverMetastases|2.0.0"
    );
    let criteria = plan["action"][0]["documentation"].as_array().unwrap();
    let limit = criteria
        .iter()
        .find(|criterion| criterion["label"] == "liver-involvement-under-50")
        .unwrap();
    assert!(
        limit["citation"]
            .as_str()
            .unwrap()
            .contains("liver-involvement < 50 %: met")
    );
    let evidence = plan["relatedArtifact"].as_array().unwrap();
    assert!(
        evidence
            .iter()
            .any(|artifact| artifact["label"] == "LT13" && artifact["citation"].as_str().unwrap().len() > 10)
    );
}

#[test]
fn faults_of_a_knowledge_directory_are_all_told() {
    let file = scratch(
        "knowledge/options/curative-resection/option.toml",
        "id = \"curative-resection\"\nfoo = 1\nbar = 2\n",
    );
    let dir = file.ancestors().nth(3).unwrap();
    let (code, _, err) = run(&["knowledge", "check", dir.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(err.lines().count() > 1, "{err}");
    assert!(err.contains("options/curative-resection/option.toml:"), "{err}");
    let config = scratch(
        "knowledge.toml",
        &format!("[knowledge]\ndir = {:?}\n", dir.to_str().unwrap()),
    );
    assert_eq!(run(&["serve", "--config", config.to_str().unwrap()]).0, 2);
    assert_eq!(run(&["knowledge", "check", "no-such-directory"]).0, 2);
}

#[test]
fn it_prints_a_line_that_works_and_ends_on_sigterm_with_0() {
    let mut child = pnet_cds()
        .env("PNET_CDS_SERVER__LISTEN", "127.0.0.1:0")
        .env("PNET_CDS_DEMO__ENABLED", "true")
        .env("PNET_CDS_TELEMETRY__LOG", "json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let curl = lines
        .by_ref()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .find_map(|line| line["message"].as_str()?.strip_prefix("try: ").map(str::to_owned))
        .unwrap();
    let address = curl.split('/').nth(2).unwrap().parse().unwrap();
    let body = curl.split("-d '").nth(1).unwrap().trim_end_matches('\'');
    let service = common::Service { address };
    let answer = service.hook(&serde_json::from_str(body).unwrap());
    assert!(!answer.cards().is_empty());
    service.get("/sandbox/fhir/Patient/canary-4711");
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let log = String::from_utf8(output.stderr).unwrap();
    let answered: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let hook = answered
        .iter()
        .find(|line| line["route"] == "/cds-services/{id}")
        .unwrap();
    assert_eq!(
        (&hook["status"], hook["cards"].is_u64()),
        (&Value::from(200), true)
    );
    assert!(!log.contains("canary-4711") && !log.contains("Patient/"), "{log}");
}

#[test]
fn the_settings_file_is_named_before_or_after_the_command() {
    let config = scratch("cli/config.toml", "cards.max = 0\n")
        .display()
        .to_string();
    let file = patient(WITH_PNET);
    for arguments in [
        &["--config", &config, "assess", &file][..],
        &["assess", "--config", &config, &file],
        &["assess", &file, "--config", &config],
        &["--config", &config],
        &["--config", &config, "serve"],
        &["store", "--config", &config, "status"],
        &["--config", &config, "feedback", "report"],
    ] {
        let (code, _, error) = run(arguments);
        assert!(
            code == 2 && error.contains("config.toml:1: `cards.max`"),
            "{arguments:?}: {error}"
        );
    }
    // Where it would count for nothing it is refused.
    for arguments in [
        &["--config", &config, "settings"][..],
        &["knowledge", "check", "--config", &config],
    ] {
        let (code, _, error) = run(arguments);
        assert!(
            code == 2 && error.contains("leave --config out"),
            "{arguments:?}: {error}"
        );
    }
}

#[test]
fn a_store_that_is_not_there_is_named() {
    let config = scratch(
        "cli/no-store.toml",
        "store.url = \"sqlite:/nowhere/pnet-cds.sqlite\"\n",
    );
    let config = config.display().to_string();
    for command in [
        &["store", "status"][..],
        &["store", "migrate"],
        &["feedback", "report"],
    ] {
        let (code, _, error) = run(&[command, &["--config", &config]].concat());
        assert_eq!(code, 2, "{error}");
        assert!(
            error.starts_with("pnet-cds: /nowhere/pnet-cds.sqlite: there is no such file; "),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_chart_is_refused_with_what_to_do() {
    let chart = std::fs::read_to_string(patient(WITH_PNET)).unwrap();
    let line = chart.replace(['\n', '\r'], " ");
    let several = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
        ["a", "b"]
            .map(|id| format!(
                r#"{{"resource":{{"resourceType":"Condition","id":"{id}","subject":{{"reference":"Patient/{id}"}}}}}}"#
            ))
            .join(",")
    );
    for (name, bytes, part) in [
        (
            "xml.json",
            b"\xef\xbb\xbf<Bundle xmlns=\"http://hl7.org/fhir\"/>".to_vec(),
            "this is XML",
        ),
        ("packed.json.gz", b"\x1f\x8b\x08\x00rest".to_vec(), "gunzip"),
        (
            "bulk.ndjson",
            format!("{line}\n{line}\n").into_bytes(),
            "`pnet-cds screen`",
        ),
        ("several.json", several.into_bytes(), "`pnet-cds screen`"),
        (
            "list.json",
            b"[{\"resourceType\":\"Condition\"}]".to_vec(),
            "into the entries of a Bundle",
        ),
        ("empty.json", b"\n".to_vec(), "there is nothing in it"),
    ] {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, bytes).unwrap();
        for command in ["assess", "selfcheck"] {
            let (code, _, told) = run(&[command, path.to_str().unwrap()]);
            assert_eq!(code, 2, "{command} {name}: {told}");
            assert!(told.contains(part), "{command} {name}: {told}");
            assert!(!told.contains("Patient/"), "nothing of a chart is told: {told}");
        }
    }
    let (code, _, told) = run(&["assess", env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!(code, 2);
    assert!(
        told.contains("a directory") && told.contains("`pnet-cds screen`"),
        "{told}"
    );
}
