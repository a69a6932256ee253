//! Treatments that are or were given.

use crate::case::{Got, case};
use serde_json::{Value, json};

#[actix_web::test]
async fn c02_g2_progressive_on_lanreotide() {
    let case = case("c02-g2-progress-on-lanreotide");
    let got = case.got().await;
    assert_eq!(got.0["grade"]["value"], "G2");
    assert_eq!(got.discrepancies(), Vec::<&str>::new());
    let given = got.given("lanreotide").unwrap();
    assert_eq!(given["state"], "now");
    assert_eq!(given["from"], "2024-04-01");
    assert_eq!(given["progressionSince"], "2026-10-15");
    for option in ["ssa-intensification", "prrt", "temozolomide-capecitabine"] {
        assert_eq!(got.verdict(option), "supported", "{option}");
    }
    assert_eq!(
        got.names("temozolomide-capecitabine", "favours"),
        ["previous-therapy-failed"]
    );

    // A failure does not heal; nor is it one before the first day, or on a day that says stable as well.
    let healed = case
        .clone()
        .fact("disease-status", "2026-11-10", "stable")
        .got()
        .await;
    assert_eq!(
        healed.given("lanreotide").unwrap()["progressionSince"],
        "2026-10-15"
    );
    let before = case.clone().dated("o17", "2024-03-15").got().await;
    assert!(
        before
            .given("lanreotide")
            .unwrap()
            .get("progressionSince")
            .is_none()
    );
    let both = case
        .clone()
        .fact("disease-status", "2026-10-15", "stable")
        .got()
        .await;
    assert!(
        both.given("lanreotide")
            .unwrap()
            .get("progressionSince")
            .is_none()
    );
}

#[actix_web::test]
async fn c12_on_prrt() {
    let case = case("c12-on-prrt");
    let prrt = |got: &Got| -> Value {
        let given = got.0["pathway"]["given"].as_array().unwrap();
        let of = |g: &&Value| g["options"] == json!(["prrt"]);
        given.iter().find(of).cloned().unwrap_or_default()
    };
    let got = case.got().await;
    assert_eq!(prrt(&got)["state"], "now");
    assert_eq!(prrt(&got)["times"], 3);
    assert!(prrt(&got).get("progressionSince").is_none());
    assert_eq!(got.verdict("prrt"), "supported");
    assert_eq!(got.given("lanreotide").unwrap()["state"], "now");

    // Without an order the doses are of the past; a dose not given is none; two records of one day are one time.
    let doses = case.clone().without("m13").got().await;
    assert_eq!(prrt(&doses)["state"], "before");
    let not_done = case
        .clone()
        .with("m12", |r| r["status"] = "not-done".into())
        .got()
        .await;
    assert_eq!(prrt(&not_done)["times"], 2);
    let twice = case.clone().dated("m12", "2026-08-12").got().await;
    assert_eq!(prrt(&twice)["times"], 2);
}

#[actix_web::test]
async fn c17_depot_administered() {
    let case = case("c17-depot-administered");
    let got = case.got().await;
    assert_eq!(got.fact("on-ssa")["value"], "present");
    assert_eq!(got.verdict("ssa-intensification"), "supported");
    let given = got.given("lanreotide").unwrap();
    assert_eq!(given["state"], "now");
    assert_eq!(given["times"], 3);
    assert_eq!(given["from"], "2026-09-05");
    assert_eq!(given["progressionSince"], "2026-10-15");

    // 42 days before the day of evaluation, both days included; 43 are no evidence either way.
    let last = |day: &str| case.clone().without("m8").without("m9").dated("m10", day);
    assert_eq!(last("2026-10-12").got().await.fact("on-ssa")["value"], "present");
    let older = last("2026-10-11").got().await;
    assert_eq!(older.fact("on-ssa")["status"], "unknown");
    assert_eq!(older.given("lanreotide").unwrap()["state"], "before");
    let stopped = case
        .clone()
        .statement("H01CB03", "stopped", "2026-09-05", "2026-11-10")
        .got()
        .await;
    assert_eq!(stopped.fact("on-ssa")["value"], "absent");
}

#[actix_web::test]
async fn c26_everolimus_stopped_for_progression() {
    let case = case("c26-everolimus-stopped-for-progression");
    let got = case.got().await;
    assert_eq!(got.fact("prior-systemic-therapy")["value"], "present");
    let given = got.given("everolimus").unwrap();
    let expected = ["before", "2025-01-01", "2026-10-12", "progression", "2026-10-12"];
    for (what, value) in ["state", "from", "until", "reason", "progressionSince"]
        .iter()
        .zip(expected)
    {
        assert_eq!(given[*what], value, "{what}");
    }
    assert_eq!(given["options"], json!(["everolimus"]));
    // It keeps its verdict.
    assert_eq!(got.verdict("everolimus"), "supported");
    assert_eq!(
        got.names("temozolomide-capecitabine", "favours"),
        ["previous-therapy-failed"]
    );

    let intended = case
        .clone()
        .with("m7", |r| r["status"] = "intended".into())
        .got()
        .await;
    assert!(intended.given("everolimus").is_none());
    let running = case.clone().with("m7", |r| {
        r["status"] = "active".into();
        r["effectivePeriod"]["end"] = "2027-01-01".into();
    });
    assert_eq!(running.got().await.given("everolimus").unwrap()["state"], "now");
    let not_taken = case
        .clone()
        .with("m7", |r| r["status"] = "not-taken".into())
        .got()
        .await;
    assert!(not_taken.given("everolimus").is_none());
}

#[actix_web::test]
async fn c27_temozolomide_alone_then_progressive() {
    let case = case("c27-captem-only-then-progress");
    let temozolomide = "temozolomide-capecitabine";
    let got = case.got().await;
    let given = got.given("temozolomide").unwrap();
    assert_eq!(given["state"], "before");
    assert_eq!(given["progressionSince"], "2026-10-12");
    assert_eq!(got.names(temozolomide, "favours"), Vec::<&str>::new());

    let capecitabine = case
        .clone()
        .statement("L01BC06", "completed", "2025-01-01", "2026-10-01");
    assert_eq!(
        capecitabine.got().await.names(temozolomide, "favours"),
        Vec::<&str>::new()
    );
    let sunitinib = case
        .clone()
        .statement("L01EX01", "completed", "2023-01-01", "2024-10-01");
    assert_eq!(
        sunitinib.got().await.names(temozolomide, "favours"),
        ["previous-therapy-failed"]
    );
    let later = case
        .clone()
        .statement("L01EX01", "active", "2026-11-01", "2027-11-01");
    assert_eq!(
        later.got().await.names(temozolomide, "favours"),
        Vec::<&str>::new()
    );
}
