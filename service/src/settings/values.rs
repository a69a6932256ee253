//! How the value of a setting is read, from a TOML file (typed) or from the environment (text).

use crate::address::AllowedBase;
use actix_web::http::Uri;
use fhir_profiles::{Codes, FactId};
use std::collections::BTreeMap;
use std::time::Duration;
use toml::Spanned;
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

    /// A list of strings; in the environment TOML with its brackets, or plain words separated by commas.
    pub(super) fn list(self) -> Result<Vec<String>, String> {
        match self {
            Self::Text(text) if text.trim_start().starts_with('[') => {
                let value = DeValue::parse(text.trim()).map_err(|error| error.message().to_owned())?;
                Given::Toml(value.get_ref()).list()
            }
            Self::Text(text) => Ok(text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect()),
            Self::Toml(value) => value
                .as_array()
                .and_then(|items| {
                    let text = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
                    items.iter().map(text).collect()
                })
                .ok_or_else(|| expected("a list of strings", value.type_str())),
        }
    }
}

fn expected(what: &str, found: &str) -> String {
    format!("expected {what}, found {found}")
}

/// An absolute http or https URL without query, its slash at the end taken off.
pub(super) fn absolute_url(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none())
        .filter(|_| !text.contains('@'))
        .map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| "expected an absolute URL such as \"https://cds.example.org\"".to_owned())
}

/// Each of their keys once: of two meanings nobody can say which was meant.
pub(super) fn key_pairs(texts: &[String]) -> Result<BTreeMap<String, String>, String> {
    let mut pairs = BTreeMap::new();
    for text in texts {
        let (theirs, ours) = key_pair(text)?;
        if let Some(other) = pairs.insert(theirs, ours) {
            return Err(format!("`{text}`: their key stands for `{other}` already"));
        }
    }
    Ok(pairs)
}

/// `theirs=ours`.
fn key_pair(text: &str) -> Result<(String, String), String> {
    match text
        .split_once('=')
        .map(|(theirs, ours)| (theirs.trim(), ours.trim()))
    {
        Some((theirs, ours)) if !theirs.is_empty() && !ours.is_empty() => {
            Ok((theirs.to_owned(), ours.to_owned()))
        }
        _ => Err(format!("`{text}`: expected `their key=our key`")),
    }
}

/// A text that says something.
pub(super) fn word(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("an empty text".to_owned());
    }
    Ok(text.to_owned())
}

/// An origin as a browser writes it: scheme, host, and the port unless it is that of the scheme.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let base = AllowedBase::parse(text, &[]).map_err(|invalid| format!("`{text}`: {invalid}"))?;
    if base.to_string() == text && text.matches('/').count() == 2 && !text.contains('*') {
        Ok(base.to_string())
    } else {
        Err(format!(
            "`{text}`: expected an origin such as \"https://ehr.example.org\""
        ))
    }
}

/// A scope that a launch may ask for (RFC 6749, 3.3); the kind of launch adds `launch` by itself.
pub(super) fn scope(text: &str) -> Result<String, String> {
    let token = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    match text {
        "" => Err("an empty text".to_owned()),
        "launch" | "launch/patient" => Err(format!("`{text}` comes by itself")),
        text if text.bytes().all(token) => Ok(text.to_owned()),
        text => Err(format!("`{text}`: expected one scope without spaces")),
    }
}

/// The id of a fact that can be absent; whether a site has one that the specification has not is known with its knowledge.
pub(super) fn closed_fact(text: &str) -> Result<String, String> {
    match FactId::parse(text) {
        Some(fact) => can_be_absent(fact).map(|()| text.to_owned()),
        None => Ok(text.to_owned()),
    }
}

/// Whether a fact can be declared closed world.
///
/// # Errors
/// Why not.
pub(crate) fn can_be_absent(fact: FactId) -> Result<(), String> {
    match fact.word("absent") {
        Some(_) => Ok(()),
        None => Err(format!("fact `{fact}` cannot be absent")),
    }
}

/// The name of a pack of codes.
pub(super) fn pack(text: &str) -> Result<String, String> {
    let names: Vec<&str> = Codes::packs().map(|(name, _)| name).collect();
    if names.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("unknown pack `{text}`: there are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_the_environment_is_toml_or_words_with_commas() {
        let list = |text| Given::Text(text).list();
        let words = |all: &[&str]| Ok(all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(""), words(&[]));
        assert_eq!(list(" [ ] "), words(&[]));
        assert_eq!(list("a, b"), words(&["a", "b"]));
        assert_eq!(list("[\"a\", \"b\"]"), words(&["a", "b"]));
        // What trimming would take apart: a comma, brackets and quotes inside a text.
        assert_eq!(list("['a,b', \"[c]\", \"d\\\"\"]"), words(&["a,b", "[c]", "d\""]));
        for wrong in ["[a]", "[\"a\"", "[\"a\" \"b\"]", "[1]", "[[\"a\"]]", "[\"a\"] x"] {
            assert!(list(wrong).is_err(), "{wrong}");
        }
    }
}
