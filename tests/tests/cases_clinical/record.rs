//! Charts that say little, in codes or in text alone, and what the review does not look at.

use crate::case::{Got, ICD, case};
use serde_json::{Value, json};

/// How many options a fact settles at least and at most.
fn settles(got: &Got, fact: &str) -> Value {
    let missing = got.0["missing"].as_array().unwrap();
    let one = missing.iter().find(|m| m["fact"] == fact).unwrap();
    one["settles"].clone()
}

#[actix_web::test]
async fn c10_nothing_but_codes() {
    let case = case("c10-codes-only");
    let got = case.got().await;
    assert_eq!(got.0["gate"], "passed");
    // The tumour's second code is no other malignancy, and 62 years fail transplantation by themselves.
    assert_eq!(got.fact("other-malignancy")["status"], "unknown");
    assert_eq!(got.verdict("liver-transplantation"), "not-supported");
    assert_eq!(settles(&got, "resectability"), json!({ "least": 1, "most": 7 }));
    assert_eq!(settles(&got, "ki67"), json!({ "least": 1, "most": 2 }));
    assert_eq!(got.names("everolimus", "cautions"), ["diabetes"]);
    assert_eq!(got.names("sunitinib", "cautions"), ["hypertension"]);

    let young = case
        .clone()
        .with("only", |r| r["birthDate"] = "1990-01-01".into())
        .got()
        .await;
    assert_eq!(settles(&young, "ki67"), json!({ "least": 1, "most": 3 }));
    // Unresectable fails curative resection; what asks for it is open for other reasons or provisional.
    let unresectable = case
        .clone()
        .fact("resectability", "2026-11-01", "unresectable")
        .got()
        .await;
    assert_eq!(unresectable.verdict("curative-resection"), "not-supported");
    assert_eq!(unresectable.verdict("cryotherapy"), "provisional");
    let breast = case.clone().condition(ICD, "C50.9").got().await;
    assert_eq!(breast.fact("other-malignancy")["value"], "present");
}

#[actix_web::test]
async fn c11_pathology_in_free_text() {
    let case = case("c11-free-text-pathology");
    let not_read = |got: &Got| -> Vec<String> {
        let all = got.0["notRead"].as_array().cloned().unwrap_or_default();
        let all = all.iter().map(|n| n["reference"].as_str().unwrap().to_owned());
        all.collect()
    };
    let got = case.got().await;
    let named = not_read(&got);
    for report in ["DiagnosticReport/c11-path", "DiagnosticReport/c11-ct"] {
        assert!(named.iter().any(|n| n == report), "{report} in {named:?}");
    }
    assert_eq!(got.fact("portal-vein")["status"], "unknown");
    assert_eq!(got.fact("resectability")["status"], "unknown");

    let file = case.clone().with("ct", |r| {
        r.as_object_mut().unwrap().remove("conclusion");
        r["presentedForm"] = json!([{ "contentType": "application/pdf", "url": "Binary/1" }]);
    });
    assert!(not_read(&file.got().await).iter().any(|n| n.ends_with("-ct")));
    let document = case.clone().and(json!({
        "resourceType": "DocumentReference", "status": "current",
        "type": { "coding": [{ "system": "http://loinc.org", "code": "11526-1" }] },
        "content": [{ "attachment": { "contentType": "text/plain", "data": "S2ktNjcgNyAl" } }],
    }));
    assert!(
        not_read(&document.got().await)
            .iter()
            .any(|n| n.starts_with("DocumentReference/"))
    );
    // A report whose results are there as Observations still has a text that nobody read.
    let structured = case.clone().without("ct").got().await;
    assert!(not_read(&structured).iter().all(|n| !n.ends_with("-ct")));
}

#[actix_web::test]
async fn c22_pregnant() {
    let case = case("c22-pregnant");
    let got = case.got().await;
    assert_eq!(got.fact("pregnancy")["value"], "present");
    // It enters no criterion.
    assert_eq!(got.verdict("prrt"), "supported");

    let resolved = case.clone().with("c3", |r| {
        r["clinicalStatus"]["coding"][0]["code"] = "resolved".into()
    });
    assert_eq!(resolved.got().await.fact("pregnancy")["value"], "absent");
    let kidneys = case.clone().condition(ICD, "N18.5").got().await;
    assert_eq!(kidneys.fact("renal-failure")["value"], "present");
    let milder = case.clone().condition(ICD, "N18.3").got().await;
    assert_eq!(milder.fact("renal-failure")["status"], "unknown");
}
