//! Whether the threads that serve connections go on: each says so every second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// The signs of life of all workers.
#[derive(Debug)]
pub(super) struct Pulse {
    epoch: Instant,
    /// When each worker was last alive, in milliseconds.
    workers: Mutex<Vec<Arc<AtomicU64>>>,
}

impl Pulse {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            workers: Mutex::default(),
        })
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Arc<AtomicU64>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Counts a worker from now on.
    fn join(self: &Arc<Self>) -> Worker {
        let beat = Arc::new(AtomicU64::new(self.now()));
        self.workers().push(Arc::clone(&beat));
        Worker {
            pulse: Arc::clone(self),
            beat,
        }
    }

    /// Has the worker whose thread this is say that it is alive, for as long as it serves.
    pub(super) fn of_this_worker(self: &Arc<Self>) {
        let worker = self.join();
        actix_web::rt::spawn(async move {
            loop {
                worker.beats();
                tokio::time::sleep(BEAT).await;
            }
        });
    }

    /// Whether every worker has been alive within this time.
    pub(super) fn goes_on(&self, longest: Duration) -> bool {
        let (now, longest) = (self.now(), u64::try_from(longest.as_millis()).unwrap_or(u64::MAX));
        let is_alive = |beat: &Arc<AtomicU64>| now.saturating_sub(beat.load(Ordering::Relaxed)) <= longest;
        self.workers().iter().all(is_alive)
    }
}

/// A worker; one that has ended is none that is stuck.
struct Worker {
    pulse: Arc<Pulse>,
    beat: Arc<AtomicU64>,
}

impl Worker {
    fn beats(&self) {
        self.beat.store(self.pulse.now(), Ordering::Relaxed);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.pulse.workers().retain(|beat| !Arc::ptr_eq(beat, &self.beat));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_that_is_stuck_is_seen_and_one_that_has_ended_is_not() {
        let pulse = Pulse::new();
        let (alive, stuck) = (pulse.join(), pulse.join());
        std::thread::sleep(Duration::from_millis(20));
        alive.beats();
        assert!(!pulse.goes_on(Duration::from_millis(10)));
        assert!(pulse.goes_on(Duration::from_secs(3600)));
        drop(stuck);
        alive.beats();
        assert!(pulse.goes_on(Duration::from_secs(3600)));
        assert_eq!(pulse.workers().len(), 1);
    }
}
