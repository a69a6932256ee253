//! What codes come to: diagnosis, metastases, staging, grade, syndromes, markers, medications (sections 2 and 4).

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::{Basis, Source, Specimen, System};
use serde_json::{Value as Json, json};

fn site(system: &str, code: &str) -> Json {
    json!({"bodySite": [concept(system, code)]})
}

fn liver() -> Json {
    site(SNOMED, "10200004")
}

fn pancreas() -> Json {
    site(SNOMED, "15776009")
}

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

fn method(system: &str, code: &str) -> Json {
    json!({"method": concept(system, code)})
}

#[test]
fn categories_carry_system_and_basis() {
    for (code, value, more, read, system, basis) in [
        (
            "384625004",
            "pT2",
            method(SNOMED, "443830009"),
            "T2",
            Some(System::Ajcc7),
            Basis::Pathological,
        ),
        (
            "399504009",
            "T3",
            method(SNOMED, "897275008"),
            "T3",
            Some(System::Ajcc8),
            Basis::Clinical,
        ),
        (
            "78873005",
            "ypT3",
            method(VALUES, "enets"),
            "T3",
            Some(System::Enets),
            Basis::Pathological,
        ),
        (
            "78873005",
            "T1",
            json!({"method": {"text": "ENETS 2006"}}),
            "T1",
            Some(System::Enets),
            Basis::Plain,
        ),
        (
            "78873005",
            "T1",
            method("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C188404"),
            "T1",
            Some(System::Uicc),
            Basis::Plain,
        ),
        (
            "78873005",
            "T1",
            method(SNOMED, "1269566009"),
            "T1",
            Some(System::Ajcc9),
            Basis::Plain,
        ),
        ("78873005", "T1", json!({}), "T1", None, Basis::Plain),
    ] {
        let resource = observation(
            "t",
            SNOMED,
            code,
            with(more, json!({"valueCodeableConcept": {"text": value}})),
        );
        let read_facts = facts(&[resource]);
        assert_eq!(short(read_facts.get(FactId::T)), read, "{value}");
        let reading = &read_facts.get(FactId::T).readings().unwrap()[0];
        assert_eq!((reading.system, reading.basis), (system, basis), "{value}");
    }
}

#[test]
fn coded_categories_are_read_and_unknown_ones_shown() {
    for (fact, obs, value, read) in [
        (FactId::T, "21905-5", concept(SNOMED, "1228929004"), "T2"),
        (FactId::T, "21899-0", concept(SNOMED, "1229852009"), "T2"),
        (
            FactId::T,
            "21905-5",
            concept("http://cancerstaging.org", "cT1"),
            "T1",
        ),
        (FactId::T, "21905-5", concept(SNOMED, "1222604002"), "missing"),
        (FactId::T, "21905-5", json!({"text": "TX"}), "missing"),
        (FactId::T, "21905-5", json!({"text": "T0"}), "missing"),
        (FactId::T, "21905-5", json!({"text": "T2 N0 M1"}), "unreadable"),
        (
            FactId::T,
            "21905-5",
            json!({"coding": [{"system": SNOMED, "code": "1228929004"}, {"system": SNOMED, "code": "1228938002"}]}),
            "unreadable",
        ),
        (FactId::N, "21906-3", concept(SNOMED, "1229973008"), "N1"),
        (FactId::N, "21906-3", json!({"text": "NX"}), "missing"),
        (FactId::M, "21907-1", concept(SNOMED, "1229901006"), "M0"),
        (FactId::M, "21907-1", json!({"text": "MX"}), "missing"),
        (FactId::M, "21907-1", json!({"text": "M1a"}), "M1"),
        (
            FactId::StageRecorded,
            "21908-9",
            concept(SNOMED, "1222837003"),
            "IV",
        ),
        (
            FactId::StageRecorded,
            "21908-9",
            json!({"text": "Stage IVC"}),
            "IVC",
        ),
        (FactId::StageRecorded, "21908-9", json!({"text": "3C"}), "IIIC"),
        (
            FactId::StageRecorded,
            "21908-9",
            json!({"text": "advanced"}),
            "unreadable",
        ),
    ] {
        let told = value.to_string();
        assert_eq!(
            one(
                fact,
                observation("t", LOINC, obs, json!({"valueCodeableConcept": value}))
            ),
            read,
            "{told}"
        );
    }
}

#[test]
fn m1_is_divided_under_ajcc_8_and_9_only() {
    let m = |more| {
        facts(&[observation(
            "m",
            SNOMED,
            "277208005",
            with(more, json!({"valueString": "M1a"})),
        )])
    };
    let ajcc8 = m(method(SNOMED, "897275008"));
    assert_eq!(short(ajcc8.get(FactId::M)), "M1a");
    assert_eq!(short(ajcc8.get(FactId::LiverMetastases)), "present");
    let ajcc7 = m(method(SNOMED, "443830009"));
    assert_eq!(short(ajcc7.get(FactId::M)), "M1");
    assert_eq!(short(ajcc7.get(FactId::LiverMetastases)), "missing");
}

#[test]
fn a_condition_carries_its_stage() {
    let stage = json!({"stage": [{"summary": {"text": "Stage IV"}, "type": {"text": "AJCC 7th edition"}}]});
    let read = facts(&[condition("c", ICD, "C25.4", stage)]);
    assert_eq!(short(read.get(FactId::StageRecorded)), "IV");
    assert_eq!(
        read.get(FactId::StageRecorded).readings().unwrap()[0].system,
        Some(System::Ajcc7)
    );
}

#[test]
fn components_are_read_as_their_own_observations() {
    let panel = json!({"component": [
        {"code": concept(SNOMED, "78873005"), "valueString": "T2"},
        {"code": concept(SNOMED, "277206009"), "valueString": "N1"},
        {"code": concept(SNOMED, "277208005"), "dataAbsentReason": {"text": "unknown"}}]});
    let read = facts(&[observation("p", "urn:local", "tnm", panel)]);
    assert_eq!(
        (
            short(read.get(FactId::T)),
            short(read.get(FactId::N)),
            short(read.get(FactId::M))
        ),
        ("T2".into(), "N1".into(), "missing".into())
    );
}

#[test]
fn tumour_size_goes_by_its_body_site() {
    let size = |more| {
        let value = json!({"component": [
            {"code": concept(LOINC, "33728-7"), "valueQuantity": {"value": 35, "unit": "mm", "code": "mm", "system": "http://unitsofmeasure.org"}},
            {"code": concept(LOINC, "33729-5"), "valueQuantity": {"value": 20, "unit": "mm"}}]});
        let read = facts(&[observation("s", LOINC, "21889-1", with(value, more))]);
        (
            short(read.get(FactId::TumourSize)),
            short(read.get(FactId::LargestLiverLesion)),
        )
    };
    assert_eq!(size(json!({})), ("3.5".into(), "missing".into()));
    assert_eq!(size(pancreas()), ("3.5".into(), "missing".into()));
    assert_eq!(size(liver()), ("missing".into(), "3.5".into()));
    assert_eq!(
        size(json!({"bodySite": {"text": "left lung"}})),
        ("missing".into(), "missing".into())
    );
}

#[test]
fn a_recorded_grade_names_its_system_or_not() {
    let grade = |system: &str, code: &str, value: Json, more: Json| {
        let resource = observation(
            "g",
            system,
            code,
            with(more, json!({"valueCodeableConcept": value})),
        );
        let read = facts(&[resource]);
        let who = read
            .get(FactId::GradeRecorded)
            .readings()
            .map(|r| r[0].system == Some(System::Who))
            .unwrap_or(false);
        (
            short(read.get(FactId::GradeRecorded)),
            who,
            short(read.get(FactId::Differentiation)),
        )
    };
    let told = |grade: &str, who: bool, diff: &str| (grade.to_owned(), who, diff.to_owned());
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1663004"), json!({})),
        told("G2", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", json!({"text": "NET G2"}), json!({})),
        told("G2", true, "missing")
    );
    assert_eq!(
        grade(SNOMED, "1149044001", concept(SNOMED, "1228850007"), json!({})),
        told("G2", true, "missing")
    );
    assert_eq!(
        grade(
            LOINC,
            "33732-9",
            concept(SNOMED, "54102005"),
            method(SNOMED, "1149430001")
        ),
        told("G1", true, "missing")
    );
    assert_eq!(
        grade(FACTS, "grade-recorded", concept(VALUES, "G3"), json!({})),
        told("G3", true, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1228845001"), json!({})),
        told("missing", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "1155707008"), json!({})),
        told("unreadable", false, "missing")
    );
    assert_eq!(
        grade(LOINC, "33732-9", concept(SNOMED, "373373000"), json!({})),
        told("missing", false, "poor")
    );
    assert_eq!(
        grade(LOINC, "33732-9", json!({"text": "G1/G2"}), json!({})),
        told("unreadable", false, "missing")
    );
}

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
    assert_eq!(margins(json!({"text": "RX"})), "unreadable");
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
