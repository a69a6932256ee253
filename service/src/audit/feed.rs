//! Who gets each record too, beside the file: a spool, and the thread that empties it in order for as long as it takes.
//!
//! What another process has left in the folder, one that has ended or been moved, is sent as well.

use super::atna::Atna;
use super::peer::{Peer, Sent, Trouble};
use super::spool::{Level, Spool};
use super::syslog::Syslog;
use super::tls;
use crate::files;
use crate::random::new_id;
use crate::settings::{AuditMode, AuditSettings};
use crate::telemetry::{Reading, Telemetry};
use jiff::Timestamp;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Records that are sent together; as many may be sent twice when a process is killed.
const TOGETHER: usize = 32;
/// The pause after a failure: the first, and the longest that it grows to.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);
/// How often it is looked whether a process has left something.
const LOOK: Duration = Duration::from_secs(60);
/// How often a thread looks whether it is to end.
const STEP: Duration = Duration::from_millis(200);

/// One who gets each record too.
#[derive(Debug)]
pub(super) struct Feed(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    name: &'static str,
    telemetry: Telemetry,
    /// Where the folders of all processes are.
    root: PathBuf,
    most: u64,
    durable: bool,
    own: Spool,
    /// What others have left.
    left: Mutex<Vec<Arc<Spool>>>,
    failing: AtomicBool,
    /// When something was last taken, in seconds since 1970.
    taken: AtomicI64,
    ending: AtomicBool,
}

impl Feed {
    /// Those of the settings, at work.
    ///
    /// # Errors
    /// What is wrong with their folder or with the files that TLS needs.
    pub(super) fn all(settings: &AuditSettings, telemetry: &Telemetry) -> Result<Vec<Self>, String> {
        let mut feeds = Vec::new();
        let Some(root) = &settings.spool_dir else {
            return Ok(feeds);
        };
        if let Some(base) = &settings.atna {
            let peer = Atna::new(base.join("AuditEvent"), settings)?;
            feeds.push(Self::start("atna", root, settings, telemetry, peer)?);
        }
        if let Some(address) = &settings.syslog {
            let peer = Syslog::new(address, settings)?;
            feeds.push(Self::start("syslog", root, settings, telemetry, peer)?);
        }
        show(&feeds, telemetry);
        Ok(feeds)
    }

    fn start(
        name: &'static str,
        root: &Path,
        settings: &AuditSettings,
        telemetry: &Telemetry,
        mut peer: impl Peer,
    ) -> Result<Self, String> {
        let fault = |error: io::Error| format!("`audit.spool.dir`: {}: {error}", root.display());
        let (most, durable) = (settings.spool_max as u64, settings.mode == AuditMode::Required);
        std::fs::create_dir_all(root).map_err(fault)?;
        telemetry.metrics().audit_refused(name, 0);
        let shared = Arc::new(Shared {
            name,
            telemetry: telemetry.clone(),
            root: root.to_owned(),
            most,
            durable,
            own: own(name, root, most, durable).map_err(fault)?,
            left: Mutex::default(),
            failing: AtomicBool::new(false),
            taken: AtomicI64::new(0),
            ending: AtomicBool::new(false),
        });
        let worker = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(format!("audit-{name}"))
            .spawn(move || worker.run(&mut peer))
            .map_err(fault)?;
        Ok(Self(shared))
    }

    /// Takes lines in, so that they are sent whatever happens.
    ///
    /// # Errors
    /// If they cannot be kept, since too many wait already or the disk does not take them.
    pub(super) fn append(&self, lines: &[u8]) -> io::Result<()> {
        self.0.own.append(lines)
    }

    /// Looks whether there is room.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn look(&self) -> io::Result<()> {
        self.0.own.look()
    }

    /// Whether records wait that are likely to be taken soon.
    pub(super) fn is_at_work(&self) -> bool {
        !self.0.failing.load(Ordering::Acquire) && self.0.own.level().records > 0
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.ending.store(true, Ordering::Release);
        self.0.own.wake();
    }
}

impl Shared {
    fn left(&self) -> MutexGuard<'_, Vec<Arc<Spool>>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, peer: &mut impl Peer) {
        let mut pause = FIRST;
        let mut looked: Option<Instant> = None;
        while !self.ending.load(Ordering::Acquire) {
            if looked.is_none_or(|at| at.elapsed() >= LOOK) {
                self.look_for_others();
                looked = Some(Instant::now());
            }
            // What others have left is older.
            let other = self.left().first().cloned();
            let spool = other.as_deref().unwrap_or(&self.own);
            match self.send(spool, peer) {
                Ok(0) if other.is_some() => {
                    spool.remove_if_empty();
                    self.left().remove(0);
                }
                Ok(0) => spool.wait(STEP * 5),
                Ok(_) => {
                    pause = FIRST;
                    self.works();
                }
                Err(trouble) => {
                    self.fails(trouble);
                    self.sleep(pause);
                    pause = (pause * 2).min(LONGEST);
                    peer.renew();
                }
            }
        }
    }

    /// Sends the first records that wait, and says how many they were.
    fn send(&self, spool: &Spool, peer: &mut impl Peer) -> Result<usize, Trouble> {
        let on_disk = |_| Trouble::Failed("disk");
        let records = spool.first(TOGETHER).map_err(on_disk)?;
        if records.is_empty() {
            return Ok(0);
        }
        let Sent { taken, trouble } = peer.send(&records);
        let bytes = |some: &[Vec<u8>]| some.iter().map(|record| record.len() as u64 + 1).sum();
        let (done, rest) = records.split_at(taken.min(records.len()));
        if !done.is_empty() {
            self.taken.store(Timestamp::now().as_second(), Ordering::Relaxed);
            spool.done(done.len() as u64, bytes(done)).map_err(on_disk)?;
        }
        match (trouble, rest.split_first()) {
            (Some(Trouble::Refused(status)), Some((refused, _))) => {
                tracing::error!(feed = self.name, status, "audit record refused and put aside");
                self.telemetry.metrics().audit_refused(self.name, 1);
                spool.refuse(refused).map_err(on_disk)?;
                let length = refused.len() as u64 + 1;
                spool.done(1, length).map_err(on_disk)?;
                Ok(taken + 1)
            }
            (Some(trouble), _) => Err(trouble),
            (None, _) => Ok(taken),
        }
    }

    fn works(&self) {
        if self.failing.swap(false, Ordering::AcqRel) {
            tracing::info!(feed = self.name, "audit records are taken again");
        }
    }

    fn fails(&self, trouble: Trouble) {
        let (why, status) = match trouble {
            Trouble::Failed(why) => (why, None),
            Trouble::Status(status) | Trouble::Refused(status) => ("status", Some(status)),
        };
        if !self.failing.swap(true, Ordering::AcqRel) {
            tracing::error!(
                feed = self.name,
                why,
                status,
                "audit records wait, since they are not taken"
            );
        }
    }

    fn sleep(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while !self.ending.load(Ordering::Acquire) && Instant::now() < until {
            std::thread::sleep(STEP.min(pause));
        }
    }

    /// Takes over what a process has left that has ended.
    fn look_for_others(&self) {
        let found = folders(self.name, &self.root).into_iter();
        // One that cannot be read is no reason not to send what can be.
        let opened = found.filter_map(|dir| Spool::open(&dir, self.most, self.durable).ok().flatten());
        self.left().extend(opened.map(Arc::new));
    }

    /// How much waits, here and of others.
    fn level(&self) -> Level {
        let left = self.left();
        let all = left.iter().map(|spool| spool.level()).chain([self.own.level()]);
        all.fold(Level::default(), |sum, one| Level {
            records: sum.records + one.records,
            bytes: sum.bytes + one.bytes,
            oldest: sum.oldest.into_iter().chain(one.oldest).min(),
        })
    }

    fn age(&self) -> f64 {
        let oldest = self.level().oldest;
        oldest.map_or(0.0, |at| {
            Timestamp::now().duration_since(at).as_secs_f64().max(0.0)
        })
    }
}

/// The folder of this process: one that another has left, or a new one.
fn own(name: &str, root: &Path, most: u64, durable: bool) -> io::Result<Spool> {
    for dir in folders(name, root) {
        if let Some(spool) = Spool::open(&dir, most, durable)? {
            return Ok(spool);
        }
    }
    let id = new_id().map_err(|()| io::Error::other("no random numbers"))?;
    let made = Spool::open(&root.join(format!("{name}-{id}")), most, durable)?;
    made.ok_or_else(|| io::Error::other("the folder was taken away"))
}

/// The folders of all processes, in the order of their names.
fn folders(name: &str, root: &Path) -> Vec<PathBuf> {
    let begin = format!("{name}-");
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&begin));
    let mut folders: Vec<PathBuf> = named
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Has the metrics show them for as long as they are there.
fn show(feeds: &[Feed], telemetry: &Telemetry) {
    if feeds.is_empty() {
        return;
    }
    let gauge = |name, unit, about, read: fn(&Shared) -> Option<f64>| {
        let feeds: Vec<_> = feeds.iter().map(|feed| Arc::downgrade(&feed.0)).collect();
        telemetry.gauge(name, unit, about, move || {
            let there = feeds.iter().filter_map(std::sync::Weak::upgrade);
            let one = |feed: Arc<Shared>| Some(Reading::of(read(&feed)?, "cds.audit.feed", feed.name));
            there.filter_map(one).collect()
        });
    };
    gauge(
        "cds.audit.spool.records",
        "",
        "Audit records that wait to be taken.",
        |feed| Some(feed.level().records as f64),
    );
    gauge(
        "cds.audit.spool.size",
        "By",
        "What they take on disk, with those that were refused.",
        |feed| Some(feed.own.level().bytes as f64),
    );
    gauge(
        "cds.audit.spool.capacity",
        "By",
        "How much of that there may be.",
        |feed| Some(feed.most as f64),
    );
    gauge(
        "cds.audit.spool.age",
        "s",
        "How long the first of them has waited.",
        |feed| Some(feed.age()),
    );
    gauge(
        "cds.audit.feed.taken",
        "s",
        "When one was last taken, in seconds since 1970.",
        |feed| Some(feed.taken.load(Ordering::Relaxed) as f64).filter(|taken| *taken > 0.0),
    );
}

/// Checks that records could wait in the folder and what TLS needs, and leaves nothing behind.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(settings: &AuditSettings) -> Result<(), String> {
    let Some(root) = &settings.spool_dir else {
        return Ok(());
    };
    tls::config(settings)?;
    if let Some(address) = &settings.syslog {
        Syslog::new(address, settings)?;
    }
    // It is made with those above it that are missing.
    let there = root.ancestors().find(|dir| dir.exists());
    let place = there
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    files::can_write(place).map_err(|error| format!("`audit.spool.dir`: {}: {error}", root.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::TelemetrySettings;

    /// Keeps what it gets.
    struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Peer for Kept {
        fn send(&mut self, records: &[Vec<u8>]) -> Sent {
            self.0.lock().unwrap().extend_from_slice(records);
            Sent {
                taken: records.len(),
                trouble: None,
            }
        }

        fn renew(&mut self) {}
    }

    #[test]
    fn what_others_have_left_is_sent_first_and_their_folders_go() {
        let root = std::env::temp_dir().join(format!("pnet-cds-feed-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        let folder = |name: &str| Spool::open(&root.join(name), 1 << 20, true).unwrap().unwrap();
        let (one, two, used) = (folder("x-1"), folder("x-2"), folder("x-3"));
        one.append(b"own\n").unwrap();
        two.append(b"left\n").unwrap();
        used.append(b"not ours\n").unwrap();
        drop((one, two));
        let got = Arc::default();
        let telemetry = Telemetry::new(&TelemetrySettings::default()).unwrap();
        let settings = AuditSettings::default();
        let feed = Feed::start("x", &root, &settings, &telemetry, Kept(Arc::clone(&got))).unwrap();
        feed.append(b"new\n").unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while got.lock().unwrap().len() < 3 || root.join("x-2").exists() {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(*got.lock().unwrap(), [&b"left"[..], b"own", b"new"]);
        assert!(root.join("x-3").exists());
        assert_eq!(feed.0.level().records, 0);
    }
}
