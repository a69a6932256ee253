//! The rules on which reading counts, as data: each stands beside the code that carries it out.

use super::rule::Rule;

/// Every row, in the order of the specification.
pub const RULES: &[Rule] = &[
    super::dates::NEWEST,
    super::dates::NEWEST_UNREADABLE,
    super::same_day::SAME_OUTCOME,
    super::same_day::OTHER_OUTCOME,
    super::presence::ACTIVE_CONDITION,
    super::spread::LIVER_AGAINST_M,
    super::spread::PART_AGAINST_WHOLE,
    crate::read::staging::M1_ELSEWHERE,
    super::behind::PATHOLOGICAL,
    crate::read::record::PERIOD,
    super::spread::RESOLVED,
    super::runs::STABLE_RUN,
    super::closed_world::CLOSED_WORLD,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_has_an_id_of_its_own_and_says_what_counts() {
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        assert_eq!(RULES.len(), 13);
        assert!(
            RULES
                .iter()
                .all(|rule| !rule.case.is_empty() && !rule.counts.is_empty())
        );
    }
}
