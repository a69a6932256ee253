//! Exact decimals and FHIR comparators.

use crate::interval::Interval;
use rust_decimal::Decimal;

/// Exact decimal text as in FHIR JSON (`8`, `8.0`, `1e1`, `-3`); `None` beyond 28 digits.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let (body, exponent) = match text.split_once(['e', 'E']) {
        Some((body, exponent)) => (body, signed(exponent)?),
        None => (text, 0),
    };
    let (negative, body) = match body.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    let (whole, fraction) = match body.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return None,
        None => (body, ""),
    };
    if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let mut digits = digits.trim_start_matches('0');
    let mut scale = i64::try_from(fraction.len()).ok()? - exponent;
    if digits.is_empty() {
        // Zero, whatever its exponent; as many decimals as can be kept.
        return Decimal::try_from_i128_with_scale(0, u32::try_from(scale.clamp(0, 28)).ok()?).ok();
    }
    // Trailing zeros are dropped only where they would not fit.
    while (scale > 28 || digits.len() > 28)
        && scale > 0
        && let Some(shorter) = digits.strip_suffix('0')
    {
        digits = shorter;
        scale -= 1;
    }
    let zeros = usize::try_from(-scale.min(0)).ok()?;
    if digits.len().checked_add(zeros)? > 28 {
        return None;
    }
    let mut number: i128 = digits.parse().ok()?;
    number = number.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
    let number = if negative { -number } else { number };
    Decimal::try_from_i128_with_scale(number, u32::try_from(scale.max(0)).ok()?).ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An exponent; more than four digits can be no number of ours.
fn signed(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) || digits.len() > 4 {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

/// A number with its FHIR comparator as an interval, and whether it is approximate (then ± 20 %).
///
/// The illegal comparator `=` of converted HL7 v2 messages is exact. `None` for a comparator that cannot be read,
/// such as `<>`, and for `ad`, which says how much is needed and not how much there is.
pub(crate) fn with_comparator(value: Decimal, comparator: Option<&str>) -> Option<(Interval, bool)> {
    let interval = match comparator.map(str::trim) {
        None | Some("=") => Interval::exactly(value),
        Some("<") => Interval::below(value),
        Some("<=") => Interval::up_to(value),
        Some(">=") => Interval::from(value),
        Some(">") => Interval::above(value),
        Some("~") => return Some((about(value)?, true)),
        Some(_) => return None,
    };
    Some((interval, false))
}

/// The number ± 20 %, both ends included.
pub(super) fn about(value: Decimal) -> Option<Interval> {
    let less = value.checked_mul(Decimal::new(8, 1))?.normalize();
    let more = value.checked_mul(Decimal::new(12, 1))?.normalize();
    Interval::between(less.min(more), less.max(more))
}
