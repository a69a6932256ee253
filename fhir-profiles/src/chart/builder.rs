//! How a chart is collected: Bundles flattened, each resource judged by itself, and what is left out named.

use super::added::{Added, AddedKind};
use super::error::ChartError;
use super::item::{ENTRY, Item, Whose};
use super::loose::read;
use super::narrow::{Entry, Narrow};
use super::patient::{Identities, comparable};
use super::whole::Chart;

use crate::catalogue::FactId;
use crate::facts::{Gap, NotRead, NotReadWhy, Problem};
use crate::json::{Children, Json, JsonKind};
use crate::stop;

/// Bundles within Bundles that are looked into.
const DEEPEST: usize = 8;
/// What nobody could read is called.
const RECORD: &str = "record";
/// Entries that are named one by one where they cannot be used; what is said of more of them is how many.
const MOST_NAMED: usize = 100;

/// Collects the JSON values of one call or file.
#[derive(Debug)]
pub struct ChartBuilder<'a> {
    patient_id: Option<String>,
    bases: Vec<String>,
    items: Vec<Item<'a>>,
    problems: Vec<Problem>,
    gaps: Vec<(FactId, Gap)>,
    gap_of_all: Option<Gap>,
    not_read: Vec<NotRead>,
    /// Entries that cannot be used.
    unusable: usize,
}

impl<'a> ChartBuilder<'a> {
    /// A chart of this patient (`123` or `Patient/123`), or of whichever single patient the resources name.
    pub fn new(patient_id: Option<&str>) -> Self {
        Self {
            patient_id: patient_id.map(|id| id.strip_prefix("Patient/").unwrap_or(id).to_owned()),
            bases: Vec::new(),
            items: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
            gap_of_all: None,
            not_read: Vec::new(),
            unusable: 0,
        }
    }

    /// Names the addresses of the server that the call is about: an absolute reference to a patient under any other is
    /// another patient's. Where none is named, all of them must have one address.
    #[must_use]
    pub fn served_by<'b>(mut self, bases: impl IntoIterator<Item = &'b str>) -> Self {
        self.bases.extend(bases.into_iter().map(comparable));
        self
    }

    /// Adds one JSON value: a resource, a Bundle of any type (Bundles inside it too), or null. Says what it was.
    pub fn add(&mut self, json: Json<'a>) -> Added {
        let mut added = Added {
            kind: AddedKind::Malformed,
            resources: 0,
            conditions: 0,
            bundle: false,
            next: false,
            short: false,
            subsetted: false,
        };
        if json.is_null() {
            added.kind = AddedKind::Null;
            return added;
        }
        let Some(narrow) = narrow(json).filter(|narrow| narrow.kind.is_some()) else {
            return added;
        };
        added.bundle = narrow.kind == Some("Bundle");
        let lone_outcome = narrow.kind == Some("OperationOutcome");
        let mut walk = Walk {
            position: 0,
            depth: 0,
            failed: false,
            unreadable: false,
            added,
        };
        self.resource(json, Some(narrow), Around::default(), &mut walk);
        let kind = match walk.added.resources {
            _ if lone_outcome || walk.failed => AddedKind::Outcome,
            0 if walk.unreadable => AddedKind::Malformed,
            0 => AddedKind::Empty,
            resources => AddedKind::Resources(resources),
        };
        Added {
            kind,
            short: walk.added.short || (walk.unreadable && walk.added.resources > 0),
            ..walk.added
        }
    }

    /// Adds a resource, or what a Bundle holds; whether it can be a match of a search.
    fn resource(
        &mut self,
        json: Json<'a>,
        narrow: Option<Narrow<'a>>,
        around: Around<'a>,
        walk: &mut Walk,
    ) -> bool {
        let Some(narrow) = narrow else {
            walk.position += 1;
            self.unreadable(walk.position, "the entry cannot be read", NotReadWhy::Malformed);
            return true;
        };
        match narrow.kind {
            Some("Bundle") => self.bundle(&narrow, around, walk),
            Some("OperationOutcome") => {
                walk.failed |= narrow.failed;
                walk.position += 1;
                return false;
            }
            Some(kind) => {
                walk.added.conditions += usize::from(kind == "Condition");
                walk.added.resources += 1;
                self.items.push(Item {
                    doubled: json.doubled_key().map(|key| key.into_owned().into()),
                    subsetted: around.subsetted || narrow.subsetted,
                    narrow: Box::new(narrow),
                    json,
                    full_url: around.full_url,
                    position: walk.position,
                    whose: Whose::Nobodys,
                });
                walk.position += 1;
            }
            None => {
                walk.position += 1;
                self.unreadable(walk.position, "the entry is no resource", NotReadWhy::Malformed);
            }
        }
        true
    }

    fn bundle(&mut self, bundle: &Narrow<'a>, around: Around<'a>, walk: &mut Walk) {
        walk.added.next |= bundle.next_page;
        walk.added.subsetted |= bundle.subsetted;
        let entries = match bundle.entries {
            Some(_) if bundle.doubled_entries || walk.depth >= DEEPEST => None,
            Some(json) => list(json),
            None => Some(Children::default()),
        };
        let Some(entries) = entries else {
            walk.unreadable = true;
            let why = match bundle.doubled_entries {
                true => NotReadWhy::DuplicateKey,
                false => NotReadWhy::Malformed,
            };
            return self.unreadable(walk.position + 1, "the entries of the bundle cannot be read", why);
        };
        walk.depth += 1;
        let mut matches: u64 = 0;
        for json in entries.take_while(|_| !stop::is_wanted()) {
            let entry: Entry<'a> = read(json);
            let beside = entry.beside;
            if self.entry(entry, around.subsetted || bundle.subsetted, walk) && !beside {
                matches += 1;
            }
        }
        walk.depth -= 1;
        // `total` does not count what was included; one that is too low or absent says nothing.
        walk.added.short |= !bundle.next_page && bundle.total.is_some_and(|total| total > matches);
    }

    /// Adds an entry; whether it can be a match of a search.
    fn entry(&mut self, entry: Entry<'a>, subsetted: bool, walk: &mut Walk) -> bool {
        let outcome = entry.outcome.and_then(narrow);
        walk.failed |= entry.refused || outcome.is_some_and(|outcome| outcome.failed);
        match entry.resource {
            Some(_) if entry.doubled => {
                walk.position += 1;
                self.unreadable(
                    walk.position,
                    "the entry has a key that stands twice",
                    NotReadWhy::DuplicateKey,
                );
                true
            }
            Some(json) => {
                let around = Around {
                    full_url: entry.full_url,
                    subsetted,
                };
                self.resource(json, narrow(json), around, walk)
            }
            None => {
                walk.position += 1;
                if !entry.answered {
                    self.problem(walk.position, "the entry has no resource");
                }
                false
            }
        }
    }

    /// Names an entry that cannot be used, unless very many were named before it; whether it did.
    fn problem(&mut self, entry: usize, what: &str) -> bool {
        self.unusable += 1;
        let named = self.unusable <= MOST_NAMED;
        if named {
            self.report(format!("{ENTRY}{entry}"), what);
        }
        named
    }

    /// Something of which nobody can say what it is: it may have stated any fact.
    fn unreadable(&mut self, entry: usize, what: &str, why: NotReadWhy) {
        self.gap_of_all(Gap::SetAside);
        if self.problem(entry, what) {
            self.not_read.push(NotRead {
                reference: format!("{ENTRY}{entry}"),
                what: RECORD.to_owned(),
                date: None,
                why,
            });
        }
    }

    /// Lists something that could not be used, such as a search that failed; in our words.
    pub fn report(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem {
            place: place.into(),
            what: what.into(),
        });
    }

    /// Says of every fact that the records which could state it are not all there; the worst of several counts.
    pub fn gap_of_all(&mut self, gap: Gap) {
        self.gap_of_all = self.gap_of_all.max(Some(gap));
    }

    /// Says of facts that the records which could state them are not all there.
    pub fn gap(&mut self, facts: impl IntoIterator<Item = FactId>, gap: Gap) {
        self.gaps.extend(facts.into_iter().map(|fact| (fact, gap)));
    }

    /// Checks that every resource is of one patient.
    ///
    /// References are compared by the patient's id: relative, absolute and versioned ones alike, `urn:uuid` through the
    /// `fullUrl` of the Bundle; an identifier is compared with those that the same system gave to the patient. A resource
    /// that names nobody, something else than a patient, or a patient in a way that cannot be compared (by display, by an
    /// identifier of another system, as a contained resource) is not used.
    ///
    /// # Errors
    /// [`ChartError`] if the chart is not of one patient.
    pub fn finish(mut self) -> Result<Chart<'a>, ChartError> {
        if let Some(more) = self.unusable.checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            self.report("entries", format!("{more} more cannot be used"));
        }
        let identities = Identities::of(&self.items);
        let base = identities.base(&self.items, &self.bases, self.patient_id.as_deref())?;
        let subject = identities.check(&mut self.items, self.patient_id.as_deref())?;
        Ok(Chart {
            subject: subject.map(|id| format!("Patient/{id}")),
            base,
            items: self.items,
            problems: self.problems,
            gaps: self.gaps,
            gap_of_all: self.gap_of_all,
            not_read: self.not_read,
        })
    }
}

/// What a Bundle says of a resource in it.
#[derive(Debug, Default)]
struct Around<'a> {
    full_url: Option<&'a str>,
    subsetted: bool,
}

struct Walk {
    position: usize,
    depth: usize,
    failed: bool,
    /// Entries of a Bundle could not be read as a list.
    unreadable: bool,
    /// What is found on the way; its kind is known at the end.
    added: Added,
}

fn narrow(json: Json<'_>) -> Option<Narrow<'_>> {
    let narrow: Narrow<'_> = read(json);
    (!narrow.too_deep).then_some(narrow)
}

/// The members of a list; a lone object where a list belongs is a list of one.
pub(super) fn list(json: Json<'_>) -> Option<Children<'_>> {
    matches!(json.kind(), JsonKind::List | JsonKind::Object).then(|| json.items_or_self())
}
