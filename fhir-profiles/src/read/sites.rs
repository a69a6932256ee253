//! Body sites, and distant metastases by their site.

use super::Reader;
use super::around::Place;
use super::element::Node;
use super::inside::Root;
use super::lexicon::is_one_of;
use super::record::Record;
use super::value::{self, Written};
use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::facts::{Source, Specimen};
use crate::organs::{Organ, is_here, is_metastasis};
use crate::text::has_words;
use serde::Deserialize;
use std::sync::LazyLock;

/// How far a specimen is followed to the one that it was taken from.
const MOST_PARENTS: usize = 4;

/// The sites that a `bodySite` names by code, or by a text that is the plain word.
pub(super) fn sites(node: Node<'_>, codes: &Codes) -> Sites {
    let mut sites = Sites::default();
    for body_site in node.all("bodySite") {
        sites.add(body_site, codes);
    }
    sites
}

/// The site of an ICD-O-3 topography, written with or without the dot.
fn topography(coding: &Coding<'_>) -> Option<Site> {
    let code = system::plain(system::ICD_10, coding.code_in(system::ICD_O_3)?).into_owned();
    match code.get(..3)? {
        "C25" => Some(Site::Pancreas),
        "C22" if code == "C220" => Some(Site::Liver),
        "C77" => Some(Site::LymphNodes),
        _ => None,
    }
}

/// The words of `lexicon/sites.toml`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wording {
    pancreas: Vec<String>,
    liver: Vec<String>,
    /// Parts of organs, and what stands between them.
    parts: Vec<String>,
}

static WORDING: LazyLock<Wording> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/sites.toml")).unwrap_or_default());

/// `Tail of pancreas`, `Liver, segment 7`: the organ, where the text names no more than it and a part of it.
fn site_in_text(text: &str) -> Option<Site> {
    let lower = text.to_lowercase().replace("(body structure)", "");
    let words = || {
        lower
            .split(|c: char| c.is_whitespace() || ",;:()".contains(c))
            .filter(|word| !word.is_empty())
    };
    let organ = |word: &str| match word {
        word if is_one_of(word, &WORDING.pancreas) => Some(Site::Pancreas),
        word if is_one_of(word, &WORDING.liver) => Some(Site::Liver),
        _ => None,
    };
    let mut sites = words().filter_map(organ);
    let site = sites.next().filter(|site| sites.all(|other| other == *site))?;
    words()
        .all(|word| organ(word).is_some() || is_one_of(word, &WORDING.parts) || is_number(word))
        .then_some(site)
}

/// The number of a segment: `7`, `4a`, `VII`.
fn is_number(word: &str) -> bool {
    let number = word.trim_end_matches(['a', 'b']);
    !number.is_empty()
        && (number.chars().all(|c| c.is_ascii_digit()) || number.chars().all(|c| "ivx".contains(c)))
}

/// What body sites are named.
#[derive(Debug, Default)]
pub(super) struct Sites {
    named: Vec<Site>,
    /// Whether a site is named that is not known.
    pub(super) unknown: bool,
    /// Organs that are named by code or in words.
    pub(super) organs: Vec<&'static Organ>,
    /// Whether words name the pancreas or where its tumours spread to.
    pub(super) here: bool,
    /// Whether words name a metastasis.
    pub(super) metastasis: bool,
}

impl Sites {
    fn add(&mut self, site: Node<'_>, codes: &Codes) {
        let before = self.named.len();
        for meaning in site.codings().iter().flat_map(|coding| codes.meanings(coding)) {
            if let Meaning::At(site) = meaning {
                self.named.push(site);
            }
        }
        for coding in site.codings() {
            self.named.extend(topography(&coding));
            self.organs.extend(Organ::by_code(&coding));
        }
        for text in site.texts() {
            self.add_text(text);
        }
        self.unknown |= self.named.len() == before;
    }

    /// Adds what words say of a site beside other things.
    fn add_text(&mut self, text: &str) {
        self.named.extend(site_in_text(text));
        self.organs.extend(Organ::in_text(text));
        self.here |= is_here(text);
        self.metastasis |= is_metastasis(text);
    }

    /// Adds concepts that may name a site, and need not.
    fn add_in_passing<'t>(&mut self, concepts: impl Iterator<Item = Node<'t>>, codes: &Codes) {
        let unknown = self.unknown;
        for concept in concepts {
            self.add(concept, codes);
        }
        self.unknown = unknown;
    }

    /// Whether an organ or a site is named, in whatever way.
    fn says_something(&self) -> bool {
        !self.none() || self.here || self.metastasis || !self.organs.is_empty()
    }

    /// Whether what is named is the pancreas or an organ, so that there is a link.
    pub(super) fn is_linked(&self) -> bool {
        self.is_known() || self.here || !self.organs.is_empty()
    }

    pub(super) fn has(&self, site: Site) -> bool {
        self.named.contains(&site)
    }

    pub(super) fn only(&self, site: Site) -> bool {
        self.has(site) && !self.unknown && self.named.iter().all(|named| *named == site)
    }

    pub(super) fn is_known(&self) -> bool {
        !self.named.is_empty()
    }

    pub(super) fn none(&self) -> bool {
        self.named.is_empty() && !self.unknown
    }
}

impl Reader<'_> {
    /// A record and what holds it, the nearest first.
    pub(super) fn around<'t>(&'t self, record: &Record<'t>) -> Vec<Place<'t>> {
        self.targets.around(record)
    }

    /// The site of the tumour that an Observation is of, by itself or by what holds it.
    pub(super) fn tumour_sites(&self, record: &Record<'_>) -> Sites {
        let places = self.around(record);
        let mut sites = places.iter().map(|place| self.sites_at(place));
        sites.find(Sites::says_something).unwrap_or_default()
    }

    /// The sites that a record or what holds it names: its own body site, else that of its specimen, else that of the
    /// body structure that it is about, else the words of a report's kind.
    pub(super) fn sites_at(&self, place: &Place<'_>) -> Sites {
        let own = sites(place.node, self.codes);
        if !own.none() {
            return own;
        }
        let mut found = Sites::default();
        for reference in place.node.all("specimen") {
            self.specimen_sites(place.root, reference, &mut found);
        }
        if found.says_something() {
            return found;
        }
        let about = ["bodyStructure", "focus"].into_iter();
        for structure in about
            .flat_map(|key| place.node.all(key))
            .filter_map(|reference| self.targets.get(place.root, reference))
            .filter(|target| target.text("resourceType") == Some("BodyStructure"))
        {
            // `location` until R4B, `includedStructure` since R5.
            let included = structure
                .all("includedStructure")
                .flat_map(|part| part.all("structure"));
            for site in structure.all("location").chain(included) {
                found.add(site, self.codes);
            }
        }
        if found.none() && place.node.text("resourceType") == Some("DiagnosticReport") {
            found.add_in_passing(place.node.all("code"), self.codes);
        }
        found
    }

    /// What a specimen, or the one that it was taken from, says of its site.
    fn specimen_sites<'t>(&'t self, root: Root<'t>, reference: Node<'t>, found: &mut Sites) {
        found.add_text(reference.text("display").unwrap_or_default());
        let mut next = self.targets.get(root, reference);
        for _ in 0..MOST_PARENTS {
            let Some(specimen) = next.filter(|target| target.text("resourceType") == Some("Specimen")) else {
                return;
            };
            for site in specimen.all("collection").flat_map(|c| c.all("bodySite")) {
                found.add(site, self.codes);
            }
            if found.none() {
                // A kind of specimen that names no site leaves the site open.
                found.add_in_passing(specimen.all("type"), self.codes);
            }
            if found.says_something() {
                return;
            }
            next = specimen
                .get("parent")
                .and_then(|parent| self.targets.get(root, parent));
        }
    }

    /// Whether a reading is of the primary or of a metastasis: by the site, else by the words of the specimen.
    pub(super) fn specimen(&self, record: &Record<'_>) -> Option<Specimen> {
        let sites = self.tumour_sites(record);
        if sites.only(Site::Pancreas) {
            return Some(Specimen::Primary);
        }
        if sites.only(Site::Liver) {
            return Some(Specimen::Metastasis);
        }
        if !sites.none() {
            return None;
        }
        let texts: Vec<&str> = self.specimen_of(record)?.get("type")?.texts().collect();
        let says = |words: &[&str]| {
            texts
                .iter()
                .any(|text| words.iter().any(|word| has_words(text, word)))
        };
        let primary = says(&["primary"]);
        let metastasis = says(&["metastasis", "metastases", "metastatic"]);
        match (primary, metastasis) {
            _ if says(&["no", "not", "non", "without"]) => None,
            (true, false) => Some(Specimen::Primary),
            (false, true) => Some(Specimen::Metastasis),
            _ => None,
        }
    }

    fn specimen_of<'t>(&'t self, record: &Record<'t>) -> Option<Node<'t>> {
        let target = self
            .targets
            .get(Root::around(record), record.node.get("specimen")?)?;
        (target.text("resourceType") == Some("Specimen")).then_some(target)
    }

    pub(super) fn metastasis_site(&mut self, record: &Record<'_>, written: &Written<'_>) {
        let recorded = written.recorded();
        let mut named: Vec<Site> = Vec::new();
        for meaning in written.codings().iter().flat_map(|c| self.codes.meanings(c)) {
            if let Meaning::At(site) = meaning
                && !named.contains(&site)
            {
                named.push(site);
            }
        }
        if named.is_empty() && (written.nothing().is_some() || written.is_no_answer(self.codes)) {
            return;
        }
        if named.len() > 1 {
            for fact in [FactId::LiverMetastases, FactId::ExtrahepaticMetastases] {
                self.put_unreadable(
                    record,
                    fact,
                    record.noted(recorded.as_str(), value::CONTRADICTION),
                );
            }
            return;
        }
        for site in &named {
            self.metastasis_at(*site, Source::Observation, record, &recorded);
        }
        if named.iter().all(|site| *site == Site::Pancreas) {
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
            Site::Liver => self.put_present(record, FactId::LiverMetastases, source, evidence),
            Site::OtherOrgan => {
                self.put_present(record, FactId::ExtrahepaticMetastases, Source::Part, evidence);
            }
            Site::LymphNodes => {
                self.put_present(record, FactId::DistantLymphNodeMetastases, source, evidence);
            }
            Site::Peritoneum => {
                self.put_present(record, FactId::ExtrahepaticMetastases, Source::Part, evidence);
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
