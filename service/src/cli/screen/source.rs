//! One thing to read: a file, packed or not, or standard input.

use crate::files::regular;
use std::fs::File;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};
use std::path::PathBuf;

/// How much is read from a file at once, in bytes.
const READ: usize = 256 << 10;

/// Something to read, with its name as the user knows it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) name: String,
    /// None for standard input.
    pub(super) path: Option<PathBuf>,
    /// Whether it is a resource a line.
    pub(super) lines: bool,
    /// How many resources a manifest says that it has.
    pub(super) expected: Option<u64>,
}

/// What a source gives, unpacked.
pub(super) struct Opened {
    pub(super) reader: Box<dyn Read + Send>,
    /// The file, where its bytes are those that the reader gives.
    pub(super) plain: Option<File>,
}

impl Source {
    /// Opens it; how it is packed is seen by how it begins.
    ///
    /// # Errors
    /// If it is no file, or cannot be read. `counted` gets to know how many bytes are read of the file itself.
    pub(super) fn open(&self, counted: impl Fn(u64) + Send + 'static) -> Result<Opened> {
        let Some(path) = &self.path else {
            return Ok(Opened {
                reader: Box::new(Counting {
                    reader: std::io::stdin(),
                    counted,
                }),
                plain: None,
            });
        };
        let file = regular(path)?;
        let again = file.try_clone()?;
        let mut reader = BufReader::with_capacity(
            READ,
            Counting {
                reader: file,
                counted,
            },
        );
        let begin = reader.fill_buf()?;
        Ok(if begin.starts_with(b"\x1f\x8b") {
            Opened {
                reader: Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
                plain: None,
            }
        } else if begin.starts_with(b"\x28\xb5\x2f\xfd") {
            Opened {
                reader: Box::new(Frames {
                    frame: Frame::None(reader),
                }),
                plain: None,
            }
        } else {
            Opened {
                reader: Box::new(reader),
                plain: Some(again),
            }
        })
    }

    /// How large its file is, in bytes.
    pub(super) fn size(&self) -> u64 {
        let about = self.path.as_ref().and_then(|path| std::fs::metadata(path).ok());
        about.map_or(0, |about| about.len())
    }
}

/// Tells how many bytes are read.
struct Counting<R, C> {
    reader: R,
    counted: C,
}

impl<R: Read, C: Fn(u64)> Read for Counting<R, C> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.reader.read(buffer)?;
        (self.counted)(count as u64);
        Ok(count)
    }
}

/// Zstandard, whose frames stand one after the other where files were put together.
struct Frames<R: BufRead> {
    frame: Frame<R>,
}

enum Frame<R: BufRead> {
    None(R),
    Open(Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.frame, Frame::Ended) {
                Frame::Ended => return Ok(0),
                Frame::None(mut reader) => {
                    if reader.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = ruzstd::decoding::StreamingDecoder::new(reader)
                        .map_err(|error| Error::new(ErrorKind::InvalidData, error.to_string()))?;
                    self.frame = Frame::Open(Box::new(decoder));
                }
                Frame::Open(mut decoder) => {
                    let count = decoder.read(buffer)?;
                    if count > 0 {
                        self.frame = Frame::Open(decoder);
                        return Ok(count);
                    }
                    self.frame = Frame::None(decoder.into_inner());
                }
            }
        }
    }
}
