//! Where a step of a launch sends the browser.

/// An address to go on to, with cookies to take along.
#[derive(Debug)]
pub(crate) struct Moved {
    /// The address; without a host it is beside the one that was called.
    pub(crate) location: String,
    /// Values of `Set-Cookie`.
    pub(crate) cookies: Vec<String>,
}
