//! Who takes records, and what becomes of those that are sent.

/// Who takes records.
pub(super) trait Peer: Send + 'static {
    /// Sends records in order, up to the first that is not taken.
    fn send(&mut self, records: &[Vec<u8>]) -> Sent;

    /// Reads the files anew that TLS needs, since they may be why nothing is taken.
    fn renew(&mut self);
}

/// What became of records that were sent.
pub(super) struct Sent {
    /// So many of them, from the first on, need not be sent again.
    pub(super) taken: usize,
    /// Why the next one was not taken.
    pub(super) trouble: Option<Trouble>,
}

/// Why a record was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// For what it is, by this status: it never will be.
    Refused(u16),
    /// By this status, which says nothing about the record.
    Status(u16),
    /// There was no answer.
    Failed(&'static str),
}
