//! What a site sets for itself: its own prefetch keys and its own codes.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use cds_cards::Knowledge;
use common::{WITH_PNET, WITHOUT_PNET, changed, outcome, prefetched, start};
use pnet_cds::evaluator::{Evaluator, load_knowledge};
use pnet_cds::settings::{Source, load};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// The request with the site's own name for the conditions.
fn under_problems(patient: &str) -> Value {
    changed(patient, |request| {
        let prefetch = request["prefetch"].as_object_mut().unwrap();
        let conditions = prefetch.remove("conditions").unwrap();
        prefetch.insert("ACTIVE_PROBLEMS".into(), conditions);
    })
}

#[test]
fn a_key_that_the_site_has_named_counts_as_ours() {
    let service = start("[prefetch]\nkeys = [\"ACTIVE_PROBLEMS = conditions\"]\n[demo]\nenabled = true\n");
    assert!(service.hook(&under_problems(WITHOUT_PNET)).cards().is_empty());
    let cards = service.hook(&under_problems(WITH_PNET)).cards();
    let details: String = cards.iter().filter_map(|card| card["detail"].as_str()).collect();
    assert!(
        !cards.is_empty() && !details.contains("not supplied"),
        "{details}"
    );
}

#[test]
fn a_key_that_nobody_has_named_leaves_the_conditions_incomplete() {
    let service = start("[demo]\nenabled = true\n");
    service
        .hook(&under_problems(WITHOUT_PNET))
        .is_error(412, "incomplete-conditions");
}

fn evaluator(settings: &str) -> Result<Evaluator, Vec<String>> {
    let source = Source {
        file: Some(("site.toml".into(), settings.into())),
        ..Source::default()
    };
    Evaluator::load(
        &load(&source).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>())?,
    )
}

#[test]
fn a_key_of_ours_that_does_not_exist_stops_the_start() {
    let faults = evaluator("[prefetch]\nkeys = [\"a=problems\"]").unwrap_err();
    assert!(
        faults[0].starts_with("prefetch.keys: `problems` is none of conditions, "),
        "{faults:?}"
    );
    let faults = evaluator("[prefetch]\nkeys = [\"problems\"]").unwrap_err();
    assert!(faults[0].contains("their key=our key"), "{faults:?}");
}

/// A folder of its own with one map in it.
fn folder(name: &str, map: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("site.json"), map).unwrap();
    folder
}

#[test]
fn the_sites_code_maps_are_read_and_asked_for() {
    let map = json!({
        "resourceType": "ConceptMap",
        "status": "active",
        "group": [{
            "source": "urn:example:laboratory",
            "target": "https://pnet-cds.github.io/fhir/CodeSystem/facts",
            "element": [{"code": "KI", "target": [{"code": "ki67", "equivalence": "equivalent"}]}]
        }]
    });
    let folder = folder("code-maps", &map.to_string());
    let evaluator = evaluator(&format!("[codes]\ndir = {:?}", folder.display().to_string())).unwrap();
    let tokens = evaluator.codes.search_tokens("pathology");
    assert!(
        tokens.iter().any(|token| token == "urn:example:laboratory|KI"),
        "{tokens:?}"
    );
}

#[test]
fn a_code_map_with_a_fault_stops_the_start() {
    let folder = folder("bad-code-maps", r#"{"resourceType": "Patient"}"#);
    let faults = evaluator(&format!("[codes]\ndir = {:?}", folder.display().to_string())).unwrap_err();
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("codes.dir: site.json: ")),
        "{faults:?}"
    );
}

/// A ConfigMap is mounted as links into a folder whose name begins with two dots.
#[cfg(unix)]
#[test]
fn knowledge_is_read_once_from_a_mounted_config_map() {
    use std::os::unix::fs::symlink;
    let mount = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mounted-knowledge");
    drop(fs::remove_dir_all(&mount));
    let behind = mount.join("..2026_11_23_10_00_00.1/cards");
    fs::create_dir_all(&behind).unwrap();
    let embedded = Knowledge::embedded_files();
    let text = embedded["cards/pathway.md"].replace("literature to", "literature up to");
    assert_ne!(text, embedded["cards/pathway.md"], "the text has changed");
    fs::write(behind.join("pathway.md"), text).unwrap();
    symlink("..2026_11_23_10_00_00.1", mount.join("..data")).unwrap();
    symlink("..data/cards", mount.join("cards")).unwrap();
    let loaded = load_knowledge(Some(&mount)).unwrap();
    let hash = |knowledge: &Knowledge| knowledge.package.reference.hash.clone();
    assert_ne!(hash(&loaded), hash(&load_knowledge(None).unwrap()));
}

#[test]
fn what_the_site_declares_absent_is_assumed_only_of_a_whole_record() {
    let service = start("[cards]\nclosed_world = [\"gi-shunt\"]\n[demo]\nenabled = true\n");
    let shunt = |request: &Value| service.post("/assessment", request).json()["facts"]["gi-shunt"].clone();
    let whole = shunt(&prefetched(WITH_PNET));
    assert_eq!(whole["value"], "absent");
    assert_eq!(whole["evidence"][0]["recorded"], "assumed absent (site policy)");
    let failed = shunt(&changed(WITH_PNET, |request| {
        request["prefetch"]["liver"] = outcome("error")
    }));
    assert_eq!(
        (&failed["status"], &failed["reason"]),
        (&json!("unknown"), &json!("missing"))
    );
    let absent = shunt(&changed(WITH_PNET, |request| {
        drop(request["prefetch"].as_object_mut().unwrap().remove("liver"));
    }));
    assert_eq!(absent["reason"], "missing");
}
