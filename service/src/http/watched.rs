//! What the metrics show of the state of the service, beside calls: its readiness, keys, certificate and room.

use super::state::State;
use super::tls::Tls;
use crate::telemetry::Reading;
use actix_web::web::Data;
use std::sync::{Arc, Weak};

/// Has the metrics show the state for as long as it is there.
pub(super) fn watch(state: &Data<State>) {
    let state = Arc::clone(state);
    let telemetry = state.telemetry.clone();
    telemetry.gauge(
        "cds.ready",
        "",
        "1 while calls can be answered, as /health/ready says.",
        of(&state, |state| {
            vec![Reading::plain(flag(state.readiness().is_ok()))]
        }),
    );
    telemetry.gauge(
        "cds.client.keys",
        "",
        "1 while keys of the client are there, so that its tokens can be verified.",
        of(&state, |state| {
            let clients = state.trust.keys().into_iter();
            let one = |(name, age): (String, Option<_>)| Reading::of(flag(age.is_some()), "cds.client", name);
            clients.map(one).collect()
        }),
    );
    telemetry.gauge(
        "cds.client.keys.age",
        "s",
        "Time since keys of the client were fetched, where they are fetched.",
        of(&state, |state| {
            let clients = state.trust.keys().into_iter();
            let one = |(name, age): (String, Option<std::time::Duration>)| {
                Some(Reading::of(age?.as_secs_f64(), "cds.client", name))
            };
            clients.filter_map(one).collect()
        }),
    );
    telemetry.gauge(
        "cds.replay.tokens",
        "",
        "Used tokens of the client that are remembered because they are still valid.",
        of(&state, |state| {
            let tokens = state.advisor.store.tokens().into_iter();
            let one = |(issuer, tokens): (String, i64)| {
                Some(Reading::of(
                    tokens as f64,
                    "cds.client",
                    state.trust.name_of(&issuer)?,
                ))
            };
            tokens.filter_map(one).collect()
        }),
    );
    telemetry.gauge(
        "cds.replay.capacity",
        "",
        "How many there is room for, of each client.",
        of(&state, |state| {
            vec![Reading::plain(state.advisor.store.token_capacity() as f64)]
        }),
    );
    telemetry.gauge(
        "cds.store.clock.ahead",
        "s",
        "How far the clock of the database is ahead of this machine's; 0 where both are one.",
        of(&state, |state| {
            vec![Reading::plain(state.advisor.store.clock_ahead())]
        }),
    );
    telemetry.gauge(
        "cds.synthetic",
        "",
        "1 for each step of the last synthetic call of a client that went well.",
        of(&state, |state| {
            let results = state.synthetic.all().into_iter();
            let one = |(client, step, well): (String, &'static str, bool)| {
                Reading::of(flag(well), "cds.client", client).and("cds.step", step)
            };
            results.map(one).collect()
        }),
    );
    telemetry.gauge(
        "cds.store.bridged",
        "",
        "1 while used tokens are remembered by this process alone.",
        of(&state, |state| {
            vec![Reading::plain(flag(state.advisor.store.is_bridged()))]
        }),
    );
    telemetry.gauge(
        "cds.certificate.expires",
        "s",
        "When the certificate of the service ends, in seconds since 1970.",
        of(&state, |state| {
            let ends = state.door.tls.as_ref().and_then(Tls::expires);
            ends.map(|second| Reading::plain(second as f64))
                .into_iter()
                .collect()
        }),
    );
}

fn flag(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Readings of the state; none when it is gone.
fn of(
    state: &Arc<State>,
    read: fn(&State) -> Vec<Reading>,
) -> impl Fn() -> Vec<Reading> + Send + Sync + 'static {
    let state: Weak<State> = Arc::downgrade(state);
    move || state.upgrade().map(|state| read(&state)).unwrap_or_default()
}
