//! What is fetched: whose chart from where, and how much of it came.

use super::token::BearerToken;
use super::why::Why;
use crate::address::AllowedBase;
use fhir_profiles::json::Document;
use std::fmt;
use std::time::Duration;

/// Whose chart may be read where, and with which token.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    pub(super) base: &'a AllowedBase,
    pub(super) token: Option<&'a BearerToken>,
    pub(super) patient: &'a str,
}

/// What became of a query.
#[derive(Debug)]
pub struct Fetched {
    /// The key of the query.
    pub key: String,
    /// What was got.
    pub state: FetchState,
    /// Requests that were sent, retries and pages included.
    pub requests: u32,
    /// From the start of the fetch until this query was settled.
    pub elapsed: Duration,
}

/// How much of what a query asks for was got.
pub enum FetchState {
    /// All of it: the resource, or every page of the search.
    Complete(Vec<Document<'static>>),
    /// Whole pages, but not all of them.
    Partial {
        /// The pages before the failure.
        pages: Vec<Document<'static>>,
        /// Why there are no more.
        why: Why,
    },
    /// Nothing.
    Failed(Why),
}

impl<'a> Access<'a> {
    /// Access to the chart of one patient on one server; `patient` is the id without `Patient/`.
    pub fn new(base: &'a AllowedBase, token: Option<&'a BearerToken>, patient: &'a str) -> Self {
        Self { base, token, patient }
    }
}

impl fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("host", &self.base.host())
            .finish_non_exhaustive()
    }
}

impl FetchState {
    /// Whole pages that were got.
    pub fn pages(&self) -> &[Document<'static>] {
        match self {
            Self::Complete(pages) | Self::Partial { pages, .. } => pages,
            Self::Failed(_) => &[],
        }
    }

    /// Why something is missing; nothing where all is there.
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::Complete(_) => None,
            Self::Partial { why, .. } | Self::Failed(why) => Some(*why),
        }
    }

    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::Partial { .. } => "partial",
            Self::Failed(_) => "failed",
        }
    }
}

/// Says how many pages, never what is in them.
impl fmt::Debug for FetchState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} pages", self.word(), self.pages().len())?;
        self.why().map_or(Ok(()), |why| write!(f, ", {}", why.code()))
    }
}
