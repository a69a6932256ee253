//! The id of the request that is being answered, which every line of the log has.

use opentelemetry::Context;
use std::sync::Arc;

/// The id of a request, as its [`Context`] holds it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

impl RequestId {
    /// That of the request that is being answered; none elsewhere.
    pub(super) fn current() -> Option<String> {
        Context::map_current(|context| context.get::<Self>().map(|id| id.0.to_string()))
    }
}
