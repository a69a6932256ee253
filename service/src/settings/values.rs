//! How the value of a setting is read, from a TOML file (typed) or from the environment (text).

use std::time::Duration;
use toml::de::DeValue;

/// A value as given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'a> {
    /// In a file.
    Toml(&'a DeValue<'a>),
    /// In the environment.
    Text(&'a str),
}

impl<'a> Given<'a> {
    /// A string.
    pub(super) fn string(self) -> Result<&'a str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Toml(value) => value
                .as_str()
                .ok_or_else(|| expected("a string", value.type_str())),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(self) -> Result<bool, String> {
        match self {
            Self::Text("true") => Ok(true),
            Self::Text("false") => Ok(false),
            Self::Text(text) => Err(expected("`true` or `false`", &format!("`{text}`"))),
            Self::Toml(value) => value
                .as_bool()
                .ok_or_else(|| expected("`true` or `false`", value.type_str())),
        }
    }

    /// A whole number of at least `least`.
    pub(super) fn count(self, least: usize) -> Result<usize, String> {
        let number = match self {
            Self::Text(text) => text.parse().ok(),
            Self::Toml(value) => value
                .as_integer()
                .and_then(|integer| usize::from_str_radix(integer.as_str(), integer.radix()).ok()),
        };
        number
            .filter(|number| *number >= least)
            .ok_or_else(|| format!("expected a whole number of at least {least}"))
    }

    /// A number of bytes, bare or with `KiB` or `MiB`.
    pub(super) fn bytes(self) -> Result<usize, String> {
        const WANTED: &str = "expected a number of bytes such as 65536, \"64 KiB\" or \"4 MiB\"";
        if let Ok(bytes) = self.count(1) {
            return Ok(bytes);
        }
        let text = self.string().map_err(|_| WANTED.to_owned())?;
        [("MiB", 1 << 20), ("KiB", 1 << 10)]
            .into_iter()
            .find_map(|(unit, size)| {
                let number: usize = text.strip_suffix(unit)?.trim_end().parse().ok()?;
                number.checked_mul(size).filter(|bytes| *bytes > 0)
            })
            .ok_or_else(|| WANTED.to_owned())
    }

    /// As [`Self::duration`], and `0 s`.
    pub(super) fn duration_or_none(self) -> Result<Duration, String> {
        match self.string() {
            Ok("0 s" | "0s") => Ok(Duration::ZERO),
            _ => self.duration(),
        }
    }

    /// A time such as `500 ms`, `5 s`, `10 min`, `24 h` or `400 d`.
    pub(super) fn duration(self) -> Result<Duration, String> {
        const WANTED: &str = "expected a time such as \"500 ms\", \"5 s\", \"10 min\", \"24 h\" or \"400 d\"";
        let text = self.string().map_err(|_| WANTED.to_owned())?;
        [
            ("ms", 1),
            ("s", 1000),
            ("min", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ]
        .into_iter()
        .find_map(|(unit, millis)| {
            let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
            number.checked_mul(millis).filter(|millis| *millis > 0)
        })
        .map(Duration::from_millis)
        .ok_or_else(|| WANTED.to_owned())
    }

    /// A list of strings; in the environment separated by commas, with or without the brackets and quotes of TOML.
    pub(super) fn list(self) -> Result<Vec<&'a str>, String> {
        match self {
            Self::Text(text) => Ok(text
                .trim()
                .trim_start_matches('[')
                .trim_end_matches(']')
                .split(',')
                .map(|item| item.trim().trim_matches('"'))
                .filter(|item| !item.is_empty())
                .collect()),
            Self::Toml(value) => value
                .as_array()
                .and_then(|items| items.iter().map(|item| item.get_ref().as_str()).collect())
                .ok_or_else(|| expected("a list of strings", value.type_str())),
        }
    }
}

fn expected(what: &str, found: &str) -> String {
    format!("expected {what}, found {found}")
}
