//! Requests whose answers are read piece by piece: a Bulk Data export, its status and its files.
//!
//! They go the same way as queries: no redirect, no proxy, addresses checked when connecting.

use super::exchange::Endpoint;
use super::transport;
use super::{FhirClient, Why};
use crate::address::{AllowedBase, InvalidBase};
use crate::telemetry::Outgoing;
use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Method, Response};
use std::time::Duration;

/// An answer whose body is still to come.
pub struct Streamed {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    response: Response,
}

impl Streamed {
    /// The next piece of the body.
    ///
    /// # Errors
    /// [`Why`] it breaks off.
    pub async fn piece(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Why> {
        self.response.chunk().await.map_err(|_| Why::Truncated)
    }

    /// All of it, up to so many bytes.
    ///
    /// # Errors
    /// [`Why`] it cannot be read.
    pub async fn whole(mut self, limit: usize) -> Result<Vec<u8>, Why> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            if body.len().saturating_add(piece.as_ref().len()) > limit {
                return Err(Why::ByteCap);
            }
            body.extend_from_slice(piece.as_ref());
        }
        Ok(body)
    }

    /// After which pause the server wants to be asked again, where it says so.
    pub fn again_after(&self) -> Option<Duration> {
        transport::wait(&self.headers, Timestamp::now())
    }
}

impl FhirClient {
    /// The address of a file or a status that a registered server names: as [`endpoint`](Self::endpoint), and with a query,
    /// in which such addresses may have their signature.
    ///
    /// # Errors
    /// [`InvalidBase`] if it may not be connected to.
    pub fn file(&self, base: &AllowedBase, text: &str) -> Result<Endpoint, InvalidBase> {
        let (path, query) = text
            .split_once('?')
            .map_or((text, None), |(path, query)| (path, Some(query)));
        let mut endpoint = self.endpoint(base, path)?;
        endpoint.0.set_query(query);
        Ok(endpoint)
    }

    /// Sends a GET or DELETE and waits for the head of the answer.
    ///
    /// # Errors
    /// [`Why`] there is none that could be used; whatever status it has comes back.
    pub async fn streamed(
        &self,
        method: Method,
        endpoint: &Endpoint,
        headers: HeaderMap,
        patience: Duration,
    ) -> Result<Streamed, Why> {
        let name = if method == Method::DELETE { "DELETE" } else { "GET" };
        let mut asking = Outgoing::begin(name, &endpoint.0);
        let sending = self
            .http
            .request(method, endpoint.0.clone())
            .headers(headers)
            .send();
        let answer = match tokio::time::timeout(patience, sending).await {
            Err(_) => Err(Why::Timeout),
            Ok(Err(error)) => Err(transport::unsent(&error, endpoint.0.scheme() == "https")),
            Ok(Ok(response)) if response.status().is_redirection() => Err(Why::Redirect),
            Ok(Ok(response)) => Ok(response),
        };
        let answer = answer.and_then(|response| {
            let packed = response.headers().get(CONTENT_ENCODING);
            match packed.is_some_and(|packed| packed.as_bytes() != b"identity") {
                true => Err(Why::Encoded),
                false => Ok(Streamed {
                    status: response.status().as_u16(),
                    headers: response.headers().clone(),
                    response,
                }),
            }
        });
        let status = answer.as_ref().ok().map(|answer| answer.status);
        asking.ended(status, answer.as_ref().err().map(|why| why.code()));
        answer
    }
}
