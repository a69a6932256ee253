//! Where an order keeps its medication, and what is said of one that keeps it nowhere.

use crate::setup::{RXNORM, TEXT, options, order, ordered_in};
use fhir_profiles::chart::{Chart, ChartBuilder};
use fhir_profiles::json::Document;
use fhir_profiles::{Codes, Order, orders};
use serde_json::{Value, json};

#[test]
fn medications_are_found_wherever_an_order_keeps_them() {
    let coding = json!({"coding": [{"system": RXNORM, "code": "141704"}]});
    let base = |more: Value| {
        let mut order = json!({"resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order",
                               "subject": {"reference": "Patient/p"}});
        order
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        order
    };
    let medication = json!({"resourceType": "Medication", "id": "e", "code": coding});
    let forms = [
        vec![base(json!({"medicationCodeableConcept": coding}))],
        vec![base(json!({"medication": {"concept": coding}}))],
        vec![base(
            json!({"medicationReference": {"reference": "#e"}, "contained": [medication]}),
        )],
        vec![base(
            json!({"medication": {"reference": {"reference": "#e"}}, "contained": [medication]}),
        )],
        vec![
            base(json!({"medicationReference": {"reference": "Medication/e"}})),
            medication.clone(),
        ],
        vec![base(
            json!({"medicationReference": {"reference": "Medication/x", "display": "everolimus 10 mg"}}),
        )],
        // What no parser of FHIR takes is read by its code alone.
        vec![base(
            json!({"medicationCodeableConcept": coding, "dosageInstruction": [[]], "intent": 7}),
        )],
    ];
    for (number, drafts) in forms.iter().enumerate() {
        assert_eq!(options(drafts), [["everolimus"]], "{number}");
    }
    let service = json!({"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order",
                         "code": {"concept": {"text": "PRRT"}}});
    assert_eq!(options(&[service]), [["prrt"]], "R5, and no subject");
}

/// A draft that refers to a Medication and says nothing itself.
pub(crate) fn referring(reference: Value) -> Value {
    json!({"resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order",
           "subject": {"reference": "Patient/p"}, "medicationReference": reference})
}

/// Drafts of which nobody can tell what is ordered.
pub(crate) fn unreadable() -> Vec<Value> {
    let draft = |kind: &str, more: Value| {
        let mut draft = json!({"resourceType": kind, "id": "u", "status": "draft", "intent": "order",
                               "subject": {"reference": "Patient/p"}});
        let fields = draft.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        draft
    };
    let absent = json!({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                                       "valueCode": "unknown"}]});
    let coded_absent = json!({"coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown", "display": "Unknown"}]});
    vec![
        referring(json!({"reference": "Medication/elsewhere"})),
        referring(json!({"reference": "urn:uuid:9c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"})),
        referring(json!({"reference": "#elsewhere"})),
        referring(json!({"identifier": {"value": "7"}})),
        draft(
            "MedicationRequest",
            json!({"medication": {"reference": {"reference": "Medication/elsewhere"}}}),
        ),
        draft("MedicationRequest", json!({"medicationCodeableConcept": absent})),
        draft(
            "MedicationRequest",
            json!({"medicationCodeableConcept": coded_absent}),
        ),
        draft(
            "MedicationRequest",
            json!({"medicationReference": {"reference": "#m"},
                   "contained": [{"resourceType": "Medication", "id": "m", "form": {"text": "Tablet"}}]}),
        ),
        draft("MedicationRequest", json!({})),
        draft("ServiceRequest", json!({})),
        draft("ServiceRequest", json!({"code": absent})),
        draft("ServiceRequest", json!({"code": {"text": " "}})),
        draft("Procedure", json!({"code": coded_absent})),
    ]
}

#[test]
fn an_order_that_says_nothing_is_unread_and_one_of_something_else_is_not() {
    for draft in unreadable() {
        let found = ordered_in(std::slice::from_ref(&draft));
        assert_eq!((found.proposals.len(), found.unread.len()), (0, 1), "{draft}");
    }
    let read = [
        order("ServiceRequest", TEXT, "Full blood count"),
        order("ServiceRequest", "urn:oid:1.2.3", "OP-77"),
        order("MedicationRequest", RXNORM, "6809"),
        referring(json!({"reference": "Medication/elsewhere", "display": "Metformin 500 mg"})),
        order("ServiceRequest", TEXT, "TACE"),
    ];
    for draft in read {
        assert!(
            ordered_in(std::slice::from_ref(&draft)).unread.is_empty(),
            "{draft}"
        );
    }
    let mut stopped = referring(json!({"reference": "Medication/elsewhere"}));
    stopped["status"] = "stopped".into();
    assert!(ordered_in(&[stopped]).is_empty());
}

fn concept(code: &str) -> Value {
    json!({"coding": [{"system": RXNORM, "code": code}]})
}

fn treatments(orders: &[Order]) -> Vec<Vec<&'static str>> {
    let of = |order: &Order| order.treatments.iter().map(|t| t.as_str()).collect();
    orders.iter().map(of).collect()
}

#[test]
fn a_medication_is_found_by_every_reference_among_drafts_and_records() {
    let everolimus = json!({"resourceType": "Medication", "id": "e", "code": concept("141704")});
    let entry = json!({"fullUrl": "https://ehr.example/r4/Medication/e", "resource": everolimus});
    let mut unnamed = entry.clone();
    drop(unnamed["resource"].as_object_mut().unwrap().remove("id"));
    let urn = "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    let by_urn =
        json!({"fullUrl": urn, "resource": {"resourceType": "Medication", "code": concept("141704")}});
    for (entry, reference) in [
        (&entry, "Medication/e"),
        (&entry, "Medication/e/_history/2"),
        (&entry, "https://ehr.example/r4/Medication/e"),
        (&unnamed, "Medication/e"),
        (&unnamed, "https://ehr.example/r4/Medication/e"),
        (&by_urn, urn),
    ] {
        let draft = json!({"resource": referring(json!({"reference": reference}))});
        let together = bundle(&[draft.clone(), entry.clone()]);
        let (drafts, records) = (bundle(&[draft]), bundle(std::slice::from_ref(entry)));
        let found = read_among(&together, None);
        assert_eq!(
            treatments(&found),
            [["everolimus"]],
            "{reference} in the draft Bundle"
        );
        let found = read_among(&drafts, Some(&records));
        assert_eq!(treatments(&found), [["everolimus"]], "{reference} in the records");
        assert!(
            read_among(&drafts, None)[0].unread.is_some(),
            "{reference} nowhere"
        );
    }
    // The draft Bundle's own counts before one of the same name on record.
    let draft = json!({"resource": referring(json!({"reference": "Medication/e"}))});
    let sunitinib = json!({"resource": {"resourceType": "Medication", "id": "e", "code": concept("357977")}});
    let found = read_among(&bundle(&[draft, sunitinib]), Some(&bundle(&[entry])));
    assert_eq!(treatments(&found), [["sunitinib"]]);
}

#[test]
fn the_ingredients_of_a_medication_are_read_each() {
    let of = |medication: Value, contained: Vec<Value>| {
        let mut draft = referring(json!({"reference": "#m"}));
        let mut medication = medication;
        medication["resourceType"] = "Medication".into();
        medication["id"] = "m".into();
        draft["contained"] = std::iter::once(medication.clone()).chain(contained).collect();
        let elsewhere = [
            json!({"resource": referring(json!({"reference": "Medication/m"}))}),
            json!({"resource": medication}),
        ];
        (draft, elsewhere)
    };
    let coded = |code: &str| json!({"itemCodeableConcept": concept(code)});
    for (medication, expected) in [
        (json!({"ingredient": [coded("141704")]}), vec!["everolimus"]),
        (
            json!({"ingredient": [coded("37776"), coded("194000")]}),
            vec!["capecitabine", "temozolomide"],
        ),
        (
            json!({"ingredient": [{"item": {"concept": concept("357977")}}]}),
            vec!["sunitinib"],
        ),
        (
            json!({"ingredient": [{"itemReference": {"display": "Sunitinib malate"}}]}),
            vec!["sunitinib"],
        ),
        (
            json!({"code": {"text": "Chemotherapy bag"}, "ingredient": [coded("40048")]}),
            vec!["carboplatin"],
        ),
        (
            json!({"ingredient": [{"itemCodeableConcept": {"text": "Fluorouracil 5 %"}}]}),
            vec!["fluorouracil"],
        ),
        (
            json!({"ingredient": [{"itemCodeableConcept": {"text": "Fluorouracil 5 %"}}], "form": {"text": "Cream"}}),
            vec![],
        ),
    ] {
        let (draft, elsewhere) = of(medication.clone(), Vec::new());
        let among = bundle(&[json!({"resource": draft})]);
        assert_eq!(
            treatments(&read_among(&among, None)),
            std::slice::from_ref(&expected),
            "{medication}"
        );
        assert_eq!(
            treatments(&read_among(&bundle(&elsewhere), None)),
            [expected],
            "{medication}"
        );
    }
    let by_reference = json!({"ingredient": [{"itemReference": {"reference": "#s"}}]});
    let substance = json!({"resourceType": "Substance", "id": "s", "code": concept("141704")});
    let (draft, _) = of(by_reference, vec![substance.clone()]);
    let found = read_among(&bundle(&[json!({"resource": draft})]), None);
    assert_eq!(treatments(&found), [["everolimus"]]);
    let by_reference = json!({"ingredient": [{"itemReference": {"reference": "Substance/s"}}]});
    let (draft, elsewhere) = of(by_reference, Vec::new());
    let drafts = bundle(&[json!({"resource": draft}), elsewhere[1].clone()]);
    assert!(
        read_among(&drafts, None)[0].unread.is_some(),
        "its substance is not there"
    );
    let records = bundle(&[json!({"resource": substance})]);
    assert_eq!(treatments(&read_among(&drafts, Some(&records))), [["everolimus"]]);
}

fn bundle(entries: &[Value]) -> String {
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

fn chart<'d>(document: &'d Document<'_>) -> Chart<'d> {
    let mut builder = ChartBuilder::new(Some("p"));
    builder.add(document.root());
    builder.finish().unwrap()
}

fn read_among(drafts: &str, records: Option<&String>) -> Vec<Order> {
    let (drafts, records) = (drafts.parse().unwrap(), records.map(|text| text.parse().unwrap()));
    let records = records.as_ref().map(chart);
    orders(&chart(&drafts), records.as_ref(), Codes::embedded())
}
