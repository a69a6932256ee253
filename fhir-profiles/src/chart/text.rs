//! JSON text as it came, with what is no character replaced, so that it costs no more than itself.

use crate::json::whole;
use std::borrow::Cow;

/// The text of bytes that a [`Document`](crate::json::Document) is made of, which sees to halves of a character itself:
/// bytes that are no UTF-8 become U+FFFD, and a byte order mark says nothing.
pub fn utf8_text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The text of a JSON document for any other reader. Bytes that are no UTF-8, and halves of a character (`\ud83d` without
/// its other half), become U+FFFD: a name with a broken letter is no reason to lose the record around it, or the Bundle. A
/// byte order mark says nothing.
pub fn json_text(bytes: &[u8]) -> Cow<'_, str> {
    let text = utf8_text(bytes);
    match whole(&text) {
        Some(whole) => Cow::Owned(whole),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_stays_as_it_is() {
        for text in [
            r#"{"a": "\ud83d\ude00"}"#,
            r#"{"a": "\\ud83d"}"#,
            r#"{"a": "\u00e9\n"}"#,
            "{\"a\": \"é\"}",
            r#"{"a": "\u12"}"#,
            "\\",
            "",
        ] {
            assert!(
                matches!(json_text(text.as_bytes()), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn each_half_of_a_character_is_replaced_by_itself() {
        for (text, expected) in [
            (r#""Hypertension \ud83d""#, r#""Hypertension \ufffd""#),
            (r#""\uDE00 x""#, r#""\ufffd x""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\ud83dé""#, r#""\ufffdé""#),
        ] {
            assert_eq!(json_text(text.as_bytes()), expected);
            assert!(
                serde_json::from_str::<String>(&json_text(text.as_bytes())).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_take_nothing_with_them() {
        for (bytes, expected) in [
            (&b"\"M\xfcnch\""[..], "\"M\u{fffd}nch\""),
            (b"\"\xe9\",\"b\"", "\"\u{fffd}\",\"b\""),
            (b"\"\xe2\x82\"", "\"\u{fffd}\""),
            (b"\"\xff\\ud83d\"", "\"\u{fffd}\\ufffd\""),
            (b"\xef\xbb\xbf{}", "{}"),
            (b"\xef\xbb\xbf\xff", "\u{fffd}"),
        ] {
            assert_eq!(json_text(bytes), expected);
        }
    }
}
