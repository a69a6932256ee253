//! One row a patient, as CSV or NDJSON.

use crate::cli::args::ScreenFormat;
use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, Gate, Stage};
use fhir_profiles::FactId;
use std::io::{Result, Write};

/// The gate of a row of which nobody knows whether there is a PNET.
const NOT_KNOWN: &str = "not-known";
/// Several values of one cell.
const BETWEEN: &str = " ";

/// Writes rows.
pub(super) struct Rows {
    kind: Written,
}

enum Written {
    Csv {
        out: Box<csv::Writer<Box<dyn Write>>>,
        header: Vec<String>,
        options: Vec<String>,
    },
    Ndjson(Box<dyn Write>),
}

impl Rows {
    pub(super) fn new(out: Box<dyn Write>, format: ScreenFormat, knowledge: &Knowledge) -> Self {
        let kind = match format {
            ScreenFormat::Ndjson => Written::Ndjson(out),
            ScreenFormat::Csv => {
                let options: Vec<String> = knowledge.options.iter().map(|option| option.id.clone()).collect();
                let before = ["patient", "gate", "grade", "enets", "ajcc7"];
                let after = ["discrepancies", "missing", "problems"];
                let header = before.into_iter().map(str::to_owned);
                let header = header.chain(options.clone());
                Written::Csv {
                    out: Box::new(csv::Writer::from_writer(out)),
                    header: header.chain(after.map(str::to_owned)).collect(),
                    options,
                }
            }
        };
        Self { kind }
    }

    /// The row of one patient.
    pub(super) fn write(&mut self, assessment: &Assessment) -> Result<()> {
        match &mut self.kind {
            Written::Ndjson(out) => {
                match gate(assessment) {
                    NOT_KNOWN => serde_json::to_writer(&mut *out, &not_known(assessment)?)?,
                    _ => serde_json::to_writer(&mut *out, assessment)?,
                }
                out.write_all(b"\n")
            }
            Written::Csv { out, header, options } => {
                if !header.is_empty() {
                    out.write_record(std::mem::take(header))?;
                }
                out.write_record(cells(assessment, options))?;
                Ok(())
            }
        }
    }

    /// Writes what is left; a header where nobody was found.
    pub(super) fn finish(&mut self) -> Result<()> {
        match &mut self.kind {
            Written::Ndjson(out) => out.flush(),
            Written::Csv { out, header, .. } => {
                if !header.is_empty() {
                    out.write_record(std::mem::take(header))?;
                }
                out.flush()
            }
        }
    }
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

fn cells(assessment: &Assessment, options: &[String]) -> Vec<String> {
    let gate = gate(assessment);
    // What was not looked at has no grade and no stage, rather than every one.
    let looked_at = assessment.gate != Gate::NoPnet;
    let joined = |candidates: &[String]| match looked_at {
        true => candidates.join(BETWEEN),
        false => String::new(),
    };
    let stage = |stage: &Stage| joined(&stage.candidates);
    let mut row = vec![
        assessment.subject.clone().unwrap_or_default(),
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
