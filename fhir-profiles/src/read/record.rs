//! One resource while it is read: where it stands, when it is of, and what its evidence says.

use super::element::{Node, Tree};
use super::inside::Inside;
use crate::date::PartialDate;
use crate::facts::Evidence;
use crate::recency::rule::Rule;
use jiff::civil::Date;

/// [`Record::date_by`].
pub(crate) const PERIOD: Rule = Rule {
    id: "period",
    case: "Period",
    counts: "by its end; after the day of evaluation: not used; without an end by issued, else its start",
    shown: "it",
};

/// A resource with what every reading from it shares.
#[derive(Clone)]
pub(super) struct Record<'t> {
    pub(super) node: Node<'t>,
    /// The resource that it stands in: itself, or the one that contains it.
    pub(super) root: Node<'t>,
    /// What that resource contains, by id.
    pub(super) inside: &'t Inside,
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
    /// Whose tumour what is read of it is of.
    pub(super) owner: Owner,
}

impl<'t> Record<'t> {
    /// A resource that stands by itself.
    pub(super) fn of(tree: &'t Tree, place: String) -> Self {
        Self {
            node: tree.root(),
            root: tree.root(),
            inside: &tree.inside,
            place,
            effective: None,
            date_unread: false,
            notes: Vec::new(),
            lost_value: tree.lost_value,
            withheld: false,
            owner: Owner::This,
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

    fn date_in(&self, node: Node<'_>, element: &str, as_of: Date) -> Option<Dated> {
        if element.ends_with("Period") {
            // A planned end of a treatment that is running is no day after the day of evaluation.
            let goes_on = node
                .text("resourceType")
                .is_some_and(|kind| kind.starts_with("Medication"));
            let period = node.get(element)?;
            // A clean fact that is of no day can still say since when.
            if period.marked_absent() {
                return Some(Dated::Never);
            }
            return Some(date_of_period(
                period,
                as_of,
                element.starts_with("onset"),
                goes_on,
            ));
        }
        if element.ends_with("Timing") {
            return Some(date_of_timing(node.get(element)?, as_of));
        }
        let text = node
            .text(element)
            .map(str::trim)
            .filter(|text| !text.is_empty())?;
        Some(PartialDate::parse(text).map_or(Dated::Unread, Dated::On))
    }

    /// Dates the record by the first of these elements that holds a date; what has none is of the date of the
    /// resource that contains it.
    pub(super) fn date_by(&mut self, elements: &[&str], as_of: Date) {
        let mut unread = false;
        for node in [self.node, self.root] {
            let mut by_start = None;
            for element in elements {
                match self.date_in(node, element, as_of) {
                    Some(Dated::On(date)) => {
                        self.effective = Some(date);
                        return;
                    }
                    Some(Dated::From(date)) => by_start = by_start.or(Some(date)),
                    Some(Dated::Unread) => unread = true,
                    Some(Dated::Never) | None => {}
                }
            }
            if by_start.is_some() {
                self.effective = by_start;
                return;
            }
        }
        if unread {
            self.date_unread = true;
            self.notes.push("the date cannot be read".into());
        }
    }
}

/// What an element says of the date.
enum Dated {
    On(PartialDate),
    /// It has begun, and no end is recorded.
    From(PartialDate),
    /// What is written cannot be read.
    Unread,
    /// It says no day.
    Never,
}

/// A period by its end. By its start: an onset, and a treatment that goes on beyond the day of evaluation.
fn date_of_period(period: Node<'_>, as_of: Date, by_start: bool, goes_on: bool) -> Dated {
    let end = |key| period.text(key).map(|text| PartialDate::parse(text.trim()));
    let (start, end) = (end("start"), end("end"));
    let unread = matches!(start, Some(None)) || matches!(end, Some(None));
    let (start, end) = (start.flatten(), end.flatten());
    let has_ended = |date: &PartialDate| date.earliest() <= as_of;
    let end = end.filter(|date| !goes_on || has_ended(date));
    match (start, end) {
        (Some(start), _) if by_start => Dated::On(start),
        (_, Some(end)) => Dated::On(end),
        (Some(start), None) => Dated::From(start),
        (None, None) if unread => Dated::Unread,
        (None, None) => Dated::Never,
    }
}

/// The last of the days that have come, else the period around them; any other timing says no day.
fn date_of_timing(timing: Node<'_>, as_of: Date) -> Dated {
    let days: Option<Vec<PartialDate>> = timing
        .all("event")
        .map(|event| PartialDate::parse(event.as_text()?.trim()))
        .collect();
    let Some(days) = days else {
        return Dated::Unread;
    };
    let past = days.iter().filter(|day| day.earliest() <= as_of);
    if let Some(day) = past.max_by_key(|day| day.latest()).or(days.first()) {
        return Dated::On(*day);
    }
    let bounds = timing.get("repeat").and_then(|repeat| repeat.get("boundsPeriod"));
    match bounds.map(|period| date_of_period(period, as_of, false, false)) {
        None | Some(Dated::Never) => Dated::Unread,
        Some(dated) => dated,
    }
}

/// Whose tumour a record is of. What is not this one's has no way into a fact: [`put`](super::put::put) is the only one, and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Owner {
    /// The PNET or a metastasis of it, or the fact is none that each tumour has of its own.
    #[default]
    This,
    /// Nothing links it to a tumour: this one's, unless there is another.
    Unlinked,
    /// One of two that are recorded there.
    Unclear(&'static str),
    /// This tumour's, and not what the fact is of.
    Elsewhere(&'static str),
    /// Another one's.
    Another(&'static str),
}
