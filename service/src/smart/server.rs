//! What a registered FHIR server says of its authorization server (SMART App Launch 2.2, `.well-known/smart-configuration`).

use super::scopes::Form;
use crate::address::AllowedBase;
use crate::fhir_client::{Endpoint, FhirClient, Sent, Why};
use reqwest::Url;
use serde::Deserialize;
use std::time::{Duration, Instant};

/// Where the description is, below the address of the FHIR server.
const PLACE: &str = ".well-known/smart-configuration";
/// The greatest description that is read.
const LARGEST: usize = 128 << 10;
/// How long it is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server that launches can be answered with.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationServer {
    /// Where the browser is sent.
    pub(super) authorize: Url,
    /// The same text for the library.
    pub(super) token_url: String,
    /// Where a code is exchanged.
    pub(super) token: Endpoint,
    /// Who it says it is.
    pub(super) issuer: Option<String>,
    /// Where its keys are, if it tells who the user is.
    pub(super) keys: Option<Endpoint>,
    /// Whether its answers name it (RFC 9207).
    pub(super) names_itself: bool,
    /// Which scopes it knows.
    pub(super) scopes: Form,
}

/// Why a server cannot be used, in our words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Its description was not to be had.
    Unanswered(Why),
    /// Another status than 200.
    Status,
    /// No description.
    Malformed,
    /// No proof key by SHA-256, without which a stolen code is as good as the right one (RFC 9700, 2.1.1).
    NoProofKey,
    /// An address to which no browser is sent, or that is not connected to.
    Address(&'static str),
}

impl Unusable {
    /// What a person reads.
    pub(super) fn text(self) -> String {
        match self {
            Self::Unanswered(why) => format!("`{PLACE}`: {why}"),
            Self::Status => format!("`{PLACE}`: the server has none"),
            Self::Malformed => format!("`{PLACE}` is not a description of an authorization server"),
            Self::NoProofKey => format!("`{PLACE}`: `code_challenge_methods_supported` has no `S256`"),
            Self::Address(what) => format!("`{PLACE}`: `{what}` is not an address that may be used"),
        }
    }
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Description {
    authorization_endpoint: String,
    token_endpoint: String,
    issuer: Option<String>,
    jwks_uri: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

objects_only!(Description);

/// Asks a registered server.
pub(super) async fn described(
    client: &FhirClient,
    base: &AllowedBase,
) -> Result<AuthorizationServer, Unusable> {
    let place = client.below(base, PLACE);
    let deadline = Instant::now() + PATIENCE;
    let answer = client.exchange(&place, Sent::default(), LARGEST, deadline).await;
    let answer = answer.map_err(Unusable::Unanswered)?;
    if answer.status != 200 {
        return Err(Unusable::Status);
    }
    read(client, base, &answer.body)
}

fn read(client: &FhirClient, base: &AllowedBase, body: &[u8]) -> Result<AuthorizationServer, Unusable> {
    let description: Description = serde_json::from_slice(body).map_err(|_| Unusable::Malformed)?;
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    if !has(&description.code_challenge_methods_supported, "S256") {
        return Err(Unusable::NoProofKey);
    }
    let endpoint = |name, text: &str| client.endpoint(base, text).map_err(|_| Unusable::Address(name));
    let identifies = has(&description.capabilities, "sso-openid-connect")
        || has(&description.scopes_supported, super::scopes::OPENID);
    // Who cannot be checked is not asked for.
    let keys = description
        .jwks_uri
        .as_deref()
        .filter(|_| identifies && description.issuer.is_some());
    Ok(AuthorizationServer {
        authorize: for_browser(base, &description.authorization_endpoint)
            .ok_or(Unusable::Address("authorization_endpoint"))?,
        token: endpoint("token_endpoint", &description.token_endpoint)?,
        keys: keys.map(|keys| endpoint("jwks_uri", keys)).transpose()?,
        token_url: description.token_endpoint,
        issuer: description.issuer,
        names_itself: description.authorization_response_iss_parameter_supported,
        scopes: Form::of(&description.capabilities, &description.scopes_supported),
    })
}

/// An address to which a browser may be sent with a launch: HTTPS, or the registered server's own machine.
fn for_browser(base: &AllowedBase, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let safe = url.scheme() == "https"
        || (url.scheme() == "http" && is_http(base) && url.host_str() == Some(base.host()));
    (plain && safe && url.host_str().is_some()).then_some(url)
}

/// Whether a server is registered by `http`, which is this machine.
fn is_http(base: &AllowedBase) -> bool {
    base.addresses()
        .next()
        .is_some_and(|address| address.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FhirSettings;
    use serde_json::json;

    fn of(change: impl FnOnce(&mut serde_json::Value)) -> Result<AuthorizationServer, Unusable> {
        let client = FhirClient::new(&FhirSettings::default()).unwrap();
        let base = AllowedBase::parse("https://fhir.example.org/r4", &[]).unwrap();
        let mut description = json!({
            "authorization_endpoint": "https://login.example.org/auth?p=1",
            "token_endpoint": "https://login.example.org/token",
            "issuer": "https://login.example.org",
            "jwks_uri": "https://login.example.org/keys",
            "capabilities": ["launch-ehr", "sso-openid-connect", "permission-v1"],
            "code_challenge_methods_supported": ["S256"],
        });
        change(&mut description);
        read(&client, &base, description.to_string().as_bytes())
    }

    #[test]
    fn a_description_is_taken_as_it_stands() {
        let server = of(|_| {}).unwrap();
        assert_eq!(
            (server.scopes, server.names_itself, server.keys.is_some()),
            (Form::V1, false, true)
        );
        assert_eq!(server.authorize.as_str(), "https://login.example.org/auth?p=1");
        // Whose keys cannot be had says nothing of the user.
        assert!(of(|json| json["jwks_uri"] = json!(null)).unwrap().keys.is_none());
        assert!(
            of(|json| json["capabilities"] = json!([]))
                .unwrap()
                .keys
                .is_none()
        );
    }

    #[test]
    fn what_is_not_safe_is_not_used() {
        assert_eq!(
            of(|json| json["code_challenge_methods_supported"] = json!(["plain"])).unwrap_err(),
            Unusable::NoProofKey
        );
        assert_eq!(
            of(|json| json["code_challenge_methods_supported"] = json!([])).unwrap_err(),
            Unusable::NoProofKey
        );
        assert_eq!(
            of(|json| json["token_endpoint"] = json!(1)).unwrap_err(),
            Unusable::Malformed
        );
        for (name, value) in [
            ("authorization_endpoint", "http://login.example.org/auth"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("authorization_endpoint", "https://me@login.example.org/auth"),
            ("authorization_endpoint", "/auth"),
            ("token_endpoint", "https://169.254.169.254/token"),
            ("token_endpoint", "https://localhost/token"),
            ("token_endpoint", "http://login.example.org/token"),
            ("jwks_uri", "https://10.0.0.1/keys"),
        ] {
            assert_eq!(
                of(|json| json[name] = json!(value)).unwrap_err(),
                Unusable::Address(name),
                "{value}"
            );
        }
    }
}
