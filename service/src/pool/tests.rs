//! What the pool does with jobs of both lanes, with those that are given up and with those that come too many.

use super::*;
use fhir_profiles::stop;
use std::sync::mpsc;
use tokio::sync::oneshot::channel;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// Longer than any test takes, however busy the machine.
const LONG: Duration = Duration::from_secs(60);

fn pool(longest_wait: Duration) -> Pool {
    Pool::with_threads(2, longest_wait, |_, _| {}).unwrap()
}

fn later() -> Instant {
    Instant::now() + LONG
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}

fn thread() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

/// Begins a job; `None` if it is not over at once.
macro_rules! begun {
    ($job:expr) => {{
        let mut job = Box::pin($job);
        assert!(job.as_mut().now_or_never().is_none());
        job
    }};
}

/// A job that holds its thread until it is told to leave, having said that it has begun.
async fn holding(begun: mpsc::Sender<()>, leave: mpsc::Receiver<()>) {
    begun.send(()).unwrap();
    let _ = leave.recv();
}

#[test]
fn a_job_runs_on_a_thread_of_the_pool_and_its_panic_is_the_callers() {
    let pool = pool(LONG);
    let name = block_on(pool.run(KIB, later(), async { thread() })).unwrap();
    assert!(name.starts_with("evaluation-"), "{name}");
    let broken = AssertUnwindSafe(pool.run(KIB, later(), async { panic!("in the job") }));
    let broken: Result<Result<(), Busy>, _> = block_on(broken.catch_unwind());
    assert!(broken.is_err());
    assert_eq!(block_on(pool.run(KIB, later(), async { 1 })), Ok(1));
}

#[test]
fn a_job_that_nobody_waits_for_any_more_is_stopped_and_dropped() {
    let pool = pool(LONG);
    let (begun, began) = mpsc::channel();
    let (dropped, of_drop) = mpsc::channel::<()>();
    let running = begun!(pool.run(KIB, later(), async move {
        let _owned = dropped;
        begun.send(()).unwrap();
        while !stop::is_wanted() {
            std::thread::yield_now();
        }
    }));
    began.recv_timeout(LONG).unwrap();
    drop(running);
    assert_eq!(
        of_drop.recv_timeout(LONG),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
    // One that waits for something is dropped at once, and one in the queue never begins.
    let (dropped, of_drop) = mpsc::channel::<()>();
    let (begun, began) = mpsc::channel();
    let (_never, forever) = channel::<()>();
    let waiting = begun!(pool.run(KIB, later(), async move {
        let _owned = dropped;
        begun.send(()).unwrap();
        let _ = forever.await;
    }));
    began.recv_timeout(LONG).unwrap();
    drop(waiting);
    assert_eq!(
        of_drop.recv_timeout(LONG),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
}

#[test]
fn a_job_that_waits_for_something_holds_no_thread() {
    let pool = pool(LONG);
    let (tell, told): (Vec<_>, Vec<_>) = (0..8).map(|_| channel::<u8>()).unzip();
    let waiting: Vec<_> = told
        .into_iter()
        .map(|told| begun!(pool.run(KIB, later(), async move { (told.await, thread()) })))
        .collect();
    assert_eq!(block_on(pool.run(KIB, later(), async { 1 })), Ok(1));
    for tell in tell {
        tell.send(7).unwrap();
    }
    for waiting in waiting {
        let (told, thread) = block_on(waiting).unwrap();
        assert!(told == Ok(7) && thread.starts_with("evaluation-"), "{thread}");
    }
}

#[test]
fn large_jobs_leave_a_thread_to_small_ones() {
    let pool = pool(LONG);
    let (begun, began) = mpsc::channel();
    let (leave, held): (Vec<_>, Vec<_>) = (0..3).map(|_| mpsc::channel()).unzip();
    let large: Vec<_> = held
        .into_iter()
        .map(|held| begun!(pool.run(4 * MIB, later(), holding(begun.clone(), held))))
        .collect();
    began.recv_timeout(LONG).unwrap();
    for _ in 0..20 {
        assert_eq!(
            block_on(pool.run(KIB, later(), async { thread() })).unwrap(),
            "evaluation-0"
        );
    }
    assert!(
        began.try_recv().is_err(),
        "a second large job was begun beside the first"
    );
    drop(leave);
    for large in large {
        block_on(large).unwrap();
    }
}

#[test]
fn a_job_that_turns_out_to_be_large_goes_on_with_the_large_ones() {
    let pool = pool(LONG);
    for _ in 0..20 {
        let after = block_on(pool.run(KIB, later(), async {
            weighs(2 * KIB).await;
            weighs(MIB).await;
            thread()
        }));
        assert_eq!(after.unwrap(), "evaluation-1");
    }
    block_on(weighs(MIB));
}

#[test]
fn what_could_not_end_in_time_is_refused_before_it_is_begun() {
    let pool = pool(Duration::from_millis(1));
    assert_eq!(block_on(pool.run(KIB, Instant::now(), async { 1 })), Err(Busy));
    assert!(!pool.admits(KIB, Instant::now()) && pool.admits(KIB, later()));
    let slow = Duration::from_millis(50);
    block_on(pool.run(KIB, later(), async move { std::thread::sleep(slow) })).unwrap();
    // It takes longer than there is left, but nothing else does: what is slow once is not refused for ever.
    let soon = || Instant::now() + slow / 2;
    assert!(pool.admits(KIB, soon()));
    let (begun, began) = mpsc::channel();
    let (leave, held): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel()).unzip();
    let holding: Vec<_> = held
        .into_iter()
        .map(|held| begun!(pool.run(KIB, later(), holding(begun.clone(), held))))
        .collect();
    for _ in &holding {
        began.recv_timeout(LONG).unwrap();
    }
    assert!(!pool.admits(KIB, soon()) && pool.admits(KIB, later()));
    // Behind those that hold both threads a few may wait, and no more: four times what each takes.
    let mut waiting = Vec::new();
    let refused = (0..64).any(|_| {
        let mut next = Box::pin(pool.run(KIB, later(), async {}));
        match next.as_mut().now_or_never() {
            Some(refused) => refused == Err(Busy),
            None => {
                waiting.push(next);
                false
            }
        }
    });
    assert!(refused && !waiting.is_empty(), "{}", waiting.len());
    assert!(!pool.admits(KIB, later()));
    drop(leave);
    for holding in holding {
        block_on(holding).unwrap();
    }
}

#[test]
fn what_small_jobs_took_is_no_reason_to_refuse_a_larger_one() {
    let pool = pool(Duration::from_millis(1));
    let slow = Duration::from_millis(100);
    let soon = || Instant::now() + 20 * slow;
    block_on(pool.run(1, soon(), async move { std::thread::sleep(slow) })).unwrap();
    let (begun, began) = mpsc::channel();
    let (leave, held) = mpsc::channel();
    let beside = begun!(pool.run(1, soon(), holding(begun, held)));
    began.recv_timeout(LONG).unwrap();
    for bytes in [KIB, 30 * KIB, MIB, 4 * MIB] {
        assert!(pool.admits(bytes, soon()), "{bytes}");
    }
    assert!(!pool.admits(KIB, Instant::now() + slow / 2));
    drop(leave);
    block_on(beside).unwrap();
}

#[test]
fn a_caller_that_is_told_finds_its_own_job_gone() {
    let pool = pool(Duration::from_millis(1));
    for _ in 0..200 {
        block_on(pool.run(KIB, later(), async {})).unwrap();
        assert!(pool.0.lanes().expected(KIB, Instant::now()).alone);
    }
}

#[test]
fn a_thread_that_does_not_go_on_is_seen() {
    let pool = pool(LONG);
    assert!(pool.goes_on(Duration::ZERO));
    let (begun, began) = mpsc::channel();
    let (leave, held) = mpsc::channel();
    let holding = begun!(pool.run(KIB, later(), holding(begun, held)));
    began.recv_timeout(LONG).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    assert!(!pool.goes_on(Duration::from_millis(10)) && pool.goes_on(LONG));
    drop(leave);
    block_on(holding).unwrap();
    let idle = || pool.goes_on(Duration::ZERO);
    assert!((0..1000).any(|_| idle() || {
        std::thread::sleep(Duration::from_millis(10));
        false
    }));
}
