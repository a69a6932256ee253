//! What nothing may exceed: bytes, time, calls under way, connections.

use super::memory;
use super::room::Room;
use crate::settings::ClientSettings;
use crate::settings::Settings;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

/// The bounds of a service, and how much of them is used.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Bytes of one body.
    pub(super) body_limit: usize,
    /// What the bodies of all calls may have together.
    pub(super) room: Arc<Room>,
    /// From the first byte of a request to its answer.
    pub(super) request_deadline: Duration,
    /// How long a small body waits for room.
    pub(super) queue_deadline: Duration,
    pub(super) max_in_flight: usize,
    pub(super) in_flight: AtomicUsize,
    pub(super) max_connections: usize,
    /// Threads that serve connections, if that is set.
    pub(super) workers: Option<usize>,
    /// How long it answers on once it was told to end.
    pub(super) drain: Duration,
}

impl Bounds {
    /// As set, within the memory that the process may have.
    pub(super) fn new(settings: &Settings) -> Self {
        let memory = settings.memory_limit.or_else(memory::limit);
        Self {
            body_limit: settings.body_limit,
            room: Room::new(settings.body_limit, memory, callers(settings)),
            request_deadline: settings.request_deadline,
            queue_deadline: settings.queue_deadline,
            workers: settings.workers,
            max_in_flight: settings.max_in_flight,
            in_flight: AtomicUsize::new(0),
            max_connections: settings
                .max_connections
                .unwrap_or_else(|| memory::connections(memory)),
            drain: settings.drain,
        }
    }
}

/// Those whose bodies have a part of the room each: the large and the small ones of issuers, and of their tenants where
/// they have some.
fn callers(settings: &Settings) -> usize {
    let of_client = |client: &ClientSettings| client.tenants.len().max(1);
    2 * settings.clients.iter().map(of_client).sum::<usize>().max(1)
}
