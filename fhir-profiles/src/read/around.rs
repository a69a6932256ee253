//! What stands around a record: the Observations that a resource contains, and the resources that one refers to.

use super::element::{Node, Tree};
use super::observation::PRELIMINARY;
use super::record::Record;
use crate::chart::{Item, Reference, Whose, called, is_urn};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The last two steps of a reference, such as `Specimen/1`, or the whole of an `urn:`.
pub(super) fn key(reference: &str) -> Cow<'_, str> {
    let reference = reference.trim();
    let reference = reference.split("/_history").next().unwrap_or(reference);
    if is_urn(reference) {
        return called(reference);
    }
    let reference = reference.trim_end_matches('/');
    Cow::Borrowed(match reference.rmatch_indices('/').nth(1) {
        Some((at, _)) => reference.get(at + 1..).unwrap_or(reference),
        None => reference,
    })
}

/// Everything by which a reference may call the resource.
pub(super) fn keys(item: &Item<'_>) -> impl Iterator<Item = String> {
    let url = item.full_url.as_deref().map(|url| key(url).into_owned());
    item.narrow
        .id
        .is_some()
        .then(|| item.place())
        .into_iter()
        .chain(url)
}

/// A record, or what holds it: a panel, a report, the resource that contains it.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) node: Node<'t>,
    /// The resource that it stands in.
    pub(super) root: Node<'t>,
}

/// What stands around records, parsed in full: the specimens and body structures that they refer to, and the reports
/// and panels that hold them.
#[derive(Default)]
pub(super) struct Targets<'r> {
    trees: Vec<(String, Tree<'r>)>,
    by_key: BTreeMap<String, usize>,
    /// What holds a record, by the place of the record.
    holders: BTreeMap<String, Vec<usize>>,
    /// The places of records by what references call them.
    places: BTreeMap<String, String>,
}

fn is_holder(item: &Item<'_>) -> bool {
    matches!(item.kind(), "Observation" | "DiagnosticReport") && !item.narrow.members.is_empty()
}

fn references<'c>(references: impl Iterator<Item = &'c Reference<'c>>) -> impl Iterator<Item = Cow<'c, str>> {
    let written = references.filter_map(|reference| reference.reference.as_deref());
    written
        .filter(|reference| !reference.trim_start().starts_with('#'))
        .map(key)
}

impl<'r> Targets<'r> {
    /// Those of the items that hold the useful ones, and that either refer to.
    pub(super) fn wanted<'c, 'a>(
        &mut self,
        items: &'c [Item<'a>],
        useful: &[&'c Item<'a>],
    ) -> Vec<&'c Item<'a>> {
        for item in items
            .iter()
            .filter(|item| matches!(item.kind(), "Observation" | "DiagnosticReport"))
        {
            self.places.extend(keys(item).map(|key| (key, item.place())));
        }
        let mut held: BTreeSet<String> = useful.iter().flat_map(|item| keys(item)).collect();
        let mut wanted: Vec<&Item<'a>> = Vec::new();
        let mut holders: Vec<&Item<'a>> = items
            .iter()
            .filter(|item| is_holder(item) && item.whose == Whose::Usable && !item.narrow.has_modifiers)
            .collect();
        // Each round finds what holds what the last one found.
        loop {
            let (found, rest): (Vec<_>, Vec<_>) = holders.into_iter().partition(|item| {
                references(item.narrow.members.iter()).any(|member| held.contains(member.as_ref()))
            });
            holders = rest;
            if found.is_empty() {
                break;
            }
            held.extend(found.iter().flat_map(|item| keys(item)));
            wanted.extend(found);
        }
        let mut referring: Vec<&Item<'a>> = useful.iter().chain(&wanted).copied().collect();
        let mut targets: Vec<&Item<'a>> = items
            .iter()
            .filter(|item| matches!(item.kind(), "Specimen" | "BodyStructure"))
            // A specimen without subject is the patient's by the record that refers to it.
            .filter(|item| item.whose != Whose::NotAPatients && !item.narrow.has_modifiers)
            .collect();
        loop {
            let about: BTreeSet<Cow<'_, str>> = referring
                .iter()
                .flat_map(|item| std::iter::once(&*item.narrow).chain(&item.narrow.contained))
                .flat_map(|narrow| references(narrow.about.iter()))
                .collect();
            let (found, rest): (Vec<_>, Vec<_>) = targets
                .into_iter()
                .partition(|item| keys(item).any(|key| about.contains(key.as_str())));
            targets = rest;
            if found.is_empty() {
                return wanted;
            }
            wanted.extend(&found);
            referring = found;
        }
    }

    pub(super) fn add(&mut self, item: &Item<'_>, tree: Tree<'r>) {
        let at = self.trees.len();
        if is_holder(item) {
            // What was entered in error holds nothing.
            if tree.root().text("status").map(str::trim) != Some("entered-in-error") {
                for member in references(item.narrow.members.iter()) {
                    if let Some(place) = self.places.get(member.as_ref()) {
                        self.holders.entry(place.clone()).or_default().push(at);
                    }
                }
            }
        } else {
            self.by_key.extend(keys(item).map(|key| (key, at)));
        }
        self.trees.push((item.place(), tree));
    }

    /// A record and what holds it, the nearest first.
    pub(super) fn around<'t>(&'t self, record: &Record<'t>) -> Vec<Place<'t>> {
        let root = record.root;
        let own = Place {
            node: record.node,
            root,
        };
        let mut places = vec![own];
        let mut asked: Vec<&str> = vec![&record.place];
        if let Some((around, _)) = record.place.split_once('#') {
            places.push(Place { node: root, root });
            asked.push(around);
        }
        let mut seen = BTreeSet::new();
        let mut next = 0;
        while let Some(place) = asked.get(next) {
            next += 1;
            for at in self.holders.get(*place).into_iter().flatten() {
                if let Some((place, tree)) = self.trees.get(*at)
                    && seen.insert(*at)
                {
                    let root = tree.root();
                    places.push(Place { node: root, root });
                    asked.push(place);
                }
            }
        }
        places
    }

    /// What a reference leads to, in the resource around it or in the chart.
    pub(super) fn get<'t>(&'t self, root: Node<'t>, reference: Node<'t>) -> Option<Node<'t>> {
        let target = reference.text("reference")?.trim();
        if let Some(id) = target.strip_prefix('#') {
            return root.all("contained").find(|inner| inner.text("id") == Some(id));
        }
        let (_, tree) = self.trees.get(*self.by_key.get(key(target).as_ref())?)?;
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
            "Specimen/1/",
        ] {
            assert_eq!(key(reference), "Specimen/1");
        }
        for reference in ["urn:uuid:0a/2", "urn:uuid:0A/2", "URN:UUID:0A/2"] {
            assert_eq!(key(reference), "urn:uuid:0a/2");
        }
    }
}
