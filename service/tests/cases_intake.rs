//! The cases of `tests/cases/intake`, by running the binary: each names what it could not read, and takes nothing of it
//! for absent.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;

use binary::{pnet_cds, printed};
use serde_json::Value;
use std::path::Path;

fn run(command: &str, name: &str, format: &str) -> (i32, String, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/cases/intake")
        .join(name);
    let output = pnet_cds()
        .args([command, "--as-of", "2026-11-23", "--format", format])
        .arg(file)
        .output();
    printed(output.unwrap())
}

fn assessed(name: &str) -> Value {
    let (code, out, told) = run("assess", name, "json");
    assert_eq!(code, 0, "{name}: {told}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_key_that_stands_twice_sets_its_record_aside_and_names_it() {
    for name in ["duplicate-value.request.json", "duplicate-status.request.json"] {
        let assessment = assessed(name);
        let ki67 = &assessment["facts"]["ki67"];
        assert_eq!(ki67["status"], "unknown", "{name}");
        assert_eq!(ki67["gap"], "set-aside", "{name}");
        assert_eq!(assessment["notRead"][0]["reference"], "Observation/k1", "{name}");
        assert_eq!(assessment["notRead"][0]["why"], "duplicate-key", "{name}");
        assert_eq!(assessment["gate"], "passed", "{name}");
    }
}

#[test]
fn half_a_character_and_an_empty_modifier_change_nothing() {
    for name in [
        "lone-surrogate-condition.request.json",
        "empty-modifier-extension.request.json",
    ] {
        let assessment = assessed(name);
        assert_eq!(assessment["gate"], "passed", "{name}");
        assert_eq!(assessment["grade"]["value"], "G2", "{name}");
    }
}

#[test]
fn what_was_not_fetched_is_not_called_unrecorded() {
    for (name, gap) in [
        ("pathology-failed.request.json", "failed"),
        ("grade-said-not-recorded-but-not-fetched.json", "partial"),
    ] {
        let assessment = assessed(name);
        assert_eq!(assessment["grade"]["gap"], gap, "{name}");
        assert_eq!(assessment["facts"]["ki67"]["gap"], gap, "{name}");
        assert!(
            !assessment["grade"]["because"]
                .as_str()
                .unwrap()
                .contains("not recorded"),
            "{name}"
        );
    }
}

#[test]
fn registries_letters_for_metastases_and_categories_are_read() {
    let assessment = assessed("dktk-metastasis.request.json");
    assert_eq!(assessment["facts"]["liver-metastases"]["value"], "present");
    assert_eq!(assessment["facts"]["t"]["value"], "T2");
}

#[test]
fn nothing_was_looked_at_is_an_error_in_the_same_words_everywhere() {
    let (code, _, told) = run("assess", "patient-only.json", "text");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("nothing was looked at"), "{told}");
    for format in ["csv", "ndjson"] {
        let (code, _, told) = run("screen", "patient-only.json", format);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("nothing was looked at"), "{told}");
    }
    let (code, out, told) = run("assess", "outcome-only.bundle.json", "json");
    assert_eq!((code, out.as_str()), (2, ""), "{told}");
    assert!(told.contains("failed"), "{told}");
}
