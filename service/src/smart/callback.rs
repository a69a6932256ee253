//! `GET /smart/callback`: the answer of the authorization server, and the session that follows from it.

use super::context::AppContext;
use super::fields::Fields;
use super::identity::{self, Expected};
use super::launch::refused;
use super::moved::Moved;
use super::name::{random, told};
use super::pending::Pending;
use super::registry::Smart;
use super::scopes::{OPENID, Scopes};
use super::server::AuthorizationServer;
use super::session::{Launch, Session};
use super::token::{Exchange, Granted};
use crate::address::AllowedBase;
use crate::call::Call;
use crate::errors::{Denied, ErrorCode, Failure};
use crate::fhir_client::{BearerToken, FhirClient};
use crate::hooks::request::is_fhir_id;
use actix_web::HttpRequest;
use cds_cards::Knowledge;
use oauth2::TokenResponse;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest a session lasts, however long its token would, and one whose token does not say.
const LONGEST: Duration = Duration::from_secs(8 * 3600);
const UNSAID: Duration = Duration::from_secs(3600);
/// Words that say why an authorization server refused (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6); others are not
/// repeated.
const WORDS: [&str; 11] = [
    "access_denied",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_scope",
    "login_required",
    "request_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_response_type",
];

/// `GET /smart/callback?code=&state=` (RFC 6749, 4.1.2; RFC 9207)
///
/// # Errors
/// Why no session follows.
pub(crate) async fn callback(
    smart: &Smart,
    fhir: &FhirClient,
    knowledge: &Knowledge,
    call: &Call,
    request: &HttpRequest,
) -> Result<Moved, Failure> {
    let fields = Fields::of(request)?;
    let only = |name| fields.only(name);
    let (name, code, iss, error) = (only("state")?, only("code")?, only("iss")?, only("error")?);
    let foreign = || refused(call, Denied::LaunchState, None, ErrorCode::ForeignLaunch);
    let name = name.ok_or_else(foreign)?;
    let browser = smart
        .cookies
        .launch_of(request.headers(), &told(name))
        .ok_or_else(foreign)?;
    let pending = smart
        .launches
        .answered(name, &browser, smart.clock.elapsed())
        .ok_or_else(foreign)?;
    let framed = !pending.app.client.frame_origins.is_empty();
    let answer = Answer { code, iss, error };
    let session = open(smart, fhir, knowledge, call, pending, &answer).await?;
    let place = session
        .context()
        .place()
        .map_or(String::new(), |place| format!("#{place}"));
    let before = smart.cookies.session_of(request.headers());
    let session_name = random();
    smart
        .sessions
        .open(&session_name, before.as_deref(), session, smart.clock.elapsed());
    let cookies = [
        smart.cookies.session(&session_name, framed),
        smart.cookies.launch_over(&told(name), framed),
    ];
    // Beside this path, so that a path before it does not matter.
    Ok(Moved {
        location: format!("patient{place}"),
        cookies: cookies.into(),
    })
}

/// What the authorization server has sent by the browser.
struct Answer<'a> {
    code: Option<&'a str>,
    iss: Option<&'a str>,
    error: Option<&'a str>,
}

/// The session of a launch that was answered.
async fn open(
    smart: &Smart,
    fhir: &FhirClient,
    knowledge: &Knowledge,
    call: &Call,
    pending: Pending,
    answer: &Answer<'_>,
) -> Result<Session, Failure> {
    let (app, server) = (Arc::clone(&pending.app), Arc::clone(&pending.server));
    let refuse = |reason, code| refused(call, reason, Some(&app.issuer), code);
    if !is_of(&pending, answer.iss) {
        return Err(refuse(Denied::LaunchMixUp, ErrorCode::ForeignLaunch));
    }
    if let Some(error) = answer.error {
        let failure = refuse(Denied::LaunchRefused, ErrorCode::LaunchRefused);
        let word = WORDS.into_iter().find(|word| *word == error);
        return Err(Failure {
            at: word.map(|word| format!("`{word}`")),
            ..failure
        });
    }
    let code = answer.code.filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| refuse(Denied::LaunchState, ErrorCode::ForeignLaunch))?;
    let Pending {
        base,
        iss: _,
        verifier,
        nonce,
        asked,
        ..
    } = pending;
    let exchange = Exchange {
        client: &app.client,
        server: &server,
        redirect: &smart.redirect,
        code: code.to_owned(),
        verifier,
        jti: random(),
        now: smart.clock.seconds(),
    };
    let received = (Instant::now(), smart.clock.elapsed());
    let granted = exchange.run(fhir).await.map_err(|why| Failure {
        at: Some(why.text()),
        ..refuse(Denied::LaunchToken, ErrorCode::LaunchFailed)
    })?;
    let user = match asked.iter().any(|scope| scope == OPENID) {
        true => {
            let expected = (server.issuer.as_deref(), nonce.as_str());
            let user = user(
                smart,
                fhir,
                &app.client.client_id,
                &base,
                &server,
                &granted,
                expected,
            )
            .await;
            user.map_err(|reason| Failure {
                at: Some("the `id_token` is not one for this launch".to_owned()),
                ..refuse(reason, ErrorCode::LaunchFailed)
            })?
        }
        false => None,
    };
    let launched = granted.extra_fields();
    let patient = launched
        .patient
        .as_deref()
        .map(|id| id.strip_prefix("Patient/").unwrap_or(id));
    let patient = patient.filter(|id| is_fhir_id(id));
    let patient = patient.ok_or_else(|| refuse(Denied::LaunchPatient, ErrorCode::LaunchWithoutPatient))?;
    let life = granted.expires_in().unwrap_or(UNSAID).min(LONGEST);
    let token = BearerToken::new(granted.access_token().secret(), received.0 + life)
        .map_err(|_| refuse(Denied::LaunchToken, ErrorCode::LaunchFailed))?;
    let options = &knowledge.options;
    let context = launched
        .app_context
        .as_ref()
        .map(context_text)
        .unwrap_or_default();
    let scopes = granted
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect());
    let session = Session(Arc::new(Launch {
        issuer: app.issuer.clone(),
        patient: patient.to_owned(),
        encounter: launched.encounter.clone().filter(|id| is_fhir_id(id)),
        user,
        scopes: Scopes::new(scopes.unwrap_or(asked)),
        token,
        csrf: random(),
        context: AppContext::parse(&context, |id| options.iter().any(|option| option.id == id)),
        frame_origins: app.client.frame_origins.clone(),
        ends: received.1 + life,
        base,
    }));
    call.launched(session.issuer(), session.patient(), session.fhir_user());
    Ok(session)
}

/// Whether an answer is of the server that was asked (RFC 9207, 2.4): it has to say so where the server does so, and may
/// not say another name in any case.
fn is_of(pending: &Pending, iss: Option<&str>) -> bool {
    match iss {
        None => !pending.server.names_itself,
        Some(iss) if pending.server.names_itself => pending.server.issuer.as_deref() == Some(iss),
        Some(iss) => pending.server.issuer.as_deref() == Some(iss) || pending.iss == iss,
    }
}

/// Who the user is.
async fn user(
    smart: &Smart,
    fhir: &FhirClient,
    client_id: &str,
    base: &AllowedBase,
    server: &AuthorizationServer,
    granted: &Granted,
    (issuer, nonce): (Option<&str>, &str),
) -> Result<Option<String>, Denied> {
    let wrong = Denied::LaunchIdentity;
    let token = granted.extra_fields().id_token.as_deref().ok_or(wrong)?;
    let kid = identity::key_id(token).ok_or(wrong)?;
    let keys = smart
        .keys(fhir, base, server, kid.as_deref())
        .await
        .ok_or(wrong)?;
    let expected = Expected {
        issuer: issuer.ok_or(wrong)?,
        client_id,
        nonce,
        now: smart.clock.seconds(),
    };
    let user = identity::user(token, &keys, expected)?;
    Ok(user.map(|user| relative(base, user)))
}

/// A user of the session's own server as a reference within it.
fn relative(base: &AllowedBase, user: String) -> String {
    let within = base
        .addresses()
        .find_map(|address| user.strip_prefix(address)?.strip_prefix('/'));
    within.map(str::to_owned).unwrap_or(user)
}

/// The context as text, whichever way a server hands it back.
fn context_text(context: &Value) -> String {
    match context {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
