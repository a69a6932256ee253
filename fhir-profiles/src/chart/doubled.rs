//! Keys that stand twice in one object: which of the two counts is anybody's guess, so neither does.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Whether a key stands twice in an object, at any depth, of JSON that is known to be well formed; the first such key.
pub(crate) fn doubled(json: &str) -> Option<Cow<'_, str>> {
    // The keys of each open object; an open list has none.
    let mut open: Vec<Option<BTreeSet<Cow<'_, str>>>> = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find(['{', '[', '}', ']', '"']) {
        let from = rest.get(at..)?;
        match from.as_bytes().first()? {
            b'{' => open.push(Some(BTreeSet::new())),
            b'[' => open.push(None),
            b'"' => {
                let (text, after) = string(from)?;
                rest = after;
                let is_key = after.trim_start().starts_with(':');
                let Some(Some(keys)) = open.last_mut().filter(|_| is_key) else {
                    continue;
                };
                let key = plain(text);
                if !keys.insert(key.clone()) {
                    return Some(key);
                }
                continue;
            }
            _ => drop(open.pop()),
        }
        rest = from.get(1..)?;
    }
    None
}

/// The string at the beginning, with its quotes, and what follows it; the text around it may be no JSON.
pub(super) fn string(text: &str) -> Option<(&str, &str)> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(['"', '\\'])?;
        match text.as_bytes().get(at)? {
            b'"' => return text.split_at_checked(at + 1),
            // What is escaped may be more than a byte long where it is no JSON.
            _ => at += 1 + text.get(at + 1..)?.chars().next()?.len_utf8(),
        }
    }
}

/// A key without quotes and escapes: `"st\u0061tus"` is `status`.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\\')
        && let Ok(read) = serde_json::from_str::<String>(text)
    {
        return Cow::Owned(read);
    }
    Cow::Borrowed(text.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_at_every_depth_and_however_it_is_written() {
        for (json, key) in [
            (r#"{"a":1,"a":2}"#, "a"),
            (r#"{"b":{"a":[{"c":1,"d":2,"c":3}]}}"#, "c"),
            (r#"{"status":"final", "st\u0061tus" : "x"}"#, "status"),
            (r#"{"a":{"x":[1,{"y":"}"}]},"b":"\"","a":0}"#, "a"),
            (r#"{"":1,"":2}"#, ""),
        ] {
            assert_eq!(doubled(json).as_deref(), Some(key), "{json}");
        }
    }

    #[test]
    fn the_same_key_in_other_objects_and_in_texts_is_none() {
        for json in [
            r#"{"a":{"a":{"a":1}}}"#,
            r#"[{"a":1},{"a":2}]"#,
            r#"{"a":"a","b":"\"a\":","c":["a","a"]}"#,
            r#"{"coding":[{"code":"1","system":"s"},{"code":"2","system":"s"}]}"#,
            "5",
            "\"a\"",
            "{}",
        ] {
            assert_eq!(doubled(json), None, "{json}");
        }
    }
}
