//! The files of an export, several at once, each from where it broke off.

use super::super::manifest::{Listed, Manifest};
use super::super::progress::Progress;
use super::server::{PATIENCE, Server, TRIES, failed, may_work_later};
use crate::cli::ended::Ended;
use crate::fhir_client::{Streamed, Why};
use futures_util::StreamExt;
use futures_util::stream;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_RANGE, HeaderMap, HeaderValue, RANGE};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// The pause before a file is tried again, where the server names none.
const PAUSE: Duration = Duration::from_secs(2);
/// How long nothing may come of a file before it is tried again.
const SILENCE: Duration = Duration::from_secs(120);

/// A file that is there.
pub(super) struct Fetched {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) count: Option<u64>,
    /// Whether it says what went wrong.
    pub(super) of_errors: bool,
}

/// Fetches every file that is not there yet.
///
/// # Errors
/// Every file that cannot be fetched, after the others; those that are there stay for the next run.
pub(super) async fn files(
    server: &Server,
    manifest: &Manifest,
    dir: &Path,
    at_once: usize,
) -> Result<Vec<Fetched>, Ended> {
    let progress = Progress::new("fetching", 0);
    let errors = manifest.output.len();
    let listed = manifest
        .files()
        .enumerate()
        .map(|(index, listed)| (index, listed, index >= errors));
    let needs_token = manifest.requires_access_token;
    let fetching = stream::iter(listed).map(|(index, listed, of_errors)| {
        let progress = &progress;
        async move {
            let name = name(index, listed);
            let done = whole(server, dir, listed, &name, needs_token, progress).await;
            done.map(|()| Fetched {
                kind: listed.kind.clone(),
                name,
                count: listed.count,
                of_errors,
            })
        }
    });
    let results: Vec<_> = fetching.buffered(at_once).collect().await;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(file) => found.push(file),
            Err(Ended { messages, .. }) => faults.extend(messages),
        }
    }
    match faults.is_empty() {
        true => Ok(found),
        false => {
            faults.push("the same command goes on from what is there".to_owned());
            Err(Ended {
                code: 1,
                messages: faults,
            })
        }
    }
}

/// What a file is called here; what the server calls it may be anything.
fn name(index: usize, listed: &Listed) -> String {
    let kind: String = listed.kind.chars().filter(char::is_ascii_alphanumeric).collect();
    format!(
        "{index:05}.{}.ndjson",
        if kind.is_empty() { "file" } else { &kind }
    )
}

async fn whole(
    server: &Server,
    dir: &Path,
    listed: &Listed,
    name: &str,
    needs_token: bool,
    progress: &Progress,
) -> Result<(), Ended> {
    let path = dir.join(name);
    if path.exists() {
        return Ok(());
    }
    let part = dir.join(format!("{name}.part"));
    let mut tried = 0;
    loop {
        let done = further(server, listed, &part, needs_token, progress).await;
        match done {
            Ok(()) => break,
            Err(Stop::Again(pause)) if tried < TRIES => {
                tried += 1;
                tokio::time::sleep(pause.unwrap_or(PAUSE * tried)).await;
            }
            Err(Stop::Again(_)) => {
                return Err(failed(&listed.url, "it broke off several times"));
            }
            Err(Stop::For(why)) => return Err(failed(&listed.url, why.text())),
            Err(Stop::Status(status)) => return Err(failed(&listed.url, &format!("status {status}"))),
            Err(Stop::Here(what)) => return Err(Ended::failed(format!("{}: {what}", part.display()))),
        }
    }
    std::fs::rename(&part, &path).map_err(|error| Ended::failed(format!("{}: {error}", path.display())))
}

/// Why a file is not whole.
enum Stop {
    /// It may be, after a pause.
    Again(Option<Duration>),
    For(Why),
    Status(u16),
    /// It cannot be written.
    Here(String),
}

/// Fetches what of a file is not there yet.
async fn further(
    server: &Server,
    listed: &Listed,
    part: &Path,
    needs_token: bool,
    progress: &Progress,
) -> Result<(), Stop> {
    let endpoint = server
        .client
        .file(&server.base, &listed.url)
        .map_err(|_| Stop::For(Why::AddressRefused))?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/fhir+ndjson"));
    let there = std::fs::metadata(part).map_or(0, |about| about.len());
    if there > 0 {
        let range =
            HeaderValue::from_str(&format!("bytes={there}-")).map_err(|_| Stop::For(Why::TokenUnusable))?;
        headers.insert(RANGE, range);
    }
    if needs_token {
        // Whoever writes the manifest shall not choose who gets to see the token.
        if !endpoint.is_on(&server.base) {
            return Err(Stop::For(Why::AddressRefused));
        }
        let token = server
            .access
            .header(&server.client, &server.base)
            .await
            .map_err(Stop::For)?;
        headers.extend(token.map(|token| (AUTHORIZATION, token)));
    }
    let answer = server
        .client
        .streamed(Method::GET, &endpoint, headers, PATIENCE)
        .await;
    let mut answer = answer.map_err(|why| match why {
        Why::AddressRefused | Why::Redirect | Why::Tls | Why::Encoded => Stop::For(why),
        _ => Stop::Again(None),
    })?;
    let goes_on = match answer.status {
        200 => false,
        206 if begins_at(&answer, there) => true,
        // What is there is all there is, or of another file: from the beginning then.
        206 | 416 => {
            std::fs::remove_file(part).map_err(|error| Stop::Here(error.to_string()))?;
            return Err(Stop::Again(Some(Duration::ZERO)));
        }
        status if may_work_later(status) => return Err(Stop::Again(answer.again_after())),
        status => return Err(Stop::Status(status)),
    };
    let mut file = opened(part, goes_on).map_err(|error| Stop::Here(error.to_string()))?;
    let count = progress.bytes();
    loop {
        let piece = tokio::time::timeout(SILENCE, answer.piece()).await;
        match piece {
            Ok(Ok(Some(piece))) => {
                let written = file.write_all(piece.as_ref());
                written.map_err(|error| Stop::Here(error.to_string()))?;
                count(piece.as_ref().len() as u64);
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(_)) | Err(_) => return Err(Stop::Again(None)),
        }
    }
}

fn begins_at(answer: &Streamed, at: u64) -> bool {
    let range = answer
        .headers
        .get(CONTENT_RANGE)
        .and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.trim().starts_with(&format!("bytes {at}-")))
}

fn opened(part: &Path, goes_on: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600);
    match goes_on {
        true => options.append(true),
        false => options.truncate(true),
    };
    options.open(part)
}
