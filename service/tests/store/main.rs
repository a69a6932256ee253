//! The store, on SQLite always and on PostgreSQL where its programs are installed: the same tests on both.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../trust_support/mod.rs"]
mod trust_support;

mod commands;
mod faults;
mod feedback;
mod kept;
mod killed;
mod postgres;
mod program;
mod support;
mod tokens;
