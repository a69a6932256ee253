//! Whether some fact can use a resource, by its narrow view.

use super::known::Known;
use super::{condition, drugs, observation, procedure};
use crate::chart::{Item, Narrow, is_of_medication};
use crate::codes::Meaning;
use crate::organs::names_pnet;

pub(super) fn is_useful(known: &Known<'_>, item: &Item<'_>) -> bool {
    let narrow = &item.narrow;
    let means = |codings: &[crate::chart::Coding<'_>], wanted: fn(Meaning) -> bool| {
        codings
            .iter()
            .flat_map(|coding| known.codes.meanings(coding))
            .any(wanted)
    };
    let asks = |observation: &Narrow<'_>| {
        means(&observation.code.codings, observation::is_read)
            || means(&observation.components, observation::is_read)
            || means(&observation.value, observation::names_itself)
    };
    match item.kind() {
        "Patient" => true,
        "Condition" => means(&narrow.code.codings, condition::is_read) || names_pnet(narrow.code.texts()),
        "Observation" => asks(narrow) || narrow.contained.iter().any(asks),
        "DiagnosticReport" => {
            means(&narrow.conclusions, condition::is_read) || narrow.contained.iter().any(asks)
        }
        "Procedure" => procedure::is_read(narrow, known.codes),
        kind if is_of_medication(kind) => {
            let said = known.medications.said(narrow);
            !drugs::drugs(&said.codings, &said.texts, known.codes).is_empty()
        }
        _ => false,
    }
}
