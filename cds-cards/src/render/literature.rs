//! What is said of an option whatever the patient, made once, at load.

use super::evidence::Sentence;
use crate::assessment::Cited;
use crate::knowledge::{Knowledge, OptionKnowledge};
use crate::texts::{Literature, Texts, fill, finished, ready};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

impl Texts {
    /// The texts of a knowledge that the check has found to be sound.
    pub(crate) fn of(knowledge: &Knowledge) -> Self {
        let literature = knowledge.options.iter();
        let literature = literature.map(|option| (option.id.clone(), Literature::of(knowledge, option)));
        Self::new(&knowledge.cards, literature.collect())
    }
}

impl Literature {
    pub(super) fn of(knowledge: &Knowledge, known: &OptionKnowledge) -> Self {
        let sentences = |all: &[Cited]| ready(&all.iter().map(Sentence::from).collect::<Vec<_>>());
        let of_figures = known
            .figures
            .iter()
            .filter_map(|figure| figure.correction.as_ref());
        let beside_figures: BTreeSet<&String> = of_figures.collect();
        let others = known.corrections.iter().filter(|id| !beside_figures.contains(id));
        Self {
            restriction: sentences(known.restriction.as_slice()),
            // A passage that cannot be made is a fault of the knowledge, reported by the check.
            passage: finished(passage(knowledge, known).unwrap_or_default()),
            sentences: sentences(&known.notes),
            side_effects: sentences(&known.side_effects),
            corrections: ready(&corrections(knowledge, others)),
        }
    }
}

#[derive(Serialize)]
pub(super) struct CorrectionView {
    id: String,
    text: String,
}

/// The corrections with these ids.
pub(super) fn corrections<'a>(
    knowledge: &Knowledge,
    ids: impl IntoIterator<Item = &'a String>,
) -> Vec<CorrectionView> {
    let known = ids.into_iter().filter_map(|id| {
        Some(CorrectionView {
            id: id.clone(),
            text: knowledge.corrections.get(id)?.short.clone(),
        })
    });
    known.collect()
}

/// The option's `card.md` with its figures in it.
pub(super) fn passage(knowledge: &Knowledge, known: &OptionKnowledge) -> Result<String, minijinja::Error> {
    #[derive(Serialize)]
    struct Slots {
        figures: BTreeMap<String, String>,
    }
    let figures = known.figures.iter().map(|figure| {
        let corrected = figure
            .correction
            .as_ref()
            .and_then(|id| Some((id, knowledge.corrections.get(id)?)));
        let text = match corrected {
            Some((id, correction)) => format!(
                "{} ({}; correction {id}: {})",
                figure.text, figure.statement, correction.short
            ),
            None => format!("{} ({})", figure.text, figure.statement),
        };
        (slot(&figure.id), text)
    });
    fill(
        &format!("options/{}/card.md", known.id),
        &known.card,
        &Slots {
            figures: figures.collect(),
        },
    )
}

/// A figure's id as a name in a template.
pub(super) fn slot(id: &str) -> String {
    id.replace('-', "_")
}
