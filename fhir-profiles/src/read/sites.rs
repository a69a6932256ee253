//! Body sites, and distant metastases by their site.

use super::Reader;
use super::element::Node;
use super::record::Record;
use super::value::{self, Written};
use crate::catalogue::FactId;
use crate::codes::{Codes, Meaning, Site};
use crate::facts::Source;

/// The sites that a `bodySite` names by code, or by a text that is the plain word.
pub(super) fn sites(node: Node<'_>, codes: &Codes) -> Sites {
    let mut sites = Sites::default();
    for body_site in node.all("bodySite") {
        let before = sites.named.len();
        for coding in body_site.codings() {
            for meaning in codes.meanings(&coding) {
                if let Meaning::At(site) = meaning {
                    sites.named.push(site);
                }
            }
        }
        for text in body_site.texts() {
            match text.trim().to_lowercase().as_str() {
                "liver" => sites.named.push(Site::Liver),
                "pancreas" => sites.named.push(Site::Pancreas),
                _ => {}
            }
        }
        sites.unknown |= sites.named.len() == before;
    }
    sites
}

/// What body sites are named.
#[derive(Debug, Default)]
pub(super) struct Sites {
    named: Vec<Site>,
    /// Whether a site is named that is not known.
    pub(super) unknown: bool,
}

impl Sites {
    pub(super) fn has(&self, site: Site) -> bool {
        self.named.contains(&site)
    }

    pub(super) fn only(&self, site: Site) -> bool {
        self.has(site) && !self.unknown && self.named.iter().all(|named| *named == site)
    }

    pub(super) fn none(&self) -> bool {
        self.named.is_empty() && !self.unknown
    }
}

impl Reader<'_> {
    pub(super) fn metastasis_site(&mut self, record: &Record<'_>, written: &Written<'_>) {
        let recorded = written.recorded();
        let mut known = false;
        if let Written::Concept(concept) = written {
            for meaning in concept.codings().iter().flat_map(|c| self.codes.meanings(c)) {
                if let Meaning::At(site) = meaning {
                    known |= site != Site::Pancreas;
                    self.metastasis_at(site, Source::Observation, record, &recorded);
                }
            }
        }
        if !known {
            for fact in [FactId::LiverMetastases, FactId::ExtrahepaticMetastases] {
                self.facts
                    .shown(fact, record.noted(recorded.as_str(), "the site is not known"));
            }
        }
    }

    /// A distant metastasis at a site.
    pub(super) fn metastasis_at(&mut self, site: Site, source: Source, record: &Record<'_>, recorded: &str) {
        let evidence = record.evidence(recorded);
        match site {
            Site::Liver => self.add(FactId::LiverMetastases, "present", source, evidence),
            Site::OtherOrgan => self.add(FactId::ExtrahepaticMetastases, "present", Source::Part, evidence),
            Site::LymphNodes => self.add(FactId::DistantLymphNodeMetastases, "present", source, evidence),
            Site::Peritoneum => {
                self.add(FactId::ExtrahepaticMetastases, "present", Source::Part, evidence);
                let evidence = record.noted(recorded, "the spread is not said");
                self.facts.shown(FactId::DiffusePeritonealMetastases, evidence);
            }
            Site::Pancreas => {}
        }
    }

    /// No history means none now; a history says nothing about now.
    pub(super) fn history(&mut self, record: &Record<'_>, written: &Written<'_>) {
        let fact = FactId::LiverMetastases;
        match value::words(fact, written, self.codes) {
            Ok(words) if words.iter().any(|word| word.as_str() == "absent") => {
                self.add(
                    fact,
                    "absent",
                    Source::Observation,
                    record.evidence(written.recorded()),
                );
            }
            Ok(_) => {
                self.facts.shown(
                    fact,
                    record.noted(written.recorded(), "a history says nothing about now"),
                );
            }
            Err(why) => self.unread(fact, record, written.recorded(), why),
        }
    }
}
