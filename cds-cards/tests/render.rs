//! The cards against the standard (CDS Hooks 2.0.1, checks I8 to I18 and the FSH invariants) and the specification, section 6.

#![cfg(test)]

mod render_support;

use cds_cards::Assessment;
use cds_cards::assessment::{ProblemReport, Verdict};
use cds_cards::render::{Card, Indicator, Kind, Policy, check_templates, render};
use fhir_profiles::FactId;
use render_support::{KNOWLEDGE, cards, patient, patients, policy, with_liver_metastases};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

fn json(card: &Card) -> Value {
    serde_json::to_value(card).unwrap()
}

fn kinds(cards: &[Card]) -> Vec<&'static str> {
    cards.iter().map(|card| card.about().kind.as_str()).collect()
}

fn every_card(check: impl Fn(&str, &Card, &Value)) {
    for (name, assessment) in patients() {
        for card in cards(&assessment) {
            check(name, &card, &json(&card));
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

fn nothing_is_empty(value: &Value, path: &str) {
    match value {
        Value::Null => panic!("{path} is null"),
        Value::String(text) => assert!(!text.trim().is_empty(), "{path} is blank"),
        Value::Array(items) => {
            assert!(!items.is_empty(), "{path} is an empty array");
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| nothing_is_empty(item, &format!("{path}[{i}]")));
        }
        Value::Object(members) => {
            assert!(!members.is_empty(), "{path} is an empty object");
            members
                .iter()
                .for_each(|(key, member)| nothing_is_empty(member, &format!("{path}.{key}")));
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn the_embedded_texts_have_no_fault() {
    assert_eq!(check_templates(&KNOWLEDGE), Vec::new());
}

#[test]
fn the_patients_of_these_tests_show_every_kind_of_card() {
    let mut seen = BTreeSet::new();
    for (_, assessment) in patients() {
        for card in cards(&assessment) {
            seen.insert((
                card.about().kind.as_str(),
                card.about().group.map(|group| group.as_str()),
            ));
        }
    }
    let groups = ["liver-directed", "surgery", "systemic"].map(|group| ("options", Some(group)));
    let mut wanted = BTreeSet::from([
        ("assessment", None),
        ("missing-data", None),
        ("discrepancy", None),
    ]);
    wanted.extend(groups);
    assert_eq!(seen, wanted);
}

#[test]
fn i2_nothing_is_null_or_empty() {
    every_card(|name, _, json| nothing_is_empty(json, name));
}

#[test]
fn i9_i10_i11_summary_indicator_and_source() {
    every_card(|name, card, json| {
        let length = text(json, "summary").encode_utf16().count();
        assert!((1..140).contains(&length), "{name}: {length}");
        assert!(!card.summary().contains(['\n', '\r']));
        assert!(
            !card.summary().contains('…'),
            "{name}: no summary needs a cut: {}",
            card.summary()
        );
        let warning = card.about().kind == Kind::Discrepancy;
        assert_eq!(text(json, "indicator"), if warning { "warning" } else { "info" });
        assert!(json["source"].is_object());
    });
}

#[test]
fn i12_source_has_label_url_and_topic() {
    every_card(|_, _, json| {
        let source = &json["source"];
        assert!(!text(source, "label").is_empty());
        assert_eq!(text(source, "url"), "https://doi.org/10.1186/s12957-018-1446-y");
        assert!(text(&source["topic"], "system").starts_with("http"));
        assert!(
            text(&source["topic"], "code")
                .bytes()
                .all(|b| b.is_ascii_alphanumeric())
        );
    });
}

#[test]
fn i13_uuid_and_detail_are_texts_and_uuids_are_not_shared() {
    for (name, assessment) in patients() {
        let mut seen = BTreeSet::new();
        for card in cards(&assessment) {
            assert_eq!(text(&json(&card), "uuid"), card.uuid().to_string());
            assert!(!card.detail().is_empty());
            assert!(seen.insert(card.uuid()), "{name}");
            for suggestion in card.suggestions() {
                assert!(seen.insert(suggestion.uuid()), "{name}");
            }
        }
    }
}

#[test]
fn i14_cds_resp_1_cds_resp_6_selection_behaviour_stands_beside_suggestions_only() {
    every_card(|name, _, json| {
        let suggestions = json.get("suggestions").is_some();
        assert_eq!(suggestions, json.get("selectionBehavior").is_some(), "{name}");
        if suggestions {
            assert_eq!(text(json, "selectionBehavior"), "any");
        }
    });
}

#[test]
fn i15_cds_resp_4_override_reasons_are_whole() {
    every_card(|_, _, json| {
        let reasons = json["overrideReasons"].as_array().unwrap();
        for reason in reasons {
            for key in ["code", "system", "display"] {
                assert!(!text(reason, key).is_empty());
            }
        }
    });
}

#[test]
fn i16_cds_resp_3_links_are_absolute_and_lead_to_the_knowledge_pages() {
    let mut seen = 0;
    every_card(|name, card, json| {
        let links = json.get("links").and_then(Value::as_array);
        for link in links.into_iter().flatten() {
            seen_link(name, link);
        }
        let linked = matches!(card.about().kind, Kind::Assessment | Kind::Options);
        assert_eq!(links.is_some(), linked, "{name}: {}", card.summary());
    });
    for (_, assessment) in patients() {
        let unreachable = Policy {
            public_url: None,
            ..policy(5)
        };
        for card in render(&KNOWLEDGE, &assessment, &unreachable) {
            seen += 1;
            assert_eq!(json(&card).get("links"), None);
        }
    }
    assert!(seen > 0);
}

fn seen_link(name: &str, link: &Value) {
    assert_eq!(text(link, "type"), "absolute", "{name}");
    assert!(!text(link, "label").is_empty(), "{name}");
    assert!(link.get("appContext").is_none(), "{name}");
    let page = text(link, "url")
        .strip_prefix("https://cds.example.org/knowledge")
        .unwrap();
    let option = page.strip_prefix('/');
    let known = |id: &str| KNOWLEDGE.options.iter().any(|option| option.id == id);
    assert!(option.map_or(page.is_empty(), known), "{name}: {page}");
}

#[test]
fn i17_i18_cds_resp_5_cds_resp_7_each_suggestion_creates_one_draft_request() {
    let mut seen = 0;
    for (name, assessment) in patients() {
        for card in cards(&assessment) {
            for suggestion in json(&card)["suggestions"].as_array().into_iter().flatten() {
                seen += 1;
                assert!(!text(suggestion, "label").is_empty());
                assert!(suggestion.get("actionSelectionBehavior").is_none());
                let actions = suggestion["actions"].as_array().unwrap();
                assert_eq!(actions.len(), 1, "{name}");
                assert_eq!(text(&actions[0], "type"), "create");
                assert!(!text(&actions[0], "description").is_empty());
                let request = &actions[0]["resource"];
                assert_eq!(text(request, "resourceType"), "ServiceRequest");
                assert_eq!(text(request, "status"), "draft");
                assert_eq!(text(request, "intent"), "proposal");
                assert_eq!(text(&request["subject"], "reference"), "Patient/p-1");
                assert!(!text(&request["code"], "text").is_empty());
                assert!(!text(&request["code"]["coding"][0], "code").is_empty());
            }
        }
    }
    assert!(seen > 10);
}

#[test]
fn no_suggestion_names_a_treatment_a_drug_or_a_dose() {
    let drugs = [
        "octreotide",
        "lanreotide",
        "cisplatin",
        "doxorubicin",
        "mg",
        "dose",
        "inject",
        "administer",
    ];
    let labels: Vec<String> = KNOWLEDGE
        .options
        .iter()
        .map(|option| option.label.to_lowercase())
        .collect();
    every_card(|_, _, json| {
        for suggestion in json["suggestions"].as_array().into_iter().flatten() {
            let request = suggestion.to_string().to_lowercase();
            let mut words = request.split(|c: char| !c.is_alphanumeric());
            assert!(!words.any(|word| drugs.contains(&word)), "{request}");
            assert!(!labels.iter().any(|label| request.contains(label)), "{request}");
        }
    });
}

#[test]
fn without_a_named_patient_there_is_no_suggestion() {
    for subject in [None, Some("Patient/a b".to_owned())] {
        let mut assessment = with_liver_metastases(&[("ki67", "8"), ("resectability", "unresectable")]);
        assessment.subject = subject;
        for card in cards(&assessment) {
            assert!(card.suggestions().is_empty());
            nothing_is_empty(&json(&card), "card");
        }
    }
}

#[test]
fn the_extension_is_that_of_the_contract() {
    every_card(|name, card, json| {
        let about = &json["extension"]["io.github.pnet-cds.card"];
        assert_eq!(text(about, "kind"), card.about().kind.as_str(), "{name}");
        assert_eq!(text(about, "knowledge"), KNOWLEDGE.package.reference.version);
        assert_eq!(about.get("group").is_some(), card.about().kind == Kind::Options);
    });
    let assessment = with_liver_metastases(&[("ki67", "8"), ("resectability", "unresectable")]);
    let first = json(&cards(&assessment)[0]);
    let options = first["extension"]["io.github.pnet-cds.card"]["options"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(options.len(), 19);
    let cryotherapy = options
        .iter()
        .find(|option| option["id"] == "cryotherapy")
        .unwrap();
    assert_eq!(cryotherapy["verdict"], "supported");
}

#[test]
fn the_same_assessment_gives_the_same_bytes_and_another_call_other_identifiers() {
    for (name, assessment) in patients() {
        let bytes =
            |policy: &Policy<'_>| serde_json::to_string(&render(&KNOWLEDGE, &assessment, policy)).unwrap();
        assert_eq!(bytes(&policy(5)), bytes(&policy(5)), "{name}");
        let other = Policy {
            instance: Uuid::from_u128(7),
            ..policy(5)
        };
        assert_ne!(bytes(&policy(5)), bytes(&other), "{name}");
    }
}

// Section 6: which cards, in which order.

#[test]
fn without_pnet_there_is_no_card() {
    assert!(cards(&patient(&[("liver-metastases", "present")])).is_empty());
    assert!(cards(&patient(&[])).is_empty());
    assert!(cards(&patient(&[("pnet", "absent")])).is_empty());
}

fn problem(place: &str) -> ProblemReport {
    ProblemReport {
        place: place.to_owned(),
        problem: "not readable as JSON".to_owned(),
    }
}

#[test]
fn unreadable_conditions_are_never_taken_for_no_pnet() {
    for place in ["Condition/c1", "entry 3", "Bundle", "prefetch conditions"] {
        let mut assessment = patient(&[]);
        assessment.problems = vec![problem(place), problem("Observation/o")];
        let found = cards(&assessment);
        assert_eq!(kinds(&found), ["assessment"], "{place}");
        assert_eq!(found[0].indicator(), Indicator::Info);
        assert_eq!(
            found[0].summary(),
            "PNET can be neither confirmed nor excluded: 1 record could not be read"
        );
        assert!(found[0].detail().contains("not readable as JSON"));
    }
    let mut assessment = patient(&[]);
    assessment.problems = vec![problem("Observation/o"), problem("prefetch liver")];
    assert!(cards(&assessment).is_empty(), "an Observation names no PNET");
}

#[test]
fn pnet_without_liver_metastases_says_whether_they_are_absent_or_not_recorded() {
    for (facts, said) in [
        (
            vec![("pnet", "present"), ("ki67", "8"), ("liver-metastases", "absent")],
            "liver metastases absent:",
        ),
        (
            vec![("pnet", "present"), ("ki67", "8")],
            "liver metastases not recorded:",
        ),
        (
            vec![("pnet", "present"), ("ki67", "8"), ("liver-metastases", "?")],
            "liver metastases recorded, not readable:",
        ),
    ] {
        let found = cards(&patient(&facts));
        assert_eq!(kinds(&found), ["assessment"]);
        assert!(
            found[0].summary().starts_with("PNET G2 (Ki-67 8 %), "),
            "{}",
            found[0].summary()
        );
        assert!(found[0].summary().contains(said), "{}", found[0].summary());
        assert!(!found[0].detail().contains("| Option |"));
    }
    let with_discrepancy = patient(&[("pnet", "present"), ("ki67", "8"), ("grade-recorded", "G1")]);
    assert_eq!(kinds(&cards(&with_discrepancy)), ["assessment", "discrepancy"]);
}

fn all_kinds() -> Assessment {
    let found = with_liver_metastases(&[
        ("ki67", "2"),
        ("grade-recorded", "G2"),
        ("resectability", "unresectable"),
        ("primary-resectable", "yes"),
    ]);
    assert_eq!(
        kinds(&render(&KNOWLEDGE, &found, &policy(6))),
        [
            "assessment",
            "options",
            "options",
            "options",
            "missing-data",
            "discrepancy"
        ]
    );
    found
}

#[test]
fn when_there_is_no_room_missing_data_gives_way_then_groups_from_the_last() {
    let assessment = all_kinds();
    let left = |max: usize| {
        let found = render(&KNOWLEDGE, &assessment, &policy(max));
        let groups = found
            .iter()
            .filter_map(|card| card.about().group.map(|group| group.as_str()))
            .collect::<Vec<_>>();
        assert_eq!(found[0].about().kind, Kind::Assessment);
        assert_eq!(found.last().unwrap().about().kind, Kind::Discrepancy);
        assert!(!kinds(&found).contains(&"missing-data"));
        (found.len(), groups.join(" "), found[0].detail().to_owned())
    };
    let (count, groups, detail) = left(5);
    assert_eq!((count, groups.as_str()), (5, "surgery liver-directed systemic"));
    assert!(
        detail.contains("**No room for the cards on:** missing data"),
        "{detail}"
    );
    assert!(detail.contains("**Unknown, most useful first:**"));
    let (count, groups, detail) = left(4);
    assert_eq!((count, groups.as_str()), (4, "surgery liver-directed"));
    assert!(detail.contains("missing data, systemic therapy"), "{detail}");
    assert_eq!((left(2).0, left(2).1.as_str()), (2, ""));
    assert_eq!(left(0).0, 2, "assessment and discrepancy stay");
}

#[test]
fn a_group_without_a_supported_or_provisional_option_has_no_card() {
    let assessment = with_liver_metastases(&[("resectability", "resectable")]);
    for card in cards(&assessment)
        .iter()
        .filter(|card| card.about().kind == Kind::Options)
    {
        assert!(
            card.about()
                .options
                .iter()
                .any(|o| matches!(o.verdict, Verdict::Supported | Verdict::Provisional))
        );
        assert_ne!(card.about().group.unwrap().as_str(), "liver-directed");
    }
}

// What stands on them.

fn card_of<'a>(cards: &'a [Card], group: &str) -> &'a Card {
    cards
        .iter()
        .find(|card| card.about().group.is_some_and(|g| g.as_str() == group))
        .unwrap()
}

#[test]
fn the_summary_of_the_assessment_is_that_of_the_specification() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("portal-vein", "occluded"),
    ]);
    let number = |verdict| {
        assessment
            .options
            .iter()
            .filter(|option| option.verdict == verdict)
            .count()
    };
    assert_eq!(
        cards(&assessment)[0].summary(),
        format!(
            "PNET G2 (Ki-67 8 %), ENETS IV, AJCC IV, liver metastases: {} options supported, {} to confirm",
            number(Verdict::Supported),
            number(Verdict::Provisional)
        )
    );
    let unknown = cards(&with_liver_metastases(&[]));
    assert!(
        unknown[0]
            .summary()
            .starts_with("PNET grade unknown, ENETS IV, AJCC IV, liver metastases: ")
    );
    let recorded = cards(&with_liver_metastases(&[("ki67", "?"), ("mitoses", "3")]));
    assert!(
        recorded[0].summary().starts_with("PNET G2 (mitoses 3/10 HPF), "),
        "{}",
        recorded[0].summary()
    );
}

#[test]
fn not_met_and_advised_against_are_told_apart() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("portal-vein", "occluded"),
    ]);
    let found = cards(&assessment);
    let row = |option: &str| {
        found[0]
            .detail()
            .lines()
            .find(|line| line.starts_with(&format!("| {option}")))
            .unwrap()
    };
    assert!(row("Transarterial embolisation").contains(
        "| review advises against | Portal vein occluded (2026-05-01); must hold: no portal vein occlusion"
    ));
    assert!(row("Potentially curative resection").contains("| criteria not met |"));
    assert!(row("Cryotherapy").contains("| supported | all criteria met; oldest record 2026-05-01"));
    assert!(row("Radiofrequency").contains("| undetermined | largest liver lesion under 5 cm: not recorded"));
    assert!(found[0].detail().contains("is no ranking"));
    let liver = card_of(&found, "liver-directed").detail();
    assert!(
        liver.starts_with("- **Review advises against Transarterial embolisation (TAE):**"),
        "{liver}"
    );
}

#[test]
fn the_table_stands_in_presentation_order() {
    let assessment = with_liver_metastases(&[("ki67", "8"), ("resectability", "unresectable")]);
    let found = cards(&assessment);
    let mut from = 0;
    for option in &assessment.options {
        let label = &KNOWLEDGE
            .options
            .iter()
            .find(|known| known.id == option.id)
            .unwrap()
            .label;
        let at = found[0].detail()[from..]
            .find(&format!("| {label} |"))
            .unwrap_or_else(|| panic!("{label}"));
        from += at;
    }
}

#[test]
fn a_resolved_rule_is_marked_as_interpretation() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("sstr-uptake", "3"),
    ]);
    let found = cards(&assessment);
    let systemic = card_of(&found, "systemic").detail();
    let marked: Vec<&str> = systemic
        .lines()
        .filter(|line| line.contains("_(interpretation)_"))
        .collect();
    assert!(
        marked
            .iter()
            .any(|line| line.contains("strong somatostatin receptor uptake")),
        "{systemic}"
    );
    assert!(
        found[0]
            .detail()
            .contains("by interpretation: strong somatostatin receptor uptake")
    );
}

#[test]
fn contraindications_stand_before_what_supports_and_literature_before_later_notes() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("portal-vein", "patent"),
    ]);
    let found = cards(&assessment);
    let liver = card_of(&found, "liver-directed").detail();
    let tae = &liver[liver.find("### Transarterial embolisation").unwrap()..];
    let at = |what: &str| tae.find(what).unwrap_or_else(|| panic!("{what} in {tae}"));
    assert!(at("**Contraindicated unless:**") < at("**Contraindications absent:**"));
    assert!(at("**Contraindications absent:**") < at("**Supported by:**"));
    assert!(at("**Supported by:**") < at("**Literature:**"));
    assert!(at("**Literature:**") < at("**Since publication"));
}

#[test]
fn a_corrected_figure_has_its_correction_beside_it_and_restrictions_stand_first() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("sstr-uptake", "4"),
    ]);
    let found = cards(&assessment);
    let systemic = card_of(&found, "systemic").detail();
    let sunitinib = systemic
        .lines()
        .find(|line| line.contains("with sunitinib"))
        .unwrap();
    assert!(
        sunitinib.contains(
            "11.1 months with sunitinib (TG08a; correction Disc1: the source says 11.4 against 5.5 months"
        ),
        "{sunitinib}"
    );
    let prrt = &systemic[systemic.find("### Peptide receptor").unwrap()..];
    assert!(
        prrt.find("Investigational at the review's date").unwrap() < prrt.find("**Supported by:**").unwrap()
    );
    assert_eq!(
        systemic.matches("(U23)").count(),
        1,
        "a note stands once on a card"
    );
}

#[test]
fn missing_data_ranks_facts_and_suggests_at_most_five_requests() {
    let assessment = with_liver_metastases(&[]);
    let found = cards(&assessment);
    let card = found
        .iter()
        .find(|card| card.about().kind == Kind::MissingData)
        .unwrap();
    let rows: Vec<usize> = card
        .detail()
        .lines()
        .filter_map(|line| line.strip_suffix(" |")?.rsplit("| ").next()?.parse().ok())
        .collect();
    assert_eq!(rows.len(), 8);
    assert!(rows.is_sorted_by(|a, b| a >= b), "{rows:?}");
    assert_eq!(card.suggestions().len(), 5);
    assert!(card.detail().contains("not recorded"));
}

#[test]
fn the_discrepancy_card_has_one_line_each_with_the_records() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("grade-recorded", "G1"),
        ("differentiation", "poor"),
    ]);
    assert_eq!(assessment.discrepancies.len(), 2);
    let found = cards(&assessment);
    let card = found.last().unwrap();
    assert_eq!(card.indicator(), Indicator::Warning);
    assert_eq!(
        card.detail()
            .lines()
            .filter(|line| line.starts_with("- "))
            .count(),
        2
    );
    assert!(card.detail().contains("Observation/ki67"));
    assert_eq!(card.summary(), "Check the record: 2 points do not fit together");
}

#[test]
fn a_tumour_outside_the_reviews_table_says_so_with_the_later_note() {
    let found = cards(&with_liver_metastases(&[
        ("ki67", "70"),
        ("differentiation", "well"),
    ]));
    assert!(found[0].detail().contains("**Outside the review's table:**"));
    assert!(found[0].detail().contains("(U01)"));
}

#[test]
fn every_card_names_the_knowledge_and_the_assessment_its_limits() {
    every_card(|name, card, _| {
        let version = format!("Knowledge {}", KNOWLEDGE.package.reference.version);
        assert!(card.detail().contains(&version), "{name}: {}", card.detail());
    });
    let mut assessment = with_liver_metastases(&[]);
    assessment.problems = vec![problem("Observation/a"), problem("entry 9")];
    let detail = cards(&assessment)[0].detail().to_owned();
    assert!(detail.contains("observational"));
    assert!(detail.contains("literature to 2018-05"));
    assert!(detail.contains("multidisciplinary"));
    assert!(detail.contains("**Could not be used:** Observation/a: not readable as JSON; entry 9: "));
    assert!(!assessment.facts[&FactId::Pnet].evidence.is_empty());
}

#[test]
fn missing_data_names_only_what_an_open_verdict_hangs_on() {
    // Resectable disease rules every liver-directed option out, so the portal vein decides nothing any more.
    let assessment = with_liver_metastases(&[("ki67", "2"), ("resectability", "resectable")]);
    assert!(
        assessment
            .missing
            .iter()
            .any(|missing| missing.fact == FactId::PortalVein)
    );
    let found = cards(&assessment);
    let card = found
        .iter()
        .find(|card| card.about().kind == Kind::MissingData)
        .unwrap();
    assert!(!card.detail().contains("Portal vein"), "{}", card.detail());
    assert!(
        card.detail()
            .contains("| Right heart dysfunction | not recorded |"),
        "{}",
        card.detail()
    );
}

#[test]
fn what_several_options_ask_for_is_answered_once() {
    let assessment = with_liver_metastases(&[("ki67", "8"), ("resectability", "unresectable")]);
    let found = cards(&assessment);
    let systemic = card_of(&found, "systemic").detail();
    assert_eq!(
        systemic.matches("Resectability unresectable").count(),
        2,
        "in no-curative-resection and in the choice with functioning: {systemic}"
    );
    assert!(systemic.matches("no curative resection possible").count() > 4);
    for (_, patient) in patients() {
        for card in cards(&patient) {
            let longest = match card.about().kind {
                Kind::Assessment => 45,
                Kind::Options => 12 + 9 * card.about().options.len() + 10,
                _ => 20,
            };
            assert!(card.detail().lines().count() <= longest, "{}", card.detail());
        }
    }
}

#[test]
fn no_web_address_and_no_source_mark_stands_in_a_correction_or_note() {
    let correction = KNOWLEDGE.corrections.values().map(|known| &known.short);
    let notes = KNOWLEDGE.since_publication.values().map(|known| &known.short);
    for short in correction.chain(notes) {
        for mark in ["http", ".com", ".org", ".kr", "PMC", "[", "pubmed"] {
            assert!(!short.contains(mark), "{short}");
        }
    }
}

#[test]
fn what_limits_a_supported_option_stands_in_the_table_too() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("sstr-uptake", "4"),
    ]);
    let found = cards(&assessment);
    let row = |option: &str| {
        let mut lines = found[0].detail().lines();
        lines
            .find(|line| line.starts_with(&format!("| {option}")))
            .unwrap()
    };
    assert!(row("Peptide receptor").contains("Investigational at the review's date"));
    assert!(row("Liver transplantation").starts_with("| Liver transplantation (clinical studies only) |"));
}
