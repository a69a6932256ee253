//! Draft orders: which options an order can mean in each form, and which card each verdict gives it; every row worked out
//! by hand from the specification and written to `ORDERS.md`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../answers/mod.rs"]
mod answers;
mod forms;
mod gate;
mod markup;
mod products;
mod reading;
mod setup;
mod table;
mod verdicts;
mod whole;
