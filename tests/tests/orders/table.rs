//! The order table, as it is written down.

use crate::forms::FORMS;
use crate::setup::{CASES, KNOWLEDGE, TEXT, by_rule, chart};
use acceptance::here;
use std::collections::BTreeSet;
use std::fmt::Write;

#[test]
fn the_order_table_is_up_to_date() {
    let path = here().join("ORDERS.md");
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == table,
        "tests/ORDERS.md is old: UPDATE=1 cargo test -p acceptance --test orders"
    );
}

fn table() -> String {
    let mut text = String::from(
        "# Draft orders and their cards\n\n\
         Written by `UPDATE=1 cargo test -p acceptance --test orders`, which holds every cell: the card of a draft order that means one\n\
         option, by the option's verdict for the patient, with the vignette that was tried. `-`: no vignette reaches the verdict.\n\n\
         | Option | supported | provisional | provisional, a contraindication not excluded | undetermined | not-supported by readings of ours alone | not-supported | contraindicated |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for option in &KNOWLEDGE.options {
        let cells = CASES.map(|case| match chart(&option.id, case) {
            Some((name, _)) => format!("{} (`{name}`)", by_rule(case)),
            None => "-".to_owned(),
        });
        let _ = writeln!(text, "| `{}` | {} |", option.id, cells.join(" | "));
    }
    text.push_str(
        "\n_Interpretation_: the review's criteria do not say what an order of a provisional option should get. Where a contraindication is not\n\
         excluded (not recorded, not readable, or for a clinician to judge), the info card names it, since silence would read as if it were\n\
         excluded; where only something else is to be confirmed, there is no card, unless records that could state it were not to be had.\n\n\
         An order that can mean several options gets the card of the most favourable: none if one of them gives none, a warning if every one\n\
         gives a warning, else the info card. Each form was tried with every combination of verdicts that a vignette reaches.\n\n\
         No card on any order: a patient without PNET, or whose liver metastases are known to be absent. Where liver metastases are not recorded\n\
         at all, only an order of a liver-directed option gets the info card, which says so (_interpretation_: such an order suggests that there\n\
         are some); where records disagree, cannot be read or were not to be had, every order that can mean an option does.\n\n\
         An order that says nothing of what it is (no code, no name, and a Medication that says nothing either, or that is neither contained, nor\n\
         in the draft Bundle, nor among the patient's records, nor to be fetched) stands as not checked on the info card of a patient with PNET\n\
         and liver metastases. Of a Medication the ingredients are read too, each as a drug of the order.\n\n\
         | Order | Form | Options that it can mean |\n|---|---|---|\n",
    );
    let forms: BTreeSet<(String, String, String)> = FORMS
        .iter()
        .map(|(kind, system, code, options)| {
            let form = match *system {
                TEXT => format!("\"{code}\""),
                _ => format!("`{system}` {code}"),
            };
            let options: Vec<String> = options.iter().map(|id| format!("`{id}`")).collect();
            let options = match options.as_slice() {
                [] => "none: no card".to_owned(),
                some => some.join(" or "),
            };
            ((*kind).to_owned(), form, options)
        })
        .collect();
    for (kind, form, options) in forms {
        let _ = writeln!(text, "| {kind} | {form} | {options} |");
    }
    text.push_str("\nEvery option also has a code of its own in `https://pnet-cds.github.io/fhir/CodeSystem/treatments`, the target of a site's code map.\n");
    text
}
