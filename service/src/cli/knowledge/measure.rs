//! The Measure that a report on a population (`screen report`) answers.

use super::logic::logic_url;
use super::resource::{head, with};
use crate::cli::screen::measure::{MEASURE, groups};
use cds_cards::Knowledge;
use serde_json::{Value, json};

/// The Measure, with the groups of every report.
pub(super) fn measure(knowledge: &Knowledge) -> Value {
    let title = "What the patients of a population come to";
    with(
        head(knowledge, "Measure", MEASURE, title),
        [
            (
                "description",
                json!(
                    "Counts of `pnet-cds screen report` over the rows of `pnet-cds screen`; counts of few are masked there."
                ),
            ),
            ("library", json!([logic_url(knowledge)])),
            (
                "scoring",
                json!({"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/measure-scoring",
                    "code": "cohort",
                }]}),
            ),
            ("group", Value::Array(groups(knowledge))),
        ],
    )
}
