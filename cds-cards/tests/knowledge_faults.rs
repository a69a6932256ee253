//! Every kind of fault in a knowledge directory is found, alone and with its line; several are found together.

#![cfg(test)]

use cds_cards::Knowledge;
use std::collections::BTreeMap;

type Files = BTreeMap<String, String>;

fn faults(files: &Files) -> Vec<String> {
    match Knowledge::load(files) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// Replaces the one place where `old` stands, and gives the line where it starts.
fn change(files: &mut Files, file: &str, old: &str, new: &str) -> usize {
    let text = files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
    assert_eq!(text.matches(old).count(), 1, "`{old}` in {file}");
    let line = 1 + text[..text.find(old).unwrap()].matches('\n').count();
    *text = text.replace(old, new);
    line
}

/// One change makes one fault, `offset` lines below the place of the change.
#[track_caller]
fn one(file: &str, old: &str, new: &str, offset: usize, what: &str) {
    let mut files = Knowledge::embedded_files();
    let line = change(&mut files, file, old, new) + offset;
    assert_eq!(faults(&files), [format!("{file}:{line}: {what}")]);
}

#[test]
fn an_override_reason_stands_once() {
    one(
        "package.toml",
        "code = \"newer-evidence\"",
        "code = \"record-incomplete\"",
        0,
        "the override reason `record-incomplete` stands twice",
    );
}

const CRITERIA: &str = "criteria.toml";
const CURATIVE: &str = "options/curative-resection/option.toml";

/// A criterion of its own, used by an option of its own, so that nothing else changes.
fn with_criterion(body: &str) -> (Files, usize) {
    let mut files = Knowledge::embedded_files();
    let text = files.get_mut(CRITERIA).unwrap();
    let line = text.matches('\n').count() + 2;
    text.push_str(&format!(
        "\n[[criterion]]\nid = \"own\"\nlabel = \"own\"\nstatements = [\"CU05\"]\n{body}\n"
    ));
    change(
        &mut files,
        "options/cryotherapy/option.toml",
        "[[criterion]]",
        "[[criterion]]\nid = \"own\"\nrole = \"confirm\"\n\n[[criterion]]",
    );
    (files, line)
}

/// The criterion with this body has this one fault, `offset` lines below its header.
#[track_caller]
fn own(body: &str, offset: usize, what: &str) {
    let (files, line) = with_criterion(body);
    assert_eq!(faults(&files), [format!("{CRITERIA}:{}: {what}", line + offset)]);
}

#[test]
fn a_sound_criterion_of_ones_own_is_no_fault() {
    let (files, _) = with_criterion(
        "kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\nbands = [{ below = 5, call = \"met\" }, { from = 5, call = \"not-met\" }]",
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
        "kind = \"range\"\nreads = \"weight\"\nunit = \"kg\"\nbands = [{ from = 0, call = \"met\" }]",
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
        "version = \"1.0.0\"",
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
            "kind = \"range\"\nreads = \"largest-liver-lesion\"\nunit = \"{unit}\"\nbands = [{{ from = 0, call = \"met\" }}]"
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
        "kind = \"range\"\nreads = \"ecog\"\nunit = \"%\"\nbands = [{ from = 0, call = \"met\" }]",
        6,
        "`ecog` has no unit",
    );
    own(
        "kind = \"range\"\nreads = \"ki67\"\nbands = [{ from = 0, call = \"met\" }]",
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
        "kind = \"range\"\nreads = \"diabetes\"\nbands = [{ from = 0, call = \"met\" }]\nmet = [\"present\"]\nnot-met = [\"absent\"]",
        5,
        "`diabetes` has no numbers: kind must be words",
    );
    own(
        "kind = \"range\"\nreads = \"chromogranin-a\"\nbands = [{ from = 0, call = \"met\" }]",
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
        "kind = \"range\"\nreads = \"sstr-uptake\"\nbands = [{ from = 0, call = \"met\" }]\nmet = [\"strong\", \"positive\"]",
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
    let bands =
        |bands: &str| format!("kind = \"range\"\nreads = \"ki67\"\nunit = \"%\"\nbands = [\n{bands}\n]");
    own(
        &bands("{ below = 5, call = \"met\" },\n{ above = 5, call = \"not-met\" },"),
        9,
        "gap: exactly 5 is in no band",
    );
    own(
        &bands("{ up-to = 5, call = \"met\" },\n{ from = 5, call = \"not-met\" },"),
        9,
        "`≥ 5` overlaps the band before it, which ends at 5",
    );
    own(
        &bands("{ above = 5, call = \"met\" },"),
        8,
        "gap: from 0 to 5 is in no band",
    );
    own(
        &bands("{ below = 99, call = \"met\" },"),
        7,
        "gap: from 99 to 100 is in no band",
    );
    own(
        &bands("{ up-to = 100, call = \"met\" },\n{ above = 100, call = \"not-met\" },"),
        9,
        "`> 100` holds no number that can occur",
    );
    own(
        &bands("{ above = 5, below = 5, call = \"met\" },"),
        8,
        "a band has `exactly`, or one or both of a lower end (`above` or `from`) and a higher upper end (`below` or `up-to`)",
    );
    own(
        &bands("{ from = 0, call = \"perhaps\" },"),
        8,
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

#[test]
fn an_id_that_stands_twice() {
    let mut files = Knowledge::embedded_files();
    let text = files.get_mut(CRITERIA).unwrap();
    let line = text.matches('\n').count() + 3;
    text.push_str("\n[[criterion]]\nid = \"functioning\"\nlabel = \"again\"\nkind = \"not\"\nof = \"bilobar\"\nstatements = [\"CU05\"]\n");
    assert_eq!(
        faults(&files),
        [format!("{CRITERIA}:{line}: criterion `functioning` stands twice")]
    );
    one(
        CURATIVE,
        "id = \"not-poorly-differentiated\"",
        "id = \"grade-g1-g2\"",
        0,
        "criterion `grade-g1-g2` stands twice",
    );
    one(
        "evidence/ambiguities.csv",
        "\nAmb2,",
        "\nAmb1,",
        1,
        "`Amb1` stands twice",
    );
    one(
        "options/everolimus/option.toml",
        "[[caution]]\nid = \"lung-disease\"",
        "[[caution]]\nid = \"diabetes\"",
        1,
        "caution `diabetes` stands twice",
    );
    one(
        CURATIVE,
        "order = 1\n",
        "order = 6\n",
        0,
        "`order` is that of `cryotherapy` too",
    );
}

#[test]
fn ids_that_lead_nowhere() {
    one(
        CURATIVE,
        "[\"CU14\"]",
        "[\"CU99\"]",
        0,
        "unknown statement `CU99`",
    );
    one(
        CURATIVE,
        "statement = \"CU12\"",
        "statement = \"CU98\"",
        0,
        "unknown statement `CU98`",
    );
    one(
        "package.toml",
        "[\"M04\"]",
        "[\"M99\"]",
        0,
        "unknown statement `M99`",
    );
    one(
        "tables/ajcc7-stage.csv",
        "IB,T2,N0,M0,J03",
        "IB,T2,N0,M0,J99",
        0,
        "unknown statement `J99`",
    );
    one(
        CURATIVE,
        "[\"U28\"]",
        "[\"U99\"]",
        0,
        "unknown since-publication note `U99`",
    );
    one(
        CURATIVE,
        "[\"U28\"]",
        "[\"U25\"]",
        0,
        "since-publication note `U25` may not be shown: it was not read in a source",
    );
    one(
        "options/prrt/option.toml",
        "[\"Disc6\"]",
        "[\"Disc99\"]",
        0,
        "unknown correction `Disc99`",
    );
    one(
        "evidence/since-publication.csv",
        ",Concordant; abscess risk with any bilioenteric anastomosis",
        ",",
        0,
        "`short` is empty, but the row may be shown",
    );
    one(
        "evidence/corrections.csv",
        ",CLARINET was published",
        ",[V] CLARINET was published",
        0,
        "`short` has a source mark in it",
    );
    one(
        "evidence/corrections.csv",
        ",CLARINET was published",
        &format!(",{} CLARINET was published", "long ".repeat(40)),
        0,
        "`short` is longer than 160 characters",
    );
    one(
        CURATIVE,
        "[\"primary-in-situ\", \"debulking-over-90\"]",
        "[\"primary-in-place\"]",
        0,
        "unknown criterion `primary-in-place`",
    );
    one(
        CRITERIA,
        "of = [\"functioning\", \"symptoms-not-controlled\"]",
        "of = [\"functioning\", \"symptoms\"]",
        0,
        "unknown criterion `symptoms`",
    );
    one(
        CRITERIA,
        "syndrome = \"VIPoma\"\n",
        "syndrome = \"VIPoma\"\n[[hormone]]\ncriterion = \"functioning\"\nsyndrome = \"any\"\n",
        2,
        "criterion `functioning` is not of kind range",
    );
    one(
        CRITERIA,
        "syndrome = \"VIPoma\"\n",
        "syndrome = \"VIPoma\"\n[[hormone]]\ncriterion = \"serotonin\"\nsyndrome = \"any\"\n",
        2,
        "unknown criterion `serotonin`",
    );
}

#[test]
fn an_option_that_does_not_exist() {
    let (files, line) = with_criterion("kind = \"option\"\noption = \"surgery\"");
    assert_eq!(
        faults(&files),
        [format!("{CRITERIA}:{}: unknown option `surgery`", line + 1)]
    );
}

#[test]
fn a_missing_file() {
    let embedded = Knowledge::embedded_files();
    for file in [
        "package.toml",
        "criteria.toml",
        "suggestions.toml",
        "tables/enets-t.csv",
        "evidence/statements.csv",
        "cards/assessment.md",
        "options/prrt/card.md",
        "options/prrt/option.toml",
    ] {
        let mut files = embedded.clone();
        assert!(files.remove(file).is_some(), "{file}");
        assert_eq!(faults(&files), [format!("{file}: the file is missing")]);
    }
}

#[test]
fn a_file_that_nothing_reads() {
    let mut files = Knowledge::embedded_files();
    files.insert("options/prrt/optoin.toml".to_owned(), String::new());
    assert_eq!(
        faults(&files),
        ["options/prrt/optoin.toml: nothing reads this file: is its name right?"]
    );
}

#[test]
fn an_empty_label() {
    one(
        CURATIVE,
        "label = \"Potentially curative resection\"",
        "label = \" \"",
        0,
        "`label` is empty",
    );
    one(
        CRITERIA,
        "label = \"grade G1 or G2\"",
        "label = \"\"",
        0,
        "`label` is empty",
    );
}

#[test]
fn a_figure_without_number() {
    one(
        CURATIVE,
        "value = \"85\"",
        "value = \"most\"",
        0,
        "`most` is no number, nor a range such as `10-25`",
    );
    one(
        CURATIVE,
        "5-year survival approaching {}",
        "5-year survival high",
        0,
        "the wording must have one `{}`, where the number goes",
    );
}

#[test]
fn slots_of_a_card_text() {
    let file = "options/prrt/card.md";
    let mut files = Knowledge::embedded_files();
    let text = files.get_mut(file).unwrap();
    let line = text.matches('\n').count() + 1 + usize::from(!text.ends_with('\n'));
    text.push_str("\n{{ figures.cure }}\n");
    let line = line + usize::from(text.contains("\n\n{{ figures.cure"));
    assert_eq!(
        faults(&files),
        [format!("{file}:{line}: unknown slot `figures.cure`")]
    );

    let mut files = Knowledge::embedded_files();
    files.insert(
        "options/radioembolisation/card.md".to_owned(),
        "{{ figures.response }} {{ figures.stable_disease }}\n".to_owned(),
    );
    assert_eq!(
        faults(&files),
        [
            "options/radioembolisation/card.md:1: figure `disease-control` is not used: `figures.disease_control` stands nowhere"
        ]
    );

    let mut files = Knowledge::embedded_files();
    files.insert(
        "options/cryotherapy/card.md".to_owned(),
        "one\n{% if %}\n".to_owned(),
    );
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("options/cryotherapy/card.md:2: "),
        "{found:?}"
    );

    let mut files = Knowledge::embedded_files();
    files.insert("cards/discrepancy.md".to_owned(), "{{ itmes }}\n".to_owned());
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("cards/discrepancy.md"), "{found:?}");
}

#[test]
fn orders_of_unknown_treatments_and_treatments_that_stand_twice() {
    let file = "options/sunitinib/option.toml";
    let good = "treatments = [\"sunitinib\"]";
    for (bad, what) in [
        ("treatments = [\"sunitinub\"]", "unknown treatment `sunitinub`"),
        (
            "treatments = [\"sunitinib\", \"sunitinib\"]",
            "treatment `sunitinib` stands twice",
        ),
        ("treatments = []", "`treatments` is empty"),
        (
            "treatments = [\"sunitinib\"]\nunless-with = [\"aspirin\"]",
            "unknown treatment `aspirin`",
        ),
        (
            "treatments = [\"sunitinib\"]\ninterpretation = \"yes\"",
            "`interpretation` must be true or false, not string",
        ),
        (
            "treatments = [\"sunitinib\"]\nunless = []",
            "unknown key `unless`",
        ),
    ] {
        let mut files = Knowledge::embedded_files();
        change(&mut files, file, good, bad);
        let found = faults(&files);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(file) && found[0].contains(what), "{found:?}");
    }
}

#[test]
fn a_summary_that_can_be_too_long() {
    let label = "Potentially curative resection ".repeat(6);
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        CURATIVE,
        "label = \"Potentially curative resection\"",
        &format!("label = \"{}\"", label.trim()),
    );
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("characters"), "{found:?}");
}

#[test]
fn grade_bands_with_gap_or_overlap() {
    let file = "tables/who-grade.csv";
    one(
        file,
        "G2,ki67,%,3,,20,,,G02",
        "G2,ki67,%,,3,20,,,G02",
        0,
        "`ki67`: gap: exactly 3 is in no band",
    );
    one(
        file,
        "G1,mitoses,/10 HPF,,,,2,,G04",
        "G1,mitoses,/10 HPF,,,2,,,G04",
        1,
        "`mitoses`: `2-20` overlaps the band before it, which ends at 2",
    );
    let mut files = Knowledge::embedded_files();
    change(&mut files, file, "G3,differentiation,,,,,,poor,G09\n", "");
    assert_eq!(
        faults(&files),
        [format!(
            "{file}:1: gap: `G3` needs a row for ki67, mitoses and differentiation"
        )]
    );
}

#[test]
fn t_tables_with_gap_or_overlap() {
    one(
        "tables/ajcc7-t.csv",
        "open,pancreas,cm,2,,2,,J08\n",
        "",
        0,
        "`tumour-size`: gap: exactly 2 is in no band",
    );
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        "tables/enets-t.csv",
        "T4,large-vessels,,,,,,E10\n",
        "",
    );
    assert_eq!(
        faults(&files),
        ["tables/enets-t.csv:1: gap: `large-vessels` has no T category"]
    );
}

#[test]
fn every_t_n_m_has_exactly_one_stage() {
    let mut files = Knowledge::embedded_files();
    change(&mut files, "tables/enets-stage.csv", "IIA,T2,N0,M0,E02\n", "");
    assert_eq!(
        faults(&files),
        ["tables/enets-stage.csv:1: gap: T2 N0 M0 has no stage"]
    );
    one(
        "tables/ajcc7-stage.csv",
        "IB,T2,N0,M0,J03",
        "IB,T2 T3,N0,M0,J03",
        1,
        "overlap: T3 N0 M0 is stage IB and stage IIA",
    );
}

#[test]
fn five_faults_are_found_in_one_run() {
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        "package.toml",
        "evidence-cut-off = \"2018-05\"",
        "evidence-cut-off = \"May 2018\"",
    );
    change(&mut files, CRITERIA, "label = \"grade G1 or G2\"", "label = \"\"");
    change(&mut files, CURATIVE, "[\"CU14\"]", "[\"CU99\"]");
    change(
        &mut files,
        "tables/ajcc7-stage.csv",
        "IB,T2,N0,M0,J03",
        "IB,T2 T3,N0,M0,J03",
    );
    files.remove("options/prrt/card.md");
    let found = faults(&files);
    assert_eq!(found.len(), 5, "{}", found.join("\n"));
}

#[test]
fn five_faults_of_one_file_are_found_in_one_run() {
    let mut files = Knowledge::embedded_files();
    change(
        &mut files,
        CURATIVE,
        "label = \"Potentially curative resection\"",
        "label = \"\"",
    );
    change(
        &mut files,
        CURATIVE,
        "group = \"surgery\"",
        "group = \"surgical\"",
    );
    change(
        &mut files,
        CURATIVE,
        "role = \"contraindication\"",
        "role = \"forbid\"",
    );
    change(&mut files, CURATIVE, "value = \"85\"", "value = \"?\"");
    change(&mut files, CURATIVE, "[\"U28\"]", "[\"U99\"]");
    let found = faults(&files);
    assert_eq!(found.len(), 5, "{}", found.join("\n"));
}
