//! Files, addresses and tokens that a command is given, and what to do about one that is not what it takes.

use super::ended::Ended;
use crate::address::AllowedBase;
use crate::errors::{ErrorCode, Failure};
use crate::fhir_client::BearerToken;
use crate::files;
use fhir_profiles::chart::json_text;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 256 << 20;
/// A token given on the command line is used as long as the command takes.
const TOKEN_LIFE: Duration = Duration::from_secs(3600);
/// The longest file with a token, in bytes.
const LONGEST_TOKEN: u64 = 64 << 10;
/// Whoever types the address means it, also where it is not public.
const NETWORKS: [&str; 5] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
];

/// The text of a file; `-` is standard input.
///
/// # Errors
/// Why it cannot be read, and what to do about it.
pub(super) fn read(path: &Path) -> Result<String, String> {
    if path.is_dir() {
        return Err("a directory: name its files, or give it to `pnet-cds screen`".to_owned());
    }
    let bytes = match path == Path::new("-") {
        true => files::whole(std::io::stdin().lock(), LARGEST),
        // Named by hand, so a pipe of the shell is meant.
        false => File::open(path).and_then(|file| files::whole(file, LARGEST)),
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    match packed(&bytes) {
        Some(what) => Err(format!("compressed ({what}): unpack it first")),
        None => Ok(json_text(&bytes).into_owned()),
    }
}

/// What bytes are packed with, by what they begin with.
fn packed(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], _); 4] = [
        (b"\x1f\x8b", "gzip, `gunzip`"),
        (b"\x28\xb5\x2f\xfd", "Zstandard, `zstd -d`"),
        (b"PK\x03\x04", "ZIP, `unzip`"),
        (b"BZh", "bzip2, `bunzip2`"),
    ];
    kinds
        .into_iter()
        .find(|(begin, _)| bytes.starts_with(begin))
        .map(|(_, what)| what)
}

/// Why a text could not be assessed, and what to do about it.
pub(super) fn refused(failure: &Failure, text: &str) -> String {
    let fix = match failure.code {
        ErrorCode::MalformedJson | ErrorCode::NotAssessable => form(text),
        ErrorCode::SeveralPatients => Some("`pnet-cds screen` assesses several patients"),
        _ => None,
    };
    fix.map_or_else(|| failure.to_string(), |fix| format!("{failure}: {fix}"))
}

/// What to do about a text that is no JSON of one Bundle or request.
fn form(text: &str) -> Option<&'static str> {
    if text.trim_start().starts_with('<') {
        return Some("this is XML; ask the server for `application/fhir+json`");
    }
    if text.trim().is_empty() {
        return Some("there is nothing in it");
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut is_object = || {
        lines
            .next()
            .is_some_and(|line| line.starts_with('{') && line.trim_end().ends_with('}'))
    };
    if is_object() && is_object() {
        return Some("this is a JSON object a line (NDJSON, Bulk Data), which `pnet-cds screen` reads");
    }
    text.trim_start()
        .starts_with('[')
        .then_some("this is a list of JSON; put its resources into the entries of a Bundle")
}

/// The address of a server: https, or http on this machine.
///
/// # Errors
/// What is wrong with it, with the option's name.
pub(super) fn address(option: &str, text: &str) -> Result<AllowedBase, Ended> {
    let networks: Vec<_> = NETWORKS
        .iter()
        .filter_map(|network| network.parse().ok())
        .collect();
    AllowedBase::parse(text, &networks)
        .map_err(|invalid| Ended::wrong([format!("{option} `{text}`: {invalid}")]))
}

/// The access token in a file.
///
/// # Errors
/// Why there is none; never what stands in the file.
pub(super) fn read_token(path: &Path) -> Result<BearerToken, Ended> {
    bearer(&secret(path)?)
}

/// A secret as an access token.
///
/// # Errors
/// If it cannot be sent as one.
pub(super) fn bearer(secret: &str) -> Result<BearerToken, Ended> {
    BearerToken::new(secret, Instant::now() + TOKEN_LIFE)
        .map_err(|invalid| Ended::wrong([format!("--token-file: {invalid}")]))
}

/// The text of a file with a secret, without what surrounds it.
///
/// # Errors
/// As [`read_token`].
pub(super) fn secret(path: &Path) -> Result<Zeroizing<String>, Ended> {
    let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
    // Named by hand, so a pipe of the shell is meant.
    let bytes = File::open(path).and_then(|file| files::whole(file, LONGEST_TOKEN));
    let bytes = Zeroizing::new(bytes.map_err(|error| wrong(error.to_string()))?);
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("not UTF-8 text".to_owned()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Writes a file that only its owner reads.
///
/// # Errors
/// If it cannot be written, or is there already where it may not be replaced.
pub(super) fn written(path: &Path, text: &str, may_replace: bool) -> Result<(), Ended> {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    match may_replace {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    let done = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    done.map_err(|error| Ended::wrong([format!("{}: {error}", path.display())]))
}
