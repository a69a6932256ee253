//! What refers to what: no cycle, nothing unused, and the order in which options are worked out.

use super::criteria::Criteria;
use super::fault::Faults;
use super::model::{Criterion, Test};
use super::options::Options;
use std::collections::{BTreeMap, BTreeSet};

/// A criterion or an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node<'a> {
    Criterion(&'a str),
    Option(&'a str),
}

impl<'a> Node<'a> {
    fn id(self) -> &'a str {
        match self {
            Self::Criterion(id) | Self::Option(id) => id,
        }
    }
}

struct Graph<'a> {
    edges: BTreeMap<Node<'a>, Vec<Node<'a>>>,
    places: BTreeMap<Node<'a>, (&'a str, usize)>,
    done: BTreeSet<Node<'a>>,
    path: Vec<Node<'a>>,
    order: Vec<Node<'a>>,
}

/// Reports unknown options, cycles and unused criteria; gives the positions of the options, referred to before referring.
pub(super) fn check(criteria: Option<&Criteria>, options: &Options, faults: &Faults) -> Vec<usize> {
    let Some(criteria) = criteria else {
        return Vec::new();
    };
    let place = |id: &str| {
        let known = criteria.ids.get(id);
        known.map_or(("criteria.toml", 1), |(file, line)| (file.as_str(), *line))
    };
    let mut graph = Graph {
        edges: BTreeMap::new(),
        places: BTreeMap::new(),
        done: BTreeSet::new(),
        path: Vec::new(),
        order: Vec::new(),
    };
    for criterion in &criteria.criteria {
        for option in criterion.options() {
            if !options.ids.contains(option) {
                let (file, line) = place(&criterion.id);
                faults.at(file, line, format!("unknown option `{option}`"));
            }
        }
        let node = Node::Criterion(&criterion.id);
        graph.edges.insert(node, refers(criterion));
        graph.places.insert(node, place(&criterion.id));
    }
    for read in &options.options {
        let option = &read.option;
        let node = Node::Option(&option.id);
        let own = option.criteria.iter().map(|(id, _)| id);
        let aspects = option
            .favours
            .iter()
            .chain(&option.cautions)
            .chain(&option.variants);
        let all = own
            .chain(aspects.flat_map(|aspect| &aspect.when))
            .chain(option.place.criteria());
        graph
            .edges
            .insert(node, all.map(|id| Node::Criterion(id.as_str())).collect());
        graph.places.insert(node, (&read.file, 1));
    }
    let nodes: Vec<Node<'_>> = graph.edges.keys().copied().collect();
    for read in &options.options {
        graph.visit(Node::Option(&read.option.id), faults);
    }
    for rule in &criteria.hormones {
        graph.visit(Node::Criterion(&rule.criterion), faults);
    }
    // What no option and no hormone leads to is unused. With an unreadable option nothing can be said.
    if options.complete {
        for node in &nodes {
            if let Node::Criterion(id) = node
                && !graph.done.contains(node)
            {
                let (file, line) = place(id);
                faults.at(file, line, format!("criterion `{id}` is used by no option"));
            }
        }
    }
    for node in nodes {
        graph.visit(node, faults);
    }
    let position = |id: &str| options.options.iter().position(|read| read.option.id == id);
    graph
        .order
        .iter()
        .filter_map(|node| match node {
            Node::Option(id) => position(id),
            Node::Criterion(_) => None,
        })
        .collect()
}

fn refers(criterion: &Criterion) -> Vec<Node<'_>> {
    let mut refers = parts(&criterion.test);
    refers.extend(criterion.options().map(Node::Option));
    refers
}

fn parts(test: &Test) -> Vec<Node<'_>> {
    match test {
        Test::Not(of) => vec![Node::Criterion(of)],
        Test::Any(of) | Test::All(of) => of.iter().map(|id| Node::Criterion(id.as_str())).collect(),
        Test::Words { .. }
        | Test::Range { .. }
        | Test::Lasting { .. }
        | Test::Given { .. }
        | Test::Option { .. } => Vec::new(),
    }
}

impl<'a> Graph<'a> {
    /// Depth first: a node that is met again on the way to itself closes a cycle.
    fn visit(&mut self, node: Node<'a>, faults: &Faults) {
        if let Some(start) = self.path.iter().position(|on_path| *on_path == node) {
            let mut ids: Vec<&str> = self.path.iter().skip(start).map(|node| node.id()).collect();
            ids.push(node.id());
            if let Some((file, line)) = self.places.get(&node) {
                faults.at(file, *line, format!("cycle: {}", ids.join(" -> ")));
            }
            return;
        }
        if self.done.contains(&node) {
            return;
        }
        self.path.push(node);
        for next in self.edges.get(&node).cloned().unwrap_or_default() {
            self.visit(next, faults);
        }
        self.path.pop();
        self.done.insert(node);
        self.order.push(node);
    }
}
