//! The packs, checked: that each loads, says where it is from, and means what it says.

use super::PACKS;
use crate::catalogue::id::FactId;
use crate::codes::{BASE, Codes, Coding, Meaning, Named, Site};
use serde_json::Value;
use std::collections::BTreeSet;

fn means(codes: &Codes, system: &str, code: &str) -> Vec<Meaning> {
    let coding = Coding::new(Some(system), Some(code), None);
    codes.meanings(&coding).collect()
}

const OPS: &str = "http://fhir.de/CodeSystem/bfarm/ops";
const OPCS: &str = "https://fhir.hl7.org.uk/CodeSystem/OPCS-4";

#[test]
fn every_pack_loads_without_a_fault_alone_and_with_all() {
    for (name, json) in PACKS {
        let codes = Codes::with_packs(&[name]).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert_eq!(codes.maps.len(), 1, "{name}");
        let pack: Value = serde_json::from_str(json).unwrap();
        assert_eq!(pack["id"], *name);
        assert_eq!(pack["url"], format!("{BASE}/ConceptMap/{name}"));
        assert!(pack["version"].is_string(), "{name}");
        assert!(pack["purpose"].as_str().unwrap().contains("Source"), "{name}");
    }
    assert_eq!(Codes::embedded().maps.len(), 1);
}

#[test]
fn packs_can_be_left_out_and_must_exist() {
    let none = Codes::with_packs(&[]).unwrap();
    assert_eq!(means(&none, OPS, "5-524.2"), []);
    assert_eq!(none.names().count(), 0);
    let without = Codes::with_packs(&["who", "drugs"]).unwrap();
    assert_eq!(means(&without, OPS, "5-524.2"), []);
    assert!(without.names().count() > 100);
    let faults = Codes::with_packs(&["de-onko", "fr"]).unwrap_err();
    assert_eq!(
        faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["fr: no pack of this name"]
    );
}

#[test]
fn a_category_stands_for_all_below_it_and_the_longest_beginning_counts() {
    let codes = Codes::embedded();
    let resection = vec![Meaning::Resection { whipple: false }];
    let whipple = vec![Meaning::Resection { whipple: true }];
    for code in ["5-524", "5-524.00", "5-524.x", "5-525.1"] {
        assert_eq!(means(codes, OPS, code), resection, "{code}");
    }
    for (system, code) in [
        (OPS, "5-524.2"),
        ("http://fhir.de/CodeSystem/dimdi/ops", "5-524.2"),
        (OPCS, "J56.1"),
        (OPCS, "J561"),
        ("http://fhir.hl7.org.uk/CodeSystem/OPCS-4", "J56.3"),
    ] {
        assert_eq!(means(codes, system, code), whipple, "{code}");
    }
    for (system, code) in [
        (OPS, "5-52"),
        (OPS, "5-525.3"),
        (OPS, "5-523.x"),
        (OPS, "8-530.1"),
        (OPS, "8-544.0"),
        (OPCS, "J55.3"),
        (OPCS, "J57.6"),
        (OPCS, "J57"),
    ] {
        assert_eq!(means(codes, system, code), [], "{code}");
    }
}

#[test]
fn codes_of_the_world_ask_for_a_fact_and_are_none_of_the_projects_own() {
    let codes = Codes::embedded();
    let sct = "http://snomed.info/sct";
    assert_eq!(means(codes, sct, "406094009"), [Meaning::Asks(FactId::Mitoses)]);
    assert_eq!(means(codes, sct, "423740007"), [Meaning::Asks(FactId::Ecog)]);
    assert_eq!(means(codes, sct, "12738006"), [Meaning::At(Site::OtherOrgan)]);
    assert_eq!(means(codes, sct, "1286893008"), [Meaning::WhoGrade("G2")]);
    assert_eq!(
        means(codes, "http://cap.org/eCC", "57240.100004300"),
        [Meaning::Asks(FactId::Ki67)]
    );
    assert_eq!(means(codes, "http://cap.org/eCC", "38390.100004300"), []);
}

#[test]
fn every_release_of_icd_11_and_of_oncotree_is_one_system() {
    let codes = Codes::embedded();
    for system in [
        "http://id.who.int/icd/release/11/mms",
        "http://id.who.int/icd/release/11/2024-01/mms",
    ] {
        assert_eq!(
            means(codes, system, "2C10.1"),
            [Meaning::Names(Named::Pnet)],
            "{system}"
        );
    }
    for system in [
        "http://oncotree.mskcc.org/fhir/CodeSystem/oncotree",
        "http://oncotree.mskcc.org/fhir/CodeSystem/snapshot",
    ] {
        assert_eq!(
            means(codes, system, "PANET"),
            [Meaning::Names(Named::Pnet)],
            "{system}"
        );
    }
}

#[test]
fn every_treatment_that_is_a_drug_has_a_name_and_names_differ() {
    let codes = Codes::embedded();
    let mut drugs: BTreeSet<&str> = BTreeSet::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (name, of) in codes.names() {
        assert_eq!(name, name.to_lowercase());
        assert!(names.insert(name), "{name} stands there twice");
        drugs.extend(of);
    }
    let coded = super::super::table::SETS
        .iter()
        .flat_map(|(.., meanings)| *meanings);
    for meaning in coded {
        if let Meaning::Drug(drug) = meaning {
            assert!(drugs.contains(drug), "{drug} has no name");
        }
    }
}
