//! What is known of a chart as a whole while its records are read one by one.

use super::around::Targets;
use super::denials::Denials;
use super::histology::Histologies;
use super::others::Others;
use super::products::Medications;
use super::reason::Diagnoses;
use crate::codes::Codes;
use jiff::civil::Date;

/// What the parts of the reader share, beside the facts that they add to.
pub(super) struct Known<'r> {
    /// What codes mean.
    pub(super) codes: &'r Codes,
    /// The day of evaluation.
    pub(super) as_of: Date,
    /// `Patient/id`, where the patient is known.
    pub(super) subject: Option<&'r str>,
    pub(super) medications: Medications<'r>,
    pub(super) diagnoses: Diagnoses<'r>,
    pub(super) histologies: Histologies,
    pub(super) denials: Denials,
    /// References to a patient of another server.
    pub(super) is_elsewhere: &'r dyn Fn(&str) -> bool,
    /// Whether ICD-O codes the tumour as one that is well differentiated by name.
    pub(super) is_net_by_name: bool,
    pub(super) targets: Targets<'r>,
    pub(super) others: Others,
}
