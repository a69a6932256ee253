//! The AuditEvents that are of no single call: how many callers were refused, and what was done to the service itself.

use super::refusals::Held;
use super::shape::{DICOM, ENTITY_TYPE, EVENT_TYPE, INTERACTION, ROLE, coding, concept, detail, own, source};
use jiff::Timestamp;
use serde_json::{Value, json};

/// That callers were refused, more often than it is recorded one by one.
pub(super) fn refusals(held: &Held, now: Timestamp) -> Vec<u8> {
    let total: u64 = held.counts.iter().map(|(_, count)| count).sum();
    let counts = held.counts.iter();
    let details: Vec<Value> = counts
        .map(|(reason, count)| detail(reason, &count.to_string()))
        .collect();
    let event = json!({
        "resourceType": "AuditEvent",
        "type": coding(EVENT_TYPE, "rest", "Restful Operation"),
        "subtype": [coding(INTERACTION, "operation", "operation")],
        "action": "E",
        "period": {"start": held.since.to_string(), "end": now.to_string()},
        "recorded": now.to_string(),
        "outcome": "4",
        "outcomeDesc": format!("unauthorized: {total} more"),
        "agent": [
            {"type": concept(DICOM, "110153", "Source Role ID"), "who": {"display": "not authenticated"}, "requestor": true},
            own(),
        ],
        "source": source(),
        "entity": [{
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(ROLE, "20", "Job"),
            "name": "refusals",
            "detail": details,
        }],
    });
    format!("{event}\n").into_bytes()
}

/// That something was done to the service, or by it, with the reason that was given.
pub(crate) fn notice(what: &str, reason: &str, now: Timestamp) -> Vec<u8> {
    let event = json!({
        "resourceType": "AuditEvent",
        "type": coding(DICOM, "110100", "Application Activity"),
        "action": "E",
        "recorded": now.to_string(),
        "outcome": "0",
        "outcomeDesc": what,
        "agent": [own()],
        "source": source(),
        "entity": [{
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(ROLE, "20", "Job"),
            "name": what,
            "detail": [detail("reason", reason)],
        }],
    });
    format!("{event}\n").into_bytes()
}
