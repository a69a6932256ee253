//! The claim `aud`: one text or a list of texts.

use reqwest::Url;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Audiences of one token that a log line describes.
const MOST_SHAPES: usize = 5;

/// The first thing in which an audience differs from an address.
fn shape(audience: &str, expected: &str) -> &'static str {
    let (Ok(audience_url), Ok(expected_url)) = (Url::parse(audience), Url::parse(expected)) else {
        return if audience.is_empty() {
            "empty"
        } else {
            "no address"
        };
    };
    let (path, expected_path) = (audience_url.path(), expected_url.path());
    match () {
        () if audience_url.scheme() != expected_url.scheme() => "another scheme",
        () if audience_url.host_str() != expected_url.host_str() => "another host",
        () if audience_url.port() != expected_url.port() => "another port",
        () if path.trim_end_matches('/') == expected_path.trim_end_matches('/') && path != expected_path => {
            "a slash at the end that the address called does not have, or none where it has one"
        }
        () if path == expected_path => "the address in another spelling",
        () if expected_path.starts_with(path) => "the beginning of the address only",
        () => "another path",
    }
}

/// Whom a token is for.
pub(crate) struct Audience(Vec<String>);

impl Audience {
    /// Whether one of them is exactly this text.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|audience| audience == text)
    }

    /// Whether there is no other than the one that was looked for.
    pub(crate) fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// In what each of them differs from this address, in our words: `another path; no address`.
    pub(super) fn shape(&self, expected: &str) -> String {
        let shapes: Vec<&str> = self
            .0
            .iter()
            .take(MOST_SHAPES)
            .map(|audience| shape(audience, expected))
            .collect();
        match shapes.is_empty() {
            true => "an empty list".to_owned(),
            false => shapes.join("; "),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor).map(Self)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut audiences = Vec::new();
        while let Some(audience) = items.next_element()? {
            audiences.push(audience);
        }
        Ok(audiences)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_audience_is_described_and_not_quoted() {
        let expected = "https://cds.example.org/cds-services/pnet-liver-metastases";
        for (aud, shape) in [
            (
                r#""https://cds.example.org""#,
                "the beginning of the address only",
            ),
            (
                r#""https://cds.example.org/cds-services/pnet-liver-metastases/""#,
                "a slash at the end",
            ),
            (
                r#""http://cds.example.org/cds-services/pnet-liver-metastases""#,
                "another scheme",
            ),
            (
                r#""https://other.example.org/cds-services/pnet-liver-metastases""#,
                "another host",
            ),
            (
                r#""https://cds.example.org:8443/cds-services/pnet-liver-metastases""#,
                "another port",
            ),
            (r#""https://cds.example.org/cds-services/other""#, "another path"),
            (
                r#""HTTPS://CDS.example.org/cds-services/pnet-liver-metastases""#,
                "another spelling",
            ),
            (r#"["pnet", ""]"#, "no address; empty"),
            ("[]", "an empty list"),
        ] {
            let audience: Audience = serde_json::from_str(aud).unwrap();
            let said = audience.shape(expected);
            assert!(said.contains(shape), "{aud}: {said}");
            assert!(!said.contains("example.org"), "{said}");
        }
    }
}
