//! Kleene three-valued logic with reasons (specification, section 1).

use crate::assessment::{Outcome, Reason};
use crate::knowledge::Call;
use fhir_profiles::facts::Unknown;

/// Outcome of a criterion before it is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// Recorded evidence satisfies it.
    Met,
    /// Recorded evidence contradicts it.
    NotMet,
    /// Neither, and why.
    Unknown(Reason),
}

impl Truth {
    /// Kleene NOT.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// Kleene OR; `not-met` of nothing.
    pub(crate) fn any(parts: impl IntoIterator<Item = Truth>) -> Self {
        Self::all(parts.into_iter().map(Truth::negated)).negated()
    }

    /// Kleene AND; `met` of nothing. A compound unknown has the reason that [`outranking`] gives.
    pub(crate) fn all(parts: impl IntoIterator<Item = Truth>) -> Self {
        let mut reason = None;
        for part in parts {
            match part {
                Self::NotMet => return Self::NotMet,
                Self::Met => {}
                Self::Unknown(other) => reason = outranking(reason, Some(other)),
            }
        }
        reason.map_or(Self::Met, Self::Unknown)
    }

    /// Candidate by candidate: all alike stand, else unknown for the reason that there are several.
    pub(crate) fn of_candidates(truths: impl IntoIterator<Item = Truth>, several: Reason) -> Self {
        let mut truths = truths.into_iter();
        let Some(first) = truths.next() else {
            return Self::Unknown(Reason::Missing);
        };
        if truths.all(|truth| truth == first) {
            first
        } else {
            Self::Unknown(several)
        }
    }

    /// The outcome reported.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Met => Outcome::Met,
            Self::NotMet => Outcome::NotMet,
            Self::Unknown(_) => Outcome::Unknown,
        }
    }

    /// The reason reported.
    pub(crate) fn reason(self) -> Option<Reason> {
        match self {
            Self::Unknown(reason) => Some(reason),
            _ => None,
        }
    }
}

impl From<Call> for Truth {
    fn from(call: Call) -> Self {
        match call {
            Call::Met => Self::Met,
            Call::NotMet => Self::NotMet,
            Call::Judgement => Self::Unknown(Reason::Judgement),
        }
    }
}

/// The reason of a compound: `judgement` only if all are, else the first of conflicting, unreadable, missing.
pub(crate) fn outranking(a: Option<Reason>, b: Option<Reason>) -> Option<Reason> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The reason by which a criterion on an unknown fact is unknown.
pub(crate) fn why(unknown: Unknown) -> Reason {
    match unknown {
        Unknown::Missing => Reason::Missing,
        Unknown::Unreadable => Reason::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [Truth; 6] = [
        Truth::Met,
        Truth::NotMet,
        Truth::Unknown(Reason::Conflicting),
        Truth::Unknown(Reason::Unreadable),
        Truth::Unknown(Reason::Missing),
        Truth::Unknown(Reason::Judgement),
    ];

    #[test]
    fn kleene_laws_hold_for_all_triples() {
        for a in VALUES {
            assert_eq!(a.negated().negated(), a);
            assert_eq!(Truth::all([a, Truth::NotMet]), Truth::NotMet);
            assert_eq!(Truth::any([a, Truth::Met]), Truth::Met);
            for b in VALUES {
                assert_eq!(Truth::all([a, b]), Truth::all([b, a]));
                assert_eq!(
                    Truth::any([a, b]),
                    Truth::all([a.negated(), b.negated()]).negated()
                );
                for c in VALUES {
                    assert_eq!(
                        Truth::all([Truth::all([a, b]), c]),
                        Truth::all([a, Truth::all([b, c])])
                    );
                }
            }
        }
    }

    #[test]
    fn judgement_gives_way_to_every_other_reason() {
        let unknown = |reasons: &[Reason]| Truth::all(reasons.iter().map(|r| Truth::Unknown(*r)));
        assert_eq!(
            unknown(&[Reason::Judgement, Reason::Judgement]),
            Truth::Unknown(Reason::Judgement)
        );
        assert_eq!(
            unknown(&[Reason::Judgement, Reason::Missing]),
            Truth::Unknown(Reason::Missing)
        );
        assert_eq!(
            unknown(&[Reason::Missing, Reason::Unreadable]),
            Truth::Unknown(Reason::Unreadable)
        );
        assert_eq!(
            unknown(&[Reason::Unreadable, Reason::Conflicting]),
            Truth::Unknown(Reason::Conflicting)
        );
    }

    #[test]
    fn candidates_that_agree_stand_and_others_do_not() {
        assert_eq!(
            Truth::of_candidates([Truth::Met, Truth::Met], Reason::Judgement),
            Truth::Met
        );
        assert_eq!(
            Truth::of_candidates([Truth::Met, Truth::NotMet], Reason::Conflicting),
            Truth::Unknown(Reason::Conflicting)
        );
    }
}
