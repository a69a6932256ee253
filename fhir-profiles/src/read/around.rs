//! What stands around a record: the Observations that a resource contains, and the resources that one refers to.

use super::element::{Node, Tree};
use super::observation::PRELIMINARY;
use super::record::Record;
use crate::chart::{Item, Whose};
use std::collections::{BTreeMap, BTreeSet};

/// The last two steps of a reference, such as `Specimen/1`, or the whole of an `urn:`.
pub(super) fn key(reference: &str) -> &str {
    let reference = reference.trim();
    let reference = reference.split("/_history").next().unwrap_or(reference);
    if reference.starts_with("urn:") {
        return reference;
    }
    match reference.rmatch_indices('/').nth(1) {
        Some((at, _)) => reference.get(at + 1..).unwrap_or(reference),
        None => reference,
    }
}

/// Everything by which a reference may call the resource.
pub(super) fn keys(item: &Item<'_>) -> impl Iterator<Item = String> {
    let url = item.full_url.as_deref().map(|url| key(url).to_owned());
    item.narrow
        .id
        .is_some()
        .then(|| item.place())
        .into_iter()
        .chain(url)
}

/// Specimens and body structures that a record refers to, parsed in full.
#[derive(Default)]
pub(super) struct Targets {
    trees: Vec<Tree>,
    by_key: BTreeMap<String, usize>,
}

impl Targets {
    /// Those of the items that the useful ones refer to.
    pub(super) fn wanted<'c, 'a>(items: &'c [Item<'a>], useful: &[&Item<'a>]) -> Vec<&'c Item<'a>> {
        let wanted: BTreeSet<&str> = useful
            .iter()
            .flat_map(|item| std::iter::once(&item.narrow).chain(&item.narrow.contained))
            .flat_map(|narrow| &narrow.about)
            .filter_map(|reference| reference.reference.as_deref())
            .filter(|reference| !reference.starts_with('#'))
            .map(key)
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        items
            .iter()
            .filter(|item| matches!(item.kind(), "Specimen" | "BodyStructure"))
            // A specimen without subject is the patient's by the record that refers to it.
            .filter(|item| item.whose != Whose::NotAPatients && !item.narrow.has_modifiers)
            .filter(|item| item.doubled.is_none())
            .filter(|item| keys(item).any(|key| wanted.contains(key.as_str())))
            .collect()
    }

    pub(super) fn add(&mut self, item: &Item<'_>, tree: Tree) {
        for key in keys(item) {
            self.by_key.insert(key, self.trees.len());
        }
        self.trees.push(tree);
    }

    /// What a reference of a record leads to, in the resource around it or in the chart.
    pub(super) fn get<'t>(&'t self, record: &Record<'t>, reference: Node<'t>) -> Option<Node<'t>> {
        let target = reference.text("reference")?.trim();
        if let Some(id) = target.strip_prefix('#') {
            return record
                .root
                .all("contained")
                .find(|inner| inner.text("id") == Some(id));
        }
        let tree = self.trees.get(*self.by_key.get(key(target))?)?;
        Some(tree.root())
    }
}

/// The Observation that a resource is, and those that it contains; a Problem for each that cannot be used.
///
/// The text of a report's conclusion is never looked at: prose is for people.
pub(super) fn observations<'t>(
    item: &Item<'_>,
    tree: &'t Tree,
) -> (Vec<Record<'t>>, Vec<(String, &'static str)>) {
    let root = tree.root();
    let mut records = Vec::new();
    let mut refused = Vec::new();
    if item.kind() == "Observation" {
        records.push(Record::of(tree, item.place()));
    }
    let status = root.text("status").unwrap_or_default().trim();
    let (counts, preliminary) = match item.kind() {
        "DiagnosticReport" | "Observation" => match status {
            "entered-in-error" => return (records, refused),
            "final" | "amended" | "corrected" | "appended" => (true, false),
            "preliminary" | "partial" | "modified" => (true, status != "modified"),
            _ => (false, false),
        },
        _ => return (records, refused),
    };
    let inner = root
        .all("contained")
        .filter(|inner| inner.text("resourceType") == Some("Observation"));
    for (position, node) in inner.enumerate() {
        let place = match node.text("id") {
            Some(id) => format!("{}#{id}", item.place()),
            None => format!("{}#{}", item.place(), position + 1),
        };
        if node.has_modifiers() {
            refused.push((
                place,
                "not used: it carries a modifier extension or implicit rules",
            ));
            continue;
        }
        let subject = node.get("subject").and_then(|subject| subject.text("reference"));
        // Another patient has been found before; what is left is about a group, a device or a place.
        if subject.is_some_and(|s| s.contains('/') && !s.contains("Patient/")) {
            refused.push((place, "not used: it is not about a patient"));
            continue;
        }
        let mut record = Record {
            node,
            place,
            withheld: !counts,
            ..Record::of(tree, String::new())
        };
        if preliminary {
            record.notes.push(PRELIMINARY.into());
        }
        records.push(record);
    }
    (records, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_every_form_lead_to_the_same_key() {
        for reference in [
            "Specimen/1",
            "https://server.example/fhir/Specimen/1",
            "Specimen/1/_history/3",
            " Specimen/1 ",
        ] {
            assert_eq!(key(reference), "Specimen/1");
        }
        assert_eq!(key("urn:uuid:1/2"), "urn:uuid:1/2");
    }
}
