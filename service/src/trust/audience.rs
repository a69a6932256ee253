//! The claim `aud`: one text or a list of texts.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Whom a token is for.
pub(super) struct Audience(Vec<String>);

impl Audience {
    /// Whether one of them is exactly this text.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|audience| audience == text)
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
