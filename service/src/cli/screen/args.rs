//! The arguments of `screen` and of its filters.

use super::part::Part;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What to screen, and where the rows go.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct ScreenArgs {
    #[command(subcommand)]
    pub(super) filter: Option<Filter>,
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) from: FromArgs,
    /// Only the patients with something on record that may be a PNET, or that could not be read.
    #[arg(long)]
    pub(super) suspects: bool,
    /// Folder for notes on what was read, kept: the same command run again goes on where it was interrupted. Holds ids of
    /// patients [default: a temporary folder, deleted].
    #[arg(long, value_name = "DIR")]
    pub(super) work: Option<PathBuf>,
}

/// The steps of `screen` as filters of streams, for engines that spread work over machines.
#[derive(Debug, Subcommand)]
pub(super) enum Filter {
    /// Name the patients that may have a PNET.
    ///
    /// Reads records (NDJSON, Bundles) and writes `Patient/ID` a line, sorted, each once. What it cannot read it names; `keep`
    /// and `assess` make of it that nobody's chart counts as whole.
    Gate(GateArgs),
    /// Pass on the records of some patients, whatever file they stand in.
    ///
    /// Writes NDJSON in the order of what it reads: their records, the Medications that belong to nobody, and an OperationOutcome
    /// for what could not be read.
    Keep(KeepArgs),
    /// Assess the patients of the records that come in, one row a patient, in the order of their ids.
    ///
    /// Holds the records in memory: give it what `keep` passes on.
    Assess(AssessArgs),
    /// Count what the rows of a population come to: by gate, grade, stage, intent, place of each option, and missing fact.
    ///
    /// Reads rows as `screen --format ndjson` writes them. Names nobody unless it is asked to, and hides counts of few.
    Report(ReportArgs),
}

/// Where records come from.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files, patterns such as `'*.ndjson.gz'`, or directories whose .ndjson, .jsonl and .json files are read, packed or not
    /// (gzip, Zstandard); `-` is standard input (NDJSON).
    #[arg(value_name = "PATH", required_unless_present_any = ["manifest", "from"])]
    pub(super) paths: Vec<PathBuf>,
    /// What the server said when the export was complete: every file that it lists is read, from beside it.
    #[arg(long, value_name = "FILE")]
    pub(super) manifest: Option<PathBuf>,
    /// Threads that read [default: one a processor].
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
}

/// A server that exports (Bulk Data), and how it is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bulk Data")]
pub(super) struct FromArgs {
    /// Base address of a FHIR server to have an export made by; https, http on this machine only.
    #[arg(long, value_name = "URL", requires = "download", conflicts_with_all = ["paths", "manifest"])]
    pub(super) from: Option<String>,
    /// Folder for the files of the export, kept: the same command goes on where it was interrupted.
    #[arg(long, value_name = "DIR", requires = "from")]
    pub(super) download: Option<PathBuf>,
    /// Only the patients of a Group.
    #[arg(long, value_name = "ID", requires = "from")]
    pub(super) group: Option<String>,
    /// Only these types, with commas between them; `none` leaves it to the server.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', requires = "from", default_value = TYPES)]
    pub(super) types: Vec<String>,
    /// Only what was changed since, as an instant of FHIR.
    #[arg(long, value_name = "INSTANT", requires = "from")]
    pub(super) since: Option<String>,
    /// Id under which this client is registered there (SMART Backend Services).
    #[arg(long, value_name = "ID", requires = "key")]
    pub(super) client_id: Option<String>,
    /// Its private key (PEM, PKCS #8; P-384, P-256 or RSA); `pnet-cds call --new-key` makes one.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub(super) key: Option<PathBuf>,
    /// Scopes to ask for.
    #[arg(long, value_name = "SCOPES", default_value = "system/*.rs")]
    pub(super) scope: String,
    /// Address of the authorization server's tokens [default: what the FHIR server says].
    #[arg(long, value_name = "URL", requires = "key")]
    pub(super) token_url: Option<String>,
    /// File with an access token, shown to this server only.
    #[arg(long, value_name = "FILE", requires = "from", conflicts_with = "key")]
    pub(super) token_file: Option<PathBuf>,
    /// Files that are fetched at once.
    #[arg(long, value_name = "N", default_value = "4")]
    pub(super) downloads: NonZeroUsize,
    /// Leave the export on the server.
    #[arg(long, requires = "from")]
    pub(super) keep_export: bool,
}

/// What charts are read from.
const TYPES: &str = "Patient,Condition,Observation,DiagnosticReport,Procedure,MedicationRequest,MedicationStatement,\
                     MedicationAdministration,MedicationDispense,Medication,Specimen,BodyStructure";

/// Where records come from: standard input if nothing is named.
#[derive(Debug, Args)]
pub(super) struct Stream {
    /// Files, patterns or directories, as for `screen` [default: standard input].
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// What the server said when the export was complete: every file that it lists is read, from beside it.
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(super) manifest: Option<PathBuf>,
    /// Threads that read [default: one a processor].
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// End with 0 also if records were skipped: they are named, and `assess` says of every chart that something may lack.
    #[arg(long)]
    pub(super) accept_skipped: bool,
    /// Of the files only every N-th from the K-th on (0 is the first): the share of one of N processes.
    #[arg(long, value_name = "K/N")]
    pub(super) share: Option<Part>,
}

/// What rows are of, and where they go.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = ScreenFormat::Csv)]
    pub(super) format: ScreenFormat,
    /// Day of evaluation, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
    /// Only the K-th (from 0) of N parts into which patients fall by their ids; the parts together are everyone.
    #[arg(long, value_name = "K/N")]
    pub(super) part: Option<Part>,
}

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    #[command(flatten)]
    pub(super) input: Stream,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct KeepArgs {
    #[command(flatten)]
    pub(super) input: Stream,
    /// File with the patients, one a line (`Patient/1` or `1`), as `gate` writes it; may be given several times, for the
    /// lists of several shards.
    #[arg(long, value_name = "FILE", required = true)]
    pub(super) patients: Vec<PathBuf>,
    /// Only the K-th (from 0) of N parts into which patients fall by their ids.
    #[arg(long, value_name = "K/N")]
    pub(super) part: Option<Part>,
    /// Put the patient and a tab before each record, by which an engine can bring together what is of one patient; before what
    /// is everybody's, the tab alone.
    #[arg(long)]
    pub(super) keyed: bool,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct AssessArgs {
    #[command(flatten)]
    pub(super) input: Stream,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Rows (NDJSON); `-` is standard input. Those of all parts may be given.
    #[arg(required = true, value_name = "ROWS")]
    pub(super) rows: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = ReportForm::Table)]
    pub(super) format: ReportForm,
    /// The least count that is shown; 1 shows all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) smallest: u64,
    /// List the patients in whom recording a missing fact could settle an option; not in a MeasureReport.
    #[arg(long)]
    pub(super) name_patients: bool,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// The form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ScreenFormat {
    /// A table: gate, grade and stages still possible, a verdict an option, discrepancies, missing facts, problems, versions.
    Csv,
    /// The assessment, one JSON object a line.
    Ndjson,
    /// The table with types, for engines; with --out only.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// Tables to read.
    Table,
    /// A page with pictures, one file.
    Html,
    /// A FHIR R4 MeasureReport.
    Measure,
}
