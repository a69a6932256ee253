//! What the record holds beside what is read: reports and documents of prose or files, codes that look relevant, and what
//! is referred to and not there.

use super::Reader;
use super::around::{key, keys};
use super::aside::what;
use super::paper::Paper;
use crate::catalogue::FactId;
use crate::chart::{Chart, Item, Narrow, Whose, is_of_medication};
use crate::facts::{Gap, NotRead, NotReadWhy};
use std::collections::BTreeSet;

/// Statuses of what has been taken back, replaced, or not made yet.
const VOID: &[&str] = &[
    "entered-in-error",
    "superseded",
    "cancelled",
    "registered",
    "not-done",
];

impl Reader<'_> {
    /// Names what was not read and may matter.
    pub(super) fn beside(&mut self, chart: &Chart<'_>) {
        let here: BTreeSet<String> = chart.items().iter().flat_map(keys).collect();
        let usable = |item: &&Item<'_>| item.whose == Whose::Usable && item.doubled.is_none();
        for item in chart.items().iter().filter(usable) {
            match item.kind() {
                "DiagnosticReport" | "DocumentReference" => self.paper(item, &here),
                "Observation" | "Condition" | "Procedure" => self.unmapped(item),
                kind if is_of_medication(kind) => self.without_medication(item),
                _ => {}
            }
        }
    }

    /// A report or document that holds nothing but prose or files, or results that are not there. Interpretation I35: the
    /// contract has one word for all of these, plain text among them.
    fn paper(&mut self, item: &Item<'_>, here: &BTreeSet<String>) {
        let paper = Paper::of(item.json);
        if is_void(&paper) || item.narrow.contained.iter().any(is_observation) {
            return;
        }
        let kind = match item.kind() {
            "DiagnosticReport" => paper.kind("report"),
            _ => paper.kind("document"),
        };
        let mut results = paper.results.iter();
        let (made_of, why) = if paper.results.is_empty() {
            match paper.made_of() {
                Some(made_of) => (made_of, NotReadWhy::NotText),
                None => return,
            }
        } else if results
            .any(|result| result.trim_start().starts_with('#') || here.contains(key(result).as_ref()))
        {
            return;
        } else {
            ("results".to_owned(), NotReadWhy::NotFetched)
        };
        self.facts.not_read(NotRead {
            reference: item.place(),
            what: format!("{kind}, {made_of}"),
            date: paper.date(),
            why,
        });
    }

    /// A record whose code is not read and looks as if it should be.
    fn unmapped(&mut self, item: &Item<'_>) {
        let narrow = &item.narrow;
        let text = narrow.code.text.unwrap_or_default();
        let of_code = self.codes.suggested(item.kind(), &narrow.code.codings, text);
        let of_parts = || self.codes.suggested(item.kind(), &narrow.components, "");
        let Some(suggests) = of_code.or_else(of_parts) else {
            return;
        };
        let paper = Paper::of(item.json);
        if is_void(&paper) {
            return;
        }
        let kind = what(item.kind()).unwrap_or("record");
        self.facts.not_read(NotRead {
            reference: item.place(),
            what: format!("{kind}, perhaps {}", suggests.info().label),
            date: paper.date(),
            why: NotReadWhy::CodeNotMapped,
        });
    }

    /// A record of a medication that nobody names: what it refers to is not there, and may be any drug.
    fn without_medication(&mut self, item: &Item<'_>) {
        let said = self.medications.said(&item.narrow);
        if !said.wording.is_empty() || said.unsent.is_empty() {
            return;
        }
        let references: Vec<String> = said
            .unsent
            .iter()
            .map(|reference| (*reference).to_owned())
            .collect();
        if is_void(&Paper::of(item.json)) {
            return;
        }
        for fact in [FactId::OnSsa, FactId::PriorSystemicTherapy] {
            self.facts.gap(fact, Gap::NotSupplied);
        }
        for reference in references.into_iter().filter(|reference| !reference.is_empty()) {
            self.facts.not_read(NotRead {
                reference,
                what: "medication, named by reference alone".to_owned(),
                date: None,
                why: NotReadWhy::NotFetched,
            });
        }
    }
}

fn is_void(paper: &Paper<'_>) -> bool {
    let mut statuses = [&paper.status, &paper.document_status].into_iter().flatten();
    paper.denied || statuses.any(|status| VOID.contains(&status.trim()))
}

fn is_observation(inner: &Narrow<'_>) -> bool {
    inner.kind == Some("Observation")
}
