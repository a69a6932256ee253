//! What is shown to people: colour only on a terminal and never against `NO_COLOR`, and no character that does something.

use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal, Result, Write};
use std::sync::LazyLock;

/// What stands for the beginning of a colour until it is printed; no text from elsewhere can know it.
static MARK: LazyLock<String> = LazyLock::new(|| format!("\u{fdd0}{:016x}{:016x}", random(), random()));

fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// Whether a character does something to what is around it rather than being seen: it ends a line, moves the cursor, turns
/// the direction of writing, or hides.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn escaped(text: &str, kept: &[char]) -> String {
    let mut all = String::with_capacity(text.len());
    for character in text.chars() {
        if acts(character) && !kept.contains(&character) {
            // As JSON writes it, so that JSON stays what it is.
            for unit in character.encode_utf16(&mut [0; 2]) {
                all.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            all.push(character);
        }
    }
    all
}

/// A text inside one line, with what acts in it made visible.
pub(super) fn shown(text: &str) -> String {
    escaped(text, &[])
}

/// Lines as they are printed: what acts in them made visible, the colours as the terminal takes them.
pub(super) fn printable(text: &str) -> String {
    escaped(text, &['\n', '\t']).replace(MARK.as_str(), "\x1b[")
}

/// A terminal to write lines to, with what acts in them made visible.
#[derive(Debug)]
pub(super) struct Terminal<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            line: Vec::new(),
        }
    }

    fn pass_on(&mut self) -> Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out
            .write_all(printable(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.pass_on()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

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
            format!("{mark}{code}m{text}{mark}0m", mark = *MARK)
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each with what it does to a terminal or to a reader.
    const ACTING: [&str; 12] = [
        "\u{1b}[2J",
        "\u{9b}31m",
        "\u{7f}",
        "\u{8}\u{8}",
        "\r",
        "\u{202e}",
        "\u{2066}",
        "\u{200f}",
        "\u{2028}",
        "\u{e0041}",
        "\u{feff}",
        "\u{1b}]0;title\u{7}",
    ];

    #[test]
    fn whatever_acts_is_seen_and_does_nothing() {
        for acting in ACTING {
            let text = format!("a{acting}b");
            for seen in [shown(&text), printable(&text)] {
                assert!(!seen.chars().any(acts) && seen.contains("\\u"), "{seen}");
                let json: String = serde_json::from_str(&format!("\"{seen}\"")).unwrap();
                assert_eq!(json, text, "JSON stays what it is");
            }
        }
        assert_eq!(shown("a\nb\tc"), "a\\u000ab\\u0009c");
        assert_eq!(printable("a\nb\tc\u{e4}"), "a\nb\tc\u{e4}");
    }

    #[test]
    fn colours_are_ours_alone() {
        let red = Ink::Red.on(true, &shown("x\u{1b}[32m"));
        assert_eq!(printable(&red), "\u{1b}[31mx\\u001b[32m\u{1b}[0m");
        assert_eq!(printable("\u{fdd0}31m"), "\u{fdd0}31m");
        assert_eq!(printable(&Ink::Red.on(false, "x")), "x");
    }

    #[test]
    fn a_terminal_gets_whole_lines_in_which_nothing_acts() {
        let mut terminal = Terminal::new(Vec::new());
        for part in [&b"a,\xc3"[..], b"\xa4\x1b[2J\nb", b",\xe2\x80\xae\n", b"c"] {
            terminal.write_all(part).unwrap();
        }
        terminal.flush().unwrap();
        assert_eq!(
            String::from_utf8(terminal.out).unwrap(),
            "a,\u{e4}\\u001b[2J\nb,\\u202e\nc"
        );
    }
}
