//! The bytes of a connection, as the HTTP library gets to see them.

use super::framing::{Head, HeadSaid};
use super::{Arrival, Arrivals, Connection, Inner, Phase};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long the head of a request may take from its first byte.
pub(in crate::http) const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// How long a caller may take to read an answer that does not go out at once.
pub(in crate::http) const WRITTEN_WITHIN: Duration = Duration::from_secs(10);
/// Bytes that are read at a time.
const AT_ONCE: usize = 16 << 10;
/// Bytes that are read ahead to see whether the caller is still there.
const AHEAD: usize = 2048;
/// The answer to a head that is too long.
const TOO_LONG: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A stream of which one request at a time is read.
pub(in crate::http) struct Stream<T> {
    io: T,
    connection: Connection,
    /// Read, but not given to the library yet.
    ahead: Vec<u8>,
    /// Whether the caller sends no more.
    ended: bool,
    /// While it has not sent a whole head.
    arrival: Option<Arrival>,
    arrivals: Arc<Arrivals>,
    /// Runs while the rest of a head is awaited.
    of_head: Option<Pin<Box<Sleep>>>,
    /// Runs while the caller does not read.
    of_answer: Option<Pin<Box<Sleep>>>,
}

impl<T> Stream<T> {
    /// The stream of a connection that has just arrived.
    pub(in crate::http) fn new(io: T, arrival: Arrival) -> Self {
        Self {
            io,
            connection: Connection::new(),
            ahead: Vec::new(),
            ended: false,
            arrivals: arrival.arrivals(),
            arrival: Some(arrival),
            of_head: None,
            of_answer: None,
        }
    }

    pub(in crate::http) fn connection(&self) -> Connection {
        self.connection.clone()
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream<T> {
    /// Some bytes, from those read before or from the caller; none if it has ended.
    fn poll_some(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        if !self.ahead.is_empty() {
            let length = self.ahead.len().min(most).min(buffer.remaining());
            buffer.put_slice(self.ahead.get(..length).unwrap_or_default());
            self.ahead.drain(..length);
            if self.ahead.is_empty() {
                self.ahead = Vec::new();
            }
            return Poll::Ready(Ok(length));
        }
        if self.ended {
            return Poll::Ready(Ok(0));
        }
        let most = most.min(buffer.remaining()).min(AT_ONCE);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        ready!(Pin::new(&mut self.io).poll_read(context, &mut part))?;
        let length = part.filled().len();
        buffer.advance(length);
        self.ended = length == 0;
        Poll::Ready(Ok(length))
    }

    /// Nothing may be given now; the caller may go away meanwhile.
    fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            return Poll::Pending;
        }
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let mut bytes = [0; AHEAD];
        let mut part = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.io).poll_read(context, &mut part))?;
        self.ahead.extend_from_slice(part.filled());
        self.ended = self.ahead.is_empty();
        if self.ended {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        mut head: Head,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let length = match self.poll_some(context, buffer, usize::MAX) {
            Poll::Ready(read) => read?,
            Poll::Pending => return self.wait_for_head(context, head),
        };
        if length == 0 {
            self.keep(Phase::Head(head));
            return Poll::Ready(Ok(()));
        }
        let had_begun = head.has_begun();
        let said = head.add(buffer.filled().get(before..).unwrap_or_default());
        if !had_begun && head.has_begun() {
            self.connection.0.borrow_mut().began = Some(Instant::now());
        }
        match said {
            HeadSaid::Open => self.keep(Phase::Head(head)),
            HeadSaid::Whole(end) => {
                self.give_back(buffer, before + end);
                self.keep(Phase::Whole);
                self.arrival = None;
                self.of_head = None;
            }
            HeadSaid::TooLong => {
                // Nothing else is being written: the answers before it have left, or the caller does not read them.
                let _ = Pin::new(&mut self.io).poll_write(context, TOO_LONG);
                buffer.set_filled(before);
                self.ended = true;
                self.ahead = Vec::new();
                self.keep(Phase::Head(head));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The rest of a head that has begun is awaited for a while, and counts as half open until then.
    fn wait_for_head(&mut self, context: &mut Context<'_>, head: Head) -> Poll<io::Result<()>> {
        let has_begun = head.has_begun();
        self.keep(Phase::Head(head));
        if has_begun && self.arrival.is_none() {
            self.arrival = Some(self.arrivals.arrive());
        }
        let is_cut = self
            .arrival
            .as_ref()
            .is_some_and(|arrival| arrival.poll_cut(context).is_ready());
        let is_late = has_begun && {
            let timer = self.of_head.get_or_insert_with(|| Box::pin(sleep(HEAD_WITHIN)));
            timer.as_mut().poll(context).is_ready()
        };
        if is_cut || is_late {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }

    /// Takes back what was read beyond an end.
    fn give_back(&mut self, buffer: &mut ReadBuf<'_>, end: usize) {
        let beyond = buffer.filled().get(end..).unwrap_or_default();
        if !beyond.is_empty() {
            let mut ahead = beyond.to_vec();
            ahead.append(&mut self.ahead);
            self.ahead = ahead;
        }
        buffer.set_filled(end);
    }

    fn keep(&self, phase: Phase) {
        self.connection.0.borrow_mut().phase = phase;
    }

    fn poll_body(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = match &self.connection.0.borrow().phase {
            Phase::Body { answered: true, .. } => usize::MAX,
            Phase::Body { room, .. } => *room,
            Phase::Head(_) | Phase::Whole => 0,
        };
        let before = buffer.filled().len();
        if ready!(self.poll_some(context, buffer, most))? == 0 {
            return Poll::Ready(Ok(()));
        }
        let end = {
            let mut inner = self.connection.0.borrow_mut();
            let Inner { phase, .. } = &mut *inner;
            let Phase::Body { left, room, answered } = phase else {
                return Poll::Pending;
            };
            let taken = left.take(buffer.filled().get(before..).unwrap_or_default());
            *room = room.saturating_sub(taken);
            if left.is_over() && *answered {
                *phase = Phase::Head(Head::default());
            }
            before + taken
        };
        self.give_back(buffer, end);
        Poll::Ready(Ok(()))
    }
}

/// What the phase lets be done.
enum May {
    Head(Head),
    Body,
    Wait,
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let may = {
            let mut inner = this.connection.0.borrow_mut();
            inner.reader = Some(context.waker().clone());
            match &mut inner.phase {
                Phase::Head(head) => May::Head(std::mem::take(head)),
                Phase::Body { left, room, answered } if !left.is_over() && (*answered || *room > 0) => {
                    May::Body
                }
                Phase::Body { .. } | Phase::Whole => May::Wait,
            }
        };
        let before = buffer.filled().len();
        let read = match may {
            May::Head(head) => this.poll_head(context, buffer, head),
            May::Body => this.poll_body(context, buffer),
            May::Wait => this.poll_ahead(context),
        };
        let mut inner = this.connection.0.borrow_mut();
        inner.ended |= read.is_ready() && buffer.filled().len() == before;
        inner.looked |= read.is_pending() || inner.ended;
        read
    }
}

impl<T: AsyncWrite + Unpin> Stream<T> {
    /// What came of a write: if the caller does not read, it may do so for a while.
    fn in_time<R>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            return written;
        }
        let timer = self
            .of_answer
            .get_or_insert_with(|| Box::pin(sleep(WRITTEN_WITHIN)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Stream<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(context, bytes);
        this.in_time(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(context, parts);
        this.in_time(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    /// The library flushes when it has given everything, so this is where an answer has left.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.io).poll_flush(context);
        ready!(this.in_time(context, flushed))?;
        this.of_answer = None;
        let kept = this.connection.0.borrow_mut().until_written.take();
        drop(kept);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}
