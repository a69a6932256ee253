//! Tables of numbers as charts write them.

mod facts;
mod laws;

use super::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// `interval|unit|~` of a text, or `-`.
fn shown(text: &str) -> String {
    match number_from_text(text) {
        None => "-".into(),
        Some(TextNumber {
            interval,
            unit,
            approximate,
        }) => format!(
            "{interval}|{}{}",
            unit.unwrap_or_default(),
            if approximate { "|~" } else { "" }
        ),
    }
}

#[test]
fn texts_that_are_understood() {
    let table = [
        ("8", "8|"),
        (" 8 ", "8|"),
        ("8 %", "8|%"),
        ("8%", "8|%"),
        ("8\u{a0}%", "8|%"),
        ("8 percent", "8|percent"),
        ("8 Prozent", "8|Prozent"),
        ("8 % of cells", "8|% of cells"),
        ("<3%", "< 3|%"),
        ("< 8.0", "< 8|"),
        ("< 32.0", "< 32|"),
        ("≤ 2", "≤ 2|"),
        ("<=2", "≤ 2|"),
        (">=20", "≥ 20|"),
        ("≥ 20 %", "≥ 20|%"),
        (">20", "> 20|"),
        ("> 20 %", "> 20|%"),
        ("=8", "8|"),
        ("3-5 %", "3-5|%"),
        ("3 - 5 %", "3-5|%"),
        ("3–20 %", "3-20|%"),
        ("3—20%", "3-20|%"),
        ("3 to 5 %", "3-5|%"),
        ("3 bis 5 %", "3-5|%"),
        ("3 % - 5 %", "3-5|%"),
        ("> 3 to ≤ 5 %", "> 3 to ≤ 5|%"),
        ("2,5-3,5 cm", "2.5-3.5|cm"),
        ("ca. 15 %", "12-18|%|~"),
        ("ca 15", "12-18||~"),
        ("Circa 15 %", "12-18|%|~"),
        ("about 10 %", "8-12|%|~"),
        ("approx. 10%", "8-12|%|~"),
        ("~15", "12-18||~"),
        ("0,5 %", "0.5|%"),
        ("0.5 %", "0.5|%"),
        ("0,125", "0.125|"),
        ("1,5 cm", "1.5|cm"),
        ("2/10 HPF", "2|/10 HPF"),
        ("1/50 HPF", "1|/50 HPF"),
        ("12 /50 HPF", "12|/50 HPF"),
        ("1.5 per 10 HPF", "1.5|per 10 HPF"),
        ("<2/10 HPF", "< 2|/10 HPF"),
        ("0-1 per 10 HPF", "0-1|per 10 HPF"),
        ("3 per mm2", "3|per mm2"),
        ("3/mm²", "3|/mm²"),
        (
            "4 mitoses per 10 high-power fields",
            "4|mitoses per 10 high-power fields",
        ),
        ("up to 8%", "≤ 8|%"),
        ("bis 5 %", "≤ 5|%"),
        ("less than 3 %", "< 3|%"),
        ("greater than 20 %", "> 20|%"),
        ("GT 45", "> 45|"),
        ("at least 20 %", "≥ 20|%"),
        ("über 20 %", "> 20|%"),
        ("Unter 3 %", "< 3|%"),
        ("2 cm", "2|cm"),
        ("35mm", "35|mm"),
        ("1200 pg/mL", "1200|pg/mL"),
        ("0.8 µg/L", "0.8|µg/L"),
        ("3 lesions", "3|lesions"),
        ("-3 %", "-3|%"),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn texts_that_are_not_understood_in_full() {
    for text in [
        "",
        " ",
        ".",
        "%",
        "++",
        "volgt",
        "zie commentaar",
        "Niet uitgevoerd",
        "see comment",
        "pending",
        "5% (hot spot 12%)",
        "8 9",
        "8 see comment",
        "8 % or 12 %",
        "8 %, hot spot 12 %",
        "<",
        "< %",
        "<<3",
        "<3-5 %",
        ">3-5 %",
        "5-3 %",
        "3-",
        "3 mm - 2 cm",
        "3%-5",
        "3 cm-5",
        "2 x 3 cm",
        "a^-^b",
        "1^-^2",
        "1^:^2",
        "1:2",
        "2/10",
        "1/2",
        "012",
        "1,000",
        "1.000",
        "12,345 pg/mL",
        "1'000",
        "1.2.3",
        "2024-05",
        "12/05/2024",
        "XXX.4",
        "12 H",
        "12 L",
        "not 8 %",
        "no liver metastases",
        "ca. < 5 %",
        "ca. 3-5 %",
        "up to about 8 %",
        "15 ± 3 %",
        "upto8",
        "8 (%)",
        "٣ %",
        "99999999999999999999999999999",
    ] {
        assert_eq!(shown(text), "-", "{text:?}");
    }
    assert_eq!(number_from_text(&"8".repeat(10_000)), None);
}

#[test]
fn decimals_are_exact() {
    for (text, expected) in [
        ("8", Some("8")),
        ("8.0", Some("8.0")),
        ("3.00", Some("3.00")),
        ("0", Some("0")),
        ("0.0", Some("0.0")),
        ("-0", Some("0")),
        ("1e1", Some("10")),
        ("1E+2", Some("100")),
        ("25e-1", Some("2.5")),
        ("1.50e1", Some("15.0")),
        ("-3", Some("-3")),
        ("-3.5", Some("-3.5")),
        (
            "1234567890123456789012345678",
            Some("1234567890123456789012345678"),
        ),
        ("1e27", Some("1000000000000000000000000000")),
        ("1e-28", Some("0.0000000000000000000000000001")),
        (
            "2.0000000000000000000000000000000",
            Some("2.000000000000000000000000000"),
        ),
        ("12345678901234567890123456789", None),
        ("1e28", None),
        ("1e-29", None),
        ("1e99999999999", None),
        ("", None),
        ("-", None),
        ("+3", None),
        (".5", None),
        ("5.", None),
        ("08", None),
        ("1e", None),
        ("1e1.5", None),
        ("NaN", None),
        ("8 ", None),
        ("1,5", None),
    ] {
        assert_eq!(
            decimal(text).map(|value| value.to_string()),
            expected.map(str::to_owned),
            "{text:?}"
        );
    }
}

#[test]
fn comparators() {
    for (comparator, expected) in [
        (None, Some(("8", false))),
        (Some("<"), Some(("< 8", false))),
        (Some("<="), Some(("≤ 8", false))),
        (Some(">="), Some(("≥ 8", false))),
        (Some(">"), Some(("> 8", false))),
        (Some("> "), Some(("> 8", false))),
        (Some("="), Some(("8", false))),
        (Some("~"), Some(("6.4-9.6", true))),
        (Some("ad"), None),
        (Some("<>"), None),
        (Some(""), None),
        (Some("lt"), None),
    ] {
        let read = with_comparator(d("8"), comparator);
        let read = read.map(|(interval, approximate)| (interval.to_string(), approximate));
        assert_eq!(
            read,
            expected.map(|(text, approximate)| (text.to_owned(), approximate)),
            "{comparator:?}"
        );
    }
    assert_eq!(
        with_comparator(d("-10"), Some("~")).unwrap().0,
        Interval::between(d("-12"), d("-8")).unwrap()
    );
    assert_eq!(with_comparator(Decimal::MAX, Some("~")), None);
}
