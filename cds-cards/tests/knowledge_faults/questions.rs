//! Faults in what a card can ask for.

use super::*;

const QUESTIONS: &str = "questions.toml";

#[test]
fn a_fact_that_there_is_not_and_one_that_is_asked_for_twice() {
    one(
        QUESTIONS,
        "fact = \"gi-shunt\"",
        "fact = \"shunt\"",
        0,
        "unknown fact `shunt`",
    );
    one(
        QUESTIONS,
        "[[question]]\nfact = \"primary-resected\"",
        "[[question]]\nfact = \"resectability\"",
        0,
        "`resectability` is asked twice",
    );
}

#[test]
fn an_answer_that_the_fact_cannot_have() {
    one(
        QUESTIONS,
        "[\"partial\", \"Partly occluded\"]",
        "[\"part\", \"Partly occluded\"]",
        0,
        "`part` is no answer to `portal-vein`",
    );
    one(
        QUESTIONS,
        "[\"4\", \"Krenning 4\"]",
        "[\"5\", \"Krenning 5\"]",
        0,
        "`5` is no answer to `sstr-uptake`",
    );
}

#[test]
fn a_number_without_unit_and_words_without_answers() {
    one(
        QUESTIONS,
        "[[question]]\nfact = \"tumour-size\"\nunit = { unit = \"cm\", code = \"cm\" }",
        "[[question]]\nfact = \"tumour-size\"",
        0,
        "`tumour-size` is a number and needs a `unit`",
    );
    one(
        QUESTIONS,
        "[[question]]\nfact = \"liver-distribution\"\nanswers = [[\"unilobar\", \"One lobe\"], [\"bilobar\", \"Both lobes\"]]",
        "[[question]]\nfact = \"liver-distribution\"",
        0,
        "`liver-distribution` has no `answers`",
    );
}

#[test]
fn a_code_or_a_unit_of_which_a_part_is_missing() {
    one(
        QUESTIONS,
        "display = \"Residual tumor classification\"",
        "display = \"\"",
        0,
        "`display` is empty",
    );
    one(
        QUESTIONS,
        "{ unit = \"/10 HPF\", code = \"/(10.[HPF])\" }",
        "{ unit = \"/10 HPF\" }",
        0,
        "`code` is missing",
    );
}
