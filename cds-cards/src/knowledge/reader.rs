//! One file of the knowledge being read, beside what its ids must name.

use super::criteria::Criteria;
use super::evidence::Evidence;
use super::files::Files;
use super::section::{At, Section};

/// Reads what is put into one file of the knowledge.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Files<'a>,
    pub(super) evidence: &'a Evidence,
    pub(super) criteria: Option<&'a Criteria>,
    pub(super) file: &'a str,
}

impl Reader<'_> {
    /// The statements of a section; those that there are not are reported.
    pub(super) fn statements(&self, section: &Section<'_>) -> Vec<String> {
        let cited = section.some_texts("statements");
        self.evidence.cited(self.file, cited, self.source.faults)
    }

    /// The ids of criteria that stand in a section; those that there are not are reported.
    pub(super) fn criteria(&self, section: &Section<'_>, named: Vec<At<String>>) -> Vec<String> {
        for id in &named {
            self.known(section, id);
        }
        named.into_iter().map(|id| id.value).collect()
    }

    /// Reports a criterion that there is not.
    pub(super) fn known(&self, section: &Section<'_>, id: &At<String>) {
        let is_known = self
            .criteria
            .is_none_or(|criteria| criteria.ids.contains_key(&id.value));
        if !is_known {
            section.fault(id.line, format!("unknown criterion `{}`", id.value));
        }
    }
}
