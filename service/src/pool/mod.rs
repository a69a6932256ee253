//! A small fixed pool of threads for what takes processor time, beside the threads that read and write connections.
//!
//! A job is a future that owns what it works on. It is polled on the threads of the pool only, and holds none while it
//! waits for something, such as a FHIR server. Small jobs have a thread to themselves, so that they do not wait behind
//! large ones; what cannot begin in time is refused before it has begun; a job that nobody waits for any more is asked
//! to stop (see [`fhir_profiles::stop`]) and dropped.

mod lane;
mod lanes;
mod task;
mod times;

use futures_util::FutureExt;
pub use lane::Lane;
use lanes::{Expected, Lanes};
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};
use task::{CURRENT, GoesOn, Task, Tell};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A job may wait for as many times what it takes itself, if that is longer than the limit for all.
const PATIENCE: u32 = 4;

/// A job was not begun, since it could not have ended in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// Told how long a job waited for a thread.
type Waited = Box<dyn Fn(Lane, Duration) + Send + Sync>;

/// The threads and what waits for them.
pub struct Pool(Arc<Shared>);

struct Shared {
    lanes: Mutex<Lanes>,
    /// Woken when something waits.
    waiting: Condvar,
    /// The longest that a job may be expected to wait.
    longest_wait: Duration,
    /// For each thread when what it does now was begun, in milliseconds since `epoch`; 0 while it waits.
    busy: Box<[AtomicU64]>,
    epoch: Instant,
    waited: Waited,
}

impl Pool {
    /// As many threads as there are processors, and two at least; `waited` is told of each job how long it waited.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn new(
        longest_wait: Duration,
        waited: impl Fn(Lane, Duration) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism()
            .map_or(2, NonZeroUsize::get)
            .max(2);
        Self::with_threads(threads, longest_wait, waited)
    }

    fn with_threads(
        threads: usize,
        longest_wait: Duration,
        waited: impl Fn(Lane, Duration) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            lanes: Mutex::new(Lanes::new(threads)),
            waiting: Condvar::new(),
            longest_wait,
            busy: (0..threads).map(|_| AtomicU64::new(0)).collect(),
            epoch: Instant::now(),
            waited: Box::new(waited),
        });
        for thread in 0..threads {
            let shared = Arc::clone(&shared);
            // Nobody waits for them at the end: what still runs then has been given up.
            std::thread::Builder::new()
                .name(format!("evaluation-{thread}"))
                .spawn(move || shared.work(thread))?;
        }
        Ok(Self(shared))
    }

    /// Does a job of so many bytes on the pool, and stops it when the caller does not wait for it any more. It has to
    /// end by `deadline`.
    ///
    /// # Errors
    /// [`Busy`] if it is not begun, since it could not end in time.
    ///
    /// # Panics
    /// With the panic of the job.
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        deadline: Instant,
        job: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Busy> {
        let (tell, told) = oneshot::channel();
        let work = async move {
            let done = AssertUnwindSafe(job).catch_unwind().await;
            // There may be nobody to tell: the caller has gone.
            Box::new(move || drop(tell.send(done))) as Tell
        };
        let task = self.0.begin(bytes, deadline, Box::pin(work))?;
        let _given_up = GivenUp(&self.0, &task);
        match told.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_never_begun) => Err(Busy),
        }
    }

    /// Whether a job of so many bytes could end by `deadline` if it came now: asked before its bytes are read.
    pub fn admits(&self, bytes: usize, deadline: Instant) -> bool {
        let now = Instant::now();
        let expected = self.0.lanes().expected(bytes, now);
        self.0.allowed_wait(expected, deadline, now).is_some()
    }

    /// Whether no thread has been at one piece of work for as long as this.
    pub fn goes_on(&self, longest: Duration) -> bool {
        let now = self.0.millis();
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        self.0
            .busy
            .iter()
            .all(|since| match since.load(Ordering::Relaxed) {
                0 => true,
                since => now.saturating_sub(since) < longest,
            })
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.lanes().closed = true;
        self.0.waiting.notify_all();
    }
}

/// The job at hand is of so many bytes, as it has turned out: from its next step on it waits with its like. Outside the
/// pool nothing.
pub async fn weighs(bytes: usize) {
    let changed = CURRENT.with_borrow(|task| task.as_ref().is_some_and(|task| task.grows_to(bytes)));
    let mut asked_again = !changed;
    poll_fn(|context| {
        if std::mem::replace(&mut asked_again, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The job at hand, asked to stop when it is dropped before it was done.
struct GivenUp<'a>(&'a Shared, &'a Arc<Task>);

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.1.stop.set();
        self.0.lanes().remove(self.1);
        self.1.give_up();
    }
}

impl GoesOn for Shared {
    fn again(&self, task: Arc<Task>) {
        self.lanes().add_again(task, Instant::now());
        self.waiting.notify_all();
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    /// How long a job may wait of which this is expected; nothing if it would wait longer. One that is alone is begun
    /// whatever is expected of it: else what was slow once would be refused for ever.
    fn allowed_wait(&self, expected: Expected, deadline: Instant, now: Instant) -> Option<Duration> {
        let left = deadline.saturating_duration_since(now);
        if expected.alone {
            return (!left.is_zero()).then_some(left);
        }
        let left = left.checked_sub(expected.own)?;
        let allowed = self.longest_wait.max(expected.own * PATIENCE).min(left);
        (expected.wait <= allowed && !left.is_zero()).then_some(allowed)
    }

    fn begin(self: &Arc<Self>, bytes: usize, deadline: Instant, work: task::Work) -> Result<Arc<Task>, Busy> {
        let now = Instant::now();
        let mut lanes = self.lanes();
        let expected = lanes.expected(bytes, now);
        let allowed = self.allowed_wait(expected, deadline, now).ok_or(Busy)?;
        let until = now + allowed;
        let task = Arc::new(Task::new(
            Arc::downgrade(self) as Weak<dyn GoesOn>,
            Handle::try_current().ok(),
            bytes,
            until,
            work,
        ));
        lanes.add(Arc::clone(&task), expected.own, now);
        drop(lanes);
        self.waiting.notify_all();
        Ok(task)
    }

    fn work(&self, thread: usize) {
        let Some(busy) = self.busy.get(thread) else { return };
        loop {
            let Some(next) = self.next(thread) else { return };
            let began = Instant::now();
            if let Some(queued) = next.fresh_since {
                (self.waited)(next.lane, began.saturating_duration_since(queued));
                if began > next.task.until {
                    next.task.give_up();
                    self.lanes().ended(&next, None);
                    continue;
                }
            }
            busy.store(self.millis(), Ordering::Relaxed);
            // A job catches its own panics; whatever else there may be must not cost the thread.
            let step = catch_unwind(AssertUnwindSafe(|| next.task.step())).unwrap_or(Poll::Ready(None));
            busy.store(0, Ordering::Relaxed);
            let spent = next.task.spent(began.elapsed());
            self.lanes().ended(&next, step.is_ready().then_some(spent));
            // Told once it counts for nothing any more: the caller's next job is not to wait behind this one.
            if let Poll::Ready(Some(tell)) = step {
                tell();
            }
            // Given up just when the thread left it: one of the two sees the other, since both have held the lanes.
            if next.task.stop.is_set() {
                next.task.give_up();
            }
        }
    }

    fn next(&self, thread: usize) -> Option<lanes::Next> {
        let mut lanes = self.lanes();
        loop {
            if lanes.closed {
                return None;
            }
            // The first thread is for small jobs alone.
            if let Some(next) = lanes.next(thread > 0, Instant::now()) {
                return Some(next);
            }
            lanes = self.waiting.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests;
