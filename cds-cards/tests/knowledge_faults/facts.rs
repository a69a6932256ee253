//! Facts of a site's own: what may stand in `facts/*.toml`, and every fault of it at once.

use super::{Files, faults};
use cds_cards::Knowledge;
use fhir_profiles::catalogue::{Counts, Kind};

const FILE: &str = "facts/own.toml";

fn with(text: &str) -> Files {
    let mut files = Knowledge::embedded_files();
    files.insert(FILE.to_owned(), text.to_owned());
    files
}

/// One line changed in a sound fact makes one fault there.
#[track_caller]
fn fault(fact: &str, line: usize, what: &str) {
    let (_, found) = Knowledge::facts(&with(fact));
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, [format!("{FILE}:{line}: {what}")]);
}

/// A sound fact of a kind, with further lines from line 6 on.
fn fact(kind: &str, more: &str) -> String {
    format!("[[fact]]\nid = \"own\"\nlabel = \"Own\"\nkind = \"{kind}\"\ntheme = \"liver\"\n{more}\n")
}

#[test]
fn facts_of_every_kind_are_there_with_all_that_their_file_says() {
    let text = r#"
[[fact]]
id = "spleen-volume"
label = "Spleen volume"
kind = "number"
unit = "mL"
theme = "liver"
min = "0"
max = 10000
labels = ["spleen volume"]
question = "Volume of the spleen by CT or MRI"
codes = [{ system = "http://loinc.org", code = "99901-8" }]
about = { kinds = ["Observation"], words = ["spleen"] }

[[fact]]
id = "splenomegaly"
label = "Splenomegaly"
kind = "presence"
theme = "status"
comorbidity = true

[[fact]]
id = "ascites-grade"
label = "Ascites"
kind = "words"
words = ["none", "mild", "tense"]
synonyms = [["slight", "mild"]]
theme = "liver"
codes = [{ system = "http://snomed.info/sct", code = "99901000", says = "mild" }]

[[fact]]
id = "mutations"
label = "Mutations"
kind = "several"
words = ["MEN1", "DAXX"]
counts = "every"
theme = "pathology"

[[fact]]
id = "pain"
label = "Pain"
kind = "score"
min = 0
max = 10
theme = "status"

[[fact]]
id = "lipase"
label = "Lipase"
kind = "marker"
theme = "markers"
"#;
    let knowledge = Knowledge::load(&with(text)).unwrap();
    let catalogue = &knowledge.catalogue;
    let ids: Vec<&str> = catalogue.site().iter().map(|fact| fact.as_str()).collect();
    assert_eq!(
        ids,
        [
            "ascites-grade",
            "lipase",
            "mutations",
            "pain",
            "spleen-volume",
            "splenomegaly"
        ]
    );
    let volume = catalogue.parse("spleen-volume").unwrap().info();
    assert_eq!((volume.kind, volume.unit.as_deref()), (Kind::Number, Some("mL")));
    assert_eq!(volume.max.map(|max| max.to_string()).as_deref(), Some("10000"));
    assert_eq!(volume.question(), "Volume of the spleen by CT or MRI");
    let splenomegaly = catalogue.parse("splenomegaly").unwrap();
    assert_eq!(splenomegaly.info().words, ["present", "absent"]);
    assert!(splenomegaly.info().is_of("conditions") && splenomegaly.info().comorbidity);
    assert_eq!(splenomegaly.info().question(), "Splenomegaly");
    assert_eq!(catalogue.parse("mutations").unwrap().info().counts, Counts::Every);
    assert!(catalogue.parse("ascites-grade").unwrap().word("tense").is_some());
    assert_eq!(catalogue.parse("nothing"), None);
    // They stand after the specification's, which keep their places.
    assert_eq!(catalogue.facts().last(), catalogue.parse("splenomegaly"));
}

#[test]
fn each_fault_has_its_line() {
    fault(
        &fact("volume", ""),
        4,
        "unknown kind `volume`: presence, words, several, number, score, marker",
    );
    fault(
        &fact("number", "unit = \"spoons\""),
        6,
        "`spoons` is no unit of UCUM",
    );
    fault(&fact("number", ""), 1, "`unit` is missing: a number has one");
    fault(
        &fact("marker", "unit = \"mL\""),
        6,
        "a fact of kind marker has no unit",
    );
    fault(
        &fact("words", ""),
        1,
        "`words` is missing: a closed list has some",
    );
    fault(
        &fact("presence", "words = [\"here\"]"),
        6,
        "a fact of kind presence has no `words`",
    );
    fault(
        &fact("words", "words = [\"mild\", \"Mild\"]"),
        6,
        "the word `Mild` stands twice",
    );
    fault(
        &fact("words", "words = [\"a\", \"b\"]\nsynonyms = [[\"b\", \"a\"]]"),
        7,
        "the word `b` stands twice",
    );
    fault(
        &fact("words", "words = [\"a\"]\nsynonyms = [[\"x\", \"c\"]]"),
        7,
        "`c` is no word of the fact",
    );
    fault(
        &fact("words", "words = [\"a\"]\nsynonyms = [[\"x y\", \"a\"]]"),
        7,
        "`x y` is not in small letters with hyphens for blanks",
    );
    fault(
        &fact("marker", "labels = [\"Own\"]"),
        6,
        "`Own` is not in small letters",
    );
    fault(
        &fact("score", "min = 0"),
        1,
        "a score has a whole `min` and `max`",
    );
    fault(&fact("score", "min = 4\nmax = 1"), 7, "`max` is below `min`");
    fault(
        &fact("presence", "max = 1"),
        6,
        "a fact of words has neither `min` nor `max`",
    );
    fault(
        &fact("marker", "counts = \"every\""),
        6,
        "`every` is not what counts: newest, or every for kind several",
    );
    fault(
        &fact("marker", "comorbidity = true"),
        6,
        "a comorbidity is of kind presence",
    );
    fault(&fact("marker", "size = 1"), 6, "unknown key `size`");
    fault(
        &fact("marker", "about = { kinds = [\"Patient\"], words = [\"own\"] }"),
        6,
        "unknown kind of record `Patient`: Observation, Condition, Procedure",
    );
    let theme = fact("marker", "").replace("liver", "spleen");
    fault(
        &theme,
        5,
        "unknown theme `spleen`: pathology, staging, liver, markers, status",
    );
    for (id, what) in [
        ("ki67", "`ki67` is a fact of the specification"),
        ("grade", "`grade` is a fact of the specification"),
        (
            "Own fact",
            "`Own fact` is no id: small letters, digits and hyphens",
        ),
    ] {
        fault(&fact("marker", "").replace("own", id), 2, what);
    }
    let other = format!("other = 1\n{}", fact("marker", ""));
    fault(&other, 1, "unknown key `other`");
    fault("\n", 1, "no `[[fact]]`");
}

#[test]
fn a_code_that_is_not_free_is_a_fault() {
    let code = |system: &str, code: &str| {
        fact(
            "marker",
            &format!("codes = [{{ system = \"{system}\", code = \"{code}\" }}]"),
        )
    };
    for (system, of, what) in [
        (
            "http://loinc.org",
            "29593-1",
            "`29593-1` of `http://loinc.org` already has another meaning",
        ),
        // Written with its dot, or by another name of the system.
        (
            "http://hl7.org/fhir/sid/icd-10-cm",
            "E11.9",
            "`E11.9` of `http://hl7.org/fhir/sid/icd-10-cm` already has another meaning",
        ),
        (
            "urn:oid:2.16.840.1.113883.6.1",
            "85319-2",
            "`85319-2` is HER2, not Ki-67",
        ),
        (
            "urn:example:lab",
            "SPLEEN",
            "`urn:example:lab` is no code system that is read: a local one is mapped to the fact (`codes.dir`)",
        ),
    ] {
        fault(&code(system, of), 6, what);
    }
    let twice = fact(
        "marker",
        "codes = [\n{ system = \"http://loinc.org\", code = \"99901-8\" },\n{ system = \"https://loinc.org/\", code = \"99901-8\" }]",
    );
    fault(&twice, 8, "`99901-8` is already a code of the fact `own`");
    let says = fact(
        "words",
        "words = [\"a\"]\ncodes = [{ system = \"http://loinc.org\", code = \"99901-8\", says = \"b\" }]",
    );
    fault(&says, 7, "`b` is no word of the fact");
}

#[test]
fn every_fault_of_every_file_is_told_at_once_and_none_follows_from_another() {
    let mut files = with(
        "[[fact]]\nid = \"own\"\nlabel = \"Own\"\nkind = \"volume\"\nunit = \"spoons\"\n\n\
         [[fact]]\nid = \"ki67\"\nlabel = \"\"\nkind = \"number\"\nunit = \"spoons\"\ntheme = \"x\"\n",
    );
    files.insert(
        "facts/second.toml".into(),
        fact("number", "unit = \"mL\"").replace("liver", "moon"),
    );
    // It reads a fact with faults: that it cannot be read is no further one.
    files.insert(
        "criteria/own.toml".into(),
        "[[criterion]]\nid = \"own-range\"\nlabel = \"own\"\nstatements = [\"CU05\"]\nkind = \"words\"\nreads = \"unheard-of\"\n"
            .into(),
    );
    let mut expected: Vec<String> = [
        ":1: `theme` is missing",
        ":4: unknown kind `volume`: presence, words, several, number, score, marker",
        ":8: `ki67` is a fact of the specification",
        ":9: `label` is empty",
        ":11: `spoons` is no unit of UCUM",
        ":12: unknown theme `x`: pathology, staging, liver, markers, status",
    ]
    .map(|what| format!("{FILE}{what}"))
    .to_vec();
    expected.push(format!(
        "facts/second.toml:2: fact `own` stands twice, first in {FILE}:2"
    ));
    expected
        .push("facts/second.toml:5: unknown theme `moon`: pathology, staging, liver, markers, status".into());
    expected.push("criteria/own.toml:6: unknown fact `unheard-of`".into());
    let found = faults(&files);
    for what in &expected {
        assert!(found.contains(what), "{what} is not in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_file_that_nothing_reads_is_told() {
    for name in [
        "facts/own.csv",
        "facts/more/own.toml",
        "fact.toml",
        "criteria/own.csv",
    ] {
        let mut files = Knowledge::embedded_files();
        files.insert(name.to_owned(), String::new());
        assert_eq!(
            faults(&files),
            [format!("{name}: nothing reads this file: is its name right?")]
        );
    }
}

#[test]
fn a_criterion_of_a_file_of_its_own_is_one_like_the_others() {
    let criterion = |id: &str| {
        format!(
            "[[criterion]]\nid = \"{id}\"\nlabel = \"own\"\nstatements = [\"CU05\"]\nkind = \"not\"\nof = \"nowhere\"\n"
        )
    };
    let mut files = Knowledge::embedded_files();
    files.insert("criteria/own.toml".into(), criterion("own"));
    assert_eq!(
        faults(&files),
        [
            "criteria/own.toml:2: criterion `own` is used by no option",
            "criteria/own.toml:6: unknown criterion `nowhere`"
        ]
    );
    files.insert("criteria/own.toml".into(), criterion("unresectable"));
    assert!(
        faults(&files)
            .iter()
            .any(|fault| fault == "criteria/own.toml:2: criterion `unresectable` is a built-in one: `replaces = true` puts this one in its place")
    );
    let replacing = criterion("own").replace("[[criterion]]", "[[criterion]]\nreplaces = true");
    files.insert("criteria/own.toml".into(), replacing);
    assert!(faults(&files).contains(&"criteria/own.toml:3: `own` replaces no built-in criterion".to_owned()));
}
