//! One resource while it is read: where it stands, when it is of, and what its evidence says.

use super::element::{Node, Tree};
use crate::date::PartialDate;
use crate::facts::Evidence;
use jiff::civil::Date;

/// A resource with what every reading from it shares.
pub(super) struct Record<'t> {
    pub(super) node: Node<'t>,
    /// The resource that it stands in: itself, or the one that contains it.
    pub(super) root: Node<'t>,
    /// `Type/id`, or the position in the Bundle.
    pub(super) place: String,
    pub(super) effective: Option<PartialDate>,
    /// Whether a date is written that cannot be read.
    pub(super) date_unread: bool,
    pub(super) notes: Vec<String>,
    /// Whether a value could not be kept when the resource was cleaned.
    pub(super) lost_value: bool,
    /// Whether the status of the resource around it keeps it from counting.
    pub(super) withheld: bool,
}

impl<'t> Record<'t> {
    /// A resource that stands by itself.
    pub(super) fn of(tree: &'t Tree, place: String) -> Self {
        Self {
            node: tree.root(),
            root: tree.root(),
            place,
            effective: None,
            date_unread: false,
            notes: Vec::new(),
            lost_value: tree.lost_value,
            withheld: false,
        }
    }

    pub(super) fn evidence(&self, recorded: impl Into<String>) -> Evidence {
        Evidence {
            reference: self.place.clone(),
            recorded: recorded.into(),
            effective: self.effective,
            date_unread: self.date_unread,
            notes: self.notes.clone(),
            ..Evidence::default()
        }
    }

    pub(super) fn noted(&self, recorded: impl Into<String>, note: impl Into<String>) -> Evidence {
        let mut evidence = self.evidence(recorded);
        evidence.notes.push(note.into());
        evidence
    }

    pub(super) fn status(&self) -> &str {
        self.node.text("status").unwrap_or_default().trim()
    }

    /// Dates the record by the first of these elements that holds a date; what has none is of the date of the
    /// resource that contains it.
    pub(super) fn date_by(&mut self, elements: &[&str], as_of: Date) {
        let mut unread = false;
        for (node, element) in [self.node, self.root]
            .into_iter()
            .flat_map(|node| elements.iter().map(move |element| (node, element)))
        {
            let found = if element.ends_with("Period") {
                node.get(element)
                    .map(|period| date_of_period(period, as_of, element.starts_with("onset")))
            } else if element.ends_with("Timing") {
                node.get(element).map(|timing| date_of_timing(timing, as_of))
            } else {
                node.text(element)
                    .map(str::trim)
                    .filter(|text| !text.is_empty())
                    .map(|text| PartialDate::parse(text).ok_or(true))
            };
            match found {
                Some(Ok(date)) => {
                    self.effective = Some(date);
                    return;
                }
                Some(Err(written)) => unread |= written,
                None => {}
            }
        }
        if unread {
            self.date_unread = true;
            self.notes.push("the date cannot be read".into());
        }
    }
}

/// The end of a period, or its start where it goes on beyond the day of evaluation; `Err(true)` if what is
/// written cannot be read.
fn date_of_period(period: Node<'_>, as_of: Date, by_start: bool) -> Result<PartialDate, bool> {
    let end = |key| period.text(key).map(|text| PartialDate::parse(text.trim()));
    let (start, end) = (end("start"), end("end"));
    let unread = matches!(start, Some(None)) || matches!(end, Some(None));
    let (start, end) = (start.flatten(), end.flatten());
    let past_end = end.filter(|date| date.earliest() <= as_of);
    let date = if by_start {
        start.or(past_end)
    } else {
        past_end.or(start)
    };
    date.ok_or(unread)
}

/// The last of the days that have come, else the period around them; any other timing says no day.
fn date_of_timing(timing: Node<'_>, as_of: Date) -> Result<PartialDate, bool> {
    let days: Option<Vec<PartialDate>> = timing
        .all("event")
        .map(|event| PartialDate::parse(event.as_text()?.trim()))
        .collect();
    let days = days.ok_or(true)?;
    let past = days.iter().filter(|day| day.earliest() <= as_of);
    if let Some(day) = past.max_by_key(|day| day.latest()).or(days.first()) {
        return Ok(*day);
    }
    let bounds = timing.get("repeat").and_then(|repeat| repeat.get("boundsPeriod"));
    bounds.map_or(Err(true), |period| {
        date_of_period(period, as_of, false).map_err(|_| true)
    })
}
