//! The topics of the cards, by which a record system knows what was overridden.

use crate::assessment::Group;
use crate::texts::CARDS;

/// What the topic of a card is found by in the knowledge: its text, and its group.
pub(super) fn topic(template: &str, group: Option<Group>) -> String {
    let stem = template.trim_end_matches(".md");
    match group {
        Some(group) => format!("{stem}-{}", group.as_str()),
        None => stem.to_owned(),
    }
}

/// Every topic that the knowledge must have.
pub(super) fn topics() -> impl Iterator<Item = String> {
    let groups = Group::ALL.map(|group| topic("options.md", Some(group)));
    let others = CARDS.into_iter().filter(|name| *name != "options.md");
    others.map(|name| topic(name, None)).chain(groups)
}
