//! `GET /smart/launch`: from the chart, or with the server alone, to the authorization server.

use super::fields::Fields;
use super::moved::Moved;
use super::name::{hashed, random, told};
use super::pending::{LIFE, Pending};
use super::registry::Smart;
use super::{scopes, token};
use crate::call::Call;
use crate::errors::{Denied, ErrorCode, Failure};
use crate::fhir_client::FhirClient;
use crate::trust::Who;
use actix_web::HttpRequest;
use oauth2::{CsrfToken, PkceCodeChallenge, Scope};
use std::sync::Arc;

/// The longest `launch` that is handed on.
const LONGEST: usize = 4096;

/// `GET /smart/launch?iss=&launch=` (SMART App Launch 2.2, 2.0.7; RFC 7636; RFC 9700)
///
/// # Errors
/// Why it does not begin.
pub(crate) async fn launch(
    smart: &Smart,
    fhir: &FhirClient,
    call: &Call,
    request: &HttpRequest,
) -> Result<Moved, Failure> {
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
    let server = smart.described(fhir, &base).await.map_err(|unusable| {
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
    Ok(Moved {
        location: url.to_string(),
        cookies: vec![cookie],
    })
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
