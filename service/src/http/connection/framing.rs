//! Where a head and where a body end. What is odd is left to the HTTP library, which refuses it.

/// The longest head of a request.
pub(super) const LONGEST_HEAD: usize = 16 << 10;

/// A head of which some has come.
#[derive(Debug, Default)]
pub(super) struct Head {
    seen: usize,
    /// Whether the request line has begun: empty lines before it do not count.
    begun: bool,
    /// Whether the line at hand holds anything.
    in_line: bool,
}

/// What bytes come to that were added to a head.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadSaid {
    /// More has to come.
    Open,
    /// It ends with the first so many of them.
    Whole(usize),
    /// It is longer than any may be.
    TooLong,
}

impl Head {
    /// Whether anything of it has come.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> HeadSaid {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if self.begun && !self.in_line => return HeadSaid::Whole(at + 1),
                b'\n' => self.in_line = false,
                b'\r' => {}
                _ => {
                    self.begun = true;
                    self.in_line = true;
                }
            }
        }
        self.seen = self.seen.saturating_add(bytes.len());
        if self.seen > LONGEST_HEAD {
            HeadSaid::TooLong
        } else {
            HeadSaid::Open
        }
    }
}

/// What is left of a body.
#[derive(Debug)]
pub(super) enum Left {
    /// So many bytes.
    Exactly(u64),
    /// What its chunks say.
    Chunked(Chunk),
}

/// Where in a chunked body the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the line with its size, of which this was read.
    Size(u64),
    /// In the rest of that line.
    Extension(u64),
    /// In its data.
    Data(u64),
    /// In the end of the line after the data.
    After,
    /// In a line after the last chunk, which holds anything or not.
    Trailer(bool),
    /// After the end.
    Over,
    /// In something that is no chunk: the library refuses it, and reads no more.
    Broken,
}

impl Left {
    pub(super) fn chunked() -> Self {
        Self::Chunked(Chunk::Size(0))
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Exactly(0) | Self::Chunked(Chunk::Over))
    }

    /// How many of the bytes are of the body; the rest comes after it.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Exactly(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left = left.saturating_sub(taken as u64);
                taken
            }
            Self::Chunked(chunk) => {
                let mut at = 0;
                while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
                    match *chunk {
                        Chunk::Over => break,
                        Chunk::Data(left) => {
                            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                            at += taken;
                            *chunk = match left.saturating_sub(taken as u64) {
                                0 => Chunk::After,
                                left => Chunk::Data(left),
                            };
                        }
                        _ => {
                            *chunk = chunk.after(rest.first().copied().unwrap_or_default());
                            at += 1;
                        }
                    }
                }
                at
            }
        }
    }
}

impl Chunk {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Size(size) | Self::Extension(size), b'\n') if size > 0 => Self::Data(size),
            (Self::Size(_) | Self::Extension(_), b'\n') => Self::Trailer(false),
            (Self::Size(size), _) => match char::from(byte).to_digit(16) {
                Some(digit) => match size.checked_mul(16) {
                    Some(size) => Self::Size(size.saturating_add(u64::from(digit))),
                    None => Self::Broken,
                },
                None => Self::Extension(size),
            },
            (Self::Extension(size), _) => Self::Extension(size),
            (Self::After, b'\n') => Self::Size(0),
            (Self::After, b'\r') => Self::After,
            (Self::Trailer(false), b'\n') => Self::Over,
            (Self::Trailer(true), b'\n') => Self::Trailer(false),
            (Self::Trailer(holds), b'\r') => Self::Trailer(holds),
            (Self::Trailer(_), _) => Self::Trailer(true),
            (Self::Data(_) | Self::Over | Self::After | Self::Broken, _) => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the bytes are cut, the end is found at the same place.
    fn cut<T: PartialEq + std::fmt::Debug>(text: &str, read: impl Fn(&[&[u8]]) -> T) -> T {
        let bytes = text.as_bytes();
        let whole = read(&[bytes]);
        for at in 0..bytes.len() {
            let (one, other) = bytes.split_at(at);
            assert_eq!(read(&[one, other]), whole, "{text:?} at {at}");
        }
        whole
    }

    fn head_ends(text: &str) -> Option<usize> {
        cut(text, |parts| {
            let (mut head, mut before) = (Head::default(), 0);
            for part in parts {
                match head.add(part) {
                    HeadSaid::Whole(at) => return Some(before + at),
                    HeadSaid::Open => before += part.len(),
                    HeadSaid::TooLong => return None,
                }
            }
            None
        })
    }

    #[test]
    fn a_head_ends_with_its_first_empty_line() {
        assert_eq!(head_ends("GET / HTTP/1.1\r\n\r\nGET"), Some(18));
        assert_eq!(head_ends("GET / HTTP/1.1\nHost: x\n\nGET"), Some(24));
        assert_eq!(head_ends("\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n"), Some(28));
        assert_eq!(head_ends("GET / HTTP/1.1\r\nA: b\r\n"), None);
        assert_eq!(Head::default().add(&[b'x'; LONGEST_HEAD + 1]), HeadSaid::TooLong);
        assert_eq!(Head::default().add(&[b'x'; LONGEST_HEAD]), HeadSaid::Open);
    }

    fn body_ends(text: &str) -> (usize, bool) {
        cut(text, |parts| {
            let mut left = Left::chunked();
            let taken = parts.iter().map(|part| left.take(part)).sum();
            (taken, left.is_over())
        })
    }

    #[test]
    fn a_chunked_body_ends_after_its_trailers() {
        assert_eq!(body_ends("3\r\nabc\r\n0\r\n\r\nGET /"), (13, true));
        assert_eq!(
            body_ends("A;x=y\r\n0123456789\r\n00\r\nT: v\r\n\r\nGET /"),
            (31, true)
        );
        assert_eq!(body_ends("3\r\nabc\r\n"), (8, false));
        // A caller that lies about sizes has its bytes given to the library, which refuses them.
        assert_eq!(body_ends("3\r\nabcdef\r\n0\r\n\r\nGET /"), (21, false));
        assert_eq!(body_ends("fffffffffffffffff\r\nGET /"), (24, false));
    }

    #[test]
    fn a_body_of_known_length_ends_with_it() {
        let mut left = Left::Exactly(5);
        assert_eq!((left.take(b"abc"), left.is_over()), (3, false));
        assert_eq!((left.take(b"defg"), left.is_over()), (2, true));
        assert_eq!(left.take(b"h"), 0);
    }
}
