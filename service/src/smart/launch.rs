//! `GET /smart/launch`: from the chart, or with the server alone, to the authorization server.

use super::pending::{LIFE, Pending};
use super::session::hashed;
use super::{Smart, random, scopes, smart, token};
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::pages::{moved, not_opened};
use crate::telemetry::{Call, Who};
use crate::trust::Denied;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use oauth2::{CsrfToken, PkceCodeChallenge, Scope};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The longest `launch` that is handed on.
const LONGEST: usize = 4096;

/// `GET /smart/launch?iss=&launch=` (SMART App Launch 2.2, 2.0.7; RFC 7636; RFC 9700)
pub(crate) async fn launch(
    state: Data<State>,
    call: Call,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let smart = smart(&state)?;
    let answered = begin(&state, smart, &call, &request).await;
    answered.or_else(|failure| not_opened(&state, &failure))
}

async fn begin(
    state: &State,
    smart: &Smart,
    call: &Call,
    request: &HttpRequest,
) -> Result<HttpResponse, Failure> {
    let fields = Fields::of(request)?;
    let iss = fields.only("iss")?.ok_or(ErrorCode::InvalidLaunch)?;
    let launch = fields.only("launch")?;
    if launch.is_some_and(|launch| launch.is_empty() || launch.len() > LONGEST) {
        return Err(ErrorCode::InvalidLaunch.into());
    }
    let Some((app, base)) = smart.registered(iss) else {
        return Err(refused(
            call,
            Denied::LaunchIssuer,
            None,
            ErrorCode::UnregisteredIssuer,
        ));
    };
    let server = smart.described(state.fhir(), &base).await.map_err(|unusable| {
        let (host, reason) = (base.host(), unusable.text());
        call.within(|| tracing::warn!(host, reason, "launch not possible"));
        Failure::at(ErrorCode::LaunchFailed, reason)
    })?;
    let asked = scopes::asked(
        &smart.scopes,
        server.scopes,
        launch.is_some(),
        server.keys.is_some(),
    );
    let oauth = token::oauth(&app.client, &server, &smart.redirect)
        .map_err(|why| Failure::at(ErrorCode::LaunchFailed, why.text()))?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (name, browser, nonce) = (random(), random(), random());
    let mut asking = oauth
        .authorize_url(|| CsrfToken::new(name.clone()))
        .add_scopes(asked.iter().cloned().map(Scope::new))
        .set_pkce_challenge(challenge)
        .add_extra_param("aud", iss);
    if asked.iter().any(|scope| scope == scopes::OPENID) {
        asking = asking.add_extra_param("nonce", nonce.as_str());
    }
    if let Some(launch) = launch {
        asking = asking.add_extra_param("launch", launch);
    }
    let (url, _) = asking.url();
    let framed = !app.client.frame_origins.is_empty();
    let told = told(&name);
    let cookie = smart.cookies.launch(&told, &browser, framed, LIFE);
    let pending = Pending {
        app,
        base,
        iss: iss.to_owned(),
        server: Arc::clone(&server),
        verifier,
        nonce,
        asked,
        browser: hashed(&browser),
        since: smart.clock.elapsed(),
    };
    smart.launches.begin(&name, pending);
    Ok(moved(url.as_str(), &[cookie]))
}

/// What the cookie of a launch is named with: it tells launches apart and nothing else.
pub(super) fn told(state: &str) -> String {
    format!("{:x}", Sha256::digest(state))
}

/// A launch that is refused, on record for the registered client that it was of.
pub(super) fn refused(call: &Call, reason: Denied, issuer: Option<&str>, code: ErrorCode) -> Failure {
    let who = Who {
        issuer: issuer.map(str::to_owned),
        ..Who::default()
    };
    call.denied(reason, who);
    call.within(|| tracing::warn!(reason = reason.word(), issuer, "launch refused"));
    code.into()
}

/// The fields of an address.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let fields = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let fields = fields.map_err(|_| Failure::from(ErrorCode::InvalidLaunch))?;
        Ok(Self(fields.into_inner()))
    }

    /// The value of a field that may be there once.
    pub(super) fn only(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        match found.next() {
            Some(_) => Err(ErrorCode::InvalidLaunch.into()),
            None => Ok(first),
        }
    }
}
