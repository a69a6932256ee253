//! What every evaluation needs and no request changes: knowledge, codes and the site's policy.

use crate::files::{self, Limits};
use crate::hooks::templates::{Template, templates};
use crate::settings::{Settings, can_be_absent};
use cds_cards::assessment::Assessment;
use cds_cards::render::{Asking, Card, Policy, questions, render, render_orders};
use cds_cards::{Knowledge, Ordered};
use fhir_profiles::catalogue::Catalogue;
use fhir_profiles::chart::Chart;
use fhir_profiles::codes::{Codes, MapFault};
use fhir_profiles::read::{ReadPolicy, read};
use fhir_profiles::{FactId, Facts};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// What a folder of knowledge or codes may hold: many times what a site can write or take over.
const LIMITS: Limits = Limits {
    depth: 16,
    entries: 10_000,
    dotted: false,
};
/// The largest file of such a folder, and all of them together, in bytes.
const LARGEST: u64 = 64 << 20;
const MOST_BYTES: u64 = 256 << 20;

/// The pure core, ready to be called; knows no I/O.
#[derive(Debug)]
pub struct Evaluator {
    /// What the service knows.
    pub knowledge: Knowledge,
    /// The codes that it reads.
    pub codes: Codes,
    /// Prefetch keys of callers, with ours for the same records.
    pub prefetch_keys: BTreeMap<String, String>,
    /// Files of the site's own knowledge that add to the embedded ones or differ from them.
    pub site_files: Vec<String>,
    /// Greatest number of resources that are evaluated together.
    pub max_resources: usize,
    closed_world: BTreeSet<FactId>,
    documents: bool,
    max_cards: usize,
    max_questions: usize,
    full_cards: bool,
    without_metastases: bool,
    public_url: Option<String>,
    /// Where the knowledge pages are, if they are on.
    pages_url: Option<String>,
}

impl Evaluator {
    /// Loads the knowledge and the code maps that the settings name.
    ///
    /// # Errors
    /// Every fault of the knowledge or of the site's code maps, as `file:line: what`.
    pub fn load(settings: &Settings) -> Result<Self, Vec<String>> {
        let dir = settings.knowledge_dir.as_deref();
        let knowledge = load_knowledge(dir).map_err(of("knowledge.dir"));
        let catalogue = match &knowledge {
            Ok(knowledge) => knowledge.catalogue.clone(),
            Err(_) => Knowledge::facts(&overlay(dir).unwrap_or_default()).0,
        };
        let codes = load_codes(settings, &catalogue);
        let closed_world = closed_world(&settings.closed_world, &catalogue);
        let (codes, knowledge, closed_world) = match (codes, knowledge, closed_world) {
            (Ok(codes), Ok(knowledge), Ok(closed_world)) => (codes, knowledge, closed_world),
            (codes, knowledge, closed_world) => {
                return Err([codes.err(), knowledge.err(), closed_world.err()]
                    .into_iter()
                    .flatten()
                    .flatten()
                    .collect());
            }
        };
        known_keys(&settings.prefetch_keys, &codes)?;
        Ok(Self {
            knowledge,
            codes,
            prefetch_keys: settings.prefetch_keys.clone(),
            site_files: site_files(settings.knowledge_dir.as_deref())?,
            max_resources: settings.max_resources,
            closed_world,
            documents: settings.documents,
            max_cards: settings.max_cards,
            max_questions: settings.max_questions,
            full_cards: settings.full_cards,
            without_metastases: settings.without_metastases,
            public_url: settings.public_url.clone(),
            pages_url: settings
                .public_url
                .clone()
                .filter(|_| settings.workbench == Some(true)),
        })
    }

    /// What is asked of an EHR or its FHIR server.
    pub fn templates(&self) -> Vec<Template> {
        templates(&self.codes, self.documents)
    }

    /// Where callers reach the service, if the settings say so.
    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// Has cards link to the knowledge pages under this address, if no other is known.
    pub fn link_to(&mut self, base_url: &str) {
        self.pages_url.get_or_insert_with(|| base_url.to_owned());
    }

    /// Where cards link to.
    pub fn linked(&self) -> Option<&str> {
        self.pages_url.as_deref()
    }

    /// Facts of one chart on one day.
    pub fn facts(&self, chart: &Chart<'_>, as_of: Date) -> Facts {
        let policy = ReadPolicy {
            as_of,
            codes: &self.codes,
            closed_world: &self.closed_world,
        };
        read(chart, &policy)
    }

    /// Facts and assessment of one chart on one day.
    pub fn assess(&self, chart: &Chart<'_>, as_of: Date) -> Assessment {
        cds_cards::assess(&self.knowledge, &self.facts(chart, as_of))
    }

    /// The facts that cards may ask for, before anybody is asked which were put aside.
    pub fn questions(&self, assessment: &Assessment) -> Vec<FactId> {
        match self.max_questions {
            0 => Vec::new(),
            _ => questions(&self.knowledge, assessment),
        }
    }

    /// The cards of an assessment; the same call gives the same identifiers.
    pub fn render(&self, assessment: &Assessment, call: &Asks<'_>) -> Vec<Card> {
        told(render(&self.knowledge, assessment, &self.policy(call)))
    }

    /// The answer to a hook: the cards of what orders propose to a patient so assessed, or of the assessment where the
    /// hook has no orders.
    pub fn answer(&self, assessment: &Assessment, orders: Option<&Ordered>, call: &Asks<'_>) -> Vec<Card> {
        match orders {
            None => self.render(assessment, call),
            Some(orders) => told(render_orders(
                &self.knowledge,
                assessment,
                orders,
                &self.policy(call),
            )),
        }
    }

    fn policy<'a>(&'a self, call: &Asks<'a>) -> Policy<'a> {
        Policy {
            max_cards: self.max_cards,
            full: self.full_cards,
            without_metastases: self.without_metastases,
            public_url: self.pages_url.as_deref(),
            instance: call.instance,
            asking: Asking {
                most: self.max_questions,
                paused: call.paused,
                user: call.user,
            },
        }
    }
}

/// Who asks for cards, and of which call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asks<'a> {
    /// `hookInstance`.
    pub instance: Uuid,
    /// Who looks at the chart, where that is known.
    pub user: Option<&'a str>,
    /// Facts whose question was put aside.
    pub paused: &'a [FactId],
}

impl Asks<'_> {
    /// A call of nobody known, for whom nothing was put aside.
    pub fn of(instance: Uuid) -> Self {
        Self {
            instance,
            ..Self::default()
        }
    }
}

/// The cards, once a site's texts that could not be made are told of: their names only.
fn told(cards: Vec<Card>) -> Vec<Card> {
    for template in cards.iter().filter_map(Card::text_replaced) {
        tracing::error!(
            template,
            "a card text of the site could not be made; the built-in one was used"
        );
    }
    cards
}

/// Names the setting that a fault comes from.
fn of(setting: &'static str) -> impl Fn(Vec<String>) -> Vec<String> {
    move |faults| {
        faults
            .into_iter()
            .map(|fault| format!("{setting}: {fault}"))
            .collect()
    }
}

/// The embedded knowledge, with the files of a directory laid over it.
///
/// # Errors
/// Every fault, as `file:line: what`.
pub fn load_knowledge(dir: Option<&Path>) -> Result<Knowledge, Vec<String>> {
    Knowledge::load(&Knowledge::merge(Knowledge::embedded_files(), overlay(dir)?))
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

/// The files of a directory that is laid over the embedded knowledge, by path within it.
///
/// # Errors
/// Every one that cannot be read.
pub fn overlay(dir: Option<&Path>) -> Result<BTreeMap<String, String>, Vec<String>> {
    Ok(dir
        .map(|dir| files_under(dir, |_| true))
        .transpose()?
        .unwrap_or_default())
}

/// What a site's knowledge changes of the embedded one.
fn site_files(dir: Option<&Path>) -> Result<Vec<String>, Vec<String>> {
    let embedded = Knowledge::embedded_files();
    let changed = overlay(dir)?
        .into_iter()
        .filter(|(name, text)| embedded.get(name) != Some(text));
    Ok(changed.map(|(name, _)| name).collect())
}

/// The facts of which no record means absent.
fn closed_world(names: &[String], catalogue: &Catalogue) -> Result<BTreeSet<FactId>, Vec<String>> {
    let mut facts = BTreeSet::new();
    let mut faults = Vec::new();
    for name in names {
        let fact = catalogue
            .parse(name)
            .ok_or_else(|| format!("unknown fact `{name}`"));
        match fact.and_then(|fact| can_be_absent(fact).map(|()| fact)) {
            Ok(fact) => drop(facts.insert(fact)),
            Err(fault) => faults.push(format!("cards.closed_world: {fault}")),
        }
    }
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

/// The standard codes, those of the packs that the settings name, of the site's own facts, and of its ConceptMaps.
///
/// # Errors
/// Every fault, with its file.
pub fn load_codes(settings: &Settings, catalogue: &Catalogue) -> Result<Codes, Vec<String>> {
    let said = |faults: Vec<MapFault>| faults.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = settings.packs.iter().map(String::as_str).collect();
    let packed = Codes::with_packs(&names)
        .map_err(said)
        .map_err(of("codes.packs"))?
        .with_facts(catalogue);
    let Some(dir) = settings.codes_dir.as_deref() else {
        return Ok(packed);
    };
    let is_json = |path: &Path| path.extension().is_some_and(|kind| kind == "json");
    let files = files_under(dir, is_json).map_err(of("codes.dir"))?;
    packed.and_maps(&files).map_err(said).map_err(of("codes.dir"))
}

fn known_keys(keys: &BTreeMap<String, String>, codes: &Codes) -> Result<(), Vec<String>> {
    let ours: BTreeSet<String> = templates(codes, true)
        .into_iter()
        .map(|template| template.key)
        .collect();
    let list = || ours.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let faults: Vec<String> = keys
        .values()
        .filter(|key| !ours.contains(*key))
        .map(|key| format!("prefetch.keys: `{key}` is none of {}", list()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The files under a folder that are wanted by their name, by their path there. A mounted ConfigMap brings links of its own
/// (`..data`) to the same files, so names that begin with a dot are passed over.
fn files_under(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    let mut left = MOST_BYTES;
    for path in files::under(root, LIMITS, wanted)? {
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let name: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        match files::text(&path, LARGEST) {
            Ok(text) => {
                let Some(rest) = left.checked_sub(text.len() as u64) else {
                    faults.push(format!(
                        "{}: more than {} in all",
                        root.display(),
                        files::size(MOST_BYTES)
                    ));
                    break;
                };
                left = rest;
                files.insert(name.join("/"), text);
            }
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}
