//! What stands on the cards.

use super::*;

/// How many options there are in the group of a card.
fn assessment_options(assessment: &Assessment, card: &Card) -> usize {
    let of_group = assessment
        .options
        .iter()
        .filter(|option| Some(option.group) == card.about().group);
    of_group.count()
}

fn card_of<'a>(cards: &'a [Card], group: &str) -> &'a Card {
    cards
        .iter()
        .find(|card| card.about().group.is_some_and(|g| g.as_str() == group))
        .unwrap()
}

fn summary(facts: &[(&str, &str)]) -> String {
    cards(&with_liver_metastases(facts))[0].summary().to_owned()
}

#[test]
fn the_summary_says_the_situation_and_what_the_review_names_for_it() {
    let palliative = [("ki67", "8"), ("resectability", "unresectable")];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut all = palliative.to_vec();
        all.extend(more);
        summary(&all)
    };
    for (said, expected) in [
        (
            summary(&[]),
            "Liver metastases of a PNET, grade and resectability not recorded: first question for the board is complete resection",
        ),
        (
            summary(&[("ki67", "?"), ("mitoses", "3")]),
            "G2, resectability not recorded: first question for the board is complete resection",
        ),
        (
            summary(&[("ki67", "2"), ("resectability", "resectable")]),
            "Resectable: review names complete resection",
        ),
        (
            summary(&[
                ("ki67", "2"),
                ("resectability", "resectable"),
                ("liver-distribution", "bilobar"),
            ]),
            "Resectable in two steps: review names complete resection",
        ),
        (
            summary(&[("ki67", "70"), ("differentiation", "poor")]),
            "G3, poorly differentiated: review names platinum/etoposide; 7 more to confirm first",
        ),
        (
            with(&[("portal-vein", "occluded")]),
            "Not resectable: review advises against TAE, TACE, SIRT (portal vein occluded (2026-05-01)); names SSA; 3 others, no order stated",
        ),
        (
            with(&[
                ("functioning", "functioning"),
                ("symptoms-controlled", "no"),
                ("resectable-fraction", "95"),
            ]),
            "Not resectable, functioning, symptoms not controlled: review names SSA, debulking, TAE or TACE; 3 others, no order stated",
        ),
        (
            with(&[("ecog", "3")]),
            "ECOG 3: resection and all alternatives to be weighed by the board (T02)",
        ),
        (
            with(&[("sstr-uptake", "4"), ("disease-status", "progressive")]),
            "Not resectable, progressing: review names SSA, PRRT (Krenning 4); 3 others, no order stated",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn no_summary_counts_alone_or_names_the_stage_that_all_have() {
    for (name, assessment) in patients() {
        if assessment.options.is_empty() {
            continue;
        }
        let found = cards(&assessment);
        let said = found[0].summary();
        assert!(!said.contains("stage") && !said.contains("IV"), "{name}: {said}");
        let first = said.chars().next().unwrap();
        assert!(!first.is_ascii_digit(), "{name}: {said}");
    }
}

#[test]
fn not_met_and_advised_against_are_told_apart() {
    let assessment = with_liver_metastases(&[
        ("ki67", "8"),
        ("resectability", "unresectable"),
        ("portal-vein", "occluded"),
    ]);
    let found = cards(&assessment);
    let pathway = found[0].detail();
    assert!(
        pathway.contains(
            "**Review advises against TAE, TACE, SIRT:** portal vein occluded (2026-05-01) (EM17a, SI06b)"
        ),
        "{pathway}"
    );
    assert!(!pathway.contains("must hold"), "{pathway}");
    let surgery = card_of(&found, "surgery").detail();
    assert!(
        surgery.contains("- Potentially curative resection: criteria not met - "),
        "{surgery}"
    );
    let others = card_of(&found, "liver-directed").detail();
    assert!(
        others.contains(
            "- Radiofrequency ablation (RFA): undetermined - largest liver lesion under 5 cm: not recorded"
        ),
        "{others}"
    );
    assert!(others.contains("is no ranking"));
    let liver = card_of(&found, "liver-directed").detail();
    assert!(
        liver.starts_with("- **Review advises against Transarterial embolisation (TAE):**"),
        "{liver}"
    );
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
    let prrt = found[0].detail();
    let prrt = &prrt[prrt.find("PRRT: ").unwrap()..];
    assert!(prrt.starts_with("PRRT: strong uptake; investigational in 2018, approved since (PR01, D15, PR08, U05) _(interpretation)_"), "{prrt}");
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
        .find(|card| card.about().kind == CardKind::MissingData)
        .unwrap();
    let settles = |line: &str| -> Option<(usize, usize)> {
        let (_, last) = line.strip_suffix(" |")?.rsplit_once("| ")?;
        let (last, needed) = last.split_once("; ")?;
        let (least, most) = last.split_once(" to ").unwrap_or((last, last));
        let settles = (least.parse().ok()?, most.parse().ok()?);
        assert!(needed.ends_with(')'), "{line}: for what, with its statements");
        Some(settles)
    };
    let rows: Vec<(usize, usize)> = card.detail().lines().filter_map(settles).collect();
    assert_eq!(rows.len(), 5);
    assert!(rows.is_sorted_by(|a, b| a >= b), "{rows:?}");
    assert_eq!(card.suggestions().len(), 6, "five requests and the referral");
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
    let found = render(&KNOWLEDGE, &assessment, &policy(6));
    let card = found
        .iter()
        .find(|card| card.about().kind == CardKind::Discrepancy)
        .unwrap();
    assert_eq!(card.indicator(), Indicator::Warning);
    let lines = card.detail().lines().filter(|line| line.starts_with("- "));
    assert_eq!(lines.count(), 2);
    assert!(card.detail().contains("Observation/ki67"));
    assert!(
        card.detail().contains("were the other right: grade G1"),
        "{}",
        card.detail()
    );
    assert!(
        card.summary().starts_with("Check the record: "),
        "{}",
        card.summary()
    );
}

#[test]
fn a_tumour_outside_the_reviews_table_says_so_with_the_later_note() {
    let found = cards(&with_liver_metastases(&[
        ("ki67", "70"),
        ("differentiation", "well"),
    ]));
    let detail = found[0].detail();
    assert!(
        detail.contains("outside the review's table: not poorly differentiated"),
        "{detail}"
    );
    assert!(detail.contains("(U01)") && detail.contains("(U02)"), "{detail}");
}

#[test]
fn every_card_names_the_knowledge_and_the_pathway_what_could_not_be_used() {
    every_card(|name, card, _| {
        let version = format!("Knowledge {}", KNOWLEDGE.package.reference.version);
        assert!(card.detail().contains(&version), "{name}: {}", card.detail());
    });
    let mut assessment = with_liver_metastases(&[]);
    assessment.problems = vec![problem("Observation/a"), problem("entry 9")];
    let detail = cards(&assessment)[0].detail().to_owned();
    assert!(detail.contains("literature to 2018-05"));
    assert!(detail.contains("evaluated 2026-11-23"));
    assert!(
        detail.contains("**Not all was read:** Observation/a: not readable as JSON; entry 9: "),
        "{detail}"
    );
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
        .find(|card| card.about().kind == CardKind::MissingData)
        .unwrap();
    assert!(!card.detail().contains("Portal vein"), "{}", card.detail());
    assert!(
        card.detail().contains("| Liver involvement | not recorded |"),
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
    assert!(systemic.matches("not for curative resection").count() > 4);
    for (_, patient) in patients() {
        for card in cards(&patient) {
            let longest = match card.about().kind {
                CardKind::Pathway => 25,
                CardKind::Options => 22 + 9 * assessment_options(&patient, &card),
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
fn no_pathway_card_is_long_and_each_of_its_steps_has_a_statement() {
    for (name, assessment) in patients() {
        let Some(pathway) = &assessment.pathway else {
            continue;
        };
        let found = cards(&assessment);
        let words = found[0].detail().split_whitespace().count();
        assert!(words <= 220, "{name}: {words} words");
        let named = pathway.places.iter().filter(|place| place.place == Place::Named);
        for place in named {
            assert!(!place.statements.is_empty(), "{name}: {}", place.option);
            let known = KNOWLEDGE
                .options
                .iter()
                .find(|known| known.id == place.option)
                .unwrap();
            assert!(
                found[0].detail().contains(&known.short),
                "{name}: {}",
                known.short
            );
        }
    }
}
