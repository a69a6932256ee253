//! The card of each verdict, and what it must name.

use crate::forms::FORMS;
use crate::setup::{
    CASES, CHARTS, Case, KNOWLEDGE, OURS, by_rule, cards, case, chart, given_cards, order, proposed, report,
    word,
};
use cds_cards::assessment::{CriterionReport, GivenState, OptionReport, Outcome, Role, Verdict};
use cds_cards::render::{Card, CardKind, Indicator};
use std::collections::BTreeSet;

#[test]
fn each_verdict_gives_its_card() {
    for option in &KNOWLEDGE.options {
        for (case, (name, assessment)) in CASES
            .iter()
            .filter_map(|case| Some((case, chart(&option.id, *case)?)))
        {
            let drafts = [order("ServiceRequest", OURS, &option.id)];
            let cards = cards(assessment, &drafts);
            assert_eq!(word(&cards), by_rule(*case), "{} in {name}", option.id);
            for card in &cards {
                names_what_it_must(card, report(assessment, &option.id), &option.label);
            }
        }
    }
}

/// Option, verdict, each deciding criterion with its statements, and the order.
fn names_what_it_must(card: &Card, report: &OptionReport, label: &str) {
    let about = card.about();
    assert_eq!(about.kind, CardKind::OrderWarning);
    let named: Vec<_> = about.options.iter().map(|o| (o.id.as_str(), o.verdict)).collect();
    assert!(named.contains(&(report.id.as_str(), report.verdict)), "{named:?}");
    assert!(card.summary().encode_utf16().count() <= 139);
    assert!(card.detail().contains("ServiceRequest/o"), "{}", card.detail());
    let plain = |text: &str| text.replace(['\\', '\u{2060}'], "");
    let (summary, detail) = (plain(card.summary()), plain(card.detail()));
    let start = label.split(" (").next().unwrap();
    assert!(named.len() > 1 || summary.contains(start), "{summary}");
    let is_named = |criterion: &&CriterionReport| match report.verdict {
        Verdict::Provisional => {
            criterion.role == Role::Contraindication && criterion.outcome == Outcome::Unknown
        }
        _ => report.deciding.contains(&criterion.id),
    };
    assert!(report.criteria.iter().any(|criterion| is_named(&criterion)));
    for criterion in report.criteria.iter().filter(is_named) {
        // What speaks against an option is said as it is recorded, not as what must hold.
        let is_against = criterion.role == Role::Contraindication && criterion.outcome == Outcome::NotMet;
        let said = match is_against {
            true => plain(&criterion.because),
            false => plain(&KNOWLEDGE.criteria[&criterion.id].label),
        };
        assert!(detail.contains(&said), "{said}: {detail}");
        assert!(!detail.contains("must hold"), "{detail}");
        for statement in &criterion.statements {
            assert!(detail.contains(statement.as_str()), "{statement}: {detail}");
            if criterion.outcome == Outcome::NotMet {
                let quote = plain(&KNOWLEDGE.statements[statement].quote);
                let words = quote.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                assert!(detail.contains(&words), "{statement} {words}: {detail}");
            }
        }
    }
}

#[test]
fn an_open_order_names_every_contraindication_that_is_not_excluded() {
    let mut seen = 0;
    for (name, assessment) in CHARTS.iter() {
        for option in &assessment.options {
            if by_rule(case(option)) != "info" {
                continue;
            }
            let drafts = [order("ServiceRequest", OURS, &option.id)];
            let cards = cards(assessment, &drafts);
            let Some(card) = cards.iter().find(|card| card.indicator() == Indicator::Info) else {
                continue;
            };
            let detail = card.detail().replace(['\\', '\u{2060}'], "");
            for criterion in option
                .criteria
                .iter()
                .filter(|c| c.role == Role::Contraindication && c.outcome == Outcome::Unknown)
            {
                let label = &KNOWLEDGE.criteria[&criterion.id].label;
                assert!(detail.contains(label.as_str()), "{name}: {label}: {detail}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn a_summary_says_what_is_open_and_what_is_needed() {
    let (mut open, mut single) = (BTreeSet::new(), 0);
    for (kind, system, code, meant) in FORMS.iter().filter(|(.., meant)| !meant.is_empty()) {
        for (name, assessment) in CHARTS.iter() {
            let drafts = [order(kind, system, code)];
            let Some(card) = cards(assessment, &drafts).into_iter().next() else {
                continue;
            };
            let summary = card.summary().to_owned();
            let place = format!("{code} in {name}: {summary}");
            let interpretation = proposed(&drafts)[0].interpretation;
            assert_eq!(summary.contains("read as "), interpretation, "{place}");
            assert!(!summary.contains("not known"), "{place}");
            if card.indicator() == Indicator::Warning && meant.len() == 1 {
                let (_, reason) = summary.split_once(" - ").unwrap();
                let reason = reason.split_once(" - ").map(|(_, reason)| reason);
                let decided = report(assessment, meant[0]).decides().unwrap();
                let is_recorded = |r: &str| decided.because.starts_with(r.trim_end_matches('…').trim());
                assert!(
                    reason.is_none_or(|r| r.contains("needs: ") || is_recorded(r)),
                    "{place}"
                );
                single += usize::from(reason.is_some());
            }
            let closed = meant
                .iter()
                .filter(|id| by_rule(case(report(assessment, id))) == "warning");
            if card.indicator() == Indicator::Info {
                for id in closed {
                    let label = &KNOWLEDGE.options.iter().find(|o| o.id == **id).unwrap().label;
                    assert!(!summary.contains(label.as_str()), "{place}");
                    open.insert(*id);
                }
            }
        }
    }
    assert!(!open.is_empty() && single > 10, "{open:?} {single}");
}

#[test]
fn an_order_of_what_was_given_before_gets_one_card_that_informs() {
    let mut tried = 0;
    for (name, assessment) in CHARTS.iter() {
        for option in &KNOWLEDGE.options {
            let entry = assessment.given(&option.id);
            let before = entry.is_some_and(|entry| entry.state == GivenState::Before);
            let cards = given_cards(assessment, &[order("ServiceRequest", OURS, &option.id)]);
            assert_eq!(cards.len(), usize::from(before), "{} in {name}", option.id);
            for card in cards {
                tried += 1;
                assert_eq!(card.indicator(), Indicator::Info);
                assert!(card.detail().contains("ServiceRequest/o"), "{}", card.detail());
                assert!(card.detail().contains("Earlier:"), "{}", card.detail());
            }
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn the_best_of_the_options_that_an_order_can_mean_decides() {
    for (kind, system, code, meant) in FORMS.iter().filter(|(.., meant)| !meant.is_empty()) {
        let mut tried = BTreeSet::new();
        for (name, assessment) in CHARTS.iter() {
            let cases: Vec<Case> = meant.iter().map(|id| case(report(assessment, id))).collect();
            let rules: BTreeSet<&str> = cases.iter().map(|case| by_rule(*case)).collect();
            let best = ["none", "info", "warning"]
                .into_iter()
                .find(|rule| rules.contains(rule));
            if !tried.insert(cases) {
                continue;
            }
            let cards = cards(assessment, &[order(kind, system, code)]);
            assert_eq!(Some(word(&cards)), best, "{kind} {system} {code} in {name}");
        }
    }
}
