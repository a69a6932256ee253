//! What stands on the cards.

use super::*;

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
    assert!(row("Everolimus").contains("| supported | all criteria met; oldest record 2026-05-01"));
    assert!(row("Cryotherapy").contains("| to confirm | largest liver lesion under 5 cm"));
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
    let settles = |line: &str| -> Option<(usize, usize)> {
        let (_, last) = line.strip_suffix(" |")?.rsplit_once("| ")?;
        let (last, needed) = last.split_once("; ")?;
        let (least, most) = last.split_once(" to ").unwrap_or((last, last));
        let settles = (least.parse().ok()?, most.parse().ok()?);
        assert!(needed.ends_with(')'), "{line}: for what, with its statements");
        Some(settles)
    };
    let rows: Vec<(usize, usize)> = card.detail().lines().filter_map(settles).collect();
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
