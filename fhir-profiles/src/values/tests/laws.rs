//! Laws that hold for every number, text and unit.

use super::*;
use crate::interval::Bound;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = Decimal> {
    (-999_999_999_i64..=999_999_999, 0_u32..=9).prop_map(|(n, scale)| Decimal::new(n, scale))
}

/// Not three decimals: those may be thousands in text.
fn written() -> impl Strategy<Value = Decimal> {
    (0_i64..=9_999_999, 0_u32..=2).prop_map(|(n, scale)| Decimal::new(n, scale))
}

/// Pieces that numbers are made of, so that strings come near what is read.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<"),
        Just("≥"),
        Just("ca. "),
        Just("to"),
        Just("-"),
        Just("–"),
        Just(" "),
        Just("8"),
        Just("0,5"),
        Just("1.5"),
        Just("%"),
        Just("/10 HPF"),
        Just("per "),
        Just("mm"),
        Just("mm2"),
        Just("µg"),
        Just("/"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("("),
        Just("10*"),
        Just("2147483648"),
        Just("é"),
        Just("über "),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn any_unit() -> impl Strategy<Value = String> {
    prop_oneof![nearly(), any::<String>(), "[a-zA-Z0-9%/.*\\[\\]{}()'^+-]{0,12}"]
}

proptest! {
    #[test]
    fn no_text_panics(text in prop_oneof![nearly(), any::<String>()], unit in any_unit()) {
        let _ = decimal(&text);
        let _ = with_comparator(Decimal::MAX, Some(&text));
        let interval = number_from_text(&text).map_or(Interval::exactly(Decimal::MAX), |read| read.interval);
        for fact in FactId::ALL {
            let _ = in_fact_unit(*fact, interval, Some(&unit));
        }
        let _ = convert(interval, &unit, "pg/mL");
        let _ = convert(interval, "mm", &unit);
    }

    #[test]
    fn decimals_print_and_parse(value in number()) {
        prop_assert_eq!(decimal(&value.to_string()), Some(value));
    }

    #[test]
    fn intervals_print_and_parse(a in written(), b in written(), ends in any::<[bool; 4]>()) {
        let end = |value, bounded: bool, inclusive| bounded.then_some(Bound { value, inclusive });
        let [low, low_included, high, high_included] = ends;
        if let Some(interval) = Interval::new(end(a.min(b), low, low_included), end(a.max(b), high, high_included))
            && (low || high)
        {
            let read = number_from_text(&format!("{interval} %"));
            prop_assert_eq!(read.map(|read| (read.interval.to_string(), read.unit)),
                Some((interval.to_string(), Some("%".to_owned()))));
        }
    }

    #[test]
    fn millimetres_keep_their_order_and_their_value(a in number(), b in number()) {
        let cm = |value| convert(Interval::exactly(value), "mm", "cm").unwrap().as_exact().unwrap();
        prop_assert_eq!(cm(a) * Decimal::TEN, a);
        prop_assert_eq!(a.cmp(&b), cm(a).cmp(&cm(b)));
    }

    #[test]
    fn ranges_hold_both_ends(a in written(), b in written()) {
        let (low, high) = (a.min(b), a.max(b));
        let range = number_from_text(&format!("{low}-{high}")).unwrap().interval;
        for value in [low, high] {
            let exact = Interval::exactly(value);
            prop_assert_eq!(range.intersection(&exact), Some(exact));
        }
    }

    #[test]
    fn approximate_values_hold_the_value(a in written()) {
        let read = number_from_text(&format!("ca. {a}")).unwrap();
        prop_assert!(read.approximate);
        prop_assert!(read.interval.intersection(&Interval::exactly(a)).is_some());
    }
}
