//! How long a call without prefetch takes.

use crate::setup::{WITH_PNET, WITHOUT_PNET, answer, call, prefetched, reading};
use acceptance::scripted_fhir::{ScriptedFhir, Step};
use std::time::Duration;

const DELAY: Duration = Duration::from_millis(100);
/// What a shared machine may add; the promise itself, 10 ms, is read off the printed figures. A round more would be more.
const MORE: Duration = Duration::from_millis(80);

fn slow() -> ScriptedFhir {
    ScriptedFhir::start(|_, seen| {
        let mut steps = vec![Step::Wait(DELAY)];
        steps.extend(answer(seen));
        steps
    })
    .unwrap()
}

#[test]
fn a_call_without_prefetch_takes_the_gate_and_one_round_of_searches() {
    let server = slow();
    let service = reading(&server);
    let best = |call: &serde_json::Value| {
        let times = (0..7).map(|_| service.hook(call).took);
        times.min().unwrap()
    };
    let evaluation = best(&prefetched(&server.base(), WITH_PNET));
    let fetched = best(&call(&server.base(), WITH_PNET));
    let gate = best(&call(&server.base(), WITHOUT_PNET));
    println!("all prefetched: {evaluation:?}; nothing: {fetched:?}; nothing, and no PNET: {gate:?}");
    assert!(gate >= DELAY && gate < DELAY + evaluation + MORE, "{gate:?}");
    assert!(
        fetched >= 2 * DELAY && fetched < 2 * DELAY + evaluation + MORE,
        "{fetched:?}"
    );
}
