//! The form for the meeting as a Questionnaire: what the guide has, and what data alone can make of it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use cds_cards::Knowledge;
use common::binary::{pnet_cds, printed};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The Questionnaire that is exported, of the knowledge of a directory where there is one.
fn exported(name: &str, knowledge: Option<&Path>) -> (String, Value) {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = pnet_cds();
    command.args(["knowledge", "export"]).arg(&dir);
    if let Some(knowledge) = knowledge {
        command.env("PNET_CDS_KNOWLEDGE__DIR", knowledge);
    }
    let (code, _, told) = printed(command.output().unwrap());
    assert_eq!(code, 0, "{told}");
    let text = std::fs::read_to_string(dir.join("Questionnaire-meeting.json")).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    (text, read)
}

/// Every item that is a question.
fn questions(questionnaire: &Value) -> Vec<&Value> {
    let groups = questionnaire["item"].as_array().unwrap();
    let groups = groups.iter().filter(|item| item["type"] == "group");
    groups
        .flat_map(|group| group["item"].as_array().unwrap())
        .collect()
}

/// `UPDATE=1 cargo test -p pnet-cds --test questionnaire` writes it.
#[test]
fn the_guide_has_the_questionnaire_that_is_exported() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fhir-profiles/input/resources/Questionnaire-meeting.json");
    let (text, _) = exported("questionnaire", None);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(committed.parent().unwrap()).unwrap();
        std::fs::write(&committed, &text).unwrap();
    }
    let stands = std::fs::read_to_string(&committed).unwrap_or_default();
    assert!(
        stands == text,
        "the guide's Questionnaire is another; write it with UPDATE=1"
    );
}

#[test]
fn the_form_asks_what_the_specification_names_and_nothing_must_be_answered() {
    let (_, questionnaire) = exported("questionnaire-facts", None);
    let asked = questions(&questionnaire);
    let mut facts: Vec<&str> = asked
        .iter()
        .map(|item| item["linkId"].as_str().unwrap())
        .collect();
    facts.sort_unstable();
    assert_eq!(
        facts,
        [
            "differentiation",
            "disease-status",
            "ecog",
            "ki67",
            "largest-liver-lesion",
            "liver-distribution",
            "liver-involvement",
            "liver-lesion-count",
            "liver-reserve",
            "margins",
            "mitoses",
            "portal-vein",
            "primary-resectable",
            "primary-resected",
            "resectability",
            "sstr-uptake",
            "symptoms-controlled",
        ]
    );
    for item in asked {
        assert_eq!(item["required"], false);
        assert!(item.get("initial").is_none(), "{}", item["linkId"]);
        assert_eq!(item["code"][0]["code"], item["linkId"]);
        let extension = |name: &str| {
            let all = item["extension"].as_array().unwrap();
            all.iter()
                .find(|one| one["url"].as_str().unwrap().ends_with(name))
                .cloned()
        };
        assert_eq!(extension("observationExtract").unwrap()["valueBoolean"], true);
        assert_eq!(
            extension("observationLinkPeriod").unwrap()["valueDuration"]["code"],
            "mo"
        );
        match item["type"].as_str().unwrap() {
            "choice" => assert!(item["answerOption"].as_array().unwrap().len() > 1),
            "integer" => assert!(extension("maxValue").unwrap()["valueInteger"].is_u64()),
            "decimal" => {
                assert!(extension("questionnaire-unit").is_some() && extension("minValue").is_some())
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_fact_joins_the_form_by_data_alone() {
    let files = Knowledge::embedded_files();
    let facts = "facts = [\"sstr-uptake\", \"disease-status\"]";
    let more = "facts = [\"sstr-uptake\", \"gi-shunt\", \"lesion-location\", \"disease-status\"]";
    assert!(files["form.toml"].contains(facts));
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("questionnaire-knowledge");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("form.toml"), files["form.toml"].replace(facts, more)).unwrap();
    let (_, questionnaire) = exported("questionnaire-more", Some(&dir));
    let asked = questions(&questionnaire);
    let item = |name: &str| *asked.iter().find(|item| item["linkId"] == name).unwrap();
    assert_eq!(
        item("gi-shunt")["text"],
        "Is there a shunt to the gastrointestinal tract?"
    );
    assert_eq!(item("gi-shunt")["repeats"], false);
    assert_eq!(
        item("gi-shunt")["answerOption"][1]["valueCoding"]["code"],
        "absent"
    );
    assert_eq!(item("lesion-location")["repeats"], true);
    assert_eq!(
        item("lesion-location")["answerOption"].as_array().unwrap().len(),
        3
    );
}
