//! The facts of a patient, or the same with other readings of one or two of them, without a copy.

use fhir_profiles::facts::{Fact, Facts, Given, Reading, Unknown};
use fhir_profiles::{FactId, PartialDate};
use jiff::civil::Date;
use std::sync::LazyLock;

/// What stands beside readings that are only supposed: nothing.
static NOTHING_BESIDE: LazyLock<Fact> = LazyLock::new(Fact::default);

/// Facts as they are evaluated.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    facts: &'a Facts,
    supposed: [Option<(FactId, &'a [Reading])>; 2],
}

impl<'a> From<&'a Facts> for View<'a> {
    fn from(facts: &'a Facts) -> Self {
        Self {
            facts,
            supposed: [None; 2],
        }
    }
}

impl<'a> View<'a> {
    /// Does something with the facts as they would be were these the readings of one; of none it is unknown.
    pub(crate) fn supposing<R>(
        self,
        id: FactId,
        readings: &[Reading],
        then: impl FnOnce(View<'_>) -> R,
    ) -> R {
        let mut view: View<'_> = self;
        let free = view
            .supposed
            .iter_mut()
            .find(|slot| slot.is_none_or(|(known, _)| known == id));
        match free {
            Some(slot) if !Facts::are_spread_from(id) => {
                *slot = Some((id, readings));
                then(view)
            }
            // What is worked out together is worked out again.
            _ => {
                let facts = self.facts.clone().supposing(id, readings.to_vec());
                then(View {
                    facts: &facts,
                    supposed: self.supposed,
                })
            }
        }
    }

    /// The readings of a fact that count, or why there are none.
    pub(crate) fn readings(self, id: FactId) -> Result<&'a [Reading], Unknown> {
        match self.instead(id) {
            None => self.facts.get(id).readings(),
            Some([]) => Err(Unknown::Missing),
            Some(readings) => Ok(readings),
        }
    }

    /// Whether every counting reading is this word.
    pub(crate) fn is(self, id: FactId, word: &str) -> bool {
        let said = |readings: &[Reading]| readings.iter().all(|reading| reading.says(word));
        self.readings(id).is_ok_and(said)
    }

    /// What stands beside the readings of a fact that count.
    pub(crate) fn get(self, id: FactId) -> &'a Fact {
        match self.instead(id) {
            None => self.facts.get(id),
            Some(_) => LazyLock::force(&NOTHING_BESIDE),
        }
    }

    fn instead(self, id: FactId) -> Option<&'a [Reading]> {
        let mut supposed = self.supposed.iter().flatten();
        supposed
            .find(|(known, _)| *known == id)
            .map(|(_, readings)| *readings)
    }

    /// The day of evaluation.
    pub(crate) fn as_of(self) -> Date {
        self.facts.as_of()
    }

    /// Every treatment on record.
    pub(crate) fn given(self) -> &'a [Given] {
        self.facts.given()
    }

    /// The first progressive reading after the first day of a treatment.
    pub(crate) fn progression_since(self, first: Option<PartialDate>) -> Option<PartialDate> {
        self.facts.progression_since(first)
    }

    /// The readings by which the tumour was metastatic on some day.
    pub(crate) fn metastatic_at_diagnosis(self) -> Vec<(FactId, &'a Reading)> {
        self.facts.metastatic_at_diagnosis()
    }
}
