//! How long jobs have taken lately, by their size.

use std::time::Duration;

/// Weight of the newest job in what is expected of the next.
const NEWEST: f64 = 0.125;

/// The recent time of jobs, for each power of two of their bytes.
#[derive(Debug)]
pub(super) struct Times([Option<f64>; usize::BITS as usize]);

fn class(bytes: usize) -> usize {
    bytes.max(1).ilog2() as usize
}

impl Times {
    /// Nothing was done yet.
    pub(super) fn new() -> Self {
        Self([None; usize::BITS as usize])
    }

    /// A job of so many bytes took so long.
    pub(super) fn took(&mut self, bytes: usize, time: Duration) {
        if let Some(known) = self.0.get_mut(class(bytes)) {
            let seconds = time.as_secs_f64();
            *known = Some(known.map_or(seconds, |known| known + NEWEST * (seconds - known)));
        }
    }

    /// What a job of so many bytes will take at least, as far as is known: as its like did, else as the next smaller
    /// ones did, else as the next larger ones did, in proportion; nothing before any was done. What a small job took it
    /// took for the most part for being a job: a larger one is not to be refused for a multiple of that.
    pub(super) fn expected(&self, bytes: usize) -> Duration {
        let class = class(bytes);
        let known = |at: usize| self.0.get(at).copied().flatten();
        let smaller = (0..=class).rev().find_map(known);
        let larger = (class..self.0.len()).find_map(|at| {
            let apart = i32::try_from(at - class).unwrap_or(i32::MAX);
            known(at).map(|seconds| seconds * 0.5_f64.powi(apart))
        });
        let seconds = smaller.or(larger).unwrap_or_default();
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(times: &Times, bytes: usize) -> u128 {
        times.expected(bytes).as_millis()
    }

    #[test]
    fn what_is_expected_is_what_was_measured_and_less_for_what_is_smaller() {
        let mut times = Times::new();
        assert_eq!(times.expected(1 << 20), Duration::ZERO);
        times.took(1 << 16, Duration::from_millis(8));
        assert_eq!(millis(&times, 1 << 16), 8);
        assert_eq!(millis(&times, (1 << 17) - 1), 8);
        assert_eq!(millis(&times, 1 << 18), 8);
        assert_eq!(millis(&times, 1 << 15), 4);
        for _ in 0..100 {
            times.took(1 << 18, Duration::from_millis(100));
        }
        assert_eq!(millis(&times, 1 << 18), 100);
        assert_eq!(millis(&times, 1 << 16), 8);
        assert_eq!(times.expected(0), Duration::from_nanos(122));
    }
}
