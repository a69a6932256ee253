//! What the codes of the embedded value sets mean, checked.
use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn coding(system: &str, code: &str) -> Coding<'static> {
    Coding {
        system: Some(system.to_owned().into()),
        code: Some(code.to_owned().into()),
        display: None,
    }
}

fn means(system: &str, code: &str) -> Vec<Meaning> {
    Codes::embedded().meanings(&coding(system, code)).collect()
}

#[test]
fn every_value_set_is_read_and_named_as_its_file() {
    for (id, json, meanings) in table::SETS {
        let set: Value = serde_json::from_str(json).unwrap();
        assert_eq!(set["resourceType"], "ValueSet", "{id}");
        assert_eq!(set["id"], *id);
        assert_eq!(set["url"], format!("{BASE}/ValueSet/{id}"));
        assert!(!set["description"].as_str().unwrap().is_empty(), "{id}");
        assert!(!valueset::parse(json).unwrap().is_empty(), "{id}");
        assert!(!meanings.is_empty());
    }
}

#[test]
fn every_value_set_file_is_used() {
    let listed: BTreeSet<String> = table::SETS.iter().map(|(id, ..)| format!("{id}.json")).collect();
    let files: BTreeSet<String> = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/valuesets"))
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(listed, files);
}

#[test]
fn every_word_that_a_value_set_gives_is_in_the_catalogue() {
    for (id, _, meanings) in table::SETS {
        for meaning in *meanings {
            match meaning {
                Meaning::Says(fact, word) => assert!(fact.word(word).is_some(), "{id}: {fact} {word}"),
                Meaning::Names(Named::Presence(fact)) => assert!(fact.word("present").is_some(), "{id}"),
                _ => {}
            }
        }
    }
}

#[test]
fn no_cpt_code_is_in_the_product() {
    for (id, json, _) in table::SETS {
        assert!(!json.contains("ama-assn"), "{id}");
    }
}

#[test]
fn the_traps_of_the_terminology_mean_nothing() {
    for code in ["85319-2", "3126-0", "15061-5", "10471-1", "44695-5", "85300-2"] {
        assert_eq!(means("http://loinc.org", code), [], "{code}");
    }
    assert_eq!(
        means(
            "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
            "A9593"
        ),
        []
    );
}

#[test]
fn icd_families_hold_every_code_below_and_none_beside() {
    let icd = "http://hl7.org/fhir/sid/icd-10-cm";
    let diabetes = Meaning::Names(Named::Presence(FactId::Diabetes));
    for code in ["E11", "E11.9", "E119", "E13.10", "E11.-"] {
        assert!(means(icd, code).contains(&diabetes), "{code}");
    }
    for code in ["E15", "E1", "E07.9", ""] {
        assert!(!means(icd, code).contains(&diabetes), "{code}");
    }
}

#[test]
fn a_code_means_nothing_in_another_system_or_without_one() {
    assert_eq!(means("http://loinc.org", "94381002"), []);
    assert_eq!(means("", "94381002"), []);
    assert_eq!(means("urn:local", "29593-1"), []);
}

#[test]
fn the_own_code_systems_hold_every_fact_and_every_word() {
    let codes = |json: &str| -> Vec<String> {
        let system: Value = serde_json::from_str(json).unwrap();
        system["concept"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let facts = codes(include_str!("../../codesystems/facts.json"));
    assert_eq!(facts, FactId::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>());
    let listed: BTreeSet<String> = codes(include_str!("../../codesystems/fact-values.json"))
        .into_iter()
        .collect();
    let mut words: BTreeSet<String> = FactId::ALL
        .iter()
        .flat_map(|fact| fact.info().words.iter().cloned())
        .collect();
    words.extend(["enets", "ajcc-7", "ajcc-8", "ajcc-9", "uicc", "who"].map(String::from));
    assert_eq!(listed, words);
}

#[test]
fn every_fact_is_found_by_its_own_code() {
    for fact in FactId::ALL {
        assert_eq!(means(system::FACTS, fact.as_str()), [Meaning::Fact(*fact)]);
    }
}
