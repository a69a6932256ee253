//! Lesions, involvement and treatments of the liver.

use crate::case::{Case, SNOMED, case};
use serde_json::json;

#[actix_web::test]
async fn c06_after_pancreaticoduodenectomy() {
    let case = case("c06-post-whipple-liver-only");
    let got = case.got().await;
    for option in ["transarterial-embolisation", "transarterial-chemoembolisation"] {
        assert_eq!(got.verdict(option), "contraindicated", "{option}");
        assert_eq!(
            got.names(option, "cautions"),
            ["bilioenteric-anastomosis"],
            "{option}"
        );
    }
    assert_eq!(got.verdict("radioembolisation"), "provisional");
    assert_eq!(
        got.names("radioembolisation", "deciding"),
        ["no-prior-pancreaticoduodenectomy-for-sirt"]
    );
    assert_eq!(got.verdict("palliative-primary-resection"), "not-supported");
    assert_eq!(got.given("pancreatic-resection").unwrap()["state"], "before");

    // Not done is no evidence of absence; another resection of the pancreas leaves the bile duct alone.
    let not_done = case
        .clone()
        .with("p3", |r| r["status"] = "not-done".into())
        .got()
        .await;
    assert_eq!(
        not_done.criterion("transarterial-embolisation", "no-prior-pancreaticoduodenectomy"),
        "missing"
    );
    let distal = case.clone().with("p3", |r| {
        r["code"] = json!({ "coding": [{ "system": SNOMED, "code": "9524002", "display": "Total pancreatectomy" }], "text": "Total pancreatectomy" });
    });
    assert_eq!(
        distal
            .got()
            .await
            .criterion("radioembolisation", "no-prior-pancreaticoduodenectomy-for-sirt"),
        "missing"
    );
    let shunt = case
        .clone()
        .with("o9", |r| r["valueBoolean"] = true.into())
        .got()
        .await;
    assert_eq!(shunt.verdict("radioembolisation"), "contraindicated");
}

#[actix_web::test]
async fn c13_active_surveillance() {
    let case = case("c13-active-surveillance");
    let got = case.got().await;
    assert_eq!(got.criterion("liver-transplantation", "stable-6-months"), "met");
    let favours = ["sstr-positive", "clarinet-population"];
    assert_eq!(got.names("somatostatin-analogue", "favours"), favours);
    assert_eq!(got.verdict("ssa-intensification"), "not-supported");

    let ends = |case: &Case, start: &str, end: &str| {
        case.clone().with("o8", |r| {
            r["effectivePeriod"] = json!({ "start": start, "end": end })
        })
    };
    let stable = async |start: &str, end: &str| {
        let got = ends(&case, start, end).got().await;
        got.criterion("liver-transplantation", "stable-6-months")
    };
    assert_eq!(stable("2024-09-01", "2026-05-23").await, "judgement");
    assert_eq!(stable("2026-05-01", "2026-10-01").await, "judgement");
    assert_eq!(stable("2026-06-01", "2026-10-01").await, "not-met");
}

#[actix_web::test]
async fn c18_two_lesions_within_two_days() {
    let case = case("c18-two-lesions-two-days");
    let size = "largest-lesion-under-5-cm";
    let rfa = "radiofrequency-ablation";
    let got = case.got().await;
    assert_eq!(got.verdict(rfa), "undetermined");
    assert_eq!(got.criterion(rfa, size), "conflicting");
    assert_eq!(got.criterion("cryotherapy", "ablation-size"), "conflicting");

    // 28 days and 29; readings of one outcome; a treatment of the liver between them.
    let month = case.clone().dated("o5", "2026-09-14").got().await;
    assert_eq!(month.criterion(rfa, size), "conflicting");
    let longer = case.clone().dated("o5", "2026-09-13").got().await;
    assert_eq!(longer.criterion(rfa, size), "met");
    let treated = case.clone().and(json!({
        "resourceType": "Procedure", "status": "completed", "performedDateTime": "2026-10-11",
        "code": { "coding": [{ "system": SNOMED, "code": "107963000" }], "text": "Liver resection" },
    }));
    assert_eq!(treated.got().await.criterion(rfa, size), "met");
    let agree = case.clone().quantity("o5", 4.9).got().await;
    assert_eq!(agree.criterion(rfa, size), "met");
}

#[actix_web::test]
async fn c18b_two_lesions_by_body_site() {
    let case = case("c18b-two-lesions-bodysite");
    let rfa = "radiofrequency-ablation";
    let size = "largest-lesion-under-5-cm";
    let got = case.got().await;
    assert_eq!(got.fact("largest-liver-lesion")["value"], json!(6.4));
    assert_eq!(got.verdict(rfa), "not-supported");
    assert_eq!(got.criterion("cryotherapy", "ablation-size"), "judgement");

    let month = case.clone().dated("o6", "2026-09-14").got().await;
    assert_eq!(month.criterion(rfa, size), "not-met");
    let longer = case.clone().dated("o6", "2026-09-13").got().await;
    assert_eq!(longer.criterion(rfa, size), "met");
    // In the pancreas it is the primary's size.
    let primary =
        case.clone().with(
            "o6",
            |r| {
                r["bodySite"]["coding"][0] =
                    json!({ "system": SNOMED, "code": "15776009", "display": "Pancreatic structure" })
            },
        );
    let primary = primary.got().await;
    assert_eq!(primary.fact("largest-liver-lesion")["value"], json!(2.1));
    assert_eq!(primary.fact("tumour-size")["value"], json!(6.4));
}

#[actix_web::test]
async fn c24_liver_involvement_85_and_a_resectable_primary() {
    let case = case("c24-liver-85-primary-resectable");
    let primary = "palliative-primary-resection";
    let limit = "liver-involvement-not-over-75-for-the-primary";
    let got = case.got().await;
    assert_eq!(got.verdict(primary), "provisional");
    assert_eq!(got.names(primary, "deciding"), [limit]);
    let criteria = got.option(primary)["criteria"].as_array().unwrap();
    let one = criteria.iter().find(|c| c["id"] == limit).unwrap();
    assert!(one["statements"].as_array().unwrap().contains(&"CY13b".into()));
    assert_eq!(got.verdict("curative-resection"), "contraindicated");

    assert_eq!(
        case.clone().quantity("o6", 75.0).got().await.verdict(primary),
        "supported"
    );
    assert_eq!(
        case.clone()
            .quantity("o6", 75.5)
            .got()
            .await
            .criterion(primary, limit),
        "judgement"
    );
    // Resectability not recorded, and curative resection contraindicated: left to judgement.
    let unrecorded = case.clone().without("o5").got().await;
    assert_eq!(unrecorded.criterion(primary, "unresectable"), "judgement");
}
