//! How the service speaks TLS with those who get its records: whom it trusts, and how it shows itself.

use crate::files;
use crate::settings::AuditSettings;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::path::Path;
use std::sync::Arc;

/// TLS 1.2 and 1.3 as set, with what stands in the files now.
///
/// # Errors
/// What is wrong with them, by setting.
pub(super) fn config(settings: &AuditSettings) -> Result<ClientConfig, String> {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| format!("`audit`: {error}"))?;
    let builder = match &settings.ca_file {
        Some(file) => {
            let fault = |error: String| format!("`audit.ca_file`: {}: {error}", file.display());
            let trusted = certificates("audit.ca_file", file)?;
            let verifier = Verifier::new_with_extra_roots(trusted, provider);
            let verifier = verifier.map_err(|error| fault(error.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
        None => match Verifier::new(provider) {
            Ok(verifier) => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier)),
            // A machine without certificates trusts nobody.
            Err(_) => builder.with_root_certificates(RootCertStore::empty()),
        },
    };
    let (Some(cert), Some(key)) = (&settings.tls_cert, &settings.tls_key) else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates("audit.tls.cert", cert)?;
    let fault = |what: String| format!("`audit.tls.key`: {}: {what}", key.display());
    let pem = files::bytes(key, files::SMALL).map_err(|error| fault(error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| fault(error.to_string()))?;
    builder
        .with_client_auth_cert(chain, secret)
        .map_err(|error| fault(error.to_string()))
}

fn certificates(setting: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let fault = |what: String| format!("`{setting}`: {}: {what}", file.display());
    let pem = files::bytes(file, files::SMALL).map_err(|error| fault(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(fault("no certificate in PEM form".to_owned())),
    }
}
