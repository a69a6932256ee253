//! TLS in the process: the certificate and the key of the settings, read again when their files change.

use crate::certificate;
use crate::files;
use crate::stamp::{Stamp, stamp};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of the service's own certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TlsFiles {
    /// The certificate and those between it and its authority, PEM.
    pub(super) cert: PathBuf,
    /// Its private key, PEM.
    pub(super) key: PathBuf,
}

/// TLS 1.2 and 1.3 with that certificate.
#[derive(Debug)]
pub(super) struct Tls {
    config: ServerConfig,
    identity: Arc<Identity>,
}

impl Tls {
    /// TLS with what is in these files.
    ///
    /// # Errors
    /// What is wrong with the files, by setting.
    pub(super) fn new(files: TlsFiles) -> Result<Self, String> {
        let provider = Arc::new(default_provider());
        let identity = Arc::new(Identity::open(files, Arc::clone(&provider))?);
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| format!("`server.tls`: {error}"))?;
        Ok(Self {
            config: config
                .with_no_client_auth()
                .with_cert_resolver(Arc::clone(&identity) as _),
            identity,
        })
    }

    /// What a listener shakes hands with.
    pub(super) fn config(&self) -> ServerConfig {
        self.config.clone()
    }

    /// When the first certificate of the chain that is shown now ends, in seconds since 1970.
    pub(super) fn expires(&self) -> Option<i64> {
        let current = self.identity.current();
        current
            .cert
            .iter()
            .filter_map(|one| certificate::not_after(one))
            .min()
    }
}

/// Who the service shows itself to be: what stood in the files when they last made sense.
#[derive(Debug)]
struct Identity {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    read: Mutex<([Stamp; 2], Arc<CertifiedKey>)>,
}

impl Identity {
    fn open(files: TlsFiles, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let stamps = stamps(&files);
        let key = read(&files, &provider)?;
        Ok(Self {
            files,
            provider,
            read: Mutex::new((stamps, Arc::new(key))),
        })
    }

    /// The certificate, read again if a file changed. While only one of the two files is new, or one cannot be read,
    /// the old pair is kept.
    fn current(&self) -> Arc<CertifiedKey> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps(&self.files);
        if known.0 != stamps {
            known.0 = stamps;
            match read(&self.files, &self.provider) {
                Ok(key) => {
                    tracing::info!("certificate read");
                    known.1 = Arc::new(key);
                }
                Err(reason) => tracing::warn!(reason, "certificate not read, the old one kept"),
            }
        }
        Arc::clone(&known.1)
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn stamps(files: &TlsFiles) -> [Stamp; 2] {
    [stamp(&files.cert), stamp(&files.key)]
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let fault = |setting: &str, path: &Path, what: String| format!("`{setting}`: {}: {what}", path.display());
    let (cert, key) = (&files.cert, &files.key);
    let pem = |setting: &str, path: &Path| {
        files::bytes(path, files::SMALL).map_err(|error| fault(setting, path, error.to_string()))
    };
    let (cert_pem, key_pem) = (pem("server.tls.cert", cert)?, pem("server.tls.key", key)?);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&cert_pem)
        .collect::<Result<_, _>>()
        .map_err(|error| fault("server.tls.cert", cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(fault(
            "server.tls.cert",
            cert,
            "it holds no certificate".to_owned(),
        ));
    }
    let secret = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|error| fault("server.tls.key", key, error.to_string()))?;
    CertifiedKey::from_der(chain, secret, provider)
        .map_err(|error| fault("server.tls.key", key, error.to_string()))
}
