//! Which tumour a record is of: another malignancy of the patient has a Ki-67, a stage and a progression of its own.

use super::Reader;
use super::around::{key, keys};
use super::element::Tree;
use super::organs::{Counts, Organ, is_malignancy};
use super::record::Record;
use super::sites::Sites;
use super::standing::{Standing, standing};
use crate::catalogue::FactId;
use crate::chart::{Item, Whose};
use crate::codes::{Codes, Meaning, Named, Site};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Of which tumour a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tumour {
    /// The PNET or a metastasis of it, as far as anything is said.
    Own,
    /// Another one.
    Another(&'static str),
    /// One of two that are recorded there.
    Unclear(&'static str),
}

/// The other malignancies of the chart.
#[derive(Default)]
pub(super) struct Others {
    /// What refers to one of them.
    keys: BTreeSet<String>,
    organs: Vec<&'static Organ>,
    /// Whether there is one that is not refuted.
    pub(super) any: bool,
}

/// Whether a Condition is a malignancy that is neither the PNET nor a part of it, by its code alone.
pub(super) fn is_other(item: &Item<'_>, codes: &Codes) -> bool {
    let code = &item.narrow.code;
    if item.kind() != "Condition" || item.whose != Whose::Usable {
        return false;
    }
    let known = code
        .codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .any(|meaning| {
            matches!(meaning, Meaning::Fact(_) | Meaning::Names(_))
                && meaning != Meaning::Names(Named::Hint(FactId::Pnet))
        });
    !known && is_malignancy(code)
}

impl Others {
    pub(super) fn add(&mut self, item: &Item<'_>, tree: &Tree, as_of: Date) {
        self.keys.extend(keys(item));
        if !standing(tree.root(), as_of).is_some_and(Standing::was_there) {
            return;
        }
        self.any = true;
        let code = &item.narrow.code;
        self.organs.extend(code.codings.iter().flat_map(Organ::by_code));
        self.organs.extend(code.texts().flat_map(Organ::in_text));
    }

    pub(super) fn has(&self, reference: &str) -> bool {
        self.keys.contains(key(reference))
    }

    fn is_in(&self, organs: &[&'static Organ]) -> bool {
        organs
            .iter()
            .any(|organ| self.organs.iter().any(|other| other.id == organ.id))
    }
}

/// Facts of the tumour and its metastases, of which another tumour has its own.
fn is_of_a_tumour(fact: FactId) -> bool {
    is_of_one_site(fact)
        || matches!(
            fact,
            FactId::Pnet
                | FactId::TumourSize
                | FactId::TumourExtension
                | FactId::M
                | FactId::DiseaseStatus
                | FactId::Resectability
                | FactId::PrimaryResectable
                | FactId::ResectableFraction
                | FactId::PrimaryResected
                | FactId::LiverMetastases
                | FactId::LiverInvolvement
                | FactId::LiverLesionCount
                | FactId::LargestLiverLesion
                | FactId::LiverDistribution
                | FactId::LesionLocation
                | FactId::ExtrahepaticMetastases
                | FactId::DistantLymphNodeMetastases
                | FactId::DiffusePeritonealMetastases
        )
}

/// Facts that a body site or specimen places in the tumour that they are of.
fn is_of_one_site(fact: FactId) -> bool {
    matches!(
        fact,
        FactId::Ki67
            | FactId::Mitoses
            | FactId::Differentiation
            | FactId::GradeRecorded
            | FactId::T
            | FactId::N
            | FactId::StageRecorded
            | FactId::Margins
    )
}

impl Reader<'_> {
    /// Of which tumour an Observation is. Interpretation I30: what the specification says of the size of a tumour holds for
    /// every fact that each tumour has of its own; a site that is not known is no other site.
    pub(super) fn tumour_of(&self, fact: FactId, record: &Record<'_>) -> Tumour {
        if !is_of_a_tumour(fact) {
            return Tumour::Own;
        }
        if self.is_about_another(record) {
            return Tumour::Another("its focus is another tumour");
        }
        let sites = self.tumour_sites(record);
        let by_site = self.by_site(&sites);
        if is_of_one_site(fact) {
            if fact == FactId::Margins && sites.is_known() && !sites.has(Site::Pancreas) {
                return Tumour::Another("the margins of another resection than the primary's");
            }
            return by_site;
        }
        let never = sites.organs.iter().all(|organ| organ.counts == Counts::Never);
        match by_site {
            Tumour::Another(_) if never && matches!(fact, FactId::M | FactId::DiseaseStatus) => by_site,
            _ => Tumour::Own,
        }
    }

    /// Whether the focus is another person or a thing; a tumour, specimen or procedure as focus is the patient's.
    pub(super) fn is_of_another(&self, record: &Record<'_>) -> bool {
        let subject = self.facts.subject.as_deref();
        record.node.all("focus").any(|focus| {
            let target = focus.text("reference").unwrap_or_default();
            let another_patient =
                target.contains("Patient/") && subject.is_some_and(|subject| key(target) != subject);
            another_patient
                || ["RelatedPerson/", "Group/", "Device/", "Location/"]
                    .iter()
                    .any(|kind| target.contains(kind))
        })
    }

    /// Whether the focus is another malignancy of the patient.
    pub(super) fn is_about_another(&self, record: &Record<'_>) -> bool {
        let mut focus = record
            .node
            .all("focus")
            .filter_map(|focus| focus.text("reference"));
        focus.any(|reference| self.others.has(reference))
    }

    pub(super) fn by_site(&self, sites: &Sites) -> Tumour {
        let elsewhere = |organ: &&Organ| match organ.counts {
            Counts::Always => false,
            Counts::AsMetastasis => !sites.metastasis,
            Counts::Never => true,
        };
        let here = sites.here || sites.is_known();
        if !here && sites.organs.iter().copied().any(|organ| elsewhere(&organ)) {
            Tumour::Another("of another organ")
        } else if !sites.has(Site::Pancreas) && !sites.metastasis && self.others.is_in(&sites.organs) {
            Tumour::Unclear("another tumour of this organ is recorded")
        } else {
            Tumour::Own
        }
    }
}
