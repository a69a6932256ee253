//! Sessions of launched pages: the token stays here, the browser has a random name for it.
//!
//! They are kept in memory. Replicas need session affinity; a session that is lost with its process loses no answers, since
//! what was typed stands in the page, and a new launch from the chart opens a new session.

use super::context::AppContext;
use super::name::{Hashed, hashed};
use super::scopes::Scopes;
use crate::address::AllowedBase;
use crate::call::Call;
use crate::errors::{Denied, ErrorCode, Failure};
use crate::fhir_client::BearerToken;
use crate::trust::Who;
use actix_web::http::header::HeaderMap;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Sessions that are open at the same time; the one that was used longest ago gives way to a new one.
const MOST: usize = 4096;

/// An open session: the proof that a launch was answered for this patient, which a handler of its pages has to hold.
///
/// Made by the callback of a launch only, and taken from a request by its cookie. Clones are the same session.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Launch>);

/// What a launch has brought.
pub(super) struct Launch {
    pub(super) issuer: String,
    pub(super) base: AllowedBase,
    pub(super) patient: String,
    pub(super) encounter: Option<String>,
    pub(super) user: Option<String>,
    pub(super) scopes: Scopes,
    pub(super) token: BearerToken,
    pub(super) csrf: String,
    pub(super) context: AppContext,
    pub(super) frame_origins: Vec<String>,
    /// By the clock of the service, whatever happens until then.
    pub(super) ends: Duration,
}

impl Session {
    /// `issuer` of the registered client whose chart was opened.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The registered FHIR server that the launch came from.
    pub fn base(&self) -> &AllowedBase {
        &self.0.base
    }

    /// The id of the one patient of this session, without `Patient/`.
    pub fn patient(&self) -> &str {
        &self.0.patient
    }

    /// The id of the encounter, where the launch named one.
    pub fn encounter(&self) -> Option<&str> {
        self.0.encounter.as_deref()
    }

    /// Who has opened it: `Practitioner/7` on the session's own server, else an address; nothing where the server did not say.
    pub fn fhir_user(&self) -> Option<&str> {
        self.0.user.as_deref()
    }

    /// What the token allows.
    pub fn scopes(&self) -> &Scopes {
        &self.0.scopes
    }

    /// The access token, which can be sent and not be shown.
    pub fn token(&self) -> &BearerToken {
        &self.0.token
    }

    /// What each form of the session's pages has to bring in a hidden field.
    pub fn csrf(&self) -> &str {
        &self.0.csrf
    }

    /// Which card and option the launch came from.
    pub fn context(&self) -> &AppContext {
        &self.0.context
    }

    /// Origins of pages that may frame those of the session.
    pub(crate) fn frame_origins(&self) -> &[String] {
        &self.0.frame_origins
    }

    /// What the audit says of whoever asks.
    pub(crate) fn who(&self) -> Who {
        Who {
            issuer: Some(self.0.issuer.clone()),
            ..Who::default()
        }
    }

    /// Checks that a form was sent from a page of this session: the hidden field `csrf` is the session's, and the browser
    /// does not say that another site sent it.
    ///
    /// # Errors
    /// [`ErrorCode::StaleForm`]; it is on record.
    pub fn check_form(&self, call: &Call, headers: &HeaderMap, csrf: &str) -> Result<(), Failure> {
        let from = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        let own = !matches!(from, Some(b"cross-site" | b"same-site"));
        match own && hashed(csrf) == hashed(&self.0.csrf) {
            true => Ok(()),
            false => Err(self.refused(call, Denied::SessionForm, ErrorCode::StaleForm)),
        }
    }

    /// Checks that a page or form, which names its patient, means the one of this session.
    ///
    /// # Errors
    /// [`ErrorCode::SessionPatient`]; it is on record.
    pub fn check_patient(&self, call: &Call, patient: &str) -> Result<(), Failure> {
        match patient.strip_prefix("Patient/").unwrap_or(patient) == self.0.patient {
            true => Ok(()),
            false => Err(self.refused(call, Denied::SessionPatient, ErrorCode::SessionPatient)),
        }
    }

    fn refused(&self, call: &Call, reason: Denied, code: ErrorCode) -> Failure {
        call.denied(reason, self.who());
        call.within(|| tracing::warn!(reason = reason.word(), issuer = self.0.issuer, "session refused"));
        code.into()
    }
}

/// Says whose it is, and nothing of the chart or the token.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("issuer", &self.0.issuer)
            .finish_non_exhaustive()
    }
}

/// The open sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    idle: Duration,
    open: Mutex<HashMap<Hashed, (Session, Duration)>>,
}

impl Sessions {
    /// A table of sessions that end after so long without a request.
    pub(super) fn new(idle: Duration) -> Self {
        Self {
            idle,
            open: Mutex::default(),
        }
    }

    /// Opens a session under a random name, in the place of the one that the browser had.
    pub(super) fn open(&self, name: &str, before: Option<&str>, session: Session, now: Duration) {
        let mut open = self.lock();
        if let Some(before) = before {
            open.remove(&hashed(before));
        }
        open.retain(|_, (session, used)| self.lasts(session, *used, now));
        if open.len() >= MOST {
            let oldest = open
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(name, _)| *name);
            oldest.and_then(|oldest| open.remove(&oldest));
        }
        open.insert(hashed(name), (session, now));
    }

    /// The session of this name, used now.
    pub(super) fn find(&self, name: &str, now: Duration) -> Option<Session> {
        let mut open = self.lock();
        let name = hashed(name);
        let (session, used) = open.get_mut(&name)?;
        if !self.lasts(session, *used, now) {
            open.remove(&name);
            return None;
        }
        *used = now;
        Some(session.clone())
    }

    fn lasts(&self, session: &Session, used: Duration, now: Duration) -> bool {
        now < session.0.ends && now.saturating_sub(used) < self.idle
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hashed, (Session, Duration)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(ends: u64) -> Session {
        Session(Arc::new(Launch {
            issuer: "https://ehr.example.org".to_owned(),
            base: AllowedBase::parse("https://fhir.example.org", &[]).unwrap(),
            patient: "p".to_owned(),
            encounter: None,
            user: None,
            scopes: Scopes::default(),
            token: BearerToken::unusable(),
            csrf: "c".to_owned(),
            context: AppContext::default(),
            frame_origins: Vec::new(),
            ends: Duration::from_secs(ends),
        }))
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_with_its_token() {
        let sessions = Sessions::new(Duration::from_secs(60));
        let at = Duration::from_secs;
        sessions.open("a", None, session(150), at(0));
        assert!(sessions.find("b", at(0)).is_none());
        assert!(sessions.find("a", at(59)).is_some());
        assert!(sessions.find("a", at(118)).is_some());
        assert!(sessions.find("a", at(150)).is_none(), "its token has ended");
        sessions.open("c", None, session(1000), at(200));
        assert!(sessions.find("c", at(260)).is_none(), "idle");
        assert!(
            sessions.find("c", at(201)).is_none(),
            "what has ended does not come back"
        );
    }

    #[test]
    fn the_table_has_an_end_and_the_one_not_used_gives_way() {
        let sessions = Sessions::new(Duration::from_secs(3600));
        let at = Duration::from_millis;
        for number in 0..MOST {
            sessions.open(&number.to_string(), None, session(3600), at(number as u64));
        }
        assert!(sessions.find("0", at(5000)).is_some());
        sessions.open("new", None, session(3600), at(5001));
        assert_eq!(sessions.lock().len(), MOST);
        assert!(sessions.find("1", at(5002)).is_none());
        assert!(sessions.find("0", at(5002)).is_some() && sessions.find("new", at(5002)).is_some());
    }

    #[test]
    fn a_session_shows_nothing_of_the_chart() {
        let shown = format!("{:?}", session(1));
        assert_eq!(shown, "Session { issuer: \"https://ehr.example.org\", .. }");
    }
}
