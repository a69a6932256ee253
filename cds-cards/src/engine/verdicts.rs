//! The verdict of an option from the outcomes of its criteria, and what each role decides (specification, section 1).

use super::truth::Truth;
use crate::assessment::{Outcome, Reason, Role, Verdict};

/// The first line of the specification's table of verdicts that fits.
pub(super) fn verdict(criteria: impl Iterator<Item = (Truth, Role)>) -> Verdict {
    let (mut fails, mut open, mut unknown) = (false, false, false);
    let mut against = false;
    for (truth, role) in criteria {
        against |= contraindicates(truth, role);
        fails |= truth.outcome() == Outcome::NotMet;
        open |= leaves_open(truth, role);
        unknown |= truth.outcome() == Outcome::Unknown;
    }
    match (against, fails, open, unknown) {
        (true, ..) => Verdict::Contraindicated,
        (_, true, ..) => Verdict::NotSupported,
        (_, _, true, _) => Verdict::Undetermined,
        (_, _, _, true) => Verdict::Provisional,
        _ => Verdict::Supported,
    }
}

/// What an option with this verdict comes to, from the outcomes of its criteria.
pub(super) fn value(verdict: Verdict, criteria: impl Iterator<Item = Truth>) -> Truth {
    match verdict {
        Verdict::Supported => Truth::Met,
        Verdict::NotSupported | Verdict::Contraindicated => Truth::NotMet,
        Verdict::Undetermined | Verdict::Provisional => {
            Truth::all(criteria.filter(|truth| truth.outcome() == Outcome::Unknown))
        }
    }
}

/// Whether a criterion makes the review advise against its option.
pub(super) fn contraindicates(truth: Truth, role: Role) -> bool {
    role == Role::Contraindication && truth.outcome() == Outcome::NotMet
}

/// Whether a criterion leaves an option undetermined.
pub(super) fn leaves_open(truth: Truth, role: Role) -> bool {
    role == Role::Require && truth.reason().is_some_and(|reason| reason != Reason::Judgement)
}
