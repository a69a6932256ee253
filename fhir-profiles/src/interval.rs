//! Intervals of real numbers with open or closed ends: every number of a chart is one.

use rust_decimal::Decimal;
use std::fmt;

/// One end of an [`Interval`]: the number and whether it belongs to the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The limit itself.
    pub value: Decimal,
    /// Whether the limit belongs to the interval.
    pub inclusive: bool,
}

/// A non-empty interval of real numbers; a missing end is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    low: Option<Bound>,
    high: Option<Bound>,
}

impl Interval {
    /// The interval between two optional ends, or `None` if no number lies in it.
    pub fn new(low: Option<Bound>, high: Option<Bound>) -> Option<Self> {
        if let (Some(l), Some(h)) = (low, high)
            && (l.value > h.value || (l.value == h.value && !(l.inclusive && h.inclusive)))
        {
            return None;
        }
        Some(Self { low, high })
    }

    /// Exactly one number.
    pub fn exactly(value: Decimal) -> Self {
        let end = Some(Bound {
            value,
            inclusive: true,
        });
        Self { low: end, high: end }
    }

    /// From `low` to `high`, both included; `None` if `low > high`.
    pub fn between(low: Decimal, high: Decimal) -> Option<Self> {
        Self::new(
            Some(Bound {
                value: low,
                inclusive: true,
            }),
            Some(Bound {
                value: high,
                inclusive: true,
            }),
        )
    }

    /// All numbers `< value`.
    pub fn below(value: Decimal) -> Self {
        Self {
            low: None,
            high: Some(Bound {
                value,
                inclusive: false,
            }),
        }
    }

    /// All numbers `<= value`.
    pub fn up_to(value: Decimal) -> Self {
        Self {
            low: None,
            high: Some(Bound {
                value,
                inclusive: true,
            }),
        }
    }

    /// All numbers `> value`.
    pub fn above(value: Decimal) -> Self {
        Self {
            low: Some(Bound {
                value,
                inclusive: false,
            }),
            high: None,
        }
    }

    /// All numbers `>= value`.
    pub fn from(value: Decimal) -> Self {
        Self {
            low: Some(Bound {
                value,
                inclusive: true,
            }),
            high: None,
        }
    }

    /// The lower end; `None` is unbounded.
    pub fn low(&self) -> Option<Bound> {
        self.low
    }

    /// The upper end; `None` is unbounded.
    pub fn high(&self) -> Option<Bound> {
        self.high
    }

    /// The number, if the interval holds just one.
    pub fn as_exact(&self) -> Option<Decimal> {
        match (self.low, self.high) {
            (Some(l), Some(h)) if l.value == h.value => Some(l.value),
            _ => None,
        }
    }

    /// Both ends multiplied by a positive factor; `None` on overflow or if the factor is not positive.
    pub fn scaled(&self, factor: Decimal) -> Option<Self> {
        if factor <= Decimal::ZERO {
            return None;
        }
        let scale = |end: Option<Bound>| -> Option<Option<Bound>> {
            match end {
                None => Some(None),
                Some(b) => Some(Some(Bound {
                    value: b.value.checked_mul(factor)?.normalize(),
                    inclusive: b.inclusive,
                })),
            }
        };
        Self::new(scale(self.low)?, scale(self.high)?)
    }

    /// The numbers that lie in both intervals; `None` if there are none.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) => Some(if (a.value, !a.inclusive) >= (b.value, !b.inclusive) {
                a
            } else {
                b
            }),
            (a, b) => a.or(b),
        };
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(if (a.value, a.inclusive) <= (b.value, b.inclusive) {
                a
            } else {
                b
            }),
            (a, b) => a.or(b),
        };
        Self::new(low, high)
    }

    /// Where the greater of two numbers lies, one of each interval.
    pub fn greater(&self, other: &Self) -> Self {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) => Some(if (a.value, !a.inclusive) >= (b.value, !b.inclusive) {
                a
            } else {
                b
            }),
            (a, b) => a.or(b),
        };
        Self {
            low,
            high: self.hull(other).high,
        }
    }

    /// The smallest interval that holds both.
    pub fn hull(&self, other: &Self) -> Self {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) => Some(if (a.value, !a.inclusive) <= (b.value, !b.inclusive) {
                a
            } else {
                b
            }),
            _ => None,
        };
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(if (a.value, a.inclusive) >= (b.value, b.inclusive) {
                a
            } else {
                b
            }),
            _ => None,
        };
        Self { low, high }
    }
}

/// As a clinician writes it: `8`, `3-5`, `< 3`, `≥ 20`, `> 3 to 5`, `any`.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(value) = self.as_exact() {
            return write!(f, "{}", value.normalize());
        }
        match (self.low, self.high) {
            (None, None) => f.write_str("any"),
            (Some(l), None) => write!(
                f,
                "{} {}",
                if l.inclusive { "≥" } else { ">" },
                l.value.normalize()
            ),
            (None, Some(h)) => write!(
                f,
                "{} {}",
                if h.inclusive { "≤" } else { "<" },
                h.value.normalize()
            ),
            (Some(l), Some(h)) if l.inclusive && h.inclusive => {
                write!(f, "{}-{}", l.value.normalize(), h.value.normalize())
            }
            (Some(l), Some(h)) => write!(
                f,
                "{} {} to {} {}",
                if l.inclusive { "≥" } else { ">" },
                l.value.normalize(),
                if h.inclusive { "≤" } else { "<" },
                h.value.normalize()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn open_and_closed_ends_decide_whether_intervals_meet() {
        assert_eq!(
            Interval::below(d("3")).intersection(&Interval::from(d("3"))),
            None
        );
        assert_eq!(
            Interval::up_to(d("3")).intersection(&Interval::from(d("3"))),
            Some(Interval::exactly(d("3")))
        );
        assert_eq!(
            Interval::above(d("20")).intersection(&Interval::up_to(d("20"))),
            None
        );
    }

    #[test]
    fn empty_intervals_do_not_exist() {
        assert_eq!(Interval::between(d("5"), d("3")), None);
        let open = Some(Bound {
            value: d("3"),
            inclusive: false,
        });
        assert_eq!(
            Interval::new(
                open,
                Some(Bound {
                    value: d("3"),
                    inclusive: true
                })
            ),
            None
        );
    }

    #[test]
    fn hull_keeps_the_wider_end() {
        let hull = Interval::below(d("3")).hull(&Interval::exactly(d("3")));
        assert_eq!(hull, Interval::up_to(d("3")));
    }

    #[test]
    fn the_greater_of_two_lies_above_both_lower_ends() {
        let five = Interval::exactly(d("5"));
        assert_eq!(five.greater(&Interval::exactly(d("2"))), five);
        assert_eq!(five.greater(&Interval::above(d("6"))), Interval::above(d("6")));
        assert_eq!(five.greater(&Interval::below(d("3"))), five);
        let open = Interval::between(d("5"), d("7")).unwrap();
        assert_eq!(five.greater(&Interval::between(d("3"), d("7")).unwrap()), open);
    }

    #[test]
    fn scaling_keeps_ends_and_refuses_non_positive_factors() {
        assert_eq!(
            Interval::below(d("0.03")).scaled(d("100")),
            Some(Interval::below(d("3")))
        );
        assert_eq!(Interval::below(d("3")).scaled(d("0")), None);
    }

    #[test]
    fn reads_like_a_report() {
        assert_eq!(Interval::exactly(d("8.0")).to_string(), "8");
        assert_eq!(Interval::between(d("3"), d("5")).unwrap().to_string(), "3-5");
        assert_eq!(Interval::below(d("3")).to_string(), "< 3");
        assert_eq!(Interval::from(d("20")).to_string(), "≥ 20");
    }
}
