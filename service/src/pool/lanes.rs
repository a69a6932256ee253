//! What waits for a thread, in which order, and how long it will wait.

use super::lane::Lane;
use super::task::Task;
use super::times::Times;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A large job that has waited so long goes before small ones, on the threads that take both.
const AGED: Duration = Duration::from_millis(100);

/// The queues of the pool.
pub(super) struct Lanes {
    small: VecDeque<Waiting>,
    large: VecDeque<Waiting>,
    /// What threads are at: a task, what is expected of it, and since when.
    running: Vec<(Arc<Task>, Duration, Instant)>,
    threads: usize,
    times: Times,
    /// Whether the pool has ended.
    pub(super) closed: bool,
}

struct Waiting {
    task: Arc<Task>,
    /// What it is expected to take.
    own: Duration,
    since: Instant,
    /// Whether it has begun before.
    begun: bool,
}

/// What a job that comes now has to expect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    /// How long it will wait for a thread.
    pub(super) wait: Duration,
    /// How long it will take.
    pub(super) own: Duration,
    /// Whether nothing of its lane waits or is under way.
    pub(super) alone: bool,
}

/// What a thread does next.
pub(super) struct Next {
    pub(super) task: Arc<Task>,
    pub(super) lane: Lane,
    /// Since when it has waited, unless it has begun before.
    pub(super) fresh_since: Option<Instant>,
}

impl Lanes {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            small: VecDeque::new(),
            large: VecDeque::new(),
            running: Vec::new(),
            threads,
            times: Times::new(),
            closed: false,
        }
    }

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<Waiting> {
        match lane {
            Lane::Small => &mut self.small,
            Lane::Large => &mut self.large,
        }
    }

    /// What has to be expected of a job of so many bytes: the time of what stands before it in its lane and of what is
    /// under way, over the threads that are its lane's; but no less than the first of its lane has waited already.
    pub(super) fn expected(&self, bytes: usize, now: Instant) -> Expected {
        let lane = Lane::of(bytes);
        let own = self.times.expected(bytes);
        let (queue, threads) = match lane {
            Lane::Small => (
                &self.small,
                self.threads - self.running_large().min(self.threads - 1),
            ),
            Lane::Large => (&self.large, (self.threads - 1).max(1)),
        };
        let before: Duration = queue.iter().map(|waiting| waiting.own).sum();
        let of_lane = self.running.iter().filter(|(task, ..)| task.lane() == lane);
        let running = of_lane.clone().count();
        let is_full = running >= threads;
        let under_way: Duration = of_lane
            .map(|(_, own, since)| own.saturating_sub(now.saturating_duration_since(*since)))
            .sum();
        let threads = u32::try_from(threads).unwrap_or(u32::MAX).max(1);
        let ahead = if queue.is_empty() && !is_full {
            Duration::ZERO
        } else {
            (before + under_way) / threads
        };
        let waited = queue.iter().find(|waiting| !waiting.begun);
        let waited = waited.map_or(Duration::ZERO, |first| now.saturating_duration_since(first.since));
        Expected {
            wait: ahead.max(waited),
            own,
            alone: queue.is_empty() && running == 0,
        }
    }

    fn running_large(&self) -> usize {
        let large = |(task, ..): &&(Arc<Task>, Duration, Instant)| task.lane() == Lane::Large;
        self.running.iter().filter(large).count()
    }

    /// A new job waits.
    pub(super) fn add(&mut self, task: Arc<Task>, own: Duration, now: Instant) {
        let lane = task.lane();
        self.lane(lane).push_back(Waiting {
            task,
            own,
            since: now,
            begun: false,
        });
    }

    /// A job that has begun waits for a thread again.
    pub(super) fn add_again(&mut self, task: Arc<Task>, now: Instant) {
        let (lane, own) = (task.lane(), self.times.expected(task.bytes()));
        self.lane(lane).push_front(Waiting {
            task,
            own,
            since: now,
            begun: true,
        });
    }

    /// A job that nobody waits for does not wait either.
    pub(super) fn remove(&mut self, task: &Arc<Task>) {
        for lane in Lane::ALL {
            self.lane(lane)
                .retain(|waiting| !Arc::ptr_eq(&waiting.task, task));
        }
    }

    /// The next job for a thread, which takes large ones or not.
    pub(super) fn next(&mut self, takes_large: bool, now: Instant) -> Option<Next> {
        let aged = self
            .large
            .front()
            .is_some_and(|first| now.saturating_duration_since(first.since) > AGED);
        let large_first = takes_large && (aged || self.small.is_empty());
        let lane = if large_first && !self.large.is_empty() {
            Lane::Large
        } else {
            Lane::Small
        };
        let waiting = self.lane(lane).pop_front()?;
        self.running.push((Arc::clone(&waiting.task), waiting.own, now));
        Some(Next {
            task: waiting.task,
            lane,
            fresh_since: (!waiting.begun).then_some(waiting.since),
        })
    }

    /// A thread has left a job, which took so long if it is over.
    pub(super) fn ended(&mut self, next: &Next, spent: Option<Duration>) {
        if let Some(at) = self
            .running
            .iter()
            .position(|(task, ..)| Arc::ptr_eq(task, &next.task))
        {
            self.running.swap_remove(at);
        }
        if let Some(spent) = spent.filter(|_| !next.task.stop.is_set()) {
            self.times.took(next.task.bytes(), spent);
        }
    }
}
