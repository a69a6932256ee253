//! The laws of specification section 1 over generated charts in fact words.

mod charts;

use cds_cards::Assessment;
use cds_cards::Knowledge;
use cds_cards::assessment::{CriterionReport, Gate, OptionReport, Outcome, Reason, Role, Status, Verdict};
use cds_cards::knowledge::{Subject, Test};
use cds_cards::vignettes::words::Written;
use charts::{Chart, chart, facts_of, readings, value_of};
use fhir_profiles::FactId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(load);
/// The same, loaded once more.
static OTHER: LazyLock<Knowledge> = LazyLock::new(load);

#[expect(clippy::expect_used, reason = "a test cannot go on without knowledge")]
fn load() -> Knowledge {
    acceptance::knowledge().expect("the knowledge that ships is sound")
}

fn assess(chart: &Chart) -> Assessment {
    cds_cards::assess(&KNOWLEDGE, &facts_of(chart))
}

fn bytes(assessment: &Assessment) -> String {
    serde_json::to_string(assessment).unwrap_or_default()
}

fn option<'a>(assessment: &'a Assessment, id: &str) -> Option<&'a OptionReport> {
    assessment.options.iter().find(|o| o.id == id)
}

fn criterion<'a>(assessment: &'a Assessment, of: &str, id: &str) -> Option<&'a CriterionReport> {
    option(assessment, of)?.criteria.iter().find(|c| c.id == id)
}

/// The facts that a criterion reads, through other criteria, options and derived facts.
fn reads_of_criterion(id: &str, found: &mut BTreeSet<FactId>) {
    let mut direct = BTreeSet::new();
    direct_reads_of_criterion(id, &mut direct);
    direct.into_iter().for_each(|fact| fact_with_sources(fact, found));
}

/// The same, but for the facts that the reader derives from others.
fn direct_reads_of_criterion(id: &str, found: &mut BTreeSet<FactId>) {
    let Some(criterion) = KNOWLEDGE.criteria.get(id) else {
        return;
    };
    match &criterion.test {
        Test::Words { subject, .. } => match subject {
            Subject::Fact(FactId::Functioning) => {
                found.insert(FactId::Functioning);
                for hormone in &KNOWLEDGE.hormones {
                    direct_reads_of_criterion(&hormone.criterion, found);
                }
            }
            Subject::Fact(fact) => {
                found.insert(*fact);
            }
            Subject::Grade => found.extend([FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded]),
        },
        Test::Range { fact, .. } | Test::Lasting { fact, .. } => {
            found.insert(*fact);
        }
        Test::Given { .. } => found.extend([FactId::PriorSystemicTherapy, FactId::DiseaseStatus]),
        Test::Option { option, .. } => {
            for known in KNOWLEDGE.options.iter().filter(|o| o.id == *option) {
                known
                    .criteria
                    .iter()
                    .for_each(|(c, _)| direct_reads_of_criterion(c, found));
            }
        }
        Test::Not(inner) => direct_reads_of_criterion(inner, found),
        Test::Any(all) | Test::All(all) => all.iter().for_each(|c| direct_reads_of_criterion(c, found)),
    }
}

/// A fact and those that the reader derives it from (specification section 2).
fn fact_with_sources(fact: FactId, found: &mut BTreeSet<FactId>) {
    if !found.insert(fact) {
        return;
    }
    match fact {
        FactId::LiverMetastases => found.extend([FactId::M]),
        FactId::ExtrahepaticMetastases => found.extend([
            FactId::M,
            FactId::LiverMetastases,
            FactId::DistantLymphNodeMetastases,
            FactId::DiffusePeritonealMetastases,
        ]),
        _ => {}
    }
}

fn reads_of_option(id: &str, found: &mut BTreeSet<FactId>) {
    for option in KNOWLEDGE.options.iter().filter(|o| o.id == id) {
        for (criterion, _) in &option.criteria {
            reads_of_criterion(criterion, found);
        }
    }
}

/// With the gate.
fn reads(id: &str) -> BTreeSet<FactId> {
    let mut found = BTreeSet::new();
    fact_with_sources(FactId::Pnet, &mut found);
    fact_with_sources(FactId::LiverMetastases, &mut found);
    reads_of_option(id, &mut found);
    found
}

/// The table of verdicts of section 1, worked out again from the criteria alone.
fn verdict_from(criteria: &[CriterionReport]) -> Verdict {
    let any = |test: &dyn Fn(&CriterionReport) -> bool| criteria.iter().any(test);
    let unknown = |c: &CriterionReport| c.outcome == Outcome::Unknown;
    if any(&|c| c.role == Role::Contraindication && c.outcome == Outcome::NotMet) {
        Verdict::Contraindicated
    } else if any(&|c| c.outcome == Outcome::NotMet) {
        Verdict::NotSupported
    } else if any(&|c| c.role == Role::Require && unknown(c) && c.reason != Some(Reason::Judgement)) {
        Verdict::Undetermined
    } else if any(&|c| unknown(c)) {
        Verdict::Provisional
    } else {
        Verdict::Supported
    }
}

/// The criteria that make the verdict what it is.
fn deciding_from(option: &OptionReport) -> Vec<&str> {
    let decides = |c: &&CriterionReport| match option.verdict {
        Verdict::Supported => false,
        Verdict::Contraindicated => c.role == Role::Contraindication && c.outcome == Outcome::NotMet,
        Verdict::NotSupported => c.outcome == Outcome::NotMet,
        Verdict::Undetermined => {
            c.role == Role::Require && c.outcome == Outcome::Unknown && c.reason != Some(Reason::Judgement)
        }
        Verdict::Provisional => c.outcome == Outcome::Unknown,
    };
    option
        .criteria
        .iter()
        .filter(decides)
        .map(|c| c.id.as_str())
        .collect()
}

fn value_of_option(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Supported => Outcome::Met,
        Verdict::Contraindicated | Verdict::NotSupported => Outcome::NotMet,
        Verdict::Undetermined | Verdict::Provisional => Outcome::Unknown,
    }
}

fn not(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Met => Outcome::NotMet,
        Outcome::NotMet => Outcome::Met,
        Outcome::Unknown => Outcome::Unknown,
    }
}

/// `judgement` only if all are, else the first of `conflicting`, `unreadable`, `missing`.
fn reason_of(parts: &[&CriterionReport]) -> Option<Reason> {
    let reasons: BTreeSet<Reason> = parts.iter().filter_map(|c| c.reason).collect();
    [
        Reason::Conflicting,
        Reason::Unreadable,
        Reason::Missing,
        Reason::Judgement,
    ]
    .into_iter()
    .find(|r| reasons.contains(r))
}

fn outcomes(assessment: &Assessment) -> BTreeMap<(String, String), Outcome> {
    assessment
        .options
        .iter()
        .flat_map(|o| {
            o.criteria
                .iter()
                .map(|c| ((o.id.clone(), c.id.clone()), c.outcome))
        })
        .collect()
}

/// The exceptions of section 1: a further measure beside one that already gives a grade, and a recorded presence that
/// overrides a stated absence.
fn may_turn(before: &Assessment, filled: FactId, criterion: &str) -> bool {
    let of_grade = {
        let mut read = BTreeSet::new();
        reads_of_criterion(criterion, &mut read);
        read.contains(&FactId::Ki67)
    };
    let further_measure =
        matches!(filled, FactId::Ki67 | FactId::Mitoses) && before.grade.candidates.len() < 3 && of_grade;
    let part_of_a_stated_absence = matches!(
        filled,
        FactId::DistantLymphNodeMetastases
            | FactId::DiffusePeritonealMetastases
            | FactId::LiverMetastases
            | FactId::M
    ) && {
        let mut read = BTreeSet::new();
        reads_of_criterion(criterion, &mut read);
        read.contains(&FactId::ExtrahepaticMetastases)
    };
    further_measure || part_of_a_stated_absence
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fact_that_an_option_does_not_read_never_changes_its_verdict(
        chart in chart(),
        (fact, value) in value_of(),
    ) {
        let before = assess(&chart);
        let mut changed = chart;
        changed.insert(fact, value);
        let after = assess(&changed);
        for known in &KNOWLEDGE.options {
            if !reads(&known.id).contains(&fact) {
                prop_assert_eq!(
                    option(&before, &known.id).map(|o| o.verdict),
                    option(&after, &known.id).map(|o| o.verdict),
                    "{} by {}", known.id, fact
                );
            }
        }
    }

    #[test]
    fn filling_an_unknown_fact_never_turns_a_criterion_round(chart in chart(), (fact, value) in value_of()) {
        let empty = chart.get(&fact).is_none_or(|v| v == "unreadable");
        prop_assume!(empty && !value.contains('|'));
        let before = assess(&chart);
        let mut filled = chart;
        filled.insert(fact, value);
        let after = outcomes(&assess(&filled));
        for ((option, criterion), was) in outcomes(&before) {
            let Some(is) = after.get(&(option.clone(), criterion.clone())) else { continue };
            let turned = was != Outcome::Unknown && *is == not(was);
            prop_assert!(
                !turned || may_turn(&before, fact, &criterion),
                "{option} {criterion}: {was:?} became {is:?} by {fact}"
            );
        }
    }

    #[test]
    fn the_order_of_the_readings_changes_nothing(
        (written, shuffled) in readings().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
    ) {
        prop_assert_eq!(bytes(&assess_readings(&written)), bytes(&assess_readings(&shuffled)));
    }

    #[test]
    fn the_same_facts_and_date_give_the_same_bytes(chart in chart()) {
        let first = bytes(&assess(&chart));
        prop_assert!(!first.is_empty());
        prop_assert_eq!(&first, &bytes(&assess(&chart)));
        prop_assert_eq!(&first, &bytes(&cds_cards::assess(&OTHER, &facts_of(&chart))));
    }

    #[test]
    fn the_verdict_follows_from_the_criteria(chart in chart()) {
        let got = assess(&chart);
        prop_assert_eq!(got.options.len(), if got.gate == Gate::Passed { 19 } else { 0 });
        for option in &got.options {
            prop_assert_eq!(option.verdict, verdict_from(&option.criteria), "{}", option.id);
            prop_assert_eq!(
                option.deciding.iter().map(String::as_str).collect::<Vec<_>>(),
                deciding_from(option),
                "{}", option.id
            );
            for criterion in &option.criteria {
                let unknown = criterion.outcome == Outcome::Unknown;
                prop_assert_eq!(unknown, criterion.reason.is_some(), "{}", criterion.id);
            }
        }
    }

    #[test]
    fn a_criterion_that_reads_an_option_has_its_kleene_negation(chart in chart()) {
        let got = assess(&chart);
        let Some(curative) = option(&got, "curative-resection") else { return Ok(()) };
        let expected = not(value_of_option(curative.verdict));
        let parts: Vec<&CriterionReport> = curative.criteria.iter().filter(|c| c.outcome == Outcome::Unknown).collect();
        for reading in &got.options {
            for criterion in reading.criteria.iter().filter(|c| c.id == "no-curative-resection") {
                prop_assert_eq!(criterion.outcome, expected, "{}", reading.id);
                if expected == Outcome::Unknown {
                    prop_assert_eq!(criterion.reason, reason_of(&parts), "{}", reading.id);
                }
            }
        }
    }

    #[test]
    fn an_or_is_met_if_a_part_is_and_not_met_only_if_all_are(chart in chart()) {
        let got = assess(&chart);
        let (Some(symptoms), Some(either), Some(no_surgery), Some(or)) = (
            criterion(&got, "cytoreductive-surgery", "symptoms-not-controlled"),
            criterion(&got, "interferon-alpha", "functioning-or-symptoms-not-controlled"),
            criterion(&got, "everolimus", "no-curative-resection"),
            criterion(&got, "somatostatin-analogue", "no-curative-resection-or-functioning"),
        ) else { return Ok(()) };
        for (part, whole) in [(symptoms, either), (no_surgery, or)] {
            match part.outcome {
                Outcome::Met => prop_assert_eq!(whole.outcome, Outcome::Met),
                Outcome::NotMet => {}
                Outcome::Unknown => prop_assert!(whole.outcome != Outcome::NotMet),
            }
        }
        // Where one OR shows what functioning is, the other must agree.
        if symptoms.outcome == Outcome::NotMet && no_surgery.outcome == Outcome::NotMet {
            prop_assert_eq!(either.outcome, or.outcome);
            prop_assert_eq!(either.reason, or.reason);
        }
    }

    #[test]
    fn resectable_and_unresectable_are_negations(chart in chart()) {
        let got = assess(&chart);
        let (Some(a), Some(b)) = (
            criterion(&got, "curative-resection", "resectable"),
            criterion(&got, "cryotherapy", "unresectable"),
        ) else { return Ok(()) };
        prop_assert_eq!(a.outcome, not(b.outcome));
        prop_assert_eq!(a.reason, b.reason);
    }

    #[test]
    fn a_value_is_the_only_candidate(chart in chart()) {
        let got = assess(&chart);
        for (value, candidates) in [
            (&got.grade.value, &got.grade.candidates),
            (&got.stage.enets.value, &got.stage.enets.candidates),
            (&got.stage.ajcc7.value, &got.stage.ajcc7.candidates),
        ] {
            prop_assert!(!candidates.is_empty());
            prop_assert_eq!(value.as_ref(), if candidates.len() == 1 { candidates.first() } else { None });
        }
        prop_assert_eq!(got.grade.value.is_some(), got.grade.classifiable.is_some());
        prop_assert_eq!(got.grade.value.is_none(), got.grade.reason.is_some());
        if got.gate == Gate::Passed {
            prop_assert_eq!(got.stage.enets.value.as_deref(), Some("IV"));
            prop_assert_eq!(got.stage.ajcc7.value.as_deref(), Some("IV"));
        }
    }

    #[test]
    fn platinum_is_never_supported_outside_the_reviews_table(chart in chart()) {
        let got = assess(&chart);
        if let Some(platinum) = option(&got, "platinum-etoposide")
            && platinum.verdict == Verdict::Supported
        {
            prop_assert_eq!(got.grade.classifiable, Some(true));
            prop_assert_eq!(got.grade.value.as_deref(), Some("G3"));
        }
    }

    #[test]
    fn options_stand_by_group_verdict_and_table_order(chart in chart()) {
        let got = assess(&chart);
        let place = |o: &OptionReport| KNOWLEDGE.options.iter().position(|k| k.id == o.id);
        let keys: Vec<_> = got.options.iter().map(|o| (o.group, o.verdict, place(o))).collect();
        prop_assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn missing_counts_options_with_an_unknown_criterion_that_reads_the_fact(chart in chart()) {
        let got = assess(&chart);
        let options_with = |reads_it: &dyn Fn(&CriterionReport) -> bool| {
            let open = |c: &CriterionReport| c.outcome == Outcome::Unknown && reads_it(c);
            got.options.iter().filter(|o| o.criteria.iter().any(open)).count()
        };
        // Directly: the one fact of a criterion that reads nothing else. Through derived facts and options: at most.
        let directly = |c: &CriterionReport, fact: FactId| {
            let test = KNOWLEDGE.criteria.get(&c.id).map(|known| &known.test);
            let one = match test {
                Some(Test::Words { subject: Subject::Fact(one), .. } | Test::Range { fact: one, .. }) => Some(*one),
                _ => None,
            };
            one == Some(fact) && c.reason == Some(Reason::Missing)
        };
        let at_all = |c: &CriterionReport, fact: FactId| {
            let mut read = BTreeSet::new();
            reads_of_criterion(&c.id, &mut read);
            read.contains(&fact)
        };
        prop_assert!(got.missing.is_sorted_by(|a, b| a.settles >= b.settles));
        let settles: BTreeMap<FactId, usize> = got.missing.iter().map(|m| (m.fact, m.settles.most)).collect();
        prop_assert_eq!(settles.len(), got.missing.len(), "a fact stands twice");
        for fact in FactId::ALL {
            let settles = settles.get(fact).copied().unwrap_or_default();
            prop_assert!(settles >= options_with(&|c| directly(c, *fact)), "{}", fact);
            prop_assert!(settles <= options_with(&|c| at_all(c, *fact)), "{}", fact);
            // A status without its beginning is known and still asked for.
            let known_and_agreed = *fact != FactId::DiseaseStatus
                && got
                    .facts
                    .get(fact)
                    .is_none_or(|f| f.status == Status::Known && f.candidates.is_empty());
            prop_assert!(settles == 0 || !known_and_agreed, "{}", fact);
        }
    }
}

fn assess_readings(written: &[Written]) -> Assessment {
    cds_cards::assess(&KNOWLEDGE, &charts::facts_of_readings(written))
}
