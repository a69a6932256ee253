//! What a limit rests on: a quote of its statements, or a reading of ours on its rule.

use super::evidence::Evidence;
use super::fault::Faults;
use super::model::{Interpretation, Uses};
use super::numbers::values;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A limit, where it stands, and what it says that it rests on.
#[derive(Debug)]
pub(super) struct Claim {
    /// The file, relative to the knowledge directory.
    pub(super) file: String,
    /// The line.
    pub(super) line: usize,
    /// The number.
    pub(super) value: Decimal,
    /// The statements of its rule.
    pub(super) statements: Vec<String>,
    /// Its rule, as the register names it.
    pub(super) rule: Uses,
}

/// Reports each limit that nothing says. Of statements and readings that could not be read nothing is said.
pub(super) fn check<'c>(
    claims: impl Iterator<Item = &'c Claim>,
    evidence: &Evidence,
    readings: Option<&BTreeMap<String, Interpretation>>,
    faults: &Faults,
) {
    let (Some(statements), Some(readings)) = (&evidence.statements, readings) else {
        return;
    };
    for claim in claims {
        let cited: Vec<_> = claim.statements.iter().map(|id| statements.get(id)).collect();
        // A statement that does not exist, or none at all, is a fault already.
        if cited.is_empty() || cited.iter().any(Option::is_none) {
            continue;
        }
        let says = |text: &str| values(text).contains(&claim.value);
        let is_quoted = cited
            .into_iter()
            .flatten()
            .any(|statement| says(&statement.quote));
        let ours = |reading: &Interpretation| reading.rules.contains(&claim.rule) && says(&reading.text);
        if !is_quoted && !readings.values().any(ours) {
            let what = format!(
                "the limit {} stands neither in a quote of {} nor in a reading of ours (interpretations.csv) of {}",
                claim.value.normalize(),
                claim.statements.join(", "),
                claim.rule
            );
            faults.at(&claim.file, claim.line, what);
        }
    }
}
