//! The audit: who asked what when, what was looked at and what was answered, as FHIR AuditEvents, one a line.
//!
//! It may name patients, which telemetry must not, so it has its own ways out and nothing of it passes through the log: a file
//! or standard output, and beside it a repository and a receiver of syslog, for which records wait on disk.
//! Of a token it keeps the hash of its `jti` only.

mod atna;
mod chain;
mod event;
mod feed;
mod peer;
mod refusals;
pub(crate) mod shape;
mod sink;
mod spool;
mod syslog;
mod tls;

pub(crate) use chain::Verified;
pub(crate) use event::notice;

use crate::settings::{AuditMode, AuditSettings, SinkSetting};
use crate::telemetry::Telemetry;
use feed::Feed;
use jiff::Timestamp;
use refusals::{Held, Refusals};
use sink::{Output, Writer};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::time::timeout;

/// Calls whose records may wait at the same time.
const QUEUE: usize = 1024;
/// The longest an answer waits for its record; a disk that takes longer is down.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often an audit that fails is tried, and one that nothing is written to.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_secs(15);

/// Where records go. One thread writes, so that lines never mix and calls that come together share one `fsync`.
#[derive(Debug)]
pub struct Audit {
    mode: AuditMode,
    writer: Option<SyncSender<Entry>>,
    /// Those who get each record too.
    feeds: Arc<Vec<Feed>>,
    refusals: Mutex<Refusals>,
    /// Whether nothing could be written last.
    failing: Arc<AtomicBool>,
}

/// The records of one call.
struct Entry {
    lines: Vec<u8>,
    /// Whoever waits for them.
    written: Option<oneshot::Sender<bool>>,
}

/// Records were not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotWritten;

impl Audit {
    /// An audit as set.
    ///
    /// # Errors
    /// What is wrong with its file: better found at the start than with the first call.
    pub fn open(settings: &AuditSettings, telemetry: &Telemetry) -> Result<Self, String> {
        let durable = settings.mode == AuditMode::Required;
        let output = match &settings.sink {
            SinkSetting::Off => None,
            SinkSetting::Stdout => Some(Output::Stdout),
            SinkSetting::File(path) => {
                let file = Output::file(path, durable)
                    .map_err(|error| format!("`audit.sink`: {}: {error}", path.display()))?;
                Some(file)
            }
        };
        let feeds = Arc::new(Feed::all(settings, telemetry)?);
        let output = output.or((!feeds.is_empty()).then_some(Output::Nowhere));
        let failing = Arc::new(AtomicBool::new(false));
        let chained = settings.chain;
        let begin = |output| {
            let places = Places {
                writer: Writer::new(output, chained),
                feeds: Arc::clone(&feeds),
            };
            start(places, telemetry.clone(), Arc::clone(&failing))
        };
        let writer = output.map(begin).transpose();
        Ok(Self {
            mode: settings.mode,
            writer: writer.map_err(|error| format!("`audit.sink`: {error}"))?,
            feeds,
            refusals: Mutex::default(),
            failing,
        })
    }

    /// Whether records cannot be written, as far as is known; looked at again until they can.
    pub(crate) fn is_down(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }

    /// Whether anything is written.
    pub(crate) fn is_on(&self) -> bool {
        self.writer.is_some()
    }

    /// Whether an answer depends on its record.
    pub(crate) fn is_required(&self) -> bool {
        self.mode == AuditMode::Required
    }

    /// Whether the refusal of a caller for this reason is recorded by itself. With the first after a minute with more of
    /// them than that, their number is.
    pub(crate) fn admits(&self, reason: &'static str) -> bool {
        let (alone, held) = self.refusals().count(reason, Timestamp::now());
        self.sum_up(held);
        alone
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sum_up(&self, held: Option<Held>) {
        if let Some(held) = held {
            // A record that nothing depends on; what it counts is in `cds.tokens.refused` as well.
            let _ = self.queue(event::refusals(&held, Timestamp::now()));
        }
    }

    /// Has lines written without waiting for it; a failure to write is counted where it happens.
    pub(crate) fn queue(&self, lines: Vec<u8>) -> Result<(), NotWritten> {
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        let entry = Entry { lines, written: None };
        writer.try_send(entry).map_err(|_| NotWritten)
    }

    /// Waits until everything queued before is written, and how many refusals were not, and until those have it who take it,
    /// for a moment at most.
    pub fn flush(&self, limit: Duration) {
        let held = self.refusals().take();
        self.sum_up(held);
        if let Some(writer) = &self.writer {
            let (written, mut result) = oneshot::channel();
            let last = Entry {
                lines: Vec::new(),
                written: Some(written),
            };
            let until = Instant::now() + limit;
            if writer.try_send(last).is_ok() {
                while result.try_recv() == Err(TryRecvError::Empty) && Instant::now() < until {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            while self.feeds.iter().any(Feed::is_at_work) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Writes lines and waits until they are written, for good in required mode.
    pub(crate) async fn write(&self, lines: Vec<u8>) -> Result<(), NotWritten> {
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        let (written, result) = oneshot::channel();
        let entry = Entry {
            lines,
            written: Some(written),
        };
        writer.try_send(entry).map_err(|_| NotWritten)?;
        match timeout(PATIENCE, result).await {
            Ok(Ok(true)) => Ok(()),
            Ok(_) => Err(NotWritten),
            Err(_elapsed) => {
                // A disk that hangs says nothing; what is written after all says that it does no longer.
                self.failing.store(true, Ordering::Release);
                Err(NotWritten)
            }
        }
    }
}

/// Every place that a record has to be in before it counts as written.
struct Places {
    writer: Writer,
    feeds: Arc<Vec<Feed>>,
}

impl Places {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let written = self.writer.write(lines)?;
        self.feeds.iter().try_for_each(|feed| feed.append(&written))
    }

    fn look(&mut self) -> io::Result<()> {
        self.writer.look()?;
        self.feeds.iter().try_for_each(Feed::look)
    }
}

fn start(
    mut places: Places,
    telemetry: Telemetry,
    failing: Arc<AtomicBool>,
) -> io::Result<SyncSender<Entry>> {
    let (sender, entries) = mpsc::sync_channel::<Entry>(QUEUE);
    std::thread::Builder::new()
        .name("audit".to_owned())
        .spawn(move || {
            failing.store(places.look().is_err(), Ordering::Release);
            loop {
                let pause = if failing.load(Ordering::Acquire) {
                    TRY_AGAIN
                } else {
                    LOOK
                };
                let first = match entries.recv_timeout(pause) {
                    Ok(first) => first,
                    Err(RecvTimeoutError::Timeout) => {
                        failing.store(places.look().is_err(), Ordering::Release);
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                let together: Vec<Entry> = std::iter::once(first).chain(entries.try_iter()).collect();
                let lines: Vec<u8> = together.iter().flat_map(|entry| &entry.lines).copied().collect();
                let result = places.write(&lines);
                failing.store(result.is_err(), Ordering::Release);
                if let Err(error) = &result {
                    tracing::error!(kind = %error.kind(), "audit records not written");
                }
                for entry in together {
                    match entry.written {
                        // Whoever waited may have gone.
                        Some(written) => drop(written.send(result.is_ok())),
                        None if result.is_err() => telemetry.metrics().audit_failed(records(&entry.lines)),
                        None => {}
                    }
                }
            }
        })?;
    Ok(sender)
}

/// Checks that records could be written to the file of the settings and wait in its folder, and leaves nothing behind that was
/// not there.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(settings: &AuditSettings) -> Result<(), String> {
    feed::check(settings)?;
    let SinkSetting::File(path) = &settings.sink else {
        return Ok(());
    };
    let was_there = path.exists();
    let opened = Output::file(path, false).and_then(|output| Writer::new(output, false).look());
    if !was_there {
        let _ = std::fs::remove_file(path);
    }
    opened.map_err(|error| format!("`audit.sink`: {}: {error}", path.display()))
}

/// Lines are records.
pub(crate) fn records(lines: &[u8]) -> usize {
    lines.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::TelemetrySettings;
    use std::path::{Path, PathBuf};

    fn audit(path: &Path) -> Result<Audit, String> {
        let settings = AuditSettings {
            mode: AuditMode::Required,
            sink: SinkSetting::File(path.to_owned()),
            ..AuditSettings::default()
        };
        Audit::open(&settings, &Telemetry::new(&TelemetrySettings::default()).unwrap())
    }

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("pnet-cds-audit-down-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        place
    }

    /// Waits until something holds.
    fn until(what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !holds() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn write(audit: &Audit) -> Result<(), NotWritten> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(audit.write(b"{}\n".to_vec()))
    }

    #[test]
    fn a_place_that_takes_nothing_is_down_and_comes_back_by_itself() {
        // What is in the way: a folder under the name of the file, the folder moved away, a link to a device that is full.
        let (dir, away) = (place("way"), place("way-moved"));
        let path = dir.join("audit.ndjson");
        let audit = audit(&path).unwrap();
        assert_eq!(write(&audit), Ok(()));
        assert!(!audit.is_down());
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(write(&audit), Err(NotWritten));
        assert!(audit.is_down());
        std::fs::remove_dir(&path).unwrap();
        until("back without a call", || !audit.is_down());
        assert_eq!(write(&audit), Ok(()));
        std::fs::remove_dir(&away).unwrap();
        std::fs::rename(&dir, &away).unwrap();
        assert_eq!(write(&audit), Err(NotWritten));
        assert!(audit.is_down());
        std::fs::rename(&away, &dir).unwrap();
        until("back without a call", || !audit.is_down());
        assert_eq!(write(&audit), Ok(()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{}\n{}\n", "nothing but records");
        let left: Vec<_> = std::fs::read_dir(&dir).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_down_from_the_first_call_that_meets_it() {
        let audit = audit(Path::new("/dev/full")).unwrap();
        assert_eq!(write(&audit), Err(NotWritten));
        assert!(audit.is_down());
        // It cannot be looked at without writing, so calls may try it again.
        until("tried again", || !audit.is_down());
        assert_eq!(write(&audit), Err(NotWritten));
    }
}
