//! What a site sets for itself: its own prefetch keys and its own codes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use cds_cards::Knowledge;
use common::binary::{pnet_cds, printed};
use common::{WITH_PNET, WITHOUT_PNET, changed, outcome, prefetched, start};
use fhir_profiles::ChartBuilder;
use fhir_profiles::json::Document;
use pnet_cds::evaluator::Evaluator;
use pnet_cds::settings::{Input, load};
use pnet_cds::site;
use pnet_cds::site::load_knowledge;
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
    let source = Input {
        file: Some(("site.toml".into(), settings.into())),
        ..Input::default()
    };
    site::load(&load(&source).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>())?)
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

/// A chart of one operation by a code of OPS.
fn resected(evaluator: &Evaluator) -> Value {
    let procedure = json!({
        "resourceType": "Procedure", "id": "p", "status": "completed", "subject": {"reference": "Patient/a"},
        "performedDateTime": "2024-02-20",
        "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/ops", "code": "5-524.2"}]},
    });
    let procedure: Document<'_> = procedure.to_string().parse().unwrap();
    let mut chart = ChartBuilder::new(None);
    chart.add(procedure.root());
    let assessment = evaluator.assess(&chart.finish().unwrap(), jiff::civil::date(2026, 11, 23));
    serde_json::to_value(&assessment).unwrap()["facts"]["primary-resected"]["status"].clone()
}

#[test]
fn a_pack_that_is_off_reads_nothing_and_may_be_mapped_by_the_site() {
    let of_ops = |settings: &str| resected(&evaluator(settings).unwrap());
    assert_eq!(of_ops(""), "known");
    assert_eq!(of_ops("[codes]\npacks = [\"de-onko\"]"), "known");
    assert_eq!(
        of_ops("[codes]\npacks = [\"who\", \"drugs\", \"uk\", \"us\"]"),
        "unknown"
    );
    assert_eq!(of_ops("[codes]\npacks = []"), "unknown");
    let map = json!({
        "resourceType": "ConceptMap",
        "status": "active",
        "group": [{
            "source": "http://fhir.de/CodeSystem/bfarm/ops",
            "target": "https://pnet-cds.github.io/fhir/ValueSet",
            "element": [{"code": "5-524.2", "target": [{"code": "pancreatic-resection", "equivalence": "wider"}]}]
        }]
    });
    let folder = folder("own-ops", &map.to_string());
    let dir = format!("dir = {:?}", folder.display().to_string());
    assert_eq!(of_ops(&format!("[codes]\npacks = []\n{dir}")), "known");
    let faults = evaluator(&format!("[codes]\n{dir}")).unwrap_err();
    assert!(faults[0].contains("already has another meaning"), "{faults:?}");
}

#[test]
fn a_pack_that_there_is_not_is_a_fault_that_names_those_that_there_are() {
    for unknown in ["fr", "de_onko", "DE-ONKO", ""] {
        let faults = evaluator(&format!("[codes]\npacks = [\"who\", {unknown:?}]")).unwrap_err();
        let expected = format!("unknown pack `{unknown}`: there are who, drugs, de-onko, uk, us");
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("codes.packs") && fault.contains(&expected)),
            "{faults:?}"
        );
    }
}

#[test]
fn every_pack_is_on_by_default() {
    let source = Input::default();
    let packs = load(&source).unwrap().packs;
    let all: Vec<&str> = fhir_profiles::Codes::packs().map(|(name, _)| name).collect();
    assert_eq!(packs, all);
}

/// The answer that a portal vein is open, in a site's own words.
const OPEN: &str = "frei durchgängig";

/// The bundled patient with an answer of the site's own on the portal vein.
fn with_portal_vein(value: &str) -> Value {
    changed(WITH_PNET, |request| {
        let entry = json!({"resource": {
            "resourceType": "Observation", "id": "site-pv", "status": "final",
            "subject": {"reference": format!("Patient/{WITH_PNET}")}, "effectiveDateTime": "2026-11-20",
            "code": {"coding": [{"system": "https://pnet-cds.github.io/fhir/CodeSystem/facts", "code": "portal-vein"}]},
            "valueString": value,
        }});
        let found = &mut request["prefetch"]["pathology"];
        found["entry"].as_array_mut().unwrap().push(entry);
        found["total"] = json!(found["entry"].as_array().unwrap().len());
    })
}

#[test]
fn a_text_of_the_site_is_read_by_its_map_on_the_hook_and_by_assess_and_screen() {
    let map = json!({
        "resourceType": "ConceptMap",
        "status": "active",
        "group": [{
            "source": "urn:pnet-cds:text",
            "target": "https://pnet-cds.github.io/fhir/CodeSystem/fact-values",
            "element": [{"code": OPEN, "target": [{"code": "patent", "equivalence": "equivalent"}]}]
        }]
    });
    let folder = folder("value-texts", &map.to_string());
    let settings = format!(
        "[codes]\ndir = {:?}\n[demo]\nenabled = true\n",
        folder.display().to_string()
    );
    let service = start(&settings);
    let said = |service: &common::Service, value: &str| {
        let answer = service.post("/assessment", &with_portal_vein(value)).json();
        answer["facts"]["portal-vein"].clone()
    };
    assert_eq!(said(&service, OPEN)["value"], "patent");
    assert_eq!(said(&service, &OPEN.to_uppercase())["value"], "patent");
    assert_eq!(said(&service, "frei")["reason"], "unreadable");
    let cards = |value: &str| service.hook(&with_portal_vein(value)).cards();
    assert_eq!(
        told(cards(OPEN)),
        told(cards("patent")),
        "the hook reads it as the word of the fact"
    );
    let without = start("[demo]\nenabled = true\n");
    assert_eq!(said(&without, OPEN)["reason"], "unreadable");

    let files = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("value-texts-files");
    fs::create_dir_all(&files).unwrap();
    let config = files.join("site.toml");
    fs::write(&config, &settings).unwrap();
    let request = files.join("patient.request.json");
    fs::write(&request, with_portal_vein(OPEN).to_string()).unwrap();
    let chart = files.join("Chart.ndjson");
    let mut lines = String::new();
    for (_, bundle) in with_portal_vein(OPEN)["prefetch"].as_object().unwrap() {
        let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
        let resources = entries.iter().map(|entry| entry["resource"].clone());
        for resource in resources.chain((bundle["resourceType"] == "Patient").then(|| bundle.clone())) {
            lines.push_str(&format!("{resource}\n"));
        }
    }
    fs::write(&chart, lines).unwrap();
    for arguments in [
        vec!["assess", request.to_str().unwrap(), "--format", "json"],
        vec!["screen", chart.to_str().unwrap(), "--format", "ndjson"],
    ] {
        let run = pnet_cds()
            .args(&arguments)
            .args(["--config", config.to_str().unwrap()])
            .output();
        let (code, out, err) = printed(run.unwrap());
        assert_eq!(code, 0, "{err}");
        let assessment: Value = serde_json::from_str(out.trim()).unwrap();
        assert_eq!(
            assessment["facts"]["portal-vein"]["value"], "patent",
            "{arguments:?}"
        );
    }
}

/// What cards say, without what tells one answer from another.
fn told(cards: Vec<Value>) -> Vec<Value> {
    let said = |card: &Value| json!([card["summary"], card["indicator"], card["source"]]);
    cards.iter().map(said).collect()
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
