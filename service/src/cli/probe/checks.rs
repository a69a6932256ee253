//! Whether the server honours what the searches rely on: patient, code, `_count` and `_sort`.

use super::asked::Probe;
use super::searched::Searched;
use super::views::{self, Resource};
use crate::cli::ended::Ended;
use crate::fhir_client::{FetchState, Fetched, FhirClient, Query};
use crate::query_text;
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::json::Document;
use serde::Serialize;
use std::collections::BTreeSet;

/// A patient that no server has.
const NOBODY: &str = "pnet-cds-probe-nobody";
/// A code that no record has.
const NO_CODE: &str = "https://pnet-cds.github.io/fhir/CodeSystem/facts|pnet-cds-probe-no-such-code";

/// One check.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) what: String,
    pub(super) result: Honour,
    /// What was seen.
    pub(super) seen: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Honour {
    /// As it should be.
    Honoured,
    /// The server does something else than asked for.
    NotHonoured,
    /// The data do not allow to tell.
    NotTold,
}

/// Observations and Procedures of the patient without a filter by code.
pub(super) struct Wide {
    pub(super) fetched: Vec<Fetched>,
}

impl Wide {
    fn resources(&self, probe: &Probe<'_>) -> Vec<Resource> {
        resources(probe, &self.fetched)
    }
}

/// The resources of searches that brought this patient's data only.
pub(super) fn resources(probe: &Probe<'_>, fetched: &[Fetched]) -> Vec<Resource> {
    let own = fetched
        .iter()
        .map(|fetched| fetched.state.pages())
        .filter(|pages| is_of_patient(probe, pages));
    own.flat_map(views::resources).collect()
}

/// Searches without a code, within the caps of the settings.
pub(super) async fn wide(probe: &Probe<'_>, client: &FhirClient) -> Wide {
    let patient = &probe.patient;
    let queries: Vec<Query> = [
        (
            "all observations",
            format!("Observation?patient={patient}&_sort=-date&_count=200"),
        ),
        (
            "all procedures",
            format!("Procedure?patient={patient}&_count=200"),
        ),
    ]
    .into_iter()
    .filter_map(|(key, text)| Query::new(key, &text).ok())
    .collect();
    Wide {
        fetched: probe.fetch(client, patient, &queries).await,
    }
}

/// Whether the pages hold nothing of another patient, by whichever one address or by those of the server.
pub(super) fn is_of_patient(probe: &Probe<'_>, pages: &[Document<'_>]) -> bool {
    let finishes = |addresses: &[&str]| {
        let mut chart = ChartBuilder::new(Some(&probe.patient)).served_by(addresses.iter().copied());
        for page in pages {
            chart.add(page.root());
        }
        chart.finish().is_ok()
    };
    finishes(&[]) || finishes(&probe.base.addresses().collect::<Vec<_>>())
}

/// The addresses by which records name their patient although they are none of the server's.
pub(super) fn unknown_addresses(probe: &Probe<'_>, fetched: &[Fetched]) -> BTreeSet<String> {
    let all = fetched.iter().map(|fetched| fetched.state.pages());
    all.flat_map(views::resources)
        .filter_map(|resource| resource.address_of_patient())
        .filter(|address| !probe.base.admits(address))
        .collect()
}

/// Runs every check; what concerns one search is also noted there.
pub(super) async fn run(
    probe: &Probe<'_>,
    client: &FhirClient,
    wide: &Wide,
    fetched: &[Fetched],
    searches: &mut [Searched],
) -> Result<Vec<Check>, Ended> {
    let once = probe.client(1)?;
    let patient = &probe.patient;
    let observations = wide.fetched.first();
    let mut checks = vec![
        own_patient(probe, wide, fetched, searches),
        own_address(probe, fetched),
    ];
    for kind in ["Observation", "Condition"] {
        let query = format!("{kind}?patient={NOBODY}");
        let got = one(probe, &once, NOBODY, &query).await;
        let found = got.map(|pages| views::resources(&pages).len());
        checks.push(none_expected(
            format!("{kind}: a `patient` that does not exist has nothing"),
            found,
            "resources of others",
        ));
    }
    for kind in ["Observation", "Procedure"] {
        let query = format!("{kind}?patient={patient}&code={NO_CODE}");
        let got = one(probe, &once, patient, &query).await;
        let found = got.map(|pages| views::resources(&pages).len());
        checks.push(none_expected(
            format!("{kind}: a `code` that no record has finds nothing"),
            found,
            "resources with other codes",
        ));
    }
    let all = observations.map(|fetched| views::resources(fetched.state.pages()));
    let all = all.unwrap_or_default();
    let got = one(
        probe,
        &once,
        patient,
        &format!("Observation?patient={patient}&_count=1"),
    )
    .await;
    let learnt = client.learnt(&probe.base);
    let left_out = |name: &str, check: Check| match learnt.without.contains(&name) {
        true => Check {
            result: Honour::NotTold,
            seen: "left out, since the server refused a search with it".to_owned(),
            ..check
        },
        false => check,
    };
    let found = got.map(|pages| views::resources(&pages).len());
    checks.push(left_out("_count", count(found, all.len())));
    checks.push(left_out("_sort", sorted(&all)));
    checks.push(codes(&wide.resources(probe), fetched, searches));
    Ok(checks)
}

async fn one(
    probe: &Probe<'_>,
    client: &FhirClient,
    patient: &str,
    query: &str,
) -> Option<Vec<Document<'static>>> {
    let query = Query::new("check", query).ok()?;
    match probe.fetch(client, patient, &[query]).await.pop()?.state {
        FetchState::Complete(pages) | FetchState::Partial { pages, .. } => Some(pages),
        FetchState::Failed(_) => None,
    }
}

fn own_patient(probe: &Probe<'_>, wide: &Wide, fetched: &[Fetched], searches: &mut [Searched]) -> Check {
    let mut foreign = Vec::new();
    for (fetched, searched) in fetched.iter().zip(searches) {
        if !is_of_patient(probe, fetched.state.pages()) {
            searched
                .notes
                .push("holds another patient's data: a call is refused with 412".to_owned());
            foreign.push(searched.key.clone());
        }
    }
    for fetched in &wide.fetched {
        if !is_of_patient(probe, fetched.state.pages()) {
            foreign.push(fetched.key.clone());
        }
    }
    let answered = fetched
        .iter()
        .chain(&wide.fetched)
        .any(|one| !one.state.pages().is_empty());
    Check {
        what: "`patient`: every answer is of this patient".to_owned(),
        result: match (foreign.is_empty(), answered) {
            (false, _) => Honour::NotHonoured,
            (true, true) => Honour::Honoured,
            (true, false) => Honour::NotTold,
        },
        seen: match (foreign.is_empty(), answered) {
            (false, _) => format!("another patient's data in: {}", foreign.join(", ")),
            (true, true) => "no other patient".to_owned(),
            (true, false) => "no answer".to_owned(),
        },
    }
}

fn own_address(probe: &Probe<'_>, fetched: &[Fetched]) -> Check {
    let unknown: Vec<String> = unknown_addresses(probe, fetched).into_iter().collect();
    let any = fetched.iter().any(|one| !one.state.pages().is_empty());
    let (result, seen) = match (unknown.is_empty(), any) {
        (true, true) => (Honour::Honoured, "no other address".to_owned()),
        (true, false) => (Honour::NotTold, "no answer".to_owned()),
        (false, _) => (
            Honour::NotHonoured,
            format!(
                "{}: a call is refused with 412 until `clients.fhir_aliases` names it",
                unknown.join(", ")
            ),
        ),
    };
    Check {
        what: "references name the patient at this server".to_owned(),
        result,
        seen,
    }
}

fn none_expected(what: String, found: Option<usize>, of_what: &str) -> Check {
    let (result, seen) = match found {
        None => (Honour::NotTold, "the search failed".to_owned()),
        Some(0) => (Honour::Honoured, "nothing".to_owned()),
        Some(found) => (Honour::NotHonoured, format!("{found} {of_what}")),
    };
    Check { what, result, seen }
}

fn count(found: Option<usize>, all: usize) -> Check {
    let (result, seen) = match found {
        None => (Honour::NotTold, "the search failed".to_owned()),
        Some(found) if found > 1 => (Honour::NotHonoured, format!("{found} on the first page")),
        Some(_) if all < 2 => (Honour::NotTold, format!("{all} Observations in all")),
        Some(found) => (
            Honour::Honoured,
            format!("{found} on the first page, {all} in all"),
        ),
    };
    Check {
        what: "`_count=1` makes pages of one".to_owned(),
        result,
        seen,
    }
}

/// Dates of one length compare as texts; others are left out, since they need not be comparable.
fn sorted(all: &[Resource]) -> Check {
    let days: Vec<&str> = all
        .iter()
        .filter_map(|resource| resource.effective_date_time.as_deref()?.get(..10))
        .collect();
    let distinct: BTreeSet<&&str> = days.iter().collect();
    let falling = days.is_sorted_by(|a, b| a >= b);
    let (result, seen) = match (distinct.len(), falling) {
        (0 | 1, _) => (Honour::NotTold, "fewer than two dates".to_owned()),
        (count, true) => (Honour::Honoured, format!("{count} dates, newest first")),
        (count, false) => (Honour::NotHonoured, format!("{count} dates in another order")),
    };
    Check {
        what: "`_sort=-date` brings the newest first".to_owned(),
        result,
        seen,
    }
}

/// Compares searches by code with the search without one.
fn codes(all: &[Resource], fetched: &[Fetched], searches: &mut [Searched]) -> Check {
    let mut outside = 0usize;
    let mut lost = 0usize;
    let mut compared = 0usize;
    for (fetched, searched) in fetched.iter().zip(searches) {
        let Some((kind, tokens)) = tokens(&searched.query) else {
            continue;
        };
        let has_code = |resource: &Resource| {
            let mut codings = resource.code.iter().flat_map(|code| code.codings());
            codings.any(|coding| tokens.contains(&token(coding)))
        };
        let got = views::resources(fetched.state.pages());
        let ids: BTreeSet<String> = got.iter().map(Resource::reference).collect();
        let strangers = got.iter().filter(|resource| !has_code(resource)).count();
        let missing: Vec<String> = all
            .iter()
            .filter(|resource| resource.resource_type == kind && has_code(resource))
            .map(Resource::reference)
            .filter(|reference| !ids.contains(reference))
            .collect();
        compared += got.len() + missing.len();
        outside += strangers;
        if strangers > 0 {
            searched
                .notes
                .push(format!("{strangers} resources have none of the codes asked for"));
        }
        if matches!(fetched.state, FetchState::Complete(_)) && !missing.is_empty() {
            lost += missing.len();
            searched.notes.push(format!(
                "leaves out by `code` what has such a code: {}",
                missing.join(", ")
            ));
        }
    }
    let (result, seen) = match (compared, outside, lost) {
        (0, ..) => (Honour::NotTold, "no resource to compare".to_owned()),
        (_, 0, 0) => (Honour::Honoured, format!("{compared} resources compared")),
        _ => (
            Honour::NotHonoured,
            format!("{outside} resources with other codes, {lost} left out that have one of the codes"),
        ),
    };
    Check {
        what: "`code` finds what has the code, and nothing else".to_owned(),
        result,
        seen,
    }
}

/// Type and tokens of a search by code, each as the query writes it.
fn tokens(query: &str) -> Option<(&str, BTreeSet<String>)> {
    let (kind, parameters) = query.split_once('?')?;
    let codes = parameters
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("code="))?;
    Some((kind, codes.split(',').map(str::to_owned).collect()))
}

fn token(coding: &views::Coding) -> String {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    query_text::token(&text(&coding.system), &text(&coding.code))
}
