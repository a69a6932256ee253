//! The form "for the meeting": what is asked, in which order and under which title.

use fhir_profiles::FactId;

/// The form for the meeting (specification, section 7.3), of the page and of the guide's Questionnaire. The loader has seen
/// to it that no fact stands in it twice and that each has a [`Question`](super::Question).
#[derive(Debug, Default)]
pub struct Form {
    /// The last part of the Questionnaire's address.
    pub id: String,
    /// What stands over it.
    pub title: String,
    /// What stands below the title.
    pub help: String,
    /// The notice that the standard codes of its questions ask for.
    pub copyright: Option<String>,
    /// Its sections, in order.
    pub sections: Vec<FormSection>,
}

/// A section of the form.
#[derive(Debug)]
pub struct FormSection {
    /// Unique in the form, among sections and facts.
    pub id: String,
    /// What stands over it.
    pub title: String,
    /// For so many months before today a form filler may fill in by itself what is recorded.
    pub look_back: u32,
    /// What is asked, in order.
    pub facts: Vec<FactId>,
}
