//! The text of a query: what it may hold as it is, what is percent-encoded, and what FHIR escapes in a value.

/// A text as a part of an address or of a query, with the slashes and colons of an address as they are.
pub(crate) fn encoded(text: &str) -> String {
    percent(text, b"-._~/:")
}

/// A text as the name or the value of a query, every character that could mean something encoded.
pub(crate) fn encoded_value(text: &str) -> String {
    percent(text, b"-._~")
}

fn percent(text: &str, plain: &[u8]) -> String {
    let mut all = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            true => all.push(char::from(byte)),
            false => all.push_str(&format!("%{byte:02X}")),
        }
    }
    all
}

/// What a part of a query stands for; nothing if it holds a percent sign without its digits, or bytes that are no text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A code of a system as one value of a search, as it stands in a query.
pub(crate) fn token(system: &str, code: &str) -> String {
    format!("{}|{}", encoded(&escaped(system)), encoded(&escaped(code)))
}

/// What separates values, or the parts of one, stands behind a backslash where it does not.
fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '|' | '$') {
            all.push('\\');
        }
        all.push(character);
    }
    all
}

/// The values of a parameter, each still escaped.
pub(crate) fn values(text: &str) -> Vec<&str> {
    split(text, ',')
}

/// System, if it is named, and code of one value.
pub(crate) fn system_and_code(value: &str) -> (Option<String>, String) {
    match split(value, '|').as_slice() {
        [system, code] => (Some(unescaped(system)), unescaped(code)),
        _ => (None, unescaped(value)),
    }
}

/// Splits where the separator is not escaped.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut behind_backslash = false;
    text.split(|character| {
        let splits = character == separator && !behind_backslash;
        behind_backslash = character == '\\' && !behind_backslash;
        splits
    })
    .collect()
}

fn unescaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => all.extend(rest.next()),
            character => all.push(character),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that mean something in an address, in a query, in a value, in a template, and none of these.
    pub(crate) const ODD: [&str; 16] = [
        "a&b",
        "a#b",
        "a+b",
        "a%b",
        "a%2Cb",
        "a b",
        "a|b",
        "a,b",
        "a/b",
        "a?b",
        "a=b",
        "a\\b",
        "a$b",
        "a{{b}}",
        "\u{e4}\u{1f9ec}",
        "\\,|",
    ];

    #[test]
    fn whatever_a_code_holds_comes_back_as_it_was_and_is_one_value() {
        for system in ODD {
            for code in ODD {
                let text = token(system, code);
                assert!(
                    text.is_ascii() && !text.contains(['&', '#', '+', ' ', ',', '{', '?', '=']),
                    "{text}"
                );
                let joined = decoded(&format!("{text},{text}")).unwrap();
                let values = values(&joined);
                assert_eq!(values.len(), 2, "{joined}");
                for value in values {
                    assert_eq!(system_and_code(value), (Some(system.to_owned()), code.to_owned()));
                }
            }
        }
        assert_eq!(token("http://loinc.org", "1-8"), "http://loinc.org|1-8");
        assert_eq!(system_and_code("1-8"), (None, "1-8".to_owned()));
        assert_eq!(system_and_code("|1-8"), (Some(String::new()), "1-8".to_owned()));
    }

    #[test]
    fn what_stands_for_nothing_is_not_read() {
        for text in ["%", "%4", "%zz", "a%", "%ff", "%c3", "%+1", "%\u{e4}"] {
            assert_eq!(decoded(text), None, "{text}");
        }
        for text in ODD {
            assert_eq!(decoded(&encoded_value(text)).as_deref(), Some(text));
            assert_eq!(decoded(&encoded(text)).as_deref(), Some(text));
        }
        assert_eq!(decoded("a+b").as_deref(), Some("a b"));
    }
}
