//! One export: kick-off, waiting, files, and its deletion on the server.

use super::super::args::FromArgs;
use super::super::manifest::Manifest;
use super::super::progress::Progress;
use super::access::Access;
use super::fetch::{self, Fetched};
use super::server::{Server, TRIES, failed, may_work_later, refused};
use super::state::State;
use crate::cli::ended::{Ended, block_on};
use crate::cli::given::address;
use crate::fhir_client::{FhirClient, Streamed};
use crate::settings::FhirSettings;
use crate::settings::Settings;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_LOCATION, HeaderMap, HeaderValue};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The pauses between two questions where the server names none.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The largest manifest, in bytes.
const LARGEST: usize = 64 << 20;

/// Fetches an export into a folder, or what an interrupted run has left to fetch, and says where its manifest is.
///
/// # Errors
/// What the server does not do.
pub(in crate::cli::screen) fn fetched(args: &FromArgs, settings: &Settings) -> Result<PathBuf, Ended> {
    let (Some(from), Some(dir)) = (&args.from, &args.download) else {
        return Err(Ended::wrong(["--from and --download go together"]));
    };
    let base = address("--from", from)?;
    let client = FhirSettings {
        connect_timeout: Duration::from_secs(10),
        ..settings.fhir.clone()
    };
    let client =
        FhirClient::new(&client).map_err(|error| Ended::wrong([format!("`fhir.ca_file`: {error}")]))?;
    let export = Export {
        server: Server {
            access: Access::of(args)?,
            client,
            base,
        },
        state: State::open(dir)?,
        args,
        dir,
    };
    block_on(export.run())?
}

/// One export.
struct Export<'a> {
    server: Server,
    state: State,
    args: &'a FromArgs,
    dir: &'a Path,
}

impl Export<'_> {
    async fn run(self) -> Result<PathBuf, Ended> {
        let status = match self.state.status() {
            Some(status) => status,
            None => self.begun().await?,
        };
        let progress = Progress::new("waiting for the export", 0);
        let said = self.waited(&status, &progress).await?;
        let manifest: Manifest =
            serde_json::from_slice(&said).map_err(|_| failed(&status, "it is no manifest of an export"))?;
        let listed = fetch::files(&self.server, &manifest, self.dir, self.args.downloads.get()).await?;
        let path = self.dir.join("output.json");
        let (output, error): (Vec<_>, Vec<_>) = listed.into_iter().partition(|file| !file.of_errors);
        let of = |files: &[Fetched]| -> Vec<_> {
            let each = files.iter().map(|file| {
                let mut one = json!({ "type": file.kind, "url": file.name });
                if let (Some(count), Some(fields)) = (file.count, one.as_object_mut()) {
                    fields.insert("count".to_owned(), count.into());
                }
                one
            });
            each.collect()
        };
        let local =
            json!({ "request": self.server.base.to_string(), "output": of(&output), "error": of(&error) });
        std::fs::write(&path, format!("{local:#}\n"))
            .map_err(|error| Ended::failed(format!("{}: {error}", path.display())))?;
        if !self.args.keep_export {
            self.deleted(&status, &progress).await;
        }
        self.state.done();
        progress.end(&format!(
            "{} files of the export fetched",
            output.len() + error.len()
        ));
        Ok(path)
    }

    /// Begins an export, and says where to ask for it.
    async fn begun(&self) -> Result<String, Ended> {
        let level = match &self.args.group {
            Some(group) => format!("Group/{group}/$export"),
            None => "$export".to_owned(),
        };
        let mut query = vec!["_outputFormat=application%2Ffhir%2Bndjson".to_owned()];
        if self.args.types != ["none"] {
            query.push(format!("_type={}", self.args.types.join(",")));
        }
        if let Some(since) = &self.args.since {
            query.push(format!(
                "_since={}",
                since.replace('+', "%2B").replace(':', "%3A")
            ));
        }
        let url = format!("{}?{}", self.server.base.below(&level), query.join("&"));
        let endpoint = self
            .server
            .client
            .file(&self.server.base, &url)
            .map_err(|invalid| Ended::wrong([format!("{url}: {invalid}")]))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/fhir+json"));
        headers.insert("prefer", HeaderValue::from_static("respond-async"));
        let answer = self
            .server
            .asked(Method::GET, &endpoint, &headers)
            .await
            .map_err(|why| failed(&url, why.text()))?;
        if answer.status != 202 {
            return Err(failed(&url, &refused(&answer)));
        }
        let location = answer
            .headers
            .get(CONTENT_LOCATION)
            .and_then(|value| value.to_str().ok());
        let status = location
            .map(|location| self.absolute(location))
            .ok_or_else(|| failed(&url, "the server does not say where to ask for the export"))?;
        self.state.begin(&status)?;
        Ok(status)
    }

    /// An address of the server, which some name without the server.
    fn absolute(&self, location: &str) -> String {
        match location.strip_prefix('/') {
            Some(path) if !location.starts_with("//") => {
                let root = self.server.base.to_string();
                let end = root.find("://").map_or(0, |at| at + 3);
                let host = root
                    .get(end..)
                    .and_then(|rest| rest.find('/'))
                    .map_or(root.len(), |at| at + end);
                format!("{}/{path}", root.get(..host).unwrap_or(&root))
            }
            _ => location.to_owned(),
        }
    }

    /// The manifest, when it is there.
    async fn waited(&self, status: &str, progress: &Progress) -> Result<Vec<u8>, Ended> {
        let endpoint = self
            .server
            .client
            .file(&self.server.base, status)
            .map_err(|invalid| failed(status, &invalid.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (mut pause, mut failures) = (FIRST_PAUSE, 0);
        loop {
            let answer = self.server.asked(Method::GET, &endpoint, &headers).await;
            let wanted = answer.as_ref().ok().and_then(Streamed::again_after);
            match answer {
                Ok(answer) if answer.status == 200 => {
                    return answer
                        .whole(LARGEST)
                        .await
                        .map_err(|why| failed(status, why.text()));
                }
                Ok(answer) if answer.status == 202 => {
                    failures = 0;
                    let said = answer
                        .headers
                        .get("x-progress")
                        .and_then(|value| value.to_str().ok());
                    progress.note(said.unwrap_or("in progress"));
                }
                Ok(answer) if may_work_later(answer.status) && failures < TRIES => failures += 1,
                Ok(answer) if matches!(answer.status, 404 | 410) => {
                    self.state.done();
                    return Err(failed(
                        status,
                        "the server has no such export any more; begin again",
                    ));
                }
                Ok(answer) => return Err(failed(status, &refused(&answer))),
                Err(_) if failures < TRIES => failures += 1,
                Err(why) => return Err(failed(status, why.text())),
            }
            tokio::time::sleep(wanted.unwrap_or(pause).min(Duration::from_secs(3600))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Tells the server that its files are not needed any more; one that keeps them is told of, and no fault.
    async fn deleted(&self, status: &str, progress: &Progress) {
        let Ok(endpoint) = self.server.client.file(&self.server.base, status) else {
            return;
        };
        let answer = self
            .server
            .asked(Method::DELETE, &endpoint, &HeaderMap::new())
            .await;
        let what = match answer {
            Ok(answer) if matches!(answer.status, 200..=299 | 404 | 410) => return,
            Ok(answer) => refused(&answer),
            Err(why) => why.text().to_owned(),
        };
        progress.note(&format!("the export was not deleted: {what}"));
    }
}
