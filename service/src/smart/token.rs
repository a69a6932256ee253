//! The exchange of a code for a token and the launch's patient (SMART App Launch 2.2, 2.0.7 and 2.0.9).

use super::proof::{Proof, assertion as signed_assertion};
use super::server::AuthorizationServer;
use crate::fhir_client::{FhirClient, Sent, Why};
use crate::settings::SmartClient;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, StandardRevocableToken,
    StandardTokenResponse, TokenUrl, http,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};

/// The greatest answer that is read.
const LARGEST: usize = 64 << 10;
/// How long it is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// RFC 7523, 2.2.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What comes with a token beside what OAuth has.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Launched {
    pub(super) patient: Option<String>,
    pub(super) encounter: Option<String>,
    #[serde(rename = "appContext")]
    pub(super) app_context: Option<Value>,
    pub(super) id_token: Option<String>,
}

objects_only!(Launched);

impl Serialize for Launched {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl ExtraTokenFields for Launched {}

/// Shows nothing of it.
impl fmt::Debug for Launched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Launched")
    }
}

/// The answer to an exchange.
pub(super) type Granted = StandardTokenResponse<Launched, BasicTokenType>;

/// The library's client of an authorization server.
pub(super) type OAuth = Client<
    BasicErrorResponse,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// This service as a client of a server.
///
/// # Errors
/// If the library does not take an address.
pub(super) fn oauth(
    client: &SmartClient,
    server: &AuthorizationServer,
    redirect: &RedirectUrl,
) -> Result<OAuth, NotExchanged> {
    let token_url = TokenUrl::new(server.token_url.clone()).map_err(|_| NotExchanged::Malformed)?;
    Ok(Client::new(ClientId::new(client.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(server.authorize.clone()))
        .set_token_uri(token_url)
        .set_redirect_uri(redirect.clone()))
}

/// Why there is no token, in our words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotExchanged {
    /// No answer that could be read.
    Unanswered(Why),
    /// The server refused the code or the client.
    Refused,
    /// An answer of another shape.
    Malformed,
    /// Not a token that is shown as it is (RFC 6750).
    NotBearer,
    /// The secret or key of this service cannot be used.
    Proof,
}

impl NotExchanged {
    /// What a person reads.
    pub(super) fn text(self) -> String {
        match self {
            Self::Unanswered(why) => format!("token: {why}"),
            Self::Refused => "token: the server has refused it".to_owned(),
            Self::Malformed => "token: the answer was not one of OAuth".to_owned(),
            Self::NotBearer => "token: `token_type` is not `Bearer`".to_owned(),
            Self::Proof => "the secret or key of this service cannot be used".to_owned(),
        }
    }
}

/// No answer, as the library wants it.
#[derive(Debug)]
struct Unanswered(Why);

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unanswered {}

/// What is exchanged: once, since a code is good once.
pub(super) struct Exchange<'a> {
    pub(super) client: &'a SmartClient,
    pub(super) server: &'a AuthorizationServer,
    pub(super) redirect: &'a RedirectUrl,
    pub(super) code: String,
    pub(super) verifier: PkceCodeVerifier,
    /// A name for the assertion, used once.
    pub(super) jti: String,
    pub(super) now: u64,
}

impl Exchange<'_> {
    /// Exchanges the code at the server's own address, by the network rules of its FHIR server.
    ///
    /// # Errors
    /// [`NotExchanged`] if there is no bearer token.
    pub(super) async fn run(self, fhir: &FhirClient) -> Result<Granted, NotExchanged> {
        let mut oauth = oauth(self.client, self.server, self.redirect)?;
        let mut assertion = None;
        match Proof::read(&self.client.credential) {
            Ok(Proof::None) => {}
            Ok(Proof::Secret(secret)) => {
                oauth = oauth.set_client_secret(ClientSecret::new(secret.to_string()))
            }
            Ok(Proof::Key(key)) => {
                let signed = signed_assertion(
                    &key,
                    &self.client.client_id,
                    &self.server.token_url,
                    &self.jti,
                    self.now,
                );
                assertion = Some(signed.map_err(|()| NotExchanged::Proof)?);
                oauth = oauth.set_auth_type(AuthType::RequestBody);
            }
            Err(reason) => {
                tracing::error!(reason, "launch without proof of this service");
                return Err(NotExchanged::Proof);
            }
        }
        let mut asking = oauth
            .exchange_code(AuthorizationCode::new(self.code))
            .set_pkce_verifier(self.verifier);
        if let Some(assertion) = assertion {
            asking = asking
                .add_extra_param("client_assertion_type", ASSERTION)
                .add_extra_param("client_assertion", assertion);
        }
        let server = self.server;
        let send = |request: HttpRequest| send(fhir, server, request);
        let granted = asking.request_async(&send).await.map_err(|error| match error {
            oauth2::RequestTokenError::Request(Unanswered(why)) => NotExchanged::Unanswered(why),
            oauth2::RequestTokenError::ServerResponse(_) => NotExchanged::Refused,
            // What the library says quotes the answer.
            oauth2::RequestTokenError::Parse(..) | oauth2::RequestTokenError::Other(_) => {
                NotExchanged::Malformed
            }
        })?;
        match oauth2::TokenResponse::token_type(&granted) {
            BasicTokenType::Bearer => Ok(granted),
            _ => Err(NotExchanged::NotBearer),
        }
    }
}

/// Sends what the library made to the address that was checked.
async fn send(
    fhir: &FhirClient,
    server: &AuthorizationServer,
    request: HttpRequest,
) -> Result<HttpResponse, Unanswered> {
    let (head, form) = request.into_parts();
    let mut headers = head.headers;
    headers.remove(http::header::ACCEPT);
    let sent = Sent {
        form: Some(form),
        headers,
    };
    let answer = fhir
        .exchange(&server.token, sent, LARGEST, Instant::now() + PATIENCE)
        .await;
    let answer = answer.map_err(Unanswered)?;
    let mut response = HttpResponse::new(answer.body);
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).map_err(|_| Unanswered(Why::UnexpectedStatus))?;
    Ok(response)
}
