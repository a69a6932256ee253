//! The grade and stage tables as a page shows them.

use super::examples;
use super::quotes::{Quote, quotes};
use super::rules::unit;
use cds_cards::Knowledge;
use cds_cards::knowledge::StagingTable;
use fhir_profiles::FactId;
use serde::Serialize;

/// WHO grade.
#[derive(Debug, Serialize)]
pub(super) struct Grades {
    rows: Vec<GradeLine>,
    examples: Vec<(String, String)>,
    quotes: Vec<Quote>,
}

#[derive(Debug, Serialize)]
struct GradeLine {
    grade: String,
    ki67: String,
    mitoses: String,
    differentiation: String,
    statements: String,
}

/// One staging system.
#[derive(Debug, Serialize)]
pub(super) struct Stages {
    name: &'static str,
    t: Vec<[String; 4]>,
    stages: Vec<[String; 5]>,
    quotes: Vec<Quote>,
}

pub(super) fn grades(knowledge: &Knowledge) -> Grades {
    let rows = &knowledge.grade.rows;
    Grades {
        rows: rows
            .iter()
            .map(|row| GradeLine {
                grade: row.grade.clone(),
                ki67: format!("{}{}", row.ki67, unit(FactId::Ki67)),
                mitoses: format!("{}{}", row.mitoses, unit(FactId::Mitoses)),
                differentiation: row.differentiation.clone(),
                statements: row.statements.join(", "),
            })
            .collect(),
        examples: examples::of_grade(knowledge),
        quotes: quotes(knowledge, rows.iter().flat_map(|row| &row.statements)),
    }
}

pub(super) fn stages(knowledge: &Knowledge, name: &'static str, table: &StagingTable) -> Stages {
    let listed = |words: &Option<Vec<String>>| words.as_ref().map_or("any".to_owned(), |all| all.join(", "));
    let mut cited: Vec<&String> = table.t.iter().map(|row| &row.statement).collect();
    cited.extend(table.stages.iter().map(|row| &row.statement));
    cited.dedup();
    Stages {
        name,
        t: table
            .t
            .iter()
            .map(|row| {
                let size = row.size.map_or(String::new(), |size| {
                    format!("{size}{}", unit(FactId::TumourSize))
                });
                let extension = row.extension.clone().unwrap_or_else(|| "in situ".to_owned());
                [row.t.clone(), extension, size, row.statement.clone()]
            })
            .collect(),
        stages: table
            .stages
            .iter()
            .map(|row| {
                [
                    row.stage.clone(),
                    listed(&row.t),
                    listed(&row.n),
                    row.m.join(", "),
                    row.statement.clone(),
                ]
            })
            .collect(),
        quotes: quotes(knowledge, cited),
    }
}
