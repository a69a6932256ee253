//! What is kept about one server: its circuit breaker, and for a while which form of a search it takes.

use super::breaker::Breaker;
use super::form::{Form, Negotiation};
use super::parameters::ResultParameters;
use crate::settings::{FhirSettings, PatientParameter};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Types of resources of which an unfinished search for the form is kept.
const MOST_UNFINISHED: usize = 32;

/// One registered server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) breaker: Breaker,
    /// What is assumed before anything is learnt.
    first: Habits,
    kept_for: Duration,
    habits: Mutex<(Instant, Habits)>,
}

/// What a server was seen to take, or to do.
#[derive(Debug, Clone)]
struct Habits {
    subject: bool,
    /// Searches with an address of this length and more are posted.
    post_from: usize,
    without: ResultParameters,
    codes: usize,
    /// Where a call ran out of time before the server had taken a form, by type: the next one goes on from there.
    unfinished: HashMap<String, Negotiation>,
    seen: Seen,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    refusals: u32,
    retries: u32,
    pages: bool,
    alias: bool,
}

/// Something that a server was seen to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It refused a form of a search.
    Refused,
    /// It was asked again after a passing fault.
    Retried,
    /// It answered in more than one page.
    Paged,
    /// It named a next page by another address than its own.
    Aliased,
}

/// What was learnt about a server: how it is asked now, and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    /// Parameters that are left out since it refuses them.
    pub without: Vec<&'static str>,
    /// How searches name the patient.
    pub patient: PatientParameter,
    /// Searches with an address of this length and more are posted.
    pub post_from: usize,
    /// Whether shorter ones are posted than the settings say, since it refused them by GET.
    pub posts_sooner: bool,
    /// The most codes that one search asks for, where it does not take all of them.
    pub codes: Option<usize>,
    /// Forms of searches that it refused.
    pub refusals: u32,
    /// Requests that were repeated after a passing fault.
    pub retries: u32,
    /// Whether it answers in more than one page.
    pub pages: bool,
    /// Whether it names next pages by one of its other addresses.
    pub alias: bool,
}

impl Server {
    pub(super) fn new(settings: &FhirSettings) -> Self {
        let first = Habits {
            subject: settings.patient_parameter == PatientParameter::Subject,
            post_from: settings.max_get_length.saturating_add(1),
            without: ResultParameters::default(),
            codes: usize::MAX,
            unfinished: HashMap::new(),
            seen: Seen::default(),
        };
        Self {
            breaker: Breaker::new(settings.circuit_failures, settings.circuit_open),
            habits: Mutex::new((Instant::now(), first.clone())),
            kept_for: settings.learnt_for,
            first,
        }
    }

    /// What is known at this moment; what was learnt too long ago is forgotten, since a server may have been upgraded.
    fn habits(&self, now: Instant) -> MutexGuard<'_, (Instant, Habits)> {
        let mut habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(habits.0) >= self.kept_for {
            *habits = (now, self.first.clone());
        }
        habits
    }

    /// The form that searches are sent in, by GET.
    pub(super) fn form(&self) -> Form {
        let habits = self.habits(Instant::now());
        Form {
            subject: habits.1.subject,
            post: false,
            without: habits.1.without,
            codes: habits.1.codes,
        }
    }

    /// Whether a search with an address of this length is posted.
    pub(super) fn takes_post(&self, length: usize) -> bool {
        length >= self.habits(Instant::now()).1.post_from
    }

    /// Where an earlier search for the form of a type stopped.
    pub(super) fn unfinished(&self, kind: &str) -> Option<Negotiation> {
        self.habits(Instant::now()).1.unfinished.get(kind).cloned()
    }

    /// Keeps how far the search for the form has come, or that it is over.
    pub(super) fn keep(&self, kind: &str, negotiation: Option<&Negotiation>) {
        let mut habits = self.habits(Instant::now());
        let unfinished = &mut habits.1.unfinished;
        match negotiation {
            Some(negotiation) if unfinished.len() < MOST_UNFINISHED => {
                unfinished.insert(kind.to_owned(), negotiation.clone());
            }
            _ => drop(unfinished.remove(kind)),
        }
    }

    /// Keeps the form that the server took after it had refused another, for an address of this length.
    pub(super) fn learn(&self, form: Form, length: usize) {
        let mut habits = self.habits(Instant::now());
        let known = &mut habits.1;
        known.subject = form.subject;
        known.without = known.without.with(form.without);
        known.codes = known.codes.min(form.codes);
        if form.post {
            known.post_from = known.post_from.min(length);
        } else if length >= known.post_from {
            // It refused a POST, so this length has to go as GET.
            known.post_from = length.saturating_add(1);
        }
    }

    pub(super) fn note(&self, event: Event) {
        let mut habits = self.habits(Instant::now());
        let seen = &mut habits.1.seen;
        match event {
            Event::Refused => seen.refusals = seen.refusals.saturating_add(1),
            Event::Retried => seen.retries = seen.retries.saturating_add(1),
            Event::Paged => seen.pages = true,
            Event::Aliased => seen.alias = true,
        }
    }

    pub(super) fn learnt(&self) -> Learnt {
        let habits = self.habits(Instant::now());
        let Habits {
            subject,
            post_from,
            without,
            codes,
            seen,
            ..
        } = &habits.1;
        Learnt {
            without: without.names().collect(),
            patient: match subject {
                true => PatientParameter::Subject,
                false => PatientParameter::Patient,
            },
            post_from: *post_from,
            posts_sooner: *post_from < self.first.post_from,
            codes: (*codes < usize::MAX).then_some(*codes),
            refusals: seen.refusals,
            retries: seen.retries,
            pages: seen.pages,
            alias: seen.alias,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(kept_for: Duration) -> Server {
        Server::new(&FhirSettings {
            max_get_length: 1000,
            learnt_for: kept_for,
            ..FhirSettings::default()
        })
    }

    #[test]
    fn what_was_learnt_is_forgotten_after_a_while() {
        let form = Form {
            subject: true,
            without: ResultParameters::SORT,
            codes: 10,
            ..Form::PLAIN
        };
        let lasting = server(Duration::from_secs(3600));
        lasting.learn(form, 100);
        assert_eq!(lasting.form(), form);
        let learnt = lasting.learnt();
        assert_eq!(
            (learnt.without.as_slice(), learnt.codes),
            (&["_sort"][..], Some(10))
        );
        let passing = server(Duration::ZERO);
        passing.learn(form, 100);
        assert_eq!(
            passing.form(),
            Form::PLAIN,
            "an upgraded server gets another chance"
        );
    }

    #[test]
    fn post_begins_at_the_shortest_address_that_had_to_be_posted() {
        let server = server(Duration::from_secs(3600));
        assert!(!server.takes_post(1000) && server.takes_post(1001));
        let posted = Form {
            post: true,
            ..Form::PLAIN
        };
        server.learn(posted, 600);
        assert!(server.takes_post(600) && !server.takes_post(599));
        server.learn(Form::PLAIN, 700);
        assert!(!server.takes_post(700) && server.takes_post(701));
        server.learn(Form::PLAIN, 100);
        assert!(
            server.takes_post(701),
            "a short one by GET says nothing of long ones"
        );
    }
}
