//! The form "for the meeting": what is asked, in which order and under which title.

use super::{Knowledge, Question};
use fhir_profiles::FactId;

/// The form for the meeting (specification, section 7.3), of the page and of the guide's Questionnaire. The loader has seen
/// to it that no fact stands in it twice and that each has a [`Question`].
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

impl Knowledge {
    /// How a fact is asked and recorded; `None` for one that neither a card nor the form asks for.
    pub fn question(&self, fact: FactId) -> Option<&Question> {
        self.questions.iter().find(|question| question.fact == fact)
    }

    /// What a section of the form asks, in order: one question for each of its facts.
    pub fn questions_of(&self, section: &FormSection) -> impl Iterator<Item = &Question> {
        section.facts.iter().filter_map(|fact| self.question(*fact))
    }
}
