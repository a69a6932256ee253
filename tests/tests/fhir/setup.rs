//! What the tests of the FHIR client share.

use acceptance::scripted_fhir::ScriptedFhir;
use acceptance::scripted_fhir::fhir::PATIENT;
use pnet_cds::address::AllowedBase;
use pnet_cds::fhir_client::{Access, BearerToken, FetchState, Fetched, FhirClient, Query, Why};
use pnet_cds::settings::FhirSettings;
use std::time::{Duration, Instant};

/// Settings under which a cap is reached quickly and no circuit opens.
pub(crate) fn settings() -> FhirSettings {
    FhirSettings {
        deadline: Duration::from_millis(400),
        max_bundle_bytes: 256 << 10,
        max_resources: 100,
        max_pages: 10,
        circuit_failures: u32::MAX,
        ..FhirSettings::default()
    }
}

pub(crate) fn client() -> FhirClient {
    FhirClient::new(&settings()).unwrap()
}

pub(crate) fn base(server: &ScriptedFhir) -> AllowedBase {
    AllowedBase::parse(&server.base(), &[]).unwrap()
}

pub(crate) fn token() -> BearerToken {
    BearerToken::new("canary-token", Instant::now() + Duration::from_secs(60)).unwrap()
}

pub(crate) fn patient() -> Query {
    Query::new("patient", &format!("Patient/{PATIENT}")).unwrap()
}

pub(crate) fn search(kind: &str) -> Query {
    Query::new(kind, &format!("{kind}?patient={PATIENT}&_count=200")).unwrap()
}

/// Fetches with a token and the deadline of the settings.
pub(crate) async fn fetch(client: &FhirClient, server: &ScriptedFhir, queries: &[Query]) -> Vec<Fetched> {
    let (base, token) = (base(server), token());
    let access = Access::new(&base, Some(&token), PATIENT);
    client
        .fetch(&access, queries, Instant::now() + settings().deadline)
        .await
}

/// Fetches one query.
pub(crate) async fn fetch_one(client: &FhirClient, server: &ScriptedFhir, query: Query) -> Fetched {
    fetch(client, server, &[query]).await.pop().unwrap()
}

/// `complete 3`, `partial 1 page-cap` or `failed timeout`, with the number of whole pages.
pub(crate) fn brief(state: &FetchState) -> String {
    match state {
        FetchState::Complete(pages) => format!("complete {}", pages.len()),
        FetchState::Partial { pages, why } => format!("partial {} {}", pages.len(), why.code()),
        FetchState::Failed(why) => format!("failed {}", why.code()),
    }
}

pub(crate) fn failed(why: Why) -> String {
    brief(&FetchState::Failed(why))
}
