//! The caller of a request: the proof that it was authenticated, which a handler has to hold.

use super::client::Client;
use super::who::{OWN_ISSUER, Who};
use crate::address::AllowedBase;
use crate::errors::{ErrorCode, Failure};
use crate::settings::SmartClient;
use std::sync::Arc;
use std::time::Duration;

/// Who calls, authenticated as the settings require.
#[derive(Debug)]
pub struct Caller(Identity);

#[derive(Debug)]
enum Identity {
    Anonymous(Arc<[AllowedBase]>),
    /// This process itself, for its invented patient.
    Own,
    Registered {
        client: Arc<Client>,
        tenant: Option<String>,
        token: String,
    },
}

impl Caller {
    pub(super) fn anonymous(bases: Arc<[AllowedBase]>) -> Self {
        Self(Identity::Anonymous(bases))
    }

    pub(super) fn own() -> Self {
        Self(Identity::Own)
    }

    /// Whether it is this process itself.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.0, Identity::Own)
    }

    pub(super) fn registered(client: Arc<Client>, tenant: Option<String>, token: String) -> Self {
        Self(Identity::Registered {
            client,
            tenant,
            token,
        })
    }

    /// Whether the trace of its requests goes on here, which the settings say.
    pub(crate) fn continues_trace(&self) -> bool {
        matches!(&self.0, Identity::Registered { client, .. } if client.settings.trusted_trace)
    }

    /// What the audit says of it.
    pub(crate) fn who(&self) -> Who {
        Who {
            name: self.name().map(str::to_owned),
            issuer: self.issuer().map(str::to_owned),
            tenant: self.tenant().map(str::to_owned),
            token: match &self.0 {
                Identity::Anonymous(_) | Identity::Own => None,
                Identity::Registered { token, .. } => Some(token.clone()),
            },
        }
    }

    /// Its registered `name`; nothing in open mode.
    fn name(&self) -> Option<&str> {
        match &self.0 {
            Identity::Anonymous(_) => None,
            Identity::Own => Some("synthetic"),
            Identity::Registered { client, .. } => Some(&client.settings.name),
        }
    }

    /// Its `iss`; nothing in open mode.
    pub fn issuer(&self) -> Option<&str> {
        match &self.0 {
            Identity::Anonymous(_) => None,
            Identity::Own => Some(OWN_ISSUER),
            Identity::Registered { client, .. } => Some(&client.settings.issuer),
        }
    }

    /// Its `tenant`; nothing in open mode and where the issuer has no registered tenants.
    pub fn tenant(&self) -> Option<&str> {
        match &self.0 {
            Identity::Anonymous(_) | Identity::Own => None,
            Identity::Registered { tenant, .. } => tenant.as_deref(),
        }
    }

    /// The registered FHIR server that a `fhirServer` is, if this caller may have it read.
    pub fn fhir_base(&self, fhir_server: &str) -> Option<&AllowedBase> {
        self.fhir_bases().iter().find(|base| base.admits(fhir_server))
    }

    /// The registered FHIR servers that this caller may have read.
    pub fn fhir_bases(&self) -> &[AllowedBase] {
        match &self.0 {
            Identity::Anonymous(bases) => bases.as_ref(),
            Identity::Own => &[],
            Identity::Registered { client, .. } => client.settings.fhir_servers.as_slice(),
        }
    }

    /// Under which name its launches are answered, if it can launch the pages.
    pub fn smart(&self) -> Option<&SmartClient> {
        match &self.0 {
            Identity::Anonymous(_) | Identity::Own => None,
            Identity::Registered { client, .. } => client.settings.smart.as_ref(),
        }
    }

    /// The caller's own time for what is fetched for one call, if it has one.
    pub fn fhir_deadline(&self) -> Option<Duration> {
        match &self.0 {
            Identity::Anonymous(_) | Identity::Own => None,
            Identity::Registered { client, .. } => client.settings.fhir_deadline,
        }
    }

    /// Whether the caller may name this `fhirServer`. One without a name may name any: it is not read.
    ///
    /// # Errors
    /// The same for a server of somebody else and for one that nobody has registered.
    pub fn check_fhir_server(&self, fhir_server: &str) -> Result<(), Failure> {
        if matches!(self.0, Identity::Anonymous(_)) || self.fhir_base(fhir_server).is_some() {
            return Ok(());
        }
        tracing::warn!(
            issuer = self.issuer(),
            "fhirServer not registered for this caller"
        );
        Err(ErrorCode::UnregisteredFhirServer.into())
    }
}
