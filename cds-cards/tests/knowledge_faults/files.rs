//! Faults of files: ids, references, texts, figures and tables.

use super::*;

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
        "\nAmb29,",
        "\nAmb28,",
        1,
        "`Amb28` stands twice",
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
        "criterion = \"vip-above-limit\"\nsyndrome = \"VIPoma\"\n",
        "criterion = \"vip-above-limit\"\nsyndrome = \"VIPoma\"\n[[hormone]]\ncriterion = \"functioning\"\nsyndrome = \"any\"\n",
        3,
        "criterion `functioning` is not of kind range",
    );
    one(
        CRITERIA,
        "criterion = \"vip-above-limit\"\nsyndrome = \"VIPoma\"\n",
        "criterion = \"vip-above-limit\"\nsyndrome = \"VIPoma\"\n[[hormone]]\ncriterion = \"serotonin\"\nsyndrome = \"any\"\n",
        3,
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
        "cards/pathway.md",
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
fn notes_for_people_are_neither_a_fault_nor_part_of_the_knowledge() {
    let embedded = Knowledge::embedded_files();
    let hash = |files: &Files| Knowledge::load(files).map(|known| known.package.reference.hash);
    let before = hash(&embedded).unwrap();
    for note in ["README.md", "CHANGELOG.md"] {
        let mut files = embedded.clone();
        files.insert(note.to_owned(), "Another word.".to_owned());
        assert_eq!(hash(&files).unwrap(), before, "{note}");
        let elsewhere = format!("options/prrt/{note}");
        files.insert(elsewhere.clone(), String::new());
        assert_eq!(
            faults(&files),
            [format!(
                "{elsewhere}: nothing reads this file: is its name right?"
            )]
        );
    }
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
        "`most` is no number, nor a range such as `10-25`, nor `14 ± 16`",
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
