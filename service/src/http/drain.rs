//! The end of a service: not ready at once, answering on for a while, then done with what is in flight.

use super::state::State;
use actix_web::dev::Server;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::rt::{spawn, time};
use actix_web::web::Data;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;

/// Serves until SIGTERM or SIGINT.
///
/// After SIGTERM the service is not ready, so that proxies turn to others, and answers for `drain` those that have not
/// noticed yet, asking them to close their connections; a second SIGTERM ends that time. SIGINT, Ctrl-C, has none.
///
/// # Errors
/// If signals cannot be heard, or the server ends by a fault.
pub(super) async fn until_told(server: Server, state: Data<State>, drain: Duration) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Keys and certificates are read anew without being told, so this one asks for nothing; unheard it would end the process.
    let _hangup = signal(SignalKind::hangup())?;
    let handle = server.handle();
    let ending = spawn(async move {
        if wait(&mut terminate, &mut interrupt).await == SignalKind::terminate() && !drain.is_zero() {
            state.drain();
            tracing::info!(
                seconds = drain.as_secs_f64(),
                "told to end: not ready from now on"
            );
            select(
                pin!(time::sleep(drain)),
                pin!(wait(&mut terminate, &mut interrupt)),
            )
            .await;
        }
        handle.stop(true).await;
    });
    let served = server.await;
    ending.abort();
    served
}

/// The next of the two.
async fn wait(terminate: &mut Signal, interrupt: &mut Signal) -> SignalKind {
    match select(pin!(terminate.recv()), pin!(interrupt.recv())).await {
        Either::Left(_) => SignalKind::terminate(),
        Either::Right(_) => SignalKind::interrupt(),
    }
}
