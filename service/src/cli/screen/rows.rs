//! One row a patient, as CSV or NDJSON.

use super::args::ScreenFormat;
use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, Gate, Stage};
use fhir_profiles::FactId;
use std::borrow::Cow;
use std::io::{Error, Result};

/// The gate of a row of which nobody knows whether there is a PNET.
const NOT_KNOWN: &str = "not-known";
/// Several values of one cell.
const BETWEEN: &str = " ";
/// The columns on both sides of those of the options.
const BEFORE: [&str; 5] = ["patient", "gate", "grade", "enets", "ajcc7"];
const AFTER: [&str; 3] = ["discrepancies", "missing", "problems"];

/// How rows are written.
pub(super) enum Rows {
    /// A table.
    Csv {
        /// The ids of the options, in their order.
        options: Vec<String>,
    },
    /// JSON.
    Ndjson,
}

impl Rows {
    pub(super) fn new(format: ScreenFormat, knowledge: &Knowledge) -> Self {
        match format {
            ScreenFormat::Ndjson => Self::Ndjson,
            ScreenFormat::Csv => Self::Csv {
                options: knowledge.options.iter().map(|option| option.id.clone()).collect(),
            },
        }
    }

    /// What stands above the rows.
    ///
    /// # Errors
    /// Never; a table could only not be written to a place that has no room.
    pub(super) fn header(&self) -> Result<Vec<u8>> {
        match self {
            Self::Ndjson => Ok(Vec::new()),
            Self::Csv { options } => {
                let options = options.iter().map(String::as_str);
                line(BEFORE.into_iter().chain(options).chain(AFTER))
            }
        }
    }

    /// The row of one patient, whose assessment may be that of everyone like this one.
    ///
    /// # Errors
    /// As [`header`](Self::header).
    pub(super) fn row(&self, subject: &str, assessment: &Assessment) -> Result<Vec<u8>> {
        match self {
            Self::Csv { options } => line(cells(subject, assessment, options)),
            Self::Ndjson => {
                let mut own = Cow::Borrowed(assessment);
                if own.subject.as_deref() != Some(subject) {
                    own.to_mut().subject = Some(subject.to_owned());
                }
                let mut line = match gate(&own) {
                    NOT_KNOWN => serde_json::to_vec(&not_known(&own)?)?,
                    _ => serde_json::to_vec(&*own)?,
                };
                line.push(b'\n');
                Ok(line)
            }
        }
    }
}

fn line(cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new()
        .buffer_capacity(1 << 10)
        .from_writer(Vec::new());
    out.write_record(cells)?;
    out.into_inner().map_err(|error| Error::other(error.to_string()))
}

/// Whether a record that was not there, or could not be used, may name a PNET.
fn is_in_doubt(assessment: &Assessment) -> bool {
    let pnet = assessment.facts.get(&FactId::Pnet);
    !assessment.problems.is_empty() || pnet.is_some_and(|fact| fact.gap.is_some())
}

/// The gate of a row: finding nothing in a chart that is not whole is no finding.
fn gate(assessment: &Assessment) -> &'static str {
    match assessment.gate {
        Gate::NoPnet if is_in_doubt(assessment) => NOT_KNOWN,
        gate => gate.as_str(),
    }
}

/// The assessment of a chart in which nothing was found and not all was there.
fn not_known(assessment: &Assessment) -> serde_json::Result<serde_json::Value> {
    let mut json = serde_json::to_value(assessment)?;
    if let Some(gate) = json.get_mut("gate") {
        *gate = NOT_KNOWN.into();
    }
    Ok(json)
}

fn cells(subject: &str, assessment: &Assessment, options: &[String]) -> Vec<String> {
    let gate = gate(assessment);
    // What was not looked at has no grade and no stage, rather than every one.
    let looked_at = assessment.gate != Gate::NoPnet;
    let joined = |candidates: &[String]| match looked_at {
        true => candidates.join(BETWEEN),
        false => String::new(),
    };
    let stage = |stage: &Stage| joined(&stage.candidates);
    let mut row = vec![
        subject.to_owned(),
        gate.to_owned(),
        joined(&assessment.grade.candidates),
        stage(&assessment.stage.enets),
        stage(&assessment.stage.ajcc7),
    ];
    let verdict = |id: &String| {
        let found = assessment.option(id);
        found.map_or("", |option| option.verdict.as_str()).to_owned()
    };
    row.extend(options.iter().map(verdict));
    let discrepancies: Vec<&str> = assessment
        .discrepancies
        .iter()
        .map(|found| found.id.as_str())
        .collect();
    row.push(discrepancies.join(BETWEEN));
    let missing: Vec<&str> = assessment
        .missing
        .iter()
        .map(|missing| missing.fact.as_str())
        .collect();
    row.push(missing.join(BETWEEN));
    row.push(assessment.problems.len().to_string());
    row
}
