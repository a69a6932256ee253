//! The program run to its end by a test.

use std::process::{Command, Output, Stdio};

/// The program with nothing in its environment.
pub(crate) fn pnet_cds() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pnet-cds"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// The exit code and what was printed, on standard output and standard error.
pub(crate) fn printed(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}
