//! Whether advice that was asked for was got, and by whom; and what a gauge reads of one of several.

use opentelemetry::{KeyValue, Value};

/// The client of metrics of a caller that has shown no name, or whose call ended before it could.
const ANONYMOUS: &str = "anonymous";

/// Whose call it is. The values are registered ones, so there are no more of them than of clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    client: Option<String>,
    tenant: Option<String>,
}

impl Whose {
    /// The caller by the name of its registration, with its tenant where it has some.
    pub fn new(client: Option<String>, tenant: Option<String>) -> Self {
        Self { client, tenant }
    }

    pub(super) fn attributes(&self) -> Vec<KeyValue> {
        let client = self.client.clone().unwrap_or_else(|| ANONYMOUS.to_owned());
        let tenant = self
            .tenant
            .clone()
            .map(|tenant| KeyValue::new("cds.tenant", tenant));
        std::iter::once(KeyValue::new("cds.client", client))
            .chain(tenant)
            .collect()
    }
}

/// What somebody who asked for advice has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// Cards, from everything that was asked for.
    Given,
    /// Cards, from less than was asked for: they say what could not be fetched.
    Partial,
    /// Rightly none.
    None,
    /// The caller showed no registered name where that is asked for, so it is nobody's advice that was lost.
    UnknownCaller,
    /// No advice, for whatever reason: refused, failed, cut off, or gone before the answer.
    Lost,
}

impl Got {
    pub(super) const ALL: [Self; 5] = [
        Self::Given,
        Self::Partial,
        Self::None,
        Self::UnknownCaller,
        Self::Lost,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Partial => "partial",
            Self::None => "none",
            Self::UnknownCaller => "unknown-caller",
            Self::Lost => "lost",
        }
    }
}

/// A call that asked for advice, whether or not it reached its handler.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who called, as far as that became known.
    pub whose: Whose,
    /// `cards`, `none`, `gone` or the code of an error.
    pub outcome: &'static str,
    /// What was got.
    pub got: Got,
}

/// What a gauge shows when it is read.
#[derive(Debug, Clone)]
pub struct Reading {
    pub(super) value: f64,
    pub(super) attributes: Vec<KeyValue>,
}

impl Reading {
    /// A value of the whole service.
    pub fn plain(value: f64) -> Self {
        Self {
            value,
            attributes: Vec::new(),
        }
    }

    /// The value of one of several, which are named by a registered name or a word of ours.
    pub fn of(value: f64, key: &'static str, name: impl Into<Value>) -> Self {
        Self {
            value,
            attributes: vec![KeyValue::new(key, name)],
        }
    }

    /// The same, told apart by one more word.
    #[must_use]
    pub fn and(mut self, key: &'static str, name: impl Into<Value>) -> Self {
        self.attributes.push(KeyValue::new(key, name));
        self
    }
}
