//! `/`: ask the service as a record system would, see the cards as it draws them, and the reasoning beside them.

use super::answer::patient_page;
use super::ask::Ask;
use super::cards::{CardView, views};
use super::case::{FactView, GroupView, MissingView, Tumour, facts, groups, missing, tumour};
use super::drawing::{Drawing, drawing};
use super::fire::{Fired, fire};
use super::made::Pages;
use super::suppose::{Control, Moved, control, moved};
use super::template::{Fault, Frame};
use super::tree::{Tree, tree};
use super::visitor::Visitor;
use crate::errors::Failure;
use crate::hooks::Service;
use crate::http::{SANDBOX, State, refusal};
use crate::query_text::encoded;
use crate::sandbox::Story;
use crate::strip::{Strip, strip};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use cds_cards::assessment::{NotReadReport, Place};
use cds_cards::render::{Found, found, words};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize)]
struct Workbench {
    chooser: Chooser,
    fault: Option<Fault>,
    result: Option<Shown>,
}

/// What can be chosen, and what is.
#[derive(Debug, Serialize)]
struct Chooser {
    patients: Vec<Story>,
    servers: Vec<String>,
    patient: String,
    server: String,
    token: String,
    request: String,
    hook: String,
    /// When a record system asks: the hook, and what a clinician calls it.
    hooks: Vec<(&'static str, &'static str)>,
    /// The option that is ordered, and every one that can be, with its label.
    order: String,
    orders: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Shown {
    title: String,
    /// What a bundled patient is about.
    story: Option<Story>,
    service: &'static str,
    as_of: String,
    cards: Vec<CardView>,
    request: String,
    curl: String,
    /// The address of the board view, where that page can be opened by its address alone.
    board: Option<String>,
    /// The address of the form, for a bundled patient.
    form: Option<String>,
    /// The public CDS Hooks sandbox with a bundled patient and this service, as a foreign record system shows them.
    sandbox: Option<String>,
    basis: Option<Case>,
}

#[derive(Debug, Serialize)]
struct Case {
    strip: Strip,
    drawing: Option<Drawing>,
    tumour: Tumour,
    groups: Vec<GroupView>,
    tree: Option<Tree>,
    option: String,
    known: Vec<FactView>,
    silent: Vec<FactView>,
    missing: Vec<MissingView>,
    found: Vec<Found>,
    discrepancies: Vec<String>,
    problems: Vec<(String, String)>,
    /// What was not read, in a sentence, and each of it with the reason; chart data.
    not_read: String,
    not_read_records: Vec<(String, String)>,
    control: Option<Control>,
    facts: Vec<(&'static str, String)>,
    moved: Option<Moved>,
}

/// `/`, by its address, or posted for what was pasted or needs a token.
pub(super) async fn page(
    visitor: Visitor,
    pages: Pages,
    state: Data<State>,
    ask: Result<Ask, Failure>,
) -> Result<HttpResponse, Failure> {
    let (visitor, ask) = (Arc::new(visitor), Arc::new(ask?));
    let fired = if ask.is_empty() {
        None
    } else {
        Some(fire(&state, &visitor, &ask).await)
    };
    if let Some(Ok(fired)) = fired.as_ref().filter(|_| !ask.show.is_empty()) {
        return json(fired, &ask.show);
    }
    let frame = Frame::new(
        &pages.assets,
        &state.advisor.evaluator.knowledge,
        "./",
        "workbench",
        "Workbench",
    );
    let mut view = Workbench {
        chooser: chooser(&state, &visitor, &ask),
        fault: None,
        result: None,
    };
    let failure = match fired {
        None => None,
        Some(Ok(fired)) => {
            view.result = Some(shown(&state, &ask, &fired));
            None
        }
        Some(Err(failure)) => {
            view.fault = Some(Fault::from(&failure));
            Some(failure)
        }
    };
    let html = pages.templates.fill("workbench.html", &frame, &view)?;
    Ok(match failure {
        None => patient_page(StatusCode::OK, html),
        Some(failure) => refusal(&failure, |status| patient_page(status, html)),
    })
}

fn json(fired: &Fired, show: &str) -> Result<HttpResponse, Failure> {
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let text = match show {
        "request" => serde_json::from_str(&fired.request).map_or(fired.request.clone(), |json| pretty(&json)),
        "assessment" => {
            let assessment = fired.basis.as_ref().map(|basis| &basis.assessment);
            pretty(&serde_json::to_value(assessment).unwrap_or_default())
        }
        _ => pretty(&fired.response()),
    };
    Ok(super::answer::patient_json(text))
}

fn chooser(state: &State, visitor: &Visitor, ask: &Ask) -> Chooser {
    let servers = visitor.caller.fhir_bases().iter().map(ToString::to_string);
    Chooser {
        patients: state
            .advisor
            .sandbox
            .as_ref()
            .map(|sandbox| sandbox.stories().to_vec())
            .unwrap_or_default(),
        servers: servers
            .filter(|_| state.advisor.may_show_servers(&visitor.caller))
            .collect(),
        patient: ask.patient.clone(),
        server: ask.server.clone(),
        token: ask.token.clone(),
        request: ask.request.clone(),
        hook: match ask.hook.as_str() {
            "" => Service::PatientView.hook().to_owned(),
            hook => hook.to_owned(),
        },
        hooks: Service::ALL
            .map(|service| (service.hook(), occasion(service)))
            .to_vec(),
        order: ask.order.clone(),
        orders: state
            .advisor
            .evaluator
            .knowledge
            .options
            .iter()
            .filter(|option| !option.orders.is_empty())
            .map(|option| (option.id.clone(), option.label.clone()))
            .collect(),
    }
}

/// When the record system of a clinician asks.
fn occasion(service: Service) -> &'static str {
    match service {
        Service::PatientView => "the chart is opened",
        Service::OrderSelect => "an order is chosen",
        Service::OrderSign => "an order is signed",
    }
}

fn shown(state: &State, ask: &Ask, fired: &Fired) -> Shown {
    let subject = fired
        .basis
        .as_ref()
        .and_then(|basis| basis.assessment.subject.clone());
    Shown {
        title: subject.map_or_else(
            || ask.patient.clone(),
            |subject| cds_cards::render::plain(&subject),
        ),
        story: story(state, ask),
        service: fired.service.unwrap_or_default(),
        as_of: state.advisor.today().to_string(),
        cards: views(state, &fired.cards),
        request: fired.request.clone(),
        curl: curl(state, ask, fired),
        board: (ask.request.is_empty() && ask.token.is_empty()).then(|| board_path(ask)),
        form: (ask.request.is_empty() && ask.server.is_empty())
            .then(|| format!("form?patient={}", encoded(&ask.patient))),
        sandbox: story(state, ask).and_then(|story| foreign(state, &story)),
        basis: fired.basis.as_ref().map(|basis| case(state, ask, basis)),
    }
}

/// The public sandbox's address with its parameters; its page reads the demo's patients and calls this service.
fn foreign(state: &State, story: &Story) -> Option<String> {
    let server = state.advisor.sandbox_url()?;
    let services = format!("{}/cds-services", server.strip_suffix("/sandbox/fhir")?);
    Some(format!(
        "{SANDBOX}/?fhirServiceUrl={}&patientId={}&serviceDiscoveryURL={}",
        encoded(server),
        encoded(&story.patient),
        encoded(&services)
    ))
}

/// The story of the bundled patient that was asked for.
fn story(state: &State, ask: &Ask) -> Option<Story> {
    let asked = |story: &&Story| story.patient == ask.patient && ask.server.is_empty();
    let sandbox = state.advisor.sandbox.as_ref()?;
    sandbox.stories().iter().find(asked).cloned()
}

/// Nothing of the patient but the reference stands in the address.
fn board_path(ask: &Ask) -> String {
    let patient = encoded(&ask.patient);
    if ask.server.is_empty() {
        format!("board?patient={patient}")
    } else {
        format!("board?server={}&patient={patient}", encoded(&ask.server))
    }
}

/// The call as a line for a terminal.
fn curl(state: &State, ask: &Ask, fired: &Fired) -> String {
    let own = state.advisor.own_url();
    let (path, data) = match fired.service {
        Some(service) if ask.request.is_empty() => (
            format!("cds-services/{service}"),
            format!("'{}'", fired.request.replace('\'', "'\\''")),
        ),
        Some(service) => (format!("cds-services/{service}"), "@request.json".to_owned()),
        None => ("assessment".to_owned(), "@bundle.json".to_owned()),
    };
    format!("curl -s {own}/{path} -H 'Content-Type: application/json' --data-binary {data}")
}

/// What it is, and where, and why it was not read.
fn not_read_record(record: &NotReadReport) -> (String, String) {
    let mut parts = vec![record.what.clone()];
    parts.extend(record.date.clone());
    parts.push(record.why.text().to_owned());
    (cds_cards::render::plain(&record.reference), parts.join(", "))
}

fn case(state: &State, ask: &Ask, basis: &crate::hooks::flow::Basis) -> Case {
    let knowledge = &state.advisor.evaluator.knowledge;
    let assessment = &basis.assessment;
    let option = chosen(ask, assessment);
    let (known, silent) = facts(assessment);
    Case {
        strip: strip(knowledge, assessment),
        drawing: drawing(knowledge, assessment),
        tumour: tumour(knowledge, assessment),
        groups: groups(knowledge, assessment),
        tree: tree(knowledge, assessment, &option),
        option,
        known,
        silent,
        missing: missing(knowledge, assessment),
        found: found(assessment),
        discrepancies: assessment.discrepancies.iter().map(words::misfit).collect(),
        problems: assessment
            .problems
            .iter()
            .map(|problem| (cds_cards::render::plain(&problem.place), problem.problem.clone()))
            .collect(),
        not_read: cds_cards::render::not_read(&assessment.not_read).unwrap_or_default(),
        not_read_records: assessment.not_read.iter().map(not_read_record).collect(),
        control: knowledge.catalogue.parse(&ask.fact).map(control),
        facts: knowledge
            .catalogue
            .facts()
            .map(|id| (id.as_str(), id.info().label.clone()))
            .collect(),
        moved: (!ask.supposed.is_empty()).then(|| moved(knowledge, &basis.facts, assessment, &ask.supposed)),
    }
}

/// The option that is asked for, else the first that the review names, else the first of all.
fn chosen(ask: &Ask, assessment: &cds_cards::Assessment) -> String {
    let asked = assessment.option(&ask.option).map(|option| &option.id);
    let places = assessment.pathway.iter().flat_map(|pathway| &pathway.places);
    let named = || {
        let mut places = places.filter(|place| place.place == Place::Named);
        places.next().map(|place| &place.option)
    };
    let first = || assessment.options.first().map(|option| &option.id);
    asked.or_else(named).or_else(first).cloned().unwrap_or_default()
}
