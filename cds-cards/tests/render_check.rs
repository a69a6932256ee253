//! Faults in card texts are found when the knowledge is loaded, with file and line.

#![cfg(test)]

use cds_cards::render::{Policy, check_templates, render};
use cds_cards::{Knowledge, assess};
use fhir_profiles::FactId;
use fhir_profiles::facts::{Evidence, Facts, Reading, Source, Value};
use std::collections::BTreeMap;

fn faults(change: impl FnOnce(&mut Knowledge)) -> Vec<String> {
    let mut knowledge = Knowledge::embedded().unwrap();
    change(&mut knowledge);
    let line = |line: Option<usize>| line.map(|line| format!(":{line}")).unwrap_or_default();
    check_templates(&knowledge)
        .into_iter()
        .map(|(file, at, what)| format!("{file}{}: {what}", line(at)))
        .collect()
}

fn passage(knowledge: &mut Knowledge, id: &str, text: &str) {
    knowledge
        .options
        .iter_mut()
        .find(|option| option.id == id)
        .unwrap()
        .card = text.to_owned();
}

fn card(name: &'static str, text: &'static str) -> Vec<String> {
    faults(|knowledge| {
        knowledge.cards.insert(name.to_owned(), text.to_owned());
    })
}

#[test]
fn an_unknown_slot_is_found_with_its_line() {
    let found = faults(|k| passage(k, "cryotherapy", "Text.\n{{ figures.survival }}"));
    assert_eq!(
        found,
        ["options/cryotherapy/card.md:2: unknown slot `figures.survival`"]
    );
}

#[test]
fn an_unused_figure_is_found() {
    let found = faults(|k| passage(k, "platinum-etoposide", "Nothing."));
    assert_eq!(
        found,
        ["options/platinum-etoposide/card.md: the figure `figures.response` is not used"]
    );
}

#[test]
fn an_empty_passage_and_a_broken_one_are_found() {
    assert_eq!(
        faults(|k| passage(k, "cryotherapy", " \n")),
        ["options/cryotherapy/card.md: the text is empty"]
    );
    let found = faults(|k| passage(k, "cryotherapy", "a\n{% if %}"));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("options/cryotherapy/card.md:2: "),
        "{found:?}"
    );
}

#[test]
fn a_missing_card_text_is_found() {
    let found = faults(|k| {
        k.cards.remove("unreadable.md");
    });
    assert_eq!(found, ["cards/unreadable.md: this card text is missing"]);
}

#[test]
fn a_slot_that_has_no_value_for_some_patient_is_found_wherever_it_stands() {
    for text in [
        "{{ nothing }}",
        "{% for step in sheet.named %}\n{{ step.colour }}\n{% endfor %} x",
        "{% if sheet.no_trigger %}{{ sheet.because.colour }}{% endif %} x",
    ] {
        let found = faults(|k| {
            k.cards.insert("pathway.md".to_owned(), text.to_owned());
        });
        assert!(!found.is_empty(), "{text}");
        assert!(
            found.iter().all(|fault| fault.starts_with("cards/pathway.md")),
            "{found:?}"
        );
    }
    assert!(!card("options.md", "x{% for o in options %}{{ o.nothing }}{% endfor %}").is_empty());
    assert!(
        !card(
            "missing-data.md",
            "x{% for f in facts %}{{ f.nothing }}{% endfor %}"
        )
        .is_empty()
    );
    assert!(
        !card(
            "discrepancy.md",
            "x{% for i in items %}{{ i.nothing }}{% endfor %}"
        )
        .is_empty()
    );
    assert!(
        !card(
            "unreadable.md",
            "x{% for p in places %}{{ p.nothing }}{% endfor %}"
        )
        .is_empty()
    );
}

#[test]
fn an_unknown_note_is_found_even_behind_a_condition() {
    let found = card(
        "discrepancy.md",
        "x\n{% if notes.U99 is defined %}{{ notes.U99.text }}{% endif %}",
    );
    assert_eq!(found, ["cards/discrepancy.md:2: unknown note `U99`"]);
}

#[test]
fn what_undoes_the_escaping_is_refused_with_its_line() {
    for (text, what) in [
        ("a\n{{ version|safe }}", "unknown filter `safe`"),
        ("a\n{{ version|escape }}", "unknown filter `escape`"),
        ("a\n{% filter e %}x{% endfilter %}", "unknown filter `e`"),
        ("a\n{{ items|map('safe')|join }}", "unknown filter `safe`"),
        (
            "a\n{% autoescape false %}{{ version }}{% endautoescape %}",
            "unknown tag `autoescape`",
        ),
        ("a\n{% include 'pathway.md' %}", "unknown tag `include`"),
        ("a\n{% from 'options.md' import marks %}", "unknown tag `from`"),
        ("a\n{{ debug() }}", "unknown function `debug`"),
    ] {
        let found = card("discrepancy.md", text);
        let wanted = format!("cards/discrepancy.md:2: {what}");
        assert!(
            found.len() == 1 && found[0].starts_with(&wanted),
            "{text}: {found:?}"
        );
    }
    let found = faults(|k| passage(k, "cryotherapy", "a\n\n{{ figures.x | safe }}"));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("options/cryotherapy/card.md:3: unknown filter `safe`"),
        "{found:?}"
    );
}

/// Texts that never end, or that end in more than a card can hold.
const BOMBS: [&str; 5] = [
    "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}",
    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "{{ 'x' * 1000000000 }}",
    "{% for a in range(9000) %}a line of a text that is too long for a card{% endfor %}",
    "{{ range(100000) | map('upper') | list | sort | join('-') }}",
];

#[test]
fn a_text_without_end_is_refused() {
    for bomb in BOMBS {
        for name in ["pathway.md", "discrepancy.md"] {
            let found = card(name, bomb);
            let file = format!("cards/{name}");
            assert!(
                !found.is_empty() && found.iter().all(|fault| fault.starts_with(&file)),
                "{bomb}: {found:?}"
            );
        }
        let found = faults(|k| passage(k, "cryotherapy", bomb));
        assert!(!found.is_empty(), "{bomb}");
    }
}

/// What only this patient's day sets off is found by no check.
#[test]
fn a_site_text_that_fails_for_a_patient_gives_way_to_the_built_in_one() {
    let known = Knowledge::embedded().unwrap();
    let facts = |id: &str, value: &str| {
        let id = FactId::parse(id).unwrap();
        (
            id,
            Reading::new(
                Value::Word(id.word(value).unwrap()),
                Source::Observation,
                Evidence::default(),
            ),
        )
    };
    let mut chart = Facts::builder(jiff::civil::date(2031, 2, 3));
    for (id, reading) in [facts("pnet", "present"), facts("liver-metastases", "present")] {
        chart.reading(id, reading);
    }
    let facts = chart.build();
    let policy = Policy {
        max_cards: 6,
        full: true,
        without_metastases: true,
        public_url: None,
        instance: uuid::Uuid::nil(),
        asking: cds_cards::render::Asking::default(),
    };
    let details = |knowledge: &Knowledge| -> Vec<(String, Option<&'static str>)> {
        let cards = render(knowledge, &assess(knowledge, &facts), &policy);
        cards
            .iter()
            .map(|card| (card.detail().to_owned(), card.text_replaced()))
            .collect()
    };
    let ours = details(&known);
    assert!(ours.len() > 2 && ours.iter().all(|(_, replaced)| replaced.is_none()));
    let faulty = ["{{ nothing.at.all }}", "{{ as_of | no_such_filter }}"];
    for text in BOMBS.into_iter().chain(faulty) {
        let text = format!("Ours. {{% if as_of == '2031-02-03' %}}{text}{{% endif %}}");
        let own = BTreeMap::from([("cards/pathway.md".to_owned(), text.clone())]);
        let site = Knowledge::load(&Knowledge::merge(Knowledge::embedded_files(), own));
        let site = site.unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        let cards = details(&site);
        assert_eq!(cards.len(), ours.len(), "{text}");
        assert_eq!(
            cards[0].0.replace(
                &site.package.reference.edition(),
                &known.package.reference.edition()
            ),
            ours[0].0
        );
        assert_eq!(cards[0].1, Some("pathway.md"), "{text}");
        assert!(cards[1..].iter().all(|(_, replaced)| replaced.is_none()));
    }
}

#[test]
fn an_option_that_no_summary_can_name_is_found() {
    let found = faults(|k| k.options[0].label = "word ".repeat(40));
    assert!(
        found.iter().any(|fault| fault.contains("more than 139")),
        "{found:?}"
    );
}

#[test]
fn what_stands_on_every_card_is_whole() {
    let found = faults(|k| {
        k.package.source_label = " ".to_owned();
        k.package.citation_url = "doi.org/10".to_owned();
        k.package.topics.get_mut("pathway").unwrap().code = "two words".to_owned();
        k.package.override_reasons[0].display.clear();
        k.suggestions[0].text.clear();
    });
    assert_eq!(found.len(), 5, "{found:?}");
}
