//! One resource of a chart, as far as it has been looked at, and whose it is.

use super::narrow::Narrow;
use crate::json::Json;

/// Whether a resource may be used for the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The patient's, or of a kind that belongs to nobody.
    Usable,
    /// It names no patient.
    Nobodys,
    /// It names a patient in a way that cannot be compared.
    Somebodys,
    /// It is about something else than a patient.
    NotAPatients,
}

/// One resource of the chart, as far as it has been looked at.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    /// By itself, so that many resources move little while they are collected.
    pub(crate) narrow: Box<Narrow<'a>>,
    /// All of it.
    pub(crate) json: Json<'a>,
    pub(crate) full_url: Option<&'a str>,
    /// The how many-eth resource it is of the added value.
    pub(crate) position: usize,
    pub(crate) whose: Whose,
    /// A key that stands twice in it.
    pub(crate) doubled: Option<Box<str>>,
    /// It, or the Bundle around it, says that elements were left out.
    pub(crate) subsetted: bool,
}

impl Item<'_> {
    pub(crate) fn kind(&self) -> &str {
        self.narrow.kind.unwrap_or_default()
    }

    pub(crate) fn has_two_types(&self) -> bool {
        self.doubled.as_deref() == Some("resourceType")
    }

    pub(crate) fn place(&self) -> String {
        match &self.narrow.id {
            Some(id) => format!("{}/{id}", self.kind()),
            None => format!("{ENTRY}{}", self.position + 1),
        }
    }
}

/// What the place of something without `Type/id` begins with.
pub(super) const ENTRY: &str = "entry ";
