//! One connection: what of its bytes the HTTP library gets to see, and when, so that a caller cannot have more of it than
//! the answer to one request at a time.
//!
//! The library reads up to 128 KiB ahead and takes as many requests out of them as there are, whatever they cost, and
//! neither can be set. So the stream that it reads from gives it one head, then the body of that request as far as there
//! is room for it, and the next head only when that request is answered.

mod arrivals;
mod framing;
mod stream;

pub(super) use arrivals::{Arrival, Arrivals};
pub(super) use stream::{HEAD_WITHIN, Stream};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use framing::{Head, Left};
use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Instant;

/// Bytes of a body that are read before anybody has made room for them.
const UNASKED: usize = 8 << 10;

/// What stream, boundary and body of one connection know together; clones are the same one.
#[derive(Clone)]
pub(crate) struct Connection(Rc<RefCell<Inner>>);

struct Inner {
    phase: Phase,
    /// Of the library, while it waits for bytes.
    reader: Option<Waker>,
    /// Whether what had come of the body at hand has been given.
    looked: bool,
    /// Whether nothing more will come.
    ended: bool,
    /// When the first byte of the newest head came.
    began: Option<Instant>,
    /// Dropped once the answer has left.
    until_written: Option<Box<dyn Any>>,
}

/// What comes next.
enum Phase {
    /// A head.
    Head(Head),
    /// Nothing, until the request is taken up.
    Whole,
    /// The body of a request.
    Body {
        left: Left,
        /// Bytes for which there is room.
        room: usize,
        /// Whether the request is answered, so that nobody needs the rest.
        answered: bool,
    },
}

impl Connection {
    fn new() -> Self {
        Self(Rc::new(RefCell::new(Inner {
            phase: Phase::Head(Head::default()),
            reader: None,
            looked: false,
            ended: false,
            began: None,
            until_written: None,
        })))
    }

    /// When the first byte of the request came that is being answered.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.0.borrow().began
    }

    /// There is room for so many more bytes of the body.
    pub(super) fn allow(&self, bytes: usize) {
        if let Phase::Body { room, .. } = &mut self.0.borrow_mut().phase {
            *room = room.saturating_add(bytes);
        }
        self.wake();
    }

    /// Keeps something until the answer has left, or the connection is gone.
    pub(super) fn until_written(&self, kept: Box<dyn Any>) {
        let before = self.0.borrow_mut().until_written.replace(kept);
        drop(before);
    }

    fn begins(&self, left: Left) {
        let has_body = !left.is_over();
        {
            let mut inner = self.0.borrow_mut();
            inner.looked = inner.ended || !has_body;
            inner.phase = Phase::Body {
                left,
                room: UNASKED,
                answered: false,
            };
        }
        if has_body {
            self.wake();
        }
    }

    /// Waits until the library has what has come of the body already: one that was read to its end does not cost the
    /// connection if the request is refused without a look at it.
    async fn looked(&self) {
        let looked = || self.0.borrow().looked;
        // Woken to read, the library asks here again after it.
        poll_fn(|_| if looked() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn ends(&self) {
        {
            let mut inner = self.0.borrow_mut();
            if let Phase::Body { left, answered, .. } = &mut inner.phase {
                *answered = true;
                if left.is_over() {
                    inner.phase = Phase::Head(Head::default());
                }
            }
        }
        self.wake();
    }

    fn wake(&self) {
        let reader = self.0.borrow_mut().reader.take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// A request that is being answered.
struct Turn(Connection);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.ends();
    }
}

/// Wraps every request: its body may be read from now on, and the next head when it is answered.
///
/// # Errors
/// Those of the request.
pub(super) async fn turn<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let connection = request.conn_data::<Connection>().cloned();
    let turn = connection.map(|connection| {
        connection.begins(left(request.headers()));
        Turn(connection)
    });
    if let Some(Turn(connection)) = &turn {
        connection.looked().await;
    }
    next.call(request).await
}

/// What of a request with these headers comes after them, as the library reads it.
fn left(headers: &HeaderMap) -> Left {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Left::chunked();
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    Left::Exactly(length.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}
