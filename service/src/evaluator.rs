//! What every evaluation needs and no request changes: knowledge, codes and the site's policy.

use crate::settings::Settings;
use crate::templates::{Template, templates};
use cds_cards::assessment::Assessment;
use cds_cards::render::{Asking, Card, Policy, questions, render, render_orders};
use cds_cards::{Knowledge, Ordered};
use fhir_profiles::chart::Chart;
use fhir_profiles::codes::Codes;
use fhir_profiles::read::{ReadPolicy, read};
use fhir_profiles::{FactId, Facts};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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

/// What an evaluator is made of beside the settings.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) knowledge: Knowledge,
    pub(crate) codes: Codes,
    /// Files of the site's own knowledge that add to the embedded ones or differ from them.
    pub(crate) site_files: Vec<String>,
    /// The facts of which no record means absent.
    pub(crate) closed_world: BTreeSet<FactId>,
}

impl Evaluator {
    /// The evaluator of what was loaded, with the policy of the settings.
    pub(crate) fn new(loaded: Loaded, settings: &Settings) -> Self {
        Self {
            knowledge: loaded.knowledge,
            codes: loaded.codes,
            prefetch_keys: settings.prefetch_keys.clone(),
            site_files: loaded.site_files,
            max_resources: settings.max_resources,
            closed_world: loaded.closed_world,
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
        }
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
    pub fn render(&self, assessment: &Assessment, call: &Occasion<'_>) -> Vec<Card> {
        told(render(&self.knowledge, assessment, &self.policy(call)))
    }

    /// The answer to a hook: the cards of what orders propose to a patient so assessed, or of the assessment where the
    /// hook has no orders.
    pub fn answer(
        &self,
        assessment: &Assessment,
        orders: Option<&Ordered>,
        call: &Occasion<'_>,
    ) -> Vec<Card> {
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

    fn policy<'a>(&'a self, call: &Occasion<'a>) -> Policy<'a> {
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

/// For which call cards are made, and for whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Occasion<'a> {
    /// `hookInstance`.
    pub instance: Uuid,
    /// Who looks at the chart, where that is known.
    pub user: Option<&'a str>,
    /// Facts whose question was put aside.
    pub paused: &'a [FactId],
}

impl Occasion<'_> {
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
