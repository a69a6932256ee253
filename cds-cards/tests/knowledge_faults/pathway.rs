//! Faults in the places of options and in what holds for all pathways.

use super::*;

const PRRT: &str = "options/prrt/option.toml";
const PATHWAY: &str = "pathway.toml";

#[test]
fn criteria_facts_statements_notes_and_options_that_lead_nowhere() {
    one(
        PRRT,
        "when = [\"strong-sstr-uptake\"]",
        "when = [\"strong\"]",
        0,
        "unknown criterion `strong`",
    );
    one(
        PRRT,
        "fact = \"sstr-uptake\", statements",
        "fact = \"uptake\", statements",
        0,
        "unknown fact `uptake`",
    );
    one(
        PRRT,
        "notes = [\"U05\"]",
        "notes = [\"U99\"]",
        0,
        "unknown since-publication note `U99`",
    );
    one(
        PRRT,
        "statements = [\"PR01\", \"D15\", \"PR08\"]",
        "statements = [\"PR99\"]",
        0,
        "unknown statement `PR99`",
    );
    one(
        PRRT,
        "then = [{ option = \"temozolomide-capecitabine\"",
        "then = [{ option = \"captem\"",
        0,
        "unknown option `captem`",
    );
}

#[test]
fn what_comes_before_is_a_fact_or_a_step() {
    one(
        PRRT,
        "{ fact = \"sstr-uptake\", statements = [\"D15\"] }",
        "{ statements = [\"D15\"] }",
        0,
        "what comes before is a `fact` or a `step`",
    );
    one(
        PRRT,
        "{ fact = \"sstr-uptake\", statements = [\"D15\"] }",
        "{ fact = \"sstr-uptake\", step = \"imaging\", statements = [\"D15\"] }",
        0,
        "what comes before is a `fact` or a `step`",
    );
}

#[test]
fn ranks_rise_in_the_sequence_of_the_review() {
    let mut files = Knowledge::embedded_files();
    change(&mut files, PRRT, "rank = 70", "rank = 85");
    assert_eq!(
        faults(&files),
        ["pathway.toml:30: the rank of `prrt` is 85, that of `temozolomide-capecitabine` after it 80"]
    );
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        PATHWAY,
        "    \"prrt\",\n    \"temozolomide",
        "    \"temozolomide",
    );
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("`prrt` has a rank and does not stand in the `sequence` of pathway.toml"),
        "{found:?}"
    );
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        PATHWAY,
        "    \"prrt\",\n    \"temozolomide",
        "    \"prrt\",\n    \"sunitinib\",\n    \"temozolomide",
    );
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("`sunitinib` stands in the `sequence` and has no rank"),
        "{found:?}"
    );
}

#[test]
fn intents_slots_and_a_beginning_for_every_patient() {
    one(
        PATHWAY,
        "value = \"curative\"",
        "value = \"hopeful\"",
        0,
        "unknown intent `hopeful`",
    );
    one(
        PATHWAY,
        "words = \"progressing on {now}\"",
        "words = \"progressing on {then}\"",
        0,
        "unknown slot `then`",
    );
    let mut files = Knowledge::embedded_files();
    let last = "[[situation]]\npart = \"base\"\nwords = \"Liver metastases of a PNET\"\n";
    change(&mut files, PATHWAY, last, "");
    assert_eq!(
        faults(&files),
        ["pathway.toml:1: no `[[situation]]` of the part `base` holds for every patient"]
    );
}

#[test]
fn a_beginning_that_leaves_no_room() {
    let mut files = Knowledge::embedded_files();
    let long = format!("words = \"{}\"\nalone = true", "word ".repeat(30).trim());
    change(
        &mut files,
        PATHWAY,
        "words = \"ECOG {ecog}: resection and all alternatives to be weighed by the board (T02)\"\nalone = true",
        &long,
    );
    assert_eq!(
        faults(&files),
        ["pathway.toml: a summary can be 149 characters long, more than 139"]
    );
}
