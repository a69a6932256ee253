//! Laws of the reader over generated charts.

use crate::support::*;
use fhir_profiles::facts::{Evidence, Fact};
use fhir_profiles::{ChartBuilder, ChartError, Codes, FactId, Facts, ReadPolicy, read};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Keys and values that reach into the reader, and others.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1000.0..1000.0f64).prop_map(Json::from),
        prop::sample::select(vec![
            "final",
            "Patient/p",
            "Patient",
            "Observation",
            "Condition",
            "Bundle",
            "2026-05-01",
            "2026-13",
            "29593-1",
            "C25.4",
            "pT2",
            "<3 %",
            "ki67",
            "pnet",
            "t",
            "%",
            "mm",
            "",
            "completed",
            "active",
            "order",
            "8246/3",
            "é†",
            "http://loinc.org",
            FACTS,
            VALUES,
            SNOMED,
            ICD,
        ])
        .prop_map(Json::from),
        ".{0,6}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let key = prop_oneof![
            prop::sample::select(vec![
                "resourceType",
                "id",
                "status",
                "code",
                "coding",
                "system",
                "text",
                "subject",
                "reference",
                "entry",
                "resource",
                "valueQuantity",
                "value",
                "unit",
                "valueString",
                "valueCodeableConcept",
                "valueInteger",
                "_valueInteger",
                "component",
                "bodySite",
                "method",
                "extension",
                "url",
                "contained",
                "effectiveDateTime",
                "effectivePeriod",
                "start",
                "end",
                "referenceRange",
                "low",
                "stage",
                "summary",
                "clinicalStatus",
                "birthDate",
                "medicationReference",
            ])
            .prop_map(String::from),
            ".{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|fields| Json::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A resource that is read, with one field replaced by anything.
fn nearly(any: Json, which: usize, key: usize) -> Json {
    let mut resource = sample().swap_remove(which % sample().len());
    let keys: Vec<String> = resource.as_object().unwrap().keys().cloned().collect();
    let key = &keys[key % keys.len()];
    if key != "resourceType" {
        resource[key] = any;
    }
    resource
}

fn sample() -> Vec<Json> {
    vec![
        patient(),
        condition(
            "c1",
            ICD,
            "C25.4",
            json!({"stage": [{"summary": {"text": "IV"}}]}),
        ),
        condition(
            "c2",
            ICD,
            "C78.7",
            json!({"bodySite": [concept(SNOMED, "10200004")]}),
        ),
        condition("c3", ICD, "C79.51", json!({})),
        condition("c4", ICD, "C25.9", json!({})),
        observation(
            "o1",
            LOINC,
            "29593-1",
            json!({"valueQuantity": {"value": 8, "unit": "%"}}),
        ),
        observation("o2", LOINC, "29593-1", json!({"valueString": "25 %"})),
        observation(
            "o3",
            SNOMED,
            "384625004",
            json!({"valueString": "pT2", "method": {"text": "ENETS"}}),
        ),
        observation("o4", SNOMED, "277208005", json!({"valueString": "M1 (HEP)"})),
        observation(
            "o5",
            LOINC,
            "9811-1",
            json!({"valueQuantity": {"value": 150, "unit": "ng/mL"}, "referenceRange": [{"high": {"value": 100}}]}),
        ),
        observation(
            "o6",
            LOINC,
            "31206-6",
            json!({"valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8246/3")}),
        ),
        observation(
            "o7",
            FACTS,
            "disease-status",
            json!({"valueCodeableConcept": concept(VALUES, "stable")}),
        ),
        observation(
            "o8",
            FACTS,
            "disease-status",
            json!({"valueCodeableConcept": concept(VALUES, "stable"), "effectiveDateTime": "2025-01-01"}),
        ),
        observation(
            "o9",
            FACTS,
            "lesion-location",
            json!({"valueCodeableConcept": concept(VALUES, "liver-surface")}),
        ),
        observation(
            "o10",
            FACTS,
            "lesion-location",
            json!({"valueCodeableConcept": concept(VALUES, "near-vital-structure")}),
        ),
        json!({"resourceType": "Procedure", "id": "s1", "status": "completed", "code": concept(SNOMED, "33149006"), "subject": {"reference": "Patient/p"}}),
        json!({"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"},
            "medicationReference": {"reference": "#x"}, "contained": [{"resourceType": "Medication", "id": "x", "code": {"text": "octreotide"}}]}),
        json!({"resourceType": "MedicationStatement", "id": "m2", "status": "completed", "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": concept(RXNORM, "141704")}),
    ]
}

fn reads(chart: ChartBuilder<'_>) -> Result<Facts, ChartError> {
    let nothing = BTreeSet::new();
    let policy = ReadPolicy {
        as_of: "2026-11-23".parse().unwrap(),
        codes: Codes::embedded(),
        closed_world: &nothing,
    };
    chart.finish().map(|chart| read(&chart, &policy))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_json_stops_the_reader(any in any_json(), which in 0usize..100, key in 0usize..100) {
        let (odd, broken) = (raw(&any), raw(&nearly(any.clone(), which, key)));
        for id in [None, Some("p")] {
            let mut chart = ChartBuilder::new(id);
            chart.add(odd.root());
            chart.add(broken.root());
            // Read or refused, but always answered.
            let answered = reads(chart);
            prop_assert!(answered.is_ok() || answered.is_err());
        }
    }

    #[test]
    fn the_narrow_view_never_misses_the_diagnosis(any in any_json(), which in 0usize..100, key in 0usize..100) {
        let broken = raw(&nearly(any, which, key));
        let mut chart = ChartBuilder::new(Some("p"));
        chart.add(broken.root());
        if let Ok(chart) = chart.finish() {
            let nothing = BTreeSet::new();
            let policy = ReadPolicy { as_of: "2026-11-23".parse().unwrap(), codes: Codes::embedded(), closed_world: &nothing };
            let may = chart.may_have_pnet(Codes::embedded());
            prop_assert!(may || short(read(&chart, &policy).get(FactId::Pnet)) != "present");
        }
    }

    #[test]
    fn the_order_of_the_resources_changes_nothing(order in Just((0..sample().len()).collect::<Vec<_>>()).prop_shuffle(), cut in 0usize..18) {
        let all = sample();
        let shuffled: Vec<Json> = order.iter().map(|i| all[*i].clone()).collect();
        let (one, two) = shuffled.split_at(cut.min(shuffled.len()));
        let as_bundle = |part: &[Json]| json!({"resourceType": "Bundle", "entry": part.iter().map(|r| json!({"resource": r})).collect::<Vec<_>>()});
        prop_assert_eq!(facts(&all), facts(&[as_bundle(one), as_bundle(two)]));
    }

    #[test]
    fn unknown_fields_change_nothing(key in "x[a-zA-Z]{1,8}", value in any_json()) {
        let all = sample();
        let more: Vec<Json> = all.iter().map(|r| { let mut r = r.clone(); r[key.as_str()] = value.clone(); r }).collect();
        prop_assert_eq!(facts(&all), facts(&more));
    }

    #[test]
    fn a_foreign_subject_is_always_refused(id in "[a-z0-9]{1,8}", which in 1usize..18, prefix in prop::sample::select(vec!["", "https://x/fhir/"])) {
        prop_assume!(id != "p");
        let mut all = sample();
        all[which]["subject"] = json!({"reference": format!("{prefix}Patient/{id}")});
        prop_assert_eq!(refused(Some("p"), &all), Some(ChartError::AnotherPatient));
        prop_assert_eq!(refused(None, &all), Some(ChartError::SeveralPatients));
    }
}

#[test]
fn every_evidence_names_its_resource() {
    let read = facts(&sample());
    let named = |e: &Evidence| e.reference.split_once('/').is_some();
    for id in FactId::ALL {
        let fact: &Fact = read.get(*id);
        let readings = fact
            .readings()
            .into_iter()
            .flatten()
            .chain(&fact.older)
            .chain(&fact.overruled);
        assert!(
            readings
                .flat_map(|r| &r.evidence)
                .chain(&fact.shown)
                .chain(&fact.unread)
                .all(named),
            "{id}"
        );
    }
}

/// A chart can say the same thousands of times; what that costs grows with the records, not with their square, which
/// would be half a minute here.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the time that it takes is what is tested"
)]
fn thousands_of_equal_readings_are_united_at_once() {
    use fhir_profiles::facts::{Reading, Source, Value};
    let mut builder = Facts::builder("2026-11-23".parse().unwrap());
    let present = FactId::Pnet.word("present").unwrap();
    for number in 0..8000 {
        let evidence = Evidence {
            reference: format!("Observation/{number}"),
            ..Evidence::default()
        };
        builder.reading(
            FactId::Pnet,
            Reading::new(Value::Word(present), Source::Observation, evidence),
        );
    }
    let begun = std::time::Instant::now();
    let facts = builder.build();
    let taken = begun.elapsed();
    let readings = facts.get(FactId::Pnet).readings().unwrap();
    assert_eq!((readings.len(), readings[0].evidence.len()), (1, 8000));
    assert!(taken.as_secs() < 5, "{taken:?}");
}
