//! ConceptMaps, right and wrong.

use crate::codes::{BASE, Codes, MapFault};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SITE: &str = "urn:oid:1.2.3";

fn files(maps: &[(&str, Value)]) -> BTreeMap<String, String> {
    maps.iter()
        .map(|(name, map)| ((*name).to_owned(), map.to_string()))
        .collect()
}

fn map(groups: Value) -> Value {
    json!({"resourceType": "ConceptMap", "status": "active", "group": groups})
}

fn facts() -> String {
    format!("{BASE}/CodeSystem/facts")
}

fn words() -> String {
    format!("{BASE}/CodeSystem/fact-values")
}

fn one(source: &str, code: &str, target: &str, to: &str) -> Value {
    json!({"source": source, "target": target, "element": [element(code, to)]})
}

fn element(code: &str, to: &str) -> Value {
    json!({"code": code, "target": [{"code": to, "equivalence": "equivalent"}]})
}

fn faults(maps: &[(&str, Value)]) -> Vec<String> {
    let found: Vec<MapFault> = Codes::with_maps(&files(maps)).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

fn only(groups: Value) -> String {
    let found = faults(&[("a.json", map(groups.clone()))]);
    assert_eq!(found.len(), 1, "{groups}: {found:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn every_fault_is_told_with_its_place() {
    let snomed = "http://snomed.info/sct";
    let equal = |code: &str| json!({"code": code, "equivalence": "equal"});
    let targets = |targets: Value| json!([{"source": SITE, "target": facts(), "element": [{"code": "X", "target": targets}]}]);
    for (groups, fault) in [
        (json!([]), "a.json: no group"),
        (
            json!([one(SITE, "X", &facts(), "ki68")]),
            "a.json: group[0].element[0].target[0]: `ki68` is no fact",
        ),
        (
            json!([one(SITE, "X", &words(), "bilobal")]),
            "a.json: group[0].element[0].target[0]: `bilobal` is no word of a fact",
        ),
        (
            json!([one(SITE, "X", snomed, "1")]),
            "a.json: group[0].element[0].target[0]: `1` of `http://snomed.info/sct` is no code that is read",
        ),
        (
            targets(json!([{"code": "ki67"}])),
            "a.json: group[0].element[0].target[0]: no equivalence",
        ),
        (
            targets(json!([{"equivalence": "equal"}])),
            "a.json: group[0].element[0].target[0]: no target code",
        ),
        (targets(json!([])), "a.json: group[0].element[0]: no target"),
        (
            targets(json!([equal("ki67"), equal("mitoses")])),
            "a.json: group[0].element[0].target[1]: `X` is mapped to more than one fact, also in a.json group[0].element[0].target[0]",
        ),
        (
            targets(json!([equal("ki67"), equal("ki67")])),
            "a.json: group[0].element[0].target[1]: `X` is mapped twice, first in a.json group[0].element[0].target[0]",
        ),
        (
            json!([
                one(SITE, "X", &facts(), "portal-vein"),
                one(SITE, "X", &words(), "bilobar")
            ]),
            "a.json: group[1].element[0].target[0]: `X` is mapped to `portal-vein`, which has no word `bilobar`",
        ),
        (
            json!([one(SITE, "X", &words(), "G1"), one(SITE, "X", &words(), "G2")]),
            "a.json: group[1].element[0].target[0]: `X` is mapped to `G1` and `G2` of `grade-recorded`",
        ),
        (
            json!([{"source": SITE, "target": facts(), "element": [{"target": []}]}]),
            "a.json: group[0].element[0]: no code",
        ),
        (
            json!([{"target": facts(), "element": [element("X", "ki67")]}]),
            "a.json: group[0]: no source system",
        ),
        (
            json!([{"source": SITE, "element": [element("X", "ki67")]}]),
            "a.json: group[0]: no target system",
        ),
        (
            json!([{"source": SITE, "target": facts()}]),
            "a.json: group[0]: no element",
        ),
        (
            json!([one(&facts(), "ki67", &facts(), "mitoses")]),
            "a.json: group[0]: the project's own codes cannot be mapped",
        ),
        (
            json!([{"source": SITE, "target": facts(), "element": [element("X", "ki67")], "unmapped": {"mode": "fixed"}}]),
            "a.json: group[0]: `unmapped` is not read: what is not mapped stays unknown",
        ),
        (
            targets(json!([{"code": "ki67", "equivalence": "equal", "dependsOn": [{"property": "p"}]}])),
            "a.json: group[0].element[0].target[0]: `dependsOn` is not read, but for a method that is `who`",
        ),
    ] {
        assert_eq!(only(groups), fault);
    }
    for relation in ["narrower", "inexact", "relatedto", "specializes", "maybe"] {
        let told = only(targets(json!([{"code": "ki67", "equivalence": relation}])));
        assert!(told.contains(&format!("`{relation}` does not say")), "{told}");
    }
}

#[test]
fn all_faults_of_all_files_come_at_once() {
    let mut all = files(&[
        (
            "a.json",
            map(json!([
                one(SITE, "X", &facts(), "no-fact"),
                one(SITE, "Y", &words(), "no-word")
            ])),
        ),
        ("b.json", json!({"resourceType": "ValueSet"})),
        ("d.json", json!([])),
    ]);
    all.insert("c.json".into(), "{\n  \"resourceType\": oops\n}".into());
    let found = Codes::with_maps(&all).unwrap_err();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "a.json: group[0].element[0].target[0]: `no-fact` is no fact",
            "a.json: group[1].element[0].target[0]: `no-word` is no word of a fact",
            "b.json: not a ConceptMap",
            "c.json:2: not JSON",
            "d.json: not a ConceptMap",
        ]
    );
}

#[test]
fn a_standard_code_keeps_its_meaning() {
    for (system, code, to) in [
        ("http://loinc.org", "29593-1", "mitoses"),
        ("http://snomed.info/sct", "94381002", "extrahepatic-metastases"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "hypertension"),
    ] {
        let told = only(json!([one(system, code, &facts(), to)]));
        assert!(
            told.ends_with(&format!("`{code}` already has another meaning")),
            "{told}"
        );
    }
    for (system, code, to) in [
        ("http://loinc.org", "85319-2", "ki67"),
        ("http://loinc.org", "3126-0", "vip"),
    ] {
        let told = only(json!([one(system, code, &facts(), to)]));
        assert!(told.contains(&format!("`{code}` is ")), "{told}");
    }
    // To say what it means already is no fault.
    assert!(
        faults(&[(
            "a.json",
            map(json!([one("http://loinc.org", "29593-1", &facts(), "ki67")]))
        )])
        .is_empty()
    );
}

#[test]
fn the_same_code_in_two_files_is_told() {
    let two = faults(&[
        ("a.json", map(json!([one(SITE, "X", &facts(), "ki67")]))),
        ("b.json", map(json!([one(SITE, "X", &facts(), "mitoses")]))),
    ]);
    assert_eq!(
        two,
        [
            "b.json: group[0].element[0].target[0]: `X` is mapped to more than one fact, also in a.json group[0].element[0].target[0]"
        ]
    );
}

#[test]
fn what_says_that_nothing_corresponds_maps_nothing() {
    let groups = json!([{"source": SITE, "target": facts(), "element": [
        {"code": "X", "target": [{"equivalence": "unmatched"}]},
        {"code": "Y", "target": [{"code": "ki67", "equivalence": "disjoint"}]},
        {"code": "Z", "noMap": true},
    ]}]);
    let codes = Codes::with_maps(&files(&[("a.json", map(groups))])).unwrap();
    assert_eq!(
        codes.search_tokens("pathology"),
        Codes::embedded().search_tokens("pathology")
    );
}

#[test]
fn mapped_codes_are_searched_with_their_theme() {
    let loinc = "http://loinc.org";
    let groups = json!([
        {"source": SITE, "target": facts(), "element": [
            element("KI,67", "ki67"), element("WHIPPLE", "primary-resected"), element("MAP2", "ecog")]},
        one("urn:pnet-cds:text", "Proliferation index", &facts(), "ki67"),
        one(SITE, "CGA", loinc, "9811-1"),
        one(SITE, "POS", &words(), "present"),
    ]);
    let codes = Codes::with_maps(&files(&[("a.json", map(groups))])).unwrap();
    let added = |theme: &str| -> Vec<String> {
        let standard = Codes::embedded().search_tokens(theme);
        let all = codes.search_tokens(theme);
        assert_eq!(all[..standard.len()], standard);
        all[standard.len()..].to_vec()
    };
    assert_eq!(added("pathology"), [format!("{SITE}|KI\\,67")]);
    assert_eq!(
        added("status"),
        [format!("{SITE}|WHIPPLE"), format!("{SITE}|MAP2")]
    );
    assert_eq!(added("procedures"), [format!("{SITE}|WHIPPLE")]);
    assert_eq!(added("markers"), [format!("{SITE}|CGA")]);
    assert_eq!(added("staging"), Vec::<String>::new());
}

#[test]
fn the_map_that_is_published_as_an_example_is_right() {
    let example = include_str!("../../../fsh-generated/resources/ConceptMap-site-code-map.json");
    let files = BTreeMap::from([("site-code-map.json".to_owned(), example.to_owned())]);
    let codes = Codes::with_maps(&files).unwrap();
    assert_ne!(
        codes.search_tokens("pathology"),
        Codes::embedded().search_tokens("pathology")
    );
}

#[test]
fn the_r5_form_is_read() {
    let groups = json!([{"source": format!("{SITE}|2.0"), "target": facts(), "element": [
        {"code": "X", "target": [{"code": "ki67", "relationship": "source-is-narrower-than-target"}]},
        {"code": "Y", "target": [{"code": "ki67", "relationship": "source-is-broader-than-target"}]},
    ]}]);
    let told = only(groups);
    assert!(
        told.starts_with("a.json: group[0].element[1].target[0]: `source-is-broader-than-target`"),
        "{told}"
    );
}
