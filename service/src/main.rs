//! The `pnet-cds` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pnet_cds::cli::run()
}
