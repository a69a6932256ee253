//! "Shown" is a law (specification, section 2, which reading counts): a readable record that contradicts what counts is in
//! the assessment, and among the discrepancies wherever it would move the grade, a stage, a verdict or the gate.

mod charts;

use cds_cards::assessment::{Assessment, Status, Verdict};
use cds_cards::vignettes::words::Written;
use cds_cards::{Knowledge, vignettes};
use charts::{facts_of_readings, readings};
use fhir_profiles::facts::{Facts, Reading};
use fhir_profiles::{FactId, PartialDate};
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(load);

#[expect(clippy::expect_used, reason = "a test cannot go on without knowledge")]
fn load() -> Knowledge {
    acceptance::knowledge().expect("the knowledge that ships is sound")
}

fn verdicts(assessment: &Assessment) -> Vec<(&str, Verdict)> {
    let options = assessment.options.iter();
    options.map(|o| (o.id.as_str(), o.verdict)).collect()
}

/// Whether it moves the gate, a verdict, or a grade or stage so that no candidate remains.
fn moves(now: &Assessment, then: &Assessment) -> bool {
    let apart = |a: &[String], b: &[String]| a.iter().all(|one| !b.contains(one));
    let by_id = |assessment| verdicts(assessment).into_iter().collect::<BTreeSet<_>>();
    now.gate != then.gate
        || by_id(now) != by_id(then)
        || apart(&now.grade.candidates, &then.grade.candidates)
        || apart(&now.stage.enets.candidates, &then.stage.enets.candidates)
        || apart(&now.stage.ajcc7.candidates, &then.stage.ajcc7.candidates)
}

/// Older readings of another value that would move something and that no discrepancy tells of.
fn untold(facts: &Facts) -> Vec<String> {
    let now = cds_cards::assess(&KNOWLEDGE, facts);
    let mut found = Vec::new();
    for id in FactId::ALL {
        let fact = facts.get(*id);
        let Ok(current) = fact.readings() else { continue };
        let older = |reading: &&Reading| {
            let later = |now: &Reading| now.effective() != reading.effective() && now.value != reading.value;
            current.iter().all(later) && current.iter().all(|now| now.system == reading.system)
        };
        let told = now.discrepancies.iter().any(|d| d.facts.contains(id));
        for reading in fact.older.iter().filter(older) {
            let then = cds_cards::assess(&KNOWLEDGE, &facts.clone().supposing(*id, vec![reading.clone()]));
            if !told && moves(&now, &then) {
                found.push(format!("{id} {:?}", reading.value));
            }
        }
    }
    found
}

#[test]
fn what_would_move_something_is_told_of_every_vignette() {
    let all = vignettes::embedded().unwrap_or_default();
    assert!(!all.is_empty());
    let mut found = Vec::new();
    for (name, vignette) in all {
        let facts = vignette.facts();
        assert!(facts.is_ok(), "{name}");
        found.extend(
            facts
                .iter()
                .flat_map(untold)
                .map(|what| format!("{name}: {what}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_of_a_fact_is_in_the_assessment(written in readings()) {
        let assessment = cds_cards::assess(&KNOWLEDGE, &facts_of_readings(&written));
        for reading in &written {
            let id = FactId::parse(&reading.fact);
            let Some(report) = id.and_then(|id| assessment.facts.get(&id)) else { continue };
            let lists = [&report.evidence, &report.older, &report.overruled, &report.unread, &report.shown];
            let shown: BTreeSet<&str> = lists.into_iter().flatten().map(|e| e.reference.as_str()).collect();
            for (position, _) in reading.value.split(" | ").enumerate() {
                let reference = reading.reference.as_ref().map(|r| format!("{r}-{position}"));
                prop_assert!(reference.is_some_and(|r| shown.contains(r.as_str())), "{reading:?}");
            }
        }
    }

    #[test]
    fn what_would_move_something_is_told(written in readings()) {
        let untold = untold(&facts_of_readings(&written));
        prop_assert!(untold.is_empty(), "{untold:?}");
    }

    #[test]
    fn the_best_older_reading_of_an_unreadable_newest_stays_in_the_assessment(
        days in proptest::collection::btree_set(1_i8..28, 2),
    ) {
        let day = |d: &i8| PartialDate::from_date(date(2026, 10, *d)).to_string();
        let days: Vec<String> = days.iter().map(day).collect();
        let [first, second] = days.as_slice() else { return Ok(()) };
        let portal = |value: &str, day: &String| Written {
            date: Some(day.clone()),
            ..Written::plain(FactId::PortalVein, value)
        };
        let gate = [FactId::Pnet, FactId::LiverMetastases].map(|id| Written::plain(id, "present"));
        let records = [portal("occluded", first), portal("unreadable", second)];
        let written: Vec<Written> = gate.into_iter().chain(records).collect();
        let assessment = cds_cards::assess(&KNOWLEDGE, &facts_of_readings(&written));
        let report = assessment.facts.get(&FactId::PortalVein);
        prop_assert!(report.is_some_and(|r| r.status == Status::Unknown && !r.older.is_empty()));
        let told = assessment.discrepancies.iter().any(|d| d.facts.contains(&FactId::PortalVein));
        prop_assert!(told);
    }
}
