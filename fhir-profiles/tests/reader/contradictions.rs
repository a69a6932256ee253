//! Values that contradict themselves, dates that cannot be read, and categories with something behind them.

use crate::support::*;
use fhir_profiles::FactId;
use fhir_profiles::facts::Basis;
use serde_json::{Value as Json, json};

fn m(more: Json) -> fhir_profiles::Facts {
    facts(&[observation("m", SNOMED, "277208005", more)])
}

#[test]
fn a_category_with_a_doubt_behind_it_is_unreadable() {
    for text in [
        "M1 (ruled out)",
        "M1 (?)",
        "M1 (suspected)",
        "M1 [not confirmed]",
        "M0 (M1 cannot be excluded)",
    ] {
        let read = m(json!({"valueString": text}));
        assert_eq!(short(read.get(FactId::M)), "unreadable", "{text}");
        assert_eq!(
            short(read.get(FactId::ExtrahepaticMetastases)),
            "missing",
            "{text}"
        );
    }
    for (fact, code, text) in [
        (FactId::T, "78873005", "T1-4"),
        (FactId::T, "78873005", "pT3-4"),
        (FactId::N, "277206009", "N0-1"),
    ] {
        let resource = observation("t", SNOMED, code, json!({"valueCodeableConcept": {"text": text}}));
        assert_eq!(one(fact, resource), "unreadable", "{text}");
    }
}

#[test]
fn every_site_in_brackets_behind_m1_counts() {
    for (text, liver, elsewhere, nodes) in [
        ("M1 (HEP)", "present", "missing", "missing"),
        ("M1 (OSS, PER)", "missing", "present", "missing"),
        ("cM1 (HEP, OSS)", "present", "present", "missing"),
        ("M1 (HEP/LYM)", "present", "present", "present"),
        ("M1 (GEN)", "missing", "missing", "missing"),
    ] {
        let read = m(json!({"valueString": text}));
        let of = |fact| short(read.get(fact));
        assert_eq!(of(FactId::M), "M1", "{text}");
        assert_eq!(
            (
                of(FactId::LiverMetastases).as_str(),
                of(FactId::ExtrahepaticMetastases).as_str(),
                of(FactId::DistantLymphNodeMetastases).as_str()
            ),
            (liver, elsewhere, nodes),
            "{text}"
        );
    }
}

#[test]
fn the_prefix_of_a_category_may_be_an_extension_of_its_code() {
    let url = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/StructureDefinition/mii-ex-onko-tnm-cp-praefix";
    let category = |id: &str, prefix: &str, value: &str, date: &str| {
        let mut code = concept(SNOMED, "277208005");
        code["extension"] = json!([{"url": url,
            "valueCodeableConcept": concept("https://www.uicc.org/resources/tnm", prefix)}]);
        let value = concept("https://www.uicc.org/resources/tnm", value);
        observation(
            id,
            SNOMED,
            "277208005",
            json!({"code": code, "effectiveDateTime": date, "valueCodeableConcept": value}),
        )
    };
    let read = facts(&[
        category("a", "p", "M1", "2024-01-01"),
        category("b", "c", "M0", "2026-05-01"),
    ]);
    assert_eq!(short(read.get(FactId::M)), "M1");
    let basis = read.get(FactId::M).readings().unwrap()[0].basis;
    assert_eq!(basis, Basis::Pathological);
}

#[test]
fn a_code_and_a_text_that_differ_are_unreadable() {
    let coded = |system: &str, code: &str, text: &str| {
        let mut value = concept(system, code);
        value["text"] = json!(text);
        json!({"valueCodeableConcept": value})
    };
    for (fact, asked, value, read) in [
        (
            "gi-shunt",
            (FACTS, "gi-shunt"),
            coded(SNOMED, "52101004", "absent"),
            "unreadable",
        ),
        (
            "gi-shunt",
            (FACTS, "gi-shunt"),
            coded(SNOMED, "52101004", "Present"),
            "present",
        ),
        (
            "gi-shunt",
            (FACTS, "gi-shunt"),
            coded(SNOMED, "52101004", "see report"),
            "present",
        ),
        (
            "grade-recorded",
            (LOINC, "33732-9"),
            coded(SNOMED, "1663004", "NET G3"),
            "unreadable",
        ),
        (
            "grade-recorded",
            (LOINC, "33732-9"),
            coded(SNOMED, "1663004", "G3"),
            "unreadable",
        ),
        (
            "grade-recorded",
            (LOINC, "33732-9"),
            coded(SNOMED, "1663004", "NET G2"),
            "G2",
        ),
        (
            "t",
            (LOINC, "21905-5"),
            coded("http://cancerstaging.org", "cT1", "cT3"),
            "unreadable",
        ),
        (
            "t",
            (LOINC, "21905-5"),
            coded("http://cancerstaging.org", "cT1", "TX"),
            "unreadable",
        ),
        (
            "t",
            (LOINC, "21905-5"),
            coded("http://cancerstaging.org", "cT1", "T1a"),
            "T1",
        ),
        (
            "stage-recorded",
            (LOINC, "21908-9"),
            coded(SNOMED, "1222837003", "Stage IVB"),
            "IVB",
        ),
        (
            "stage-recorded",
            (LOINC, "21908-9"),
            coded(SNOMED, "1222837003", "Stage II"),
            "unreadable",
        ),
        (
            "differentiation",
            (FACTS, "differentiation"),
            coded(VALUES, "well", "poorly differentiated"),
            "unreadable",
        ),
        (
            "ecog",
            (LOINC, "89247-1"),
            coded(LOINC, "LA9622-7", "ECOG 3"),
            "unreadable",
        ),
        (
            "ecog",
            (LOINC, "89247-1"),
            coded(LOINC, "LA9622-7", "ECOG 0"),
            "0",
        ),
        (
            "ki67",
            (LOINC, "29593-1"),
            coded("urn:naaccr:3863", "XXX.4", "25 %"),
            "unreadable",
        ),
        (
            "ki67",
            (LOINC, "29593-1"),
            coded("urn:naaccr:3863", "XXX.4", "2 %"),
            "< 3",
        ),
    ] {
        let told = value.to_string();
        assert_eq!(
            one(id(fact), observation("o", asked.0, asked.1, value)),
            read,
            "{told}"
        );
    }
}

#[test]
fn a_unit_and_its_code_that_differ_are_unreadable() {
    let ucum = "http://unitsofmeasure.org";
    for (fact, unit, code, system, read) in [
        ("largest-liver-lesion", "mm", "cm", ucum, "unreadable"),
        ("largest-liver-lesion", "cm", "mm", "urn:local", "unreadable"),
        ("largest-liver-lesion", "MM", "mm", ucum, "3.5"),
        ("largest-liver-lesion", "millimetres", "mm", ucum, "3.5"),
        ("largest-liver-lesion", "mm", "258673006", SNOMED, "3.5"),
        ("glucagon", "pmol/L", "pg/mL", ucum, "unreadable"),
        ("glucagon", "pg/ml", "ng/L", ucum, "35"),
        ("mitoses", "/50 HPF", "/10.[HPF]", ucum, "unreadable"),
        ("mitoses", "/50 HPF", "1", ucum, "unreadable"),
        ("mitoses", "per 2 mm2", "/10{HPF}", ucum, "35"),
        ("mitoses", "/10 HPF", "1", ucum, "35"),
        ("ki67", "percent", "%", ucum, "35"),
        ("ki67", "mg/dL", "%", ucum, "unreadable"),
        ("chromogranin-a", "IU/L", "U/L", ucum, "35"),
    ] {
        let quantity = json!({"value": 35, "unit": unit, "code": code, "system": system});
        let resource = observation("o", FACTS, fact, json!({"valueQuantity": quantity}));
        assert_eq!(one(id(fact), resource), read, "{fact} {unit} {code}");
    }
}

#[test]
fn a_bare_denominator_is_one_of_a_percentage_only() {
    let ratio = |fact: &str, top: Json, bottom: Json| {
        let value = json!({"valueRatio": {"numerator": top, "denominator": bottom}});
        one(id(fact), observation("o", FACTS, fact, value))
    };
    let bare = |value: u32| json!({"value": value});
    let fields = json!({"value": 10, "unit": "HPF"});
    let mitoses = json!({"value": 25, "unit": "mitoses"});
    let cells = json!({"value": 100, "unit": "{cells}"});
    for (read, expected) in [
        (ratio("mitoses", bare(25), bare(10)), "unreadable"),
        (ratio("mitoses", mitoses, bare(10)), "unreadable"),
        (ratio("mitoses", bare(25), fields), "25"),
        (ratio("mitoses", bare(25), bare(1)), "25"),
        (ratio("liver-lesion-count", bare(4), bare(2)), "unreadable"),
        (ratio("ki67", bare(12), bare(100)), "12"),
        (ratio("ki67", bare(12), cells), "12"),
    ] {
        assert_eq!(read, expected);
    }
}

#[test]
fn a_date_that_cannot_be_read_neither_wins_nor_gives_way() {
    let reading = |id: &str, date: Json, value: Json| {
        observation(id, LOINC, "29593-1", with(with(date, json!({})), value))
    };
    let old = || {
        reading(
            "a",
            json!({"effectiveDateTime": "2025-01-01"}),
            json!({"valueInteger": 2}),
        )
    };
    let new = |date: Json| {
        let date = with(json!({"effectiveDateTime": null}), date);
        let read = facts(&[old(), reading("b", date, json!({"valueInteger": 30}))]);
        short(read.get(FactId::Ki67))
    };
    for (date, read) in [
        (json!({"effectiveDateTime": "2026-05-01 10:00:00"}), "30"),
        (json!({"effectiveDateTime": "20260501"}), "30"),
        (
            json!({"effectiveTiming": {"event": ["2024-05-01", "2026-05-01T10:00:00Z"]}}),
            "30",
        ),
        (
            json!({"effectiveTiming": {"repeat": {"boundsPeriod": {"end": "2026-05-01"}}}}),
            "30",
        ),
        (json!({"effectiveTiming": {"code": {"text": "weekly"}}}), "2|30"),
        (json!({"effectiveDateTime": "01.05.2026"}), "2|30"),
        (json!({"effectiveDateTime": "last week"}), "2|30"),
        (json!({}), "2"),
    ] {
        let told = date.to_string();
        let mut said: Vec<String> = new(date).split('|').map(str::to_owned).collect();
        said.sort();
        assert_eq!(said.join("|"), read, "{told}");
    }
    let unread = reading(
        "b",
        json!({"effectiveDateTime": "01.05.2026"}),
        json!({"valueString": "see report"}),
    );
    let read = facts(&[old(), unread]);
    assert_eq!(short(read.get(FactId::Ki67)), "unreadable");
}
