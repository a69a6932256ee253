//! The laws of specification section 1 over generated charts in fact words.

mod charts;
#[path = "charts/whole.rs"]
mod whole;

use cds_cards::Assessment;
use cds_cards::Knowledge;
use cds_cards::assessment::{CriterionReport, Gate, OptionReport, Outcome, Reason, Role, Status, Verdict};
use cds_cards::laws;
use cds_cards::vignettes::words::{Treated, Written};
use charts::{facts_of_readings, readings, value_of};
use fhir_profiles::facts::Mentioned;
use fhir_profiles::{FactId, Facts};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use whole::{Chart, chart, treated, treatments};

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(load);
/// The same, loaded once more.
static OTHER: LazyLock<Knowledge> = LazyLock::new(load);

#[expect(clippy::expect_used, reason = "a test cannot go on without knowledge")]
fn load() -> Knowledge {
    acceptance::knowledge().expect("the knowledge that ships is sound")
}

/// The facts of a chart.
fn facts_of(chart: &Chart) -> Facts {
    let written: Vec<Written> = chart
        .iter()
        .map(|(id, value)| Written::plain(*id, value))
        .collect();
    facts_of_readings(&written)
}

/// Of an analogue `on-ssa` is derived.
const ANALOGUES: [&str; 2] = ["lanreotide", "octreotide"];

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
            // It decides which readings count.
            let exempt = fact == FactId::OtherMalignancy;
            if !exempt && !laws::reads_of_option(&KNOWLEDGE, &known.id).contains(&fact) {
                prop_assert_eq!(
                    option(&before, &known.id).map(|o| o.verdict),
                    option(&after, &known.id).map(|o| o.verdict),
                    "{} by {}", known.id, fact
                );
            }
        }
    }

    #[test]
    fn a_pathway_keeps_the_laws_of_its_places(chart in chart(), treatments in treatments()) {
        let assessment = cds_cards::assess(&KNOWLEDGE, &treated(&chart, &treatments));
        prop_assert_eq!(laws::misplaced(&assessment), Vec::<String>::new());
    }

    #[test]
    fn what_was_given_enters_no_verdict_but_by_the_facts_derived_from_it(
        chart in chart(),
        treatments in treatments(),
    ) {
        // Of an analogue `on-ssa` is derived, which criteria read.
        let others: Vec<Treated> = treatments
            .into_iter()
            .filter(|treated| !ANALOGUES.contains(&treated.agents[0].as_str()))
            .collect();
        let verdicts = |facts: &Facts| -> Vec<(String, Verdict)> {
            let assessment = cds_cards::assess(&KNOWLEDGE, facts);
            assessment.options.iter().map(|option| (option.id.clone(), option.verdict)).collect()
        };
        prop_assert_eq!(verdicts(&treated(&chart, &others)), verdicts(&treated(&chart, &[])));
    }

    #[test]
    fn filling_an_unknown_fact_never_turns_a_criterion_round(chart in chart(), (fact, value) in value_of()) {
        let empty = chart.get(&fact).is_none_or(|v| v == "unreadable");
        prop_assume!(empty && !value.contains('|'));
        let before = assess(&chart);
        let mut filled = chart;
        filled.insert(fact, value);
        let turned = laws::turned(&KNOWLEDGE, &before, &assess(&filled), fact);
        prop_assert!(turned.is_empty(), "{turned:?} by {fact}");
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
        prop_assert_eq!(got.options.len(), if got.gate == Gate::Passed { KNOWLEDGE.options.len() } else { 0 });
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
        let (Some(a), Some(b), Some(curative)) = (
            criterion(&got, "curative-resection", "resectable"),
            criterion(&got, "cryotherapy", "unresectable"),
            option(&got, "curative-resection"),
        ) else { return Ok(()) };
        prop_assert_eq!(a.outcome, not(b.outcome));
        // Not recorded, and not for curative resection: a person decides what the other leaves unknown.
        let left = a.reason == Some(Reason::Missing) && value_of_option(curative.verdict) == Outcome::NotMet;
        prop_assert_eq!(if left { Some(Reason::Judgement) } else { a.reason }, b.reason);
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
    fn missing_is_what_an_unknown_criterion_reads_and_settles_no_more_options_than_are_open(chart in chart()) {
        let got = assess(&chart);
        let open = |o: &&OptionReport| matches!(o.verdict, Verdict::Undetermined | Verdict::Provisional);
        let open = got.options.iter().filter(open).count();
        let unknown = |c: &&CriterionReport| c.outcome == Outcome::Unknown;
        let criteria = got.options.iter().flat_map(|o| &o.criteria);
        let read: BTreeSet<FactId> = criteria
            .filter(unknown)
            .flat_map(|c| laws::reads(&KNOWLEDGE, &c.id))
            .collect();
        prop_assert!(got.missing.is_sorted_by(|a, b| a.settles >= b.settles));
        let facts: BTreeSet<FactId> = got.missing.iter().map(|m| m.fact).collect();
        prop_assert_eq!(facts.len(), got.missing.len(), "a fact stands twice");
        for missing in &got.missing {
            let fact = missing.fact;
            prop_assert!(missing.settles.least <= missing.settles.most, "{}", fact);
            prop_assert!(missing.settles.most <= open, "{}", fact);
            prop_assert!(read.contains(&fact), "{}", fact);
            prop_assert!(!missing.needed_for.is_empty(), "{}", fact);
            prop_assert!(fact != FactId::M);
            // A status without its beginning is known and still asked for.
            let known_and_agreed = fact != FactId::DiseaseStatus
                && got.facts.get(&fact).is_some_and(|f| f.status == Status::Known && f.candidates.is_empty());
            prop_assert!(!known_and_agreed, "{}", fact);
        }
    }

    #[test]
    fn what_a_fact_settles_comes_out_when_it_is_known(chart in chart(), fact in select(FactId::ALL.to_vec())) {
        prop_assume!(!chart.contains_key(&fact));
        let before = assess(&chart);
        let Some(missing) = before.missing.iter().find(|m| m.fact == fact) else { return Ok(()) };
        let open = |v: Verdict| matches!(v, Verdict::Undetermined | Verdict::Provisional);
        let left = |after: &Assessment| {
            let was = before.options.iter().filter(|o| open(o.verdict));
            was.filter(|o| option(after, &o.id).is_some_and(|now| !open(now.verdict))).count()
        };
        for word in fact.info().words.iter().filter(|_| fact != FactId::DiseaseStatus && fact != FactId::GradeRecorded) {
            let mut filled = chart.clone();
            filled.insert(fact, word.clone());
            let left = left(&assess(&filled));
            prop_assert!(
                (missing.settles.least..=missing.settles.most).contains(&left),
                "{} {} settles {}, not {}", fact, word, left, missing.settles
            );
        }
    }

    #[test]
    fn what_texts_mention_changes_no_verdict_place_or_count(
        chart in chart(),
        said in proptest::collection::vec((select(FactId::ALL.to_vec()), any::<prop::sample::Index>()), 1..6),
    ) {
        let facts = facts_of(&chart);
        let said = said.iter().filter_map(|(fact, which)| {
            let values = laws::values(&KNOWLEDGE, *fact, facts.as_of());
            (!values.is_empty()).then(|| (*fact, which.get(&values).value.clone()))
        });
        let mentioned = |(fact, value)| Mentioned {
            fact,
            value,
            notes: Vec::new(),
            quote: "as written".to_owned(),
            reference: "DiagnosticReport/r".to_owned(),
            what: "pathology report",
            date: None,
        };
        let mentions: Vec<Mentioned> = said.map(mentioned).collect();
        let count = mentions.len();
        let with = cds_cards::assess(&KNOWLEDGE, &facts.clone().with_mentions(mentions, Vec::new()));
        prop_assert_eq!(with.mentions.len(), count);
        let without = cds_cards::assess(&KNOWLEDGE, &facts);
        prop_assert_eq!(concluded(&with), concluded(&without));
    }
}

/// What an assessment concludes: all of it but what texts mention, and the words for what is "only in a text".
fn concluded(assessment: &Assessment) -> serde_json::Value {
    fn without(json: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match json {
            Value::Object(fields) => fields
                .into_iter()
                .filter(|(name, _)| !matches!(name.as_str(), "mentions" | "gap" | "because"))
                .map(|(name, value)| (name, without(value)))
                .collect(),
            Value::Array(items) => items.into_iter().map(without).collect(),
            other => other,
        }
    }
    without(serde_json::to_value(assessment).unwrap_or_default())
}

fn assess_readings(written: &[Written]) -> Assessment {
    cds_cards::assess(&KNOWLEDGE, &facts_of_readings(written))
}
