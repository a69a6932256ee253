//! What charts really hold: broken entries, values in every form, R5 forms.

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::Flag;
use serde_json::{Value as Json, json};

fn bundle(resources: &[Json]) -> Json {
    let entries: Vec<Json> = resources.iter().map(|r| json!({"resource": r})).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

/// The problems of a Bundle, as `place: what`.
fn problems(resources: &[Json]) -> Vec<String> {
    let read = facts(&[bundle(resources)]);
    let told = read.problems().iter();
    told.map(|p| format!("{}: {}", p.place, p.what)).collect()
}

fn potassium(more: Json) -> Json {
    observation(
        "k",
        LOINC,
        "2823-3",
        with(json!({"valueQuantity": {"value": 4.1, "unit": "mmol/L"}}), more),
    )
}

#[test]
fn a_broken_entry_is_told_though_no_fact_would_use_it() {
    let odd = "not used: an element cannot be read as FHIR";
    for broken in [
        json!({"code": "2823-3"}),
        json!({"code": ["2823-3"]}),
        json!({"code": {"coding": "2823-3"}}),
        json!({"code": {"coding": ["2823-3"]}}),
        json!({"code": {"coding": [{"system": LOINC, "code": 2823}]}}),
        json!({"code": {"text": ["potassium"]}}),
        json!({"status": ["final"]}),
        json!({"status": 1}),
        json!({"subject": "Patient/p"}),
        json!({"subject": [{"reference": "Patient/p"}]}),
        json!({"subject": {"reference": {"id": "p"}}}),
        json!({"valueQuantity": ["4.1", "mmol/L"]}),
        json!({"valueQuantity": null, "valueString": {"value": "4.1"}}),
        json!({"valueQuantity": null, "valueCodeableConcept": "high"}),
        json!({"valueQuantity": null, "valueInteger": [4]}),
        json!({"component": "4.1"}),
        json!({"component": [{"code": "2823-3"}]}),
    ] {
        let told = broken.to_string();
        assert_eq!(
            problems(&[patient(), potassium(broken)]),
            [format!("Observation/k: {odd}")],
            "{told}"
        );
    }
    for (broken, what) in [
        (
            json!({"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": "C78.7"}),
            format!("Condition/c: {odd}"),
        ),
        (
            json!({"resourceType": "Procedure", "subject": {"reference": "Patient/p"}, "code": "whipple"}),
            format!("entry 2: {odd}"),
        ),
        (
            json!({"resourceType": "MedicationRequest", "id": "m", "subject": {"reference": "Patient/p"},
                "medicationCodeableConcept": "octreotide"}),
            format!("MedicationRequest/m: {odd}"),
        ),
        (
            json!({"resourceType": "MedicationStatement", "id": "m", "subject": {"reference": "Patient/p"}}),
            "MedicationStatement/m: not used: it names no medication".into(),
        ),
        (
            json!({"resourceType": "Observation", "id": "k", "subject": {"reference": "Patient/p"}}),
            "Observation/k: not used: it has no code".into(),
        ),
        (json!("Observation"), "entry 2: the entry is no resource".into()),
        (
            json!({"id": "k", "code": {}}),
            "entry 2: the entry is no resource".into(),
        ),
        (
            json!({"resourceType": 7}),
            "entry 2: the entry is no resource".into(),
        ),
        (json!(null), "entry 2: the entry is no resource".into()),
    ] {
        let told = broken.to_string();
        assert_eq!(problems(&[patient(), broken]), [what], "{told}");
    }
}

#[test]
fn a_healthy_resource_that_no_fact_uses_is_not_told() {
    let healthy = [
        patient(),
        potassium(json!({})),
        potassium(json!({"id": "l", "valueQuantity": null, "valueInteger": "4"})),
        potassium(
            json!({"id": "m", "code": {"text": "potassium"}, "valueQuantity": null, "dataAbsentReason": {"text": "lost"}}),
        ),
        json!({"resourceType": "Condition", "id": "n", "subject": {"reference": "Patient/p"}}),
        json!({"resourceType": "MedicationRequest", "id": "o", "subject": {"reference": "Patient/p"},
            "status": "active", "intent": "order", "medicationReference": {"display": "metformin"}}),
        json!({"resourceType": "Encounter", "id": "e", "status": ["finished"], "subject": {"reference": "Patient/p"}}),
        json!({"resourceType": "List", "id": "i", "code": "x", "entry": [{"item": {"reference": "Observation/k"}}]}),
    ];
    assert_eq!(problems(&healthy), Vec::<String>::new());
}

#[test]
fn entries_that_are_no_list_are_told() {
    let read = facts(&[patient(), json!({"resourceType": "Bundle", "entry": "none"})]);
    let told: Vec<&str> = read.problems().iter().map(|p| p.what.as_str()).collect();
    assert_eq!(told, ["the entries of the bundle cannot be read"]);
}

#[test]
fn a_range_may_be_a_text_and_a_flag_a_word() {
    let flag = |more: Json| {
        let more = with(more, json!({"valueQuantity": {"value": 120, "unit": "ng/mL"}}));
        let read = facts(&[observation("c", LOINC, "9811-1", more)]);
        read.get(FactId::ChromograninA).readings().unwrap()[0].flag
    };
    let v2 = "http://terminology.hl7.org/CodeSystem/v2-0078";
    let v3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    for (more, is) in [
        (json!({"referenceRange": [{"text": "< 100"}]}), Some(Flag::High)),
        (
            json!({"referenceRange": [{"text": "<= 120 ng/mL"}]}),
            Some(Flag::Normal),
        ),
        (json!({"referenceRange": [{"text": "12-34"}]}), Some(Flag::High)),
        (
            json!({"referenceRange": [{"text": "150 - 200"}]}),
            Some(Flag::Low),
        ),
        (json!({"referenceRange": [{"text": "see comment"}]}), None),
        (
            json!({"referenceRange": [{"high": {"value": 100}}]}),
            Some(Flag::High),
        ),
        (json!({"interpretation": [concept(v2, "H")]}), Some(Flag::High)),
        (json!({"interpretation": [concept(v3, "HH")]}), Some(Flag::High)),
        (json!({"interpretation": [{"text": "High"}]}), Some(Flag::High)),
        (
            json!({"interpretation": [{"text": "normal"}]}),
            Some(Flag::Normal),
        ),
        (
            json!({"interpretation": [concept(v3, "H"), concept(v3, "N")]}),
            None,
        ),
        (json!({"interpretation": {"coding": [{"code": "L"}]}}), None),
        (json!({"interpretation": concept("urn:example:local", "L")}), None),
        (
            json!({"interpretation": {"coding": [{"system": "urn:example:local", "code": "2", "display": "low"}]}}),
            Some(Flag::Low),
        ),
    ] {
        assert_eq!(flag(more.clone()), is, "{more}");
    }
}

#[test]
fn an_interpretation_in_words_says_presence() {
    let v2 = "http://terminology.hl7.org/CodeSystem/v2-0078";
    for (interpretation, read) in [
        (concept(v2, "POS"), "present"),
        (concept(v2, "NEG"), "absent"),
        (json!({"text": "Positive"}), "present"),
        (json!({"text": "not detected"}), "absent"),
        (json!({"text": "see note"}), "missing"),
    ] {
        let more = json!({"interpretation": [interpretation]});
        assert_eq!(
            one(
                FactId::LiverMetastases,
                observation("l", FACTS, "liver-metastases", more)
            ),
            read
        );
    }
}

#[test]
fn values_come_in_every_form() {
    let percent = |value| json!({"value": value, "unit": "%"});
    for (more, read) in [
        (
            json!({"valueRatio": {"numerator": {"value": 12}, "denominator": {"value": 100}}}),
            "12",
        ),
        (
            json!({"valueRange": {"low": percent(3), "high": percent(5)}}),
            "3-5",
        ),
        (json!({"valueInteger": 8}), "8"),
        (json!({"valueDecimal": 8.5}), "8.5"),
        (json!({"valueString": "0,5 %"}), "0.5"),
        (json!({"valueCodeableConcept": {"text": "< 3 %"}}), "< 3"),
    ] {
        assert_eq!(
            one(FactId::Ki67, observation("k", LOINC, "29593-1", more.clone())),
            read,
            "{more}"
        );
    }
}

#[test]
fn r5_statements_say_by_adherence_whether_a_drug_is_taken() {
    let statement = |status: &str, adherence: Json| {
        let resource = json!({"resourceType": "MedicationStatement", "id": "m", "status": status,
            "subject": {"reference": "Patient/p"}, "medication": {"concept": {"text": "octreotide LAR"}}});
        one(FactId::OnSsa, with(resource, json!({"adherence": adherence})))
    };
    let says = |code| json!({"code": concept("http://hl7.org/fhir/CodeSystem/medication-statement-adherence", code)});
    assert_eq!(statement("recorded", says("taking")), "present");
    assert_eq!(statement("recorded", says("not-taking")), "absent");
    assert_eq!(statement("recorded", says("stopped-as-directed")), "absent");
    assert_eq!(statement("recorded", says("on-hold")), "missing");
    assert_eq!(statement("recorded", says("odd")), "missing");
    // The table of section 2: recorded is given now.
    assert_eq!(statement("recorded", Json::Null), "present");
    assert_eq!(statement("draft", says("taking")), "missing");
    assert_eq!(statement("entered-in-error", says("taking")), "missing");
}

#[test]
fn r5_forms_of_requests_and_procedures_are_read() {
    let drug = json!({"resourceType": "Medication", "id": "x", "code": {"text": "lanreotide"}});
    let request = json!({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p"}, "medication": {"reference": {"reference": "Medication/x"}}});
    assert_eq!(short(facts(&[request, drug]).get(FactId::OnSsa)), "present");
    let procedure = json!({"resourceType": "Procedure", "id": "w", "status": "completed",
        "subject": {"reference": "Patient/p"}, "code": concept(FACTS, "primary-resected"),
        "occurrenceDateTime": "2025-05", "bodySite": [{"text": "pancreas"}]});
    let read = facts(&[procedure]);
    let resected = read.get(FactId::PrimaryResected).readings().unwrap();
    assert_eq!(resected[0].effective().unwrap().to_string(), "2025-05");
    let given = json!({"resourceType": "MedicationAdministration", "id": "a", "status": "completed",
        "subject": {"reference": "Patient/p"}, "medication": {"concept": {"text": "octreotide"}},
        "occurenceDateTime": "2026-10-01"});
    let read = facts(&[given]);
    // A dose of a short-acting form is no evidence of today.
    let on_ssa = read.get(FactId::OnSsa);
    assert_eq!(short(on_ssa), "missing");
    assert_eq!(on_ssa.shown[0].effective.unwrap().to_string(), "2026-10-01");
}

#[test]
fn a_secondary_tumour_is_placed_by_its_body_site() {
    let secondary = |more| facts(&[condition("m", SNOMED, "128462008", more)]);
    let read = secondary(liver());
    assert_eq!(short(read.get(FactId::LiverMetastases)), "present");
    let read = secondary(json!({"bodySite": [{"text": "Liver"}]}));
    assert_eq!(short(read.get(FactId::LiverMetastases)), "present");
    let read = secondary(json!({}));
    assert_eq!(short(read.get(FactId::LiverMetastases)), "missing");
    assert_eq!(read.get(FactId::LiverMetastases).shown.len(), 1);
}

#[test]
fn the_order_of_the_fields_changes_nothing() {
    let kind = r#""resourceType": "Observation", "id": "k", "status": "final", "subject": {"reference": "Patient/p"}"#;
    let code = r#""code": {"coding": [{"code": "29593-1", "system": "http://loinc.org"}]}"#;
    let value = r#""valueQuantity": {"unit": "%", "value": 8.50}"#;
    for text in [
        format!("{{{kind}, {code}, {value}}}"),
        format!("{{{code}, {value}, {kind}}}"),
        format!("{{{value}, {kind}, {code}}}"),
    ] {
        let raw: fhir_profiles::json::Document<'_> = text.parse().unwrap();
        let mut chart = fhir_profiles::ChartBuilder::new(Some("p"));
        chart.add(raw.root());
        let nothing = std::collections::BTreeSet::new();
        let policy = fhir_profiles::ReadPolicy {
            as_of: "2026-11-23".parse().unwrap(),
            codes: fhir_profiles::Codes::embedded(),
            closed_world: &nothing,
        };
        let read = fhir_profiles::read(&chart.finish().unwrap(), &policy);
        assert_eq!(short(read.get(FactId::Ki67)), "8.5", "{text}");
        assert_eq!(
            read.get(FactId::Ki67).readings().unwrap()[0].evidence[0].recorded,
            "8.50 %"
        );
    }
}

#[test]
fn a_drug_is_not_read_from_a_text_that_takes_it_back() {
    for text in [
        "no octreotide",
        "octreotide stopped",
        "allergy to octreotide",
        "Octreotide: declined",
        "avoid octreotide",
    ] {
        let statement = json!({"resourceType": "MedicationStatement", "id": "m", "status": "active",
            "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": text}});
        let read = facts(&[statement]);
        assert_eq!(short(read.get(FactId::OnSsa)), "missing", "{text}");
        assert_eq!(short(read.get(FactId::PriorSystemicTherapy)), "missing", "{text}");
    }
}

#[test]
fn a_reason_as_value_is_no_value_and_a_marker_needs_its_unit() {
    let reason = concept(
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "not-applicable",
    );
    let m = observation("m", SNOMED, "399387003", json!({"valueCodeableConcept": reason}));
    assert_eq!(one(FactId::M, m), "missing");
    let bare = observation("c", LOINC, "9811-1", json!({"valueQuantity": {"value": 93}}));
    assert_eq!(one(FactId::ChromograninA, bare), "unreadable");
}

#[test]
fn nobody_is_two_hundred_years_old() {
    let of = |birth: &str| one(FactId::Age, with(patient(), json!({"birthDate": birth})));
    assert_eq!(
        (of("1800-01-01"), of("1900-01-01")),
        ("missing".into(), "missing".into()),
        "what stands for no birth date is none"
    );
    assert_eq!(
        (of("1820-05-05"), of("1906-01-01")),
        ("unreadable".into(), "120".into())
    );
}

#[test]
fn a_placeholder_is_no_birth_date() {
    let of = |birth: &str| one(FactId::Age, with(patient(), json!({"birthDate": birth})));
    for placeholder in ["1900-01-01", "19000101", "1900-01-01T00:00:00Z", " 1900-01-01 "] {
        assert_eq!(of(placeholder), "missing", "{placeholder:?}");
    }
}
