//! The command line as it is typed: every command with its arguments, from which `--help` follows.

use super::screen::ScreenArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

/// CDS Hooks service for liver metastases of pancreatic neuroendocrine tumours.
///
/// Reads a patient's chart (FHIR), works out grade, stage and which of 19 treatment options a published review
/// supports, and answers with cards that a clinician can check line by line. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "pnet-cds", version)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Settings file (TOML), before or after the command [environment: PNET_CDS_CONFIG].
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the service.
    ///
    /// Without settings it listens on 127.0.0.1:8080. Until clients, auth or a store are set it serves bundled synthetic patients
    /// to try it with.
    /// SIGTERM and SIGINT let requests in flight end; then it exits with 0.
    Serve,
    /// Assess one patient a file.
    ///
    /// A file is a FHIR Bundle of any type or a CDS Hooks request. Every file is done; the exit code is 0 if all
    /// could be assessed, else 2, with a message for each that could not. Knowledge and card settings apply.
    Assess(AssessArgs),
    /// Assess a population, one row a patient.
    ///
    /// Reads FHIR Bulk Data (NDJSON) and Bundles, of any number of patients, each line once, on all processors, without holding
    /// them all in memory; rows come in the order of the patients' ids. A record that cannot be used is told with its file, line
    /// and byte and skipped; the run goes on and ends with 2. A file that cannot be read to its end is listed, and the run ends
    /// with 1. A patient without a Condition, or in whose chart something could not be read, has `not-known` in the column `gate`
    /// rather than `no-pnet`.
    ///
    /// For engines that spread work over machines there are `gate`, `keep` and `assess`: over any division of the files, `gate`,
    /// then `keep` with all that it named, then `assess` give the rows of `screen --suspects`, byte by byte.
    Screen(Box<ScreenArgs>),
    /// Write the facts of charts as they were read: once each, by the guide's codes and units, and of the rest why it is unknown.
    ///
    /// Reads what `screen` reads, FHIR Bulk Data (NDJSON) and Bundles of any number of patients, and writes those with something on
    /// record that may be a PNET. Reading what it writes as FHIR gives the same facts again. A fact that no record of its profile
    /// can hold is named with the number of its patient, who is left out; the run goes on and ends with 2.
    Facts(FactsArgs),
    /// Show what the service would read from a FHIR server about one patient, and how.
    ///
    /// For the integration engineer: pulls what a hook call without prefetch would pull, and says search by search and
    /// fact by fact what was found, how it was read, what was ignored and why, which codes look relevant and are not
    /// read (with a ConceptMap to begin with), and what the server does not honour. Reads only. [fhir] and knowledge
    /// settings apply.
    Probe(ProbeArgs),
    /// Play the record system: call a service for one patient, and show what goes out and what comes back.
    ///
    /// Reads discovery, prefetches from a FHIR server what it asks for, signs the call if there is a key, and prints the request,
    /// the claims of the token, the answer and how long it took. Without --fhir the patient is one of the demo's. A key for it is
    /// made by --new-key, which prints what the service has to be told. Ends with 1 if the service refuses.
    Call(Box<CallArgs>),
    /// Hold the laws of the rules on charts of one's own.
    ///
    /// A file is a FHIR Bundle or a CDS Hooks request of one patient. Each is assessed as it stands, shuffled, repeated, encoded
    /// otherwise, as a request or a Bundle, and with every unknown fact made known, value by value: nothing may move but what
    /// the new fact settles. Nothing leaves this machine. The exit code is 0 if nothing moved, 1 if something did, 2 if a file
    /// could not be assessed. Knowledge and code settings apply.
    Selfcheck(SelfcheckArgs),
    /// Check, show, compare or export the knowledge.
    #[command(subcommand)]
    Knowledge(KnowledgeCommand),
    /// Count what became of the cards that were sent.
    #[command(subcommand)]
    Feedback(FeedbackCommand),
    /// Look after the store: used tokens, issued cards and feedback.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Look after the audit.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Ask a service that runs whether it takes calls: its readiness and its discovery.
    ///
    /// Discovery may want a token: that it does is an answer too. The exit code is 0 if both answer, else 1. `helm test` runs it.
    Ready(ReadyArgs),
    /// Print every setting, or check a settings file.
    ///
    /// Prints a settings file with every default, environment name and explanation.
    Settings(SettingsArgs),
}

#[derive(Debug, Args)]
pub(super) struct AssessArgs {
    /// Files to read; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Day of evaluation, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct SelfcheckArgs {
    /// Files to read; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Day of evaluation, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub(super) struct FactsArgs {
    /// Files, or directories whose .ndjson, .jsonl and .json files are read.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = FactsFormat::Fhir)]
    pub(super) format: FactsFormat,
    /// Day of evaluation, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FactsFormat {
    /// A Bundle a patient, one a line: Observations by the profiles of the guide, and what their facts follow from.
    Fhir,
    /// The facts of a patient, one JSON object a line.
    Json,
    /// A table, one row a reading that counts.
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// Base address of the FHIR server; https, http on this machine only.
    #[arg(long, value_name = "URL")]
    pub(super) fhir: String,
    /// Id of the patient.
    #[arg(long, value_name = "ID")]
    pub(super) patient: String,
    /// File with an access token, shown to this server only.
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = ProbeFormat::Table)]
    pub(super) format: ProbeFormat,
    /// Day of evaluation, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub(super) struct CallArgs {
    /// Id of the service [default: pnet-liver-metastases, with --orders pnet-order-sign].
    #[arg(long, value_name = "ID")]
    pub(super) service: Option<String>,
    /// Id of the patient.
    #[arg(long, value_name = "ID", required_unless_present_any = ["replay", "new_key"])]
    pub(super) patient: Option<String>,
    /// FHIR server of the patient; https, http on this machine only [default: that of the demo, below --to].
    #[arg(long, value_name = "URL")]
    pub(super) fhir: Option<String>,
    /// File with an access token for that server; it goes to the service too, and is neither shown nor saved.
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Prefetch nothing, so that the service reads the server itself.
    #[arg(long)]
    pub(super) no_prefetch: bool,
    /// Draft orders for a hook on orders: a Bundle, or one order.
    #[arg(long, value_name = "FILE")]
    pub(super) orders: Option<PathBuf>,
    /// Address of the service; https, http on this machine only.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(super) to: String,
    /// Private key that signs the calls (PEM, PKCS #8; P-384, P-256 or RSA).
    #[arg(long, value_name = "FILE", requires = "issuer")]
    pub(super) key: Option<PathBuf>,
    /// `iss` of its tokens.
    #[arg(long, value_name = "URL")]
    pub(super) issuer: Option<String>,
    /// `tenant` of its tokens.
    #[arg(long, value_name = "TENANT", requires = "key")]
    pub(super) tenant: Option<String>,
    /// Address that the service knows itself by (server.public_url), for `aud` [default: that of --to].
    #[arg(long, value_name = "URL", requires = "key")]
    pub(super) audience: Option<String>,
    /// File to keep the request in: the patient's chart, without tokens. `assess` reads it, --replay sends it again.
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// A request that was kept, sent as it is.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["patient", "fhir", "token_file", "no_prefetch", "orders", "save"])]
    pub(super) replay: Option<PathBuf>,
    /// Make a key in this file and its public half beside it, and print what the settings of the service need.
    #[arg(long, value_name = "FILE", requires = "issuer", conflicts_with_all = ["patient", "replay", "key"])]
    pub(super) new_key: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProbeFormat {
    /// A report to read.
    Table,
    /// One JSON object.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A report to read.
    Text,
    /// The assessment, one JSON object a file.
    Json,
    /// The answer to a hook call, one JSON object a file.
    Cards,
}

#[derive(Debug, Subcommand)]
pub(super) enum KnowledgeCommand {
    /// Check the embedded knowledge, or that with the files of a directory laid over it.
    Check {
        /// Directory whose files replace the embedded ones of the same path or add to them.
        dir: Option<PathBuf>,
    },
    /// Show an option, criterion, fact or statement, or list the options.
    Show {
        /// Id of an option, a criterion, a fact or a statement.
        id: Option<String>,
        /// Directory whose files replace the embedded ones of the same path or add to them.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Compare two versions of the knowledge: every rule that differs, and every vignette that comes out otherwise.
    ///
    /// Ends with 0 whether or not they differ.
    Diff {
        /// Directory laid over the embedded knowledge: the old version.
        old: PathBuf,
        /// The same for the new version [default: the embedded knowledge].
        new: Option<PathBuf>,
    },
    /// Write the knowledge as FHIR R4 resources, a file each: PlanDefinition (one an option, and one for all), ActivityDefinition
    /// (one a suggested request), Questionnaire (the form for the meeting), ValueSet and CodeSystem (what is read), a Library
    /// with the source files, and the rules as CQL.
    ///
    /// An engine of CQL that has the clean facts of a patient (`pnet-cds facts`) comes to the same grade, stages, outcomes of
    /// criteria, verdicts, intent and places. It is the knowledge of the settings that is exported.
    Export {
        /// Directory to write to; made if it is not there.
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum FeedbackCommand {
    /// Acceptance and override reasons by kind of card and option.
    ///
    /// Reads the store and changes nothing; the service may be running. An option is counted with the cards that name it.
    Report {
        /// Cards sent on this day or later, YYYY-MM-DD [default: all].
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
        /// Form of the output.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Tables to read.
    Text,
    /// One JSON object.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Say which database it is, its version, and how much is in it.
    Status,
    /// Bring the tables to a version; the service does so by itself when it starts.
    ///
    /// Going back is for returning to an older release for good, with the service stopped; it deletes what only the newer
    /// one keeps, version 0 everything, and so asks for --delete-newer. Make a backup first.
    Migrate {
        /// Version [default: the newest that this program knows].
        #[arg(long, value_name = "VERSION")]
        to: Option<u32>,
        /// Go back, and delete what only newer versions keep: cards, feedback, used tokens.
        #[arg(long)]
        delete_newer: bool,
    },
    /// Do something about used tokens.
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Delete the cards older than store.retention by the clock of the database, however many they are.
    ///
    /// The service deletes them by itself, a little at a time, and refuses where that would be a fifth of all: then a clock is
    /// wrong, or store.retention has become shorter.
    Prune,
    /// Copy a SQLite store into a new file; the service may be running.
    ///
    /// To restore, stop the service and put the copy in the place of the file, without files ending in -wal and -shm.
    /// PostgreSQL has pg_dump and pg_restore.
    Backup {
        /// The new file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Say whether records of a chain (audit.chain) were changed, taken out or put in.
    ///
    /// Prints how many there are and the hash of the last one. Kept elsewhere, that hash shows later whether the end was cut off:
    /// --has looks for it. The exit code is 1 if something is wrong, with a line for each place.
    Verify {
        /// Files of one service, in the order of time.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// A hash that has to stand there.
        #[arg(long, value_name = "HASH")]
        has: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokensCommand {
    /// Forget the times for which tokens are refused because a clock was ahead; tokens that are remembered stay used.
    ///
    /// Only after the callers have taken new signing keys: a token of those times that was used could be used once more. The
    /// reason goes to the audit, where there is one.
    Reset {
        /// Why, for the audit.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ReadyArgs {
    /// Address of the service.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(super) to: String,
    /// Certificates (PEM) to trust beside those of the system.
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// Take any certificate, such as one for another name than that by which it is asked; nothing secret is sent.
    #[arg(long)]
    pub(super) any_certificate: bool,
}

#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// Report every fault of this file and of what it names instead; without FILE, of the settings that `serve` would use.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(super) check: Option<Option<PathBuf>>,
    /// Also reach out to the store and to every host that the settings name, and warn of those that do not answer.
    #[arg(long, requires = "check")]
    pub(super) reach: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_help_says_how_many_options_there_are() {
        let help = Cli::command().render_long_help().to_string();
        let knowledge = cds_cards::Knowledge::embedded().unwrap();
        let expected = format!("which of {} treatment options", knowledge.options.len());
        for text in [&help, &knowledge.package.intended_use] {
            let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&expected), "{text}");
        }
    }

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
