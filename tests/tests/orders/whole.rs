//! Whole answers to calls with orders: as reviewed, a stale or missing snapshot fails.

use crate::answers::{Answering, bind, request};
use crate::forms::FORMS;
use crate::products::{referring, unreadable};
use crate::setup::{TEXT, order};
use acceptance::here;
use pnet_cds::sandbox::Sandbox;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SELECT: &str = "/cds-services/pnet-order-select";
const SIGN: &str = "/cds-services/pnet-order-sign";
/// The review advises against TACE, and its other options hang on little.
const OCCLUDED: &str = "portal-vein-thrombosis";
/// TACE is to be confirmed: nobody says whether the duodenum was resected.
const UNRESECTABLE: &str = "prrt-krenning-4";
/// Nothing says how well the liver works.
const SPARSE: &str = "sparse-chart";

fn named(id: &str, mut draft: Value) -> Value {
    draft["id"] = id.into();
    draft
}

fn service(id: &str, text: &str) -> Value {
    named(id, order("ServiceRequest", TEXT, text))
}

fn referred(id: &str) -> Value {
    named(id, referring(json!({"reference": "Medication/elsewhere"})))
}

/// A call with everything prefetched, and with the drafts as the patient's own.
fn call(answering: &Answering, patient: &str, hook: &str, drafts: Vec<Value>) -> Result<Value, String> {
    let mut call = request(answering, &Sandbox::embedded()?, patient)?;
    let entries = drafts.into_iter().map(|mut draft| {
        draft["subject"] = json!({"reference": format!("Patient/{patient}")});
        json!({"resource": draft})
    });
    call["hook"] = hook.into();
    call["context"]["draftOrders"] =
        json!({"resourceType": "Bundle", "type": "collection", "entry": entries.collect::<Vec<_>>()});
    Ok(call)
}

fn signed() -> Vec<(&'static str, &'static str, Vec<Value>)> {
    vec![
        ("warning", OCCLUDED, vec![service("tace", "TACE")]),
        (
            "undetermined",
            UNRESECTABLE,
            vec![
                service("rfa", "RFA of liver lesion"),
                service("pei", "Percutaneous ethanol injection of liver"),
            ],
        ),
        ("nothing-recorded", SPARSE, vec![service("tace", "TACE")]),
        ("to-confirm", UNRESECTABLE, vec![service("tace", "TACE")]),
        ("not-read", UNRESECTABLE, vec![referred("m")]),
        (
            "several",
            OCCLUDED,
            vec![
                service("tace", "TACE"),
                service("sirt", "SIRT"),
                service("rfa", "RFA of liver lesion"),
                referred("m"),
                service("nothing", " "),
                service("count", "Full blood count"),
            ],
        ),
        (
            "liver-metastases-not-recorded",
            "liver-metastases-not-recorded",
            vec![
                service("tace", "TACE"),
                named(
                    "octreotide",
                    order("MedicationRequest", TEXT, "Octreotide LAR 30 mg"),
                ),
            ],
        ),
    ]
}

#[actix_web::test]
async fn every_call_gets_the_answer_that_was_reviewed() {
    let answering = Answering::new().unwrap();
    let calls = signed().into_iter().map(|(name, patient, drafts)| {
        let call = call(&answering, patient, "order-sign", drafts).unwrap();
        (format!("sign-{name}"), call)
    });
    let mut answers = answering.answer(SIGN, calls).await.unwrap();
    let drafts = vec![service("tace", "TACE"), service("sirt", "SIRT"), referred("m")];
    let mut selecting = call(&answering, OCCLUDED, "order-select", drafts).unwrap();
    selecting["context"]["selections"] = json!(["ServiceRequest/sirt"]);
    answers.extend(
        answering
            .answer(SELECT, [("select-one".to_owned(), selecting)])
            .await
            .unwrap(),
    );
    let folder = here().join("snapshots/orders");
    let settings = bind(&folder);
    let _bound = settings.bind_to_scope();
    for (name, answer) in &answers {
        insta::assert_json_snapshot!(name.as_str(), answer);
    }
    let written: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .collect();
    assert_eq!(written, answers.keys().cloned().collect());
}

/// What a somatostatin analogue, and everything else of ours, is ordered for without a PNET.
#[actix_web::test]
async fn a_patient_without_pnet_gets_no_card_on_any_order() {
    let answering = Answering::new().unwrap();
    for code in ["74107003", "44054006"] {
        let mut drafts: Vec<Value> = FORMS
            .iter()
            .map(|(kind, system, code, _)| order(kind, system, code))
            .collect();
        drafts.extend(unreadable());
        let mut call = call(&answering, "pancreatic-adenocarcinoma", "order-sign", drafts).unwrap();
        let condition = json!({"resourceType": "Condition", "id": "c",
            "subject": {"reference": "Patient/pancreatic-adenocarcinoma"},
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]}});
        call["prefetch"]["conditions"] =
            json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": condition}]});
        let answers = answering.answer(SIGN, [(code.to_owned(), call)]).await.unwrap();
        assert_eq!(answers[code], json!({"cards": []}), "{code}");
    }
}
