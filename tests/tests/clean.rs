//! Clean facts: reading them again gives the same facts, whatever the chart was, and each stands in the profile of the guide.

mod charts;

use cds_cards::Knowledge;
use cds_cards::vignettes::words::Written;
use charts::{facts_of_readings, readings, vocabulary};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::codes::Codes;
use fhir_profiles::facts::{Evidence, Reading, Source, Value as Said};
use fhir_profiles::json::Document;
use fhir_profiles::{ChartBuilder, FactId, Facts, Interval, ReadPolicy, read};
use pnet_cds::clean::{bundle, differences};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(load);
const SUBJECT: &str = "Patient/p";

#[expect(clippy::expect_used, reason = "a test cannot go on without knowledge")]
fn load() -> Knowledge {
    acceptance::knowledge().expect("the knowledge that ships is sound")
}

/// The facts that are read from a Bundle on the day that it is of.
#[expect(clippy::unwrap_used, reason = "a test cannot go on without it")]
fn read_again(bundle: &Value, day: jiff::civil::Date) -> Facts {
    let text = bundle.to_string();
    let document: Document<'_> = text.parse().unwrap();
    let mut chart = ChartBuilder::new(None);
    chart.add(document.root());
    let chart = chart.finish().unwrap();
    let nothing = BTreeSet::new();
    let policy = ReadPolicy {
        as_of: day,
        codes: Codes::embedded(),
        closed_world: &nothing,
    };
    let facts = read(&chart, &policy);
    assert_eq!(facts.problems(), []);
    assert_eq!(facts.not_read(), []);
    facts
}

/// What differs between facts and what is read of them as clean facts.
#[expect(clippy::unwrap_used, reason = "a test cannot go on without it")]
fn reread(facts: &Facts) -> Vec<String> {
    let written = bundle(facts, &KNOWLEDGE, SUBJECT).unwrap();
    differences(facts, &read_again(&written, facts.as_of()), &KNOWLEDGE)
}

/// Fact words as a chart can say them: subdivisions of M1 belong to a system, and a marker has a unit.
fn as_charts_say(mut written: Written) -> Written {
    let is_marker = FactId::parse(&written.fact).is_some_and(|id| id.info().kind == Kind::Marker);
    if is_marker && written.unit.is_none() {
        written.unit = Some("ng/mL".to_owned());
    }
    if written.fact == "m" && written.system.is_none() {
        let parts = written
            .value
            .split(" | ")
            .map(|part| match part.contains(" in ") {
                true => part.to_owned(),
                false => part
                    .replace("M1a", "M1")
                    .replace("M1b", "M1")
                    .replace("M1c", "M1"),
            });
        written.value = parts.collect::<Vec<_>>().join(" | ");
    }
    // No drug and no operation says that there is a metastasis.
    if written.fact.ends_with("metastases")
        && matches!(written.source.as_deref(), Some("medication" | "procedure"))
    {
        written.source = None;
    }
    // A pregnancy of last year is none that counts, whoever says it.
    if written.fact == "pregnancy" {
        written.date = None;
    }
    // What ranks a reading among others is said of what can have it: of TNM and stages that they are clinical or pathological.
    let has_basis = matches!(written.fact.as_str(), "t" | "n" | "m" | "stage-recorded");
    let is_of_ecog = written.basis.as_deref() == Some("karnofsky");
    if is_of_ecog != (written.fact == "ecog") || !(is_of_ecog || has_basis) {
        written.basis = None;
    }
    // Of mitoses no chart says where the tissue was from.
    if written.fact != "ki67" {
        written.specimen = None;
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clean_facts_read_again_are_the_same(readings in readings()) {
        let said: Vec<Written> = readings.into_iter().map(as_charts_say).collect();
        prop_assert_eq!(reread(&facts_of_readings(&said)), Vec::<String>::new());
    }
}

#[test]
fn every_value_of_every_fact_read_again_is_the_same() {
    let mut differ = Vec::new();
    for id in FactId::ALL {
        for value in vocabulary(*id) {
            let written = as_charts_say(Written::plain(*id, &value));
            differ.extend(reread(&facts_of_readings(&[written])));
        }
    }
    assert_eq!(differ, Vec::<String>::new());
}

#[test]
fn the_syndrome_of_a_functioning_tumour_is_read_again() {
    for syndrome in [
        "insulinoma",
        "glucagonoma",
        "gastrinoma",
        "VIPoma",
        "carcinoid syndrome",
    ] {
        let mut written = Written::plain(FactId::Functioning, "functioning");
        written.detail = Some(syndrome.to_owned());
        let facts = facts_of_readings(&[written]);
        let written = bundle(&facts, &KNOWLEDGE, SUBJECT).unwrap();
        let again = read_again(&written, facts.as_of());
        let readings = again.get(FactId::Functioning).readings().unwrap();
        assert_eq!(readings[0].detail.as_deref(), Some(syndrome));
        assert_eq!(differences(&facts, &again, &KNOWLEDGE), Vec::<String>::new());
    }
}

#[test]
fn every_vignette_read_again_is_the_same() {
    let mut tried = 0;
    let mut differ = Vec::new();
    for (name, mut vignette) in cds_cards::vignettes::embedded().unwrap() {
        // It has a resection of the primary and says that the primary was not resected, which no chart can.
        if name == "which-reading/sizes-across-a-resection-of-the-primary" {
            continue;
        }
        for written in vignette.readings.values_mut().flatten() {
            *written = as_charts_say(written.clone());
        }
        // The base of a folder may say nothing of a day.
        let Ok(facts) = vignette.facts() else { continue };
        differ.extend(reread(&facts).into_iter().map(|what| format!("{name}: {what}")));
        tried += 1;
    }
    assert_eq!(differ, Vec::<String>::new());
    assert!(tried > 300, "{tried}");
}

#[test]
fn every_record_declares_the_profile_that_feeds_its_fact() {
    let resources = acceptance::here().join("../fhir-profiles/fsh-generated/resources");
    let feeds = |profile: &str, kind: &str, fact: &str| {
        let text = std::fs::read_to_string(resources.join(format!("StructureDefinition-{profile}.json")));
        let profile: Value = serde_json::from_str(&text.unwrap()).unwrap();
        assert_eq!(profile["type"], kind);
        let mut uses = profile["useContext"].as_array().unwrap().iter();
        assert!(
            uses.any(|used| used["valueCodeableConcept"]["coding"][0]["code"] == fact),
            "{fact}"
        );
    };
    let facts = facts_of_readings(&[]);
    let written = bundle(&facts, &KNOWLEDGE, SUBJECT).unwrap();
    let mut seen = BTreeMap::new();
    for entry in written["entry"].as_array().unwrap() {
        let resource = &entry["resource"];
        if resource["resourceType"] == "Observation" {
            let fact = resource["code"]["coding"][0]["code"].as_str().unwrap();
            let profile = resource["meta"]["profile"][0].as_str().unwrap();
            feeds(profile.rsplit('/').next().unwrap(), "Observation", fact);
            let reason = resource["dataAbsentReason"]["coding"][0]["code"]
                .as_str()
                .unwrap();
            seen.insert(fact.to_owned(), reason.to_owned());
        }
    }
    assert_eq!(seen.len(), FactId::ALL.len());
    assert!(seen.values().all(|reason| reason == "missing"));
}

#[test]
fn what_no_value_of_fhir_can_hold_is_an_error_that_names_the_fact() {
    use fhir_profiles::interval::Bound;
    let bound = |value: i64, inclusive| {
        Some(Bound {
            value: value.into(),
            inclusive,
        })
    };
    let half_open = Interval::new(bound(4, true), bound(5, false)).unwrap();
    let mut builder = Facts::builder(jiff::civil::date(2026, 11, 23));
    let reading = Reading::new(Said::Number(half_open), Source::Observation, Evidence::default());
    builder.reading(FactId::LargestLiverLesion, reading);
    let unfit = bundle(&builder.build(), &KNOWLEDGE, SUBJECT).unwrap_err();
    let said: Vec<String> = unfit.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "largest-liver-lesion: an interval between two ends of which one does not belong to it is no value of FHIR"
        ]
    );
}
