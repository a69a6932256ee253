//! What a person has put into the form: read as it was sent, so that nothing of it is lost when it cannot be saved.

use super::ask::fields;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::http::body::{Answers, Body};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use cds_cards::render::form::{Entered, Field, Part, Saving};
use fhir_profiles::FactId;
use fhir_profiles::catalogue::Catalogue;
use futures_util::future::LocalBoxFuture;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// The longest that is kept of a field.
const LONGEST: usize = 100;
/// Saved forms that are remembered.
const MOST_FORMS: usize = 1000;
/// What the answer is called that a text mentions, before its number.
const MENTIONED: &str = "mention.";

/// What is to be done with the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Act {
    /// It is opened.
    #[default]
    Open,
    /// The answers are written into the record.
    Save,
    /// The answers are handed out as a Bundle, and not written.
    Download,
    /// What was written for a synthetic patient is forgotten.
    Forget,
}

/// What was put in for a fact.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// What was chosen: an answer's word or number, or `mention.0`.
    pub(super) chosen: String,
    /// A number as typed.
    pub(super) typed: String,
    /// The day of what was found out; empty: today.
    pub(super) day: String,
}

/// The form as it was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    pub(super) patient: String,
    /// By which a session knows its own forms.
    pub(super) csrf: String,
    /// Of the form as it was opened.
    pub(super) key: Option<Uuid>,
    pub(super) act: Act,
    answers: BTreeMap<FactId, Answer>,
}

/// The forms that were saved, so that one that is sent twice is not taken for another.
#[derive(Debug, Default)]
pub(super) struct SavedForms(Mutex<VecDeque<(String, Uuid)>>);

impl SavedForms {
    /// Whether this form of a patient was saved with these answers.
    pub(super) fn have(&self, patient: &str, form: Uuid) -> bool {
        self.lock()
            .iter()
            .any(|saved| saved.0 == patient && saved.1 == form)
    }

    /// It is saved; of very many the first are forgotten.
    pub(super) fn add(&self, patient: &str, form: Uuid) {
        let mut forms = self.lock();
        forms.push_back((patient.to_owned(), form));
        if forms.len() > MOST_FORMS {
            forms.pop_front();
        }
    }

    /// What was saved for a patient is no longer there.
    pub(super) fn forget(&self, patient: &str) {
        self.lock().retain(|saved| saved.0 != patient);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Uuid)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is wrong with an answer.
pub(super) type Faults = BTreeMap<FactId, &'static str>;

impl Sent {
    /// Reads an address's query or a form; fields that are not known are left out.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] if it is neither.
    fn parse(form: &str, catalogue: &Catalogue) -> Result<Self, Failure> {
        let mut sent = Self::default();
        for (name, value) in fields(form)? {
            let value: String = value.trim().chars().take(LONGEST).collect();
            match name.as_str() {
                "patient" => sent.patient = value,
                "csrf" => sent.csrf = value,
                "key" => sent.key = value.parse().ok(),
                "act" => {
                    sent.act = match value.as_str() {
                        "save" => Act::Save,
                        "download" => Act::Download,
                        "forget" => Act::Forget,
                        _ => Act::Open,
                    }
                }
                name => sent.answer(catalogue, name, value),
            }
        }
        Ok(sent)
    }

    fn answer(&mut self, catalogue: &Catalogue, name: &str, value: String) {
        let Some((part, fact)) = name.split_once('.') else {
            return;
        };
        let Some(fact) = catalogue.parse(fact) else { return };
        let answer = self.answers.entry(fact).or_default();
        match part {
            "chosen" => answer.chosen = value,
            "typed" => answer.typed = value,
            "day" => answer.day = value,
            _ => {}
        }
    }

    /// Everything that was put in, as it was sent, by the name of the fact.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        let text = |answer: &Answer| [&*answer.chosen, &*answer.typed, &*answer.day].join(" ");
        let answers = self.answers.iter();
        answers
            .map(|(fact, answer)| (fact.info().label.clone(), text(answer).trim().to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    /// The form with all that was put in.
    pub(super) fn whole(&self, key: Uuid) -> Uuid {
        let content = format!("{:?}", self.answers);
        Uuid::new_v5(&key, content.as_bytes())
    }

    /// What was put in for a fact.
    pub(super) fn of(&self, fact: FactId) -> Answer {
        self.answers.get(&fact).cloned().unwrap_or_default()
    }

    /// Everything that was put in, as it can be recorded; what is left open writes nothing.
    ///
    /// # Errors
    /// What is wrong, by fact; nothing is to be written then.
    pub(super) fn entered(&self, parts: &[Part<'_>], saving: &Saving<'_>) -> Result<Vec<Entered>, Faults> {
        let (mut all, mut faults) = (Vec::new(), Faults::new());
        for field in parts.iter().flat_map(|part| &part.fields) {
            let fact = field.question.fact;
            match self.of(fact).entered(field, saving) {
                Ok(entered) => all.extend(entered),
                Err(fault) => {
                    faults.insert(fact, fault);
                }
            }
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }
}

impl Answer {
    fn entered(&self, field: &Field<'_>, saving: &Saving<'_>) -> Result<Option<Entered>, &'static str> {
        let text = match (self.chosen.as_str(), self.typed.as_str()) {
            ("", "") if self.day.is_empty() => return Ok(None),
            ("", "") => return Err("a day without an answer"),
            (chosen, "") => chosen,
            ("", typed) => typed,
            _ => return Err("two answers: choose one, or type one"),
        };
        let Some(place) = text.strip_prefix(MENTIONED) else {
            return Entered::typed(field.question, text, &self.day, saving).map(Some);
        };
        if !self.day.is_empty() {
            return Err("what a text says is of the day of the text");
        }
        let mention = place
            .parse()
            .ok()
            .and_then(|place: usize| field.mentions.get(place));
        let mention = mention.ok_or("the text is no longer there")?;
        let entered = Entered::found(field.question, mention, saving);
        entered
            .map(Some)
            .ok_or("the text cannot be recorded as it stands")
    }
}

/// The name of the answer that a text mentions.
pub(super) fn mentioned(place: usize) -> String {
    format!("{MENTIONED}{place}")
}

impl FromRequest for Sent {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(state) = request.app_data::<Data<State>>().cloned() else {
            return Box::pin(async { Err(ErrorCode::Internal.into()) });
        };
        if request.method() != Method::POST {
            let sent = Self::parse(
                request.query_string(),
                &state.advisor.evaluator.knowledge.catalogue,
            );
            // An address only opens it: what writes is a form that was sent.
            return Box::pin(async move {
                sent.map(|sent| Self {
                    patient: sent.patient,
                    ..Self::default()
                })
            });
        }
        let body = Body::<Answers>::from_request(request, payload);
        Box::pin(
            async move { Self::parse(&body.await?.text(), &state.advisor.evaluator.knowledge.catalogue) },
        )
    }
}
