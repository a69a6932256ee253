//! The reader: from a chart to facts. It cannot fail; what it cannot read becomes an unknown fact with a reason.

use crate::catalogue::FactId;
use crate::chart::Chart;
use crate::codes::Codes;
use crate::facts::Facts;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What the reading depends on besides the chart.
#[derive(Debug, Clone, Copy)]
pub struct ReadPolicy<'a> {
    /// The day of evaluation.
    pub as_of: Date,
    /// What codes mean.
    pub codes: &'a Codes,
    /// Facts for which a site says that no record means absent.
    pub closed_world: &'a BTreeSet<FactId>,
}

/// Reads every fact of the specification from a chart.
pub fn read(chart: &Chart<'_>, policy: &ReadPolicy<'_>) -> Facts {
    let mut facts = Facts::builder(policy.as_of);
    if let Some(subject) = chart.subject() {
        facts.subject(subject);
    }
    facts.closed_world(policy.closed_world.iter().copied());
    facts.build()
}
