//! SMART App Launch 2: a chart opens the pages of its patient, in each of the ways that record systems ask for and in no other.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod attacks;
#[path = "../common/mod.rs"]
mod common;
mod ehr;
mod form;
mod launches;
mod sessions;
#[path = "../trust_support/mod.rs"]
mod trust_support;
