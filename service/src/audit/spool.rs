//! Records that wait on disk until whoever is to have them has them: files in one folder, of which the oldest is read and the
//! newest appended to.
//!
//! A record that was taken in is on the disk until it is told to be done, whatever ends the process in between; so one may be
//! sent twice, and none is lost. The folder is locked, so that two processes never send the same.

use super::sink::{is_elsewhere, open};
use jiff::Timestamp;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// After so many bytes a new file is begun, so that what is done leaves the disk.
const SEGMENT: u64 = 4 << 20;
/// The room that there has to be, in bytes.
const ROOM: u64 = 64 << 10;

const LOCK: &str = "lock";
const SENT: &str = "sent";
const ENDING: &str = "ndjson";
/// What was refused for what it is, for people to look at.
const REFUSED: &str = "refused.ndjson";

/// Records on their way to one place.
#[derive(Debug)]
pub(super) struct Spool {
    dir: PathBuf,
    most: u64,
    segment: u64,
    /// Whether records have to be on the disk before they count as taken in.
    durable: bool,
    state: Mutex<State>,
    more: Condvar,
    /// Held for as long as the folder is this process's.
    _lock: File,
}

#[derive(Debug)]
struct State {
    /// The number of the file that is read, and how far it was.
    reading: u64,
    read: u64,
    /// The number of the file that is appended to, and its length; opened with the first record.
    writing: u64,
    written: u64,
    file: Option<File>,
    /// Bytes in all files.
    bytes: u64,
    records: u64,
    /// When the first that waits was made.
    oldest: Option<Timestamp>,
}

/// How full it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) oldest: Option<Timestamp>,
}

impl Spool {
    /// The records of a folder, which is made if it is not there; nothing if another process has it.
    ///
    /// # Errors
    /// If the folder cannot be used, or cannot be locked.
    pub(super) fn open(dir: &Path, most: u64, durable: bool) -> io::Result<Option<Self>> {
        if !dir.exists() {
            std::fs::create_dir(dir)?;
            #[cfg(unix)]
            std::fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        }
        let path = dir.join(LOCK);
        let lock = open(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        // Whoever had it may have taken the folder away with all that was in it.
        if is_elsewhere(&path, &lock) {
            return Ok(None);
        }
        let state = State::found(dir)?;
        Ok(Some(Self {
            dir: dir.to_owned(),
            most,
            segment: SEGMENT.min(most / 4),
            durable,
            state: Mutex::new(state),
            more: Condvar::new(),
            _lock: lock,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes lines in, all or none.
    ///
    /// # Errors
    /// [`ErrorKind::StorageFull`] if too much waits already; what the disk says.
    pub(super) fn append(&self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut guard = self.state();
        let state = &mut *guard;
        let length = lines.len() as u64;
        if self.would_be_full(state, length) {
            return Err(ErrorKind::StorageFull.into());
        }
        if state.written >= self.segment {
            state.next();
        }
        let path = segment(&self.dir, state.writing);
        if state.file.as_ref().is_some_and(|file| is_elsewhere(&path, file)) {
            // Somebody has moved it away: what was in it is theirs.
            state.bytes = state.bytes.saturating_sub(state.written);
            state.next();
        }
        let path = segment(&self.dir, state.writing);
        let before = state.written;
        let file = match &mut state.file {
            Some(file) => file,
            none => {
                let file = none.insert(open(&path)?);
                if self.durable {
                    // The name of the file, too, has to be on the disk.
                    File::open(&self.dir)?.sync_all()?;
                }
                file
            }
        };
        let result = file
            .write_all(lines)
            .and_then(|()| if self.durable { file.sync_data() } else { Ok(()) });
        if let Err(error) = result {
            // A part of a line that cannot be taken back is the end of its file.
            if file.set_len(before).is_err() {
                state.next();
            }
            return Err(error);
        }
        state.written += length;
        state.bytes += length;
        state.records += memchr::memchr_iter(b'\n', lines).count() as u64;
        if state.oldest.is_none() {
            state.oldest = Some(Timestamp::now());
        }
        drop(guard);
        self.more.notify_all();
        Ok(())
    }

    /// Whether there is room for records.
    ///
    /// # Errors
    /// As [`Spool::append`].
    pub(super) fn look(&self) -> io::Result<()> {
        if self.would_be_full(&self.state(), ROOM.min(self.most / 4)) {
            return Err(ErrorKind::StorageFull.into());
        }
        let beside = self.dir.join(".room");
        let tried = super::sink::room(&beside, self.durable);
        tried.and(std::fs::remove_file(&beside))
    }

    /// The first records that wait, at most so many, each a line without its end; none if none wait.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn first(&self, most: usize) -> io::Result<Vec<Vec<u8>>> {
        loop {
            let (number, from, end) = {
                let mut state = self.state();
                if state.records == 0 {
                    state.oldest = None;
                    return Ok(Vec::new());
                }
                let last = state.reading == state.writing;
                (state.reading, state.read, last.then_some(state.written))
            };
            let lines = match lines(&segment(&self.dir, number), from, end, most) {
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                lines => lines?,
            };
            if !lines.is_empty() {
                self.state().oldest = lines
                    .first()
                    .and_then(|line| recorded(line))
                    .or(Some(Timestamp::now()));
                return Ok(lines);
            }
            let mut state = self.state();
            if end.is_some() && state.writing == number {
                // What was there was taken away by hand.
                state.records = 0;
                state.next();
            }
            self.leave(&mut state)?;
        }
    }

    /// That the first records, of so many bytes with the ends of their lines, need not wait any longer.
    ///
    /// # Errors
    /// What the disk says; they are sent once more then.
    pub(super) fn done(&self, records: u64, bytes: u64) -> io::Result<()> {
        let mut state = self.state();
        state.read += bytes;
        state.records = state.records.saturating_sub(records);
        if state.records > 0 {
            return keep(&self.dir, &state);
        }
        state.oldest = None;
        if state.written > 0 {
            state.next();
        }
        while state.reading < state.writing {
            self.leave(&mut state)?;
        }
        Ok(())
    }

    /// Goes on from a file of which nothing waits any longer to the next one.
    fn leave(&self, state: &mut State) -> io::Result<()> {
        let done = segment(&self.dir, state.reading);
        state.reading += 1;
        state.read = 0;
        // Before the file goes: numbers only grow, so that nothing new is ever taken for what was sent.
        keep(&self.dir, state)?;
        let length = std::fs::metadata(&done).map_or(0, |about| about.len());
        match std::fs::remove_file(&done) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        state.bytes = state.bytes.saturating_sub(length);
        Ok(())
    }

    /// Puts a record aside that nobody will ever take; it counts as waiting for as long as its file is there.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn refuse(&self, line: &[u8]) -> io::Result<()> {
        let mut file = open(&self.dir.join(REFUSED))?;
        file.write_all(&[line, b"\n"].concat())?;
        file.sync_data()
    }

    /// Bytes that were put aside.
    fn refused(&self) -> u64 {
        std::fs::metadata(self.dir.join(REFUSED)).map_or(0, |about| about.len())
    }

    /// Whether so many more bytes would be too many.
    fn would_be_full(&self, state: &State, more: u64) -> bool {
        state.bytes.saturating_add(self.refused()).saturating_add(more) > self.most
    }

    /// Waits until something may have come, for so long at most.
    pub(super) fn wait(&self, longest: Duration) {
        let state = self.state();
        if state.records == 0 {
            let waited = self.more.wait_timeout(state, longest);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Has whoever waits look again.
    pub(super) fn wake(&self) {
        self.more.notify_all();
    }

    pub(super) fn level(&self) -> Level {
        let state = self.state();
        Level {
            records: state.records,
            bytes: state.bytes + self.refused(),
            oldest: state.oldest.filter(|_| state.records > 0),
        }
    }

    /// Takes the folder away if nothing in it is wanted any more.
    pub(super) fn remove_if_empty(&self) {
        if self.level().records > 0 || self.dir.join(REFUSED).exists() {
            return;
        }
        // The lock last: until then nobody else can have the folder. It stays where somebody has put something else.
        for name in [SENT, ".sent", ".room", LOCK] {
            let _ = std::fs::remove_file(self.dir.join(name));
        }
        let _ = std::fs::remove_dir(&self.dir);
    }
}

impl State {
    /// What another process has left in a folder, after whatever ended it.
    fn found(dir: &Path) -> io::Result<Self> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            numbers.extend(number(&entry?.path()));
        }
        numbers.sort_unstable();
        let sent = std::fs::read_to_string(dir.join(SENT)).unwrap_or_default();
        let mut sent = sent.split_ascii_whitespace().map(str::parse::<u64>);
        let (kept, at) = match (sent.next(), sent.next()) {
            (Some(Ok(kept)), Some(Ok(at))) => (kept, at),
            _ => (0, 0),
        };
        // What is older was on its way out.
        numbers.retain(|number| *number >= kept);
        let reading = numbers.first().copied().unwrap_or(kept);
        // Only of the file that is still there.
        let read = if numbers.first() == Some(&kept) { at } else { 0 };
        let mut state = Self {
            reading,
            read,
            writing: numbers.last().map_or(reading, |last| last + 1),
            written: 0,
            file: None,
            bytes: 0,
            records: 0,
            oldest: None,
        };
        for number in numbers {
            let path = segment(dir, number);
            let from = if number == reading { read } else { 0 };
            state.bytes += std::fs::metadata(&path)?.len();
            state.records += ends(&path, from)?;
        }
        if state.records > 0 {
            let first = lines(&segment(dir, reading), read, None, 1)?;
            state.oldest = first
                .first()
                .and_then(|line| recorded(line))
                .or(Some(Timestamp::now()));
        }
        Ok(state)
    }

    /// Goes on in a new file with the next record.
    fn next(&mut self) {
        self.writing += 1;
        self.written = 0;
        self.file = None;
    }
}

fn segment(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:012}.{ENDING}"))
}

fn number(path: &Path) -> Option<u64> {
    let name = path
        .file_name()?
        .to_str()?
        .strip_suffix(ENDING)?
        .strip_suffix('.')?;
    name.parse().ok()
}

/// Keeps how far the records are done, replacing the file so that there is always a whole one.
fn keep(dir: &Path, state: &State) -> io::Result<()> {
    let new = dir.join(".sent");
    std::fs::write(&new, format!("{} {}\n", state.reading, state.read))?;
    std::fs::rename(&new, dir.join(SENT))
}

/// When a record was made.
fn recorded(line: &[u8]) -> Option<Timestamp> {
    let record: Value = serde_json::from_slice(line).ok()?;
    record.get("recorded")?.as_str()?.parse().ok()
}

/// Whole lines of a file, without their ends.
fn lines(path: &Path, from: u64, end: Option<u64>, most: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let length = end.map_or(u64::MAX, |end| end.saturating_sub(from));
    let mut reader = BufReader::new(file.take(length));
    let mut lines = Vec::new();
    while lines.len() < most {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        // Who wrote it was ended in the middle of a line that nobody was told of.
        if line.pop() != Some(b'\n') {
            break;
        }
        lines.push(line);
    }
    Ok(lines)
}

/// How many lines end in a file from there on.
fn ends(path: &Path, from: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::new(file);
    let mut count = 0;
    loop {
        let read = reader.fill_buf()?;
        if read.is_empty() {
            return Ok(count);
        }
        count += memchr::memchr_iter(b'\n', read).count() as u64;
        let length = read.len();
        reader.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = 1 << 20;

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("pnet-cds-spool-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        place
    }

    fn spool(dir: &Path) -> Spool {
        Spool::open(dir, MOST, true).unwrap().unwrap()
    }

    fn texts(spool: &Spool, most: usize) -> Vec<String> {
        let lines = spool.first(most).unwrap().into_iter();
        lines.map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn records_come_out_in_order_and_leave_the_disk_when_they_are_done() {
        let dir = place("order");
        let spool = spool(&dir);
        assert!(texts(&spool, 9).is_empty());
        spool.append(b"a\nbb\n").unwrap();
        spool.append(b"c\n").unwrap();
        assert_eq!(texts(&spool, 2), ["a", "bb"]);
        assert_eq!(texts(&spool, 2), ["a", "bb"], "until they are done");
        spool.done(2, 5).unwrap();
        assert_eq!(
            (texts(&spool, 9), spool.level().records),
            (vec!["c".to_owned()], 1)
        );
        spool.done(1, 2).unwrap();
        assert!(texts(&spool, 9).is_empty());
        assert_eq!((spool.level().bytes, spool.level().oldest), (0, None));
        spool.append(b"d\n").unwrap();
        assert_eq!(texts(&spool, 9), ["d"]);
    }

    #[test]
    fn what_waits_outlives_the_process_and_a_line_that_was_torn_does_not() {
        let dir = place("restart");
        let first = spool(&dir);
        first.append(b"a\nb\n").unwrap();
        first.done(1, 2).unwrap();
        assert!(Spool::open(&dir, MOST, true).unwrap().is_none(), "another has it");
        drop(first);
        // Killed in the middle of a write.
        let path = segment(&dir, 0);
        std::fs::write(&path, [&std::fs::read(&path).unwrap()[..], b"{\"to"].concat()).unwrap();
        let second = spool(&dir);
        second.append(b"c\n").unwrap();
        assert_eq!(second.level().records, 2);
        assert_eq!(texts(&second, 9), ["b"]);
        second.done(1, 2).unwrap();
        assert_eq!(texts(&second, 9), ["c"], "from the next file");
        second.done(1, 2).unwrap();
        assert_eq!(second.level().bytes, 0);
        drop(second);
        let third = spool(&dir);
        assert!(texts(&third, 9).is_empty());
        third.append(b"d\n").unwrap();
        assert_eq!(texts(&third, 9), ["d"], "no number is used twice");
    }

    #[test]
    fn it_takes_no_more_than_its_bound_and_all_of_it_comes_out_again() {
        let dir = place("full");
        let spool = Spool::open(&dir, 4096, false).unwrap().unwrap();
        let line = [&[b'x'; 99][..], b"\n"].concat();
        let taken = (0..100).take_while(|_| spool.append(&line).is_ok()).count();
        assert_eq!(taken, 40);
        assert_eq!(spool.append(&line).unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(spool.look().unwrap_err().kind(), ErrorKind::StorageFull);
        let mut seen = 0;
        while let lines @ 1.. = spool.first(7).unwrap().len() {
            spool.done(lines as u64, lines as u64 * 100).unwrap();
            seen += lines;
        }
        assert_eq!((seen, spool.level().bytes), (40, 0));
        spool.look().unwrap();
        spool.append(&line).unwrap();
    }

    #[test]
    fn what_is_refused_stays_and_takes_room() {
        let dir = place("refused");
        let spool = spool(&dir);
        spool.append(b"bad\n").unwrap();
        spool.refuse(b"bad").unwrap();
        spool.done(1, 4).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join(REFUSED)).unwrap(), "bad\n");
        assert_eq!((spool.level().records, spool.level().bytes), (0, 4));
        spool.remove_if_empty();
        assert!(dir.exists());
        std::fs::remove_file(dir.join(REFUSED)).unwrap();
        spool.remove_if_empty();
        assert!(!dir.exists());
    }

    #[test]
    fn the_age_of_the_first_is_that_of_its_record() {
        let dir = place("age");
        let one = spool(&dir);
        one.append(b"{\"recorded\":\"2026-11-28T10:00:00Z\"}\n").unwrap();
        drop(one);
        let again = spool(&dir);
        assert_eq!(again.level().oldest.unwrap().to_string(), "2026-11-28T10:00:00Z");
    }
}
