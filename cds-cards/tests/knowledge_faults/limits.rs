//! Faults of limits: a number that stands in a second place, or that nothing says.

use super::criteria::own;
use super::*;

#[test]
fn a_limit_that_stands_elsewhere_than_in_its_home() {
    let body = |limit: &str, bands: &str| {
        format!("kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\n{limit}bands = [\n{bands}\n]")
    };
    own(
        &body(
            "limit = 5\n",
            "{ below = 5, call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ),
        9,
        "`below` must be the name of a limit, not integer",
    );
    own(
        &body(
            "limit = { low = 5, high = 9 }\n",
            "{ below = \"low\", call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ),
        10,
        "no limit is named `limit`: there is high, low",
    );
    own(
        &body(
            "limit = { low = 5, high = 9 }\n",
            "{ below = \"low\", call = \"met\" },\n{ from = \"low\", call = \"not-met\" },",
        ),
        7,
        "no band ends at `high`",
    );
    own(
        &body(
            "",
            "{ below = \"limit\", call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ),
        0,
        "`limit` is missing",
    );
    own(
        &body(
            "limit = \"5\"\n",
            "{ below = \"limit\", call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ),
        7,
        "`limit` must be a number, not string",
    );
    own(
        &(body(
            "limit = 5\n",
            "{ below = \"limit\", call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ) + "\nborderline = 5"),
        12,
        "`borderline` must be the name of a limit, not integer",
    );
    one(
        CRITERIA,
        "limit = 6\nlonger",
        "limit = 1.5\nlonger",
        0,
        "`limit` must be one whole number of months above 0",
    );
    one(
        CRITERIA,
        "unit = \"months\"",
        "unit = \"a\"",
        0,
        "unit `a`: how long it lasts is in `months`",
    );
}

#[test]
fn a_slot_that_no_limit_fills() {
    one(
        CRITERIA,
        "label = \"more than {high} of",
        "label = \"more than {limit} of",
        0,
        "unknown slot `limit`",
    );
    one(
        CRITERIA,
        "one that is itself {limit} old",
        "one that is itself {months} old",
        0,
        "unknown slot `months`",
    );
    one(
        CURATIVE,
        "{debulking-over-90.high}",
        "{debulking-over-90.limit}",
        0,
        "unknown slot `debulking-over-90.limit`",
    );
    one(
        CRITERIA,
        "Above {glucagon-above-limit.limit}",
        "Above {glucagon.limit}",
        0,
        "unknown slot `glucagon.limit`",
    );
}

#[test]
fn a_number_in_a_label_that_comes_by_no_slot() {
    let said = |number: &str| {
        format!(
            "`{number}` is no limit of a criterion: a label has no number but by a slot such as `{{limit}}`"
        )
    };
    for (label, number) in [
        ("Ki-67 below 10 %", "10"),
        ("Ki-67 below 12 %", "12"),
        ("Ki-67 below 10%", "10"),
        ("Ki-67 below {limit}, or G7", "G7"),
        ("Ki-67 below-10", "below-10"),
    ] {
        let new = format!("label = \"{label}\"");
        one(
            CRITERIA,
            "label = \"Ki-67 below {limit}\"",
            &new,
            0,
            &said(number),
        );
    }
    one(CURATIVE, "{debulking-over-90.high}", "90 %", 0, &said("90"));
    one(
        "options/palliative-primary-resection/option.toml",
        "label = \"grade G3 (the review",
        "label = \"grade 3 (the review",
        0,
        &said("3"),
    );
}

#[test]
fn a_number_in_a_note_that_is_no_limit() {
    let said = |number: &str| {
        format!(
            "`{number}` in this text is no limit of the criterion: write `{{limit}}` for its own, any other number in words"
        )
    };
    for (note, number) in [("75 %", "75"), ("70 % at 5 cm", "5"), ("over-90 %", "over-90")] {
        let new = format!("propose more than {note}.");
        one(CRITERIA, "propose more than 70 %.", &new, 0, &said(number));
    }
    one(
        CRITERIA,
        "more than 200 pg/mL for",
        "more than 250 pg/mL for",
        0,
        &said("250"),
    );
    one(
        CRITERIA,
        "note = \"The review's words are 'may be",
        "note = \"The 2 words are 'may be",
        0,
        &said("2"),
    );
}

#[test]
fn a_limit_that_is_moved_alone_leaves_no_words_behind() {
    let mut files = Knowledge::embedded_files();
    let high = change(
        &mut files,
        CRITERIA,
        "limit = { low = 70, high = 90 }",
        "limit = { low = 60, high = 80 }",
    );
    let rests = |limit: u32| {
        format!(
            "{CRITERIA}:{high}: the limit {limit} stands neither in a quote of CY03, CY04, CY05 nor in a reading of ours \
             (interpretations.csv) of criterion debulking-over-90"
        )
    };
    // The note says what the review proposes: a site that moves the limit has to say something else.
    let note = format!(
        "{CRITERIA}:{}: `70` in this text is no limit of the criterion: write `{{limit}}` for its own, any other number in words",
        high + 7
    );
    assert_eq!(faults(&files), [rests(60), rests(80), note]);
}

#[test]
fn a_limit_that_nothing_says() {
    let (mut files, line) = with_criterion(
        "kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\nlimit = 5\nbands = [{ below = \"limit\", call = \"met\" }, { from = \"limit\", call = \"not-met\" }]",
    );
    assert_eq!(faults(&files), [""; 0]);
    let missing = format!(
        "{CRITERIA}:{}: the limit 5 stands neither in a quote of CU05 nor in a reading of ours (interpretations.csv) of \
         criterion own",
        line + 7
    );
    // A reading of another rule says nothing of this one, and a part of a number is not the number.
    for text in ["Below 50 % or 1.5 %.", "A five-fold rise."] {
        let own = format!(
            "id,text,rules,ambiguities\nS01,{text},criterion:own,\nS02,Below 5 %.,criterion:bilobar,\n"
        );
        files.insert(OWN_READINGS.into(), own);
        let found = faults(&files);
        match text.contains("five") {
            true => assert_eq!(found, [""; 0]),
            false => assert_eq!(found, std::slice::from_ref(&missing)),
        }
    }
    files.remove(OWN_READINGS);
    assert_eq!(faults(&files), [missing]);
    change(
        &mut files,
        CRITERIA,
        "statements = [\"CU05\"]\nkind = \"range\"",
        "statements = [\"AL01\"]\nkind = \"range\"",
    );
    assert_eq!(faults(&files), [""; 0]);
}

#[test]
fn a_limit_of_a_table_that_nothing_says() {
    let rests = |limit: &str, statement: &str, rule: &str| {
        format!(
            "the limit {limit} stands neither in a quote of {statement} nor in a reading of ours (interpretations.csv) of {rule}"
        )
    };
    let mut files = Knowledge::embedded_files();
    let file = "tables/who-grade.csv";
    let first = change(
        &mut files,
        file,
        "G2,mitoses,/10 HPF,2,,20,,,G05",
        "G2,mitoses,/10 HPF,2,,25,,,G05",
    );
    change(
        &mut files,
        file,
        "G3,mitoses,/10 HPF,,20,,,,G06",
        "G3,mitoses,/10 HPF,,25,,,,G06",
    );
    assert_eq!(
        faults(&files),
        [
            format!("{file}:{first}: {}", rests("25", "G05", "grade")),
            format!("{file}:{}: {}", first + 1, rests("25", "G06", "grade")),
        ]
    );
    let mut files = Knowledge::embedded_files();
    let file = "tables/enets-t.csv";
    let first = change(
        &mut files,
        file,
        "T2,pancreas,cm,2,,4,,E08",
        "T2,pancreas,cm,2,,5,,E08",
    );
    change(
        &mut files,
        file,
        "T3,pancreas,cm,,4,,,E09",
        "T3,pancreas,cm,,5,,,E09",
    );
    assert_eq!(
        faults(&files),
        [
            format!("{file}:{first}: {}", rests("5", "E08", "stage")),
            format!("{file}:{}: {}", first + 1, rests("5", "E09", "stage")),
        ]
    );
}

#[test]
fn a_reading_of_a_sites_own_has_an_id_of_its_own() {
    let mut files = Knowledge::embedded_files();
    let row = |id: &str| format!("id,text,rules,ambiguities\n{id},Of our own.,criterion:bilobar,\n");
    files.insert(OWN_READINGS.into(), row("S01"));
    assert_eq!(faults(&files), [""; 0]);
    files.insert(OWN_READINGS.into(), row("I90"));
    assert_eq!(
        faults(&files),
        [format!("{OWN_READINGS}:2: `I90` is no id such as S07")]
    );
    files.insert(OWN_READINGS.into(), row("S01"));
    files.insert("interpretations/more.csv".into(), row("S01"));
    assert_eq!(faults(&files), [format!("{OWN_READINGS}:2: `S01` stands twice")]);
}
