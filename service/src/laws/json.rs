//! JSON as it is written: the order of keys and the digits of numbers stay, so that a text can be encoded anew without
//! saying anything else.

use fhir_profiles::json::{Budget, Document, Json as Value, JsonKind};

/// A value, with every key that an object has, in order, and numbers as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// An object.
    Object(Vec<(String, Json)>),
    /// An array.
    Array(Vec<Json>),
    /// A text.
    Text(String),
    /// A number, a boolean or null, as written.
    Other(String),
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Objects with their keys the other way round.
    pub reversed: bool,
    /// White space wherever it may stand.
    pub spaced: bool,
    /// Every character of a text as an escape.
    pub escaped: bool,
}

impl Json {
    /// Reads a text; nothing if it is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        let document = Document::parse(text, &Budget::FILE).ok()?;
        Some(Self::of(document.root()))
    }

    fn of(json: Value<'_>) -> Self {
        match json.kind() {
            JsonKind::Object => {
                let fields = json.fields();
                Self::Object(
                    fields
                        .map(|field| (field.key().into_owned(), Self::of(field)))
                        .collect(),
                )
            }
            JsonKind::List => Self::Array(json.items().map(Self::of).collect()),
            JsonKind::Text => Self::Text(json.text().unwrap_or_default().to_owned()),
            JsonKind::Number | JsonKind::True | JsonKind::False | JsonKind::Null => {
                Self::Other(json.raw().to_owned())
            }
        }
    }

    /// An object of these fields.
    pub fn object<const N: usize>(fields: [(&str, Json); N]) -> Self {
        Self::Object(fields.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// The text, in a style.
    pub fn write(&self, style: Style) -> String {
        let mut out = String::new();
        self.write_to(style, &mut out);
        out
    }

    fn write_to(&self, style: Style, out: &mut String) {
        let space = if style.spaced { " \n\t" } else { "" };
        match self {
            Self::Object(fields) => {
                out.push('{');
                let mut fields: Vec<_> = fields.iter().collect();
                if style.reversed {
                    fields.reverse();
                }
                for (position, (key, value)) in fields.into_iter().enumerate() {
                    out.push_str(if position > 0 { "," } else { "" });
                    out.push_str(space);
                    quote(key, style, out);
                    out.push_str(space);
                    out.push(':');
                    out.push_str(space);
                    value.write_to(style, out);
                }
                out.push_str(space);
                out.push('}');
            }
            Self::Array(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    out.push_str(if position > 0 { "," } else { "" });
                    out.push_str(space);
                    item.write_to(style, out);
                }
                out.push_str(space);
                out.push(']');
            }
            Self::Text(text) => quote(text, style, out),
            Self::Other(text) => out.push_str(text),
        }
    }

    /// A field of an object, the first of that name.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.iter().find_map(|(k, v)| (k == key).then_some(v)),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        match self {
            Self::Object(fields) => fields.iter_mut().find_map(|(k, v)| (k == key).then_some(v)),
            _ => None,
        }
    }

    /// What a text says.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Json] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

fn quote(text: &str, style: Style, out: &mut String) {
    if style.escaped {
        out.push('"');
        for unit in text.encode_utf16() {
            out.push_str(&format!("\\u{unit:04x}"));
        }
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"b":[1.50,-0,1e2,true,null],"a":"Leber \"ä\" 🙂","b":{}}"#;

    #[test]
    fn what_is_read_is_written_again() {
        assert_eq!(Json::parse(TEXT).unwrap().write(Style::default()), TEXT);
        assert_eq!(Json::parse("{"), None);
    }

    #[test]
    fn a_style_changes_the_text_and_not_what_it_says() {
        let json = Json::parse(TEXT).unwrap();
        let styled = |style: Style| Json::parse(&json.write(style)).unwrap();
        for style in [
            Style {
                spaced: true,
                ..Style::default()
            },
            Style {
                escaped: true,
                ..Style::default()
            },
        ] {
            assert_ne!(json.write(style), TEXT);
            assert_eq!(styled(style), json);
        }
        let reversed = Style {
            reversed: true,
            ..Style::default()
        };
        assert_ne!(styled(reversed), json);
        assert_eq!(Json::parse(&styled(reversed).write(reversed)).unwrap(), json);
    }
}
