//! What a site's maps and settings can say of its own facts, and every fault that stops the start.

use super::{FACTS, VOLUME, settings};
use pnet_cds::evaluator::Evaluator;
use pnet_cds::settings::{Input, load};
use pnet_cds::site;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

fn evaluator(settings: &str) -> Result<Evaluator, Vec<String>> {
    let source = Input {
        file: Some(("site.toml".into(), settings.into())),
        ..Input::default()
    };
    let faults =
        |faults: Vec<pnet_cds::settings::Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    site::load(&load(&source).map_err(faults)?)
}

#[test]
fn a_local_code_is_mapped_to_it_and_a_map_cannot_take_its_codes() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spleen-maps");
    let map = |source: &str, code: &str, target: Value| {
        let group = json!({"source": source, "target": target["system"],
            "element": [{"code": code, "target": [{"code": target["code"], "equivalence": "equivalent"}]}]});
        fs::create_dir_all(&folder).unwrap();
        let map = json!({"resourceType": "ConceptMap", "status": "active", "group": [group]});
        fs::write(folder.join("map.json"), map.to_string()).unwrap();
        evaluator(&format!(
            "{}[codes]\ndir = {:?}\n",
            settings(),
            folder.display().to_string()
        ))
    };
    for target in [
        json!({"system": FACTS, "code": "spleen-volume"}),
        json!({"system": "http://loinc.org", "code": VOLUME}),
    ] {
        let codes = map("urn:example:lab", "SPLV", target.clone()).unwrap().codes;
        let tokens = codes.search_tokens("liver");
        assert!(
            tokens.contains(&"urn:example:lab|SPLV".to_owned()),
            "{target}: {tokens:?}"
        );
        assert!(codes.knows("urn:example:lab", "SPLV"));
    }
    let word = json!({"system": "https://pnet-cds.github.io/fhir/CodeSystem/fact-values", "code": "large"});
    assert!(map("urn:example:words", "GROSS", word).is_ok());
    let faults = map(
        "http://loinc.org",
        VOLUME,
        json!({"system": FACTS, "code": "ki67"}),
    )
    .unwrap_err();
    assert!(
        faults[0].ends_with(&format!("`{VOLUME}` already has another meaning")),
        "{faults:?}"
    );
}

#[test]
fn it_can_be_declared_closed_world_and_what_cannot_is_told_with_all_else() {
    let with = |facts: &str| evaluator(&format!("{}[cards]\nclosed_world = [{facts}]\n", settings()));
    assert!(with("\"splenomegaly\", \"diabetes\"").is_ok());
    assert_eq!(
        with("\"spleen-volume\", \"spleens\"").unwrap_err(),
        [
            "cards.closed_world: fact `spleen-volume` cannot be absent",
            "cards.closed_world: unknown fact `spleens`"
        ]
    );
    assert!(
        evaluator("[cards]\nclosed_world = [\"splenomegaly\"]\n").is_err(),
        "no such fact without the site's"
    );
}

#[test]
fn a_faulty_fact_stops_the_start_with_its_line_and_every_other_fault() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bad-facts");
    fs::create_dir_all(folder.join("facts")).unwrap();
    let text = "[[fact]]\nid = \"ki67\"\nlabel = \"Own\"\nkind = \"volume\"\ntheme = \"liver\"\n";
    fs::write(folder.join("facts/own.toml"), text).unwrap();
    let dir = format!(
        "[knowledge]\ndir = {:?}\n[cards]\nclosed_world = [\"spleens\"]\n",
        folder.display().to_string()
    );
    let faults = evaluator(&dir).unwrap_err();
    for fault in [
        "knowledge.dir: facts/own.toml:2: `ki67` is a fact of the specification",
        "knowledge.dir: facts/own.toml:4: unknown kind `volume`",
        "cards.closed_world: unknown fact `spleens`",
    ] {
        assert!(
            faults.iter().any(|found| found.starts_with(fault)),
            "{fault}: {faults:#?}"
        );
    }
}
