//! One row a patient: a table (CSV, Parquet), or the assessment as JSON.

mod cells;
#[cfg(feature = "parquet")]
mod parquet;

use super::args::ScreenFormat;
use super::out::Out;
use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, Gate, Stage};
use cells::{Cell, VERSION, columns};
use fhir_profiles::FactId;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{Error, Result};

/// The gate of a row of which nobody knows whether there is a PNET.
const NOT_KNOWN: &str = "not-known";

/// How rows are made.
pub(super) struct Rows {
    format: ScreenFormat,
    /// The ids of the options, in their order.
    options: Vec<String>,
}

/// A row as it was made, which several threads do at once.
pub(super) enum Made {
    /// A line of text.
    Line(Vec<u8>),
    /// Cells, of which a file of columns is made.
    #[cfg(feature = "parquet")]
    Cells(Vec<Cell>),
}

/// The assessment with what made it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<T> {
    #[serde(flatten)]
    assessment: T,
    program_version: &'static str,
}

impl Rows {
    pub(super) fn new(format: ScreenFormat, knowledge: &Knowledge) -> Self {
        Self {
            format,
            options: knowledge.options.iter().map(|option| option.id.clone()).collect(),
        }
    }

    /// The row of one patient, whose assessment may be that of everyone like this one.
    ///
    /// # Errors
    /// Never; a table could only not be written to a place that has no room.
    pub(super) fn row(&self, subject: &str, assessment: &Assessment) -> Result<Made> {
        match self.format {
            ScreenFormat::Csv => {
                let cells = cells(subject, assessment, &self.options);
                line(cells.iter().map(|cell| cell.text().into_owned())).map(Made::Line)
            }
            #[cfg(feature = "parquet")]
            ScreenFormat::Parquet => Ok(Made::Cells(cells(subject, assessment, &self.options))),
            ScreenFormat::Ndjson => {
                let mut own = Cow::Borrowed(assessment);
                if own.subject.as_deref() != Some(subject) {
                    own.to_mut().subject = Some(subject.to_owned());
                }
                let mut line = match gate(&own) {
                    NOT_KNOWN => versioned(not_known(&own)?)?,
                    _ => versioned(&*own)?,
                };
                line.push(b'\n');
                Ok(Made::Line(line))
            }
        }
    }
}

/// What is written of rows, one after the other.
pub(super) struct Sheet {
    #[cfg(feature = "parquet")]
    table: Option<parquet::Table>,
}

impl Sheet {
    /// Writes what stands above the rows.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn begin(rows: &Rows, out: &mut Out) -> Result<Self> {
        if rows.format == ScreenFormat::Csv {
            out.write(&line(columns(&rows.options))?)?;
        }
        Ok(Self {
            #[cfg(feature = "parquet")]
            table: match rows.format {
                ScreenFormat::Parquet => Some(parquet::Table::begin(&rows.options)?),
                _ => None,
            },
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn add(&mut self, row: Made, out: &mut Out) -> Result<()> {
        match row {
            Made::Line(line) => out.write(&line),
            #[cfg(feature = "parquet")]
            Made::Cells(cells) => match &mut self.table {
                Some(table) => out.write(&table.add(cells)?),
                None => Ok(()),
            },
        }
    }

    /// Writes what stands below the rows.
    ///
    /// # Errors
    /// If it cannot be written.
    #[cfg(feature = "parquet")]
    pub(super) fn end(self, out: &mut Out) -> Result<()> {
        match self.table {
            Some(table) => out.write(&table.end()?),
            None => Ok(()),
        }
    }

    /// Writes what stands below the rows: nothing.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(feature = "parquet"))]
    pub(super) fn end(self, _out: &mut Out) -> Result<()> {
        Ok(())
    }
}

fn versioned(assessment: impl Serialize) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Line {
        assessment,
        program_version: VERSION,
    })
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

fn cells(subject: &str, assessment: &Assessment, options: &[String]) -> Vec<Cell> {
    // What was not looked at has no grade and no stage, rather than every one.
    let looked_at = assessment.gate != Gate::NoPnet;
    let possible = |candidates: &[String]| Cell::List(looked_at.then(|| candidates.to_vec()));
    let stage = |stage: &Stage| possible(&stage.candidates);
    let text = |text: Cow<'static, str>| Cell::Text(Some(text));
    let mut row = vec![
        text(subject.to_owned().into()),
        text(gate(assessment).into()),
        possible(&assessment.grade.candidates),
        stage(&assessment.stage.enets),
        stage(&assessment.stage.ajcc7),
    ];
    row.extend(options.iter().map(|id| {
        let found = assessment.option(id);
        Cell::Text(found.map(|option| option.verdict.as_str().into()))
    }));
    let discrepancies = assessment.discrepancies.iter();
    let missing = assessment.missing.iter();
    row.extend([
        Cell::List(Some(discrepancies.map(|found| found.id.clone()).collect())),
        Cell::List(Some(
            missing.map(|missing| missing.fact.as_str().to_owned()).collect(),
        )),
        Cell::Number(u32::try_from(assessment.problems.len()).unwrap_or(u32::MAX)),
        Cell::Day(assessment.as_of.clone()),
        text(assessment.knowledge.version.clone().into()),
        text(VERSION.into()),
    ]);
    row
}
