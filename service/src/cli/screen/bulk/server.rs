//! The FHIR server of an export, and how it is asked.

use super::access::Access;
use crate::address::AllowedBase;
use crate::cli::ended::Ended;
use crate::fhir_client::{Endpoint, FhirClient, Streamed, Why};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use std::time::Duration;

/// For the head of an answer; the export itself takes as long as it takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How often something is tried that may work a moment later.
pub(super) const TRIES: u32 = 5;

/// A server, and who asks.
pub(super) struct Server {
    pub(super) client: FhirClient,
    pub(super) base: AllowedBase,
    pub(super) access: Access,
}

impl Server {
    /// A request, with the access token if it goes to the server itself.
    ///
    /// # Errors
    /// [`Why`] there is no answer; whatever status it has comes back.
    pub(super) async fn asked(
        &self,
        method: Method,
        endpoint: &Endpoint,
        headers: &HeaderMap,
    ) -> Result<Streamed, Why> {
        let mut headers = headers.clone();
        if endpoint.is_on(&self.base)
            && let Some(token) = self.access.header(&self.client, &self.base).await?
        {
            headers.insert(AUTHORIZATION, token);
        }
        self.client.streamed(method, endpoint, headers, PATIENCE).await
    }
}

/// Whether the same request may be answered a moment later.
pub(super) fn may_work_later(status: u16) -> bool {
    matches!(status, 408 | 429 | 502 | 503 | 504)
}

/// Why an answer with another status than is wanted is of no use.
pub(super) fn refused(answer: &Streamed) -> String {
    match answer.status {
        401 | 403 => format!("status {}: check --client-id, --key and --scope", answer.status),
        status => format!("status {status}"),
    }
}

/// Says at which address something failed.
pub(super) fn failed(place: &str, what: &str) -> Ended {
    // What stands behind a question mark may be a signature.
    let place = place.split('?').next().unwrap_or_default();
    Ended::failed(format!("{place}: {what}"))
}
