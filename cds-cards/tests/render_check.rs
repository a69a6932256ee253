//! Faults in card texts are found when the knowledge is loaded, with file and line.

#![cfg(test)]

use cds_cards::Knowledge;
use cds_cards::render::check_templates;

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
fn the_escaper_cannot_be_switched_off() {
    for text in ["{{ version|safe }}", "{{ version|escape }}", "{{ version|e }}"] {
        let found = card("discrepancy.md", text);
        assert!(
            found.iter().any(|fault| fault.contains("unknown filter")),
            "{text}: {found:?}"
        );
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
