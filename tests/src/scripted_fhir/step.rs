//! What a scripted server sees, and what it does in answer.

use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query, as written.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Seen {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The resource type: the segment after `/fhir/`.
    pub fn kind(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        path.trim_start_matches("/fhir")
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default()
    }

    /// The query, or the form of a POST.
    pub fn query(&self) -> &str {
        match self.method.as_str() {
            "POST" => &self.body,
            _ => self.target.split_once('?').map_or("", |(_, query)| query),
        }
    }
}

/// One thing to do in answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes bytes.
    Send(Vec<u8>),
    /// Writes bytes one at a time with a pause after each.
    Trickle(Vec<u8>, Duration),
    /// Waits.
    Wait(Duration),
    /// Keeps the connection open and silent until the other side closes it.
    Hang,
    /// Closes the connection in order.
    Close,
    /// Closes it with a reset.
    Reset,
}
