//! The reader: from a chart to facts. It cannot fail; what it cannot read becomes an unknown fact with a reason.

mod around;
mod aside;
mod category;
mod clean;
mod condition;
mod denials;
mod drugs;
mod element;
mod grade;
mod inside;
mod lexicon;
mod marker;
mod medication;
mod not_read;
mod numbers;
mod observation;
mod orders;
mod paper;
mod patient;
mod phrase;
mod pnet;
mod procedure;
mod products;
mod reason;
pub(crate) mod record;
mod sites;
pub(crate) mod staging;
mod standing;
mod stated;
mod texts;
mod told;
mod treatment;
mod tumours;
mod value;
mod wording;
mod words;

use crate::catalogue::FactId;
use crate::chart::{Chart, Item, NO_FHIR, Narrow, Whose, is_of_medication};
use crate::codes::{Codes, Meaning};
use crate::facts::{
    Aside, Evidence, Facts, FactsBuilder, NotRead, NotReadWhy, Problem, Reading, Source, Value,
};
use crate::organs::names_pnet;
use crate::stop;
use around::{Targets, key, observations};
use aside::Refusal;
use denials::Denials;
use element::Tree;
#[doc(hidden)]
pub use element::{difference, is_on_tape};
use jiff::Timestamp;
use jiff::civil::Date;
pub use orders::{Order, Unread as UnreadOrder, orders, selected};
use pnet::Histologies;
use products::Medications;
use reason::Diagnoses;
use record::Record;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
pub use texts::text_files;
use tumours::Others;
use value::Unread;

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
    let mut reader = Reader {
        codes: policy.codes,
        as_of: policy.as_of,
        facts,
        medications: Medications::of([chart]),
        diagnoses: Diagnoses::of(chart),
        histologies: Histologies::default(),
        denials: Denials::default(),
        is_elsewhere: &|reference| chart.is_elsewhere(reference),
        is_net_by_name: false,
        targets: Targets::default(),
        others: Others::default(),
    };
    let parsed = reader.parse(chart);
    let written = reader.beside(chart);
    for (item, tree) in &parsed {
        for record in observations(item, tree).0 {
            reader.collect_denial(record.clone());
            reader.collect_histology(record);
        }
        if item.kind() == "Condition" {
            reader.collect_morphology(Record::of(tree, item.place()));
        }
    }
    // The birth date first: an age that was written down once gives way to it.
    let is_patient = |entry: &&(&Item<'_>, Tree)| entry.0.kind() == "Patient";
    for (item, tree) in parsed.iter().filter(is_patient) {
        reader.resource(item, tree);
    }
    let others = parsed.iter().filter(|entry| !is_patient(entry));
    for (item, tree) in others.take_while(|_| !stop::is_wanted()) {
        reader.resource(item, tree);
    }
    texts::searched(reader.facts.build(), written)
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

struct Reader<'r> {
    codes: &'r Codes,
    as_of: Date,
    facts: FactsBuilder,
    medications: Medications<'r>,
    diagnoses: Diagnoses<'r>,
    histologies: Histologies,
    denials: Denials,
    /// References to a patient of another server.
    is_elsewhere: &'r dyn Fn(&str) -> bool,
    /// Whether ICD-O codes the tumour as one that is well differentiated by name.
    is_net_by_name: bool,
    targets: Targets<'r>,
    others: Others,
}

impl<'r> Reader<'r> {
    /// Parses in full what some fact can use, each resource once.
    fn parse(&mut self, chart: &'r Chart<'r>) -> Vec<(&'r Item<'r>, Tree<'r>)> {
        let mut useful: Vec<&Item<'r>> = Vec::new();
        for item in chart.items().iter().take_while(|_| !stop::is_wanted()) {
            match self.refusal(item) {
                Some(refusal) => self.refuse(item, refusal),
                None if self.is_useful(item) => useful.push(item),
                None => {}
            }
        }
        for item in self.targets.wanted(chart.items(), &useful) {
            match Tree::parse(item.json) {
                Some(tree) => self.targets.add(item, tree),
                None => self.refuse(item, Refusal::Malformed(NO_FHIR)),
            }
        }
        let is_condition = |item: &&Item<'r>| item.kind() == "Condition" && item.doubled.is_none();
        for item in chart.items().iter().filter(is_condition) {
            if self.others.learn(item, self.codes)
                && item.whose == Whose::Usable
                && let Some(tree) = Tree::parse(item.json)
            {
                self.other_malignancy(item, &tree);
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
                    self.problem(
                        place.clone(),
                        "stands there twice, and none is known to be the newer",
                    );
                }
            }
            for (.., item) in copies {
                match Tree::parse(item.json) {
                    Some(tree) if item.subsetted && aside::lacks(item.kind(), tree.root()) => {
                        self.refuse(item, Refusal::Subsetted);
                    }
                    Some(tree) => parsed.push((item, tree)),
                    None => self.refuse(item, Refusal::Malformed(NO_FHIR)),
                }
            }
        }
        parsed
    }

    fn is_useful(&self, item: &Item<'_>) -> bool {
        let narrow = &item.narrow;
        let means = |codings: &[crate::chart::Coding<'_>], wanted: fn(Meaning) -> bool| {
            codings
                .iter()
                .flat_map(|coding| self.codes.meanings(coding))
                .any(wanted)
        };
        let asks = |observation: &Narrow<'_>| {
            means(&observation.code.codings, observation::is_read)
                || means(&observation.components, observation::is_read)
                || means(&observation.value, observation::names_itself)
        };
        match item.kind() {
            "Patient" => true,
            "Condition" => means(&narrow.code.codings, condition::is_read) || names_pnet(narrow.code.texts()),
            "Observation" => asks(narrow) || narrow.contained.iter().any(asks),
            "DiagnosticReport" => {
                means(&narrow.conclusions, condition::is_read) || narrow.contained.iter().any(asks)
            }
            "Procedure" => procedure::is_read(narrow, self.codes),
            kind if is_of_medication(kind) => {
                let said = self.medications.said(narrow);
                !drugs::drugs(&said.codings, &said.texts, self.codes).is_empty()
            }
            _ => false,
        }
    }

    fn resource(&mut self, item: &Item<'_>, tree: &Tree) {
        let record = Record::of(tree, item.place());
        match item.kind() {
            "Patient" => self.patient(&record),
            "Condition" => self.condition(record),
            "Observation" | "DiagnosticReport" => {
                let (records, refused) = observations(item, tree);
                for record in records {
                    self.observation(record);
                }
                if item.kind() == "DiagnosticReport" {
                    self.conclusions(record);
                }
                for (place, why) in refused {
                    self.problem(place, why);
                }
            }
            "Procedure" => self.procedure(item, record),
            _ => self.medication(item, record),
        }
    }

    /// Shows a record whose status is not understood, and says that it was not read.
    fn not_understood(&mut self, fact: FactId, record: &Record<'_>, recorded: &str, note: &str) {
        let mut evidence = record.noted(recorded, note);
        evidence.aside = Aside::StatusNotUnderstood;
        self.facts.shown(fact, evidence);
        self.not_read(record, fact, NotReadWhy::StatusNotUnderstood);
    }

    /// Says that a record about a fact was not read.
    fn not_read(&mut self, record: &Record<'_>, fact: FactId, why: NotReadWhy) {
        self.facts.not_read(NotRead {
            reference: record.place.clone(),
            what: fact.info().label.clone(),
            date: record.effective,
            why,
        });
    }

    fn problem(&mut self, place: String, what: &str) {
        self.facts.problem(Problem {
            place,
            what: what.to_owned(),
        });
    }

    /// Adds a reading of a word of the fact's list.
    fn add(&mut self, fact: FactId, word: &str, source: Source, evidence: Evidence) {
        if let Some(word) = fact.word(word) {
            self.facts
                .reading(fact, Reading::new(Value::Word(word), source, evidence));
        }
    }

    fn unread(&mut self, fact: FactId, record: &Record<'_>, recorded: String, why: Unread) {
        match why {
            Unread::Nothing(note) => _ = self.facts.shown(fact, record.noted(recorded, note)),
            Unread::Unreadable(note) => self.put_unreadable(record, fact, record.noted(recorded, note)),
        }
    }
}
