//! A resource with what it contains, in which references within it are followed.

use super::element::{Node, Tree};
use super::inside::Inside;
use super::record::Record;
use std::collections::HashMap;

/// A resource with what it contains.
#[derive(Clone, Copy)]
pub(super) struct Root<'t> {
    pub(super) node: Node<'t>,
    inside: &'t Inside,
}

impl<'t> Root<'t> {
    pub(super) fn of(tree: &'t Tree<'_>) -> Self {
        Self {
            node: tree.root(),
            inside: &tree.inside,
        }
    }

    /// The resource that a record stands in.
    pub(super) fn around(record: &Record<'t>) -> Self {
        Self {
            node: record.root,
            inside: record.inside,
        }
    }

    /// The contained resource with this id.
    pub(super) fn contained(self, id: &str) -> Option<Node<'t>> {
        let places = self.inside.0.get_or_init(|| {
            let mut places = HashMap::new();
            for (at, inner) in self.node.all("contained").enumerate() {
                if let Some(id) = inner.text("id") {
                    places.entry(id.to_owned()).or_insert(inner.place(at));
                }
            }
            places
        });
        self.node.at("contained", *places.get(id)?)
    }
}
