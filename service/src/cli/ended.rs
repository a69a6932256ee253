//! How commands end, and what they print.

use super::style;
use std::io::Write;

/// Input or settings are wrong.
const WRONG_INPUT: u8 = 2;

/// How a command ends that did not succeed.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: u8,
    pub(super) messages: Vec<String>,
}

impl Ended {
    /// The input or the settings are wrong.
    pub(super) fn wrong(messages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            code: WRONG_INPUT,
            messages: messages.into_iter().map(Into::into).collect(),
        }
    }

    /// Something else went wrong.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            messages: vec![message.into()],
        }
    }
}

/// Prints lines, and ends quietly where nobody reads any more.
pub(super) fn print(text: &str) -> Result<(), Ended> {
    use std::io::ErrorKind;
    let mut out = std::io::stdout().lock();
    let text = style::printable(text);
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Ended::failed(format!("standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Runs to the end what waits for something.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Ended::failed(format!("no runtime: {error}")))?;
    Ok(runtime.block_on(future))
}
