//! Body sites, and distant metastases by their site.

use super::element::Node;
use super::lexicon::is_one_of;
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Site, system};
use crate::organs::{Organ, is_here, is_metastasis};
use serde::Deserialize;
use std::sync::LazyLock;

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
    pub(super) fn add(&mut self, site: Node<'_>, codes: &Codes) {
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
    pub(super) fn add_text(&mut self, text: &str) {
        self.named.extend(site_in_text(text));
        self.organs.extend(Organ::in_text(text));
        self.here |= is_here(text);
        self.metastasis |= is_metastasis(text);
    }

    /// Adds concepts that may name a site, and need not.
    pub(super) fn add_in_passing<'t>(&mut self, concepts: impl Iterator<Item = Node<'t>>, codes: &Codes) {
        let unknown = self.unknown;
        for concept in concepts {
            self.add(concept, codes);
        }
        self.unknown = unknown;
    }

    /// Whether an organ or a site is named, in whatever way.
    pub(super) fn says_something(&self) -> bool {
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
