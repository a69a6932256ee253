//! What a card can offer with one click: a draft request, the answer to a question, the referral to the meeting.

use super::Coding;
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

/// A fact that a card can ask for (specification, section 7.2); its words are [`FactInfo::question`].
///
/// [`FactInfo::question`]: fhir_profiles::catalogue::FactInfo::question
#[derive(Debug)]
pub struct Question {
    /// The fact.
    pub fact: FactId,
    /// The standard code of what is observed, where there is one.
    pub code: Option<Coding>,
    /// The unit of a number: as it is shown, and its UCUM code.
    pub unit: Option<(String, String)>,
    /// The values that can be recorded with a click, and what a clinician calls each; none for a number, which is asked
    /// for only where a text mentions it.
    pub answers: Vec<(Value, String)>,
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
