//! Faults in the form for the meeting.

use super::*;

const FORM: &str = "form.toml";

#[test]
fn a_fact_that_there_is_not_and_one_that_nothing_says_how_to_record() {
    one(FORM, "\"sstr-uptake\"", "\"uptake\"", 0, "unknown fact `uptake`");
    one(
        FORM,
        "\"sstr-uptake\"",
        "\"age\"",
        0,
        "`age` has no `[[question]]` in questions.toml",
    );
}

#[test]
fn a_fact_without_answers_is_named_once() {
    one(
        "questions.toml",
        "[[question]]\nfact = \"symptoms-controlled\"\nanswers = [[\"yes\", \"Controlled\"], [\"no\", \"Not controlled\"]]\n",
        "[[question]]\nfact = \"symptoms-controlled\"\n",
        0,
        "`symptoms-controlled` has no `answers`",
    );
    one(
        "questions.toml",
        "fact = \"sstr-uptake\"",
        "fact = \"uptake\"",
        0,
        "unknown fact `uptake`",
    );
}

#[test]
fn what_stands_twice() {
    one(
        FORM,
        "\"mitoses\"",
        "\"ecog\"",
        0,
        "`ecog` stands in the form twice",
    );
    one(
        FORM,
        "id = \"pathology\"",
        "id = \"liver\"",
        0,
        "`liver` stands in the form twice",
    );
    one(
        FORM,
        "id = \"pathology\"",
        "id = \"ki67\"",
        3,
        "`ki67` stands in the form twice",
    );
}

#[test]
fn a_section_of_which_a_part_is_missing_or_wrong() {
    let wrong = "`look-back` must be 1 to 120 months, not ";
    for months in ["0", "1.5", "121", "-3"] {
        let new = format!("look-back = {months}\n");
        one(FORM, "look-back = 1\n", &new, 0, &format!("{wrong}{months}"));
    }
    one(
        FORM,
        "facts = [\"symptoms-controlled\", \"ecog\"]",
        "facts = []",
        0,
        "`facts` is empty",
    );
    one(
        FORM,
        "[[section]]\nid = \"status\"\ntitle = \"Patient\"\n",
        "[[section]]\nid = \"status\"\n",
        0,
        "`title` is missing",
    );
    one(
        FORM,
        "id = \"status\"",
        "id = \"The patient\"",
        0,
        "`The patient` is no id such as `liver`",
    );
}
