//! Questions: a fact that decides much and can be recorded with a click (specification, section 7.2).

use super::card::Suggestion;
use super::findings::{Found, missing_facts};
use super::nonempty::Text;
use super::policy::{Asking, Policy};
use super::resource::{Answer, Concept, Created, FullCoding, Quantity, Record, Reference, Subject};
use super::words;
use crate::assessment::{Assessment, FactValue, MentionReport, MissingFact, Reason};
use crate::knowledge::{Coding, Knowledge, Question};
use crate::markdown;
use fhir_profiles::codes::{FACT_VALUES, FACTS, UCUM};
use fhir_profiles::facts::Value;
use fhir_profiles::{FactId, Interval};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

/// Values of a fact that are few enough to be offered one by one.
const FEW: usize = 6;
/// Suggestions of one question.
const MOST: usize = 8;

/// A fact to be asked for, with what stands on its card.
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question,
    missing: MissingFact,
    mentions: Vec<&'a MentionReport>,
}

/// The facts that may be asked for, that first which decides most: unknown, since nothing is recorded or nothing that can be
/// read, and with few values or a mention that can be recorded.
pub(super) fn askable<'a>(knowledge: &'a Knowledge, assessment: &'a Assessment) -> Vec<Asked<'a>> {
    let asked = |missing: MissingFact| {
        let report = assessment.facts.get(&missing.fact)?;
        let is_lacking = matches!(report.reason, Some(Reason::Missing | Reason::Unreadable));
        let question = knowledge.question(missing.fact);
        let question = question.filter(|question| !question.is_form_only)?;
        let mentions: Vec<&MentionReport> = assessment
            .mentions
            .iter()
            .filter(|mention| mention.fact == missing.fact && answer_of(question, mention).is_some())
            .collect();
        let is_offered = (1..=FEW).contains(&question.answers.len()) || !mentions.is_empty();
        (is_lacking && is_offered).then_some(Asked {
            question,
            missing,
            mentions,
        })
    };
    missing_facts(assessment).into_iter().filter_map(asked).collect()
}

/// The facts that a card may ask for, whatever was asked before: those of which a store may know that they were put aside.
pub fn questions(knowledge: &Knowledge, assessment: &Assessment) -> Vec<FactId> {
    let asked = askable(knowledge, assessment).into_iter();
    asked.map(|asked| asked.question.fact).collect()
}

#[derive(Serialize)]
pub(super) struct View {
    question: String,
    settles: String,
    needed: String,
    found: Vec<Found>,
    day: String,
    version: String,
}

impl Asked<'_> {
    /// "Can the liver metastases be resected completely? The answer settles 1 to 7 options".
    pub(super) fn summary(&self) -> Vec<String> {
        let question = self.question.sentence();
        let settles = self.missing.settles;
        vec![format!("{question} Settles {settles} of the options"), question]
    }

    pub(super) fn view(&self, knowledge: &Knowledge, assessment: &Assessment) -> View {
        View {
            question: self.question.sentence(),
            settles: self.missing.settles.to_string(),
            needed: words::needed(knowledge, &self.missing),
            found: self.mentions.iter().map(|mention| Found::of(mention)).collect(),
            day: assessment.as_of.clone(),
            version: assessment.knowledge.edition(),
        }
    }

    /// One suggestion a value, what texts mention first.
    pub(super) fn suggestions(
        &self,
        assessment: &Assessment,
        subject: Option<&Subject>,
        policy: &Policy<'_>,
    ) -> Vec<Suggestion> {
        let Some(subject) = subject else { return Vec::new() };
        let mut offered: Vec<Offer> = Vec::new();
        for mention in &self.mentions {
            let found_in = Reference::new(&mention.reference);
            offered.extend(answer_of(self.question, mention).map(|answer| Offer {
                label: format!("{} ({})", said(self.question, mention), mention.source()),
                answer,
                found_in,
            }));
        }
        for (value, label) in &self.question.answers {
            let answer = answer(self.question, value);
            let is_new = |answer: &Answer| offered.iter().all(|offer| offer.answer != *answer);
            offered.extend(answer.filter(is_new).map(|answer| Offer {
                label: label.clone(),
                answer,
                found_in: None,
            }));
        }
        let made = offered.into_iter().take(MOST).enumerate();
        made.filter_map(|(place, offer)| {
            let name = format!("suggestion/question/{}/{place}", self.question.fact);
            let label = format!("{}: {}", self.question.fact.info().label, offer.label);
            let record = Record {
                identifier: None,
                code: code(self.question)?,
                subject: subject.clone(),
                focus: focus(self.question.fact, tumour(assessment).as_ref()),
                day: assessment.as_of.clone(),
                performer: policy.asking.user.and_then(Reference::performer),
                value: offer.answer,
                found_in: offer.found_in,
            };
            let label = Text::new(&markdown::plain(&label))?;
            Some(Suggestion::creating(
                policy.uuid(&name),
                label,
                Created::record(record),
            ))
        })
        .collect()
    }
}

/// The diagnosis of the PNET, where it is a record that can be referred to.
pub fn tumour(assessment: &Assessment) -> Option<Reference> {
    let diagnoses = &assessment.facts.get(&FactId::Pnet)?.evidence;
    let mut references = diagnoses.iter().filter_map(|one| Reference::new(&one.reference));
    references.find(Reference::is_condition)
}

/// The tumour of an answer, where another one would have its own (specification, section 2, "Whose tumour").
pub(super) fn focus(fact: FactId, tumour: Option<&Reference>) -> Option<Reference> {
    tumour.filter(|_| fact.is_of_one_tumour()).cloned()
}

/// An answer that can be chosen.
struct Offer {
    label: String,
    answer: Answer,
    found_in: Option<Reference>,
}

/// What a clinician calls the value that a text mentions.
pub(super) fn said(question: &Question, mention: &MentionReport) -> String {
    let named = |value: &Value| matches!(value, Value::Word(word) if word.as_str() == mention.said);
    let mut answers = question.answers.iter();
    let label = answers
        .find(|(value, _)| named(value))
        .map(|(_, label)| label.clone());
    label.unwrap_or_else(|| mention.said.clone())
}

/// The fact's own code, and the standard one.
pub(super) fn code(question: &Question) -> Option<Concept> {
    let own = Coding {
        system: FACTS.to_owned(),
        code: question.fact.as_str().to_owned(),
        display: question.fact.info().label.clone(),
    };
    let standard = question.code.as_ref().and_then(FullCoding::new);
    let text = Text::new(&own.display)?;
    Some(Concept::new(FullCoding::new(&own)?, standard, text))
}

/// What is recorded for a value; nothing for one that no Observation of ours holds.
pub(super) fn answer(question: &Question, value: &Value) -> Option<Answer> {
    let word = |word: &str| {
        let mut answers = question.answers.iter();
        let label = answers
            .find(|(known, _)| known == value)
            .map(|(_, label)| label.as_str());
        let coding = Coding {
            system: FACT_VALUES.to_owned(),
            code: word.to_owned(),
            display: label.unwrap_or(word).to_owned(),
        };
        FullCoding::new(&coding).map(Answer::word)
    };
    match value {
        Value::Number(interval) => number(question, interval),
        Value::Word(_) | Value::Words(_) => word(value.only_word()?.as_str()),
    }
}

/// What is recorded for what a text mentions; nothing for a number that is neither exact nor as written.
pub(super) fn answer_of(question: &Question, mention: &MentionReport) -> Option<Answer> {
    let is_loose = |interval: &Interval| interval.as_exact().is_none() && !mention.notes.is_empty();
    match &mention.read {
        Value::Number(interval) if is_loose(interval) => None,
        read => answer(question, read),
    }
}

fn number(question: &Question, interval: &Interval) -> Option<Answer> {
    let exact = interval.as_exact();
    let Some((unit, code)) = &question.unit else {
        let whole = exact.filter(Decimal::is_integer)?;
        return whole.to_i64().map(Answer::Integer);
    };
    let quantity = |value, comparator| Quantity {
        value: FactValue::Number(value),
        comparator,
        unit: unit.clone(),
        system: UCUM,
        code: code.clone(),
    };
    if let Some(value) = exact {
        return Some(Answer::Quantity(quantity(value, None)));
    }
    match (interval.low(), interval.high()) {
        (Some(low), Some(high)) if low.inclusive && high.inclusive => Some(Answer::Range {
            low: quantity(low.value, None),
            high: quantity(high.value, None),
        }),
        (Some(low), None) => {
            let comparator = if low.inclusive { ">=" } else { ">" };
            Some(Answer::Quantity(quantity(low.value, Some(comparator))))
        }
        (None, Some(high)) => {
            let comparator = if high.inclusive { "<=" } else { "<" };
            Some(Answer::Quantity(quantity(high.value, Some(comparator))))
        }
        _ => None,
    }
}

impl Asking<'_> {
    /// The questions of an answer, those left out that were put aside.
    pub(super) fn of<'k>(&self, knowledge: &'k Knowledge, assessment: &'k Assessment) -> Vec<Asked<'k>> {
        let mut asked = askable(knowledge, assessment);
        asked.retain(|asked| !self.paused.contains(&asked.question.fact));
        asked.truncate(self.most);
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir_profiles::json::Document;
    use fhir_profiles::{ChartBuilder, Codes, ReadPolicy, read};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    /// The Observation that records a value.
    fn recorded(question: &Question, answer: Answer, found_in: Option<&str>) -> serde_json::Value {
        let record = Record {
            identifier: None,
            code: code(question).unwrap(),
            subject: Subject::new("Patient/p").unwrap(),
            focus: focus(question.fact, Reference::new("Condition/c").as_ref()),
            day: "2026-11-23".to_owned(),
            performer: Reference::performer("Practitioner/d"),
            value: answer,
            found_in: found_in.and_then(Reference::new),
        };
        let suggestion = Suggestion::creating(Uuid::nil(), Text::new("x").unwrap(), Created::record(record));
        serde_json::to_value(&suggestion).unwrap()["actions"][0]["resource"].clone()
    }

    /// What the reader makes of it.
    fn read_back(question: &Question, answer: Answer) -> Vec<Value> {
        let bundle = serde_json::json!({"resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "Patient", "id": "p"}},
            {"resource": {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
                "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "254611009"}]}}},
            {"resource": recorded(question, answer, None)},
        ]});
        let text = bundle.to_string();
        let document: Document<'_> = text.parse().unwrap();
        let mut chart = ChartBuilder::new(Some("p"));
        chart.add(document.root());
        let chart = chart.finish().unwrap();
        let nothing = BTreeSet::new();
        let policy = ReadPolicy {
            as_of: "2026-11-23".parse().unwrap(),
            codes: Codes::embedded(),
            closed_world: &nothing,
        };
        let facts = read(&chart, &policy);
        let readings = facts.get(question.fact).readings().unwrap_or_default();
        readings.iter().map(|reading| reading.value.clone()).collect()
    }

    #[test]
    fn whatever_is_recorded_is_read_as_that() {
        let knowledge = Knowledge::embedded().unwrap();
        assert!(knowledge.questions.len() > 12);
        for question in &knowledge.questions {
            for (value, label) in &question.answers {
                let answer = answer(question, value).unwrap();
                assert_eq!(
                    read_back(question, answer),
                    std::slice::from_ref(value),
                    "{} {label}",
                    question.fact
                );
            }
            if !question.answers.is_empty() {
                continue;
            }
            let intervals = [
                Interval::exactly(7.into()),
                Interval::between(3.into(), 9.into()).unwrap(),
                Interval::from(4.into()),
                Interval::below(4.into()),
            ];
            for interval in intervals {
                let value = Value::Number(interval);
                match answer(question, &value) {
                    Some(answer) => assert_eq!(read_back(question, answer), [value], "{}", question.fact),
                    None => assert!(question.unit.is_none(), "{} {interval}", question.fact),
                }
            }
        }
    }

    #[test]
    fn what_only_the_form_asks_for_stands_on_no_card() {
        let knowledge = Knowledge::embedded().unwrap();
        let form_only = |fact| knowledge.question(fact).is_some_and(|one| one.is_form_only);
        let mut left_out = 0;
        for sample in super::super::sample::assessments(&knowledge) {
            left_out += missing_facts(&sample)
                .iter()
                .filter(|missing| form_only(missing.fact))
                .count();
            let asked = questions(&knowledge, &sample);
            assert!(asked.iter().all(|fact| !form_only(*fact)), "{asked:?}");
        }
        assert!(left_out > 0);
    }

    #[test]
    fn what_was_found_in_a_document_is_derived_from_it_and_a_report_is_named_beside() {
        let knowledge = Knowledge::embedded().unwrap();
        let ki67 = knowledge
            .questions
            .iter()
            .find(|one| one.fact == FactId::Ki67)
            .unwrap();
        let of = |found_in| {
            let value = Value::Number(Interval::exactly(15.into()));
            recorded(ki67, answer(ki67, &value).unwrap(), found_in)
        };
        let document = of(Some("DocumentReference/x"));
        assert_eq!(document["derivedFrom"][0]["reference"], "DocumentReference/x");
        assert!(document.get("extension").is_none());
        let report = of(Some("DiagnosticReport/x"));
        assert!(report.get("derivedFrom").is_none());
        assert_eq!(
            report["extension"][0]["valueReference"]["reference"],
            "DiagnosticReport/x"
        );
        let place = of(Some("entry 3"));
        assert!(place.get("derivedFrom").is_none() && place.get("extension").is_none());
        assert_eq!(place["performer"][0]["reference"], "Practitioner/d");
        assert_eq!(place["effectiveDateTime"], "2026-11-23");
        assert_eq!(place["valueQuantity"]["value"], 15);
        assert_eq!(place["code"]["coding"][0]["code"], "ki67");
        assert_eq!(place["code"]["coding"][1]["code"], "29593-1");
    }

    #[test]
    fn who_is_no_performer_records_in_nobodys_name() {
        for wrong in [
            "",
            "Practitioner",
            "Device/x",
            "x/Practitioner/y",
            "Practitioner/a b",
            "Patient/",
        ] {
            assert!(Reference::performer(wrong).is_none(), "{wrong}");
        }
    }
}
