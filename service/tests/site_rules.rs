//! A site that moves a limit: the words follow it, and the version says on every way out that these are the site's rules.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use cds_cards::Knowledge;
use common::binary::{pnet_cds, printed};
use common::pages::page;
use common::{Service, WITH_PNET, chart, prefetched, start};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What the site lays over the built-in knowledge: liver involvement for transplantation under 40 %, and why.
fn overlay(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(dir.join("interpretations")).unwrap();
    let criteria = &Knowledge::embedded_files()["criteria.toml"];
    let (before, after) = criteria
        .split_once("id = \"liver-involvement-under-50\"")
        .unwrap();
    let moved = after.replacen("limit = 50\n", "limit = 40\n", 1);
    assert_ne!(after, moved);
    let criteria = format!("{before}id = \"liver-involvement-under-50\"{moved}");
    fs::write(dir.join("criteria.toml"), criteria).unwrap();
    let reading = "S01,Our centre transplants below 40 % of the liver.,criterion:liver-involvement-under-50,";
    let readings = format!("id,text,rules,ambiguities\n{reading}\n");
    fs::write(dir.join("interpretations/own.csv"), readings).unwrap();
    dir
}

fn settings(dir: &Path) -> String {
    format!("[knowledge]\ndir = {:?}\n", dir.display().to_string())
}

fn site(name: &str) -> Service {
    start(&format!(
        "{}[cards]\ndetail = \"full\"\n[demo]\nenabled = true\n",
        settings(&overlay(name))
    ))
}

fn run(arguments: &[&str]) -> String {
    let (code, out, err) = printed(pnet_cds().args(arguments).output().unwrap());
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

/// The hash in a version of a site's: `2.0.0+site.1a2b3c4d`.
#[track_caller]
fn hash(version: &str) -> &str {
    let hash = version.strip_prefix("2.0.0+site.").unwrap_or_default();
    let is_hash = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_hash, "{version}");
    hash
}

#[test]
fn every_card_and_page_says_that_the_rules_are_the_sites() {
    let service = site("moved-limit");
    let assessment = service.post("/assessment", &prefetched(WITH_PNET)).json();
    let version = assessment["knowledge"]["version"].as_str().unwrap();
    let edition = format!("2.0.0, site rules {}", hash(version));
    let cards = service.hook(&prefetched(WITH_PNET)).cards();
    assert!(cards.len() > 2, "{cards:?}");
    for card in &cards {
        let detail = card["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("nowledge {edition}")), "{detail}");
        assert_eq!(card["extension"]["io.github.pnet-cds.card"]["knowledge"], version);
    }
    for path in ["/knowledge", "/knowledge/liver-transplantation"] {
        let html = service.get(path).body;
        assert!(html.contains(&format!("Knowledge {edition}")), "{path}");
    }
    for path in [
        format!("/?patient={WITH_PNET}"),
        format!("/board?patient={WITH_PNET}"),
    ] {
        assert!(page(&service, &path).contains(&edition), "{path}");
    }
    let discovery = service.get("/cds-services").json();
    for entry in discovery["services"].as_array().unwrap() {
        let description = entry["description"].as_str().unwrap();
        assert!(
            description.ends_with(&format!(" Knowledge {edition}.")),
            "{description}"
        );
    }
}

/// One rule of a site's own, in the place of the built-in one: surgery is to be avoided from 35 % of the liver.
fn one_rule(name: &str) -> Service {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(dir.join("criteria")).unwrap();
    fs::create_dir_all(dir.join("interpretations")).unwrap();
    let rule = r#"
[[criterion]]
replaces = true
id = "liver-involvement-not-over-75"
label = "liver involvement not over {limit}"
kind = "range"
reads = "liver-involvement"
unit = "%"
limit = 35
bands = [{ up-to = "limit", call = "met" }, { above = "limit", call = "not-met" }]
borderline = "limit"
statements = ["CY13a", "CY13b"]
note = "Our board avoids surgery above {limit}."
"#;
    fs::write(dir.join("criteria/own.toml"), rule).unwrap();
    let reading =
        "S01,Our board avoids surgery above 35 % of the liver.,criterion:liver-involvement-not-over-75,";
    fs::write(
        dir.join("interpretations/own.csv"),
        format!("id,text,rules,ambiguities\n{reading}\n"),
    )
    .unwrap();
    start(&format!(
        "{}[cards]\ndetail = \"full\"\n[demo]\nenabled = true\n",
        settings(&dir)
    ))
}

#[test]
fn what_a_site_advises_against_is_never_said_to_be_the_reviews() {
    let service = one_rule("one-rule");
    let cards = service.hook(&prefetched(WITH_PNET)).cards();
    let summary = cards[0]["summary"].as_str().unwrap();
    assert!(summary.contains("site rule advises against"), "{summary}");
    let against = cards.iter().map(|card| card["detail"].as_str().unwrap());
    let against: Vec<&str> = against
        .flat_map(str::lines)
        .filter(|line| line.contains("advises against"))
        .collect();
    let of_surgery = |line: &&&str| line.contains("liver involvement 40 %");
    let of_surgery: Vec<&&str> = against.iter().filter(of_surgery).collect();
    assert!(!of_surgery.is_empty(), "{against:?}");
    for line in of_surgery {
        assert!(line.contains("Site rule advises against"), "{line}");
        assert!(line.contains("(CY13a, CY13b) _(site rule)_"), "{line}");
    }
    let assessment = service.post("/assessment", &prefetched(WITH_PNET)).json();
    let options = assessment["options"].as_array().unwrap();
    let criteria: Vec<&Value> = options
        .iter()
        .flat_map(|option| option["criteria"].as_array().unwrap())
        .collect();
    for criterion in criteria {
        let is_moved = criterion["id"] == "liver-involvement-not-over-75";
        // Whether the liver can be resected decides of others, which rest on the rule then.
        let rests_on_it = criterion["facts"]
            .as_array()
            .unwrap()
            .contains(&"liver-involvement".into());
        assert!(rests_on_it || criterion["ofSite"].is_null(), "{criterion}");
        assert!(!is_moved || criterion["ofSite"] == true, "{criterion}");
        let because = criterion["because"].as_str().unwrap();
        assert!(!because.contains("the review advises against"), "{because}");
    }
    for path in [
        format!("/?patient={WITH_PNET}"),
        format!("/board?patient={WITH_PNET}"),
    ] {
        let html = page(&service, &path);
        assert!(html.contains("ite rule advises against"), "{html}");
        assert!(!html.contains("eview advises against</"), "{html}");
    }
}

#[test]
fn the_words_follow_the_limit() {
    let service = site("moved-words");
    let html = service.get("/knowledge/liver-transplantation").body;
    assert!(html.contains("liver involvement under 40 %"), "{html}");
    assert!(!html.contains("under 50 %"), "{html}");
    assert!(
        service
            .get("/knowledge")
            .body
            .contains("Our centre transplants below 40 %")
    );
}

#[test]
fn the_command_line_and_the_export_say_it() {
    let dir = overlay("moved-told");
    let of_dir = |name: &str| {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(name)
            .display()
            .to_string()
    };
    let config = of_dir("site-rules.toml");
    fs::write(&config, settings(&dir)).unwrap();
    let file = of_dir("site-rules.json");
    fs::write(&file, chart(WITH_PNET).to_string()).unwrap();
    let told =
        |command: &[&str]| run(&[command, &["--config", &config, "--as-of", "2026-11-23", &file]].concat());
    let json: Value = serde_json::from_str(&told(&["assess", "--format", "json"])).unwrap();
    let version = json["knowledge"]["version"].as_str().unwrap();
    let edition = format!("2.0.0, site rules {}", hash(version));
    assert!(told(&["assess"]).contains(&edition));
    let screened: Value = serde_json::from_str(&told(&["screen", "--format", "ndjson"])).unwrap();
    assert_eq!(screened["knowledge"]["version"], version);
    let dir = dir.display().to_string();
    assert!(run(&["knowledge", "check", &dir]).contains(&edition));

    let out = of_dir("site-rules-export");
    drop(fs::remove_dir_all(&out));
    run(&["knowledge", "export", "--config", &config, &out]);
    let plan = fs::read_to_string(Path::new(&out).join("PlanDefinition-liver-transplantation.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["version"], version);
    assert!(
        plan.to_string().contains("liver involvement under 40 %"),
        "{plan}"
    );
}

#[test]
fn what_is_laid_over_and_differs_not_is_no_rule_of_a_sites() {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("same-rules");
    fs::create_dir_all(&dir).unwrap();
    fs::write(
        dir.join("criteria.toml"),
        &Knowledge::embedded_files()["criteria.toml"],
    )
    .unwrap();
    let service = start(&format!("{}[demo]\nenabled = true\n", settings(&dir)));
    let assessment = service.post("/assessment", &prefetched(WITH_PNET)).json();
    assert_eq!(assessment["knowledge"]["version"], "2.0.0");
    assert!(!service.get("/cds-services").body.contains("site rules"));
}
