//! Refusals of callers in the audit: the first of each kind within a minute one by one, of the rest their number.
//!
//! Anybody can be refused as often as they like, and must neither fill the disk that answers depend on nor push other
//! records out of it.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Refusals for one reason that are recorded one by one within a minute.
const SINGLE: u64 = 5;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What was refused in the minute that runs.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    since: Option<Timestamp>,
    counts: BTreeMap<&'static str, u64>,
}

/// Refusals that were not recorded one by one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The first moment of the minute that they belong to.
    pub(super) since: Timestamp,
    /// How many for each reason.
    pub(super) counts: Vec<(&'static str, u64)>,
}

impl Refusals {
    /// Whether this refusal is recorded by itself, and what a minute that is over still has to say.
    pub(super) fn count(&mut self, reason: &'static str, now: Timestamp) -> (bool, Option<Held>) {
        let over = self
            .since
            .is_none_or(|since| now.duration_since(since) >= MINUTE || now < since);
        let held = if over { self.take() } else { None };
        self.since.get_or_insert(now);
        let count = self.counts.entry(reason).or_default();
        *count += 1;
        (*count <= SINGLE, held)
    }

    /// What was not recorded one by one so far; a new minute begins with the next refusal.
    pub(super) fn take(&mut self) -> Option<Held> {
        let since = self.since.take()?;
        let counts: Vec<_> = std::mem::take(&mut self.counts)
            .into_iter()
            .filter(|(_, count)| *count > SINGLE)
            .map(|(reason, count)| (reason, count - SINGLE))
            .collect();
        (!counts.is_empty()).then_some(Held { since, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_kind_stand_alone_and_the_rest_as_a_number() {
        let at = |second: i64| Timestamp::from_second(1_000 + second).unwrap();
        let mut refusals = Refusals::default();
        let alone = (0..1000).filter(|_| refusals.count("no-token", at(1)).0).count();
        assert_eq!(alone, 5);
        assert_eq!(refusals.count("replayed", at(2)), (true, None));
        let (alone, held) = refusals.count("no-token", at(61));
        let expected = Held {
            since: at(1),
            counts: vec![("no-token", 995)],
        };
        assert_eq!((alone, held), (true, Some(expected)));
        assert_eq!(refusals.take(), None);
        // A clock that is set back does not hold them for ever.
        refusals.count("no-token", at(500));
        assert_eq!(refusals.count("no-token", at(3)), (true, None));
        assert_eq!(refusals.since, Some(at(3)));
    }
}
