//! The caller of a request: the proof that it was authenticated, which a handler has to hold.

use super::client::Client;
use super::settings::SmartClient;
use super::verify::{Denial, Trust};
use crate::errors::{ErrorCode, Failure};
use crate::fhir_client::AllowedBase;
use crate::http::State;
use crate::telemetry::{Call, Who as Known};
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// Who calls, authenticated as the settings require.
#[derive(Debug)]
pub struct Caller(Who);

#[derive(Debug)]
enum Who {
    Anonymous(Arc<[AllowedBase]>),
    Registered {
        client: Arc<Client>,
        tenant: Option<String>,
        token: String,
    },
}

impl Caller {
    pub(super) fn anonymous(bases: Arc<[AllowedBase]>) -> Self {
        Self(Who::Anonymous(bases))
    }

    pub(super) fn registered(client: Arc<Client>, tenant: Option<String>, token: String) -> Self {
        Self(Who::Registered {
            client,
            tenant,
            token,
        })
    }

    /// Whether the trace of its requests goes on here, which the settings say.
    fn continues_trace(&self) -> bool {
        matches!(&self.0, Who::Registered { client, .. } if client.settings.trusted_trace)
    }

    /// What the audit says of it.
    fn who(&self) -> Known {
        Known {
            issuer: self.issuer().map(str::to_owned),
            tenant: self.tenant().map(str::to_owned),
            token: match &self.0 {
                Who::Anonymous(_) => None,
                Who::Registered { token, .. } => Some(token.clone()),
            },
        }
    }

    /// Its `iss`; nothing in open mode.
    pub fn issuer(&self) -> Option<&str> {
        match &self.0 {
            Who::Anonymous(_) => None,
            Who::Registered { client, .. } => Some(&client.settings.issuer),
        }
    }

    /// Its `tenant`; nothing in open mode and where the issuer has no registered tenants.
    pub fn tenant(&self) -> Option<&str> {
        match &self.0 {
            Who::Anonymous(_) => None,
            Who::Registered { tenant, .. } => tenant.as_deref(),
        }
    }

    /// The registered FHIR server that a `fhirServer` is, if this caller may have it read.
    pub fn fhir_base(&self, fhir_server: &str) -> Option<&AllowedBase> {
        self.fhir_bases().iter().find(|base| base.admits(fhir_server))
    }

    /// The registered FHIR servers that this caller may have read.
    pub fn fhir_bases(&self) -> &[AllowedBase] {
        match &self.0 {
            Who::Anonymous(bases) => bases.as_ref(),
            Who::Registered { client, .. } => client.settings.fhir_servers.as_slice(),
        }
    }

    /// Under which name its launches are answered, if it can launch the pages.
    pub fn smart(&self) -> Option<&SmartClient> {
        match &self.0 {
            Who::Anonymous(_) => None,
            Who::Registered { client, .. } => client.settings.smart.as_ref(),
        }
    }

    /// The caller's own time for what is fetched for one call, if it has one.
    pub fn fhir_deadline(&self) -> Option<Duration> {
        match &self.0 {
            Who::Anonymous(_) => None,
            Who::Registered { client, .. } => client.settings.fhir_deadline,
        }
    }

    /// Whether the caller may name this `fhirServer`. One without a name may name any: it is not read.
    ///
    /// # Errors
    /// The same for a server of somebody else and for one that nobody has registered.
    pub fn check_fhir_server(&self, fhir_server: &str) -> Result<(), Failure> {
        if matches!(self.0, Who::Anonymous(_)) || self.fhir_base(fhir_server).is_some() {
            return Ok(());
        }
        tracing::warn!(
            issuer = self.issuer(),
            "fhirServer not registered for this caller"
        );
        Err(ErrorCode::UnregisteredFhirServer.into())
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(trust(&request)?, &request).await })
    }
}

/// Who asks for discovery: a [`Caller`], unless the settings let anyone ask.
#[derive(Debug)]
pub struct Discoverer(());

impl FromRequest for Discoverer {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let trust = trust(&request)?;
            if trust.discovery_is_open() {
                return Ok(Self(()));
            }
            match admit(trust, &request).await {
                Ok(_) => Ok(Self(())),
                // It holds nothing of a patient, so a genuine token will do while the store is down.
                Err(denial) if denial.is_for_the_store() => Ok(Self(())),
                Err(denial) => Err(denial.failure()),
            }
        })
    }
}

fn trust(request: &HttpRequest) -> Result<&Trust, Failure> {
    let state = request.app_data::<Data<State>>();
    Ok(&state.ok_or(ErrorCode::Internal)?.trust)
}

async fn authenticate(trust: &Trust, request: &HttpRequest) -> Result<Caller, Failure> {
    admit(trust, request).await.map_err(|denial| denial.failure())
}

async fn admit(trust: &Trust, request: &HttpRequest) -> Result<Caller, Denial> {
    let headers: Vec<&[u8]> = request
        .headers()
        .get_all(AUTHORIZATION)
        .map(|value| value.as_bytes())
        .collect();
    let admitted = trust.admit(&headers, request.path()).await;
    match (&admitted, Call::of(request)) {
        (Ok(caller), Some(call)) => call.caller(caller.who(), caller.continues_trace()),
        (Err(denial), Some(call)) => {
            call.denied(denial.reason(), denial.who());
            call.within(|| denial.log());
        }
        (_, None) => {}
    }
    admitted
}
