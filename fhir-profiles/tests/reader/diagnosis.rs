//! The diagnosis and its metastases.

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::Source;
use serde_json::{Value as Json, json};

#[test]
fn codes_that_name_the_pancreas_and_the_kind_of_tumour_are_the_diagnosis() {
    for (system, code) in [
        (ICD, "C25.4"),
        (ICD, "C254"),
        (ICD, "D13.7"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "C25.4"),
        (SNOMED, "735735001"),
        (SNOMED, "1208744003"),
        (SNOMED, "1186869002"),
        (SNOMED, "713189001"),
        (SNOMED, "302823005"),
        (SNOMED, "1187519007"),
        (FACTS, "pnet"),
    ] {
        assert_eq!(
            one(FactId::Pnet, condition("c", system, code, json!({}))),
            "present",
            "{code}"
        );
    }
}

#[test]
fn codes_that_do_not_name_both_are_not() {
    for (system, code) in [
        (ICD, "C25.9"),
        (ICD, "C25.0"),
        (ICD, "C7A.8"),
        (ICD, "C7A.1"),
        (ICD, "C7A.098"),
        (ICD, "C7A.00"),
        (ICD, "D37.8"),
        (ICD, "D3A.8"),
        (SNOMED, "372003004"),
        (SNOMED, "253005002"),
        (SNOMED, "53132006"),
        (SNOMED, "35868009"),
        (SNOMED, "123631000119103"),
        (ICD, "C24.1"),
        (ICD, "E16.4"),
    ] {
        assert_eq!(
            one(FactId::Pnet, condition("c", system, code, json!({}))),
            "missing",
            "{code}"
        );
    }
}

#[test]
fn a_neuroendocrine_code_counts_with_the_pancreas_as_body_site() {
    for (system, code) in [
        (ICD, "C7A.8"),
        (ICD, "C7A.098"),
        (ICD, "D3A.8"),
        (SNOMED, "253005002"),
    ] {
        assert_eq!(
            one(FactId::Pnet, condition("c", system, code, pancreas())),
            "present",
            "{code}"
        );
        assert_eq!(
            one(FactId::Pnet, condition("c", system, code, liver())),
            "missing",
            "{code}"
        );
    }
    assert_eq!(
        one(FactId::Pnet, condition("c", ICD, "D37.8", pancreas())),
        "missing"
    );
}

fn morphology(code: &str) -> Json {
    json!({"extension": [{
        "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior",
        "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", code)}]})
}

fn histology(more: Json) -> Json {
    let value =
        json!({"valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8246/3")});
    observation("h", LOINC, "31206-6", with(value, more))
}

#[test]
fn a_pancreatic_tumour_is_one_with_neuroendocrine_morphology() {
    let pancreatic = |more| condition("c", ICD, "C25.9", more);
    assert_eq!(one(FactId::Pnet, pancreatic(morphology("8246/3"))), "present");
    assert_eq!(one(FactId::Pnet, pancreatic(morphology("8240/3 1"))), "present");
    assert_eq!(one(FactId::Pnet, pancreatic(morphology("8500/3"))), "missing");
    assert_eq!(
        one(
            FactId::Pnet,
            condition("c", ICD, "D37.8", with(pancreas(), morphology("8246/3")))
        ),
        "present"
    );
    let with_histology = |more| short(facts(&[pancreatic(json!({})), histology(more)]).get(FactId::Pnet));
    assert_eq!(with_histology(json!({})), "present");
    assert_eq!(
        with_histology(json!({"focus": [{"reference": "Condition/c"}]})),
        "present"
    );
    assert_eq!(
        with_histology(json!({"focus": [{"reference": "Condition/other"}]})),
        "missing"
    );
    assert_eq!(with_histology(json!({"status": "entered-in-error"})), "missing");
    assert_eq!(with_histology(json!({"bodySite": {"text": "lung"}})), "missing");
    assert_eq!(one(FactId::Pnet, histology(json!({}))), "missing");
    assert_eq!(
        one(
            FactId::Pnet,
            histology(site("http://terminology.hl7.org/CodeSystem/icd-o-3", "C25.1"))
        ),
        "present"
    );
}

#[test]
fn what_may_be_the_diagnosis_is_told_from_the_narrow_view() {
    let codes = fhir_profiles::Codes::embedded();
    for (resource, may) in [
        (condition("c", ICD, "C25.4", json!({})), true),
        (condition("c", ICD, "C25.9", json!({})), true),
        (condition("c", ICD, "C7A.8", json!({})), true),
        (
            observation("o", FACTS, "pnet", json!({"valueBoolean": true})),
            true,
        ),
        (condition("c", ICD, "E11.9", json!({})), false),
        (
            observation("k", LOINC, "29593-1", json!({"valueInteger": 8})),
            false,
        ),
        (patient(), false),
    ] {
        assert_eq!(with_chart(&[resource], |chart| chart.may_have_pnet(codes)), may);
    }
}

#[test]
fn refuting_one_kind_does_not_refute_the_diagnosis() {
    assert_eq!(
        one(
            FactId::Pnet,
            condition("c", SNOMED, "713189001", verification("refuted"))
        ),
        "missing"
    );
    assert_eq!(
        one(
            FactId::Functioning,
            condition("c", SNOMED, "713189001", verification("refuted"))
        ),
        "missing"
    );
}

#[test]
fn liver_metastases_have_many_codes() {
    for resource in [
        condition("c", ICD, "C78.7", json!({})),
        condition("c", ICD, "C7B.02", json!({})),
        condition("c", SNOMED, "94381002", json!({})),
        condition("c", SNOMED, "1251486007", json!({})),
        condition("c", ICD, "C7B.8", liver()),
        condition("c", SNOMED, "128462008", liver()),
        observation(
            "o",
            SNOMED,
            "385421009",
            json!({"valueCodeableConcept": concept(SNOMED, "258334004")}),
        ),
        observation("o", SNOMED, "94381002", json!({"valueBoolean": true})),
        observation("o", FACTS, "liver-metastases", json!({"valueBoolean": true})),
        observation(
            "o",
            SNOMED,
            "277208005",
            with(liver(), json!({"valueString": "M1"})),
        ),
        observation("o", SNOMED, "277208005", json!({"valueString": "pM1 (HEP)"})),
    ] {
        let told = resource.to_string();
        assert_eq!(one(FactId::LiverMetastases, resource), "present", "{told}");
    }
    for (more, read) in [
        (json!({"valueBoolean": false}), "absent"),
        (json!({"valueBoolean": true}), "missing"),
    ] {
        assert_eq!(
            one(
                FactId::LiverMetastases,
                observation("o", SNOMED, "1098951000119108", more)
            ),
            read
        );
    }
    assert_eq!(
        one(FactId::LiverMetastases, condition("c", ICD, "C7B.8", json!({}))),
        "missing"
    );
}

#[test]
fn other_sites_are_parts_of_extrahepatic_disease() {
    for (system, code, fact, read) in [
        (ICD, "C79.51", FactId::ExtrahepaticMetastases, "present"),
        (ICD, "C78.00", FactId::ExtrahepaticMetastases, "present"),
        (ICD, "C79.31", FactId::ExtrahepaticMetastases, "present"),
        (ICD, "C78.6", FactId::ExtrahepaticMetastases, "present"),
        (ICD, "C78.6", FactId::DiffusePeritonealMetastases, "missing"),
        (ICD, "C7B.01", FactId::DistantLymphNodeMetastases, "present"),
        (ICD, "C7B.01", FactId::ExtrahepaticMetastases, "present"),
        (ICD, "C77.2", FactId::DistantLymphNodeMetastases, "missing"),
        (ICD, "C77.2", FactId::ExtrahepaticMetastases, "missing"),
        (ICD, "C78.7", FactId::ExtrahepaticMetastases, "missing"),
        (ICD, "C79.9", FactId::ExtrahepaticMetastases, "missing"),
    ] {
        assert_eq!(
            one(fact, condition("c", system, code, json!({}))),
            read,
            "{code} {fact}"
        );
    }
    let read = facts(&[condition("c", ICD, "C79.51", json!({}))]);
    assert_eq!(
        read.get(FactId::ExtrahepaticMetastases).readings().unwrap()[0].source,
        Source::Part
    );
    assert_eq!(
        one(
            FactId::ExtrahepaticMetastases,
            condition("c", ICD, "C79.51", verification("refuted"))
        ),
        "missing"
    );
    assert_eq!(
        facts(&[condition("c", ICD, "C77.2", json!({}))])
            .get(FactId::DistantLymphNodeMetastases)
            .shown
            .len(),
        1
    );
}
