//! What else than its code an order says of what it is.

use crate::setup::{OURS, RXNORM, SNOMED, TEXT, options, order, proposed, read_with};
use fhir_profiles::Codes;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn the_body_site_of_a_procedure_counts() {
    let rfa = |name: &str, site: Value| {
        let mut rfa = order("ServiceRequest", TEXT, name);
        rfa["bodySite"] = json!([site]);
        options(&[rfa])
    };
    let coded = |code: &str| json!({"coding": [{"system": SNOMED, "code": code}]});
    for name in ["RFA", "Radiofrequency ablation"] {
        for liver in [json!({"text": "Liver, segment 6"}), coded("10200004")] {
            assert_eq!(rfa(name, liver), [["radiofrequency-ablation"]], "{name}");
        }
        assert_eq!(rfa(name, json!({"text": "Thyroid"})), [] as [Vec<String>; 0]);
    }
    assert_eq!(rfa("TAE", coded("10200004")), [["transarterial-embolisation"]]);
    assert_eq!(rfa("TAE", json!({"text": "Left kidney"})), [] as [Vec<String>; 0]);
}

#[test]
fn a_test_or_a_scan_is_no_order_of_the_drug_that_it_names() {
    let none = [] as [Vec<String>; 0];
    let mut level = order("ServiceRequest", TEXT, "Everolimus");
    assert_eq!(options(&[level.clone()]), [["everolimus"]]);
    level["category"] = json!([{"text": "Laboratory"}]);
    assert_eq!(options(&[level.clone()]), none);
    level["category"] = json!([{"coding": [{"system": SNOMED, "code": "108252007"}]}]);
    assert_eq!(options(&[level.clone()]), none);
    level["category"] = json!([]);
    level["code"]["coding"] =
        json!([{"system": "http://loinc.org", "code": "50544-8", "display": "Everolimus"}]);
    assert_eq!(options(&[level]), none);
    let mut scan = order("ServiceRequest", TEXT, "Octreotide");
    scan["category"] = json!([{"coding": [{"code": "imaging"}]}]);
    assert_eq!(options(&[scan.clone()]), none);
    // What radiologists and nuclear physicians do to treat is filed with what they do to see.
    for (name, option) in [
        ("TACE", "transarterial-chemoembolisation"),
        ("Lu-177 dotatate", "prrt"),
    ] {
        scan["code"] = json!({"text": name});
        assert_eq!(options(&[scan.clone()]), [[option]]);
    }
}

#[test]
fn a_regimen_that_the_review_does_not_have_is_no_order_of_its_parts() {
    let drug = |code: &str| order("MedicationRequest", RXNORM, code);
    let (fluorouracil, irinotecan, capecitabine) = (drug("4492"), drug("51499"), drug("194000"));
    assert_eq!(options(std::slice::from_ref(&fluorouracil)).len(), 1);
    assert_eq!(
        options(&[fluorouracil, irinotecan.clone()]),
        [] as [Vec<String>; 0]
    );
    assert_eq!(options(&[capecitabine, irinotecan]), [] as [Vec<String>; 0]);
    let tace = order("ServiceRequest", TEXT, "TACE with streptozocin");
    assert_eq!(options(&[tace]), [["transarterial-chemoembolisation"]]);
    let cisplatin = drug("2555");
    assert_eq!(
        options(&[order("ServiceRequest", TEXT, "TACE"), cisplatin]),
        [["transarterial-chemoembolisation"]]
    );
    // Two drugs of one regimen give one card.
    let both = [drug("2555"), drug("4179")];
    assert_eq!(options(&both), [["platinum-etoposide"]]);
    assert_eq!(proposed(&both)[0].orders.len(), 2);
}

#[test]
fn a_site_maps_its_own_codes_and_texts_of_orders() {
    let map = |to: &str| {
        let element =
            |code: &str| json!([{"code": code, "target": [{"code": to, "equivalence": "equivalent"}]}]);
        let map = json!({"resourceType": "ConceptMap", "status": "active", "group": [
            {"source": "urn:oid:1.2.3", "target": OURS, "element": element("OP-77")},
            {"source": "urn:pnet-cds:text", "target": OURS, "element": element("Kryo Leber")},
        ]});
        Codes::with_maps(&BTreeMap::from([("site.json".to_owned(), map.to_string())]))
    };
    let codes = map("cryotherapy").unwrap();
    for (system, code) in [("urn:oid:1.2.3", "OP-77"), (TEXT, "kryo leber ")] {
        let found = read_with(&[order("ServiceRequest", system, code)], &codes);
        let treatments: Vec<&str> = found[0].treatments.iter().map(|t| t.as_str()).collect();
        assert_eq!(treatments, ["cryotherapy"], "{code}");
    }
    let faults = map("cryo").unwrap_err();
    assert_eq!(faults.len(), 2);
    assert!(faults[0].what.contains("`cryo` is no treatment"), "{}", faults[0]);
}

#[test]
fn what_is_no_order_any_more_is_not_checked() {
    let statuses = [
        ("draft", 1),
        ("active", 1),
        ("on-hold", 1),
        ("unknown", 1),
        ("preparation", 1),
        ("cancelled", 0),
        ("revoked", 0),
        ("stopped", 0),
        ("ended", 0),
        ("completed", 0),
        ("not-done", 0),
        ("entered-in-error", 0),
    ];
    for (status, expected) in statuses {
        let mut tace = order("ServiceRequest", TEXT, "TACE");
        tace["status"] = status.into();
        assert_eq!(proposed(&[tace]).len(), expected, "{status}");
    }
    let mut tace = order("ServiceRequest", TEXT, "TACE");
    tace["doNotPerform"] = true.into();
    assert!(proposed(&[tace]).is_empty());
    for kind in ["Task", "CarePlan", "Observation", "Condition"] {
        assert!(proposed(&[order(kind, TEXT, "TACE")]).is_empty(), "{kind}");
    }
}
