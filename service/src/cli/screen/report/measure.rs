//! A report as a FHIR R4 MeasureReport: a group a table, a stratifier a column.

use super::count::{Report, Table};
use super::mask::Cell;
use serde_json::{Value, json};

/// The Measure that it answers.
const MEASURE: &str = "https://pnet-cds.github.io/fhir/Measure/population";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// The resource; a count that is not shown is said to be masked, as FHIR says it.
pub(super) fn json(report: &Report) -> String {
    let period = |end: Option<&String>| end.cloned().unwrap_or_default();
    let groups: Vec<Value> = report.tables.iter().map(group).collect();
    let resource = json!({
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": format!("{MEASURE}|{}", report.versions.join(",")),
        "date": period(report.days.last()),
        "period": { "start": period(report.days.first()), "end": period(report.days.last()) },
        "group": groups,
    });
    format!("{resource:#}\n")
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
        "code": { "coding": [{ "code": table.id }], "text": table.title },
        "population": [population(table.of)],
        "stratifier": stratifiers,
    })
}

fn population(cell: Cell) -> Value {
    let code = json!({ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/measure-population",
        "code": "initial-population",
    }] });
    match cell {
        Cell::Count(count) => json!({ "code": code, "count": count }),
        Cell::Masked => json!({
            "code": code,
            "_count": { "extension": [{ "url": ABSENT, "valueCode": "masked" }] },
        }),
    }
}
