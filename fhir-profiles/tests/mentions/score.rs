//! Precision and recall, a row a fact.

use crate::corpus::Case;
use fhir_profiles::FactId;
use fhir_profiles::facts::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A value as the corpus writes it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Word(word) => word.to_string(),
        Value::Words(words) => words
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("+"),
        Value::Number(number) => number.to_string(),
    }
}

/// How often a fact was stated and found, stated and not found, found and not stated.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row {
    found: usize,
    missed: usize,
    wrong: usize,
    traps: usize,
}

impl Row {
    pub(crate) fn recall(&self) -> f64 {
        share(self.found, self.missed)
    }

    fn precision(&self) -> f64 {
        share(self.found, self.wrong)
    }
}

fn share(part: usize, rest: usize) -> f64 {
    part as f64 / (part + rest).max(1) as f64
}

#[derive(Default)]
pub(crate) struct Table {
    rows: BTreeMap<FactId, Row>,
    wrong: Vec<String>,
    missed: Vec<String>,
}

impl Table {
    pub(crate) fn of(cases: &[Case]) -> Self {
        let mut table = Self::default();
        for case in cases {
            table.add(case);
        }
        table
    }

    fn add(&mut self, case: &Case) {
        let shown = case.narrative.text().trim().replace('\n', " / ");
        let mut left = case.expected.clone();
        if let (true, Some(fact)) = (case.is_trap, case.fact) {
            self.rows.entry(fact).or_default().traps += 1;
        }
        for mention in case.mentions() {
            let value = text(&mention.value);
            let row = self.rows.entry(mention.fact).or_default();
            match left
                .iter()
                .position(|(fact, of)| *fact == mention.fact && *of == value)
            {
                Some(at) => {
                    left.remove(at);
                    row.found += 1;
                }
                None => {
                    row.wrong += 1;
                    self.wrong.push(format!("{} {value}: {shown}", mention.fact));
                }
            }
        }
        for (fact, value) in left {
            self.rows.entry(fact).or_default().missed += 1;
            self.missed.push(format!("{fact} {value}: {shown}"));
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = (FactId, Row)> {
        self.rows.iter().map(|(fact, row)| (*fact, *row))
    }

    pub(crate) fn wrong(&self) -> &[String] {
        &self.wrong
    }

    pub(crate) fn missed(&self) -> &[String] {
        &self.missed
    }

    pub(crate) fn total(&self) -> Row {
        self.rows.values().fold(Row::default(), |sum, row| Row {
            found: sum.found + row.found,
            missed: sum.missed + row.missed,
            wrong: sum.wrong + row.wrong,
            traps: sum.traps + row.traps,
        })
    }

    pub(crate) fn text(&self, title: &str) -> String {
        let mut made = format!(
            "| {title} | stated | found | wrong | traps | precision | recall |\n|---|---|---|---|---|---|---|\n"
        );
        let total = self.total();
        let rows = self.rows.iter().map(|(fact, row)| (fact.as_str(), row));
        for (name, row) in rows.chain(std::iter::once(("all", &total))) {
            let _ = writeln!(
                made,
                "| {name} | {} | {} | {} | {} | {:.2} | {:.2} |",
                row.found + row.missed,
                row.found,
                row.wrong,
                row.traps,
                row.precision(),
                row.recall()
            );
        }
        made
    }
}
