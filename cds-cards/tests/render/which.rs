//! Which cards there are, and in which order (section 6).

use super::*;

#[test]
fn without_pnet_there_is_no_card() {
    assert!(cards(&patient(&[("liver-metastases", "present")])).is_empty());
    assert!(cards(&patient(&[])).is_empty());
    assert!(cards(&patient(&[("pnet", "absent")])).is_empty());
}

#[test]
fn unreadable_conditions_are_never_taken_for_no_pnet() {
    for place in ["Condition/c1", "entry 3", "Bundle", "prefetch conditions"] {
        let mut assessment = patient(&[]);
        assessment.problems = vec![problem(place), problem("Observation/o")];
        let found = cards(&assessment);
        assert_eq!(kinds(&found), ["pathway"], "{place}");
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
            "liver metastases absent",
        ),
        (
            vec![("pnet", "present"), ("ki67", "8")],
            "liver metastases not recorded",
        ),
        (
            vec![("pnet", "present"), ("ki67", "8"), ("liver-metastases", "?")],
            "liver metastases recorded, not readable",
        ),
    ] {
        let found = cards(&patient(&facts));
        assert_eq!(kinds(&found), ["pathway"]);
        assert!(
            found[0].summary().starts_with("PNET G2 (Ki-67 8 %), "),
            "{}",
            found[0].summary()
        );
        assert!(found[0].summary().contains(said), "{}", found[0].summary());
        let words = |text: &str| text.split_whitespace().count();
        let all = words(found[0].summary()) + words(found[0].detail());
        assert!(
            all <= 40,
            "{all} words: {} {}",
            found[0].summary(),
            found[0].detail()
        );
        let silent = Policy {
            without_metastases: false,
            ..policy(5)
        };
        assert!(render(&KNOWLEDGE, &patient(&facts), &silent).is_empty());
    }
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
            "pathway",
            "missing-data",
            "discrepancy",
            "options",
            "options",
            "options"
        ]
    );
    found
}

#[test]
fn when_there_is_no_room_the_check_of_the_record_gives_way_then_groups_from_the_last() {
    let assessment = all_kinds();
    let left = |max: usize| {
        let found = render(&KNOWLEDGE, &assessment, &policy(max));
        let groups = found
            .iter()
            .filter_map(|card| card.about().group.map(|group| group.as_str()))
            .collect::<Vec<_>>();
        assert_eq!(found[0].about().kind, CardKind::Pathway);
        let is_checked = kinds(&found).contains(&"discrepancy");
        assert_eq!(is_checked, !found[0].detail().contains("**Check the record:**"));
        (
            found.len(),
            groups.join(" "),
            is_checked,
            found[0].detail().to_owned(),
        )
    };
    let (count, groups, is_checked, _) = left(6);
    assert_eq!(
        (count, groups.as_str(), is_checked),
        (6, "surgery liver-directed systemic", true)
    );
    let (count, groups, is_checked, detail) = left(5);
    assert_eq!(
        (count, groups.as_str(), is_checked),
        (5, "surgery liver-directed systemic", false)
    );
    assert!(detail.contains("were the other right: grade G2"), "{detail}");
    let (count, groups, _, detail) = left(4);
    assert_eq!((count, groups.as_str()), (4, "surgery liver-directed"));
    assert!(
        detail.contains("**No room for the cards on:** systemic therapy"),
        "{detail}"
    );
    assert_eq!((left(2).0, left(2).1.as_str()), (2, ""));
    let (count, _, _, detail) = left(0);
    assert_eq!(count, 1, "the pathway stays");
    assert!(detail.contains("what to settle first"), "{detail}");
}

#[test]
fn the_groups_have_cards_only_where_asked_for_or_where_no_page_is_linked() {
    let assessment = all_kinds();
    let short = Policy {
        full: false,
        ..policy(6)
    };
    let found = render(&KNOWLEDGE, &assessment, &short);
    assert_eq!(kinds(&found), ["pathway", "missing-data", "discrepancy"]);
    let alone = Policy {
        public_url: None,
        ..short
    };
    assert_eq!(render(&KNOWLEDGE, &assessment, &alone).len(), 6);
}

#[test]
fn every_option_of_a_group_stands_on_its_card() {
    for (name, assessment) in patients() {
        for card in cards(&assessment)
            .iter()
            .filter(|card| card.about().group.is_some())
        {
            let of_group = assessment
                .options
                .iter()
                .filter(|option| Some(option.group) == card.about().group);
            for option in of_group {
                let known = KNOWLEDGE
                    .options
                    .iter()
                    .find(|known| known.id == option.id)
                    .unwrap();
                assert!(card.detail().contains(&known.label), "{name}: {}", known.label);
            }
        }
    }
}

#[test]
fn an_answer_has_one_referral_with_the_questions_for_the_meeting() {
    for (name, assessment) in patients() {
        let found = cards(&assessment);
        let requests: Vec<String> = found
            .iter()
            .flat_map(|card| json(card)["suggestions"].as_array().cloned().unwrap_or_default())
            .map(|one| {
                one["actions"][0]["resource"]["code"]["text"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .filter(|text| text.starts_with("Multidisciplinary meeting"))
            .collect();
        let passed = !assessment.options.is_empty();
        assert_eq!(requests.len(), usize::from(passed), "{name}: {requests:?}");
        assert!(
            requests.iter().all(|text| text.contains("Questions: ")),
            "{name}: {requests:?}"
        );
    }
}
