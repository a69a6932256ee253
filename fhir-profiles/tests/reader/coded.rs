//! Coded answers: a code counts only if its system is known, and two codings that disagree make the answer unreadable.

use crate::support::*;
use fhir_profiles::catalogue::Kind;
use fhir_profiles::{Codes, FactId};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The same answer in every place in which an answer can stand.
fn ways(fact: FactId, answer: &Json) -> Vec<(&'static str, Json)> {
    let plain = observation("x", FACTS, fact.as_str(), json!({"valueCodeableConcept": answer}));
    let component = observation(
        "x",
        "urn:example:local",
        "panel",
        json!({"component": [{"code": concept(FACTS, fact.as_str()), "valueCodeableConcept": answer}]}),
    );
    let mut contained = plain.clone();
    contained["id"] = json!("inner");
    let report = json!({
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "subject": {"reference": "Patient/p"},
        "code": concept("urn:example:local", "report"), "contained": [contained], "result": [{"reference": "#inner"}]
    });
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": plain}]});
    vec![
        ("alone", plain),
        ("component", component),
        ("contained", report),
        ("bundle", bundle),
    ]
}

#[test]
fn a_code_of_an_unknown_system_is_never_a_number_or_a_word() {
    let common = [
        "0", "1", "2", "3", "4", "15", "2.5", "T2", "N1", "M1", "pT2", "G2", "IV", "R0", "yes", "no",
        "present", "absent", "true", "positive", "negative", "H", "<3 %",
    ];
    for (place, fact) in FactId::ALL.iter().enumerate() {
        let own = fact.info().words.iter().map(String::as_str);
        for code in common.into_iter().chain(own) {
            let foreign = [
                json!({"system": "urn:oid:1.2.276.99.5.answers", "code": code}),
                json!({"system": "http://hospital.example/lists/12", "code": code}),
                json!({"code": code}),
            ];
            let position = place + code.len();
            if let Some(foreign) = foreign.get(position % 3) {
                let answer = json!({"coding": [foreign]});
                for (way, chart) in ways(*fact, &answer) {
                    let read = facts(&[chart]);
                    assert_eq!(short(read.get(*fact)), "unreadable", "{fact} {answer} {way}");
                    let shown = read.get(*fact).unread.iter().any(|e| e.recorded == code);
                    assert!(shown, "{fact} {answer} {way}: shown as recorded");
                }
            }
        }
    }
}

#[test]
fn the_display_or_text_of_a_code_of_an_unknown_system_may_be_read() {
    for (fact, answer, read) in [
        (
            "ki67",
            json!({"coding": [{"system": "urn:example:a", "code": "7", "display": "15 %"}]}),
            "15",
        ),
        (
            "sstr-uptake",
            json!({"coding": [{"system": "urn:example:a", "code": "3"}], "text": "Krenning 4"}),
            "4",
        ),
        (
            "margins",
            json!({"coding": [{"code": "R1", "display": "R0"}]}),
            "R0",
        ),
        (
            "resectability",
            json!({"coding": [{"system": "urn:example:a", "code": "1", "display": "unresectable"}]}),
            "unresectable",
        ),
        (
            "t",
            json!({"coding": [{"system": "urn:example:a", "code": "T1", "display": "pT3"}]}),
            "T3",
        ),
        (
            "mitoses",
            json!({"coding": [{"system": "urn:example:a", "code": "3", "display": "5 /10 HPF"}]}),
            "5",
        ),
    ] {
        for (way, chart) in ways(id(fact), &answer) {
            assert_eq!(
                short(facts(&[chart]).get(id(fact))),
                read,
                "{fact} {answer} {way}"
            );
        }
    }
}

#[test]
fn a_code_of_an_unknown_system_is_no_method_interpretation_site_or_status() {
    let foreign = |code: &str| concept("urn:example:local", code);
    let t = |method: Json| {
        observation(
            "x",
            FACTS,
            "t",
            json!({"method": method, "valueCodeableConcept": concept(VALUES, "T2")}),
        )
    };
    let system = |chart: Json| facts(&[chart]).get(FactId::T).readings().unwrap()[0].system;
    assert!(system(t(concept(VALUES, "enets"))).is_some());
    for code in ["enets", "ajcc-7", "uicc"] {
        assert_eq!(system(t(foreign(code))), None, "{code}");
    }

    for code in ["NEG", "POS", "ND"] {
        let shunt = observation("x", FACTS, "gi-shunt", json!({"interpretation": [foreign(code)]}));
        assert_eq!(one(FactId::GiShunt, shunt), "missing", "{code}");
    }
    for code in ["C25.2", "15776009", "pancreas"] {
        let tumour = condition("x", ICD, "C7A.8", json!({"bodySite": [foreign(code)]}));
        assert_eq!(one(FactId::Pnet, tumour), "missing", "{code}");
    }
    for code in ["confirmed", "refuted", "7", "A"] {
        let tumour = condition("x", ICD, "C25.4", json!({"verificationStatus": foreign(code)}));
        assert_eq!(one(FactId::Pnet, tumour), "missing", "{code}");
    }
    for code in ["active", "resolved", "inactive"] {
        let metastasis = condition("x", ICD, "C78.7", json!({"clinicalStatus": foreign(code)}));
        assert_eq!(one(FactId::LiverMetastases, metastasis), "missing", "{code}");
    }
    for code in ["8240/3", "8246/3", "8150/3"] {
        let histology = observation(
            "x",
            "http://loinc.org",
            "59847-4",
            json!({"valueCodeableConcept": foreign(code)}),
        );
        assert_eq!(one(FactId::Pnet, histology), "missing", "{code}");
    }
}

#[test]
fn a_code_that_a_site_maps_counts() {
    let map = json!({
        "resourceType": "ConceptMap", "status": "active", "group": [{
            "source": "urn:example:local", "target": VALUES,
            "element": [{"code": "3", "target": [{"code": "unresectable", "equivalence": "equivalent"}]}]
        }]
    });
    let files = BTreeMap::from([("map.json".to_owned(), map.to_string())]);
    let codes = Codes::with_maps(&files).unwrap();
    let chart = observation(
        "x",
        FACTS,
        "resectability",
        json!({"valueCodeableConcept": concept("urn:example:local", "3")}),
    );
    let read = facts_with(&codes, &[chart]);
    assert_eq!(short(read.get(FactId::Resectability)), "unresectable");
}

#[test]
fn two_codings_of_one_answer_that_disagree_make_it_unreadable() {
    let two = |a: (&str, &str), b: (&str, &str)| json!({"coding": [{"system": a.0, "code": a.1}, {"system": b.0, "code": b.1}]});
    let sct = "http://snomed.info/sct";
    let loinc = "http://loinc.org";
    for (fact, answer) in [
        ("ecog", two((loinc, "LA9623-5"), (loinc, "LA9624-3"))),
        ("differentiation", two((sct, "373375007"), (VALUES, "poor"))),
        ("gi-shunt", two((sct, "52101004"), (sct, "2667000"))),
        (
            "resectability",
            two((VALUES, "resectable"), (VALUES, "unresectable")),
        ),
        ("liver-reserve", two((sct, "710065009"), (VALUES, "child-pugh-c"))),
        ("n", two((VALUES, "N0"), ("http://cancerstaging.org", "cN1"))),
    ] {
        for (way, chart) in ways(id(fact), &answer) {
            let read = facts(&[chart]);
            assert_eq!(short(read.get(id(fact))), "unreadable", "{fact} {answer} {way}");
        }
    }
    let sites = observation(
        "x",
        sct,
        "385421009",
        json!({"valueCodeableConcept": two((sct, "10200004"), (sct, "258333005"))}),
    );
    let read = facts(&[sites]);
    assert_ne!(short(read.get(FactId::LiverMetastases)), "present");
    assert_ne!(short(read.get(FactId::ExtrahepaticMetastases)), "present");
}

#[test]
fn several_that_hold_together_do_not_disagree() {
    let answer = json!({"coding": [
        {"system": VALUES, "code": "liver-surface"}, {"system": VALUES, "code": "near-vital-structure"}
    ]});
    assert_eq!(FactId::LesionLocation.info().kind, Kind::Several);
    let chart = observation(
        "x",
        FACTS,
        "lesion-location",
        json!({"valueCodeableConcept": answer}),
    );
    assert_eq!(
        one(FactId::LesionLocation, chart),
        "near-vital-structure+liver-surface"
    );
}
