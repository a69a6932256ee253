//! Lines of the JSON log, whatever is in an event.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use pnet_cds::telemetry::json_line;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.lock().unwrap().extend(json_line(event));
    }
}

/// Everything that could end a line, a string or an object, or that a terminal obeys.
const HOSTILE: [&str; 9] = [
    "\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "\r\nforged",
    "\u{2028}forged\u{2029}\u{85}forged",
    "\u{1b}[2J\u{1b}]0;forged\u{7}\u{9b}31m",
    "\"}\n{\"level\":\"ERROR\"",
    "\\\",\"level\":\"ERROR\",\"x\":\"\\",
    "\u{202e}forged\u{feff}\u{0}",
    "😀\u{7f}",
    "",
];

#[test]
fn l1_whatever_a_field_holds_stays_inside_one_json_string() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(lines.clone());
    tracing::subscriber::with_default(subscriber, || {
        for text in HOSTILE {
            tracing::warn!(text, shown = %text, debugged = ?text, number = 3, level = "ERROR", "{text}");
        }
    });
    let bytes = lines.0.lock().unwrap().clone();
    assert!(
        bytes
            .iter()
            .all(|byte| *byte == b'\n' || (b' '..=b'~').contains(byte))
    );
    let text = String::from_utf8(bytes).unwrap();
    let parsed: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(parsed.len(), HOSTILE.len());
    for (line, text) in parsed.iter().zip(HOSTILE) {
        for field in ["text", "shown", "message"] {
            assert_eq!(line[field], text, "{field}");
        }
        assert_eq!((&line["level"], &line["number"]), (&"WARN".into(), &3.into()));
    }
}
