//! What was found, as it is printed.

use super::answers;
use super::checks::Check;
use super::passed_over::PassedOver;
use super::profile::Profile;
use super::relevant::Unmapped;
use super::searched::Searched;
use cds_cards::assessment::Assessment;
use serde::Serialize;

/// What was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) server: String,
    /// What a hook call without prefetch would come to now.
    pub(super) hook: String,
    /// The keys of the templates, by what was got of each.
    pub(super) keys: Keys,
    pub(super) searches: Vec<Searched>,
    /// How the server is asked since it was seen to take that.
    pub(super) profile: Profile,
    pub(super) server_checks: Vec<Check>,
    pub(super) assessment: Assessment,
    #[serde(rename = "conditionsPassedOver", skip_serializing_if = "Vec::is_empty")]
    pub(super) passed_over: Vec<PassedOver>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) unmapped: Vec<Unmapped>,
    #[serde(rename = "unmappedAnswers", skip_serializing_if = "Vec::is_empty")]
    pub(super) answers: Vec<answers::Unmapped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) concept_map: Option<serde_json::Value>,
}

/// How many keys of the templates were got, and which were not.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Keys {
    pub(super) complete: usize,
    pub(super) partial: Vec<String>,
    pub(super) missing: Vec<String>,
}

impl Keys {
    pub(super) fn of(searches: &[Searched]) -> Self {
        let in_state = |state: &str| {
            let some = searches.iter().filter(|searched| searched.state == state);
            some.map(|searched| searched.key.clone()).collect::<Vec<_>>()
        };
        Self {
            complete: in_state("complete").len(),
            partial: in_state("partial"),
            missing: in_state("failed"),
        }
    }
}
