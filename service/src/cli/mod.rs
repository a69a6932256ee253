//! The command line: what there is, and how each command ends.

mod args;
mod assess;
mod audit;
mod call;
mod ended;
mod facts;
mod feedback;
mod given;
mod knowledge;
mod opened;
mod probe;
mod ready;
mod report;
mod screen;
mod selfcheck;
mod serve;
mod settings;
mod store;
mod style;

use args::{
    AuditCommand, Cli, Command, FeedbackCommand, KnowledgeCommand, ReadyArgs, SettingsArgs, StoreCommand,
    TokensCommand,
};
use clap::Parser;
use ended::Ended;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = cli.config.as_deref();
    let ended = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config),
        Command::Assess(args) => assess::run(&args, config),
        Command::Screen(args) => screen::run(&args, config),
        Command::Facts(args) => facts::run(&args, config),
        Command::Selfcheck(args) => selfcheck::run(&args, config),
        Command::Probe(args) => probe::run(&args, config),
        Command::Call(args) => call::run(&args, config),
        Command::Knowledge(KnowledgeCommand::Export { dir }) => knowledge::export(&dir, config),
        Command::Feedback(FeedbackCommand::Report { since, format }) => {
            feedback::report(since, format, config)
        }
        Command::Store(StoreCommand::Status) => store::status(config),
        Command::Store(StoreCommand::Migrate { to, delete_newer }) => {
            store::migrate(to, delete_newer, config)
        }
        Command::Store(StoreCommand::Tokens(TokensCommand::Reset { reason })) => {
            store::reset_tokens(&reason, config)
        }
        Command::Store(StoreCommand::Prune) => store::prune(config),
        Command::Store(StoreCommand::Backup { file }) => store::backup(&file, config),
        Command::Settings(SettingsArgs {
            check: Some(None),
            reach,
        }) => settings::run(Some(None), reach, config),
        // Passed over, it would seem to count.
        Command::Knowledge(_) | Command::Settings(_) | Command::Audit(_) | Command::Ready(_)
            if config.is_some() =>
        {
            Err(Ended::wrong([
                "this command reads no settings: leave --config out",
            ]))
        }
        Command::Ready(ReadyArgs {
            to,
            ca_file,
            any_certificate,
        }) => ready::run(&to, ca_file.as_deref(), any_certificate),
        Command::Audit(AuditCommand::Verify { files, has }) => audit::verify(&files, has.as_deref()),
        Command::Knowledge(KnowledgeCommand::Check { dir }) => knowledge::check(dir.as_deref()),
        Command::Knowledge(KnowledgeCommand::Show { id, dir }) => {
            knowledge::show(id.as_deref(), dir.as_deref())
        }
        Command::Knowledge(KnowledgeCommand::Diff { old, new }) => knowledge::diff(&old, new.as_deref()),
        Command::Settings(SettingsArgs { check, reach }) => {
            settings::run(check.as_ref().map(Option::as_deref), reach, None)
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended { code, messages }) => {
            for message in messages {
                // There is nobody to tell that standard error is closed.
                let _ = writeln!(std::io::stderr(), "pnet-cds: {}", style::printable(&message));
            }
            ExitCode::from(code)
        }
    }
}
