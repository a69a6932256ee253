//! Work that is spread over threads and comes out in the order in which it went in, with no more of it under way than threads.

use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Has `jobs` threads take what `next` gives, work on it, and hand it to `take`, each in its turn, until there is nothing
/// left or `take` wants no more. Each thread has something of its own to work with.
pub(super) fn ordered<T, S: Default, R>(
    jobs: usize,
    next: impl FnMut(T) -> Option<T> + Send,
    work: impl Fn(&T, &mut S) -> R + Sync,
    take: impl FnMut(&T, R) -> ControlFlow<()> + Send,
) where
    T: Default + Send,
{
    let next = Mutex::new(Next { number: 0, next });
    let take = Mutex::new(take);
    let turn = Turn::default();
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let mut item = T::default();
                let mut own = S::default();
                loop {
                    let number = {
                        let mut next = lock(&next);
                        if turn.is_over() {
                            return;
                        }
                        match (next.next)(std::mem::take(&mut item)) {
                            Some(found) => item = found,
                            None => return,
                        }
                        next.number += 1;
                        next.number - 1
                    };
                    // Passed on however the work ends, or the others would wait for ever.
                    let mine = Mine { turn: &turn, number };
                    let result = work(&item, &mut own);
                    mine.wait();
                    if !turn.is_over() && lock(&take)(&item, result).is_break() {
                        turn.end();
                    }
                }
            });
        }
    });
}

struct Next<F> {
    number: u64,
    next: F,
}

/// Whose turn it is.
#[derive(Default)]
struct Turn {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    number: u64,
    over: bool,
}

impl Turn {
    fn is_over(&self) -> bool {
        lock(&self.state).over
    }

    fn end(&self) {
        lock(&self.state).over = true;
    }
}

struct Mine<'t> {
    turn: &'t Turn,
    number: u64,
}

impl Mine<'_> {
    fn wait(&self) {
        let mut state = lock(&self.turn.state);
        while state.number != self.number {
            state = self
                .turn
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Mine<'_> {
    fn drop(&mut self) {
        self.wait();
        lock(&self.turn.state).number += 1;
        self.turn.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn numbers(jobs: usize, until: u64) -> Vec<u64> {
        let mut left = 0_u64..1000;
        let mut taken = Vec::new();
        ordered(
            jobs,
            |_| left.next(),
            |number, (): &mut ()| {
                thread::sleep(std::time::Duration::from_micros(number % 7));
                number * 2
            },
            |_, double| {
                taken.push(double);
                match double / 2 == until {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            },
        );
        taken
    }

    #[test]
    fn what_comes_out_has_the_order_of_what_went_in_and_ends_when_nobody_wants_more() {
        for jobs in [1, 2, 8] {
            let all: Vec<u64> = (0..1000).map(|number| number * 2).collect();
            assert_eq!(numbers(jobs, 1000), all);
            assert_eq!(numbers(jobs, 500), all[..501]);
        }
    }

    #[test]
    fn a_thread_that_fails_does_not_hold_up_the_others_for_ever() {
        let mut left = 0_u64..100;
        let failed = catch_unwind(AssertUnwindSafe(|| {
            ordered(
                4,
                |_| left.next(),
                |number, (): &mut ()| assert_ne!(*number, 50),
                |_, ()| ControlFlow::Continue(()),
            );
        }));
        assert!(failed.is_err());
    }
}
