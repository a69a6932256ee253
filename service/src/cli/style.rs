//! Colour: only on a terminal, and never against `NO_COLOR`.

use std::io::IsTerminal;

/// Whether the log may be coloured.
pub(super) fn wanted_on_stderr() -> bool {
    wanted(std::io::stderr().is_terminal())
}

/// Whether a report may be coloured.
pub(super) fn wanted_on_stdout() -> bool {
    wanted(std::io::stdout().is_terminal())
}

fn wanted(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    /// Headings.
    Bold,
    /// What speaks for.
    Green,
    /// What is open.
    Yellow,
    /// What speaks against.
    Red,
    /// Beside the point.
    Dim,
}

impl Ink {
    /// The text so, if colour is on.
    pub(super) fn on(self, colour: bool, text: &str) -> String {
        let code = match self {
            Self::Bold => 1,
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Red => 31,
            Self::Dim => 2,
        };
        if colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
