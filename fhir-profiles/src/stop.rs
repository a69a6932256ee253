//! Giving up: work on a chart whose answer nobody waits for any more ends at the next look of its loops.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks one piece of work to end; clones are the same one. It knows no time: whoever has a clock sets it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on whatever runs [`within`] it ends soon, with a result that is worth nothing.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work is to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Does something that ends early if `stop` is set meanwhile.
pub fn within<T>(stop: &Stop, work: impl FnOnce() -> T) -> T {
    let _before = Before(CURRENT.replace(Some(stop.clone())));
    work()
}

/// Whether the work at hand is to end: one look a turn, in every loop whose length the data decide. Never so outside
/// [`within`].
pub fn is_wanted() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(Stop::is_set))
}

/// What was current before, which is so again in the end, whatever that is.
struct Before(Option<Stop>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_asked_to_end_only_within_the_stop_that_was_set() {
        let (outer, inner) = (Stop::default(), Stop::default());
        inner.set();
        assert!(!is_wanted());
        within(&outer, || {
            assert!(!is_wanted());
            within(&inner, || assert!(is_wanted()));
            assert!(!is_wanted());
            outer.clone().set();
            assert!(is_wanted());
        });
        assert!(!is_wanted());
    }

    #[test]
    fn a_panic_leaves_nothing_behind() {
        let stop = Stop::default();
        stop.set();
        let broken = std::panic::catch_unwind(|| within(&stop, || panic!("in the middle")));
        assert!(broken.is_err() && !is_wanted());
    }
}
