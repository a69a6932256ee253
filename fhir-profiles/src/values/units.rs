//! Units as written, brought to UCUM, and exact conversion between UCUM units.

use super::found::Why;
use super::mitoses;
use crate::interval::{Bound, Interval};
use octofhir_ucum::{Case, EvalResult, Number, UnitExpr, evaluate, lookup_unit, parse_expression};
use rust_decimal::{Decimal, RoundingStrategy};

/// Longer texts are no units.
const LONGEST: usize = 64;

/// Whole units that are words, in any case, without blanks.
const WORDS: &[(&str, &str)] = &[
    ("y", "a"),
    ("yr", "a"),
    ("yrs", "a"),
    ("year", "a"),
    ("years", "a"),
    ("jahr", "a"),
    ("jahre", "a"),
    ("month", "mo"),
    ("months", "mo"),
    ("monat", "mo"),
    ("monate", "mo"),
    ("week", "wk"),
    ("weeks", "wk"),
    ("day", "d"),
    ("days", "d"),
    ("in", "[in_i]"),
    ("inch", "[in_i]"),
    ("inches", "[in_i]"),
    ("millimeter", "mm"),
    ("millimetre", "mm"),
    ("millimeters", "mm"),
    ("millimetres", "mm"),
    ("centimeter", "cm"),
    ("centimetre", "cm"),
    ("centimeters", "cm"),
    ("centimetres", "cm"),
    ("zentimeter", "cm"),
];

/// Parts of a quotient that are no UCUM as they stand; in this case only, for `mIU` and `MIU` differ.
const EXACT_PARTS: &[(&str, &str)] = &[
    ("IU", "[IU]"),
    ("iu", "[IU]"),
    ("IE", "[IU]"),
    ("nIU", "n[IU]"),
    ("uIU", "u[IU]"),
    ("mIU", "m[IU]"),
    ("kIU", "k[IU]"),
    ("uIE", "u[IU]"),
    ("mIE", "m[IU]"),
    ("kIE", "k[IU]"),
];

/// Parts of a quotient that are no UCUM as they stand, in any case.
const FOLDED_PARTS: &[(&str, &str)] = &[
    ("mcg", "ug"),
    ("mcmol", "umol"),
    ("cc", "mL"),
    ("24h", "(24.h)"),
    ("24hr", "(24.h)"),
    ("24hrs", "(24.h)"),
    ("24std", "(24.h)"),
    ("day", "d"),
    ("tag", "d"),
    ("gcrea", "g{creat}"),
    ("gcreat", "g{creat}"),
    ("gcreatinine", "g{creat}"),
    ("gkreatinin", "g{creat}"),
    ("molcrea", "mol{creat}"),
    ("molcreat", "mol{creat}"),
    ("molcreatinine", "mol{creat}"),
    ("molkreatinin", "mol{creat}"),
    ("mmolcreat", "mmol{creat}"),
    ("arb'u", "[arb'U]"),
    ("arb.u", "[arb'U]"),
    ("arb.u.", "[arb'U]"),
    ("arbu", "[arb'U]"),
];

/// Parts that old systems write in capitals throughout (`NG/ML`). Only what cannot be taken for something else.
const CAPITAL_PARTS: &[(&str, &str)] = &[
    ("NG", "ng"),
    ("UG", "ug"),
    ("MCG", "ug"),
    ("MG", "mg"),
    ("PG", "pg"),
    ("PMOL", "pmol"),
    ("NMOL", "nmol"),
    ("UMOL", "umol"),
    ("MMOL", "mmol"),
    ("L", "L"),
    ("DL", "dL"),
    ("ML", "mL"),
    ("24H", "(24.h)"),
    ("24HR", "(24.h)"),
    ("24HRS", "(24.h)"),
    ("MM", "mm"),
    ("CM", "cm"),
];

const PERCENT: &[&str] = &[
    "%",
    "percent",
    "percentage",
    "pct",
    "pct.",
    "prozent",
    "procent",
    "%ofcells",
    "%ofthecells",
    "%oftumourcells",
    "%oftumorcells",
    "%cells",
    "%positive",
    "%positivecells",
    "%pos",
    "%pos.",
    "%positivetumourcells",
    "%positivetumorcells",
    "%tumorzellen",
    "%dertumorzellen",
    "percents",
    "percentpositive",
    "percentofcells",
    "/100cells",
    "/100tumourcells",
    "/100tumorcells",
    "cells/100cells",
    "nuclei/100nuclei",
    "positivecells/100cells",
    "tumourcells/100tumourcells",
    "tumorcells/100tumorcells",
    "zellen/100zellen",
    "tumorzellen/100tumorzellen",
    "10*-2",
];

/// Words for a pure number, with or without braces. A list, as `{10HPF}` and `{SUV}` are braces too.
const COUNTS: &[&str] = &[
    "1",
    "#",
    "count",
    "counts",
    "number",
    "score",
    "scoreof",
    "point",
    "points",
    "punkt",
    "punkte",
    "grade",
    "ecog",
    "krenning",
    "lesion",
    "lesions",
    "metastasis",
    "metastases",
    "metastasen",
    "nodule",
    "nodules",
];

/// The text as UCUM: as it stands if it is valid, else by what is known of other spellings; `None` if neither.
pub(super) fn tidy(unit: &str) -> Option<String> {
    let unit = unit.trim();
    if unit.is_empty() || unit.len() > LONGEST {
        return None;
    }
    if Unit::parse(unit).is_some() {
        return Some(unit.to_owned());
    }
    if is_percent(unit) {
        return Some("%".to_owned());
    }
    let compact: String = unit
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            'µ' | 'μ' => 'u',
            '²' => '2',
            '³' => '3',
            '∕' | '⁄' => '/',
            other => other,
        })
        .collect();
    if Unit::parse(&compact).is_some() {
        return Some(compact);
    }
    let lower = compact.to_lowercase();
    if let Some(word) = find(WORDS, &lower) {
        return Some(word.to_owned());
    }
    let capitals = !compact.chars().any(char::is_lowercase);
    let parts: Option<Vec<&str>> = compact
        .split('/')
        .map(|part| {
            if capitals && let Some(ucum) = find(CAPITAL_PARTS, part) {
                return Some(ucum);
            }
            find(EXACT_PARTS, part)
                .or_else(|| find(FOLDED_PARTS, &part.to_lowercase()))
                .or_else(|| (part.is_empty() || Unit::parse(part).is_some()).then_some(part))
        })
        .collect();
    let joined = parts?.join("/");
    Unit::parse(&joined).is_some().then_some(joined)
}

fn find(table: &'static [(&str, &str)], key: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(written, _)| *written == key)
        .map(|(_, ucum)| *ucum)
}

/// Whether the unit is percent, however it is written (`%`, `{%}`, `%{cells}`, `Prozent`).
pub(super) fn is_percent(unit: &str) -> bool {
    if unit.len() > LONGEST {
        return false;
    }
    let plain = plain(unit);
    PERCENT.contains(&plain.as_str())
        || matches!(
            parse_expression(unit.trim()),
            Ok(UnitExpr::Annotated(inner, _)) if *inner == UnitExpr::Symbol("%".to_owned())
        )
}

/// The unit without `{...}`, which may hold any text: what is left of a unit that could be read is our vocabulary.
pub(crate) fn without_annotations(unit: &str) -> String {
    let mut depth = 0_u32;
    unit.chars()
        .filter(|c| {
            match c {
                '{' => depth += 1,
                '}' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Whether the unit says that the number is a pure count or score (`1`, `{#}`, `{score}`, `lesions`).
pub(super) fn is_count(unit: &str) -> bool {
    unit.len() <= LONGEST && COUNTS.contains(&plain(unit).as_str())
}

fn plain(unit: &str) -> String {
    unit.chars()
        .filter(|c| !c.is_whitespace() && *c != '{' && *c != '}')
        .collect::<String>()
        .to_lowercase()
}

/// A valid UCUM unit.
struct Unit {
    value: EvalResult,
    counted: [i32; COUNTED],
}

/// UCUM calls amounts of substance and fields of view plain numbers; a clinician does not.
const COUNTED: usize = 4;

impl Unit {
    fn parse(ucum: &str) -> Option<Self> {
        let expression = parse_expression(ucum).ok()?;
        let value = evaluate(&expression).ok()?;
        let mut counted = [0; COUNTED];
        count_atoms(&expression, 1, &mut counted);
        Some(Self { value, counted })
    }

    fn measures_the_same(&self, other: &Self) -> bool {
        self.value.special.is_none()
            && other.value.special.is_none()
            && self.value.is_commensurable(&other.value)
            && self.counted == other.counted
    }
}

fn count_atoms(expression: &UnitExpr, exponent: i32, counted: &mut [i32; COUNTED]) {
    match expression {
        UnitExpr::Symbol(symbol) => {
            let Some((_, atom)) = lookup_unit(symbol, Case::Sensitive) else {
                return;
            };
            let place = match atom.code {
                // The katal and the enzyme unit are amounts per time.
                "mol" | "kat" | "U" => 0,
                "eq" => 1,
                "osm" => 2,
                "[HPF]" | "[LPF]" => 3,
                _ => return,
            };
            if let Some(count) = counted.get_mut(place) {
                *count = count.saturating_add(exponent);
            }
        }
        UnitExpr::Power(inner, power) => {
            count_atoms(inner, exponent.saturating_mul(*power), counted);
        }
        UnitExpr::Annotated(inner, _) => count_atoms(inner, exponent, counted),
        UnitExpr::Product(terms) => {
            for term in terms {
                count_atoms(term, exponent, counted);
            }
        }
        UnitExpr::Quotient(above, below) => {
            count_atoms(above, exponent, counted);
            count_atoms(below, exponent.saturating_neg(), counted);
        }
        UnitExpr::Reciprocal(inner) => count_atoms(inner, exponent.saturating_neg(), counted),
        UnitExpr::Numeric(_) | UnitExpr::Annotation(_) => {}
    }
}

/// Whether two UCUM units measure the same kind of quantity.
pub(super) fn commensurable(a: &str, b: &str) -> bool {
    match (Unit::parse(a), Unit::parse(b)) {
        (Some(a), Some(b)) => a.measures_the_same(&b),
        _ => false,
    }
}

/// Whether two ways to write one unit are both known and mean different things. Arbitrary units are told apart by no
/// laboratory (`IU/L` shown, `U/L` coded).
pub(crate) fn contradict(shown: &str, code: &str) -> bool {
    let folded = |unit: &str| unit.split_whitespace().collect::<String>().to_lowercase();
    if folded(shown) == folded(code)
        || is_percent(shown) && is_percent(code)
        || is_count(shown) && is_count(code)
    {
        return false;
    }
    if let (Some(shown), Some(code)) = (mitoses::per(shown), mitoses::per(code)) {
        return shown.normal() != code.normal();
    }
    let known = |unit: &str| {
        // A code of digits is of another system, such as SNOMED CT, although UCUM could read it as a number.
        if unit.len() > 2 && unit.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let plain = tidy(unit)?.replace("[IU]", "U").replace("[arb'U]", "U");
        Unit::parse(&plain)
    };
    match (known(shown), known(code)) {
        (Some(shown), Some(code)) => {
            !shown.measures_the_same(&code) || shown.value.factor != code.value.factor
        }
        _ => false,
    }
}

/// Converts between two units of one dimension, exactly where the result has a finite decimal form; `None` if that is
/// impossible. Molar and mass units are different dimensions here, and special scales (temperature, pH) are not
/// converted. A unit that is not known converts to itself only.
pub(crate) fn convert(interval: Interval, from: &str, to: &str) -> Option<Interval> {
    if from.trim() == to.trim() {
        return Some(interval);
    }
    let (from, to) = (tidy(from)?, tidy(to)?);
    if from == to {
        return Some(interval);
    }
    let (from, to) = (Unit::parse(&from)?, Unit::parse(&to)?);
    if !from.measures_the_same(&to) {
        return None;
    }
    if from.value.factor == to.value.factor {
        return Some(interval);
    }
    let end = |bound: Option<Bound>| -> Option<Option<Bound>> {
        match bound {
            None => Some(None),
            // Multiplied first and divided last: 24 months are 2 years, but a month is no finite part of a year.
            Some(Bound { value, inclusive }) => {
                let number = Number::parse(&value.to_string())?
                    .checked_mul(from.value.factor)?
                    .checked_div(to.value.factor)?;
                Some(Some(Bound {
                    value: to_decimal(number)?,
                    inclusive,
                }))
            }
        }
    };
    Interval::new(end(interval.low())?, end(interval.high())?)
}

/// To 24 significant digits, which drops the rounding noise of factors such as a third.
fn to_decimal(number: Number) -> Option<Decimal> {
    let (digits, exponent) = number.to_integer_and_exponent();
    let rounded = Decimal::try_from_i128_with_scale(digits, 0)
        .ok()?
        .round_sf_with_strategy(24, RoundingStrategy::MidpointAwayFromZero)?;
    if exponent >= 0 {
        let power = 10_i128.checked_pow(u32::try_from(exponent).ok()?)?;
        return rounded.checked_mul(Decimal::try_from_i128_with_scale(power, 0).ok()?);
    }
    let mut scale = exponent.unsigned_abs();
    let mut mantissa = rounded.normalize().mantissa();
    while scale > Decimal::MAX_SCALE && mantissa != 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if mantissa == 0 && digits != 0 {
        return None;
    }
    let value = Decimal::try_from_i128_with_scale(mantissa, scale).ok()?;
    Some(value.normalize())
}

/// A unit that does not fit: known for something else, or not known at all.
pub(super) fn not_this(unit: &str) -> Why {
    if tidy(unit).is_some() || is_percent(unit) {
        Why::WrongUnit
    } else {
        Why::UnknownUnit
    }
}
