//! What the tests of criteria come to on everything on record, for the evaluation with words and the one without alike.

use super::functional::Functional;
use super::grade::Grade;
use super::truth::{Truth, why};
use super::view::View;
use crate::assessment::Reason;
use crate::knowledge::{Call, Knowledge};
use fhir_profiles::facts::{Gap, Given, Reading};
use fhir_profiles::{FactId, Treatment, TreatmentClass};
use std::collections::{BTreeMap, BTreeSet};

/// Calls by word, and whether each is an interpretation.
pub(super) type Calls = BTreeMap<String, (Call, bool)>;

/// Whether everything that could hold these facts was looked at: a fact that was not supplied is none that was not to be had.
pub(super) fn is_whole(facts: View<'_>, ids: &[FactId]) -> bool {
    let whole = |id: &FactId| matches!(facts.get(*id).records_missing_by(), None | Some(Gap::NotSupplied));
    ids.iter().all(whole)
}

/// Every reading is evaluated; outcomes that differ are conflicting.
pub(super) fn of_readings(facts: View<'_>, id: FactId, call: impl Fn(&Reading) -> Truth) -> Truth {
    match facts.readings(id) {
        Err(unknown) => Truth::Unknown(why(unknown)),
        Ok(readings) => Truth::of_candidates(readings.iter().map(call), Reason::Conflicting),
    }
}

/// A criterion on the grade.
pub(super) fn of_grade(knowledge: &Knowledge, grade: &Grade, calls: &Calls) -> Truth {
    if let Some(reason) = grade.unknown {
        return Truth::Unknown(reason);
    }
    let rows = knowledge.grade.rows.iter().enumerate();
    let possible = rows.filter(|(position, _)| grade.possible.grades.contains(position));
    let called = possible.filter_map(|(_, row)| calls.get(&row.grade));
    Truth::of_candidates(
        called.map(|(call, _)| Truth::from(*call)),
        grade.possible.several.unwrap_or(Reason::Judgement),
    )
}

/// A criterion on the functional status.
pub(super) fn of_functional(functional: &Functional, calls: &Calls) -> Truth {
    if let Some(reason) = functional.unknown {
        return Truth::Unknown(reason);
    }
    let called = functional.statuses.iter().filter_map(|status| calls.get(*status));
    Truth::of_candidates(called.map(|(call, _)| Truth::from(*call)), Reason::Conflicting)
}

/// Treatments on record that fit a criterion, each with the day since which the disease has progressed.
pub(super) fn fitting<'f>(
    facts: View<'f>,
    class: TreatmentClass,
    other_than: &'f BTreeSet<Treatment>,
    progression: bool,
) -> impl Iterator<Item = (&'f Given, Option<fhir_profiles::PartialDate>)> {
    let given = facts.given().iter();
    let fits =
        move |given: &&Given| given.treatment.class() == class && !other_than.contains(&given.treatment);
    let since = move |given: &'f Given| (given, facts.progression_since(given.from));
    given
        .filter(fits)
        .map(since)
        .filter(move |(_, since)| since.is_some() || !progression)
}
