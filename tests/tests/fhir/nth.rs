//! The n-th request of a fetch fails, for every n and every fault: what is called complete is what a healthy server
//! gives.

use crate::setup::{base, client, patient, search, token};
use acceptance::scripted_fhir::fhir::{self, CONDITION_PAGES, PATIENT};
use acceptance::scripted_fhir::{Fault, ScriptedFhir};
use pnet_cds::fhir_client::{Access, FetchState, Fetched, FhirClient, Query};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The deadline of these fetches; many run at once, so it is generous in what it allows to be done in time.
const DEADLINE: Duration = Duration::from_millis(600);

fn queries() -> Vec<Query> {
    let mut all = vec![patient()];
    all.extend(["Condition", "Observation", "Procedure", "MedicationRequest"].map(search));
    all
}

/// Requests of a fetch without fault.
const REQUESTS: usize = 4 + CONDITION_PAGES;

async fn fetch(client: &FhirClient, server: &ScriptedFhir) -> (Vec<Fetched>, Duration) {
    let (base, token) = (base(server), token());
    let access = Access::new(&base, Some(&token), PATIENT);
    let start = Instant::now();
    let fetched = client.fetch(&access, &queries(), start + DEADLINE).await;
    (fetched, start.elapsed())
}

fn texts(fetched: &Fetched) -> Vec<String> {
    fetched
        .state
        .pages()
        .iter()
        .map(|page| page.text().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nth_request_fails_in_every_way_and_nothing_incomplete_is_called_complete() {
    let client = client();
    let canary = ScriptedFhir::healthy().unwrap();
    let healthy = ScriptedFhir::healthy().unwrap();
    let (good, _) = fetch(&client, &healthy).await;
    assert_eq!(healthy.seen().len(), REQUESTS);
    let good: BTreeMap<String, Vec<String>> = good
        .iter()
        .map(|one| {
            assert!(matches!(one.state, FetchState::Complete(_)), "{one:?}");
            (one.key.clone(), texts(one))
        })
        .collect();
    for n in 1..=REQUESTS {
        // One server for each fault, all at the same time: most of the time is spent waiting.
        for some in Fault::ALL.chunks(12) {
            let runs = some
                .iter()
                .map(|fault| one_fault(&client, &canary, n, *fault, &good));
            futures_join(runs).await;
        }
    }
    assert_eq!(canary.connections(), 0, "the canary was contacted");
}

async fn one_fault(
    client: &FhirClient,
    canary: &ScriptedFhir,
    n: usize,
    fault: Fault,
    good: &BTreeMap<String, Vec<String>>,
) {
    let address = canary.base();
    let server = ScriptedFhir::start(move |number, seen| match number == n {
        true => fault.steps(number, seen, &address),
        false => fhir::healthy(seen),
    })
    .unwrap();
    let (fetched, took) = fetch(client, &server).await;
    let place = format!("{fault:?} at request {n}");
    // The exact promise is held by the fault table; here many fetches share two processors.
    assert!(took <= DEADLINE + Duration::from_millis(500), "{place}: {took:?}");
    assert_eq!(fetched.len(), good.len(), "{place}");
    let mut hurt = 0;
    for one in &fetched {
        let whole = &good[&one.key];
        match &one.state {
            // A page too many (`EndlessPages`, once, leads back to healthy pages) is no loss; one that is missing is.
            FetchState::Complete(_) => {
                let got = texts(one);
                assert!(
                    whole.iter().all(|page| got.contains(page)),
                    "{place}: {} lacks pages: {got:?}",
                    one.key
                );
            }
            FetchState::Partial { pages, .. } => {
                hurt += 1;
                assert!(!pages.is_empty(), "{place}");
            }
            FetchState::Failed(_) => hurt += 1,
        }
    }
    assert!(hurt <= 1, "{place}: one fault hurt {hurt} queries");
    // What passes, what another form of the search may mend, and a link that leads back to healthy pages.
    let harmless = matches!(
        fault,
        Fault::Close
            | Fault::Reset
            | Fault::NotHttp
            | Fault::Status(400 | 403 | 404 | 422 | 429 | 502..=504)
            | Fault::NextInCircle
            | Fault::EndlessPages
    );
    assert!(
        hurt == 1 || harmless,
        "{place} was not noticed: {:?}",
        server.seen()
    );
}

async fn futures_join<F: Future<Output = ()>>(runs: impl Iterator<Item = F>) {
    let mut runs: Vec<_> = runs.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        runs.retain_mut(|run| run.as_mut().poll(context).is_pending());
        if runs.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
