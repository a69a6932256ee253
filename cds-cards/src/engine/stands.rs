//! Where a patient stands: gate, grade, stages and verdicts, and what another reading would move of them.

use super::criteria::Evaluation;
use super::grade::Grade;
use super::options::verdicts;
use super::pathway::standing;
use super::stage::{Staging, StagingFacts, stage};
use crate::assessment::{Gate, GivenReport, Place, StageReport, Verdict};
use crate::knowledge::Knowledge;
use fhir_profiles::{FactId, Facts};
use std::collections::BTreeSet;

/// Everything that a reading can move.
pub(super) struct Stands {
    pub(super) gate: Gate,
    grades: BTreeSet<usize>,
    pub(super) stage: StageReport,
    /// In the order of the specification's table; none where the gate is not passed.
    pub(super) verdicts: Vec<Verdict>,
    /// As the verdicts.
    places: Vec<Place>,
}

impl Stands {
    /// `given` are the treatments on record.
    pub(super) fn of(knowledge: &Knowledge, facts: &Facts, given: &[GivenReport]) -> Self {
        let staging = StagingFacts::new(facts);
        let gate = gate(facts);
        let mut evaluation = Evaluation::quiet(knowledge, facts);
        let verdicts = match gate {
            Gate::Passed => verdicts(&mut evaluation),
            _ => Vec::new(),
        };
        Self {
            gate,
            grades: evaluation.grade.possible.grades.clone(),
            stage: StageReport {
                enets: stage(knowledge, Staging::Enets, staging),
                ajcc7: stage(knowledge, Staging::Ajcc7, staging),
            },
            places: standing(&mut evaluation, &verdicts, given),
            verdicts,
        }
    }

    /// What would be otherwise. A grade or a stage moves only where no candidate remains.
    pub(super) fn moved_by(&self, then: &Self, knowledge: &Knowledge) -> Moved {
        let mut moved = Moved::default();
        if self.gate != then.gate {
            moved.to.push(match then.gate {
                Gate::Passed => "the options being assessed".to_owned(),
                Gate::NoLiverMetastases => "no liver metastases on record".to_owned(),
                Gate::NoPnet => "no PNET on record".to_owned(),
            });
        }
        if self.grades.is_disjoint(&then.grades) {
            moved.to.push(format!(
                "grade {}",
                Grade::names(knowledge, &then.grades).join(" or ")
            ));
        }
        let stages = [
            (Staging::Enets, &self.stage.enets, &then.stage.enets),
            (Staging::Ajcc7, &self.stage.ajcc7, &then.stage.ajcc7),
        ];
        for (staging, now, then) in stages {
            if then
                .candidates
                .iter()
                .all(|stage| !now.candidates.contains(stage))
            {
                let candidates = then.candidates.join(" or ");
                moved.to.push(format!("{} stage {candidates}", staging.name()));
            }
        }
        let options = knowledge
            .options
            .iter()
            .zip(self.verdicts.iter().zip(&then.verdicts));
        let changed: Vec<(&str, Verdict)> = options
            .filter(|(_, (now, then))| now != then)
            .map(|(option, (_, then))| (option.label.as_str(), *then))
            .collect();
        let of = |wanted: bool| {
            let labels = changed
                .iter()
                .filter(|(_, verdict)| (*verdict == Verdict::Contraindicated) == wanted);
            labels.map(|(label, _)| *label).collect::<Vec<_>>()
        };
        let (against, others) = (of(true), of(false));
        moved.against = !against.is_empty();
        if moved.against {
            moved
                .to
                .push(format!("the review advising against: {}", against.join(", ")));
        }
        if !others.is_empty() {
            moved
                .to
                .push(format!("another verdict on: {}", others.join(", ")));
        }
        let verdicts = self.verdicts.iter().zip(&then.verdicts);
        let places = self.places.iter().zip(&then.places);
        let elsewhere: Vec<&str> = knowledge
            .options
            .iter()
            .zip(verdicts.zip(places))
            .filter(|(_, ((now, then), (here, there)))| now == then && here != there)
            .map(|(option, _)| option.label.as_str())
            .collect();
        if !elsewhere.is_empty() {
            moved
                .to
                .push(format!("another place of: {}", elsewhere.join(", ")));
        }
        moved
    }
}

/// What another reading would lead to.
#[derive(Default)]
pub(super) struct Moved {
    to: Vec<String>,
    /// Whether the review would advise against an option.
    pub(super) against: bool,
}

impl Moved {
    pub(super) fn is_empty(&self) -> bool {
        self.to.is_empty()
    }

    pub(super) fn text(&self) -> String {
        self.to.join("; ")
    }
}

/// Unknown does not pass the gate (specification, section 5).
fn gate(facts: &Facts) -> Gate {
    if !facts.get(FactId::Pnet).is("present") {
        Gate::NoPnet
    } else if !facts.get(FactId::LiverMetastases).is("present") {
        Gate::NoLiverMetastases
    } else {
        Gate::Passed
    }
}
