//! `pnet-cds ready`: whether a service that runs somewhere takes calls, for who has no other program there.

use super::ended::{Ended, block_on, print};
use crate::files;
use reqwest::{Certificate, Client, ClientBuilder, Url, redirect};
use std::path::Path;
use std::time::Duration;

/// For each of the two.
const DEADLINE: Duration = Duration::from_secs(10);
/// What is read of an answer, in bytes.
const LONGEST: usize = 1 << 20;

/// Asks a service for its readiness and its discovery, which may want a token: that it does is an answer too.
pub(super) fn run(to: &str, ca_file: Option<&Path>, any_certificate: bool) -> Result<(), Ended> {
    let base = Url::parse(to).ok();
    let base = base.filter(|url| matches!(url.scheme(), "http" | "https"));
    let base = base.ok_or_else(|| Ended::wrong([format!("--to: expected an address, found `{to}`")]))?;
    let client = client(ca_file, any_certificate)?;
    let (mut told, mut wrong) = (String::new(), Vec::new());
    for (path, read) in [("health/ready", readiness as Read), ("cds-services", discovery)] {
        let mut url = base.clone();
        url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
        match block_on(asked(&client, url.clone()))? {
            Ok((status, body)) => match read(status, &body) {
                Some(said) => told.push_str(&format!("{url}: {said}\n")),
                None => wrong.push(format!("{url}: {status} {body}")),
            },
            Err(what) => wrong.push(format!("{url}: {what}")),
        }
    }
    print(&told)?;
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Ended {
            code: 1,
            messages: wrong,
        }),
    }
}

/// What a status and a text say in a few words, where all is well.
type Read = fn(u16, &str) -> Option<String>;

fn readiness(status: u16, body: &str) -> Option<String> {
    (status == 200).then(|| body.to_owned())
}

fn discovery(status: u16, body: &str) -> Option<String> {
    if status == 401 {
        return Some("wants a token".to_owned());
    }
    let answer: serde_json::Value = serde_json::from_str(body).ok()?;
    let services = answer.get("services")?.as_array()?.len();
    (status == 200).then(|| format!("{services} services"))
}

fn client(ca_file: Option<&Path>, any_certificate: bool) -> Result<Client, Ended> {
    let set = |builder: ClientBuilder| {
        builder
            .user_agent(concat!("pnet-cds/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(DEADLINE)
            .tls_danger_accept_invalid_certs(any_certificate)
    };
    let mut builder = set(Client::builder());
    if let Some(file) = ca_file {
        let fault = |what: String| Ended::wrong([format!("--ca-file: {}: {what}", file.display())]);
        let pem = files::bytes(file, files::SMALL).map_err(|error| fault(error.to_string()))?;
        let trusted = Certificate::from_pem_bundle(&pem).map_err(|_| fault("no certificate".to_owned()))?;
        builder = builder.tls_certs_merge(trusted);
    }
    builder
        .build()
        // A machine without certificates can still ask where there is no TLS.
        .or_else(|_| set(Client::builder()).tls_certs_only([]).build())
        .map_err(|_| Ended::failed("the TLS library could not be set up"))
}

/// Status and text of an answer.
async fn asked(client: &Client, url: Url) -> Result<(u16, String), &'static str> {
    let asking = async {
        let mut answer = client.get(url).send().await?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await? {
            body.extend_from_slice(&part);
            if body.len() > LONGEST {
                break;
            }
        }
        Ok::<_, reqwest::Error>((status, String::from_utf8_lossy(&body).into_owned()))
    };
    asking.await.map_err(|error| match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "not reached, or its certificate is not trusted",
        () => "the connection broke off",
    })
}
