//! Nothing that an order says becomes markup.

use crate::setup::{SNOMED, TEXT, cards, chart, order};
use cds_cards::assessment::Verdict;
use cds_cards::render::Card;
use std::collections::BTreeMap;

#[test]
fn nothing_in_an_order_becomes_markup() {
    let evil = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![a](https://evil.example/x.png)",
        "https://evil.example/x",
        "**bold** _em_ `code` ~~no~~",
        "\n\n# heading\n\n- list\n\n| a | b |\n|---|---|\n| c | d |\n",
        "{{ 7*7 }}{% include 'x' %}",
        "&lt;b&gt; &amp; \u{202e}right",
    ];
    let (_, assessment) = chart(
        "transarterial-chemoembolisation",
        (Verdict::Contraindicated, false),
    )
    .unwrap();
    let (_, open) = chart("transarterial-chemoembolisation", (Verdict::Undetermined, false)).unwrap();
    for text in evil {
        let mut tace = order("ServiceRequest", SNOMED, "314617008");
        tace["code"]["text"] = format!("TACE {text}").into();
        tace["id"] = text.into();
        for assessment in [assessment, open] {
            let evil = &cards(assessment, &[tace.clone()])[0];
            let plain = order("ServiceRequest", TEXT, "TACE");
            let harmless = structure(&cards(assessment, &[plain])[0]);
            assert_eq!(structure(evil), harmless, "{text}: {}", evil.detail());
            assert!(!evil.summary().contains('<'));
        }
    }
}

/// What a reader of GitHub-flavoured Markdown makes of a card, without its text.
fn structure(card: &Card) -> BTreeMap<String, usize> {
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    let root = comrak::parse_document(&arena, card.detail(), &options);
    let mut kinds = BTreeMap::new();
    for node in root.descendants() {
        let kind = format!("{:?}", node.data.borrow().value);
        let kind = kind.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
        if kind != "Text" {
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    kinds
}
