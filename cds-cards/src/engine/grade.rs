//! WHO grade from Ki-67 and mitoses, or as recorded (specification, section 3).

use super::truth::{outranking, why};
use super::view::View;
use super::words::{all_lacking, gap_among, listed, value_text, values_text};
use crate::assessment::{GradeReport, Reason};
use crate::knowledge::{GradeRow, Knowledge};
use fhir_profiles::facts::{Reading, Specimen, System, Value};
use fhir_profiles::{FactId, Interval};
use std::collections::BTreeSet;

/// Grades still possible, as positions in the table, and why there is more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Possible {
    pub(crate) grades: BTreeSet<usize>,
    pub(crate) several: Option<Reason>,
}

impl Possible {
    fn of(grades: BTreeSet<usize>, several: Reason) -> Self {
        let several = (grades.len() > 1).then_some(several);
        Self { grades, several }
    }

    /// The higher of each pair of candidates.
    fn higher(&self, other: &Self) -> Self {
        let grades: BTreeSet<usize> = self
            .grades
            .iter()
            .flat_map(|a| other.grades.iter().map(move |b| *a.max(b)))
            .collect();
        let several = outranking(self.several, other.several);
        Self {
            several: several.filter(|_| grades.len() > 1),
            grades,
        }
    }

    /// These, or those of a reading that may be of another tumour.
    fn or_unreadable(&self, other: &Self) -> Self {
        let grades: BTreeSet<usize> = self.grades.union(&other.grades).copied().collect();
        let several = if grades == self.grades {
            self.several
        } else {
            outranking(self.several, Some(Reason::Unreadable))
        };
        Self { grades, several }
    }
}

/// The grade with what it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Grade {
    /// Grades still possible; every grade if nothing is known.
    pub(crate) possible: Possible,
    /// Why nothing is known, if so.
    pub(crate) unknown: Option<Reason>,
    /// The grades that Ki-67 allows, if it is known.
    pub(crate) by_ki67: Option<Possible>,
    /// The grades that mitoses allow, if they are known.
    pub(crate) by_mitoses: Option<Possible>,
    /// The grades that measures of nobody knows whose tumour allow.
    unowned: Vec<(Measure, Possible)>,
    /// Whether the recorded grade was used.
    pub(crate) recorded: bool,
}

/// A measure of the grade table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Measure {
    Ki67,
    Mitoses,
}

impl Measure {
    pub(crate) fn fact(self) -> FactId {
        match self {
            Self::Ki67 => FactId::Ki67,
            Self::Mitoses => FactId::Mitoses,
        }
    }

    fn band(self, row: &GradeRow) -> &Interval {
        match self {
            Self::Ki67 => &row.ki67,
            Self::Mitoses => &row.mitoses,
        }
    }
}

/// The grades that readings of one measure allow. Readings of one day that differ are conflicting, but a primary
/// and a metastasis of one day give the higher grade (section 2).
pub(crate) fn by_measure(knowledge: &Knowledge, measure: Measure, readings: &[Reading]) -> Possible {
    let of_group = |group: &[&Reading]| {
        let sets: Vec<BTreeSet<usize>> = group.iter().map(|r| bands(knowledge, measure, r)).collect();
        let differ = sets.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
        let several = if differ {
            Reason::Conflicting
        } else {
            Reason::Judgement
        };
        Possible::of(sets.into_iter().flatten().collect(), several)
    };
    match specimens(readings) {
        Some([primary, metastasis]) => of_group(&primary).higher(&of_group(&metastasis)),
        None => of_group(&readings.iter().collect::<Vec<_>>()),
    }
}

/// Readings of the primary and of a metastasis, where every reading is of one of them and both are there.
fn specimens(readings: &[Reading]) -> Option<[Vec<&Reading>; 2]> {
    let of = |specimen| {
        let of_specimen = readings.iter().filter(|r| r.specimen == Some(specimen));
        of_specimen.collect::<Vec<_>>()
    };
    let found = [of(Specimen::Primary), of(Specimen::Metastasis)];
    let [primary, metastasis] = &found;
    let whole = primary.len() + metastasis.len() == readings.len();
    (whole && !primary.is_empty() && !metastasis.is_empty()).then_some(found)
}

/// "Ki-67 primary 2 % (G1), metastasis 25 % (G3)", where the two lead to different grades.
fn by_specimen(knowledge: &Knowledge, measure: Measure, readings: &[Reading]) -> Option<String> {
    let found = specimens(readings)?;
    let grades = found.each_ref().map(|group| -> BTreeSet<usize> {
        group.iter().flat_map(|r| bands(knowledge, measure, r)).collect()
    });
    let [of_primary, of_metastasis] = &grades;
    if of_primary == of_metastasis {
        return None;
    }
    let fact = measure.fact();
    let part = |name: &str, group: &[&Reading], grades: &BTreeSet<usize>| {
        let values = listed(group, " and ", |reading| value_text(fact, reading));
        let grades = Grade::names(knowledge, grades).join(" or ");
        format!("{name} {values} ({grades})")
    };
    let [primary, metastasis] = &found;
    Some(format!(
        "{} {}, {}",
        fact.info().label,
        part("primary", primary, of_primary),
        part("metastasis", metastasis, of_metastasis)
    ))
}

fn bands(knowledge: &Knowledge, measure: Measure, reading: &Reading) -> BTreeSet<usize> {
    let Value::Number(interval) = &reading.value else {
        return BTreeSet::new();
    };
    let rows = knowledge.grade.rows.iter().enumerate();
    rows.filter(|(_, row)| measure.band(row).intersection(interval).is_some())
        .map(|(i, _)| i)
        .collect()
}

/// The grades that recorded grades allow; with `labelled`, only those whose record says WHO, ENETS or NET.
pub(crate) fn by_record(knowledge: &Knowledge, readings: &[Reading], labelled: bool) -> Option<Possible> {
    let grades: BTreeSet<usize> = readings
        .iter()
        .filter(|r| !labelled || r.system == Some(System::Who))
        .filter_map(|r| match &r.value {
            Value::Word(word) => knowledge
                .grade
                .rows
                .iter()
                .position(|row| row.grade == word.as_str()),
            _ => None,
        })
        .collect();
    (!grades.is_empty()).then(|| Possible::of(grades, Reason::Conflicting))
}

/// Works out the grade.
pub(crate) fn grade(knowledge: &Knowledge, facts: View<'_>) -> Grade {
    let readings = |id: FactId| facts.readings(id);
    let measured = |measure: Measure| {
        readings(measure.fact())
            .map(|found| by_measure(knowledge, measure, found))
            .map_err(why)
    };
    let (ki67, mitoses) = (measured(Measure::Ki67), measured(Measure::Mitoses));
    // What is unreadable because nobody knows whose tumour it is may still be this one's.
    let unowned = |measure: Measure, known: bool| {
        let found = &facts.get(measure.fact()).unowned;
        (!known && !found.is_empty()).then(|| by_measure(knowledge, measure, found))
    };
    let unowned_ki67 = unowned(Measure::Ki67, ki67.is_ok());
    let unowned_mitoses = unowned(Measure::Mitoses, mitoses.is_ok());
    let recorded = readings(FactId::GradeRecorded);
    let (possible, unknown, from_record) = match (&ki67, &mitoses) {
        (Ok(a), Ok(b)) => (a.higher(b), None, false),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => {
            let other = unowned_ki67.as_ref().or(unowned_mitoses.as_ref());
            let possible = other.map_or_else(|| one.clone(), |other| one.or_unreadable(&one.higher(other)));
            (possible, None, false)
        }
        (Err(a), Err(b)) => match recorded.ok().and_then(|found| by_record(knowledge, found, true)) {
            Some(possible) => {
                let others = [&unowned_ki67, &unowned_mitoses].into_iter().flatten();
                let possible = others.fold(possible, |possible, other| possible.or_unreadable(other));
                (possible, None, true)
            }
            None => {
                let all = (0..knowledge.grade.rows.len()).collect();
                let reason =
                    outranking(Some(*a), Some(*b)).and_then(|r| outranking(Some(r), recorded.err().map(why)));
                (
                    Possible {
                        grades: all,
                        several: None,
                    },
                    reason,
                    false,
                )
            }
        },
    };
    Grade {
        possible,
        unknown,
        by_ki67: ki67.ok(),
        by_mitoses: mitoses.ok(),
        unowned: [(Measure::Ki67, unowned_ki67), (Measure::Mitoses, unowned_mitoses)]
            .into_iter()
            .filter_map(|(measure, possible)| Some((measure, possible?)))
            .collect(),
        recorded: from_record,
    }
}

impl Grade {
    /// The facts that the grade reads while it is unknown, or was taken from.
    pub(crate) fn facts(&self) -> Vec<FactId> {
        let mut facts = Vec::new();
        if self.by_ki67.is_some() {
            facts.push(FactId::Ki67);
        }
        if self.by_mitoses.is_some() {
            facts.push(FactId::Mitoses);
        }
        if self.recorded {
            facts.push(FactId::GradeRecorded);
        }
        if facts.is_empty() {
            vec![FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded]
        } else {
            facts
        }
    }

    /// The facts that could settle it: a recorded grade only while no measure is known.
    pub(crate) fn could_settle(&self) -> &'static [FactId] {
        if self.by_ki67.is_none() && self.by_mitoses.is_none() {
            &[FactId::Ki67, FactId::Mitoses, FactId::GradeRecorded]
        } else {
            &[FactId::Ki67, FactId::Mitoses]
        }
    }

    /// Whether both measures are known and differ, so that the higher was taken (an interpretation).
    pub(crate) fn measures_differ(&self) -> bool {
        match (&self.by_ki67, &self.by_mitoses) {
            (Some(a), Some(b)) => a.grades.is_disjoint(&b.grades),
            _ => false,
        }
    }

    /// The names of the grades that each known measure allows by itself.
    pub(crate) fn by_each_measure(&self, knowledge: &Knowledge) -> Vec<Vec<String>> {
        let known = [&self.by_ki67, &self.by_mitoses].into_iter().flatten();
        known
            .map(|possible| Self::names(knowledge, &possible.grades))
            .collect()
    }

    /// The one grade left, as a position in the table.
    pub(crate) fn single(&self) -> Option<usize> {
        match self.unknown {
            Some(_) => None,
            None => self
                .possible
                .grades
                .first()
                .copied()
                .filter(|_| self.possible.grades.len() == 1),
        }
    }

    /// Names of grades by position.
    pub(crate) fn names(knowledge: &Knowledge, grades: &BTreeSet<usize>) -> Vec<String> {
        let rows = knowledge.grade.rows.iter().enumerate();
        rows.filter(|(i, _)| grades.contains(i))
            .map(|(_, row)| row.grade.clone())
            .collect()
    }

    /// The report for the assessment.
    pub(crate) fn report(&self, knowledge: &Knowledge, facts: View<'_>) -> GradeReport {
        let row = self.single().and_then(|i| knowledge.grade.rows.get(i));
        let highest = knowledge.grade.rows.last();
        let classifiable = row.map(|row| {
            highest.is_none_or(|top| top.grade != row.grade)
                || facts.is(FactId::Differentiation, &row.differentiation)
        });
        GradeReport {
            value: row.map(|row| row.grade.clone()),
            candidates: Self::names(knowledge, &self.possible.grades),
            classifiable,
            reason: if row.is_some() {
                None
            } else {
                self.unknown.or(self.possible.several)
            },
            interpretation: self.measures_differ(),
            gap: match row {
                Some(_) => None,
                None => gap_among(facts, self.could_settle()),
            },
            facts: if self.unknown.is_some() {
                Vec::new()
            } else {
                self.facts()
            },
            statements: self.statements(knowledge),
            because: self.because(knowledge, facts),
        }
    }

    fn statements(&self, knowledge: &Knowledge) -> Vec<String> {
        let mut statements = Vec::new();
        for (column, possible) in [&self.by_ki67, &self.by_mitoses].into_iter().enumerate() {
            for grade in possible.iter().flat_map(|p| &p.grades) {
                let row = knowledge.grade.rows.get(*grade);
                statements.extend(row.and_then(|row| row.statements.get(column)).cloned());
            }
        }
        statements
    }

    /// How the grade came about: "Ki-67 8 % is G2; Mitotic count 1 /10 HPF is G1; the higher counts".
    pub(crate) fn because(&self, knowledge: &Knowledge, facts: View<'_>) -> String {
        let describe = |measure: Measure, possible: &Possible| {
            let fact = measure.fact();
            let readings = facts.readings(fact).unwrap_or_default();
            if let Some(text) = by_specimen(knowledge, measure, readings) {
                return (text, true);
            }
            let values = values_text(fact, readings, " and ");
            let grades = Self::names(knowledge, &possible.grades).join(" or ");
            let text = format!("{} {values} is {grades}", fact.info().label);
            (text, false)
        };
        let mut higher = self.measures_differ();
        let mut parts = Vec::new();
        for (measure, possible) in [
            (Measure::Ki67, &self.by_ki67),
            (Measure::Mitoses, &self.by_mitoses),
        ] {
            if let Some(possible) = possible {
                let (text, of_specimens) = describe(measure, possible);
                higher |= of_specimens;
                parts.push(text);
            }
        }
        if higher {
            parts.push("the higher counts".into());
        }
        if self.recorded {
            parts.push(format!(
                "as recorded: {}",
                Self::names(knowledge, &self.possible.grades).join(" or ")
            ));
        }
        for (measure, possible) in &self.unowned {
            let fact = measure.fact();
            let values = values_text(fact, &facts.get(fact).unowned, " and ");
            parts.push(format!(
                "{} {values} would be {}, but whose tumour it is of is not recorded",
                fact.info().label,
                Self::names(knowledge, &possible.grades).join(" or ")
            ));
        }
        match self.unknown {
            Some(_) => all_lacking(facts, self.could_settle()),
            None => parts.join("; "),
        }
    }
}
