//! Certificates of the moment, and the server's side of TLS.

use super::wire::Wire;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Error, Result};
use std::net::TcpStream;
use std::sync::Arc;

/// A certificate authority that exists as long as the test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// The server's side of TLS.
pub(super) struct Acceptor(Arc<ServerConfig>);

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate().map_err(Error::other)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).map_err(Error::other)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }

    /// Its certificate, for the client's settings.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these names and its key, both PEM.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn identity(&self, names: &[&str]) -> Result<(String, String)> {
        let key = KeyPair::generate().map_err(Error::other)?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let params = CertificateParams::new(names).map_err(Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(Error::other)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    pub(super) fn acceptor(&self, names: &[&str]) -> Result<Acceptor> {
        let key = KeyPair::generate().map_err(Error::other)?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let params = CertificateParams::new(names).map_err(Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(Error::other)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(Error::other)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(Error::other)?;
        Ok(Acceptor(Arc::new(config)))
    }
}

impl Acceptor {
    pub(super) fn accept(&self, mut stream: TcpStream) -> Result<Box<dyn Wire>> {
        let mut connection = ServerConnection::new(Arc::clone(&self.0)).map_err(Error::other)?;
        let patience = stream.read_timeout()?;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(5)))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        stream.set_read_timeout(patience)?;
        Ok(Box::new(StreamOwned::new(connection, stream)))
    }
}
