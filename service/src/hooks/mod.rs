//! CDS Hooks: what is asked for, what comes in, and how it is answered.

pub mod feedback;
pub mod flow;
pub mod prefetch;
pub mod request;
pub mod templates;
pub mod trail;

/// Id of the patient-view service.
pub const SERVICE_ID: &str = "pnet-liver-metastases";
/// The hook that it answers.
pub const HOOK: &str = "patient-view";
