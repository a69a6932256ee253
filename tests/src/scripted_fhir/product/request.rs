//! What a product is asked, and how it finds its way back to the next page.

use super::super::Seen;
use std::fmt::Write as _;

/// A request, its parameters decoded.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) kind: String,
    pub(super) id: Option<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) host: String,
    page: Option<String>,
}

/// What a next page continues.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) query: String,
    pub(super) offset: usize,
    pub(super) size: usize,
}

impl Asked {
    pub(super) fn of(seen: &Seen) -> Self {
        let path = seen.target.split('?').next().unwrap_or_default();
        let path = path.strip_prefix("/fhir").unwrap_or(path).trim_matches('/');
        let mut segments = path.split('/');
        let mut asked = Self {
            kind: segments.next().unwrap_or_default().to_owned(),
            host: seen.header("host").unwrap_or_default().to_owned(),
            ..Self::default()
        };
        match segments.next() {
            Some("__page") => asked.page = segments.next().map(str::to_owned),
            Some("_search") | None => {}
            Some(id) => asked.id = Some(id.to_owned()),
        }
        let pairs = seen.query().split('&').filter_map(|pair| pair.split_once('='));
        asked.parameters = pairs
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        asked
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut pairs = self.parameters.iter();
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn count(&self) -> Option<usize> {
        self.value("_count")?.parse().ok()
    }

    /// The page that is asked for, in each product's way.
    pub(super) fn ticket(&self) -> Option<Ticket> {
        let mut ways = ["ct", "sessionID", "_getpages", "-pageContext"].into_iter();
        let written = self
            .page
            .as_deref()
            .or_else(|| ways.find_map(|way| self.value(way)))?;
        Ticket::read(written)
    }
}

impl Ticket {
    /// In hexadecimal digits, so that a link need not escape it.
    pub(super) fn written(&self) -> String {
        let plain = format!("{} {} {}", self.offset, self.size, self.query);
        plain.bytes().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn read(text: &str) -> Option<Self> {
        let bytes: Option<Vec<u8>> = (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
            .collect();
        let plain = String::from_utf8(bytes?).ok()?;
        let mut parts = plain.splitn(3, ' ');
        Some(Self {
            offset: parts.next()?.parse().ok()?,
            size: parts.next()?.parse().ok()?,
            query: parts.next()?.to_owned(),
        })
    }
}

/// Percent-decoding as in a form.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escape = rest.strip_prefix('%').and_then(|digits| digits.get(..2));
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                let plain = if first == '+' { ' ' } else { first };
                bytes.extend(plain.to_string().bytes());
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
