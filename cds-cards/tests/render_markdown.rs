//! Chart text on a card is text: whatever it is, a Markdown reader shows it as it stands and nothing comes of it.

#![cfg(test)]

mod render_reader;
mod render_support;

use cds_cards::Assessment;
use cds_cards::assessment::EvidenceReport;
use cds_cards::render::{Summary, WORD_JOINER, escape, plain};
use proptest::prelude::*;
use render_reader::{Part, read, skeleton, texts};
use render_support::{cards, patients};

const HOSTILE: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<!-- c --><b>x</b>",
    "[x](javascript:alert(1))",
    "[x]: http://evil.example",
    "[x][y] and [^1]",
    "![](http://evil.example/x.png)",
    "<http://evil.example>",
    "www.evil.com",
    "see WWW.evil.com/a?b=c.",
    "http://evil.com https://evil.com ftp://evil.com",
    "HTTPS://evil.com",
    "mailto:a@b.cd xmpp:a@b.cd/x",
    "a@b.c and first.last+tag@mail.example.org",
    "abc\u{202e}gnp.exe",
    "zero\u{200b}width\u{feff}",
    "~~x~~ ~y~",
    "| x | y |",
    "a|b\\|c\\\\|d",
    "&lt;b&gt; &amp; &#124; &copy;",
    "\\",
    "\\\\ \\` \\* \\",
    "`code` ``` fence",
    "*a* _b_ **c** __d__ ***e***",
    "# heading",
    "#1 @user",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "1) item",
    "12345.",
    "---",
    "===",
    "***",
    "> quote",
    "    code",
    "line\nbreak\r\n\r\n# next\n|a|b|\n|-|-|",
    "a  \nb",
    "- [ ] task",
    "[x] task",
    "[!NOTE]",
    "$x^2$ $$y$$",
    "^a^ x^2^",
    ":tada: :+1:",
    "<3 %",
    "> 20 %",
    ":---|---:",
    "\u{0}\u{1}\u{7f}",
    "https:\\\\evil.com",
    "http&colon;//evil.com",
    "a@\u{2060}b.cd www\u{2060}.evil.com",
    "https://evil.example/x",
    "mailto:a@b.example",
    "evil.example/x",
    "see evil.com, or evil.co.uk/a.b",
    "//evil.example",
    "x //evil.example/y//z",
    "javascript:alert(1) tel:+49123",
];

/// The places where a value can stand in a card text.
const PLACES: &[(&str, &str)] = &[
    ("", ""),
    ("- ", ""),
    ("before ", " after"),
    ("**Records:** Ki-67 \"", "\", 2026"),
    ("> ", ""),
    ("paragraph\n", "\nparagraph"),
    ("- item\n- ", ": x\n- item"),
    ("| a | b |\n|---|---|\n| x | ", " |\n| y | z |"),
    ("| a | b |\n|---|---|\n| ", " | y |"),
    ("text (", ")"),
    ("[", "]"),
    ("### ", ": supported"),
];

fn stands_as_text(text: &str) {
    let shown = plain(text);
    if shown.is_empty() {
        assert_eq!(escape(text), "");
        return;
    }
    for (before, after) in PLACES {
        let benign = read(&format!("{before}x{after}"));
        let hostile = read(&format!("{before}{}{after}", escape(text)));
        assert_eq!(
            skeleton(&benign),
            skeleton(&hostile),
            "{text:?} between {before:?} and {after:?}"
        );
        for (benign, hostile) in benign.iter().zip(&hostile) {
            if let (Part::Text(benign), Part::Text(hostile)) = (benign, hostile)
                && benign != hostile
            {
                // Where the benign `x` stood, and only there, the chart text stands.
                let places = benign.match_indices('x').map(|(at, _)| at);
                let mut wanted = places.map(|at| format!("{}{shown}{}", &benign[..at], &benign[at + 1..]));
                assert!(wanted.any(|wanted| wanted == *hostile), "{text:?}: {hostile:?}");
            }
        }
        assert!(
            texts(&hostile).iter().any(|t| t.contains(&shown)),
            "{text:?} is not shown: {hostile:?}"
        );
    }
}

/// The same patient, with this text wherever the chart's own words stand.
fn with_chart_text(assessment: &Assessment, text: &str) -> Assessment {
    let mut changed = assessment.clone();
    let change = |evidence: &mut EvidenceReport| {
        evidence.recorded = text.to_owned();
        evidence.reference = text.to_owned();
        evidence.effective = Some(text.to_owned());
    };
    for report in changed.facts.values_mut() {
        report.evidence.iter_mut().for_each(change);
        report.older.iter_mut().for_each(change);
        report.overruled.iter_mut().for_each(change);
        report.unread.iter_mut().for_each(change);
        report.shown.iter_mut().for_each(change);
    }
    for problem in &mut changed.problems {
        problem.place = text.to_owned();
    }
    changed
}

fn a_card_shows_it_as_text(text: &str) {
    for (name, assessment) in patients() {
        let benign = cards(&with_chart_text(&assessment, "x"));
        let hostile = cards(&with_chart_text(&assessment, text));
        assert_eq!(benign.len(), hostile.len(), "{name}");
        for (benign, hostile) in benign.iter().zip(&hostile) {
            assert_eq!(
                benign.summary(),
                hostile.summary(),
                "{name}: chart text stands in no summary"
            );
            let parts = read(hostile.detail());
            assert_eq!(
                skeleton(&read(benign.detail())),
                skeleton(&parts),
                "{name}: {text:?}\n{}",
                hostile.detail()
            );
        }
    }
}

#[test]
fn hostile_chart_text_stays_text_wherever_a_value_can_stand() {
    for text in HOSTILE {
        stands_as_text(text);
    }
}

#[test]
fn hostile_chart_text_changes_no_structure_of_a_card() {
    for text in HOSTILE.iter().filter(|text| !plain(text).is_empty()) {
        a_card_shows_it_as_text(text);
    }
}

/// Whether a reader that looks for addresses in finished text finds the beginning of one.
fn is_linked(text: &str) -> bool {
    let lower = text.to_lowercase();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let after = |at: usize| lower[at + 1..].chars();
    let domain = |(at, _): (usize, &str)| {
        word(lower[..at].chars().next_back()) && after(at).take_while(|c| c.is_alphabetic()).count() > 1
    };
    let mail = |(at, _): (usize, &str)| word(lower[..at].chars().next_back()) || word(after(at).next());
    let begins = ["www.", "//", "mailto:a", "javascript:a", "tel:+"];
    begins.iter().any(|beginning| lower.contains(beginning))
        || lower.match_indices('.').any(domain)
        || lower.match_indices('@').any(mail)
}

#[test]
fn no_address_of_a_chart_is_one_in_the_finished_text_or_in_a_summary() {
    let addresses = [
        "www.evil.example",
        "https://evil.example/x",
        "mailto:a@b.example",
        "a@b.example",
        "evil.example/x",
        "//evil.example",
    ];
    for text in addresses {
        assert!(is_linked(text), "{text}");
        let finished = render_reader::finished(&format!("Recorded: {}, 2026", escape(text)));
        assert!(!is_linked(&finished), "{finished:?}");
        assert_eq!(
            finished.replace(WORD_JOINER, ""),
            format!("Recorded: {text}, 2026")
        );
        let summary = Summary::new(&format!("Order check - {text}: given before")).unwrap();
        assert!(!is_linked(summary.as_str()), "{:?}", summary.as_str());
        assert_eq!(
            summary.as_str().replace(WORD_JOINER, ""),
            format!("Order check - {text}: given before")
        );
        for (name, assessment) in patients() {
            for card in cards(&with_chart_text(&assessment, text)) {
                let finished = render_reader::finished(card.detail());
                assert!(!is_linked(&finished), "{name}: {finished:?}");
                assert!(!is_linked(card.summary()), "{name}: {:?}", card.summary());
                // Our own links are links all the same.
                assert!(
                    card.links()
                        .iter()
                        .all(|link| link.url().starts_with("https://cds.example.org/"))
                );
            }
        }
    }
}

#[test]
fn the_reader_of_these_tests_sees_what_unescaped_text_would_do() {
    let kinds = |markdown: &str| skeleton(&read(markdown)).join(" ");
    assert!(kinds("www.evil.com").contains("Link"));
    assert!(kinds("mail a@b.cd now").contains("Link"));
    assert!(kinds("x <img onerror> y").contains("HtmlInline"));
    assert!(kinds("![](http://x.example)").contains("Image"));
    assert!(kinds("~~x~~").contains("Strikethrough"));
}

#[test]
fn no_card_of_a_patient_has_links_images_or_html() {
    for (name, assessment) in patients() {
        for card in cards(&assessment) {
            let kinds = skeleton(&read(card.detail()));
            for forbidden in [
                "Link",
                "Image",
                "HtmlInline",
                "HtmlBlock",
                "Code",
                "CodeBlock",
                "FootnoteReference",
            ] {
                assert!(
                    !kinds.iter().any(|kind| kind == forbidden),
                    "{name}: {forbidden}\n{}",
                    card.detail()
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_stays_text(text in any::<String>()) {
        stands_as_text(&text);
    }

    #[test]
    fn any_text_of_markdown_characters_stays_text(
        text in r"([-\\`*_{}\[\]()#+.!|<>~&:@$^='/ \n\t0-9axw]|www\.|http://|a@b\.cd|&lt;|\u{202e}){0,24}"
    ) {
        stands_as_text(&text);
    }

    #[test]
    fn pieces_of_hostile_text_stay_text(
        pieces in prop::collection::vec(prop::sample::select(HOSTILE), 1..4)
    ) {
        stands_as_text(&pieces.concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chart_text_changes_no_structure_of_a_card(
        text in r"[-\\`*_{}\[\]()#+.!|<>~&:@$^=/ \n0-9a-z]{1,40}[a-z]"
    ) {
        a_card_shows_it_as_text(&text);
    }
}
