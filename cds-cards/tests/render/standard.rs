//! The cards against the standard.

use super::*;

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
    let mut wanted = BTreeSet::from([("pathway", None), ("missing-data", None), ("discrepancy", None)]);
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
        let warning = card.about().kind == CardKind::Discrepancy;
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
        let linked = matches!(card.about().kind, CardKind::Pathway | CardKind::Options);
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
        assert_eq!(
            about.get("group").is_some(),
            card.about().kind == CardKind::Options
        );
    });
    let assessment = with_liver_metastases(&[("ki67", "8"), ("resectability", "unresectable")]);
    let first = json(&cards(&assessment)[0]);
    let options = first["extension"]["io.github.pnet-cds.card"]["options"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(options.len(), KNOWLEDGE.options.len());
    let everolimus = options
        .iter()
        .find(|option| option["id"] == "everolimus")
        .unwrap();
    assert_eq!(everolimus["verdict"], "supported");
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
