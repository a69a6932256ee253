//! The tumour itself: grade, differentiation, the populations of trials.

use crate::case::{Case, case};

#[actix_web::test]
async fn c03_net_g3_well_differentiated() {
    let case = case("c03-net-g3-well-ki67-35");
    let got = case.got().await;
    assert_eq!(got.0["grade"]["value"], "G3");
    assert_eq!(got.0["grade"]["classifiable"], false);
    assert_eq!(got.discrepancies(), Vec::<&str>::new());
    assert_eq!(got.verdict("temozolomide-capecitabine"), "provisional");
    assert_eq!(
        got.criterion("temozolomide-capecitabine", "not-high-grade"),
        "judgement"
    );
    assert_eq!(got.verdict("platinum-etoposide"), "not-supported");

    let at_the_limit = case.clone().quantity("o3", 20.0).got().await;
    assert_eq!(at_the_limit.0["grade"]["value"], "G2");
    assert_eq!(at_the_limit.verdict("temozolomide-capecitabine"), "supported");
    let poor = case.clone().code("o4", "373373000").got().await;
    assert_eq!(poor.0["grade"]["classifiable"], true);
    assert_eq!(poor.verdict("temozolomide-capecitabine"), "not-supported");
    let unrecorded = case.clone().without("o4").got().await;
    assert_eq!(unrecorded.0["grade"]["classifiable"], false);
    assert_eq!(unrecorded.verdict("platinum-etoposide"), "undetermined");
}

#[actix_web::test]
async fn c19_g2_well_differentiated() {
    let case = case("c19-g2-well");
    assert_eq!(case.got().await.discrepancies(), Vec::<&str>::new());

    let discrepancies = async |code: &str, ki67: f64| {
        let got = case.clone().code("o4", code).quantity("o3", ki67).got().await;
        let ids = got.discrepancies();
        ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
    };
    const MODERATE: &str = "373377004";
    const POOR: &str = "373373000";
    assert_eq!(discrepancies(MODERATE, 1.0).await, Vec::<String>::new());
    assert_eq!(discrepancies(POOR, 8.0).await, ["differentiation-and-grade"]);
    assert_eq!(discrepancies(MODERATE, 21.0).await, ["differentiation-and-grade"]);
}

#[actix_web::test]
async fn c31_poorly_differentiated_is_no_clarinet_population() {
    let case = case("c31-clarinet-poor");
    let favours = async |case: Case| {
        let got = case.got().await;
        let all = got.names("somatostatin-analogue", "favours");
        all.contains(&"clarinet-population")
    };
    assert!(!favours(case.clone()).await);
    assert!(favours(case.clone().code("o4", "373377004")).await);
    assert!(!favours(case.clone().without("o4")).await);
    assert!(!favours(case.clone().code("o4", "373375007").quantity("o3", 10.0)).await);
    assert!(!favours(case.clone().code("o4", "373375007").code("o5", "functioning")).await);
}
