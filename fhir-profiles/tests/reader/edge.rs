//! Each record is judged by itself: keys that stand twice, halves of characters, modifiers, elements left out.

use crate::support::*;
use fhir_profiles::chart::json_text;
use fhir_profiles::facts::{Aside, Gap, NotReadWhy};
use fhir_profiles::json::Document;
use fhir_profiles::{AddedKind, ChartBuilder, Codes, FactId, Facts, ReadPolicy, read};
use serde_json::json;
use std::collections::BTreeSet;

const KI67: &str = r#""resourceType":"Observation","id":"k","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-05-01","code":{"coding":[{"system":"http://loinc.org","code":"29593-1"}]}"#;
const VALUE: &str = r#""valueQuantity":{"value":8,"unit":"%"}"#;

fn patient_text() -> String {
    patient().to_string()
}

/// The facts of a Bundle of these resources, written as they are.
fn facts_of(resources: &[String]) -> Facts {
    let entries: Vec<String> = resources
        .iter()
        .map(|r| format!("{{\"resource\":{r}}}"))
        .collect();
    facts_of_bundle(&format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}}",
        entries.join(",")
    ))
}

fn facts_of_bundle(text: &str) -> Facts {
    let raw: Document<'_> = text.parse().unwrap();
    let mut chart = ChartBuilder::new(Some("p"));
    chart.add(raw.root());
    let nothing = BTreeSet::new();
    let policy = ReadPolicy {
        as_of: "2026-11-23".parse().unwrap(),
        codes: Codes::embedded(),
        closed_world: &nothing,
    };
    read(&chart.finish().unwrap(), &policy)
}

fn not_read(facts: &Facts) -> Vec<(&str, NotReadWhy)> {
    let all = facts.not_read().iter();
    all.map(|record| (record.reference.as_str(), record.why))
        .collect()
}

#[test]
fn a_key_that_stands_twice_sets_its_record_aside_and_nothing_else() {
    let good = format!(
        "{{\"status\":\"final\",{},\"valueQuantity\":{{\"value\":3,\"unit\":\"cm\"}}}}",
        KI67.replace("29593-1", "33728-7").replace("\"k\"", "\"s\"")
    );
    for doubled in [
        format!("{{{KI67},\"status\":\"entered-in-error\",\"status\":\"final\",{VALUE}}}"),
        format!("{{{KI67},\"status\":\"final\",\"st\\u0061tus\":\"final\",{VALUE}}}"),
        format!("{{{KI67},\"status\":\"final\",\"valueQuantity\":{{\"value\":80,\"unit\":\"%\"}},{VALUE}}}"),
        format!(
            "{{{KI67},\"status\":\"final\",\"valueQuantity\":{{\"value\":80,\"value\":8,\"unit\":\"%\"}}}}"
        ),
        format!("{{{KI67},\"status\":\"final\",\"subject\":{{\"reference\":\"Patient/p\"}},{VALUE}}}"),
        format!("{{{KI67},\"status\":\"final\",{VALUE},\"method\":{{\"text\":\"a\",\"text\":\"b\"}}}}"),
    ] {
        let read = facts_of(&[patient_text(), doubled.clone(), good.clone()]);
        let ki67 = read.get(FactId::Ki67);
        assert_eq!(short(ki67), "missing", "{doubled}");
        assert_eq!(ki67.gap, Some(Gap::SetAside), "{doubled}");
        assert_eq!(ki67.shown[0].reference, "Observation/k", "{doubled}");
        assert_eq!(ki67.shown[0].aside, Aside::SetAside, "{doubled}");
        assert_eq!(ki67.shown[0].recorded, "", "no value is taken from it: {doubled}");
        assert_eq!(
            not_read(&read),
            [("Observation/k", NotReadWhy::DuplicateKey)],
            "{doubled}"
        );
        assert_eq!(read.problems().len(), 1, "{doubled}");
        assert_eq!(short(read.get(FactId::TumourSize)), "3", "{doubled}");
        assert_eq!(read.get(FactId::Ecog).gap, None, "{doubled}");
    }
}

#[test]
fn a_doubled_code_or_type_may_have_been_of_any_fact() {
    let code = format!("{{{KI67},\"status\":\"final\",\"code\":{{\"text\":\"something\"}},{VALUE}}}");
    let read = facts_of(&[patient_text(), code]);
    assert_eq!(read.get(FactId::Ki67).gap, Some(Gap::SetAside));
    assert_eq!(read.get(FactId::Ecog).gap, Some(Gap::SetAside));
    assert_eq!(read.get(FactId::PriorSystemicTherapy).gap, Some(Gap::SetAside));
    let kind = format!("{{\"resourceType\":\"Condition\",{KI67},\"status\":\"final\",{VALUE}}}");
    let read = facts_of(&[patient_text(), kind]);
    assert!(
        FactId::ALL
            .iter()
            .all(|fact| read.get(*fact).gap == Some(Gap::SetAside))
    );
    let entry = format!(
        "{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{}}},{{\"resource\":{{\"resourceType\":\"Basic\"}},\"resource\":{{{KI67},\"status\":\"final\",{VALUE}}}}}]}}",
        patient_text()
    );
    let read = facts_of_bundle(&entry);
    assert_eq!(not_read(&read), [("entry 2", NotReadWhy::DuplicateKey)]);
    assert_eq!(short(read.get(FactId::Ki67)), "missing");
    assert_eq!(read.get(FactId::Ki67).gap, Some(Gap::SetAside));
}

#[test]
fn a_bundle_with_two_lists_of_entries_is_no_bundle() {
    let text = format!(
        "{{\"resourceType\":\"Bundle\",\"entry\":[],\"entry\":[{{\"resource\":{}}}]}}",
        patient_text()
    );
    let raw: Document<'_> = text.parse().unwrap();
    assert_eq!(
        ChartBuilder::new(Some("p")).add(raw.root()).kind,
        AddedKind::Malformed
    );
    for odd in ["5", "\"x\"", "true"] {
        let text = format!("{{\"resourceType\":\"Bundle\",\"entry\":{odd}}}");
        let raw: Document<'_> = text.parse().unwrap();
        assert_eq!(
            ChartBuilder::new(Some("p")).add(raw.root()).kind,
            AddedKind::Malformed,
            "{odd}"
        );
    }
    let deep = format!(
        "{}{}{}",
        "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":".repeat(50_000),
        patient_text(),
        "}]}".repeat(50_000)
    );
    let raw: Document<'_> = deep.parse().unwrap();
    assert_eq!(
        ChartBuilder::new(Some("p")).add(raw.root()).kind,
        AddedKind::Malformed
    );
}

#[test]
fn half_a_character_costs_itself_alone() {
    for (broken, shown) in [
        ("Ki-67 \\ud83d", "Ki-67 \u{fffd}"),
        ("\\udc00\\ud800", "\u{fffd}\u{fffd}"),
        ("\\ud83d\\ude00", "\u{1f600}"),
    ] {
        let note = format!(
            "{{{KI67},\"status\":\"final\",\"valueString\":\"8 %\",\"note\":[{{\"text\":\"{broken}\"}}]}}"
        );
        let text = json_text(note.as_bytes()).into_owned();
        assert_eq!(
            short(facts_of(&[patient_text(), text]).get(FactId::Ki67)),
            "8",
            "{shown}"
        );
    }
    // A text that nobody repaired is repaired where it is read.
    let text = format!(
        "{{{},\"status\":\"final\",\"valueString\":\"8 %\"}}",
        KI67.replace("\"29593-1\"", "\"29593-1\",\"display\":\"\\ud83d\"")
    );
    let other = format!(
        "{{\"status\":\"final\",{},\"valueInteger\":1}}",
        KI67.replace("29593-1", "89247-1")
    );
    let read = facts_of(&[patient_text(), text, other]);
    assert_eq!(short(read.get(FactId::Ecog)), "1");
    assert_eq!(short(read.get(FactId::Ki67)), "8");
    assert_eq!(not_read(&read), []);
}

#[test]
fn a_number_that_no_machine_holds_costs_its_record_alone() {
    for value in ["1e999", "-1e999"] {
        let text = format!("{{{KI67},\"status\":\"final\",\"valueDecimal\":{value}}}");
        let other = format!(
            "{{\"status\":\"final\",{},\"valueInteger\":1}}",
            KI67.replace("29593-1", "89247-1")
        );
        let read = facts_of(&[patient_text(), text, other]);
        assert_eq!(short(read.get(FactId::Ecog)), "1", "{value}");
        assert_ne!(short(read.get(FactId::Ki67)), "8", "{value}");
    }
}

#[test]
fn an_empty_modifier_says_nothing_and_another_sets_aside() {
    for nothing in ["[]", "null", "{}", "[null]", "[{}]"] {
        for key in ["modifierExtension", "implicitRules"] {
            let text = format!("{{{KI67},\"status\":\"final\",\"{key}\":{nothing},{VALUE}}}");
            let read = facts_of(&[patient_text(), text]);
            assert_eq!(short(read.get(FactId::Ki67)), "8", "{key} {nothing}");
        }
        let inside = format!(
            "{{{KI67},\"status\":\"final\",\"component\":[{{\"modifierExtension\":{nothing},\"code\":{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"29593-1\"}}]}},{VALUE}}}]}}"
        );
        assert_eq!(
            short(facts_of(&[patient_text(), inside]).get(FactId::Ki67)),
            "8",
            "{nothing}"
        );
    }
    for said in [
        "[{\"url\":\"urn:x\",\"valueBoolean\":true}]",
        "{\"url\":\"urn:x\"}",
        "5",
        "\"urn:x\"",
    ] {
        let text = format!("{{{KI67},\"status\":\"final\",\"modifierExtension\":{said},{VALUE}}}");
        let read = facts_of(&[patient_text(), text]);
        assert_eq!(short(read.get(FactId::Ki67)), "missing", "{said}");
        assert_eq!(read.get(FactId::Ki67).gap, Some(Gap::SetAside), "{said}");
    }
}

#[test]
fn what_elements_were_left_out_of_decides_nothing_by_what_it_lacks() {
    let tag = json!({"meta": {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}]}});
    let whole = condition("c", ICD, "C78.7", tag.clone());
    assert_eq!(one(FactId::LiverMetastases, whole.clone()), "present");
    for lacking in [
        json!({"verificationStatus": null}),
        json!({"clinicalStatus": null}),
        json!({"recordedDate": null}),
    ] {
        let told = lacking.to_string();
        let read = facts(&[patient(), with(whole.clone(), lacking)]);
        assert_eq!(short(read.get(FactId::LiverMetastases)), "missing", "{told}");
        assert_eq!(
            read.get(FactId::LiverMetastases).gap,
            Some(Gap::SetAside),
            "{told}"
        );
        assert_eq!(
            not_read(&read),
            [("Condition/c", NotReadWhy::Subsetted)],
            "{told}"
        );
    }
    // A size without its body site would be the primary's.
    let size = observation(
        "s",
        LOINC,
        "33728-7",
        with(json!({"valueQuantity": {"value": 3, "unit": "cm"}}), tag.clone()),
    );
    let read = facts(&[patient(), size.clone()]);
    assert_eq!(short(read.get(FactId::TumourSize)), "missing");
    assert_eq!(read.get(FactId::LargestLiverLesion).gap, Some(Gap::SetAside));
    assert_eq!(one(FactId::TumourSize, with(size.clone(), pancreas())), "3");
    // What was left out of one copy stands in the other.
    let read = facts(&[patient(), size.clone(), with(size.clone(), json!({"meta": null}))]);
    assert_eq!(short(read.get(FactId::TumourSize)), "3");
    // A Bundle that was cut down says so of all that is in it.
    let bundle = with(
        json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": patient()}, {"resource": with(size, json!({"meta": null}))}]}),
        tag,
    );
    let read = facts(std::slice::from_ref(&bundle));
    assert_eq!(short(read.get(FactId::TumourSize)), "missing");
    let raw = raw(&bundle);
    assert!(
        ChartBuilder::new(Some("p"))
            .add(raw.root())
            .gaps()
            .next()
            .is_some()
    );
}

#[test]
fn what_could_not_be_used_leaves_no_fact_unrecorded_that_it_could_have_stated() {
    for (resource, fact, other) in [
        (
            condition(
                "c",
                ICD,
                "C78.7",
                json!({"modifierExtension": [{"url": "urn:x"}]}),
            ),
            FactId::LiverMetastases,
            FactId::Diabetes,
        ),
        (
            condition("c", ICD, "E11.9", json!({"subject": {"display": "A. Person"}})),
            FactId::Diabetes,
            FactId::LiverMetastases,
        ),
        (
            json!({"resourceType": "Procedure", "id": "o", "status": "completed", "code": concept(SNOMED, "116241004"), "subject": {"reference": "Patient/p"}, "implicitRules": "urn:x"}),
            FactId::PrimaryResected,
            FactId::OnSsa,
        ),
        (
            json!({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"}}),
            FactId::OnSsa,
            FactId::PrimaryResected,
        ),
    ] {
        let told = resource.to_string();
        let read = facts(&[patient(), resource]);
        assert_eq!(read.get(fact).gap, Some(Gap::SetAside), "{fact}: {told}");
        assert_eq!(read.get(other).gap, None, "{other}: {told}");
    }
    // What is about a group is nobody's, and says nothing of the patient.
    let group = condition("c", ICD, "C78.7", json!({"subject": {"reference": "Group/g"}}));
    assert_eq!(facts(&[patient(), group]).get(FactId::LiverMetastases).gap, None);
}
