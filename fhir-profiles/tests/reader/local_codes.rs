//! A site's own codes and texts, mapped to facts, words and standard codes.

use crate::support::*;
use fhir_profiles::{Codes, FactId, Facts, ReadPolicy, read};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const SITE: &str = "urn:oid:1.2.3";
const TEXT: &str = "urn:pnet-cds:text";

fn group(source: &str, target: &str, pairs: &[(&str, &str)]) -> Json {
    let element =
        |(code, to): &(&str, &str)| json!({"code": code, "target": [{"code": to, "equivalence": "wider"}]});
    json!({"source": source, "target": target, "element": pairs.iter().map(element).collect::<Vec<_>>()})
}

fn codes() -> Codes {
    let map = json!({"resourceType": "ConceptMap", "status": "active", "group": [
        group(SITE, FACTS, &[("KI67", "ki67"), ("LM", "liver-metastases"), ("PV", "portal-vein"), ("T-CAT", "t"),
            ("WHIPPLE", "prior-pancreaticoduodenectomy"), ("SSA", "on-ssa"), ("G", "grade-recorded"), ("NET", "pnet")]),
        group(SITE, VALUES, &[("JA", "present"), ("NEIN", "absent"), ("ZU", "occluded"), ("T2", "T2"), ("E", "enets"),
            ("G2", "G2")]),
        group(SITE, SNOMED, &[("HEP", "10200004"), ("MET", "128462008")]),
        group(SITE, LOINC, &[("SIZE", "21889-1")]),
        group(TEXT, FACTS, &[("Proliferationsindex (MIB-1)", "ki67"), ("Lebermetastasen", "liver-metastases"),
            ("Sandostatin LAR", "on-ssa")]),
        group(TEXT, VALUES, &[("verschlossen", "occluded")]),
    ]});
    Codes::with_maps(&BTreeMap::from([("site.json".to_owned(), map.to_string())])).unwrap()
}

fn mapped(values: &[Json]) -> Facts {
    let (nothing, codes) = (BTreeSet::new(), codes());
    let policy = ReadPolicy {
        as_of: "2026-11-23".parse().unwrap(),
        codes: &codes,
        closed_world: &nothing,
    };
    with_chart(values, |chart| read(chart, &policy))
}

fn of(fact: FactId, resource: Json) -> String {
    short(mapped(&[resource]).get(fact))
}

#[test]
fn mapped_codes_are_read_and_are_nothing_without_the_map() {
    let cases = [
        (
            FactId::Ki67,
            observation(
                "a",
                SITE,
                "KI67",
                json!({"valueQuantity": {"value": 8, "unit": "%"}}),
            ),
            "8",
        ),
        (
            FactId::LiverMetastases,
            condition("a", SITE, "LM", json!({})),
            "present",
        ),
        (
            FactId::LiverMetastases,
            condition("a", SITE, "MET", json!({"bodySite": [concept(SITE, "HEP")]})),
            "present",
        ),
        (
            FactId::LiverMetastases,
            observation(
                "a",
                SITE,
                "LM",
                json!({"valueCodeableConcept": concept(SITE, "NEIN")}),
            ),
            "absent",
        ),
        (
            FactId::PortalVein,
            observation(
                "a",
                SITE,
                "PV",
                json!({"valueCodeableConcept": concept(SITE, "ZU")}),
            ),
            "occluded",
        ),
        (
            FactId::LargestLiverLesion,
            observation(
                "a",
                SITE,
                "SIZE",
                json!({"valueQuantity": {"value": 3, "unit": "cm"}, "bodySite": [concept(SITE, "HEP")]}),
            ),
            "3",
        ),
        (
            FactId::PriorPancreaticoduodenectomy,
            json!({"resourceType": "Procedure", "id": "a", "status": "completed", "subject": {"reference": "Patient/p"},
                "code": concept(SITE, "WHIPPLE")}),
            "present",
        ),
        (
            FactId::OnSsa,
            json!({"resourceType": "MedicationStatement", "id": "a", "status": "active", "subject": {"reference": "Patient/p"},
                "medicationCodeableConcept": concept(SITE, "SSA")}),
            "present",
        ),
        (
            FactId::GradeRecorded,
            observation(
                "a",
                SITE,
                "G",
                json!({"valueCodeableConcept": concept(SITE, "G2")}),
            ),
            "G2",
        ),
        (FactId::Pnet, condition("a", SITE, "NET", json!({})), "present"),
    ];
    for (fact, resource, is) in cases {
        assert_eq!(of(fact, resource.clone()), is, "{resource}");
        assert_eq!(one(fact, resource.clone()), "missing", "{resource}");
    }
}

#[test]
fn a_mapped_category_has_its_staging_system() {
    let t = observation(
        "t",
        SITE,
        "T-CAT",
        json!({"valueCodeableConcept": concept(SITE, "T2"), "method": concept(SITE, "E")}),
    );
    let read = mapped(&[t]);
    let reading = &read.get(FactId::T).readings().unwrap()[0];
    assert_eq!(
        (reading.says("T2"), reading.system.map(|s| s.as_str())),
        (true, Some("enets"))
    );
}

#[test]
fn a_word_is_read_for_its_own_fact_only() {
    let wrong = observation(
        "a",
        SITE,
        "PV",
        json!({"valueCodeableConcept": concept(SITE, "T2")}),
    );
    assert_eq!(of(FactId::PortalVein, wrong), "unreadable");
}

#[test]
fn a_text_is_mapped_whole_and_only_where_there_is_no_code() {
    let ki67 = |code: Json| {
        let k = observation(
            "a",
            SITE,
            "x",
            json!({"code": code, "valueQuantity": {"value": 8, "unit": "%"}}),
        );
        of(FactId::Ki67, k)
    };
    assert_eq!(ki67(json!({"text": "Proliferationsindex (MIB-1)"})), "8");
    assert_eq!(ki67(json!({"text": "  PROLIFERATIONSINDEX (mib-1) "})), "8");
    assert_eq!(
        ki67(json!({"coding": [{"display": "Proliferationsindex (MIB-1)"}]})),
        "8"
    );
    assert_eq!(
        ki67(json!({"text": "Proliferationsindex (MIB-1) Nachtrag"})),
        "missing"
    );
    assert_eq!(ki67(json!({"text": "Proliferationsindex"})), "missing");
    let coded = json!({"coding": [{"system": SITE, "code": "OTHER"}], "text": "Proliferationsindex (MIB-1)"});
    assert_eq!(ki67(coded), "missing");
    let vein = json!({"valueCodeableConcept": {"text": "Verschlossen"}});
    assert_eq!(
        of(FactId::PortalVein, observation("a", SITE, "PV", vein)),
        "occluded"
    );
    let drug = json!({"resourceType": "MedicationRequest", "id": "a", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": "Sandostatin LAR"}});
    assert_eq!(of(FactId::OnSsa, drug), "present");
}

#[test]
fn a_text_may_be_inside_a_component() {
    let panel = json!({"code": {"text": "Pathologie"}, "component": [
        {"code": {"text": "Proliferationsindex (MIB-1)"}, "valueString": "3-5 %"}]});
    assert_eq!(of(FactId::Ki67, observation("a", SITE, "x", panel)), "3-5");
}

#[test]
fn no_map_makes_a_refuted_condition_present() {
    for code in [
        json!({"code": concept(SITE, "LM")}),
        json!({"code": {"text": "Lebermetastasen"}}),
    ] {
        let liver = |status: Json| {
            of(
                FactId::LiverMetastases,
                condition("a", SITE, "LM", with(code.clone(), status)),
            )
        };
        assert_eq!(liver(json!({})), "present");
        assert_eq!(liver(verification("refuted")), "absent");
        assert_eq!(liver(verification("entered-in-error")), "missing");
        assert_eq!(liver(verification("provisional")), "missing");
        assert_eq!(liver(clinical("resolved")), "absent");
    }
    let net = condition("a", SITE, "NET", verification("refuted"));
    assert_eq!(of(FactId::Pnet, net), "absent");
}

#[test]
fn a_map_opens_the_gate_and_leaves_the_standard_codes_alone() {
    let chart = [condition("a", SITE, "NET", json!({}))];
    assert!(with_chart(&chart, |chart| chart.may_have_pnet(&codes())));
    assert!(!with_chart(&chart, |chart| chart.may_have_pnet(Codes::embedded())));
    let standard = observation("k", LOINC, "29593-1", json!({"valueInteger": 8}));
    assert_eq!(of(FactId::Ki67, standard), "8");
}
