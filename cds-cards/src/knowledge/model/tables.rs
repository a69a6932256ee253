//! The grade, T and stage tables.

use fhir_profiles::Interval;

/// WHO grade: bands per measure and the differentiation paired with each grade.
#[derive(Debug, PartialEq, Eq)]
pub struct GradeTable {
    /// Grades in ascending order.
    pub rows: Vec<GradeRow>,
}

/// One grade.
#[derive(Debug, PartialEq, Eq)]
pub struct GradeRow {
    /// `G1`, `G2`, `G3`.
    pub grade: String,
    /// Ki-67 percent.
    pub ki67: Interval,
    /// Mitoses per 10 HPF.
    pub mitoses: Interval,
    /// The differentiation that the table pairs with it.
    pub differentiation: String,
    /// Other differentiations that do not contradict it (section 3).
    pub at_home: Vec<String>,
    /// Statements: for Ki-67, mitoses, differentiation.
    pub statements: [String; 3],
}

/// T and stage tables of one system.
#[derive(Debug)]
pub struct StagingTable {
    /// T categories in ascending order (`Tis` first where the system has it).
    pub t: Vec<TRow>,
    /// Stages in table order.
    pub stages: Vec<StageRow>,
}

/// One way to be of a T category.
#[derive(Debug)]
pub struct TRow {
    /// `Tis`, `T1`, ... (a category may have several rows).
    pub t: String,
    /// The extension word of `tumour-extension` that this row is about; `None` for Tis.
    pub extension: Option<String>,
    /// Sizes in cm, for rows limited to the pancreas. Sizes in no row are a judgement between the neighbours.
    pub size: Option<Interval>,
    /// Statement.
    pub statement: String,
}

/// One row of a stage table; `None` is "any".
#[derive(Debug)]
pub struct StageRow {
    /// The stage.
    pub stage: String,
    /// T categories.
    pub t: Option<Vec<String>>,
    /// N categories.
    pub n: Option<Vec<String>>,
    /// M categories.
    pub m: Vec<String>,
    /// Statement.
    pub statement: String,
}
