//! `/form`: what the meeting needs to know, asked for in one place and written into the record (specification, section 7.3).

use super::answer::{attachment, session_page};
use super::case::{FactView, one};
use super::form_fields::{Act, Faults, Sent, mentioned};
use super::made::Pages;
use super::person::{Person, person};
use super::record::Record;
use super::suppose::{Moves, moves};
use super::template::{Fault, Frame};
use crate::errors::{ErrorCode, Failure};
use crate::hooks::flow::Basis;
use crate::http::{State, refusal};
use crate::query_text::encoded;
use crate::random::new_id;
use crate::strip::{Strip, strip};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use cds_cards::assessment::{Assessment, Gate};
use cds_cards::render::form::{Entered, Field, Saving, Transaction, form, name};
use cds_cards::render::{Found, Subject, plain, tumour};
use fhir_profiles::FactId;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Serialize)]
struct FormPage {
    person: Person,
    subject: String,
    patient: String,
    csrf: String,
    /// Whether it is a synthetic patient.
    bundled: bool,
    /// Whether the answers may be written, as far as is known.
    writes: bool,
    /// Where its cards are.
    cards: String,
    as_of: String,
    key: String,
    title: String,
    help: String,
    strip: Strip,
    sections: Vec<SectionView>,
    /// What keeps it from being saved.
    fault: String,
    /// The answers in words, to be copied where they could not be written.
    said: Vec<String>,
    saved: Option<Saved>,
    /// Whether something was written for this synthetic patient since the start.
    written: bool,
}

/// What became of what was sent.
#[derive(Debug, Clone, Serialize)]
struct Saved {
    /// The answers in words; of a form that was saved before none.
    texts: Vec<String>,
    /// What moved; one, or of a form that was saved before none.
    moves: Vec<Moves>,
}

impl Saved {
    /// The same form was saved before.
    const BEFORE: Self = Self {
        texts: Vec::new(),
        moves: Vec::new(),
    };
}

#[derive(Debug, Serialize)]
struct SectionView {
    id: String,
    title: String,
    fields: Vec<FieldView>,
}

/// A fact as it is asked for.
#[derive(Debug, Serialize)]
struct FieldView {
    id: &'static str,
    question: String,
    help: String,
    unit: String,
    /// What is recorded, or why nothing is known; one or none.
    recorded: Vec<FactView>,
    settles: String,
    mentions: Vec<Choice>,
    answers: Vec<Choice>,
    /// Whether a number is typed in.
    is_number: bool,
    typed: String,
    day: String,
    fault: &'static str,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
    /// The words of a text, with where they stand; chart data.
    found: Option<Found>,
    /// The record that has the text; chart data.
    reference: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Nothing {
    fault: Fault,
    /// What was put in, so that it is not lost.
    answers: Vec<(String, String)>,
    /// Whether there are synthetic patients.
    bundled: bool,
}

/// What a form shows beside the record.
struct Shown<'a> {
    status: StatusCode,
    /// What was put in.
    sent: &'a Sent,
    fault: &'a str,
    faults: Option<&'a Faults>,
    said: Vec<String>,
    saved: Option<Saved>,
}

impl<'a> Shown<'a> {
    fn of(sent: &'a Sent) -> Self {
        Self {
            status: StatusCode::OK,
            sent,
            fault: "",
            faults: None,
            said: Vec::new(),
            saved: None,
        }
    }
}

/// Everything that is known of the patient of a form.
struct Opened<'a> {
    pages: &'a Pages,
    state: &'a Data<State>,
    sent: &'a Sent,
    record: &'a Record,
    basis: Basis,
    key: Uuid,
    instant: String,
}

/// `/form`, opened by its address, sent as a form.
pub(super) async fn page(
    record: Result<Record, Failure>,
    pages: Result<Pages, Failure>,
    state: Data<State>,
    sent: Result<Sent, Failure>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (sent, pages) = (sent?, pages?);
    let answered = match record {
        Ok(record) => answer(&pages, &state, &record, &sent, &request).await,
        Err(failure) => Err(failure),
    };
    let Err(failure) = answered else { return answered };
    let nothing = Nothing {
        fault: Fault::from(&failure),
        answers: sent.all(),
        bundled: state.advisor.sandbox.is_some(),
    };
    let html = filled(&pages, &state, "no-form.html", &nothing)?;
    let frame_origins = state.advisor.frame_origins();
    Ok(refusal(&failure, |status| {
        session_page(status, html, &frame_origins)
    }))
}

fn filled<V: Serialize>(pages: &Pages, state: &State, template: &str, view: &V) -> Result<String, Failure> {
    let knowledge = &state.advisor.evaluator.knowledge;
    let frame = Frame::new(&pages.assets, knowledge, "./", "form", "Form for the meeting");
    pages.templates.fill(template, &frame, view)
}

async fn answer(
    pages: &Pages,
    state: &Data<State>,
    record: &Record,
    sent: &Sent,
    request: &HttpRequest,
) -> Result<HttpResponse, Failure> {
    record.check(request.headers(), sent, request.method() == Method::POST)?;
    if let (Act::Forget, true, Some(sandbox)) = (sent.act, record.is_bundled(), &state.advisor.sandbox) {
        sandbox.forget(&sent.patient);
        pages.saved.forget(&sent.patient);
    }
    let opened = Opened {
        pages,
        state,
        sent,
        record,
        basis: record.read(state, record.patient(sent)).await?,
        key: sent.key.map_or_else(new_key, Ok)?,
        instant: Timestamp::now().to_string(),
    };
    match sent.act {
        Act::Open | Act::Forget => opened.open(""),
        Act::Save | Act::Download => opened.act().await,
    }
}

/// A key that no other form has.
fn new_key() -> Result<Uuid, Failure> {
    new_id().map_err(|()| ErrorCode::Internal.into())
}

impl Opened<'_> {
    /// The assessment behind the form.
    ///
    /// # Errors
    /// [`ErrorCode::NoTumour`] where there is none to ask about.
    fn assessment(&self) -> Result<&Assessment, Failure> {
        match self.basis.assessment.gate {
            Gate::NoPnet => Err(ErrorCode::NoTumour.into()),
            Gate::NoLiverMetastases | Gate::Passed => Ok(&self.basis.assessment),
        }
    }

    /// Saves what was sent, or hands it out.
    async fn act(&self) -> Result<HttpResponse, Failure> {
        let knowledge = &self.state.advisor.evaluator.knowledge;
        let before = self.assessment()?;
        let patient = self.record.patient(self.sent);
        let (forms, whole) = (&self.pages.saved, self.sent.whole(self.key));
        let place = format!("{}{patient}", self.record.place());
        if self.sent.act == Act::Save && forms.have(&place, whole) {
            return self.saved(before, Saved::BEFORE);
        }
        let subject = Subject::new(&format!("Patient/{patient}")).ok_or(ErrorCode::InvalidPatientId)?;
        let user = self.record.user();
        let tumour = tumour(before);
        let saving = Saving {
            subject: &subject,
            tumour: tumour.as_ref(),
            user: user.as_ref(),
            provenance: self.record.creates("Provenance"),
            today: self.state.advisor.today(),
            instant: &self.instant,
            key: self.key,
        };
        let entered = match self.sent.entered(&form(knowledge, before), &saving) {
            Ok(entered) => entered,
            Err(faults) => return self.wrong(&faults),
        };
        if entered.is_empty() {
            return self.open("Nothing was saved: no question has an answer.");
        }
        let texts: Vec<String> = entered.iter().map(|one| one.text().to_owned()).collect();
        let facts: Vec<FactId> = entered.iter().map(Entered::fact).collect();
        let transaction = serde_json::to_string_pretty(&Transaction::of(entered, &saving));
        let transaction = transaction.map_err(|_| Failure::from(ErrorCode::Internal))?;
        if self.sent.act == Act::Download {
            return Ok(attachment("answers.json", "application/fhir+json", transaction));
        }
        if let Err(failure) = self.record.write(self.state, self.sent, transaction).await {
            return self.refused(&failure, texts);
        }
        forms.add(&place, whole);
        self.record.call().records(facts);
        let after = self.record.read(self.state, patient).await?.assessment;
        let saved = Saved {
            texts,
            moves: vec![moves(knowledge, before, &after)],
        };
        self.saved(&after, saved)
    }

    /// The form as it is open, with what was put in.
    fn open(&self, fault: &str) -> Result<HttpResponse, Failure> {
        let shown = Shown {
            fault,
            ..Shown::of(self.sent)
        };
        self.filled(self.assessment()?, &shown)
    }

    /// The form with what cannot be recorded.
    fn wrong(&self, faults: &Faults) -> Result<HttpResponse, Failure> {
        let fault = match faults.len() {
            1 => "Nothing was saved: one answer cannot be recorded. It is marked below.".to_owned(),
            n => format!("Nothing was saved: {n} answers cannot be recorded. They are marked below."),
        };
        let shown = Shown {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            fault: &fault,
            faults: Some(faults),
            ..Shown::of(self.sent)
        };
        self.filled(self.assessment()?, &shown)
    }

    /// The form with everything that was put in, which the record did not take.
    fn refused(&self, failure: &Failure, said: Vec<String>) -> Result<HttpResponse, Failure> {
        let fault = format!("Nothing was saved: {failure}.");
        let shown = Shown {
            status: StatusCode::from_u16(failure.code.status()).unwrap_or(StatusCode::BAD_GATEWAY),
            fault: &fault,
            said,
            ..Shown::of(self.sent)
        };
        self.filled(self.assessment()?, &shown)
    }

    /// The form anew after it was saved: open again, with what moved.
    fn saved(&self, after: &Assessment, saved: Saved) -> Result<HttpResponse, Failure> {
        let empty = Sent::default();
        let shown = Shown {
            saved: Some(saved),
            ..Shown::of(&empty)
        };
        self.filled(after, &shown)
    }

    fn filled(&self, assessment: &Assessment, shown: &Shown<'_>) -> Result<HttpResponse, Failure> {
        let knowledge = &self.state.advisor.evaluator.knowledge;
        let patient = self.basis.patient.as_deref();
        let field = |one: Field<'_>| field(one, assessment, shown);
        let sections = form(knowledge, assessment).into_iter().map(|part| SectionView {
            id: part.section.id.clone(),
            title: part.section.title.clone(),
            fields: part.fields.into_iter().map(field).collect(),
        });
        // What was saved is done with: the form is a new one.
        let key = if shown.saved.is_some() {
            new_key()?
        } else {
            self.key
        };
        let view = FormPage {
            person: person(patient),
            subject: plain(assessment.subject.as_deref().unwrap_or_default()),
            patient: self.record.patient(self.sent).to_owned(),
            csrf: self.record.csrf().to_owned(),
            bundled: self.record.is_bundled(),
            writes: self.record.creates("Observation"),
            cards: match self.record.is_bundled() {
                true => format!("./?patient={}", encoded(&self.sent.patient)),
                false => "smart/patient".to_owned(),
            },
            as_of: assessment.as_of.clone(),
            key: key.to_string(),
            title: knowledge.form.title.clone(),
            help: knowledge.form.help.clone(),
            strip: strip(knowledge, assessment),
            sections: sections.collect(),
            fault: shown.fault.to_owned(),
            said: shown.said.clone(),
            saved: shown.saved.clone(),
            written: self
                .state
                .advisor
                .sandbox
                .as_ref()
                .is_some_and(|sandbox| sandbox.written_for(&self.sent.patient) > 0),
        };
        let html = filled(self.pages, self.state, "form.html", &view)?;
        Ok(self.record.page(shown.status, html))
    }
}

fn field(field: Field<'_>, assessment: &Assessment, shown: &Shown<'_>) -> FieldView {
    let question = field.question;
    let put_in = shown.sent.of(question.fact);
    let choice = |value: String, label: String| Choice {
        chosen: put_in.chosen == value,
        value,
        label,
        found: None,
        reference: String::new(),
    };
    let mentions = field.mentions.iter().enumerate().map(|(place, mention)| Choice {
        found: Some(Found::of(mention)),
        reference: plain(&mention.reference),
        ..choice(mentioned(place), mention.said.clone())
    });
    let answers = question.answers.iter();
    FieldView {
        id: question.fact.as_str(),
        question: question.sentence(),
        help: question.help.clone().unwrap_or_default(),
        unit: question
            .unit
            .as_ref()
            .map(|(unit, _)| unit.clone())
            .unwrap_or_default(),
        recorded: one(assessment, question.fact).into_iter().collect(),
        settles: field
            .settles
            .map(|settles| settles.to_string())
            .unwrap_or_default(),
        mentions: mentions.collect(),
        answers: answers
            .map(|(value, label)| choice(name(value), label.clone()))
            .collect(),
        is_number: question.answers.is_empty(),
        typed: put_in.typed,
        day: put_in.day,
        fault: shown
            .faults
            .and_then(|faults| faults.get(&question.fact).copied())
            .unwrap_or_default(),
    }
}
