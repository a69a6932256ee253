//! Slots of short texts, `{name}`: summaries, labels and notes take by them what has its home elsewhere.

/// The slots that a text names, in order.
pub(crate) fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// The text with its slots filled; `None` if one of them is empty.
pub(crate) fn filled(text: &str, value: impl Fn(&str) -> String) -> Option<String> {
    let mut filled = text.to_owned();
    for slot in slots(text) {
        let value = value(slot);
        if value.is_empty() {
            return None;
        }
        filled = filled.replace(&format!("{{{slot}}}"), &value);
    }
    Some(filled)
}
