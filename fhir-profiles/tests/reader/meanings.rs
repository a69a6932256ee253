//! What the other codes come to: traps, markers, syndromes, organs, medications, cautions.

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::Specimen;
use serde_json::{Value as Json, json};

#[test]
fn the_traps_are_never_read() {
    let read = facts(&[
        observation(
            "a",
            LOINC,
            "85319-2",
            json!({"valueQuantity": {"value": 8, "unit": "%"}, "code": {"coding": [{"system": LOINC, "code": "85319-2", "display": "Ki-67"}], "text": "Ki-67"}}),
        ),
        observation(
            "b",
            LOINC,
            "3126-0",
            json!({"valueQuantity": {"value": 900, "unit": "pg/mL"}}),
        ),
        observation(
            "c",
            LOINC,
            "15061-5",
            json!({"valueQuantity": {"value": 900, "unit": "pg/mL"}}),
        ),
        observation(
            "d",
            LOINC,
            "10471-1",
            json!({"valueQuantity": {"value": 900, "unit": "ng/mL"}}),
        ),
        observation("e", LOINC, "44695-5", json!({"valueInteger": 3})),
        observation("f", LOINC, "85300-2", json!({"valueInteger": 3})),
        observation(
            "g",
            "urn:local",
            "ki67",
            json!({"code": {"text": "Ki-67 index"}, "valueInteger": 8}),
        ),
    ]);
    for fact in FactId::ALL {
        assert_eq!(short(read.get(*fact)), "missing", "{fact}");
    }
}

#[test]
fn a_code_of_two_facts_is_unreadable_for_both() {
    let both = json!({"code": {"coding": [{"system": LOINC, "code": "29593-1"}, {"system": FACTS, "code": "mitoses"}]}, "valueInteger": 8});
    let read = facts(&[observation("k", LOINC, "29593-1", both)]);
    assert_eq!(
        (short(read.get(FactId::Ki67)), short(read.get(FactId::Mitoses))),
        ("unreadable".into(), "unreadable".into())
    );
}

#[test]
fn a_presence_code_gives_an_index_only_with_a_percentage() {
    let read = |more| one(FactId::Ki67, observation("k", LOINC, "33055-5", more));
    assert_eq!(read(json!({"valueQuantity": {"value": 8, "unit": "%"}})), "8");
    assert_eq!(
        read(json!({"valueCodeableConcept": concept(SNOMED, "10828004")})),
        "missing"
    );
}

#[test]
fn the_specimen_of_ki67_is_kept() {
    let specimen = |more| {
        let read = facts(&[observation(
            "k",
            LOINC,
            "29593-1",
            with(more, json!({"valueInteger": 8})),
        )]);
        read.get(FactId::Ki67).readings().unwrap()[0].specimen
    };
    assert_eq!(specimen(json!({})), None);
    assert_eq!(specimen(liver()), Some(Specimen::Metastasis));
    assert_eq!(specimen(pancreas()), Some(Specimen::Primary));
}

#[test]
fn a_syndrome_makes_the_tumour_functioning() {
    for (system, code, detail) in [
        (SNOMED, "713189001", "insulinoma"),
        (SNOMED, "302823005", "glucagonoma"),
        (SNOMED, "53132006", "gastrinoma"),
        (ICD, "E16.4", "gastrinoma"),
        (SNOMED, "253005002", "VIPoma"),
        (ICD, "E34.0", "carcinoid syndrome"),
        (ICD, "E34.00", "carcinoid syndrome"),
        (ICD, "E34.01", "carcinoid syndrome"),
    ] {
        let read = facts(&[condition("c", system, code, json!({}))]);
        assert_eq!(short(read.get(FactId::Functioning)), "functioning", "{code}");
        assert_eq!(
            read.get(FactId::Functioning).readings().unwrap()[0]
                .detail
                .as_deref(),
            Some(detail)
        );
    }
    for (system, code) in [(ICD, "E16.3"), (ICD, "E16.1"), (ICD, "E16.8")] {
        assert_eq!(
            one(FactId::Functioning, condition("c", system, code, json!({}))),
            "missing",
            "{code}"
        );
    }
    assert_eq!(
        one(
            FactId::Functioning,
            condition("c", SNOMED, "1208744003", json!({}))
        ),
        "non-functioning"
    );
    assert_eq!(
        one(
            FactId::Functioning,
            condition("c", ICD, "E34.0", clinical("resolved"))
        ),
        "missing"
    );
}

#[test]
fn heart_portal_vein_and_liver_reserve() {
    assert_eq!(
        one(
            FactId::RightHeartDysfunction,
            condition("c", ICD, "E34.01", json!({}))
        ),
        "present"
    );
    assert_eq!(
        one(
            FactId::RightHeartDysfunction,
            condition("c", ICD, "I50.813", json!({}))
        ),
        "present"
    );
    assert_eq!(
        one(
            FactId::RightHeartDysfunction,
            condition("c", SNOMED, "111287006", json!({}))
        ),
        "missing"
    );
    assert_eq!(
        one(FactId::PortalVein, condition("c", ICD, "I81", json!({}))),
        "occluded"
    );
    assert_eq!(
        one(
            FactId::PortalVein,
            condition("c", ICD, "I81", verification("refuted"))
        ),
        "missing"
    );
    assert_eq!(
        one(
            FactId::PortalVein,
            condition("c", ICD, "I81", clinical("resolved"))
        ),
        "missing"
    );
    let child = observation(
        "c",
        "urn:local",
        "child",
        json!({"valueCodeableConcept": concept(SNOMED, "710066005")}),
    );
    assert_eq!(one(FactId::LiverReserve, child), "child-pugh-b");
    assert_eq!(
        one(
            FactId::LiverReserve,
            condition("c", SNOMED, "19943007", json!({}))
        ),
        "missing"
    );
}

#[test]
fn margins_and_disease_status() {
    let margins = |value: Json| {
        one(
            FactId::Margins,
            observation("r", LOINC, "84892-9", json!({"valueCodeableConcept": value})),
        )
    };
    assert_eq!(margins(json!({"text": "R0"})), "R0");
    assert_eq!(margins(json!({"text": "RX"})), "missing");
    assert_eq!(margins(json!({"text": "R"})), "unreadable");
    for (system, code, obs, read) in [
        (SNOMED, "359746009", "97509-4", "stable"),
        (SNOMED, "271299001", "97509-4", "progressive"),
        (SNOMED, "268910001", "97509-4", "responding"),
        (SNOMED, "709137006", "97509-4", "missing"),
        (LOINC, "LA28366-5", "88040-1", "responding"),
        (LOINC, "LA28371-5", "88040-1", "stable"),
        (LOINC, "LA28370-7", "88040-1", "progressive"),
    ] {
        let value = json!({"valueCodeableConcept": concept(system, code)});
        assert_eq!(
            one(FactId::DiseaseStatus, observation("d", LOINC, obs, value)),
            read,
            "{code}"
        );
    }
    let since = json!({"valueCodeableConcept": concept(VALUES, "stable"), "effectiveDateTime": null,
        "effectivePeriod": {"start": "2026-01-01", "end": "2026-10-01"}});
    let read = facts(&[observation("d", FACTS, "disease-status", since)]);
    let reading = &read.get(FactId::DiseaseStatus).readings().unwrap()[0];
    assert_eq!(reading.since.unwrap().to_string(), "2026-01-01");
}

#[test]
fn the_same_resource_by_two_searches_is_one_reading() {
    let d = observation(
        "d",
        FACTS,
        "disease-status",
        json!({"valueCodeableConcept": concept(VALUES, "stable")}),
    );
    let read = facts(&[d.clone(), d]);
    assert_eq!(read.get(FactId::DiseaseStatus).readings().unwrap()[0].since, None);
}

#[test]
fn of_two_versions_the_last_counts() {
    let version = |date: &str, value: u32| {
        observation(
            "k",
            LOINC,
            "29593-1",
            json!({"meta": {"lastUpdated": date}, "valueInteger": value}),
        )
    };
    let read = facts(&[
        version("2026-06-02T00:00:00Z", 8),
        version("2026-06-01T00:00:00Z", 30),
    ]);
    assert_eq!(short(read.get(FactId::Ki67)), "8");
    assert!(read.get(FactId::Ki67).older.is_empty());
}

fn taking(medication: Json) -> Json {
    with(
        json!({"resourceType": "MedicationStatement", "id": "m", "status": "active", "subject": {"reference": "Patient/p"}}),
        medication,
    )
}

#[test]
fn drugs_are_known_by_code_and_by_name() {
    let hcpcs = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
    for (medication, ssa, drug) in [
        (
            json!({"medicationCodeableConcept": concept(RXNORM, "68092")}),
            "present",
            Some("lanreotide"),
        ),
        (
            json!({"medicationCodeableConcept": concept("http://www.whocc.no/atc", "H01CB02")}),
            "present",
            Some("octreotide"),
        ),
        (
            json!({"medicationCodeableConcept": concept(hcpcs, "J2353")}),
            "present",
            Some("octreotide"),
        ),
        (
            json!({"medicationCodeableConcept": {"text": "Octreotide LAR 30 mg kit"}}),
            "present",
            Some("octreotide"),
        ),
        (
            json!({"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "999", "display": "everolimus 10 MG Oral Tablet"}]}}),
            "missing",
            Some("everolimus"),
        ),
        (
            json!({"medicationCodeableConcept": concept(hcpcs, "A9513")}),
            "missing",
            Some("lutetium-dotatate"),
        ),
        (
            json!({"medicationReference": {"display": "sunitinib 37.5 mg"}}),
            "missing",
            Some("sunitinib"),
        ),
        (
            json!({"medicationReference": {"reference": "#c"}, "contained": [{"resourceType": "Medication", "id": "c", "code": concept(RXNORM, "37776")}]}),
            "missing",
            Some("temozolomide"),
        ),
        (
            json!({"medication": {"concept": {"text": "capecitabine"}}}),
            "missing",
            Some("capecitabine"),
        ),
        (
            json!({"medicationCodeableConcept": {"text": "Indium In-111 octreotide scan"}}),
            "missing",
            None,
        ),
        (
            json!({"medicationCodeableConcept": {"text": "fluorouracil 5 % topical cream"}}),
            "missing",
            None,
        ),
        (
            json!({"medicationCodeableConcept": {"text": "metformin"}}),
            "missing",
            None,
        ),
    ] {
        let told = medication.to_string();
        let read = facts(&[taking(medication)]);
        assert_eq!(short(read.get(FactId::OnSsa)), ssa, "{told}");
        let therapy = read.get(FactId::PriorSystemicTherapy).readings().ok();
        assert_eq!(therapy.and_then(|r| r[0].detail.as_deref()), drug, "{told}");
    }
}

#[test]
fn a_medication_of_the_bundle_is_followed() {
    let medication = json!({"resourceType": "Medication", "id": "x", "code": {"text": "lanreotide"}});
    let read = facts(&[
        taking(json!({"medicationReference": {"reference": "Medication/x"}})),
        medication,
    ]);
    assert_eq!(short(read.get(FactId::OnSsa)), "present");
}

#[test]
fn cautions_go_by_icd_category() {
    for (code, fact) in [
        ("E11.9", FactId::Diabetes),
        ("I10", FactId::Hypertension),
        ("K80.20", FactId::Gallstones),
        ("K90.3", FactId::Steatorrhoea),
        ("J44.9", FactId::LungDisease),
        ("D69.6", FactId::Cytopenia),
        ("M32.9", FactId::AutoimmuneDisease),
    ] {
        assert_eq!(
            one(fact, condition("c", ICD, code, json!({}))),
            "present",
            "{code}"
        );
        assert_eq!(
            one(fact, condition("c", ICD, code, verification("refuted"))),
            "absent",
            "{code}"
        );
    }
}
