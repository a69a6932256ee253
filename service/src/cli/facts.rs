//! `pnet-cds facts`: the facts of charts as they were read, a patient a line or a reading a row.

use super::args::{FactsArgs, FactsFormat};
use super::ended::Ended;
use super::screen::facts_of_suspects;
use super::screen::out::Out;
use super::settings;
use crate::clean::{Row, Unfit, bundle, rows};
use crate::clock;
use crate::site;
use cds_cards::Knowledge;
use fhir_profiles::Facts;
use serde::Serialize;
use std::io::{Error, Result as Written};
use std::path::Path;

/// Reads every file as `screen` does, and holds the charts of those alone who may have a PNET.
pub(super) fn run(args: &FactsArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = site::load(&settings).map_err(Ended::wrong)?;
    let as_of = args.as_of.unwrap_or_else(clock::today);
    let mut out = Out::open(args.out.as_deref())?;
    let mut unfit: Vec<String> = Vec::new();
    let mut number = 0_u64;
    let mut written: Written<()> = Ok(());
    let met = facts_of_suspects(&args.files, (&evaluator, &settings), as_of, |subject, facts| {
        number += 1;
        match text(args.format, &evaluator.knowledge, subject, facts, number == 1) {
            Ok(line) if written.is_ok() => written = line.and_then(|line| out.write(&line)),
            Ok(_) => {}
            // By number: an error holds nothing of a chart.
            Err(faults) => {
                unfit.extend(
                    faults
                        .iter()
                        .map(|what| format!("patient {number} is left out: {what}")),
                );
            }
        }
    });
    out.end(written)?;
    match (met, unfit.is_empty()) {
        (Ok(()), false) => Err(Ended::wrong(unfit)),
        (Err(mut ended), _) => {
            ended.messages.extend(unfit);
            Err(ended)
        }
        (Ok(()), true) => Ok(()),
    }
}

/// The facts of one patient.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Patient<'a> {
    patient: &'a str,
    as_of: String,
    facts: Vec<Row>,
}

/// The lines of one patient, the first with what stands above; or what no record can hold.
fn text(
    format: FactsFormat,
    knowledge: &Knowledge,
    subject: &str,
    facts: &Facts,
    is_first: bool,
) -> Result<Written<Vec<u8>>, Vec<Unfit>> {
    Ok(match format {
        FactsFormat::Fhir => line(&bundle(facts, knowledge, subject)?),
        FactsFormat::Json => line(&Patient {
            patient: subject,
            as_of: facts.as_of().to_string(),
            facts: rows(facts, knowledge, subject),
        }),
        FactsFormat::Csv => table(&rows(facts, knowledge, subject), is_first),
    })
}

fn line(value: &impl Serialize) -> Written<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

fn table(rows: &[Row], is_first: bool) -> Written<Vec<u8>> {
    let mut out = csv::WriterBuilder::new()
        .has_headers(is_first)
        .from_writer(Vec::new());
    for row in rows {
        out.serialize(row).map_err(Error::other)?;
    }
    out.into_inner().map_err(|error| Error::other(error.to_string()))
}
