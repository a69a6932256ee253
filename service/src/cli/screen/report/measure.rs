//! A report as a FHIR R4 MeasureReport: a group a table, a stratifier a column; and the groups of the Measure that it answers.

use super::count::{Counts, GATE, Report, Table};
use super::mask::Cell;
use crate::clock;
use cds_cards::Knowledge;
use fhir_profiles::codes::BASE;
use serde_json::{Value, json};

/// The id of the Measure, which `pnet-cds knowledge export` writes.
pub(in crate::cli) const MEASURE: &str = "population";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// The resource; a count that is not shown is said to be masked, as FHIR says it.
pub(super) fn json(report: &Report) -> String {
    // Of nobody there is no day of evaluation, and FHIR wants one.
    let today = clock::today().to_string();
    let day = |of: Option<&String>| of.cloned().unwrap_or_else(|| today.clone());
    let measure = match report.versions.as_slice() {
        [version] => format!("{BASE}/Measure/{MEASURE}|{version}"),
        _ => format!("{BASE}/Measure/{MEASURE}"),
    };
    let groups: Vec<Value> = report.tables.iter().map(group).collect();
    let resource = json!({
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": measure,
        "date": day(report.days.last()),
        "period": { "start": day(report.days.first()), "end": day(report.days.last()) },
        "group": groups,
    });
    format!("{resource:#}\n")
}

/// What the Measure counts: the groups and stratifiers of every report, with who is counted in the words of the CQL of the rules.
pub(in crate::cli) fn groups(knowledge: &Knowledge) -> Vec<Value> {
    let of_nobody = Counts::new(knowledge, false).report(1);
    let group = |table: &Table| {
        let stratifiers: Vec<Value> = table
            .columns
            .iter()
            .map(|column| json!({ "code": { "text": column } }))
            .collect();
        let counted = match table.id {
            GATE => "true",
            _ => "\"Gate\" = 'passed'",
        };
        json!({
            "code": code(table),
            "description": table.note,
            "population": [{
                "code": initial_population(),
                "criteria": { "language": "text/cql", "expression": counted },
            }],
            "stratifier": stratifiers,
        })
    };
    of_nobody.tables.iter().map(group).collect()
}

fn code(table: &Table) -> Value {
    json!({ "coding": [{ "code": table.id }], "text": table.title })
}

fn initial_population() -> Value {
    json!({ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/measure-population",
        "code": "initial-population",
    }] })
}

fn group(table: &Table) -> Value {
    let stratifiers: Vec<Value> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let strata: Vec<Value> = table
                .rows
                .iter()
                .map(|line| {
                    let cell = line.cells.get(index).copied().unwrap_or(Cell::Masked);
                    json!({
                        "value": { "coding": [{ "code": line.id }], "text": line.label },
                        "population": [population(cell)],
                    })
                })
                .collect();
            let mut stratifier = json!({ "code": [{ "text": column }] });
            if let (false, Some(fields)) = (strata.is_empty(), stratifier.as_object_mut()) {
                fields.insert("stratum".to_owned(), strata.into());
            }
            stratifier
        })
        .collect();
    json!({
        "code": code(table),
        "population": [population(table.of)],
        "stratifier": stratifiers,
    })
}

fn population(cell: Cell) -> Value {
    let code = initial_population();
    match cell {
        Cell::Count(count) => json!({ "code": code, "count": count }),
        Cell::Masked => json!({
            "code": code,
            "_count": { "extension": [{ "url": ABSENT, "valueCode": "masked" }] },
        }),
    }
}
