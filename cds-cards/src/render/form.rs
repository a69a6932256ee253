//! The form for the meeting: what the record and its texts say of each fact, and what a person enters, as one transaction
//! (specification, section 7.3).

use super::question::{answer, answer_of, code, focus, said};
use super::resource::{Answer, Identifier, Record, Recorded, Reference, Subject};
use super::words;
use crate::assessment::{Assessment, FactReport, MentionReport, Settles};
use crate::knowledge::{FormSection, Knowledge, Question};
use fhir_profiles::facts::Value;
use fhir_profiles::{FactId, PartialDate, entered};
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

/// A section of the form with its fields.
#[derive(Debug)]
pub struct Part<'a> {
    /// The section.
    pub section: &'a FormSection,
    /// Its fields, in the order in which they are asked.
    pub fields: Vec<Field<'a>>,
}

/// A fact of the form.
#[derive(Debug)]
pub struct Field<'a> {
    /// What is asked.
    pub question: &'a Question,
    /// What is recorded.
    pub report: Option<&'a FactReport>,
    /// How many options it would settle; nothing where it would settle none.
    pub settles: Option<Settles>,
    /// What texts state of it and can be recorded as it stands.
    pub mentions: Vec<&'a MentionReport>,
}

/// The form for a patient.
pub fn form<'a>(knowledge: &'a Knowledge, assessment: &'a Assessment) -> Vec<Part<'a>> {
    let field = |question: &'a Question| {
        let mut missing = assessment.missing.iter();
        let missing = missing.find(|missing| missing.fact == question.fact);
        let mentions = assessment.mentions.iter();
        Field {
            question,
            report: assessment.facts.get(&question.fact),
            settles: missing
                .map(|missing| missing.settles)
                .filter(|settles| settles.most > 0),
            mentions: mentions
                .filter(|mention| mention.fact == question.fact && answer_of(question, mention).is_some())
                .collect(),
        }
    };
    let part = |section: &'a FormSection| Part {
        section,
        fields: knowledge.questions_of(section).map(field).collect(),
    };
    knowledge.form.sections.iter().map(part).collect()
}

/// What a person enters for a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    fact: FactId,
    record: Record,
    text: String,
}

/// For whom, by whom and when something is saved.
#[derive(Debug, Clone)]
pub struct Saving<'a> {
    /// The patient.
    pub subject: &'a Subject,
    /// The diagnosis, which an answer on the tumour is about.
    pub tumour: Option<&'a Reference>,
    /// Who enters it; without one nobody is named, and there is no Provenance.
    pub user: Option<&'a Reference>,
    /// Whether there is to be a Provenance: where the record takes none, none of the rest would be written either.
    pub provenance: bool,
    /// The day of what has no other.
    pub today: Date,
    /// The instant, as FHIR has it.
    pub instant: &'a str,
    /// Of the form as it was opened: what is sent again from it is written once.
    pub key: Uuid,
}

impl Entered {
    /// An answer to a question: one of its answers by its word or number, or else a number as it is typed, as of `day`
    /// (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty: today).
    ///
    /// # Errors
    /// What is wrong with it, in our own words.
    pub fn typed(
        question: &Question,
        text: &str,
        day: &str,
        saving: &Saving<'_>,
    ) -> Result<Self, &'static str> {
        let mut answers = question.answers.iter();
        let (value, called) = match answers.find(|(value, _)| name(value) == text) {
            Some((value, label)) => (value.clone(), label.clone()),
            None if question.answers.is_empty() => {
                let number = Value::Number(entered(question.fact, text)?);
                let unit = question.unit.as_ref().map(|(unit, _)| unit.as_str());
                let called = words::with_unit(name(&number), unit);
                (number, called)
            }
            None => return Err("this is none of the answers"),
        };
        let answer = answer(question, &value).ok_or("a number between or beyond these cannot be recorded")?;
        let day = match day {
            "" => saving.today.to_string(),
            day => past(day, saving).ok_or("the day is none, or lies ahead")?,
        };
        Self::of(question, answer, day, None, called, saving).ok_or("it cannot be recorded")
    }

    /// What a text mentions, as of the day of the text (interpretation I45); nothing where it cannot be recorded as it stands.
    pub fn found(question: &Question, mention: &MentionReport, saving: &Saving<'_>) -> Option<Self> {
        let answer = answer_of(question, mention)?;
        let date = mention.date.as_deref().and_then(|date| past(date, saving));
        let day = date.unwrap_or_else(|| saving.today.to_string());
        let called = format!("{} ({})", said(question, mention), mention.source());
        Self::of(
            question,
            answer,
            day,
            Reference::new(&mention.reference),
            called,
            saving,
        )
    }

    fn of(
        question: &Question,
        value: Answer,
        day: String,
        found_in: Option<Reference>,
        called: String,
        saving: &Saving<'_>,
    ) -> Option<Self> {
        let text = format!("{}: {called}", question.fact.info().label);
        let mut record = Record {
            identifier: None,
            code: code(question)?,
            subject: saving.subject.clone(),
            focus: focus(question.fact, saving.tumour),
            day,
            performer: saving.user.cloned(),
            value,
            found_in,
        };
        // Of all that is said: who changes an answer and saves again means another one.
        let content = serde_json::to_vec(&Recorded::from(record.clone())).ok()?;
        record.identifier = Some(Identifier {
            system: ANSWERS.to_owned(),
            value: Uuid::new_v5(&saving.key, &content).to_string(),
        });
        Some(Self {
            fact: question.fact,
            record,
            text,
        })
    }

    /// The fact.
    pub fn fact(&self) -> FactId {
        self.fact
    }

    /// As a person reads it: "Ki-67: 15 %".
    pub fn text(&self) -> &str {
        &self.text
    }

    fn identifier(&self) -> &str {
        self.record
            .identifier
            .as_ref()
            .map_or("", |identifier| &identifier.value)
    }
}

/// The word or number by which a form names an answer.
pub fn name(value: &Value) -> String {
    match value {
        Value::Word(word) => word.as_str().to_owned(),
        Value::Words(words) => words
            .iter()
            .map(|word| word.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        Value::Number(interval) => match interval.as_exact() {
            Some(number) => number.normalize().to_string(),
            None => interval.to_string(),
        },
    }
}

/// A day that is not ahead, as FHIR writes it.
fn past(day: &str, saving: &Saving<'_>) -> Option<String> {
    let read = PartialDate::parse(day)?;
    (read.earliest() <= saving.today).then(|| read.to_string())
}

/// The system of what identifies an answer of the form, and of the tag of its Provenance.
const ANSWERS: &str = "https://pnet-cds.github.io/fhir/form-answers";

/// All that a person enters at once: it is written whole, or nothing of it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    resource_type: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    entry: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    full_url: String,
    resource: Resource,
    request: Request,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Resource {
    Observation(Box<Recorded>),
    Provenance(Box<Provenance>),
}

/// A create that a server leaves out where it has the resource already.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: &'static str,
    url: &'static str,
    if_none_exist: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    resource_type: &'static str,
    meta: Meta,
    target: Vec<Target>,
    recorded: String,
    activity: Activity,
    agent: [Agent; 2],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entity: Vec<Entity>,
}

#[derive(Debug, Serialize)]
struct Meta {
    tag: [PlainCoding; 1],
}

#[derive(Debug, Serialize)]
struct PlainCoding {
    system: &'static str,
    code: String,
}

#[derive(Debug, Serialize)]
struct Target {
    reference: String,
}

#[derive(Debug, Serialize)]
struct Activity {
    coding: [PlainCoding; 1],
}

#[derive(Debug, Serialize)]
struct Agent {
    #[serde(rename = "type")]
    kind: Activity,
    who: Who,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Who {
    Person(Reference),
    Program { display: &'static str },
}

#[derive(Debug, Serialize)]
struct Entity {
    role: &'static str,
    what: Reference,
}

fn coding(system: &'static str, code: &str) -> PlainCoding {
    PlainCoding {
        system,
        code: code.to_owned(),
    }
}

impl Transaction {
    /// Everything that was entered, and by whom.
    pub fn of(all: Vec<Entered>, saving: &Saving<'_>) -> Self {
        let urls: Vec<String> = all
            .iter()
            .map(|one| format!("urn:uuid:{}", one.identifier()))
            .collect();
        let provenance = saving
            .user
            .filter(|_| saving.provenance)
            .map(|user| provenance(&all, &urls, user, saving));
        let observations = all.into_iter().zip(urls).map(|(one, full_url)| Entry {
            request: Request {
                method: "POST",
                url: "Observation",
                if_none_exist: format!("identifier={ANSWERS}|{}", one.identifier()),
            },
            full_url,
            resource: Resource::Observation(Box::new(one.record.into())),
        });
        Self {
            resource_type: "Bundle",
            kind: "transaction",
            entry: observations.chain(provenance).collect(),
        }
    }
}

fn provenance(all: &[Entered], urls: &[String], user: &Reference, saving: &Saving<'_>) -> Entry {
    const ROLES: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
    let tag = Uuid::new_v5(&saving.key, urls.concat().as_bytes()).to_string();
    let mut sources: Vec<Reference> = Vec::new();
    for source in all.iter().filter_map(|one| one.record.found_in.as_ref()) {
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    let agent = |role, who| Agent {
        kind: Activity {
            coding: [coding(ROLES, role)],
        },
        who,
    };
    Entry {
        full_url: format!("urn:uuid:{}", Uuid::new_v5(&saving.key, tag.as_bytes())),
        request: Request {
            method: "POST",
            url: "Provenance",
            if_none_exist: format!("_tag={ANSWERS}|{tag}"),
        },
        resource: Resource::Provenance(Box::new(Provenance {
            resource_type: "Provenance",
            meta: Meta {
                tag: [coding(ANSWERS, &tag)],
            },
            target: urls
                .iter()
                .cloned()
                .map(|reference| Target { reference })
                .collect(),
            recorded: saving.instant.to_owned(),
            activity: Activity {
                coding: [coding(
                    "http://terminology.hl7.org/CodeSystem/v3-DataOperation",
                    "CREATE",
                )],
            },
            agent: [
                agent("author", Who::Person(user.clone())),
                agent("assembler", Who::Program { display: "pnet-cds" }),
            ],
            entity: sources
                .into_iter()
                .map(|what| Entity { role: "source", what })
                .collect(),
        })),
    }
}
