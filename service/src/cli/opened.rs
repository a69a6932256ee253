//! Opens everything that the settings name, and says everything that is wrong with it: what stops a start.

use super::ended::block_on;
use crate::certificate;
use crate::evaluator::Evaluator;
use crate::fhir_client::FhirClient;
use crate::files;
use crate::settings::{DatabaseKind, KeySource, Settings, StoreUrl};
use crate::site;
use crate::store::status;
use crate::trust::{JtiStore, Once, OnceFuture, Refused, SystemClock, Trust};
use crate::{audit, http};
use jiff::Timestamp;
use reqwest::Url;
use std::collections::BTreeSet;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// For one host.
const HOST: Duration = Duration::from_secs(3);

/// The pure core, if everything can be opened.
///
/// # Errors
/// Every fault.
pub(super) fn opened(settings: &Settings) -> Result<Evaluator, Vec<String>> {
    let mut faults = Vec::new();
    let evaluator = site::load(settings).map_err(|found| faults.extend(found)).ok();
    if let Err(found) = callers(settings) {
        faults.extend(found);
    }
    let others = [
        http::check_tls(settings),
        FhirClient::new(&settings.fhir)
            .map(drop)
            .map_err(|error| format!("`fhir.ca_file`: {error}")),
        http::check_launches(settings),
        audit::check(&settings.audit),
    ];
    faults.extend(others.into_iter().filter_map(Result::err));
    // That of the service itself is looked at with its key.
    let others = certificates(settings).into_iter().skip(1);
    faults.extend(others.filter_map(|(key, file)| all_ended(key, file?)));
    match evaluator {
        Some(evaluator) if faults.is_empty() => Ok(evaluator),
        _ => Err(faults),
    }
}

/// The keys of callers, and the authorities of key servers.
fn callers(settings: &Settings) -> Result<(), Vec<String>> {
    let clock = Arc::new(SystemClock::default());
    Trust::new(settings, "http://127.0.0.1", clock, Arc::new(NoTokens)).map(drop)
}

/// Stands where tokens are remembered in a trust that nobody calls.
#[derive(Debug)]
struct NoTokens;

impl JtiStore for NoTokens {
    fn accept<'a>(&'a self, _: Once<'a>) -> OnceFuture<'a> {
        Box::pin(std::future::ready(Err(Refused::Down)))
    }
}

/// Whether the file of a SQLite store could be made. The service itself starts without, and waits for its folder.
///
/// # Errors
/// Why not.
pub(super) fn folder_of_the_store(url: &StoreUrl) -> Result<(), String> {
    let Some(path) = url.path() else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    files::can_write(folder.unwrap_or(Path::new(".")))
        .map_err(|error| format!("`store.url`: {}: {error}", path.display()))
}

/// Every setting that names certificates, with its file; that of the service first.
fn certificates(settings: &Settings) -> [(&'static str, Option<&Path>); 5] {
    [
        ("server.tls.cert", settings.tls_cert.as_deref()),
        ("fhir.ca_file", settings.fhir.ca_file.as_deref()),
        ("auth.ca_file", settings.auth.ca_file.as_deref()),
        ("audit.ca_file", settings.audit.ca_file.as_deref()),
        ("audit.tls.cert", settings.audit.tls_cert.as_deref()),
    ]
}

/// When the certificates end that the settings name: a line a file, with the first end and the last of several.
pub(super) fn ends(settings: &Settings) -> Vec<String> {
    let named = certificates(settings).into_iter();
    named.filter_map(|(key, file)| ends_of(key, file?)).collect()
}

fn ends_of(key: &str, file: &Path) -> Option<String> {
    let pem = files::bytes(file, files::SMALL).ok()?;
    let ends = certificate::ends(&pem);
    let at = |second: &i64| Timestamp::from_second(*second).ok();
    let (first, last) = (at(ends.first()?)?, at(ends.last()?)?);
    let file = file.display();
    Some(match ends.len() {
        1 => format!("`{key}`: {file}: ends at {first}"),
        many => {
            format!("`{key}`: {file}: {many} certificates, the first ends at {first}, the last at {last}")
        }
    })
}

/// A bundle of authorities of which none is good any more.
fn all_ended(key: &str, file: &Path) -> Option<String> {
    let pem = files::bytes(file, files::SMALL).ok()?;
    let last = *certificate::ends(&pem).last()?;
    let at = Timestamp::from_second(last).ok()?;
    (at < Timestamp::now()).then(|| {
        format!(
            "`{key}`: {}: all its certificates have ended, the last at {at}",
            file.display()
        )
    })
}

/// What the settings name and cannot be reached from here: the store as a fault, hosts as warnings, since one hospital's
/// server that is down must not keep the others from an upgrade.
pub(super) fn reached(settings: &Settings) -> (Vec<String>, Vec<String>) {
    let url = &settings.store.url;
    let there =
        url.kind() != DatabaseKind::Postgres || block_on(status(url)).is_ok_and(|status| status.is_ok());
    let fault = format!("`store.url`: {url} is not reached");
    let faults = if there { Vec::new() } else { vec![fault] };
    let mut urls: Vec<String> = settings.telemetry.otlp_endpoint.iter().cloned().collect();
    for client in &settings.clients {
        if let KeySource::Urls(keys) = &client.keys {
            urls.extend(keys.iter().cloned());
        }
        urls.extend(client.fhir_servers.iter().map(ToString::to_string));
    }
    let atna = settings.audit.atna.iter();
    urls.extend(atna.flat_map(|base| base.addresses().map(str::to_owned)));
    let syslog = settings.audit.syslog.iter();
    let places: BTreeSet<(String, u16)> = urls
        .iter()
        .filter_map(|url| place(url))
        .chain(syslog.map(|address| (address.host.clone(), address.port)))
        .collect();
    let asked: Vec<_> = places
        .into_iter()
        .map(|(host, port)| std::thread::spawn(move || away(&host, port)))
        .collect();
    let warnings = asked.into_iter().filter_map(|one| one.join().ok().flatten());
    (faults, warnings.collect())
}

fn place(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok()?;
    Some((
        url.host_str()?.trim_matches(['[', ']']).to_owned(),
        url.port_or_known_default()?,
    ))
}

fn away(host: &str, port: u16) -> Option<String> {
    let Ok(addresses) = (host, port).to_socket_addrs() else {
        return Some(format!("{host}: the name is not resolved"));
    };
    let mut refused = format!("{host}:{port}: no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, HOST) {
            Ok(_) => return None,
            Err(error) => refused = format!("{host}:{port}: {error}"),
        }
    }
    Some(refused)
}
