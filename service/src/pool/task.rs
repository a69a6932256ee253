//! One job of the pool: a future and where it stands.

use super::lane::Lane;
use fhir_profiles::stop::{Stop, within};
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// Tells whoever waits for a job what it gave.
pub(super) type Tell = Box<dyn FnOnce() + Send>;
/// What a job does.
pub(super) type Work = Pin<Box<dyn Future<Output = Tell> + Send>>;

thread_local! {
    /// The job that this thread is at.
    pub(super) static CURRENT: RefCell<Option<Arc<Task>>> = const { RefCell::new(None) };
}

/// It waits for something.
const IDLE: u8 = 0;
/// It waits for a thread.
const QUEUED: u8 = 1;
/// A thread is at it.
const RUNNING: u8 = 2;
/// A thread is at it, and it is to go on after that.
const WOKEN: u8 = 3;
/// It is over.
const DONE: u8 = 4;

/// Where a job goes on that has waited for something.
pub(super) trait GoesOn: Send + Sync {
    /// It goes on before those of its lane that have not begun.
    fn again(&self, task: Arc<Task>);
}

/// A job.
pub(super) struct Task {
    pool: Weak<dyn GoesOn>,
    /// The runtime of the sockets and timers that it waits for.
    runtime: Option<Handle>,
    bytes: AtomicUsize,
    /// By when it has to have begun.
    pub(super) until: Instant,
    pub(super) stop: Stop,
    work: Mutex<Option<Work>>,
    state: AtomicU8,
    /// Time that threads have spent on it, in microseconds.
    micros: AtomicU64,
}

impl Task {
    pub(super) fn new(
        pool: Weak<dyn GoesOn>,
        runtime: Option<Handle>,
        bytes: usize,
        until: Instant,
        work: Work,
    ) -> Self {
        Self {
            pool,
            runtime,
            bytes: AtomicUsize::new(bytes),
            until,
            stop: Stop::default(),
            work: Mutex::new(Some(work)),
            state: AtomicU8::new(QUEUED),
            micros: AtomicU64::new(0),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn lane(&self) -> Lane {
        Lane::of(self.bytes())
    }

    /// It is larger than it looked; whether it has to wait with others for that.
    pub(super) fn grows_to(&self, bytes: usize) -> bool {
        let before = self.bytes.fetch_max(bytes, Ordering::Relaxed);
        Lane::of(before) != Lane::of(before.max(bytes))
    }

    /// Adds the time of a step to what was spent.
    pub(super) fn spent(&self, step: Duration) -> Duration {
        let micros = u64::try_from(step.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(
            self.micros
                .fetch_add(micros, Ordering::Relaxed)
                .saturating_add(micros),
        )
    }

    /// Goes on until the job has to wait for something or is over: done, with whom to tell, or given up.
    pub(super) fn step(self: &Arc<Self>) -> Poll<Option<Tell>> {
        self.state.store(RUNNING, Ordering::Release);
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let step = match work.as_mut() {
            Some(future) => match self.poll(future.as_mut()) {
                Poll::Ready(tell) => Poll::Ready(Some(tell)),
                Poll::Pending if self.stop.is_set() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            },
            None => Poll::Ready(None),
        };
        if step.is_ready() {
            self.state.store(DONE, Ordering::Release);
            // What it works on goes with it, on this thread.
            work.take();
            return step;
        }
        drop(work);
        let waits = self
            .state
            .compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
        if waits.is_err() {
            self.state.store(QUEUED, Ordering::Release);
            self.goes_on();
        }
        Poll::Pending
    }

    fn poll(self: &Arc<Self>, work: Pin<&mut (dyn Future<Output = Tell> + Send)>) -> Poll<Tell> {
        let waker = Waker::from(Arc::clone(self));
        let _runtime = self.runtime.as_ref().map(Handle::enter);
        let _current = Current::set(Arc::clone(self));
        within(&self.stop, || work.poll(&mut Context::from_waker(&waker)))
    }

    fn goes_on(self: &Arc<Self>) {
        if let Some(pool) = self.pool.upgrade() {
            pool.again(Arc::clone(self));
        }
    }

    /// Drops what it would do, unless a thread is at it, which does so as soon as it stops.
    pub(super) fn give_up(&self) {
        self.stop.set();
        if let Ok(mut work) = self.work.try_lock() {
            self.state.store(DONE, Ordering::Release);
            work.take();
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            let next = match state {
                IDLE => QUEUED,
                RUNNING => WOKEN,
                _ => return,
            };
            match self
                .state
                .compare_exchange_weak(state, next, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) if next == QUEUED => return self.goes_on(),
                Ok(_) => return,
                Err(now) => state = now,
            }
        }
    }
}

/// The job at hand of this thread, until it is dropped.
struct Current;

impl Current {
    fn set(task: Arc<Task>) -> Self {
        CURRENT.replace(Some(task));
        Self
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        CURRENT.take();
    }
}
