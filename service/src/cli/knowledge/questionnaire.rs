//! The form for the meeting as a FHIR Questionnaire, from which a form filler extracts an Observation of each answer.

use super::resource::{head, with};
use crate::clean::displays;
use cds_cards::Knowledge;
use cds_cards::assessment::FactValue;
use cds_cards::knowledge::{Coding, FormSection, Question};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::codes::{FACT_VALUES, FACTS, UCUM};
use fhir_profiles::facts::Value as Answer;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CORE: &str = "http://hl7.org/fhir/StructureDefinition";
const SDC: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire";

/// The Questionnaire (specification, section 7.3): one item a fact, in the order of the form, named by the fact.
pub(super) fn questionnaire(knowledge: &Knowledge) -> Value {
    let form = &knowledge.form;
    // A filler hands a Coding on as it stands, so its display must be the system's.
    let words = displays();
    let intro = json!({"linkId": format!("{}.help", form.id), "type": "display", "text": form.help});
    let sections = form
        .sections
        .iter()
        .map(|section| group(knowledge, section, words));
    let items: Vec<Value> = std::iter::once(intro).chain(sections).collect();
    let mut head = head(knowledge, "Questionnaire", &form.id, &form.title);
    if let Some(head) = head.as_object_mut() {
        // An element of the other kinds only.
        head.remove("usage");
    }
    with(
        head,
        [
            (
                "meta",
                json!({"profile": [format!("{SDC}-extr-obsn"), format!("{SDC}-pop-obsn")]}),
            ),
            (
                "extension",
                json!([{
                    "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Questionnaire.versionAlgorithm[x]",
                    "valueCoding": {"system": "http://hl7.org/fhir/version-algorithm", "code": "semver"},
                }]),
            ),
            ("description", json!(form.help)),
            ("copyright", json!(form.copyright)),
            ("subjectType", json!(["Patient"])),
            ("item", Value::Array(items)),
        ],
    )
}

fn group(knowledge: &Knowledge, section: &FormSection, words: &BTreeMap<String, String>) -> Value {
    let questions = knowledge.questions_of(section);
    let items: Vec<Value> = questions
        .map(|question| item(question, section.look_back, words))
        .collect();
    json!({"linkId": section.id, "type": "group", "text": section.title, "item": items})
}

fn item(question: &Question, look_back: u32, words: &BTreeMap<String, String>) -> Value {
    let info = question.fact.info();
    let own = Coding {
        system: FACTS.to_owned(),
        code: info.id.clone(),
        display: info.label.clone(),
    };
    let codes: Vec<&Coding> = std::iter::once(&own).chain(&question.code).collect();
    let asked = Asked::of(question);
    let mut extensions = vec![
        json!({"url": format!("{SDC}-observationExtract"), "valueBoolean": true}),
        json!({"url": format!("{SDC}-observationLinkPeriod"),
            "valueDuration": {"value": look_back, "unit": "months", "system": UCUM, "code": "mo"}}),
    ];
    extensions.extend(asked.extensions(question));
    let options = match asked {
        Asked::Choice => question
            .answers
            .iter()
            .filter_map(|(answer, label)| option(answer, label, words))
            .collect(),
        _ => Vec::new(),
    };
    let help = question.help.as_ref().map(|help| {
        json!([{
            "extension": [control("help")],
            "linkId": format!("{}.help", info.id),
            "type": "display",
            "text": help,
        }])
    });
    with(
        json!({
            "linkId": info.id,
            "extension": extensions,
            "code": codes,
            "text": question.sentence(),
            "type": asked.item_type(),
            "required": false,
            "repeats": info.kind == Kind::Several,
        }),
        [("answerOption", Value::Array(options)), ("item", json!(help))],
    )
}

/// How an item is answered.
#[derive(Clone, Copy)]
enum Asked {
    /// One of the answers.
    Choice,
    /// A whole number without unit, between limits.
    Integer(Option<Decimal>, Option<Decimal>),
    /// A number with its unit, between limits.
    Decimal(Option<Decimal>, Option<Decimal>),
}

impl Asked {
    /// A score whose answers are whole numbers in a row is typed: in R4 a form filler may extract a number that was chosen as
    /// a text.
    fn of(question: &Question) -> Self {
        let info = question.fact.info();
        let score = |(answer, _): &(Answer, String)| match answer {
            Answer::Number(interval) => interval.as_exact(),
            _ => None,
        };
        let scores: Option<Vec<Decimal>> = question.answers.iter().map(score).collect();
        match scores.as_deref() {
            Some([]) if question.unit.is_some() => Self::Decimal(info.min, info.max),
            Some([]) => Self::Integer(info.min, info.max),
            Some([first, .., last]) if is_row(scores.as_deref().unwrap_or_default()) => {
                Self::Integer(Some(*first), Some(*last))
            }
            _ => Self::Choice,
        }
    }

    fn item_type(self) -> &'static str {
        match self {
            Self::Choice => "choice",
            Self::Integer(..) => "integer",
            Self::Decimal(..) => "decimal",
        }
    }

    fn extensions(self, question: &Question) -> Vec<Value> {
        let limits = |value: &str, min: Option<Decimal>, max: Option<Decimal>| {
            let limits = [("minValue", min), ("maxValue", max)].into_iter();
            let limits = limits.filter_map(|(name, limit)| Some((name, limit?)));
            let limits = limits.map(|(name, limit)| {
                let mut limit = with_key(value, json!(FactValue::Number(limit)));
                limit.insert("url".to_owned(), json!(format!("{CORE}/{name}")));
                Value::Object(limit)
            });
            limits.collect::<Vec<_>>()
        };
        match self {
            Self::Choice if question.fact.info().kind == Kind::Several => vec![control("check-box")],
            Self::Choice => vec![control("radio-button")],
            Self::Integer(min, max) => limits("valueInteger", min, max),
            Self::Decimal(min, max) => {
                let unit = question.unit.iter().map(|(unit, code)| {
                    json!({"url": format!("{CORE}/questionnaire-unit"),
                        "valueCoding": {"system": UCUM, "code": code, "display": unit}})
                });
                unit.chain(limits("valueDecimal", min, max)).collect()
            }
        }
    }
}

fn with_key(name: &str, value: Value) -> serde_json::Map<String, Value> {
    [(name.to_owned(), value)].into_iter().collect()
}

fn is_row(scores: &[Decimal]) -> bool {
    let neighbours = scores.iter().zip(scores.iter().skip(1));
    scores.iter().all(Decimal::is_integer)
        && neighbours
            .into_iter()
            .all(|(one, next)| one + Decimal::ONE == *next)
}

/// How an item is to be shown.
fn control(code: &str) -> Value {
    json!({"url": format!("{CORE}/questionnaire-itemControl"), "valueCodeableConcept": {"coding": [{
        "system": "http://hl7.org/fhir/questionnaire-item-control", "code": code,
    }]}})
}

/// An answer to choose; none for one that is no single word or number.
fn option(answer: &Answer, label: &str, words: &BTreeMap<String, String>) -> Option<Value> {
    let coding = |word: &str| {
        let display = words.get(word).map_or(label, String::as_str);
        json!({"valueCoding": {"system": FACT_VALUES, "code": word, "display": display}})
    };
    match answer {
        Answer::Word(_) | Answer::Words(_) => Some(coding(answer.only_word()?.as_str())),
        Answer::Number(interval) => {
            let exact = interval.as_exact()?;
            Some(json!({"valueInteger": FactValue::Number(exact)}))
        }
    }
}
