//! Connections that have not sent a whole request yet: so many at most, of which the oldest are cut off, since whoever
//! means it is done in milliseconds.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The connections of all workers that are half open.
#[derive(Debug)]
pub(crate) struct Arrivals {
    most: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_age: BTreeMap<u64, Arc<Cut>>,
}

/// Whether a connection is to be closed.
#[derive(Debug, Default)]
struct Cut {
    is_set: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Arrival {
    arrivals: Arc<Arrivals>,
    number: u64,
    cut: Arc<Cut>,
}

impl Arrivals {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            open: Mutex::default(),
        })
    }

    /// One more; if there are too many with it, the oldest is cut off.
    pub(crate) fn arrive(self: &Arc<Self>) -> Arrival {
        let cut = Arc::new(Cut::default());
        let (number, oldest) = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let number = open.next;
            open.next += 1;
            open.by_age.insert(number, Arc::clone(&cut));
            let oldest = if open.by_age.len() > self.most {
                open.by_age.pop_first()
            } else {
                None
            };
            (number, oldest)
        };
        if let Some((_, oldest)) = oldest {
            oldest.is_set.store(true, Ordering::Release);
            let waiting = oldest
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(waker) = waiting {
                waker.wake();
            }
        }
        Arrival {
            arrivals: Arc::clone(self),
            number,
            cut,
        }
    }
}

impl Arrival {
    /// Ready once it is to be closed.
    pub(super) fn poll_cut(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.cut.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.cut.is_set.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        match &mut *waiting {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    /// Waits until it is to be closed.
    pub(crate) async fn is_cut(&self) {
        poll_fn(|context| self.poll_cut(context)).await;
    }

    pub(super) fn arrivals(&self) -> Arc<Arrivals> {
        Arc::clone(&self.arrivals)
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut open = self.arrivals.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.by_age.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cut(arrival: &Arrival) -> bool {
        arrival
            .poll_cut(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    #[test]
    fn of_too_many_that_are_half_open_the_oldest_is_cut_off() {
        let arrivals = Arrivals::new(2);
        let (first, second) = (arrivals.arrive(), arrivals.arrive());
        assert!(!is_cut(&first) && !is_cut(&second));
        let third = arrivals.arrive();
        assert_eq!([&first, &second, &third].map(is_cut), [true, false, false]);
        // One that has sent its request makes room.
        drop(second);
        let fourth = arrivals.arrive();
        assert_eq!([&third, &fourth].map(is_cut), [false, false]);
        drop(arrivals.arrive());
        assert_eq!([&third, &fourth].map(is_cut), [true, false]);
    }
}
