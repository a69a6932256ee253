//! Name resolution whose answers are checked at the moment of connecting, so that a name cannot be bent later.

use crate::address::AllowedBase;
use crate::address::{Network, may_connect};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

/// The addresses of a name, to come.
pub type Lookups = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// A name resolution.
pub trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn lookup(&self, name: String) -> Lookups;
}

/// The name resolution of the system.
pub(super) struct System;

impl Lookup for System {
    fn lookup(&self, name: String) -> Lookups {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Which addresses that are not public each registered host may have.
#[derive(Default)]
pub(super) struct Registered(RwLock<HashMap<String, Vec<Network>>>);

impl Registered {
    pub(super) fn add(&self, base: &AllowedBase) {
        let mut hosts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = hosts.entry(base.host().to_owned()).or_default();
        for network in base.networks() {
            if !known.contains(network) {
                known.push(*network);
            }
        }
    }

    fn networks(&self, host: &str) -> Option<Vec<Network>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(host)
            .cloned()
    }
}

/// Why a name leads nowhere; found again in the chain of causes of an HTTP error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAddress {
    /// It has addresses, none of which may be connected to.
    Refused,
    /// It has none.
    NotFound,
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the name resolves to addresses that are not registered",
            Self::NotFound => "the name could not be resolved",
        })
    }
}

impl std::error::Error for NoAddress {}

/// The resolver that the HTTP client uses.
pub(super) struct Guard {
    registered: Arc<Registered>,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    pub(super) fn new(registered: Arc<Registered>, lookup: Arc<dyn Lookup>) -> Self {
        Self { registered, lookup }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let networks = self.registered.networks(&name);
        let found = self.lookup.lookup(name);
        Box::pin(async move {
            let networks = networks.ok_or(NoAddress::Refused)?;
            let found = found.await.map_err(|_| NoAddress::NotFound)?;
            if found.is_empty() {
                return Err(NoAddress::NotFound.into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| may_connect(*address, &networks))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if allowed.is_empty() {
                return Err(NoAddress::Refused.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
