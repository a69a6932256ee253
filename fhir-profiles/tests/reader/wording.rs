//! Values as people write them: labels in front, notes behind, other words for the same thing.

use crate::support::*;
use fhir_profiles::FactId;
use serde_json::{Value as Json, json};

/// Checks texts of a fact, as a string and as a concept that is only a text.
fn check(fact: &str, table: &[(&str, &str)]) {
    for (text, read) in table {
        for value in [
            json!({"valueString": text}),
            json!({"valueCodeableConcept": {"text": text}}),
        ] {
            let resource = observation("o", FACTS, fact, value);
            assert_eq!(one(id(fact), resource), *read, "{fact}: {text}");
        }
    }
}

#[test]
fn ki67_as_reports_write_it() {
    check(
        "ki67",
        &[
            ("Ki67: 3-5 %", "3-5"),
            ("Ki-67 18 %", "18"),
            ("MIB-1: 12%", "12"),
            ("12 % (hot spot)", "12"),
            ("12%, hot spots", "12"),
            ("between 3 and 5%", "3-5"),
            ("zwischen 3 und 5 %", "3-5"),
            ("12 %.", "12"),
            ("max. 5 %", "≤ 5"),
            ("maximal 5%", "≤ 5"),
            ("kleiner 3 %", "< 3"),
            ("3 - <5 %", "≥ 3 to < 5"),
            ("20% or greater", "≥ 20"),
            ("12 % der Tumorzellen", "12"),
            ("12 % positive tumor cells", "12"),
            ("5% (hot spot 12%)", "unreadable"),
            ("> 3 % or greater", "unreadable"),
            ("3-5 % or greater", "unreadable"),
            ("between 3 and", "unreadable"),
            ("12 % (hot spot?)", "unreadable"),
            ("Ki-67 not done", "missing"),
            ("unknown", "missing"),
        ],
    );
}

#[test]
fn units_of_a_percentage_in_words() {
    for (unit, read) in [
        ("/100{cells}", "12"),
        ("10*-2", "12"),
        ("% pos", "12"),
        ("percent positive", "12"),
        ("% Tumorzellen", "12"),
        ("/1000{cells}", "unreadable"),
    ] {
        let value = json!({"valueQuantity": {"value": 12, "unit": unit}});
        assert_eq!(
            one(FactId::Ki67, observation("o", FACTS, "ki67", value)),
            read,
            "{unit}"
        );
    }
    let of = |top: Json, bottom: Json| {
        let value = json!({"valueRatio": {"numerator": top, "denominator": bottom}});
        one(FactId::Ki67, observation("o", FACTS, "ki67", value))
    };
    let cells = |value: u32| json!({"value": value, "unit": "{cells}", "code": "{cells}", "system": "http://unitsofmeasure.org"});
    assert_eq!(of(cells(120), cells(1000)), "12");
    let comma = json!({"valueQuantity": {"value": "12,5", "unit": "%"}});
    assert_eq!(one(FactId::Ki67, observation("o", FACTS, "ki67", comma)), "12.5");
}

#[test]
fn a_percentage_below_one_is_flagged() {
    let notes = |value: Json| {
        let value = json!({"valueQuantity": {"value": value, "unit": "%"}});
        let read = facts(&[observation("o", FACTS, "ki67", value)]);
        read.get(FactId::Ki67).readings().unwrap()[0].evidence[0]
            .notes
            .clone()
    };
    assert_eq!(notes(json!(0.12)), ["below 1 %: a fraction may have been meant"]);
    assert!(notes(json!(1)).is_empty());
    assert!(notes(json!(0)).is_empty());
}

#[test]
fn mitoses_and_sizes_as_reports_write_them() {
    check(
        "mitoses",
        &[
            ("Mitoses: 2/10 HPF", "2"),
            ("2/10", "2"),
            ("20 Mitosen auf 10 HPF", "20"),
            ("keine Mitosen", "0"),
            ("none seen", "0"),
            ("11-2024", "unreadable"),
            ("2/20", "unreadable"),
            ("no mitoses counted yet", "unreadable"),
        ],
    );
    for fact in ["tumour-size", "largest-liver-lesion"] {
        check(
            fact,
            &[
                ("3.5 x 2.1 cm", "3.5"),
                ("2,1 × 3,5 cm", "3.5"),
                ("max. 3,5 cm", "3.5"),
                ("35x21 mm", "3.5"),
                ("3.5 x 2.1", "unreadable"),
                ("2 lesions x 3 cm", "unreadable"),
            ],
        );
    }
    check(
        "liver-lesion-count",
        &[("11-2024", "unreadable"), ("> 10", "> 10")],
    );
}

#[test]
fn scores_with_their_label_and_meaning() {
    check(
        "ecog",
        &[
            ("ECOG-PS 1", "1"),
            ("1 - Symptomatic but completely ambulatory", "1"),
            ("1 (restricted)", "1"),
            ("1 (suspected)", "unreadable"),
            ("1 or 2", "unreadable"),
        ],
    );
    check("sstr-uptake", &[("Krenning-Score 4", "4"), ("Krenning 3", "3")]);
    for (text, read) in [
        ("KPS 90", "1"),
        ("Karnofsky index: 70 %", "2"),
        ("KPS ?", "unreadable"),
    ] {
        let resource = observation("k", LOINC, "89243-0", json!({"valueString": text}));
        assert_eq!(one(FactId::Ecog, resource), read, "{text}");
    }
}

#[test]
fn words_have_synonyms() {
    check(
        "disease-status",
        &[
            ("Stable disease", "stable"),
            ("SD", "stable"),
            ("Progressive disease", "progressive"),
            ("PD", "progressive"),
            ("Krankheitsprogress", "progressive"),
            ("PR", "responding"),
            ("partial response", "responding"),
            ("no progression", "unreadable"),
            ("PD?", "unreadable"),
        ],
    );
    check(
        "liver-reserve",
        &[
            ("Child-Pugh class B", "child-pugh-b"),
            ("Child B", "child-pugh-b"),
            ("Child-Pugh: B", "child-pugh-b"),
            ("Child-Pugh B7", "child-pugh-b"),
            ("B7", "child-pugh-b"),
            ("CTP A", "child-pugh-a"),
            ("Child-Pugh A7", "unreadable"),
            ("Child A/B", "unreadable"),
        ],
    );
    check(
        "resectability",
        &[
            ("irresectable", "unresectable"),
            ("resektabel", "resectable"),
            ("not resectable", "unresectable"),
        ],
    );
    check(
        "portal-vein",
        &[
            ("partially occluded", "partial"),
            ("completely occluded", "occluded"),
            ("not occluded", "unreadable"),
        ],
    );
    check(
        "symptoms-controlled",
        &[
            ("controlled", "yes"),
            ("uncontrolled", "no"),
            ("none", "unreadable"),
        ],
    );
    check(
        "gi-shunt",
        &[
            ("none", "absent"),
            ("nein", "absent"),
            ("ja", "present"),
            ("Unknown", "missing"),
        ],
    );
}

#[test]
fn a_laboratorys_flag_behind_a_value_is_no_unit() {
    check(
        "glucagon",
        &[
            ("1200 pg/mL (H)", "1200"),
            ("1200 pg/mL (haemolysed)", "unreadable"),
        ],
    );
}

#[test]
fn a_thrombosis_without_extent_counts_as_occluded() {
    for (text, read) in [
        ("Portal vein thrombosis", "occluded"),
        ("Partial portal vein thrombosis", "partial"),
        ("Non-occlusive portal vein thrombosis", "partial"),
    ] {
        let code = json!({"code": {"coding": [{"system": ICD, "code": "I81"}], "text": text}});
        assert_eq!(
            one(FactId::PortalVein, condition("c", ICD, "I81", code)),
            read,
            "{text}"
        );
    }
}

#[test]
fn a_code_whose_text_is_another_test_is_unreadable() {
    let read = |code: Json| {
        let more = json!({"code": code, "valueQuantity": {"value": 90, "unit": "%"}});
        one(FactId::Ki67, observation("k", LOINC, "29593-1", more))
    };
    let ki67 = json!({"system": LOINC, "code": "29593-1"});
    let her2 = json!({"system": LOINC, "code": "85319-2"});
    for (code, is) in [
        (
            json!({"coding": [ki67], "text": "Estrogen receptor"}),
            "unreadable",
        ),
        (json!({"coding": [ki67, her2]}), "unreadable"),
        (json!({"coding": [ki67], "text": "Ki-67 (MIB-1)"}), "90"),
        (
            json!({"coding": [ki67], "text": "Immunohistochemistry: Ki-67, synaptophysin"}),
            "90",
        ),
        (json!({"coding": [ki67], "text": "Proliferation"}), "90"),
    ] {
        let told = code.to_string();
        assert_eq!(read(code), is, "{told}");
    }
}

#[test]
fn a_named_diagnosis_whose_value_and_interpretation_differ_says_nothing() {
    let v3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    let more =
        json!({"valueCodeableConcept": concept(SNOMED, "52101004"), "interpretation": [concept(v3, "NEG")]});
    let read = facts(&[observation("o", SNOMED, "94381002", more)]);
    assert!(read.get(FactId::LiverMetastases).readings().is_err());
}
