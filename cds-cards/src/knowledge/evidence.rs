//! The evidence files: statements of the review, corrections, and what has changed since publication.

use super::fault::Faults;
use super::files::Files;
use super::model::{Correction, SinceNote, Statement};
use super::numbers::Names;
use super::rows::{Row, Rows};
use super::section::At;
use super::when::When;
use std::collections::{BTreeMap, BTreeSet};

/// The evidence, each part `None` if its file could not be read (then nothing is said about references to it).
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Statements by id.
    pub(super) statements: Option<BTreeMap<String, Statement>>,
    /// Notes that may be shown, and the ids of those that may not.
    pub(super) since: Option<(BTreeMap<String, SinceNote>, BTreeSet<String>)>,
    /// Corrections that may be shown, and the ids of those that may not.
    pub(super) corrections: Option<(BTreeMap<String, Correction>, BTreeSet<String>)>,
    /// Names with digits in them that a text may have: those of facts, treatments and statements.
    pub(super) names: Names,
}

const STATEMENTS: &[&str] = &[
    "id",
    "review_line",
    "section",
    "quote",
    "implied_criterion",
    "modality",
    "direction",
    "strength",
    "note",
];
const SINCE: &[&str] = &[
    "id",
    "topic",
    "review_says",
    "changed_since",
    "source",
    "confidence",
    "when",
    "holds",
    "short",
];
const CORRECTIONS: &[&str] = &["id", "review_says", "primary_source_says", "use", "short"];
/// A note or correction stands on a card as one line.
const SHORT: usize = 160;

impl Evidence {
    /// Reads all evidence files.
    pub(super) fn read(source: &Files<'_>) -> Self {
        let statements = source.rows("evidence/statements.csv", STATEMENTS).map(|rows| {
            ids(&rows, source.faults, &["section", "quote", "strength"])
                .into_iter()
                .map(|(id, row)| (id, statement(row)))
                .collect::<BTreeMap<String, Statement>>()
        });
        Self {
            names: Names::of(source.catalogue, statements.as_ref().map(BTreeMap::keys)),
            statements,
            since: source.rows("evidence/since-publication.csv", SINCE).map(|rows| {
                let required = ["topic", "changed_since", "confidence", "when", "holds"];
                let by_id = ids(&rows, source.faults, &required);
                split(by_id, |row| {
                    let holds = holds(&rows, &row, source);
                    since_note(row, holds).inspect(|_| short(&rows, &row, source.faults))
                })
            }),
            corrections: source.rows("evidence/corrections.csv", CORRECTIONS).map(|rows| {
                let required = ["review_says", "primary_source_says", "use"];
                let by_id = ids(&rows, source.faults, &required);
                split(by_id, |row| {
                    correction(row).inspect(|_| short(&rows, &row, source.faults))
                })
            }),
        }
    }

    /// Reports the statement ids that do not exist; gives the ids.
    pub(super) fn cited(&self, file: &str, cited: Vec<At<String>>, faults: &Faults) -> Vec<String> {
        let mut ids = Vec::new();
        for id in cited {
            if self
                .statements
                .as_ref()
                .is_some_and(|known| !known.contains_key(&id.value))
            {
                faults.at(file, id.line, format!("unknown statement `{}`", id.value));
            }
            ids.push(id.value);
        }
        ids
    }

    /// Reports the correction ids that do not exist or may not be shown; gives the ids.
    pub(super) fn corrected(&self, file: &str, named: Vec<At<String>>, faults: &Faults) -> Vec<String> {
        refer("correction", self.corrections.as_ref(), file, named, faults)
    }

    /// Reports the ids of notes that do not exist or may not be shown; gives the ids.
    pub(super) fn noted(&self, file: &str, named: Vec<At<String>>, faults: &Faults) -> Vec<String> {
        refer("since-publication note", self.since.as_ref(), file, named, faults)
    }
}

fn refer<T>(
    kind: &str,
    known: Option<&(BTreeMap<String, T>, BTreeSet<String>)>,
    file: &str,
    named: Vec<At<String>>,
    faults: &Faults,
) -> Vec<String> {
    let mut ids = Vec::new();
    for id in named {
        if let Some((shown, withheld)) = known {
            if withheld.contains(&id.value) {
                faults.at(
                    file,
                    id.line,
                    format!(
                        "{kind} `{}` may not be shown: it was not read in a source",
                        id.value
                    ),
                );
            } else if !shown.contains_key(&id.value) {
                faults.at(file, id.line, format!("unknown {kind} `{}`", id.value));
            }
        }
        ids.push(id.value);
    }
    ids
}

/// Rows by id; empty and repeated ids and empty required columns are reported.
fn ids<'r>(rows: &'r Rows<'_>, faults: &Faults, required: &[&str]) -> BTreeMap<String, Row<'r>> {
    let mut by_id = BTreeMap::new();
    for row in rows.iter() {
        let id = row.get("id");
        for column in required.iter().chain(&["id"]) {
            if row.get(column).is_empty() {
                faults.at(rows.file, row.line, format!("`{column}` is empty"));
            }
        }
        if by_id.insert(id.to_owned(), row).is_some() {
            faults.at(rows.file, row.line, format!("`{id}` stands twice"));
        }
    }
    by_id
}

fn split<T>(
    rows: BTreeMap<String, Row<'_>>,
    read: impl Fn(Row<'_>) -> Option<T>,
) -> (BTreeMap<String, T>, BTreeSet<String>) {
    let mut shown = BTreeMap::new();
    let mut withheld = BTreeSet::new();
    for (id, row) in rows {
        match read(row) {
            Some(value) => {
                shown.insert(id, value);
            }
            None => {
                withheld.insert(id);
            }
        }
    }
    (shown, withheld)
}

/// What is shown needs a short text that fits on a line of a card, and in it no mark of the source columns.
fn short(rows: &Rows<'_>, row: &Row<'_>, faults: &Faults) {
    let text = row.get("short");
    if text.is_empty() {
        faults.at(rows.file, row.line, "`short` is empty, but the row may be shown");
    } else if text.chars().count() > SHORT {
        faults.at(
            rows.file,
            row.line,
            format!("`short` is longer than {SHORT} characters"),
        );
    } else if text.contains('[') {
        faults.at(rows.file, row.line, "`short` has a source mark in it");
    }
}

/// Where a note holds; what is no condition is reported.
fn holds(rows: &Rows<'_>, row: &Row<'_>, source: &Files<'_>) -> Vec<When> {
    When::parse(row.get("holds"), source.catalogue).unwrap_or_else(|condition| {
        let what = format!("`{condition}` in `holds` is no condition of a note");
        source.faults.at(rows.file, row.line, what);
        Vec::new()
    })
}

fn statement(row: Row<'_>) -> Statement {
    Statement {
        section: row.get("section").to_owned(),
        quote: row.get("quote").to_owned(),
        strength: row.get("strength").to_owned(),
    }
}

/// Only notes of confidence high or medium, whose source was read, are shown. What follows the word in the file is about
/// sentences that are left out.
fn since_note(row: Row<'_>, holds: Vec<When>) -> Option<SinceNote> {
    let text = shown(row.get("changed_since"));
    let confidence = ["high", "medium"]
        .into_iter()
        .find(|word| row.get("confidence").starts_with(word))?;
    if !row.get("source").contains("[V]") || text.is_empty() {
        return None;
    }
    Some(SinceNote {
        topic: row.get("topic").to_owned(),
        text,
        short: row.get("short").to_owned(),
        source: shown(row.get("source")),
        confidence: confidence.to_owned(),
        when: row.get("when").to_owned(),
        holds,
    })
}

fn correction(row: Row<'_>) -> Option<Correction> {
    let source_says = shown(row.get("primary_source_says"));
    if source_says.is_empty() {
        return None;
    }
    Some(Correction {
        review_says: shown(row.get("review_says")),
        source_says,
        usage: shown(row.get("use")),
        short: row.get("short").to_owned(),
    })
}

/// The text without source marks, and without the sentences that rest on general knowledge only.
pub(super) fn shown(text: &str) -> String {
    let mut rest = text.to_owned();
    while let Some((start, end)) = unread_parenthesis(&rest) {
        rest.replace_range(start..end, "");
    }
    let kept: Vec<&str> = rest
        .split(". ")
        .filter(|sentence| !sentence.contains("[GK"))
        .collect();
    let mut kept = kept.join(". ");
    for mark in ["[V]", "[?]"] {
        kept = kept.replace(mark, "");
    }
    let words: Vec<&str> = kept.split_whitespace().collect();
    words
        .join(" ")
        .replace(" ;", ";")
        .replace(" .", ".")
        .replace(" ,", ",")
        .replace(" :", ":")
}

/// Where a parenthesis that rests on general knowledge stands.
fn unread_parenthesis(text: &str) -> Option<(usize, usize)> {
    let mark = text.find("[GK")?;
    let start = text.get(..mark)?.rfind('(')?;
    if text.get(start..mark)?.contains(')') {
        return None;
    }
    let end = mark + text.get(mark..)?.find(')')?;
    Some((start, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_what_was_not_read_are_left_out() {
        assert_eq!(shown("[V] PMC1; doi 10.1/x"), "PMC1; doi 10.1/x");
        assert_eq!(
            shown("Read [V] here. Not read [GK]. Sought: outcome not found [?]."),
            "Read here. Sought: outcome not found."
        );
        assert_eq!(shown("shown [V] (NEJM July 2014 [GK])"), "shown");
        assert_eq!(shown("504 patients in 2008 [GK]; not found [?]"), "");
    }
}
