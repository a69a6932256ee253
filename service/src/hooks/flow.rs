//! From a hook request to its answer: the one place where I/O meets logic.

use super::orders::{Drafts, Orders, unsent};
use super::pauses::Pauses;
use super::prefetch::{Got, Intake, Taken, is_note};
use super::request::HookRequest;
use super::trail::{COMPLETE, DataSource, FetchEnd, Trail};
use crate::address::AllowedBase;
use crate::errors::{ErrorCode, Failure};
use crate::evaluator::{Evaluator, Occasion};
use crate::fhir_client::{Access, FetchState, FhirClient, Query, Why};
use crate::pool;
use crate::sandbox::Sandbox;
use crate::telemetry::in_span;
use crate::templates::{Template, is_of_texts};
use cds_cards::Ordered;
use cds_cards::assessment::{Assessment, Gate};
use cds_cards::render::Card;
use fhir_profiles::json::{Budget, Document};
use fhir_profiles::{Facts, stop};
use jiff::civil::Date;
use std::time::{Duration, Instant};

/// What the fetch of a Medication that a draft order refers to is called, where templates have their key.
const ORDERED: &str = "orderedMedications";
/// Medications that are fetched for one call.
const MOST_ORDERED: usize = 10;
/// What the fetch of a file of a report or document is called.
const FILES: &str = "files";
/// Files that are fetched for one call.
const MOST_FILES: usize = 10;

/// Where records come from that were not prefetched.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// Nowhere: what was not prefetched is unknown.
    Nowhere,
    /// The bundled patients, searched as the caller would have searched its own server.
    Sandbox(&'a Sandbox),
    /// The caller's FHIR server.
    Server(Server<'a>),
}

impl Origin<'_> {
    /// The addresses by which resources of the caller's server may name their patient.
    fn addresses(&self) -> Vec<String> {
        match self {
            Self::Server(server) => server.base.addresses().map(str::to_owned).collect(),
            Self::Nowhere | Self::Sandbox(_) => Vec::new(),
        }
    }
}

/// A FHIR server that the caller may have read.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// The client of the process.
    pub client: &'a FhirClient,
    /// The registered address.
    pub base: &'a AllowedBase,
    /// For everything that is fetched for one call.
    pub deadline: Duration,
}

/// What a hook call is answered with.
#[derive(Debug)]
pub struct Advice {
    /// The cards; none without a PNET.
    pub cards: Vec<Card>,
    /// What became of the orders; for a hook without orders nothing.
    pub orders: Option<OrdersSaid>,
    /// The gate; not known where no order is one of ours.
    pub gate: Option<Gate>,
    /// The assessment behind the cards; none where the conditions alone rule a PNET out, or no order is one of ours.
    pub assessment: Option<Assessment>,
    /// The facts behind the assessment.
    pub facts: Option<Facts>,
    /// The patient's own record, for a page that is headed with it; never logged.
    pub patient: Option<String>,
}

/// What became of the orders of a call, for who wonders why there was no card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrdersSaid {
    /// None of those that were to be checked is one of the options, and all could be read.
    NoneOfOurs,
    /// The patient has no PNET.
    NoPnet,
    /// Nothing speaks against them, or the patient is one to whom they do not apply.
    NothingAgainst,
    /// There are cards on them.
    Cards,
}

impl OrdersSaid {
    /// The word of the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoneOfOurs => "none-of-ours",
            Self::NoPnet => "no-pnet",
            Self::NothingAgainst => "nothing-against",
            Self::Cards => "cards",
        }
    }
}

/// The facts of a chart and what follows from them.
#[derive(Debug)]
pub struct Basis {
    /// The facts.
    pub facts: Facts,
    /// The assessment.
    pub assessment: Assessment,
    /// The patient's own record, as supplied.
    pub patient: Option<String>,
}

impl Advice {
    /// `cards`, or `none`.
    pub fn outcome(&self) -> &'static str {
        if self.cards.is_empty() { "none" } else { "cards" }
    }
}

/// No card, and nothing assessed.
#[derive(Clone, Copy)]
struct Nothing {
    gate: Option<Gate>,
    orders: Option<OrdersSaid>,
}

impl From<Nothing> for Advice {
    fn from(Nothing { gate, orders }: Nothing) -> Self {
        Self {
            cards: Vec::new(),
            orders,
            gate,
            assessment: None,
            facts: None,
            patient: None,
        }
    }
}

/// A call, and what it is answered with.
#[derive(Clone, Copy)]
pub struct Enquiry<'a> {
    /// The pure core.
    pub evaluator: &'a Evaluator,
    /// What is asked for where the request does not bring it.
    pub templates: &'a [Template],
    /// The request.
    pub request: &'a HookRequest<'a>,
    /// Where that is asked.
    pub source: Origin<'a>,
    /// The day of evaluation.
    pub as_of: Date,
    /// Says what was done for it, also if it fails.
    pub trail: &'a Trail,
}

/// Answers a hook call. Orders of nothing that the knowledge has are answered at once, whoever the patient is.
///
/// # Errors
/// [`Failure`] if core data are missing or a resource is another patient's.
pub async fn advise(enquiry: &Enquiry<'_>, pauses: &dyn Pauses) -> Result<Advice, Failure> {
    let Enquiry {
        evaluator, request, ..
    } = *enquiry;
    let of_nothing = Nothing {
        gate: None,
        orders: Some(OrdersSaid::NoneOfOurs),
    };
    let at_once = |orders: &Orders<'_>| orders.are_of_nothing().then_some(Err(of_nothing));
    let reached = enquiry.with_chart(at_once, |taken, orders| {
        if taken.surely_no_pnet {
            return Ok(Err(Nothing {
                gate: Some(Gate::NoPnet),
                orders: orders.are_there().then_some(OrdersSaid::NoPnet),
            }));
        }
        enquiry.assessed(taken, orders).map(Ok)
    });
    let (basis, orders) = match reached.await? {
        Ok(assessed) => assessed,
        Err(nothing) => return Ok(nothing.into()),
    };
    let questions = match orders {
        None => evaluator.questions(&basis.assessment),
        Some(_) => Vec::new(),
    };
    let paused = match questions.as_slice() {
        [] => Vec::new(),
        questions => pauses.paused(request.patient_id, questions).await,
    };
    let call = Occasion {
        instance: request.instance,
        user: Some(request.user_id),
        paused: &paused,
    };
    let cards = in_span("cds.render", || {
        evaluator.answer(&basis.assessment, orders.as_ref(), &call)
    });
    in_time()?;
    let said = match basis.assessment.gate {
        _ if !cards.is_empty() => OrdersSaid::Cards,
        Gate::NoPnet => OrdersSaid::NoPnet,
        Gate::NoLiverMetastases | Gate::Passed => OrdersSaid::NothingAgainst,
    };
    Ok(Advice {
        cards,
        orders: orders.map(|_| said),
        gate: Some(basis.assessment.gate),
        assessment: Some(basis.assessment),
        facts: Some(basis.facts),
        patient: basis.patient,
    })
}

/// The facts and assessment behind a hook call, whatever the gate, and what its orders propose.
///
/// # Errors
/// As [`advise`].
pub async fn assess(enquiry: &Enquiry<'_>) -> Result<(Basis, Option<Ordered>), Failure> {
    let to_the_end = |_: &Orders<'_>| None;
    enquiry
        .with_chart(to_the_end, |taken, orders| enquiry.assessed(taken, orders))
        .await
}

impl Enquiry<'_> {
    /// The one way from a request to its chart: what is said `at_once` of its orders, or what is `then` made of everything
    /// that was supplied and fetched.
    async fn with_chart<T>(
        &self,
        at_once: impl FnOnce(&Orders<'_>) -> Option<T>,
        then: impl FnOnce(&Taken<'_>, Orders<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Self {
            evaluator,
            templates,
            request,
            source,
            trail,
            ..
        } = *self;
        let addresses = source.addresses();
        let orders = Orders::of(evaluator, request, &addresses)?;
        if let Some(said) = at_once(&orders) {
            return Ok(said);
        }
        let supplied = Intake::supplied(request, &evaluator.prefetch_keys, addresses);
        let fetched = fetch(evaluator, templates, request, &supplied, &orders, source, trail).await?;
        let taken = take(evaluator, templates, request, supplied, &fetched, trail)?;
        then(&taken, orders)
    }

    /// What a chart comes to, and what the orders propose to it.
    fn assessed(&self, taken: &Taken<'_>, orders: Orders<'_>) -> Result<(Basis, Option<Ordered>), Failure> {
        let basis = evaluate(self.evaluator, taken, self.as_of)?;
        Ok((basis, orders.with(self.evaluator, &taken.chart)))
    }
}

/// The chart of everything that was supplied or fetched.
fn take<'a>(
    evaluator: &Evaluator,
    templates: &[Template],
    request: &'a HookRequest<'_>,
    supplied: Intake<'a>,
    fetched: &'a [Got],
    trail: &Trail,
) -> Result<Taken<'a>, Failure> {
    let sources: Vec<Option<DataSource>> = templates
        .iter()
        .map(|template| source_of(&template.key, &supplied, fetched))
        .collect();
    let taken = supplied.completed(request, fetched).finish(templates, evaluator);
    let needs_all = taken.as_ref().is_ok_and(|taken| !taken.surely_no_pnet);
    for (template, source) in templates.iter().zip(sources) {
        let missing = (needs_all || template.is_core()).then_some(DataSource::Missing);
        if let Some(source) = source.or(missing) {
            trail.data(&template.key, source);
        }
    }
    taken
}

/// Where the records of a key come from; nothing if they were neither brought nor asked for.
fn source_of(key: &str, supplied: &Intake<'_>, fetched: &[Got]) -> Option<DataSource> {
    let got = fetched.iter().find(|got| got.key == key);
    match got {
        Some(got) if !got.state.pages().is_empty() => Some(DataSource::Fetch),
        _ if supplied.brings(key) => Some(DataSource::Prefetch),
        got => got.map(|_| DataSource::Missing),
    }
}

/// Assesses a chart. Where no PNET is found, incomplete conditions make that worth nothing, and other data that were not
/// to be had make no difference.
fn evaluate(evaluator: &Evaluator, taken: &Taken<'_>, as_of: Date) -> Result<Basis, Failure> {
    let facts = in_span("cds.read", || evaluator.facts(&taken.chart, as_of));
    let mut assessment = in_span("cds.assess", || cds_cards::assess(&evaluator.knowledge, &facts));
    in_time()?;
    if assessment.gate == Gate::NoPnet {
        if !taken.conditions_complete {
            return Err(ErrorCode::IncompleteConditions.into());
        }
        assessment.problems.retain(|problem| !is_note(&problem.place));
    }
    Ok(Basis {
        facts,
        assessment,
        patient: taken.chart.patient().map(ToOwned::to_owned),
    })
}

/// What was given up half-way is worth nothing.
pub(crate) fn in_time() -> Result<(), Failure> {
    match stop::is_wanted() {
        true => Err(ErrorCode::DeadlineExceeded.into()),
        false => Ok(()),
    }
}

/// What the templates ask for and the request does not bring whole. A call for which much was fetched waits with the
/// large ones from then on.
async fn fetch(
    evaluator: &Evaluator,
    templates: &[Template],
    request: &HookRequest<'_>,
    supplied: &Intake<'_>,
    orders: &Orders<'_>,
    source: Origin<'_>,
    trail: &Trail,
) -> Result<Vec<Got>, Failure> {
    let wanted = templates.iter().filter(|template| supplied.lacks(&template.key));
    match source {
        Origin::Nowhere => Ok(Vec::new()),
        Origin::Sandbox(sandbox) => Ok(wanted
            .map(|template| from_sandbox(sandbox, template, request.patient_id))
            .collect()),
        Origin::Server(server) => {
            let (core, rest): (Vec<_>, Vec<_>) = wanted.partition(|template| template.is_core());
            let queries = Queries {
                core: queries(request, &core),
                rest: queries(request, &rest),
            };
            let fetched = server
                .pull(evaluator, request, supplied, queries, orders.open(), trail)
                .await?;
            pool::weighs(request.length() + fetched.iter().map(Got::length).sum::<usize>()).await;
            Ok(fetched)
        }
    }
}

fn from_sandbox(sandbox: &Sandbox, template: &Template, patient_id: &str) -> Got {
    let answer = sandbox.answer(&template.resolve(patient_id)).ok();
    let page = answer.and_then(|json| Document::parse(json, &Budget::FILE).ok());
    Got {
        key: template.key.clone(),
        state: page.map_or(FetchState::Failed(Why::NotFound), |page| {
            FetchState::Complete(vec![page])
        }),
    }
}

/// What to ask, with its key.
type Asked = (String, String);

/// What the templates ask for, one query a template.
struct Queries {
    /// Without these nothing can be said.
    core: Vec<Asked>,
    rest: Vec<Asked>,
}

fn queries(request: &HookRequest<'_>, templates: &[&Template]) -> Vec<Asked> {
    templates
        .iter()
        .map(|template| (template.key.clone(), template.resolve(request.patient_id)))
        .collect()
}

impl Server<'_> {
    /// The gate first, the rest only where it can matter, then the files of reports, all inside one deadline.
    async fn pull(
        self,
        evaluator: &Evaluator,
        request: &HookRequest<'_>,
        supplied: &Intake<'_>,
        queries: Queries,
        open: Option<&Drafts<'_>>,
        trail: &Trail,
    ) -> Result<Vec<Got>, Failure> {
        let deadline = Instant::now() + self.deadline;
        let mut fetched = self.get(request, queries.core, deadline, trail).await;
        if queries.rest.is_empty() && open.is_none() {
            return Ok(fetched);
        }
        let mut rest = queries.rest;
        {
            let taken = supplied.with(request, &fetched).finish(&[], evaluator)?;
            if taken.surely_no_pnet {
                return Ok(fetched);
            }
            let orders = open.map(|drafts| drafts.read(evaluator, Some(&taken.chart)));
            rest.extend(orders.iter().flat_map(|orders| self.medications(orders)));
        }
        fetched.extend(self.get(request, rest, deadline, trail).await);
        let files = self.files(&supplied.files(request, &fetched));
        fetched.extend(self.get(request, files, deadline, trail).await);
        Ok(fetched)
    }

    /// Reads of the Binaries of this server that hold the texts of reports and documents.
    fn files(&self, references: &[String]) -> Vec<Asked> {
        let here = references.iter().filter_map(|reference| {
            let id = self.id_of("Binary", reference)?;
            Some((FILES.to_owned(), format!("Binary/{id}")))
        });
        here.take(MOST_FILES).collect()
    }

    /// The id of a record of this server.
    fn id_of<'r>(&self, kind: &str, reference: &'r str) -> Option<&'r str> {
        let (base, id) = reference.rsplit_once('/')?;
        let server = base.strip_suffix(kind)?;
        let is_here = server.is_empty()
            || server
                .strip_suffix('/')
                .is_some_and(|base| self.base.admits(base));
        is_here.then_some(id)
    }

    /// Reads of the Medications of this server that orders refer to.
    fn medications(&self, orders: &Ordered) -> Vec<Asked> {
        let here = unsent(orders).into_iter().filter_map(|reference| {
            let unversioned = reference.split("/_history").next().unwrap_or(reference);
            let id = self.id_of("Medication", unversioned)?;
            Some((ORDERED.to_owned(), format!("Medication/{id}")))
        });
        here.take(MOST_ORDERED).collect()
    }

    async fn get(
        &self,
        request: &HookRequest<'_>,
        wanted: Vec<Asked>,
        deadline: Instant,
        trail: &Trail,
    ) -> Vec<Got> {
        let mut queries = Vec::new();
        for (key, relative) in wanted {
            if let Ok(query) = Query::new(&key, &relative) {
                trail.ask(&key, self.base.to_string(), relative);
                queries.push(query.of_first_page(is_of_texts(&key)));
            }
        }
        if queries.is_empty() {
            return Vec::new();
        }
        let access = Access::new(self.base, request.token.as_ref(), request.patient_id);
        let waiting = trail.waiting();
        let fetched = self.client.fetch(&access, &queries, deadline).await;
        drop(waiting);
        let got = fetched.into_iter().map(|fetched| {
            let end = FetchEnd {
                word: fetched.state.why().map_or(COMPLETE, Why::code),
                failed: matches!(fetched.state, FetchState::Failed(_)),
                pages: fetched.state.pages().len(),
                elapsed: fetched.elapsed,
            };
            trail.got(&fetched.key, end);
            Got {
                key: fetched.key,
                state: fetched.state,
            }
        });
        got.collect()
    }
}
