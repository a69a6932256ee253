//! Questions that were asked before and put aside: who knows of them.

use fhir_profiles::FactId;
use futures_util::future::BoxFuture;

/// Who knows which questions were put aside for a patient.
pub trait Pauses: Sync {
    /// Those of the facts that are not to be asked for now; all of them where that cannot be told.
    fn paused<'a>(&'a self, patient: &'a str, facts: &'a [FactId]) -> BoxFuture<'a, Vec<FactId>>;
}

/// Nobody has put anything aside.
#[derive(Debug, Clone, Copy)]
pub struct NoPauses;

impl Pauses for NoPauses {
    fn paused<'a>(&'a self, _patient: &'a str, _facts: &'a [FactId]) -> BoxFuture<'a, Vec<FactId>> {
        Box::pin(async { Vec::new() })
    }
}
