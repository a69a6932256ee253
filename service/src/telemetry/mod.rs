//! What the service shows of itself: spans, metrics and logs, none of which holds anything of a chart.
//!
//! Spans are made here only, by hand: no library of ours can put one into a trace. Logs pass a list of our own crates,
//! since libraries log addresses, which hold the ids of patients. Nothing is exported unless a collector is set. What a
//! request, a card or the store is, nothing here knows: whoever has something to show names it.

mod asked;
mod export;
mod log;
mod metrics;
mod outgoing;
mod request_id;
mod service;
mod span;

pub use asked::{Asked, Got, Reading, Whose};
pub use log::{beside_the_log, json_line, start_log};
pub use metrics::{Deadline, HttpAnswer, HttpCall, Metrics, Signal};
pub use outgoing::Outgoing;
pub(crate) use request_id::RequestId;
pub use service::Telemetry;
pub use span::{Span, in_span, start_span};
