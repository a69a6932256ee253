//! What stands around a record: the Observations that a resource contains, and the resources that one refers to.

use super::element::{Node, Tree};
use super::record::Record;
use super::root::Root;
use super::status::PRELIMINARY;
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
    let url = item.full_url.map(|url| key(url).into_owned());
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
    pub(super) root: Root<'t>,
}

/// How many panels and reports around one another are looked at; each is inside the next.
const MOST_HOLDERS: usize = 16;

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
    let written = references.filter_map(|reference| reference.reference);
    written
        .filter(|reference| !reference.trim_start().starts_with('#'))
        .map(key)
}

/// The candidates that are reached from some items, round by round: each is found by any of its names, and `named` says
/// which names an item leads to. In the order of the rounds, and within one in that of the candidates.
fn reached<'c, 'a>(
    candidates: Vec<(&'c Item<'a>, Vec<Cow<'c, str>>)>,
    mut from: Vec<&'c Item<'a>>,
    named: impl Fn(&'c Item<'a>) -> Vec<Cow<'c, str>>,
) -> Vec<&'c Item<'a>> {
    let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (_, names)) in candidates.iter().enumerate() {
        for name in names {
            open.entry(name.as_ref()).or_default().push(at);
        }
    }
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    while !from.is_empty() {
        let mut round = BTreeSet::new();
        for name in from.iter().flat_map(|item| named(item)) {
            let found = open.remove(name.as_ref()).unwrap_or_default();
            round.extend(found.into_iter().filter(|at| seen.insert(*at)));
        }
        from = round
            .into_iter()
            .filter_map(|at| candidates.get(at).map(|(item, _)| *item))
            .collect();
        all.extend(&from);
    }
    all
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
        let is_usable = |item: &&'c Item<'a>| item.whose == Whose::Usable && !item.narrow.has_modifiers;
        let holders = items.iter().filter(|item| is_holder(item)).filter(is_usable);
        let holders = holders.map(|item| (item, references(item.narrow.members.iter()).collect()));
        // What holds a record, and what holds that.
        let mut wanted = reached(holders.collect(), useful.to_vec(), |item| {
            keys(item).map(Cow::Owned).collect()
        });
        let targets = items
            .iter()
            .filter(|item| matches!(item.kind(), "Specimen" | "BodyStructure"))
            // A specimen without subject is the patient's by the record that refers to it.
            .filter(|item| item.whose != Whose::NotAPatients && !item.narrow.has_modifiers)
            .map(|item| (item, keys(item).map(Cow::Owned).collect()));
        let referring = useful.iter().chain(&wanted).copied().collect();
        let found = reached(targets.collect(), referring, |item| {
            let narrows = std::iter::once(&*item.narrow).chain(&item.narrow.contained);
            narrows
                .flat_map(|narrow| references(narrow.about.iter()))
                .collect()
        });
        wanted.extend(found);
        wanted
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
        let root = Root::around(record);
        let own = Place {
            node: record.node,
            root,
        };
        let mut places = vec![own];
        let mut asked: Vec<(&str, usize)> = vec![(&record.place, 0)];
        if let Some((around, _)) = record.place.split_once('#') {
            places.push(Place {
                node: root.node,
                root,
            });
            asked.push((around, 0));
        }
        let mut seen = BTreeSet::new();
        let mut next = 0;
        while let Some((place, depth)) = asked
            .get(next)
            .filter(|(_, depth)| *depth < MOST_HOLDERS)
            .copied()
        {
            next += 1;
            for at in self.holders.get(place).into_iter().flatten() {
                if let Some((place, tree)) = self.trees.get(*at)
                    && seen.insert(*at)
                {
                    let root = Root::of(tree);
                    places.push(Place {
                        node: root.node,
                        root,
                    });
                    asked.push((place, depth + 1));
                }
            }
        }
        places
    }

    /// What a reference leads to, in the resource around it or in the chart.
    pub(super) fn get<'t>(&'t self, root: Root<'t>, reference: Node<'t>) -> Option<Node<'t>> {
        let target = reference.text("reference")?.trim();
        if let Some(id) = target.strip_prefix('#') {
            return root.contained(id);
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
