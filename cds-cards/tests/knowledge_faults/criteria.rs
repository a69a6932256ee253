//! Faults of criteria: facts, words, bands, units and cycles.

use super::*;

/// The criterion with this body has this one fault, `offset` lines below its header.
#[track_caller]
pub(super) fn own(body: &str, offset: usize, what: &str) {
    let (files, line) = with_criterion(body);
    assert_eq!(faults(&files), [format!("{CRITERIA}:{}: {what}", line + offset)]);
}

#[test]
fn a_sound_criterion_of_ones_own_is_no_fault() {
    let (files, _) = with_criterion(
        "kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\nlimit = 5\nbands = [{ below = \"limit\", call = \"met\" }, { from = \"limit\", call = \"not-met\" }]",
    );
    assert_eq!(faults(&files), [""; 0]);
}

#[test]
fn unknown_fact() {
    own(
        "kind = \"words\"\nreads = \"blood-type\"\nmet = [\"A\"]",
        5,
        "unknown fact `blood-type`",
    );
    own(
        "kind = \"range\"\nreads = \"weight\"\nunit = \"kg\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]",
        5,
        "unknown fact `weight`",
    );
    one(
        "suggestions.toml",
        "facts = [\"gi-shunt\"]",
        "facts = [\"shunt\"]",
        0,
        "unknown fact `shunt`",
    );
}

#[test]
fn unknown_key() {
    one(
        CURATIVE,
        "order = 1",
        "order = 1\nordre = 1",
        1,
        "unknown key `ordre`",
    );
    own(
        "kind = \"words\"\nreads = \"diabetes\"\nmet = [\"present\"]\nnot-met = [\"absent\"]\nnotmet = []",
        8,
        "unknown key `notmet`",
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    one(
        CURATIVE,
        "order = 1\n",
        "order = \"first\"\n",
        0,
        "`order` must be a number, not string",
    );
    one(
        "package.toml",
        "version = \"2.0.0\"",
        "version = 1",
        0,
        "`version` must be a text, not integer",
    );
}

#[test]
fn a_file_that_is_no_toml() {
    let mut files = Knowledge::embedded_files();
    let line = change(&mut files, CURATIVE, "order = 1", "order 1");
    let found = faults(&files);
    assert!(!found.is_empty());
    assert!(
        found
            .iter()
            .all(|fault| fault.starts_with(&format!("{CURATIVE}:{line}: "))
                || fault == "criteria.toml:1: unknown option `curative-resection`"),
        "{found:?}"
    );
}

#[test]
fn a_unit_of_another_dimension_or_scale() {
    let unit = |unit| {
        format!(
            "kind = \"range\"\nreads = \"largest-liver-lesion\"\nunit = \"{unit}\"\nlimit = 0\nbands = [{{ from = \"limit\", call = \"met\" }}]"
        )
    };
    own(
        &unit("kg"),
        6,
        "unit `kg` is not the unit of `largest-liver-lesion`, which is `cm`",
    );
    own(
        &unit("mm"),
        6,
        "unit `mm` is not the unit of `largest-liver-lesion`, which is `cm`",
    );
    own(
        "kind = \"range\"\nreads = \"ecog\"\nunit = \"%\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]",
        6,
        "`ecog` has no unit",
    );
    own(
        "kind = \"range\"\nreads = \"ki67\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]",
        0,
        "`unit` is missing: `ki67` is in `%`",
    );
    one(
        "tables/who-grade.csv",
        "G1,mitoses,/10 HPF",
        "G1,mitoses,%",
        0,
        "unit `%` is not the unit of `mitoses`, which is `/10 HPF`",
    );
    one(
        "tables/enets-t.csv",
        "T2,pancreas,cm",
        "T2,pancreas,mm",
        0,
        "unit `mm` is not the unit of `tumour-size`, which is `cm`",
    );
}

#[test]
fn a_test_that_does_not_fit_its_fact() {
    own(
        "kind = \"words\"\nreads = \"ki67\"\nmet = [\"high\"]",
        5,
        "`ki67` has no words: kind must be range",
    );
    own(
        "kind = \"range\"\nreads = \"diabetes\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]\nmet = [\"present\"]\nnot-met = [\"absent\"]",
        5,
        "`diabetes` has no numbers: kind must be words",
    );
    own(
        "kind = \"range\"\nreads = \"chromogranin-a\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]",
        5,
        "`chromogranin-a` is reported in each laboratory's own unit: no limit can be set",
    );
}

#[test]
fn words_that_are_not_in_the_list_or_missing_or_called_twice() {
    let words = |met: &str, not_met: &str| {
        format!("kind = \"words\"\nreads = \"liver-distribution\"\nmet = {met}\nnot-met = {not_met}")
    };
    own(
        &words("[\"bilobar\"]", "[\"unilobar\", \"central\"]"),
        7,
        "`central` is no word of `liver-distribution`",
    );
    own(
        &words("[\"bilobar\"]", "[]"),
        0,
        "gap: `unilobar` of `liver-distribution` has no call",
    );
    own(
        &words("[\"bilobar\"]", "[\"unilobar\", \"bilobar\"]"),
        7,
        "overlap: `bilobar` has two calls",
    );
    own(
        "kind = \"words\"\nreads = \"grade\"\nmet = [\"G1\"]\nnot-met = [\"G2\"]",
        0,
        "gap: `G3` of `grade` has no call",
    );
    own(
        "kind = \"range\"\nreads = \"sstr-uptake\"\nlimit = 0\nbands = [{ from = \"limit\", call = \"met\" }]\nmet = [\"strong\", \"positive\"]",
        0,
        "gap: `negative` of `sstr-uptake` has no call",
    );
    one(
        CRITERIA,
        "responding = \"judgement\", ",
        "",
        0,
        "gap: `responding` has no call in `longer`",
    );
}

#[test]
fn bands_with_gap_or_overlap() {
    let bands = |limit: u32, bands: &str| {
        format!("kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\nlimit = {limit}\nbands = [\n{bands}\n]")
    };
    own(
        &bands(
            5,
            "{ below = \"limit\", call = \"met\" },\n{ above = \"limit\", call = \"not-met\" },",
        ),
        10,
        "gap: exactly 5 is in no band",
    );
    own(
        &bands(
            5,
            "{ up-to = \"limit\", call = \"met\" },\n{ from = \"limit\", call = \"not-met\" },",
        ),
        10,
        "`≥ 5` overlaps the band before it, which ends at 5",
    );
    own(
        &bands(5, "{ above = \"limit\", call = \"met\" },"),
        9,
        "gap: from 0 to 5 is in no band",
    );
    own(
        &bands(99, "{ below = \"limit\", call = \"met\" },"),
        8,
        "gap: from 99 to 100 is in no band",
    );
    own(
        &bands(
            100,
            "{ up-to = \"limit\", call = \"met\" },\n{ above = \"limit\", call = \"not-met\" },",
        ),
        10,
        "`> 100` holds no number that can occur",
    );
    own(
        &bands(5, "{ above = \"limit\", below = \"limit\", call = \"met\" },"),
        9,
        "a band has `exactly`, or one or both of a lower end (`above` or `from`) and a higher upper end (`below` or `up-to`)",
    );
    own(
        &bands(0, "{ from = \"limit\", call = \"perhaps\" },"),
        9,
        "unknown call `perhaps`: met, not-met or judgement",
    );
}

#[test]
fn a_cycle_between_criteria() {
    let (mut files, line) = with_criterion("kind = \"any\"\nof = [\"other\"]");
    files.get_mut(CRITERIA).unwrap().push_str(
        "\n[[criterion]]\nid = \"other\"\nlabel = \"other\"\nkind = \"not\"\nof = \"own\"\nstatements = [\"CU05\"]\n",
    );
    assert_eq!(
        faults(&files),
        [format!("{CRITERIA}:{}: cycle: own -> other -> own", line + 1)]
    );
}

#[test]
fn a_cycle_between_options() {
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        CURATIVE,
        "[[criterion]]\nid = \"resectable\"\nrole = \"require\"",
        "[[criterion]]\nid = \"resectable\"\nrole = \"require\"\n\n[[criterion]]\nid = \"no-curative-resection\"\nrole = \"confirm\"",
    );
    assert_eq!(
        faults(&files),
        [format!(
            "{CURATIVE}:1: cycle: curative-resection -> no-curative-resection -> curative-resection"
        )]
    );
}

#[test]
fn an_unused_criterion() {
    let mut files = Knowledge::embedded_files();
    let text = files.get_mut(CRITERIA).unwrap();
    let line = text.matches('\n').count() + 3;
    text.push_str("\n[[criterion]]\nid = \"idle\"\nlabel = \"idle\"\nkind = \"not\"\nof = \"functioning\"\nstatements = [\"CU05\"]\n");
    assert_eq!(
        faults(&files),
        [format!(
            "{CRITERIA}:{line}: criterion `idle` is used by no option"
        )]
    );
}
