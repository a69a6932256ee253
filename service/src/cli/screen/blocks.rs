//! Files cut into blocks of whole lines, each of which one thread reads; what is too long is passed over, not held.

use super::progress::Progress;
use super::source::{Opened, Source};
use memchr::{memchr, memchr_iter, memrchr};
use std::fs::File;
use std::io::{Read, Result, Write};

/// How much one thread gets at once, in bytes; a longer line is a block by itself.
const BLOCK: usize = 512 << 10;
/// The longest line that is read, in bytes; a longer one is reported and skipped.
const LONGEST_LINE: usize = 64 << 20;
/// The same for a file of one resource or Bundle.
const LONGEST_FILE: u64 = 256 << 20;

/// Part of a source.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The how many-eth source it is of.
    pub(super) source: usize,
    /// Where it begins, in bytes of the unpacked text.
    pub(super) offset: u64,
    /// The number of its first line.
    pub(super) line: u64,
    /// Where the next one begins, and the number of its first line.
    pub(super) next: (u64, u64),
    pub(super) kind: Held,
    pub(super) bytes: Vec<u8>,
}

/// What a block is.
#[derive(Debug, Default)]
pub(super) enum Held {
    /// Lines.
    Lines,
    /// All of a file.
    Whole,
    /// What cannot be read because it is longer than so many MiB.
    TooLong(u64),
    /// The source cannot be read further.
    Failed(String),
    /// Nothing: the source is at its end.
    #[default]
    End,
}

/// The blocks of all sources, one after the other.
pub(super) struct Blocks<'s> {
    sources: &'s [Source],
    /// Where each is begun: what is before was read earlier. None for one that was read to its end.
    starts: Vec<Option<(u64, u64)>>,
    at: usize,
    open: Option<Open>,
    /// Where standard input is kept, to be looked up later.
    spool: Option<File>,
    progress: &'s Progress,
}

struct Open {
    reader: Box<dyn Read + Send>,
    /// What was read of the next block.
    carry: Vec<u8>,
    offset: u64,
    line: u64,
    failed: Option<String>,
    ended: bool,
}

impl<'s> Blocks<'s> {
    pub(super) fn new(sources: &'s [Source], progress: &'s Progress) -> Self {
        Self {
            sources,
            starts: vec![Some((0, 1)); sources.len()],
            at: 0,
            open: None,
            spool: None,
            progress,
        }
    }

    /// The same from other beginnings.
    pub(super) fn from(mut self, starts: Vec<Option<(u64, u64)>>) -> Self {
        self.starts = starts;
        self
    }

    /// Keeps what standard input gives in a file.
    pub(super) fn spooled(mut self, spool: Option<File>) -> Self {
        self.spool = spool;
        self
    }

    /// The next block, with the room of one that is done with.
    pub(super) fn next(&mut self, done: Block) -> Option<Block> {
        let mut block = done;
        block.bytes.clear();
        loop {
            let source = self.sources.get(self.at)?;
            let Some(start) = self.starts.get(self.at).copied().flatten() else {
                self.at += 1;
                continue;
            };
            block.source = self.at;
            let open = match &mut self.open {
                Some(open) => open,
                None => {
                    let spool = self.spool.take_if(|_| source.path.is_none());
                    let opened = begun(source, start, spool, self.progress);
                    self.open.insert(opened)
                }
            };
            (block.offset, block.line) = (open.offset, open.line);
            block.kind = open.fill(source.lines, &mut block.bytes);
            block.next = (open.offset, open.line);
            if matches!(block.kind, Held::End) {
                self.open = None;
                self.at += 1;
            }
            return Some(block);
        }
    }
}

/// Opens a source and passes over what was read of it earlier.
fn begun(source: &Source, start: (u64, u64), spool: Option<File>, progress: &Progress) -> Open {
    let (offset, line) = start;
    let begun = source.open(progress.bytes()).and_then(|opened| {
        let Opened { mut reader, plain } = opened;
        if let (Some(mut file), Some(_)) = (plain, (offset > 0).then_some(offset)) {
            use std::io::{Seek, SeekFrom};
            file.seek(SeekFrom::Start(offset))?;
            (progress.bytes())(offset);
            return Ok(Box::new(std::io::BufReader::new(Counted {
                file,
                counted: progress.bytes(),
            })) as Box<dyn Read + Send>);
        }
        std::io::copy(&mut (&mut reader).take(offset), &mut std::io::sink())?;
        Ok(match spool {
            Some(spool) => Box::new(Tee { reader, spool }),
            None => reader,
        })
    });
    let (reader, failed): (Box<dyn Read + Send>, _) = match begun {
        Ok(reader) => (reader, None),
        Err(error) => (Box::new(std::io::empty()), Some(error.to_string())),
    };
    Open {
        reader,
        carry: Vec::new(),
        offset,
        line,
        failed,
        ended: false,
    }
}

struct Counted<C> {
    file: File,
    counted: C,
}

impl<C: Fn(u64)> Read for Counted<C> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.file.read(buffer)?;
        (self.counted)(count as u64);
        Ok(count)
    }
}

/// Writes down what is read.
struct Tee {
    reader: Box<dyn Read + Send>,
    spool: File,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.reader.read(buffer)?;
        self.spool.write_all(buffer.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

impl Open {
    fn fill(&mut self, lines: bool, bytes: &mut Vec<u8>) -> Held {
        if let Some(what) = self.failed.take() {
            self.ended = true;
            return Held::Failed(what);
        }
        match (self.ended, lines) {
            (true, _) => Held::End,
            (false, true) => self.lines(bytes),
            (false, false) => self.whole(bytes),
        }
    }

    fn whole(&mut self, bytes: &mut Vec<u8>) -> Held {
        self.ended = true;
        let read = (&mut self.reader).take(LONGEST_FILE + 1).read_to_end(bytes);
        self.offset += bytes.len() as u64;
        match read {
            Err(error) => Held::Failed(error.to_string()),
            Ok(_) if bytes.len() as u64 > LONGEST_FILE => {
                bytes.clear();
                Held::TooLong(LONGEST_FILE >> 20)
            }
            Ok(_) => Held::Whole,
        }
    }

    /// Fills up to the end of a line.
    fn lines(&mut self, bytes: &mut Vec<u8>) -> Held {
        bytes.append(&mut self.carry);
        let mut wanted = BLOCK;
        loop {
            let room = wanted.saturating_sub(bytes.len());
            let read = (&mut self.reader).take(room as u64).read_to_end(bytes);
            let end = match read {
                // The end, or as far as it can be read: what is left of a line is no line.
                Ok(count) if count < room => {
                    self.ended = true;
                    bytes.len()
                }
                Ok(_) => memrchr(b'\n', bytes).map_or(0, |at| at + 1),
                Err(error) => {
                    self.failed = Some(error.to_string());
                    let end = memrchr(b'\n', bytes).map_or(0, |at| at + 1);
                    bytes.truncate(end);
                    end
                }
            };
            if end == 0 && !self.ended && self.failed.is_none() {
                if bytes.len() > LONGEST_LINE {
                    return self.too_long(bytes);
                }
                wanted = (bytes.len() * 2).min(LONGEST_LINE + 1);
                continue;
            }
            self.carry = bytes.split_off(end);
            self.offset += end as u64;
            self.line += memchr_iter(b'\n', bytes).count() as u64;
            return match (bytes.is_empty(), self.failed.take()) {
                (false, failed) => {
                    self.failed = failed;
                    Held::Lines
                }
                (true, Some(what)) => {
                    self.ended = true;
                    Held::Failed(what)
                }
                (true, None) => Held::End,
            };
        }
    }

    /// Passes over the rest of a line.
    fn too_long(&mut self, bytes: &mut Vec<u8>) -> Held {
        self.offset += bytes.len() as u64;
        loop {
            bytes.clear();
            match (&mut self.reader).take(BLOCK as u64).read_to_end(bytes) {
                Ok(0) => self.ended = true,
                Ok(_) => match memchr(b'\n', bytes) {
                    Some(at) => {
                        self.carry = bytes.split_off(at + 1);
                        self.offset += bytes.len() as u64;
                        self.line += 1;
                    }
                    None => {
                        self.offset += bytes.len() as u64;
                        continue;
                    }
                },
                Err(error) => self.failed = Some(error.to_string()),
            }
            bytes.clear();
            return Held::TooLong((LONGEST_LINE >> 20) as u64);
        }
    }
}
