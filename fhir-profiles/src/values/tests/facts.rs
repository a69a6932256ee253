//! Tables of numbers and units in the unit of their fact.

use super::*;

/// Reads `number` (text with comparator or range, no unit) as `fact` in `unit`; `interval unit; note` or the reason.
fn read(fact: FactId, number: &str, unit: Option<&str>) -> String {
    let interval = number_from_text(number).unwrap().interval;
    match in_fact_unit(fact, interval, unit) {
        Ok(InFactUnit {
            interval,
            unit,
            notes,
        }) => {
            let mut text = interval.to_string();
            if let Some(unit) = unit {
                text = format!("{text} {unit}");
            }
            notes.iter().fold(text, |text, note| format!("{text}; {note}"))
        }
        Err(why) => format!("{why:?}"),
    }
}

fn check(fact: FactId, table: &[(&str, Option<&str>, &str)]) {
    for (number, unit, expected) in table {
        assert_eq!(&read(fact, number, *unit), expected, "{fact} {number} {unit:?}");
    }
}

#[test]
fn ki67_is_percent() {
    check(
        FactId::Ki67,
        &[
            ("3", Some("%"), "3 %"),
            ("20", Some("%"), "20 %"),
            ("0,5", Some("%"), "0.5 %"),
            ("0,12", Some("%"), "0.12 %"),
            ("< 3", Some("%"), "< 3 %"),
            ("8", Some("{%}"), "8 %"),
            ("8", Some("%{cells}"), "8 %"),
            ("8", Some("percent"), "8 %"),
            ("8", Some("Prozent"), "8 %"),
            ("8", Some("per cent"), "8 %"),
            ("100", Some("%"), "100 %"),
            ("101", Some("%"), "OutOfRange"),
            ("> 100", Some("%"), "OutOfRange"),
            ("90-110", Some("%"), "90-110 %"),
            ("-3", Some("%"), "OutOfRange"),
            ("< 0", Some("%"), "OutOfRange"),
            ("8", Some("cm"), "WrongUnit"),
            ("8", Some("{score}"), "WrongUnit"),
            ("8", Some("blob"), "UnknownUnit"),
            ("8", Some("/10 HPF"), "UnknownUnit"),
        ],
    );
}

#[test]
fn ki67_as_a_fraction_only_with_the_unit_one() {
    check(
        FactId::Ki67,
        &[
            ("0.12", Some("1"), "12 %; converted from the fraction 0.12"),
            ("0.03", Some("1"), "3 %; converted from the fraction 0.03"),
            ("< 0.03", Some("1"), "< 3 %; converted from the fraction < 0.03"),
            ("> 0.2", Some("1"), "> 20 %; converted from the fraction > 0.2"),
            ("0", Some("1"), "0 %; converted from the fraction 0"),
            ("1", Some("1"), "100 %; converted from the fraction 1"),
            ("12", Some("1"), "Ambiguous"),
            ("> 1", Some("1"), "Ambiguous"),
            ("0.5-3", Some("1"), "Ambiguous"),
        ],
    );
}

#[test]
fn a_bare_ki67_is_percent_unless_it_may_be_a_fraction() {
    let percent = "no unit recorded: read as percent";
    for (number, expected) in [
        ("8", "8 %"),
        ("1", "1 %"),
        ("0", "0 %"),
        ("< 3", "< 3 %"),
        ("> 20", "> 20 %"),
        ("> 1", "> 1 %"),
        ("0.5-3", "0.5-3 %"),
    ] {
        for unit in [None, Some(""), Some(" ")] {
            assert_eq!(
                read(FactId::Ki67, number, unit),
                format!("{expected}; {percent}"),
                "{number}"
            );
        }
    }
    check(
        FactId::Ki67,
        &[
            ("0.12", None, "Ambiguous"),
            ("0,99", None, "Ambiguous"),
            ("< 0.5", None, "Ambiguous"),
            ("< 1", None, "Ambiguous"),
            ("≤ 1", None, "Ambiguous"),
            ("0-1", None, "Ambiguous"),
            ("0.1-0.2", None, "Ambiguous"),
            ("> 0.2", None, "Ambiguous"),
            ("ca. 0.9", None, "Ambiguous"),
            ("101", None, "OutOfRange"),
        ],
    );
}

#[test]
fn other_percentages_need_their_unit() {
    for fact in [FactId::LiverInvolvement, FactId::ResectableFraction] {
        check(
            fact,
            &[
                ("75", Some("%"), "75 %"),
                ("> 90", Some("percent"), "> 90 %"),
                ("75", None, "MissingUnit"),
                ("75", Some(""), "MissingUnit"),
                ("0.75", Some("1"), "75 %; converted from the fraction 0.75"),
                ("75", Some("1"), "Ambiguous"),
                ("101", Some("%"), "OutOfRange"),
            ],
        );
    }
}

#[test]
fn mitoses_are_per_ten_fields() {
    let same = "recorded per 2 mm²: counts the same as per 10 HPF";
    let bare = "no denominator recorded: read as per 10 HPF";
    for (unit, expected) in [
        ("/10 HPF", "12 /10 HPF".to_owned()),
        ("/10HPF", "12 /10 HPF".to_owned()),
        ("/10{HPF}", "12 /10 HPF".to_owned()),
        ("/10.[HPF]", "12 /10 HPF".to_owned()),
        ("/(10.[HPF])", "12 /10 HPF".to_owned()),
        ("{#}/10{HPF}", "12 /10 HPF".to_owned()),
        ("{mitoses}/10.[HPF]", "12 /10 HPF".to_owned()),
        ("per 10 HPF", "12 /10 HPF".to_owned()),
        ("per 10 hpf", "12 /10 HPF".to_owned()),
        ("mitoses per 10 high-power fields", "12 /10 HPF".to_owned()),
        ("/2 mm2", format!("12 /10 HPF; {same}")),
        ("/2mm²", format!("12 /10 HPF; {same}")),
        ("/(2.mm2)", format!("12 /10 HPF; {same}")),
        ("/2.mm2", format!("12 /10 HPF; {same}")),
        ("per 2 mm2", format!("12 /10 HPF; {same}")),
        ("/mm2", "24 /10 HPF; converted from 12 /mm2".to_owned()),
        ("1/mm2", "24 /10 HPF; converted from 12 1/mm2".to_owned()),
        ("per mm2", "24 /10 HPF; converted from 12 per mm2".to_owned()),
        ("mm-2", "24 /10 HPF; converted from 12 mm-2".to_owned()),
        ("/50 HPF", "2.4 /10 HPF; converted from 12 /50 HPF".to_owned()),
        ("/50{HPF}", "2.4 /10 HPF; converted from 12 /50{HPF}".to_owned()),
        ("1", format!("12 /10 HPF; {bare}")),
        ("{#}", format!("12 /10 HPF; {bare}")),
        ("{mitoses}", format!("12 /10 HPF; {bare}")),
        ("", format!("12 /10 HPF; {bare}")),
        ("/[HPF]", "UnknownUnit".to_owned()),
        ("{#}/[HPF]", "UnknownUnit".to_owned()),
        ("/HPF", "UnknownUnit".to_owned()),
        ("/20 HPF", "UnknownUnit".to_owned()),
        ("/40 HPF", "UnknownUnit".to_owned()),
        ("/5 mm2", "UnknownUnit".to_owned()),
        ("/10 HPF (2 mm2)", "UnknownUnit".to_owned()),
        ("/99999999999 HPF", "UnknownUnit".to_owned()),
        ("%", "WrongUnit".to_owned()),
        ("{score}", "WrongUnit".to_owned()),
    ] {
        assert_eq!(read(FactId::Mitoses, "12", Some(unit)), expected, "{unit}");
    }
    check(
        FactId::Mitoses,
        &[
            ("< 1", Some("/mm2"), "< 2 /10 HPF; converted from < 1 /mm2"),
            (
                "> 100",
                Some("/50 HPF"),
                "> 20 /10 HPF; converted from > 100 /50 HPF",
            ),
            ("-1", Some("/10 HPF"), "OutOfRange"),
        ],
    );
}

#[test]
fn hormones_are_in_picograms_per_millilitre() {
    check(
        FactId::Glucagon,
        &[
            ("1000", Some("pg/mL"), "1000 pg/mL"),
            ("1000", Some("pg/ml"), "1000 pg/mL"),
            ("1000", Some("ng/L"), "1000 pg/mL"),
            ("> 1000", Some("ng/l"), "> 1000 pg/mL"),
            ("1", Some("ng/mL"), "1000 pg/mL; converted from 1 ng/mL"),
            ("1", Some("NG/ML"), "1000 pg/mL; converted from 1 NG/ML"),
            ("1", Some("ug/l"), "1000 pg/mL; converted from 1 ug/l"),
            ("1", Some("\u{b5}g/L"), "1000 pg/mL; converted from 1 \u{b5}g/L"),
            ("1", Some("\u{3bc}g/L"), "1000 pg/mL; converted from 1 \u{3bc}g/L"),
            ("1", Some("mcg/L"), "1000 pg/mL; converted from 1 mcg/L"),
            ("1000", Some("pg/L"), "1 pg/mL; converted from 1000 pg/L"),
            ("1", Some("ng/dL"), "10 pg/mL; converted from 1 ng/dL"),
            (
                "100",
                Some("pmol/L"),
                "348.27 pg/mL; converted from 100 pmol/L with 3482.7 g/mol",
            ),
            (
                "0.1",
                Some("nmol/l"),
                "348.27 pg/mL; converted from 0.1 nmol/l with 3482.7 g/mol",
            ),
            (
                "1",
                Some("pmol/mL"),
                "3482.7 pg/mL; converted from 1 pmol/mL with 3482.7 g/mol",
            ),
            ("1", Some("ng/mL{<b>}"), "1000 pg/mL; converted from 1 ng/mL"),
            ("1000", None, "MissingUnit"),
            ("1000", Some("mU/L"), "WrongUnit"),
            ("1000", Some("/L"), "WrongUnit"),
            ("1000", Some("PG/ML"), "WrongUnit"),
            ("1000", Some("negat"), "UnknownUnit"),
            ("-1", Some("pg/mL"), "OutOfRange"),
        ],
    );
    check(
        FactId::Vip,
        &[
            ("200", Some("ng/L"), "200 pg/mL"),
            (
                "100",
                Some("pmol/L"),
                "332.58 pg/mL; converted from 100 pmol/L with 3325.8 g/mol",
            ),
        ],
    );
}

#[test]
fn sizes_are_in_centimetres() {
    for fact in [FactId::TumourSize, FactId::LargestLiverLesion] {
        check(
            fact,
            &[
                ("2", Some("cm"), "2 cm"),
                ("20", Some("mm"), "2 cm; converted from 20 mm"),
                ("40", Some("mm"), "4 cm; converted from 40 mm"),
                ("< 20", Some("mm"), "< 2 cm; converted from < 20 mm"),
                ("20-40", Some("MM"), "2-4 cm; converted from 20-40 MM"),
                ("0.02", Some("m"), "2 cm; converted from 0.02 m"),
                ("1", Some("[in_i]"), "2.54 cm; converted from 1 [in_i]"),
                ("1", Some("inch"), "2.54 cm; converted from 1 inch"),
                ("2", Some("in"), "5.08 cm; converted from 2 in"),
                ("2", None, "MissingUnit"),
                ("2", Some("cm2"), "WrongUnit"),
                ("2", Some("g"), "WrongUnit"),
                ("-2", Some("cm"), "OutOfRange"),
            ],
        );
    }
}

#[test]
fn ages_are_in_years() {
    check(
        FactId::Age,
        &[
            ("55", Some("a"), "55 a"),
            ("55", Some("years"), "55 a"),
            ("55", Some("yrs"), "55 a"),
            ("55", Some("Jahre"), "55 a"),
            ("660", Some("mo"), "55 a; converted from 660 mo"),
            ("660", Some("months"), "55 a; converted from 660 months"),
            ("131", Some("a"), "OutOfRange"),
            ("55", None, "MissingUnit"),
        ],
    );
}

#[test]
fn counts_and_scores_have_no_unit() {
    for unit in [
        None,
        Some(""),
        Some("1"),
        Some("{#}"),
        Some("{count}"),
        Some("{score}"),
    ] {
        assert_eq!(read(FactId::Ecog, "2", unit), "2", "{unit:?}");
        assert_eq!(read(FactId::SstrUptake, "4", unit), "4", "{unit:?}");
        assert_eq!(read(FactId::LiverLesionCount, "7", unit), "7 {#}", "{unit:?}");
    }
    check(
        FactId::Ecog,
        &[
            ("0-1", None, "0-1"),
            ("5", None, "5"),
            ("6", None, "OutOfRange"),
            ("80", Some("1"), "OutOfRange"),
            ("1.5", None, "OutOfRange"),
            ("-1", None, "OutOfRange"),
            ("1", Some("%"), "WrongUnit"),
            ("1", Some("{10HPF}"), "WrongUnit"),
        ],
    );
    check(
        FactId::LiverLesionCount,
        &[
            ("3", Some("lesions"), "3 {#}"),
            ("> 10", None, "> 10 {#}"),
            ("2.5", None, "OutOfRange"),
            ("2", Some("cm"), "WrongUnit"),
            ("2", Some("blob"), "UnknownUnit"),
        ],
    );
}

#[test]
fn markers_keep_their_unit_tidied() {
    for (unit, expected) in [
        ("ng/mL", "93 ng/mL"),
        ("ng/ml", "93 ng/ml"),
        ("ng / mL", "93 ng/mL"),
        ("µg/L", "93 ug/L"),
        ("μg/l", "93 ug/l"),
        ("nmol/l", "93 nmol/l"),
        ("U/l", "93 U/l"),
        ("mU/L", "93 mU/L"),
        ("MU/L", "93 MU/L"),
        ("mIU/L", "93 m[IU]/L"),
        ("µIU/mL", "93 u[IU]/mL"),
        ("[arb'U]/L", "93 [arb'U]/L"),
        ("mg/24h", "93 mg/(24.h)"),
        ("µmol/24 h", "93 umol/(24.h)"),
        ("mg/(24.h)", "93 mg/(24.h)"),
        ("mg/day", "93 mg/d"),
        ("mg/g creat", "93 mg/g{creat}"),
        ("MIU/L", "UnknownUnit"),
        ("arvio", "UnknownUnit"),
        ("negat", "UnknownUnit"),
        ("mmo/l", "UnknownUnit"),
    ] {
        assert_eq!(read(FactId::Hiaa, "93", Some(unit)), expected, "{unit}");
    }
    assert_eq!(read(FactId::ChromograninA, "93", None), "MissingUnit");
    assert_eq!(read(FactId::ChromograninA, "-93", Some("ng/mL")), "OutOfRange");
}

#[test]
fn facts_that_are_no_numbers_take_none() {
    assert_eq!(read(FactId::Differentiation, "2", None), "WrongUnit");
    assert_eq!(read(FactId::Diabetes, "1", Some("1")), "WrongUnit");
}

#[test]
fn conversion_between_units() {
    for (number, from, to, expected) in [
        ("20", "mm", "cm", Some("2")),
        ("1", "ng/mL", "pg/mL", Some("1000")),
        ("1000", "ng/L", "pg/mL", Some("1000")),
        ("93", "ng/mL", "ug/L", Some("93")),
        ("93", "ng/mL", "µg/l", Some("93")),
        ("24", "mo", "a", Some("2")),
        ("8", "mg/(24.h)", "mg/d", Some("8")),
        ("1", "mIU/L", "u[IU]/mL", Some("1")),
        ("1", "U/L", "kU/L", Some("0.001")),
        ("< 100", "ng/mL", "ng/dL", Some("< 10000")),
        ("3", "blob", "blob", Some("3")),
        ("3", "blob", "ng/mL", None),
        ("3", "nmol/L", "ng/mL", None),
        ("3", "pmol/L", "/L", None),
        ("3", "mol", "%", None),
        ("3", "U/L", "[IU]/L", None),
        ("3", "[IU]/L", "[arb'U]/L", None),
        ("3", "eq/L", "mol/L", None),
        ("37", "Cel", "K", None),
        ("37", "Cel", "Cel", Some("37")),
        ("3", "ng/mL", "cm", None),
        ("3", "", "cm", None),
    ] {
        let interval = number_from_text(number).unwrap().interval;
        assert_eq!(
            convert(interval, from, to).map(|interval| interval.to_string()),
            expected.map(str::to_owned),
            "{number} {from} -> {to}"
        );
    }
    let tiny = Interval::exactly(d("0.0000000000000000000000000001"));
    assert_eq!(convert(tiny, "pg", "kg"), None);
    assert_eq!(convert(Interval::exactly(Decimal::MAX), "kg", "pg"), None);
}

#[test]
fn every_reason_has_its_own_words() {
    let texts: std::collections::BTreeSet<&str> = [
        Why::NoNumber,
        Why::UnknownUnit,
        Why::WrongUnit,
        Why::MissingUnit,
        Why::OutOfRange,
        Why::Ambiguous,
    ]
    .into_iter()
    .map(Why::text)
    .collect();
    assert_eq!(texts.len(), 6);
    assert!(APPROXIMATE_NOTE.contains("20 %"));
}
