//! Whether bands cover every number of a domain once: no gap, no overlap.

use fhir_profiles::Interval;
use rust_decimal::Decimal;
use std::fmt;

/// A cut between numbers: just before or just after a limit, or beyond all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Least,
    At(Decimal, bool),
    Greatest,
}

impl Edge {
    fn before(interval: &Interval) -> Self {
        interval
            .low()
            .map_or(Self::Least, |b| Self::At(b.value, !b.inclusive))
    }

    fn after(interval: &Interval) -> Self {
        interval
            .high()
            .map_or(Self::Greatest, |b| Self::At(b.value, b.inclusive))
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Least => f.write_str("the least"),
            Self::At(value, _) => write!(f, "{}", value.normalize()),
            Self::Greatest => f.write_str("the greatest"),
        }
    }
}

/// The first thing wrong with each place between bands, with the position of the band concerned (`None`: the end).
pub(super) fn faults(
    bands: &[Interval],
    min: Option<Decimal>,
    max: Option<Decimal>,
) -> Vec<(Option<usize>, String)> {
    let mut faults = Vec::new();
    let start = min.map_or(Edge::Least, |min| Edge::At(min, false));
    let end = max.map_or(Edge::Greatest, |max| Edge::At(max, true));
    let mut reached: Option<Edge> = None;
    for (position, band) in bands.iter().enumerate() {
        let (before, after) = (Edge::before(band), Edge::after(band));
        match reached {
            None if before > start => faults.push((Some(position), gap(start, before))),
            Some(reached) if before > reached => faults.push((Some(position), gap(reached, before))),
            Some(reached) if before < reached => faults.push((
                Some(position),
                format!("`{band}` overlaps the band before it, which ends at {reached}"),
            )),
            _ => {}
        }
        if before >= end {
            faults.push((Some(position), format!("`{band}` holds no number that can occur")));
        }
        reached = Some(reached.map_or(after, |reached| reached.max(after)));
    }
    match reached {
        None => faults.push((None, "no band".to_owned())),
        Some(reached) if reached < end => faults.push((None, gap(reached, end))),
        Some(_) => {}
    }
    faults
}

fn gap(from: Edge, to: Edge) -> String {
    match (from, to) {
        (Edge::At(low, false), Edge::At(high, true)) if low == high => {
            format!("gap: exactly {} is in no band", low.normalize())
        }
        _ => format!("gap: from {from} to {to} is in no band"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn found(bands: &[Interval]) -> Vec<String> {
        faults(bands, Some(d("0")), Some(d("100")))
            .into_iter()
            .map(|(_, what)| what)
            .collect()
    }

    #[test]
    fn bands_that_meet_have_no_fault() {
        assert!(
            found(&[
                Interval::below(d("5")),
                Interval::exactly(d("5")),
                Interval::above(d("5"))
            ])
            .is_empty()
        );
        assert!(
            found(&[
                Interval::between(d("0"), d("75")).unwrap(),
                Interval::above(d("75"))
            ])
            .is_empty()
        );
    }

    #[test]
    fn a_single_number_left_out_is_a_gap() {
        assert_eq!(
            found(&[Interval::below(d("5")), Interval::above(d("5"))]),
            ["gap: exactly 5 is in no band"]
        );
    }

    #[test]
    fn a_limit_in_two_bands_is_an_overlap() {
        assert_eq!(found(&[Interval::up_to(d("5")), Interval::from(d("5"))]).len(), 1);
    }

    #[test]
    fn the_ends_of_what_can_occur_must_be_reached() {
        assert_eq!(
            found(&[Interval::above(d("0"))]),
            ["gap: exactly 0 is in no band"]
        );
        assert_eq!(
            found(&[Interval::up_to(d("99"))]),
            ["gap: from 99 to 100 is in no band"]
        );
    }
}
