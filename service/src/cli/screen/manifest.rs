//! The manifest of a Bulk Data export: what the server says when it is complete.

use super::source::Source;
use crate::files;
use fhir_profiles::json::{Json, JsonKind};
use serde::Deserialize;
use std::path::Path;

/// The largest manifest that is read, in bytes: a line for each of 100,000 files has some 20 MB.
const LARGEST: u64 = 64 << 20;

/// What it says, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self", default)]
pub(super) struct Manifest {
    pub(super) output: Vec<Listed>,
    pub(super) error: Vec<Listed>,
    #[serde(rename = "requiresAccessToken")]
    pub(super) requires_access_token: bool,
}

/// A file of it.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self", default)]
pub(super) struct Listed {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) count: Option<u64>,
}

objects_only!(Manifest, Listed);

impl Manifest {
    /// Every file with resources, and every one with what went wrong: each OperationOutcome in these means that records are
    /// lacking.
    pub(super) fn files(&self) -> impl Iterator<Item = &Listed> {
        self.output.iter().chain(&self.error)
    }
}

/// The files that a manifest lists, from beside it: by the path that stands there, or the last step of an address. One
/// that is not there is found when it is read.
pub(super) fn files(path: &Path) -> Result<Vec<Source>, String> {
    let text = files::text(path, LARGEST).map_err(|error| error.to_string())?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|_| "no manifest of a Bulk Data export".to_owned())?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for listed in manifest.files() {
        let name = match listed.url.split_once("://") {
            Some((_, address)) => last_step(address),
            None => listed.url.as_str(),
        };
        if name.is_empty() {
            return Err("it lists a file without a name".to_owned());
        }
        let path = beside.join(name);
        found.push(Source {
            name: path.display().to_string(),
            path: Some(path),
            lines: true,
            expected: listed.count,
        });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    match found.is_empty() {
        true => Err("it lists no file".to_owned()),
        false => Ok(found),
    }
}

/// Whether a document is a manifest.
pub(super) fn is_one(json: Json<'_>) -> bool {
    let has = |key: &str, kind: JsonKind| json.get(key).is_some_and(|value| value.kind() == kind);
    has("transactionTime", JsonKind::Text) && has("output", JsonKind::List)
}

/// What stands behind the last slash of an address, without a query.
fn last_step(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
