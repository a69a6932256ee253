//! What the caller decides about the cards.

use fhir_profiles::FactId;
use uuid::Uuid;

/// What the caller decides about the cards.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// At most so many cards. The pathway card stays whatever it says.
    pub max_cards: usize,
    /// Whether the options are described on cards, by group; they always are where no page is linked.
    pub full: bool,
    /// Whether a patient without liver metastases gets a card.
    pub without_metastases: bool,
    /// Where a clinician's browser finds the knowledge pages, without a slash at the end; cards link there if it is known.
    pub public_url: Option<&'a str>,
    /// `hookInstance`, from which the identifiers of cards and suggestions follow.
    pub instance: Uuid,
    /// What is asked.
    pub asking: Asking<'a>,
}

/// Which facts are asked for, and who would record them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asking<'a> {
    /// At most so many questions, each on a card of its own.
    pub most: usize,
    /// Facts that are not asked for now: their question was put aside for this patient.
    pub paused: &'a [FactId],
    /// Who looks at the chart (`Practitioner/id`), the performer of what is recorded.
    pub user: Option<&'a str>,
}

impl Policy<'_> {
    /// The identifier of what has this name in the answer.
    pub(super) fn uuid(&self, name: &str) -> Uuid {
        Uuid::new_v5(&self.instance, name.as_bytes())
    }
}
