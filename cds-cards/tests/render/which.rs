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
