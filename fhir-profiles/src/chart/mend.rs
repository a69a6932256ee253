//! JSON that is broken in one place: what is broken is taken out by itself, so that it costs no more than itself.

use crate::json::{Budget, Document, Fault, FaultKind};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::ops::Range;

/// What stands for an entry of a Bundle that is no JSON: an entry whose resource is none.
const NO_ENTRY: &str = r#"{"resource":0}"#;
/// What stands for a prefetched value that is no JSON.
const NO_VALUE: &str = r#""not JSON""#;

/// Containers around a unit; what lies deeper is none, so that the work grows with the text and not with its square.
const DEEPEST: usize = 24;

/// Containers in one another, and units that are no JSON, up to which it is worth the room to look for them.
const MOST_OPEN: usize = 1_000;
const MOST_BROKEN: usize = 10_000;

/// The text of a document that is no JSON, with what is broken in it taken out: control characters in a text become
/// spaces, and an entry of a Bundle, or a value under `prefetch`, that still is no JSON becomes one that cannot be read.
/// `None` where that does not make it JSON: then the fault is around the entries.
fn mended(text: &str) -> Option<String> {
    let spaced = without_control_characters(text);
    let made = without_broken_parts(&spaced)?;
    let is_mended = made != text && is_json(&made);
    is_mended.then_some(made)
}

/// The document that a text is, or what is left of it where an entry is no JSON.
///
/// # Errors
/// [`Fault`] of the text as it came.
pub fn opened<'t>(text: impl Into<Cow<'t, str>>, budget: &Budget) -> Result<Document<'t>, Fault> {
    let (fault, text) = match Document::of(text.into(), budget) {
        Ok(document) => return Ok(document),
        Err(failed) => failed,
    };
    let mended = match fault.kind {
        FaultKind::Over(_) => None,
        FaultKind::Syntax | FaultKind::Ended => mended(&text),
    };
    match mended {
        Some(mended) => Document::parse(mended, budget),
        None => Err(fault),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Line ends and tabs inside of a text are no JSON, and every reader knows what they mean.
fn without_control_characters(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c < ' ') {
        return Cow::Borrowed(text);
    }
    let mut inside = false;
    let mut escaped = false;
    let made = text.chars().map(|c| {
        let is_escaped = std::mem::take(&mut escaped);
        match c {
            '"' if !is_escaped => inside = !inside,
            '\\' if inside && !is_escaped => escaped = true,
            c if inside && c < ' ' => return ' ',
            _ => {}
        }
        c
    });
    Cow::Owned(made.collect())
}

/// The string at the beginning, with its quotes, and what follows it; the text around it may be no JSON.
fn string(text: &str) -> Option<(&str, &str)> {
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

/// A container that is open.
struct Open {
    list: bool,
    /// Containers around it.
    depth: usize,
    /// The key under which it stands.
    key: String,
    /// The key of the value that comes next.
    next: String,
    /// Where the member begins that is being read.
    member: Option<usize>,
}

impl Open {
    /// What stands for a member of it that is no JSON; `None` if members of it are no units of their own.
    fn stand_in(&self) -> Option<&'static str> {
        match (self.list, self.key.as_str()) {
            _ if self.depth > DEEPEST => None,
            (true, "entry") => Some(NO_ENTRY),
            (false, "prefetch") => Some(NO_VALUE),
            _ => None,
        }
    }
}

/// Cuts out each innermost unit that is no JSON.
fn without_broken_parts(text: &str) -> Option<String> {
    let broken = broken_parts(text)?;
    let mut made = String::with_capacity(text.len());
    let mut kept = 0;
    for (range, stand_in) in broken {
        // An outer unit of a broken inner one is judged without it, which is what the end of `mended` does.
        if range.start < kept {
            continue;
        }
        made.push_str(text.get(kept..range.start)?);
        made.push_str(stand_in);
        kept = range.end;
    }
    made.push_str(text.get(kept..)?);
    Some(made)
}

/// Where the innermost units are that are no JSON, in their order; `None` where brackets do not match.
fn broken_parts(text: &str) -> Option<Vec<(Range<usize>, &'static str)>> {
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                let (found, rest) = string(text.get(at..)?)?;
                let is_key = rest.trim_start().starts_with(':');
                match open.last_mut() {
                    Some(top) if is_key && !top.list => {
                        top.next = found.trim_matches('"').to_owned();
                        top.member = None;
                    }
                    Some(top) => drop(top.member.get_or_insert(at)),
                    None => {}
                }
                at += found.len();
                continue;
            }
            b'{' | b'[' => {
                let key = open.last_mut().map(|top| {
                    top.member.get_or_insert(at);
                    top.next.clone()
                });
                if open.len() >= MOST_OPEN {
                    return None;
                }
                open.push(Open {
                    list: *byte == b'[',
                    depth: open.len(),
                    key: key.unwrap_or_default(),
                    next: String::new(),
                    member: None,
                });
            }
            b',' => end_member(text, at, open.last_mut()?, &mut found),
            b'}' | b']' => {
                let mut top = open.pop()?;
                if top.list != (*byte == b']') {
                    return None;
                }
                end_member(text, at, &mut top, &mut found);
            }
            b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                if let Some(top) = open.last_mut() {
                    top.member.get_or_insert(at);
                }
            }
        }
        at += 1;
    }
    (open.is_empty() && found.len() <= MOST_BROKEN).then_some(found)
}

/// A member ends here; if it is a unit of its own, holds no broken unit, and is no JSON, it is broken.
fn end_member(text: &str, end: usize, open: &mut Open, found: &mut Vec<(Range<usize>, &'static str)>) {
    let Some(start) = open.member.take() else { return };
    let Some(stand_in) = open.stand_in() else { return };
    let holds_another = found.last().is_some_and(|(range, _)| range.start > start);
    let part = text.get(start..end).unwrap_or_default();
    if !holds_another && found.len() <= MOST_BROKEN && !is_json(part) {
        found.push((start..end, stand_in));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(entry: &str) -> String {
        format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"id":"a"}}}},{entry},{{"resource":{{"id":"b"}}}}]}}"#
        )
    }

    #[test]
    fn a_broken_entry_costs_itself() {
        for entry in [
            r#"{"resource":{"valueQuantity":{"value":.5}}}"#,
            r#"{"resource":{"valueQuantity":{"value":1.}}}"#,
            r#"{"resource":{"valueQuantity":{"value":+5}}}"#,
            r#"{"resource":{"valueQuantity":{"value":007}}}"#,
            r#"{"resource":{"valueQuantity":{"value":NaN}}}"#,
            r#"{"resource":{"valueQuantity":{"value":0x1F}}}"#,
            r#"{"resource":{"code":{"coding":[{"code":"x"},]}}}"#,
            r#"{"resource":{"valueString":"a\x62"}}"#,
            r#"{"resource":{"active":True}}"#,
            r#"{"resource":{"value" 5}}"#,
            "nothing",
        ] {
            let mended = mended(&bundle(entry));
            assert_eq!(mended.as_deref(), Some(&*bundle(NO_ENTRY)), "{entry}");
        }
    }

    #[test]
    fn half_a_character_beside_a_broken_entry_costs_nothing_more() {
        let half = |said: &str| {
            bundle(&format!(
                r#"{{"resource":{{"valueString":"{said}"}}}},{{"a":01}}"#
            ))
        };
        let document = opened(half("8 % \\ud83d"), &Budget::CALL).unwrap();
        let whole = half("8 % \\ufffd").replace(r#"{"a":01}"#, NO_ENTRY);
        assert_eq!(document.text(), whole);
    }

    #[test]
    fn control_characters_in_a_text_become_spaces() {
        let broken = bundle("{\"resource\":{\"valueString\":\"one\ntwo\t\\\"three\"}}");
        let whole = bundle(r#"{"resource":{"valueString":"one two \"three"}}"#);
        assert_eq!(mended(&broken), Some(whole));
    }

    #[test]
    fn a_broken_value_under_a_prefetch_key_costs_itself_unless_an_entry_is_to_blame() {
        let request =
            |value: &str| format!(r#"{{"hook":"h","prefetch":{{"patient":{{"id":"p"}},"x":{value}}}}}"#);
        assert_eq!(mended(&request(r#"{"a":01}"#)), Some(request(NO_VALUE)));
        assert_eq!(
            mended(&request(&bundle(r#"{"a":01}"#))),
            Some(request(&bundle(NO_ENTRY)))
        );
        assert_eq!(
            mended(&request(r#"{"entry":[{"a":1}],"total":01}"#)),
            Some(request(NO_VALUE))
        );
    }

    #[test]
    fn several_broken_entries_are_taken_out_each() {
        let two = format!("{},{}", r#"{"a":01}"#, r#"{"resource":[1,]}"#);
        let both = format!("{NO_ENTRY},{NO_ENTRY}");
        assert_eq!(mended(&bundle(&two)), Some(bundle(&both)));
    }

    #[test]
    fn a_fault_around_the_entries_cannot_be_mended() {
        for text in [
            "",
            "{",
            r#"{"resourceType":"Observation","value":01}"#,
            r#"{"entry":[{"a":1}]"#,
            r#"{"entry":[{"a":1}]}}"#,
            r#"{"entry":[{"a":"1]}"#,
            r#"{"total":01,"entry":[{"a":1}]}"#,
            "[1,]",
            "\"",
            "\\",
            r#"{"entry":[{"a":1}]}"#,
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
