//! The reader, rule by rule (specification, section 2).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stand outside the test functions"
)]

mod around;
mod charts;
mod coded;
mod contradictions;
mod diagnosis;
mod edge;
mod given;
mod local_codes;
mod meanings;
mod properties;
mod real_charts;
mod recency;
mod staging;
mod statuses;
mod support;
mod texts;
mod values;
mod wording;
