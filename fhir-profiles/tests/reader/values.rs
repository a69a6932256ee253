//! Values, negation and dates of Observations (section 2).

use crate::support::*;
use serde_json::{Value as Json, json};

fn ki67(more: Json) -> String {
    one(id("ki67"), observation("k", LOINC, "29593-1", more))
}

#[test]
fn a_number_is_read_in_every_kind_of_value() {
    for (more, read) in [
        (
            json!({"valueQuantity": {"value": 8, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}}),
            "8",
        ),
        (json!({"valueQuantity": {"value": 8.0, "unit": "%"}}), "8"),
        (json!({"valueQuantity": {"value": "8", "unit": "%"}}), "8"),
        (
            json!({"valueQuantity": {"value": 0.08, "code": "1", "system": "http://unitsofmeasure.org"}}),
            "8",
        ),
        (
            json!({"valueQuantity": {"value": 3, "comparator": "<", "unit": "%"}}),
            "< 3",
        ),
        (
            json!({"valueQuantity": {"value": 20, "comparator": ">=", "unit": "%"}}),
            "≥ 20",
        ),
        (
            json!({"valueQuantity": {"value": 3, "comparator": "<>", "unit": "%"}}),
            "unreadable",
        ),
        (
            json!({"valueQuantity": {"value": 3, "comparator": 7, "unit": "%"}}),
            "unreadable",
        ),
        (
            json!({"valueRange": {"low": {"value": 3, "unit": "%"}, "high": {"value": 5, "unit": "%"}}}),
            "3-5",
        ),
        (json!({"valueRange": {"high": {"value": 3, "unit": "%"}}}), "≤ 3"),
        (
            json!({"valueRange": {"low": {"value": 5, "unit": "%"}, "high": {"value": 3, "unit": "%"}}}),
            "unreadable",
        ),
        (
            json!({"valueRatio": {"numerator": {"value": 12}, "denominator": {"value": 100}}}),
            "12",
        ),
        (json!({"valueString": "8"}), "8"),
        (json!({"valueString": "<3%"}), "< 3"),
        (json!({"valueString": "3-5 %"}), "3-5"),
        (json!({"valueString": "0,5 %"}), "0.5"),
        (json!({"valueString": "ca. 15 %"}), "12-18"),
        (json!({"valueInteger": 8}), "8"),
        (json!({"valueInteger": 8.0}), "8"),
        (json!({"valueInteger": "8"}), "8"),
        (json!({"valueDecimal": 8.5}), "8.5"),
        (json!({"valueCodeableConcept": {"text": "3-5 %"}}), "3-5"),
        (
            json!({"valueCodeableConcept": concept("urn:naaccr:3863", "XXX.4")}),
            "< 3",
        ),
        (
            json!({"valueCodeableConcept": concept("urn:naaccr:3863", "XXX.6")}),
            "> 20",
        ),
        (
            json!({"valueQuantity": {"value": 120, "unit": "%"}}),
            "unreadable",
        ),
        (json!({"valueQuantity": {"value": 0.08}}), "unreadable"),
        (json!({"valueQuantity": {"value": 8, "unit": "mg"}}), "unreadable"),
        (json!({"valueQuantity": {"unit": "%"}}), "unreadable"),
        (json!({"valueString": "see report"}), "unreadable"),
        (json!({"valueBoolean": true}), "unreadable"),
        (json!({"valueDateTime": "2026-01-01"}), "unreadable"),
        (
            json!({"valueSampledData": {"origin": {"value": 1}}}),
            "unreadable",
        ),
        (json!({"valueString": "8", "valueInteger": 9}), "unreadable"),
        (json!({"valueString": "pending"}), "missing"),
        (json!({}), "missing"),
        (json!({"dataAbsentReason": {"text": "not performed"}}), "missing"),
        (
            json!({"valueQuantity": {"value": 8, "unit": "%"}, "dataAbsentReason": {"text": "error"}}),
            "missing",
        ),
        (
            json!({"_valueString": {"extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}}),
            "missing",
        ),
    ] {
        let told = more.to_string();
        assert_eq!(ki67(more), read, "{told}");
    }
}

#[test]
fn evidence_says_where_it_stands_and_how_it_was_written() {
    let more = json!({"valueQuantity": {"value": 3, "comparator": "<", "unit": "%"}});
    let read = facts(&[observation("k", LOINC, "29593-1", more)]);
    let evidence = &read.get(id("ki67")).readings().unwrap()[0].evidence[0];
    assert_eq!(evidence.reference, "Observation/k");
    assert_eq!(evidence.recorded, "< 3 %");
    assert_eq!(evidence.effective.unwrap().to_string(), "2026-05-01");
}

#[test]
fn absence_is_said_in_many_ways() {
    let v3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    for (more, read) in [
        (json!({"valueBoolean": true}), "present"),
        (json!({"valueBoolean": false}), "absent"),
        (
            json!({"valueCodeableConcept": concept(VALUES, "present")}),
            "present",
        ),
        (
            json!({"valueCodeableConcept": concept(VALUES, "absent")}),
            "absent",
        ),
        (
            json!({"valueCodeableConcept": concept(SNOMED, "2667000")}),
            "absent",
        ),
        (
            json!({"valueCodeableConcept": concept(SNOMED, "260385009 |Negative|")}),
            "absent",
        ),
        (
            json!({"valueCodeableConcept": concept(SNOMED, "260415000")}),
            "absent",
        ),
        (json!({"interpretation": [concept(v3, "NEG")]}), "absent"),
        (json!({"interpretation": [concept(v3, "ND")]}), "absent"),
        (json!({"interpretation": [concept(v3, "POS")]}), "present"),
        (
            json!({"valueBoolean": true, "interpretation": [concept(v3, "NEG")]}),
            "unreadable",
        ),
        (json!({"valueString": "absent"}), "absent"),
        (
            json!({"valueString": "no evidence of shunting, present catheter"}),
            "unreadable",
        ),
        (
            json!({"valueCodeableConcept": {"coding": [
            {"system": VALUES, "code": "present"}, {"system": VALUES, "code": "absent"}]}}),
            "unreadable",
        ),
    ] {
        let told = more.to_string();
        assert_eq!(
            one(id("gi-shunt"), observation("g", FACTS, "gi-shunt", more)),
            read,
            "{told}"
        );
    }
}

#[test]
fn yes_and_no_and_opposites_are_read_from_booleans() {
    for (fact, yes, no) in [
        ("primary-resectable", "yes", "no"),
        ("symptoms-controlled", "yes", "no"),
        ("functioning", "functioning", "non-functioning"),
        ("resectability", "resectable", "unresectable"),
        ("pnet", "present", "absent"),
    ] {
        assert_eq!(
            one(
                id(fact),
                observation("o", FACTS, fact, json!({"valueBoolean": true}))
            ),
            yes
        );
        assert_eq!(
            one(
                id(fact),
                observation("o", FACTS, fact, json!({"valueBoolean": false}))
            ),
            no
        );
    }
    assert_eq!(
        one(
            id("margins"),
            observation("o", FACTS, "margins", json!({"valueBoolean": true}))
        ),
        "unreadable"
    );
}

#[test]
fn every_fact_is_read_from_its_own_code_and_values() {
    for fact in fhir_profiles::FactId::ALL {
        let info = fact.info();
        for word in &info.words {
            for value in [
                json!({"valueCodeableConcept": concept(VALUES, word)}),
                json!({"valueString": word}),
                json!({"valueCodeableConcept": {"text": word}}),
            ] {
                let told = value.to_string();
                let read = one(*fact, observation("o", FACTS, fact.as_str(), value));
                // M1a to M1c mean more than M1 under AJCC 8 and 9 only.
                let word = if word.starts_with("M1") { "M1" } else { word };
                assert_eq!(read, word, "{fact} {told}");
            }
        }
        if info.words.is_empty() || info.min.is_some() {
            let unit = info.unit.clone().unwrap_or_else(|| "ng/mL".into());
            let unit = if fact.as_str() == "ecog" || fact.as_str() == "sstr-uptake" {
                "{score}".into()
            } else {
                unit
            };
            let quantity = json!({"valueQuantity": {"value": 3, "unit": unit}});
            // A birthday may have passed since the day on which the age was recorded.
            let expected = if fact.as_str() == "age" { "3-4" } else { "3" };
            assert_eq!(
                one(*fact, observation("o", FACTS, fact.as_str(), quantity)),
                expected,
                "{fact}"
            );
        }
    }
}

#[test]
fn several_words_hold_together() {
    let two = json!({"valueCodeableConcept": {"coding": [
        {"system": VALUES, "code": "adjacent-structures"}, {"system": VALUES, "code": "large-vessels"}]}});
    let read = one(
        id("tumour-extension"),
        observation("o", FACTS, "tumour-extension", two),
    );
    assert_eq!(read, "large-vessels+adjacent-structures");
    let text = json!({"valueString": "near vital structure, liver surface"});
    let read = one(
        id("lesion-location"),
        observation("o", FACTS, "lesion-location", text),
    );
    assert_eq!(read, "near-vital-structure+liver-surface");
}

#[test]
fn dates_are_taken_in_the_order_of_the_specification() {
    for (more, date) in [
        (json!({}), Some("2026-05-01")),
        (
            json!({"effectiveDateTime": "2026-05-01T23:30:00-05:00"}),
            Some("2026-05-01"),
        ),
        (json!({"effectiveDateTime": "2026-05"}), Some("2026-05")),
        (
            json!({"effectiveDateTime": null, "effectivePeriod": {"start": "2026-01-01", "end": "2026-02-01"}}),
            Some("2026-02-01"),
        ),
        (
            json!({"effectiveDateTime": null, "effectivePeriod": {"start": "2026-01-01"}}),
            Some("2026-01-01"),
        ),
        (
            json!({"effectiveDateTime": null, "effectivePeriod": {"start": "2026-01-01"}, "issued": "2026-03-01T10:00:00Z"}),
            Some("2026-03-01"),
        ),
        (
            json!({"effectiveDateTime": null, "effectivePeriod": {"start": "2026-01-01", "end": "2026-02-01"}, "issued": "2026-03-01T10:00:00Z"}),
            Some("2026-02-01"),
        ),
        (
            json!({"effectiveDateTime": null, "effectiveInstant": "2026-03-01T10:00:00Z"}),
            Some("2026-03-01"),
        ),
        (
            json!({"effectiveDateTime": null, "issued": "2026-04-01T10:00:00Z"}),
            Some("2026-04-01"),
        ),
        (json!({"issued": "2026-09-01T10:00:00Z"}), Some("2026-05-01")),
        (json!({"effectiveDateTime": "2025-13"}), None),
        (json!({"effectiveDateTime": null}), None),
    ] {
        let told = more.to_string();
        let more = with(more, json!({"valueInteger": 8}));
        let base = observation("k", LOINC, "29593-1", json!({"valueInteger": 8}));
        let mut resource = base;
        for (key, value) in more.as_object().unwrap() {
            resource = with(resource, json!({key.as_str(): value}));
        }
        if told.contains("\"effectiveDateTime\":null") {
            resource = with(resource, json!({"effectiveDateTime": null}));
        }
        let read = facts(&[resource]);
        let reading = &read.get(id("ki67")).readings().unwrap()[0];
        assert_eq!(
            reading.effective().map(|d| d.to_string()).as_deref(),
            date,
            "{told}"
        );
    }
}

#[test]
fn a_period_that_ends_after_the_day_of_evaluation_is_not_used() {
    for period in [
        json!({"start": "2026-01-01", "end": "2027-02-01"}),
        json!({"end": "2026-11-24"}),
        json!({"start": "2026-11-24"}),
    ] {
        let more = json!({"effectiveDateTime": null, "effectivePeriod": period, "valueInteger": 8});
        let read = facts(&[observation("k", LOINC, "29593-1", more)]);
        assert_eq!(short(read.get(id("ki67"))), "missing", "{period}");
        assert_eq!(read.get(id("ki67")).shown.len(), 1, "{period}");
    }
    let today =
        json!({"effectiveDateTime": null, "effectivePeriod": {"end": "2026-11-23"}, "valueInteger": 8});
    assert_eq!(one(id("ki67"), observation("k", LOINC, "29593-1", today)), "8");
}

#[test]
fn conditions_are_dated_by_recording_then_onset() {
    let read = |more| {
        let read = facts(&[condition("c", ICD, "C78.7", more)]);
        read.get(id("liver-metastases")).readings().unwrap()[0]
            .effective()
            .map(|d| d.to_string())
    };
    assert_eq!(
        read(json!({"onsetDateTime": "2020"})).as_deref(),
        Some("2026-04-01")
    );
    assert_eq!(
        read(json!({"recordedDate": null, "onsetDateTime": "2020"})).as_deref(),
        Some("2020")
    );
    assert_eq!(
        read(json!({"recordedDate": null, "onsetString": "last year"})),
        None
    );
}

#[test]
fn the_newest_reading_wins_and_a_later_one_than_today_is_set_aside() {
    let reading = |id: &str, date: &str, value: u32| {
        observation(
            id,
            LOINC,
            "29593-1",
            json!({"effectiveDateTime": date, "valueInteger": value}),
        )
    };
    let read = facts(&[
        reading("a", "2025-01-01", 2),
        reading("b", "2026-01-01", 8),
        reading("c", "2027-01-01", 30),
    ]);
    assert_eq!(short(read.get(id("ki67"))), "8");
    assert_eq!(read.get(id("ki67")).shown[0].reference, "Observation/c");
}

#[test]
fn scores_are_whole_numbers_in_any_form() {
    for (more, read) in [
        (json!({"valueInteger": 1}), "1"),
        (json!({"valueQuantity": {"value": 1, "unit": "{score}"}}), "1"),
        (json!({"valueString": "ECOG 1"}), "1"),
        (json!({"valueCodeableConcept": concept(LOINC, "LA9624-3")}), "2"),
        (json!({"valueInteger": 6}), "unreadable"),
        (json!({"valueQuantity": {"value": 1.5}}), "unreadable"),
    ] {
        let told = more.to_string();
        assert_eq!(
            one(id("ecog"), observation("e", LOINC, "89247-1", more)),
            read,
            "{told}"
        );
    }
    for (score, read) in [(0, "0"), (4, "4"), (5, "unreadable")] {
        let resource = observation("s", FACTS, "sstr-uptake", json!({"valueInteger": score}));
        assert_eq!(one(id("sstr-uptake"), resource), read);
    }
}

#[test]
fn karnofsky_is_converted_in_steps_of_ten() {
    for (karnofsky, ecog) in [
        (100, "0"),
        (90, "1"),
        (80, "1"),
        (70, "2"),
        (60, "2"),
        (50, "3"),
        (40, "3"),
        (30, "4"),
        (20, "4"),
        (10, "4"),
        (0, "5"),
        (85, "unreadable"),
        (110, "unreadable"),
        (-10, "unreadable"),
    ] {
        let resource = observation("e", LOINC, "89243-0", json!({"valueInteger": karnofsky}));
        assert_eq!(one(id("ecog"), resource), ecog, "{karnofsky}");
    }
}

#[test]
fn the_age_is_counted_to_the_day_of_evaluation() {
    for (birth, age) in [
        ("1971-11-23", "55"),
        ("1971-11-24", "54"),
        ("1971", "54-55"),
        ("1971-11", "54-55"),
        ("2025-02-30", "unreadable"),
        ("2027-01-01", "unreadable"),
    ] {
        let read = facts(&[with(
            patient(),
            json!({"birthDate": birth, "deceasedBoolean": true}),
        )]);
        assert_eq!(short(read.get(id("age"))), age, "{birth}");
    }
}

#[test]
fn markers_carry_the_laboratorys_range_and_verdict() {
    let v3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    let flag = |more: Json| {
        let quantity = json!({"valueQuantity": {"value": 150, "unit": "ng/mL", "code": "ng/mL", "system": "http://unitsofmeasure.org"}});
        let read = facts(&[observation("c", LOINC, "9811-1", with(quantity, more))]);
        read.get(id("chromogranin-a")).readings().unwrap()[0]
            .flag
            .map(|flag| flag.as_str())
    };
    assert_eq!(flag(json!({})), None);
    assert_eq!(flag(json!({"interpretation": [concept(v3, "H")]})), Some("high"));
    assert_eq!(flag(json!({"interpretation": [concept(v3, "A")]})), None);
    assert_eq!(
        flag(json!({"referenceRange": [{"high": {"value": 100, "unit": "ng/mL"}}]})),
        Some("high")
    );
    assert_eq!(
        flag(json!({"referenceRange": [{"high": {"value": 100}}]})),
        Some("high")
    );
    assert_eq!(flag(json!({"referenceRange": [{"text": "< 100"}]})), Some("high"));
    assert_eq!(
        flag(json!({"referenceRange": [{"high": {"value": 150, "unit": "ng/mL"}}]})),
        Some("normal")
    );
    assert_eq!(
        flag(json!({"referenceRange": [{"high": {"value": 100, "unit": "U/L"}}]})),
        None
    );
    assert_eq!(
        flag(json!({"referenceRange": [{"high": {"value": 100}}, {"high": {"value": 200}}]})),
        None
    );
}
