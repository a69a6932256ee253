//! The counts of a report.

use super::mask::{Cell, alone, is_few, of_all, of_sum};
use super::rows::Row;
use cds_cards::Knowledge;
use fhir_profiles::FactId;
use std::collections::{BTreeMap, BTreeSet};

/// The table of all that were screened.
pub(super) const GATE: &str = "gate";
/// The words of the gate, with what a person reads.
const GATES: [(&str, &str); 4] = [
    ("passed", "PNET with liver metastases"),
    (
        "no-liver-metastases",
        "PNET, liver metastases absent or not recorded",
    ),
    ("not-known", "nothing found, and not all was there"),
    ("no-pnet", "no PNET on record"),
];
const INTENTS: [(&str, &str); 3] = [
    (
        "curative",
        "curative: complete resection is supported or to be confirmed",
    ),
    ("palliative", "palliative: complete resection is not"),
    ("open", "open: neither is known"),
];
const PLACES: [(&str, &str); 7] = [
    ("named", "named by the review for the situation"),
    ("open", "open: criteria met or to be confirmed"),
    ("given-now", "given now"),
    ("given-before", "given before"),
    ("against", "the review advises against it"),
    ("waiting", "waiting for a fact"),
    ("not-now", "criteria not met"),
];
const NOT_DETERMINED: &str = "not determined";

/// Counts, row by row.
pub(super) struct Counts<'k> {
    knowledge: &'k Knowledge,
    patients: u64,
    by_gate: BTreeMap<String, u64>,
    /// Of those with liver metastases of a PNET.
    passed: u64,
    grades: BTreeMap<String, u64>,
    enets: BTreeMap<String, u64>,
    ajcc7: BTreeMap<String, u64>,
    intents: BTreeMap<String, u64>,
    places: BTreeMap<(String, String), u64>,
    facts: BTreeMap<String, Lacking>,
    days: BTreeSet<String>,
    versions: BTreeSet<String>,
    named: bool,
}

/// In whom a fact is missing.
#[derive(Default)]
struct Lacking {
    missing: u64,
    /// Whom some value of it would change, and every value.
    may_change: u64,
    changes: u64,
    patients: Vec<String>,
}

/// A report.
#[derive(Debug)]
pub(super) struct Report {
    /// Days of evaluation.
    pub(super) days: Vec<String>,
    /// Versions of the knowledge.
    pub(super) versions: Vec<String>,
    /// The least count that is shown.
    pub(super) least: u64,
    pub(super) tables: Vec<Table>,
    /// Patients by fact, where they are asked for.
    pub(super) named: Vec<(String, Vec<String>)>,
}

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    /// A word for programs.
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What is said under it.
    pub(super) note: &'static str,
    /// Of how many.
    pub(super) of: Cell,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Line>,
}

/// One line of a table: a cell a column.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) cells: Vec<Cell>,
}

impl<'k> Counts<'k> {
    pub(super) fn new(knowledge: &'k Knowledge, named: bool) -> Self {
        Self {
            knowledge,
            patients: 0,
            by_gate: BTreeMap::new(),
            passed: 0,
            grades: BTreeMap::new(),
            enets: BTreeMap::new(),
            ajcc7: BTreeMap::new(),
            intents: BTreeMap::new(),
            places: BTreeMap::new(),
            facts: BTreeMap::new(),
            days: BTreeSet::new(),
            versions: BTreeSet::new(),
            named,
        }
    }

    /// Counts a patient.
    pub(super) fn add(&mut self, row: &Row) {
        self.patients += 1;
        self.days.insert(row.as_of.clone());
        self.versions.insert(row.knowledge.version.clone());
        *self.by_gate.entry(row.gate.clone()).or_default() += 1;
        if row.gate != "passed" {
            return;
        }
        self.passed += 1;
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| NOT_DETERMINED.to_owned());
        *self.grades.entry(value(&row.grade.value)).or_default() += 1;
        *self.enets.entry(value(&row.stage.enets.value)).or_default() += 1;
        *self.ajcc7.entry(value(&row.stage.ajcc7.value)).or_default() += 1;
        if let Some(pathway) = &row.pathway {
            *self.intents.entry(pathway.intent.value.clone()).or_default() += 1;
            for place in &pathway.places {
                let key = (place.option.clone(), place.place.clone());
                *self.places.entry(key).or_default() += 1;
            }
        }
        for (fact, known) in &row.facts {
            if known.status == "unknown" && known.reason.as_deref() == Some("missing") {
                self.facts.entry(fact.clone()).or_default().missing += 1;
            }
        }
        for missing in row.missing.iter().filter(|missing| missing.settles.most > 0) {
            let fact = self.facts.entry(missing.fact.clone()).or_default();
            fact.may_change += 1;
            fact.changes += u64::from(missing.settles.least > 0);
            if self.named {
                fact.patients.push(row.subject.clone());
            }
        }
    }

    /// The report, with no count below `least` in it but 0.
    pub(super) fn report(mut self, least: u64) -> Report {
        let passed = alone(self.passed, least);
        let of_words = |words: &[(&str, &str)], counts: &BTreeMap<String, u64>| {
            let numbers: Vec<u64> = words
                .iter()
                .map(|(word, _)| counts.get(*word).copied().unwrap_or_default())
                .collect();
            let cells = of_sum(&numbers, least);
            let lines = words.iter().zip(cells).map(|((word, label), cell)| Line {
                id: (*word).to_owned(),
                label: (*label).to_owned(),
                cells: vec![cell],
            });
            lines.collect::<Vec<_>>()
        };
        let of_values = |counts: &BTreeMap<String, u64>| {
            let numbers: Vec<u64> = counts.values().copied().collect();
            let lines = counts
                .keys()
                .zip(of_sum(&numbers, least))
                .map(|(value, cell)| Line {
                    id: value.replace(' ', "-"),
                    label: value.clone(),
                    cells: vec![cell],
                });
            lines.collect::<Vec<_>>()
        };
        let count = || vec!["patients".to_owned()];
        let table = |id, title: &str, note, of, rows| Table {
            id,
            title: title.to_owned(),
            note,
            of,
            columns: count(),
            rows,
        };
        let in_passed = "Of the patients with liver metastases of a PNET.";
        let mut tables = vec![
            self.of_gates(least),
            table("grade", "WHO grade", in_passed, passed, of_values(&self.grades)),
            table(
                "stage-enets",
                "Stage, ENETS",
                in_passed,
                passed,
                of_values(&self.enets),
            ),
            table(
                "stage-ajcc7",
                "Stage, AJCC 7",
                in_passed,
                passed,
                of_values(&self.ajcc7),
            ),
            table(
                "intent",
                "What treatment can aim at",
                in_passed,
                passed,
                of_words(&INTENTS, &self.intents),
            ),
        ];
        tables.push(self.of_places(passed, least));
        tables.push(self.of_missing(passed, least));
        let named = std::mem::take(&mut self.facts).into_iter();
        let named = named.filter(|(_, lacking)| !lacking.patients.is_empty());
        let named = named.map(|(fact, mut lacking)| {
            lacking.patients.sort_unstable();
            (self.label_of(&fact), lacking.patients)
        });
        let named = if self.named { named.collect() } else { Vec::new() };
        Report {
            days: self.days.into_iter().collect(),
            versions: self.versions.into_iter().collect(),
            least,
            tables,
            named,
        }
    }

    /// How many patients are in each state of the gate. All other tables tell how many have liver metastases, so that nothing is
    /// hidden behind that number; where it would tell of few together with that of all, the latter is hidden.
    fn of_gates(&self, least: u64) -> Table {
        let count = |(gate, _): &(&str, &str)| self.by_gate.get(*gate).copied().unwrap_or_default();
        let numbers: Vec<u64> = GATES.iter().map(count).collect();
        let cells = match numbers.split_first() {
            Some((passed, others)) if !is_few(*passed, least) => {
                let mut cells = vec![Cell::Count(*passed)];
                cells.extend(of_sum(others, least));
                cells
            }
            _ => of_sum(&numbers, least),
        };
        let masked = numbers
            .iter()
            .zip(&cells)
            .filter(|(_, cell)| **cell == Cell::Masked);
        let hidden: u64 = masked.map(|(count, _)| count).sum();
        let of = match is_few(hidden, least) || is_few(self.patients, least) {
            true => Cell::Masked,
            false => Cell::Count(self.patients),
        };
        let lines = GATES.iter().zip(cells).map(|((gate, label), cell)| Line {
            id: (*gate).to_owned(),
            label: (*label).to_owned(),
            cells: vec![cell],
        });
        Table {
            id: GATE,
            title: "Patients".to_owned(),
            note: "Of all that were screened.",
            of,
            columns: vec!["patients".to_owned()],
            rows: lines.collect(),
        }
    }

    fn of_places(&self, passed: Cell, least: u64) -> Table {
        let lines = self.knowledge.options.iter().map(|option| {
            let of_place = |(place, _): &(&str, &str)| {
                let key = (option.id.clone(), (*place).to_owned());
                self.places.get(&key).copied().unwrap_or_default()
            };
            let numbers: Vec<u64> = PLACES.iter().map(of_place).collect();
            Line {
                id: option.id.clone(),
                label: option.label.clone(),
                cells: of_sum(&numbers, least),
            }
        });
        Table {
            id: "place",
            title: "Where the options stand".to_owned(),
            note: "Of the patients with liver metastases of a PNET; each stands in one place of every option.",
            of: passed,
            columns: PLACES.iter().map(|(_, label)| (*label).to_owned()).collect(),
            rows: lines.collect(),
        }
    }

    fn of_missing(&self, passed: Cell, least: u64) -> Table {
        let all = self.passed;
        let lines = self.facts.iter().map(|(fact, lacking)| {
            // Of those in whom it is missing some change: the difference between columns would tell of few, too.
            let beside = |count: u64, others: &[u64]| match others
                .iter()
                .any(|other| is_few(count.abs_diff(*other), least))
            {
                true => Cell::Masked,
                false => of_all(count, all, least),
            };
            Line {
                id: fact.clone(),
                label: self.label_of(fact),
                cells: vec![
                    of_all(lacking.missing, all, least),
                    beside(lacking.may_change, &[lacking.missing]),
                    beside(lacking.changes, &[lacking.may_change, lacking.missing]),
                ],
            }
        });
        let mut lines: Vec<Line> = lines.collect();
        // What would change most goes first, by what is shown: the order must not tell what is hidden.
        let shown = |line: &Line, column: usize| match line.cells.get(column) {
            Some(Cell::Count(count)) => *count,
            _ => 0,
        };
        lines.sort_by_key(|line| std::cmp::Reverse((shown(line, 1), shown(line, 0))));
        Table {
            id: "missing",
            title: "Facts that are not on record".to_owned(),
            note: "Of the patients with liver metastases of a PNET. An option is settled where its verdict is neither undetermined nor \
                   provisional any more.",
            of: passed,
            columns: vec![
                "not on record".to_owned(),
                "recording it could settle an option".to_owned(),
                "any value of it would".to_owned(),
            ],
            rows: lines,
        }
    }

    fn label_of(&self, fact: &str) -> String {
        let known: Option<FactId> = self.knowledge.catalogue.parse(fact);
        known.map_or(fact.to_owned(), |fact| fact.info().label.clone())
    }
}
