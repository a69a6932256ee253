//! For whom an order is looked at: a patient with PNET and liver metastases, and one in whom that is not known.

use crate::forms::FORMS;
use crate::products::unreadable;
use crate::setup::{VIGNETTES, cards, chart, order, word};
use cds_cards::assessment::Verdict;
use serde_json::Value;

const OF_THE_LIVER: &[&str] = &[
    "radiofrequency-ablation",
    "cryotherapy",
    "ethanol-injection",
    "transarterial-embolisation",
    "transarterial-chemoembolisation",
    "radioembolisation",
];

/// The card of every form for a vignette, beside the options that the form can mean.
fn of_forms(vignette: &str) -> Vec<(Value, &'static [&'static str], &'static str)> {
    let forms = FORMS.iter().map(|(kind, system, code, meant)| {
        let draft = order(kind, system, code);
        let card = word(&cards(&VIGNETTES[vignette], std::slice::from_ref(&draft)));
        (draft, *meant, card)
    });
    forms.collect()
}

fn of_unreadable(vignette: &str) -> Vec<&'static str> {
    let of = |draft| word(&cards(&VIGNETTES[vignette], &[draft]));
    unreadable().into_iter().map(of).collect()
}

#[test]
fn to_whom_no_option_applies_no_order_gives_a_card() {
    for vignette in [
        "gate/pnet-absent",
        "gate/pnet-not-recorded",
        "base/no-liver-metastases",
    ] {
        for (draft, _, card) in of_forms(vignette) {
            assert_eq!(card, "none", "{draft} in {vignette}");
        }
        assert!(
            of_unreadable(vignette).iter().all(|card| *card == "none"),
            "{vignette}"
        );
    }
}

#[test]
fn where_nothing_is_recorded_of_the_liver_only_orders_of_the_liver_are_answered() {
    let vignette = "gate/liver-metastases-not-recorded";
    for (draft, meant, card) in of_forms(vignette) {
        let expected = match meant.iter().any(|option| OF_THE_LIVER.contains(option)) {
            true => "info",
            false => "none",
        };
        assert_eq!(card, expected, "{draft}");
    }
    assert!(of_unreadable(vignette).iter().all(|card| *card == "none"));
}

#[test]
fn where_records_contradict_each_other_every_order_of_ours_is_answered() {
    for vignette in [
        "gate/liver-metastases-conflicting",
        "gate/pnet-conflicting",
        "gate/pnet-unreadable",
    ] {
        for (draft, meant, card) in of_forms(vignette) {
            let expected = if meant.is_empty() { "none" } else { "info" };
            assert_eq!(card, expected, "{draft} in {vignette}");
        }
        assert!(
            of_unreadable(vignette).iter().all(|card| *card == "none"),
            "{vignette}"
        );
    }
}

#[test]
fn to_whom_the_options_apply_an_unreadable_order_is_told() {
    let assessment = &VIGNETTES["base/unresectable"];
    for draft in unreadable() {
        let given = cards(assessment, std::slice::from_ref(&draft));
        assert_eq!(word(&given), "info", "{draft}");
        let detail = given[0].detail();
        let name = format!(
            "{}/{}",
            draft["resourceType"].as_str().unwrap(),
            draft["id"].as_str().unwrap()
        );
        assert!(detail.contains(&format!("**Not checked:** {name}")), "{detail}");
        assert!(given[0].summary().starts_with("Order not checked: "));
        assert!(given[0].about().options.is_empty() && given[0].suggestions().is_empty());
    }
    // However many, and whatever else is open: one card.
    let mut drafts = unreadable();
    let several = cards(assessment, &drafts);
    assert_eq!(word(&several), "info");
    assert_eq!(
        several[0].detail().matches("**Not checked:**").count(),
        drafts.len()
    );
    drafts.push(order("ServiceRequest", "text", "TACE"));
    let (_, open) = chart("transarterial-chemoembolisation", (Verdict::Undetermined, false)).unwrap();
    let more = cards(open, &drafts);
    assert_eq!(word(&more), "info");
    assert!(
        more[0].summary().contains("13 more orders not readable"),
        "{}",
        more[0].summary()
    );
}
