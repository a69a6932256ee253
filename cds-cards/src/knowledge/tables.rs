//! The grade, T and stage tables as printed, checked to leave no number and no T, N, M without an answer.

use super::cover;
use super::evidence::Evidence;
use super::files::Files;
use super::model::{GradeRow, GradeTable, StageRow, StagingTable, TRow, Uses};
use super::rests::Claim;
use super::rows::{Row, Rows};
use super::section::At;
use fhir_profiles::interval::Bound;
use fhir_profiles::{FactId, Interval};
use rust_decimal::Decimal;
use std::cell::RefCell;

/// A row that says that the printed table has no answer there.
const OPEN: &str = "open";
/// Any category.
const ANY: &str = "any";
/// Rows of the grade table with a differentiation that is not the paired one, and no discrepancy.
const AT_HOME: &str = "at-home";
/// The extension word whose rows are divided by size.
const LIMITED: &str = "pancreas";

/// All tables.
#[derive(Debug)]
pub(super) struct Tables {
    /// WHO grade.
    pub(super) grade: GradeTable,
    /// ENETS.
    pub(super) enets: StagingTable,
    /// AJCC, 7th edition.
    pub(super) ajcc7: StagingTable,
    /// The limits of the tables, each with what it rests on.
    pub(super) claims: Vec<Claim>,
}

/// Reads the tables; `None` if one is missing or has a fault (reported).
pub(super) fn read(source: &Files<'_>, evidence: &Evidence) -> Option<Tables> {
    let reader = Reader {
        source,
        evidence,
        claims: RefCell::default(),
    };
    let grade = reader.grades("tables/who-grade.csv");
    let enets = reader.staging("tables/enets-t.csv", "tables/enets-stage.csv");
    let ajcc7 = reader.staging("tables/ajcc7-t.csv", "tables/ajcc7-stage.csv");
    Some(Tables {
        grade: grade?,
        enets: enets?,
        ajcc7: ajcc7?,
        claims: reader.claims.into_inner(),
    })
}

/// The rows of a stage table, and those that say that the printed table has no stage there.
#[derive(Debug, Default)]
struct Stages {
    rows: Vec<At<StageRow>>,
    open: Vec<At<StageRow>>,
}

struct Reader<'a> {
    source: &'a Files<'a>,
    evidence: &'a Evidence,
    claims: RefCell<Vec<Claim>>,
}

impl Reader<'_> {
    fn fault(&self, file: &str, line: usize, what: impl Into<String>) {
        self.source.faults.at(file, line, what);
    }

    fn statement(&self, file: &str, row: Row<'_>) -> String {
        let id = row.get("statement");
        if id.is_empty() {
            self.fault(file, row.line, "`statement` is empty");
            return String::new();
        }
        let cited = vec![At {
            value: id.to_owned(),
            line: row.line,
        }];
        self.evidence
            .cited(file, cited, self.source.faults)
            .pop()
            .unwrap_or_default()
    }

    /// The ends of a row are limits that rest on its statement.
    fn claim(&self, file: &str, line: usize, interval: &Interval, statement: &str, rule: &Uses) {
        let ends = [interval.low(), interval.high()].into_iter().flatten();
        self.claims.borrow_mut().extend(ends.map(|end| Claim {
            file: file.to_owned(),
            line,
            value: end.value,
            statements: vec![statement.to_owned()],
            rule: rule.clone(),
        }));
    }

    /// The numbers of a row; `None` if it names none, or if they cannot be read (reported).
    fn interval(&self, file: &str, row: Row<'_>, fact: FactId) -> Option<Interval> {
        let end = |column: &str, inclusive: bool| -> Result<Option<Bound>, ()> {
            let text = row.get(column);
            if text.is_empty() {
                return Ok(None);
            }
            let value = Decimal::from_str_exact(text).map_err(|_| {
                self.fault(
                    file,
                    row.line,
                    format!("`{column}` must be a number, not `{text}`"),
                );
            })?;
            Ok(Some(Bound { value, inclusive }))
        };
        let unit = fact.info().unit.as_deref().unwrap_or_default();
        if row.get("unit") != unit {
            self.fault(
                file,
                row.line,
                format!(
                    "unit `{}` is not the unit of `{fact}`, which is `{unit}`",
                    row.get("unit")
                ),
            );
        }
        let ends = [
            end("from", true),
            end("above", false),
            end("below", false),
            end("up-to", true),
        ];
        let [Ok(from), Ok(above), Ok(below), Ok(up_to)] = ends else {
            return None;
        };
        let twice = (from.is_some() && above.is_some()) || (below.is_some() && up_to.is_some());
        let (low, high) = (from.or(above), below.or(up_to));
        let interval = Interval::new(low, high).filter(|_| !twice && (low.is_some() || high.is_some()));
        if interval.is_none() {
            self.fault(
                file,
                row.line,
                "a row needs one or both of a lower end (`from` or `above`) and a higher upper end (`below` or `up-to`)",
            );
        }
        interval
    }

    fn covered(&self, file: &str, bands: &[(Interval, usize)], fact: FactId) {
        let intervals: Vec<Interval> = bands.iter().map(|(interval, _)| *interval).collect();
        let last = bands.last().map_or(1, |(_, line)| *line);
        let info = fact.info();
        for (position, what) in cover::faults(&intervals, info.min, info.max) {
            let line = position
                .and_then(|position| bands.get(position))
                .map_or(last, |(_, line)| *line);
            self.fault(file, line, format!("`{fact}`: {what}"));
        }
    }

    fn grades(&self, file: &str) -> Option<GradeTable> {
        const HEADER: &[&str] = &[
            "grade",
            "reads",
            "unit",
            "from",
            "above",
            "up-to",
            "below",
            "word",
            "statement",
        ];
        let rows = self.source.rows(file, HEADER)?;
        let mut sound = true;
        for row in rows.iter() {
            if !["ki67", "mitoses", "differentiation", AT_HOME].contains(&row.get("reads")) {
                self.fault(file, row.line, format!("unknown measure `{}`", row.get("reads")));
                sound = false;
            }
            if FactId::GradeRecorded.word(row.get("grade")).is_none() {
                self.fault(file, row.line, format!("unknown grade `{}`", row.get("grade")));
                sound = false;
            }
        }
        let ki67 = self.measure(&rows, file, FactId::Ki67);
        let mitoses = self.measure(&rows, file, FactId::Mitoses);
        let words = self.paired(&rows, file);
        let mut grades = Vec::new();
        for grade in &FactId::GradeRecorded.info().words {
            let measured =
                |list: &[(String, Interval, String)]| list.iter().find(|(g, ..)| g == grade).cloned();
            let (ki67, mitoses) = (measured(&ki67), measured(&mitoses));
            let word = words.iter().find(|(g, ..)| g == grade).cloned();
            let (Some((_, ki67, first)), Some((_, mitoses, second)), Some((_, differentiation, third))) =
                (ki67, mitoses, word)
            else {
                if sound {
                    self.fault(
                        file,
                        1,
                        format!("gap: `{grade}` needs a row for ki67, mitoses and differentiation"),
                    );
                }
                sound = false;
                continue;
            };
            grades.push(GradeRow {
                grade: grade.clone(),
                ki67,
                mitoses,
                differentiation,
                at_home: self.at_home(&rows, file, grade),
                statements: [first, second, third],
            });
        }
        sound.then_some(GradeTable { rows: grades })
    }

    fn measure(&self, rows: &Rows<'_>, file: &str, fact: FactId) -> Vec<(String, Interval, String)> {
        let mut bands = Vec::new();
        let mut measured = Vec::new();
        let mut sound = true;
        for row in rows.iter().filter(|row| row.get("reads") == fact.as_str()) {
            let statement = self.statement(file, row);
            let Some(interval) = self.interval(file, row, fact) else {
                sound = false;
                continue;
            };
            self.claim(file, row.line, &interval, &statement, &Uses::Grade);
            bands.push((interval, row.line));
            measured.push((row.get("grade").to_owned(), interval, statement));
        }
        if sound {
            self.covered(file, &bands, fact);
        }
        if !measured.is_sorted_by(|a, b| a.0 < b.0) {
            self.fault(
                file,
                bands.first().map_or(1, |(_, line)| *line),
                format!("`{fact}`: grades must rise with the number"),
            );
        }
        measured
    }

    /// The word of a row on differentiation.
    fn differentiation<'r>(&self, row: &'r Row<'_>, file: &str) -> &'r str {
        let word = row.get("word");
        if FactId::Differentiation.word(word).is_none() {
            self.fault(
                file,
                row.line,
                format!("`{word}` is no word of `differentiation`"),
            );
        }
        word
    }

    fn paired(&self, rows: &Rows<'_>, file: &str) -> Vec<(String, String, String)> {
        let mut pairs: Vec<(String, String, String)> = Vec::new();
        for row in rows
            .iter()
            .filter(|row| row.get("reads") == FactId::Differentiation.as_str())
        {
            let word = self.differentiation(&row, file);
            if pairs
                .iter()
                .any(|(grade, known, _)| known == word || grade == row.get("grade"))
            {
                self.fault(
                    file,
                    row.line,
                    format!("overlap: `{}` or `{word}` is paired twice", row.get("grade")),
                );
            }
            pairs.push((
                row.get("grade").to_owned(),
                word.to_owned(),
                self.statement(file, row),
            ));
        }
        pairs
    }

    /// The differentiations that contradict a grade no more than the one that the table pairs with it.
    fn at_home(&self, rows: &Rows<'_>, file: &str, grade: &str) -> Vec<String> {
        let of_grade = |row: &Row<'_>| row.get("reads") == AT_HOME && row.get("grade") == grade;
        let mut words = Vec::new();
        for row in rows.iter().filter(of_grade) {
            let word = self.differentiation(&row, file);
            self.statement(file, row);
            words.push(word.to_owned());
        }
        words
    }

    fn staging(&self, t_file: &str, stage_file: &str) -> Option<StagingTable> {
        let t = self.t_rows(t_file);
        let stages = self.stage_rows(stage_file);
        let (t, stages) = (t?, stages?);
        self.every_tnm_has_one_stage(stage_file, &t, &stages);
        Some(StagingTable {
            t,
            stages: stages.rows.into_iter().map(|row| row.value).collect(),
        })
    }

    fn t_rows(&self, file: &str) -> Option<Vec<TRow>> {
        const HEADER: &[&str] = &[
            "t",
            "extension",
            "unit",
            "from",
            "above",
            "up-to",
            "below",
            "statement",
        ];
        let rows = self.source.rows(file, HEADER)?;
        let extensions = &FactId::TumourExtension.info().words;
        let mut found: Vec<TRow> = Vec::new();
        let mut sizes = Vec::new();
        let mut sized = true;
        for row in rows.iter() {
            let (t, extension) = (row.get("t"), row.get("extension"));
            if t != OPEN && FactId::T.word(t).is_none() {
                self.fault(file, row.line, format!("unknown T category `{t}`"));
            }
            let statement = self.statement(file, row);
            let mut size = None;
            if extension == LIMITED {
                size = self.interval(file, row, FactId::TumourSize);
                sized &= size.is_some();
                sizes.extend(size.map(|size| (size, row.line)));
                if let Some(size) = &size {
                    self.claim(file, row.line, size, &statement, &Uses::Stage);
                }
            } else if !extension.is_empty() {
                if !extensions.iter().any(|word| word == extension) {
                    self.fault(
                        file,
                        row.line,
                        format!("`{extension}` is no word of `tumour-extension`"),
                    );
                }
                if found
                    .iter()
                    .any(|known| known.extension.as_deref() == Some(extension))
                {
                    self.fault(
                        file,
                        row.line,
                        format!("overlap: `{extension}` has two T categories"),
                    );
                }
            } else if t != "Tis" {
                self.fault(file, row.line, "`extension` is empty");
            }
            if t != OPEN {
                found.push(TRow {
                    t: t.to_owned(),
                    extension: Some(extension.to_owned()).filter(|word| !word.is_empty()),
                    size,
                    statement,
                });
            }
        }
        if sized {
            self.covered(file, &sizes, FactId::TumourSize);
        }
        for word in extensions.iter().filter(|word| *word != LIMITED) {
            if !found.iter().any(|row| row.extension.as_ref() == Some(word)) {
                self.fault(file, 1, format!("gap: `{word}` has no T category"));
            }
        }
        Some(found)
    }

    fn stage_rows(&self, file: &str) -> Option<Stages> {
        let rows = self.source.rows(file, &["stage", "t", "n", "m", "statement"])?;
        let mut stages = Stages::default();
        for row in rows.iter() {
            let stage = row.get("stage");
            if stage != OPEN && FactId::StageRecorded.word(stage).is_none() {
                self.fault(file, row.line, format!("unknown stage `{stage}`"));
            }
            let read = At {
                line: row.line,
                value: StageRow {
                    stage: stage.to_owned(),
                    t: self.categories(file, row, "t", FactId::T),
                    n: self.categories(file, row, "n", FactId::N),
                    m: self
                        .categories(file, row, "m", FactId::M)
                        .unwrap_or_else(|| vec!["M0".to_owned(), "M1".to_owned()]),
                    statement: self.statement(file, row),
                },
            };
            if stage == OPEN {
                stages.open.push(read);
            } else {
                stages.rows.push(read);
            }
        }
        Some(stages)
    }

    fn categories(&self, file: &str, row: Row<'_>, column: &str, fact: FactId) -> Option<Vec<String>> {
        let text = row.get(column);
        if text == ANY {
            return None;
        }
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            self.fault(
                file,
                row.line,
                format!("`{column}` is empty: name categories, or `any`"),
            );
        }
        for word in &words {
            if fact.word(word).is_none() {
                self.fault(file, row.line, format!("`{word}` is no word of `{fact}`"));
            }
        }
        Some(words)
    }

    fn every_tnm_has_one_stage(&self, file: &str, t: &[TRow], stages: &Stages) {
        let mut categories: Vec<&str> = t.iter().map(|row| row.t.as_str()).collect();
        categories.dedup();
        for t in categories {
            for n in ["N0", "N1"] {
                for m in ["M0", "M1"] {
                    let fits: Vec<&At<StageRow>> = stages
                        .rows
                        .iter()
                        .chain(&stages.open)
                        .filter(|row| fits(&row.value, t, n, m))
                        .collect();
                    match fits.as_slice() {
                        [] => self.fault(file, 1, format!("gap: {t} {n} {m} has no stage")),
                        [_] => {}
                        [first, .., last] => self.fault(
                            file,
                            last.line,
                            format!(
                                "overlap: {t} {n} {m} is stage {} and stage {}",
                                first.value.stage, last.value.stage
                            ),
                        ),
                    }
                }
            }
        }
    }
}

fn fits(row: &StageRow, t: &str, n: &str, m: &str) -> bool {
    let holds = |list: &Option<Vec<String>>, word: &str| {
        list.as_ref().is_none_or(|list| list.iter().any(|w| w == word))
    };
    holds(&row.t, t) && holds(&row.n, n) && row.m.iter().any(|word| word == m)
}
