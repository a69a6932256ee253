//! The reader: from a chart to facts. It cannot fail; what it cannot read becomes an unknown fact with a reason.

mod answer;
mod around;
mod aside;
mod category;
mod clean;
mod condition;
mod denials;
mod drugs;
mod element;
mod grade;
mod histology;
mod inside;
mod known;
mod lexicon;
mod marker;
mod medication;
mod metastases;
mod named;
mod not_read;
mod numbers;
mod observation;
mod orders;
mod others;
mod paper;
mod patient;
mod phrase;
mod places;
mod pnet;
mod procedure;
mod products;
mod put;
mod reason;
pub(crate) mod record;
mod root;
mod sites;
pub(crate) mod staging;
mod standing;
mod stated;
mod status;
mod texts;
mod told;
mod treatment;
mod tumours;
mod unknown;
mod useful;
mod value;
mod wording;
mod words;

use crate::catalogue::FactId;
use crate::chart::{Chart, Item, NO_FHIR, Whose};
use crate::codes::Codes;
use crate::facts::{Facts, FactsBuilder};
use crate::stop;
use around::{Targets, key, observations};
use aside::{Refusal, refusal, refuse};
use condition::condition;
use denials::{Denials, collect_denial};
use element::Tree;
#[doc(hidden)]
pub use element::{difference, is_on_tape};
use histology::Histologies;
use jiff::Timestamp;
use jiff::civil::Date;
use known::Known;
use medication::medication;
use not_read::beside;
use observation::{conclusions, observation};
pub use orders::{Order, Unread as UnreadOrder, orders, selected};
use others::Others;
use patient::patient;
use pnet::{collect_histology, collect_morphology};
use procedure::procedure;
use products::Medications;
use put::problem;
use reason::Diagnoses;
use record::Record;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
pub use texts::text_files;
use tumours::other_malignancy;
use useful::is_useful;

/// What the reading depends on besides the chart.
#[derive(Debug, Clone, Copy)]
pub struct ReadPolicy<'a> {
    /// The day of evaluation.
    pub as_of: Date,
    /// What codes mean.
    pub codes: &'a Codes,
    /// Facts for which a site says that no record means absent.
    pub closed_world: &'a BTreeSet<FactId>,
}

/// Reads every fact of the specification from a chart.
pub fn read(chart: &Chart<'_>, policy: &ReadPolicy<'_>) -> Facts {
    let mut facts = Facts::builder(policy.as_of);
    if let Some(subject) = chart.subject() {
        facts.subject(subject);
    }
    facts.closed_world(policy.closed_world.iter().copied());
    for problem in chart.problems() {
        facts.problem(problem.clone());
    }
    for (fact, gap) in chart.gaps() {
        facts.gap(*fact, *gap);
    }
    if let Some(gap) = chart.gap_of_all() {
        for fact in policy.codes.catalogue().facts() {
            facts.gap(fact, gap);
        }
    }
    for record in chart.not_read() {
        facts.not_read(record.clone());
    }
    let mut known = Known {
        codes: policy.codes,
        as_of: policy.as_of,
        subject: chart.subject(),
        medications: Medications::of([chart]),
        diagnoses: Diagnoses::of(chart),
        histologies: Histologies::default(),
        denials: Denials::default(),
        is_elsewhere: &|reference| chart.is_elsewhere(reference),
        is_net_by_name: false,
        targets: Targets::default(),
        others: Others::default(),
    };
    let parsed = parse(&mut known, &mut facts, chart);
    let written = beside(&known, &mut facts, chart);
    for (item, tree) in &parsed {
        for record in observations(item, tree).0 {
            collect_denial(&mut known.denials, known.codes, known.as_of, record.clone());
            collect_histology(&mut known, &mut facts, record);
        }
        if item.kind() == "Condition" {
            collect_morphology(&mut known, &mut facts, Record::of(tree, item.place()));
        }
    }
    // The birth date first: an age that was written down once gives way to it.
    let is_patient = |entry: &&(&Item<'_>, Tree)| entry.0.kind() == "Patient";
    for (item, tree) in parsed.iter().filter(is_patient) {
        resource(&known, &mut facts, item, tree);
    }
    let others = parsed.iter().filter(|entry| !is_patient(entry));
    for (item, tree) in others.take_while(|_| !stop::is_wanted()) {
        resource(&known, &mut facts, item, tree);
    }
    texts::searched(facts.build(), written)
}

/// When a resource was last updated, which version that made, and how the time is written.
type Version<'x> = (Option<Timestamp>, Option<u64>, &'x str);

/// Instants and numbers are compared as such: each instant may be written in a time zone of its own.
fn version<'x>(item: &'x Item<'_>) -> Version<'x> {
    let written = |text: Option<&'x str>| text.unwrap_or_default().trim();
    let updated = written(item.narrow.last_updated);
    let number = written(item.narrow.version_id).parse().ok();
    (updated.parse().ok(), number, updated)
}

/// Whether two texts say the same: a server prefetches a resource in one shape and answers a search in another, with
/// references absolute or relative, other metadata and narrative, and one element as a list or by itself.
fn is_same(a: &str, b: &str) -> bool {
    let read = |json: &str| serde_json::from_str(json).ok().map(plain);
    a == b || read(a).is_some_and(|a| Some(a) == read(b))
}

fn plain(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let said = fields.into_iter().filter(|(name, value)| match name.as_str() {
                "meta" => false,
                // A text that is a string is the record's own word.
                "text" => !value.is_object(),
                _ => true,
            });
            let field = |(name, value)| match value {
                Json::String(text) if name == "reference" => (name, key(&text).into_owned().into()),
                value => (name, plain(value)),
            };
            Json::Object(said.map(field).collect())
        }
        Json::Array(mut items) if items.len() == 1 => items.pop().map_or(Json::Null, plain),
        Json::Array(items) => Json::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

/// Parses in full what some fact can use, each resource once.
fn parse<'r>(
    known: &mut Known<'r>,
    facts: &mut FactsBuilder,
    chart: &'r Chart<'r>,
) -> Vec<(&'r Item<'r>, Tree<'r>)> {
    let mut useful: Vec<&Item<'r>> = Vec::new();
    for item in chart.items().iter().take_while(|_| !stop::is_wanted()) {
        match refusal(known, item) {
            Some(refusal) => refuse(known, facts, item, refusal),
            None if is_useful(known, item) => useful.push(item),
            None => {}
        }
    }
    for item in known.targets.wanted(chart.items(), &useful) {
        match Tree::parse(item.json) {
            Some(tree) => known.targets.add(item, tree),
            None => refuse(known, facts, item, Refusal::Malformed(NO_FHIR)),
        }
    }
    let is_condition = |item: &&Item<'r>| item.kind() == "Condition" && item.doubled.is_none();
    for item in chart.items().iter().filter(is_condition) {
        if known.others.learn(item, known.codes)
            && item.whose == Whose::Usable
            && let Some(tree) = Tree::parse(item.json)
        {
            other_malignancy(known, facts, item, &tree);
        }
    }
    // One resource can come by several searches, and in several versions: the last counts.
    let mut by_place: BTreeMap<String, Vec<(Version<'_>, &str, &Item<'r>)>> = BTreeMap::new();
    for item in useful {
        let copies = by_place.entry(item.place()).or_default();
        copies.push((version(item), item.json.raw(), item));
    }
    let mut parsed = Vec::new();
    for (place, mut copies) in by_place.into_iter().take_while(|_| !stop::is_wanted()) {
        copies.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        // What was left out of one copy may stand in another.
        if copies.iter().any(|(.., item)| !item.subsetted) {
            copies.retain(|(.., item)| !item.subsetted);
        }
        if copies.iter().any(|(.., item)| item.narrow.id.is_some()) {
            let last = copies.last().map(|(version, ..)| *version);
            copies.retain(|(version, ..)| Some(*version) == last);
            copies.dedup_by(|a, b| is_same(a.1, b.1));
            if copies.len() > 1 {
                problem(
                    facts,
                    place.clone(),
                    "stands there twice, and none is known to be the newer",
                );
            }
        }
        for (.., item) in copies {
            match Tree::parse(item.json) {
                Some(tree) if item.subsetted && aside::lacks(item.kind(), tree.root()) => {
                    refuse(known, facts, item, Refusal::Subsetted);
                }
                Some(tree) => parsed.push((item, tree)),
                None => refuse(known, facts, item, Refusal::Malformed(NO_FHIR)),
            }
        }
    }
    parsed
}

fn resource(known: &Known<'_>, facts: &mut FactsBuilder, item: &Item<'_>, tree: &Tree) {
    let record = Record::of(tree, item.place());
    match item.kind() {
        "Patient" => patient(known.as_of, facts, &record),
        "Condition" => condition(known, facts, record),
        "Observation" | "DiagnosticReport" => {
            let (records, refused) = observations(item, tree);
            for record in records {
                observation(known, facts, record);
            }
            if item.kind() == "DiagnosticReport" {
                conclusions(known, facts, record);
            }
            for (place, why) in refused {
                problem(facts, place, why);
            }
        }
        "Procedure" => procedure(known, facts, item, record),
        _ => medication(known, facts, item, record),
    }
}
