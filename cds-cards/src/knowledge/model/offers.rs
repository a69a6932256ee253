//! What a card can offer with one click: a draft request, the answer to a question, the referral to the meeting.

use super::coding::Coding;
use crate::assessment::Cited;
use fhir_profiles::FactId;
use fhir_profiles::facts::Value;

/// A draft request that would settle a fact.
#[derive(Debug)]
pub struct Suggestion {
    /// The facts it settles.
    pub facts: Vec<FactId>,
    /// What the clinician presses ("Request Ki-67 on the biopsy").
    pub label: String,
    /// What is asked for.
    pub code: Coding,
    /// Text of the request.
    pub text: String,
    /// Why the review asks for it, where it says so.
    pub reason: Option<Cited>,
}

/// A fact that a card or the form can ask for (specification, sections 7.2 and 7.3).
#[derive(Debug)]
pub struct Question {
    /// The fact.
    pub fact: FactId,
    /// The standard code of what is observed, where there is one.
    pub code: Option<Coding>,
    /// The unit of a number: as it is shown, and its UCUM code.
    pub unit: Option<(String, String)>,
    /// The values that can be recorded with a click, and what a clinician calls each; none for a number, which a card asks
    /// for only where a text mentions it.
    pub answers: Vec<(Value, String)>,
    /// What the form says beside the question.
    pub help: Option<String>,
    /// Whether no card asks for it.
    pub is_form_only: bool,
}

impl Question {
    /// The question as a sentence ("Is the portal vein patent?").
    pub fn sentence(&self) -> String {
        let question = self.fact.info().question();
        match question.ends_with('?') {
            true => question.to_owned(),
            false => format!("{question}?"),
        }
    }
}

/// The draft referral to the multidisciplinary meeting.
#[derive(Debug)]
pub struct Referral {
    /// What the clinician presses.
    pub label: String,
    /// Facts that are questions for the meeting.
    pub facts: Vec<FactId>,
    /// What stands before the questions for the meeting.
    pub questions: String,
    /// What is asked for.
    pub code: Coding,
    /// Text of the request.
    pub text: String,
}
