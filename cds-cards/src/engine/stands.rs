//! Where a patient stands: gate, grade, stages and verdicts, and what another reading would move of them.

use super::grade::Grade;
use super::outcomes::Outcomes;
use super::pathway::standing;
use super::stage::{Staging, StagingFacts, stage};
use super::view::View;
use crate::assessment::{Gate, GivenReport, Place, StageReport, Verdict};
use crate::knowledge::Knowledge;
use fhir_profiles::{FactId, Facts};
use std::rc::Rc;

/// Everything that a reading can move.
pub(super) struct Stands<'a> {
    pub(super) gate: Gate,
    /// What it was worked out from.
    pub(super) outcomes: Outcomes<'a>,
    pub(super) stage: StageReport,
    /// In the order of the specification's table; none where the gate is not passed.
    pub(super) verdicts: Vec<Verdict>,
    /// As the verdicts.
    places: Vec<Place>,
}

impl<'a> Stands<'a> {
    /// `given` are the treatments on record.
    pub(super) fn of(knowledge: &'a Knowledge, facts: View<'a>, given: &[GivenReport]) -> Self {
        let stage = staged(knowledge, facts);
        Self::from(Outcomes::new(knowledge, facts), stage, given)
    }

    /// What would be otherwise in a view in which one fact has other readings.
    pub(super) fn supposing(&self, id: FactId, facts: View<'_>, given: &[GivenReport]) -> Moved {
        let knowledge = self.outcomes.knowledge;
        let is_staged = StagingFacts::ALL.contains(&id) || Facts::are_spread_from(id);
        let stage = match is_staged {
            true => staged(knowledge, facts),
            false => self.stage.clone(),
        };
        self.moved_by(
            &Stands::from(self.outcomes.with(id, facts), stage, given),
            knowledge,
        )
    }

    fn from(mut outcomes: Outcomes<'a>, stage: StageReport, given: &[GivenReport]) -> Self {
        let gate = gate(outcomes.facts);
        let verdicts = match gate {
            Gate::Passed => outcomes.verdicts(),
            _ => Vec::new(),
        };
        let places = match gate {
            Gate::Passed => standing(&mut outcomes, &verdicts, given),
            _ => Vec::new(),
        };
        Self {
            gate,
            outcomes,
            stage,
            verdicts,
            places,
        }
    }

    /// What would be otherwise. A grade or a stage moves only where no candidate remains.
    fn moved_by(&self, then: &Stands<'_>, knowledge: &Knowledge) -> Moved {
        let mut moved = Moved::default();
        if self.gate != then.gate {
            moved.to.push(match then.gate {
                Gate::Passed => "the options being assessed".to_owned(),
                Gate::NoLiverMetastases => "no liver metastases on record".to_owned(),
                Gate::NoPnet => "no PNET on record".to_owned(),
            });
        }
        let of_grade = |stands: &Stands<'_>| Rc::clone(&stands.outcomes.grade);
        let (here, there) = (of_grade(self), of_grade(then));
        if here.possible.grades.is_disjoint(&there.possible.grades) {
            moved.to.push(format!(
                "grade {}",
                Grade::names(knowledge, &there.possible.grades).join(" or ")
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

/// The stage in both systems.
fn staged(knowledge: &Knowledge, facts: View<'_>) -> StageReport {
    let staging = StagingFacts::new(facts);
    StageReport {
        enets: stage(knowledge, Staging::Enets, staging),
        ajcc7: stage(knowledge, Staging::Ajcc7, staging),
    }
}

/// Unknown does not pass the gate (specification, section 5).
fn gate(facts: View<'_>) -> Gate {
    if !facts.is(FactId::Pnet, "present") {
        Gate::NoPnet
    } else if !facts.is(FactId::LiverMetastases, "present") {
        Gate::NoLiverMetastases
    } else {
        Gate::Passed
    }
}
