//! What is kept about one server: its circuit breaker, and which form of a search it takes.

use super::breaker::Breaker;
use super::query::Form;
use super::settings::{FhirSettings, PatientParameter};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One registered server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) breaker: Breaker,
    subject: AtomicBool,
    /// Searches with an address of this length and more are posted.
    post_from: AtomicUsize,
}

impl Server {
    pub(super) fn new(settings: &FhirSettings) -> Self {
        Self {
            breaker: Breaker::new(settings.circuit_failures, settings.circuit_open),
            subject: AtomicBool::new(settings.patient_parameter == PatientParameter::Subject),
            post_from: AtomicUsize::new(settings.max_get_length.saturating_add(1)),
        }
    }

    /// Whether searches name the patient as `subject`.
    pub(super) fn takes_subject(&self) -> bool {
        self.subject.load(Ordering::Relaxed)
    }

    /// Whether a search with an address of this length is posted.
    pub(super) fn takes_post(&self, length: usize) -> bool {
        length >= self.post_from.load(Ordering::Relaxed)
    }

    /// Keeps the form that the server took after it had refused another, for an address of this length.
    pub(super) fn learn(&self, form: Form, length: usize) {
        self.subject.store(form.subject, Ordering::Relaxed);
        if form.post {
            self.post_from.fetch_min(length, Ordering::Relaxed);
        } else {
            // It refused a POST, so this length has to go as GET.
            self.post_from
                .fetch_max(length.saturating_add(1), Ordering::Relaxed);
        }
    }
}
