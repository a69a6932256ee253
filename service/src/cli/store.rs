//! `pnet-cds store`

use super::ended::{Ended, block_on, print};
use super::settings;
use crate::audit::{Audit, notice};
use crate::settings::{DatabaseKind, StoreUrl};
use crate::store::{
    Fault, backup as copy, migrate as bring, newest_version, prune as delete_old,
    reset_tokens as forget_times, status as look,
};
use crate::telemetry::Telemetry;
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// Where the store is that these settings name; one in memory is of another process.
pub(super) fn url(config: Option<&Path>) -> Result<StoreUrl, Ended> {
    let url = settings::current(config)?.store.url;
    match url.kind() {
        DatabaseKind::Memory => Err(Ended::wrong([
            "the store is in memory, and so cannot be reached; name it with `store.url` (PNET_CDS_STORE__URL)",
        ])),
        _ => Ok(url),
    }
}

/// Does something with a store.
pub(super) fn with<T>(url: &StoreUrl, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Ended> {
    if let Some(path) = url.path().filter(|path| !path.exists()) {
        return Err(Ended::wrong([format!(
            "{}: there is no such file; the service makes it when it starts, in its working directory unless `store.url` \
             (PNET_CDS_STORE__URL) names another",
            path.display()
        )]));
    }
    block_on(work)?.map_err(|fault| Ended::failed(format!("store, {url}: {fault}")))
}

/// `pnet-cds store status`
pub(super) fn status(config: Option<&Path>) -> Result<(), Ended> {
    let url = url(config)?;
    let status = with(&url, look(&url))?;
    let mut text = format!(
        "{url}: version {}, this program knows {}\n",
        status.version,
        newest_version()
    );
    if let Some(rows) = status.rows {
        text.push_str(&format!(
            "cards issued: {}, with feedback: {}, tokens remembered: {}\n",
            rows.cards, rows.answered, rows.tokens
        ));
        if let Some(until) = rows
            .refused_until
            .and_then(|until| Timestamp::from_second(until).ok())
        {
            text.push_str(&format!(
                "a clock was ahead: tokens are refused that expire when forgotten ones did, the last at {until}; \
                 see the runbook\n"
            ));
        }
    }
    print(&text)
}

/// `pnet-cds store migrate`
pub(super) fn migrate(to: Option<u32>, delete_newer: bool, config: Option<&Path>) -> Result<(), Ended> {
    let newest = newest_version();
    let target = to.map_or(newest, i64::from);
    if target > newest {
        return Err(Ended::wrong([format!(
            "this program knows versions up to {newest}"
        )]));
    }
    let url = url(config)?;
    let now = with(&url, look(&url))?.version;
    if now > newest {
        return Err(Ended::wrong([format!(
            "{url}: a newer program brought it to version {now}, and only that one knows the way back; this one uses the \
             store as it is, without going back"
        )]));
    }
    if target < now && !delete_newer {
        return Err(Ended::wrong([format!(
            "{url}: going from version {now} back to {target} deletes what only the newer version keeps; \
             stop the service, make a backup, and add --delete-newer"
        )]));
    }
    let before = with(&url, bring(&url, target))?;
    print(&format!("{url}: from version {before} to {target}\n"))
}

/// `pnet-cds store tokens reset`: on record first, so that nothing is changed of which nobody can find the reason.
pub(super) fn reset_tokens(reason: &str, config: Option<&Path>) -> Result<(), Ended> {
    if reason.trim().is_empty() {
        return Err(Ended::wrong(["--reason: say why, for the audit"]));
    }
    let url = url(config)?;
    let settings = settings::current(config)?;
    let telemetry = Telemetry::new(&settings.telemetry).map_err(Ended::failed)?;
    let audit = Audit::open(&settings.audit, &telemetry).map_err(Ended::failed)?;
    let record = notice("store-tokens-reset", reason, Timestamp::now());
    block_on(audit.write(record))?
        .map_err(|_| Ended::failed("the audit takes no record, so nothing was changed"))?;
    let ranges = with(&url, forget_times(&url))?;
    audit.flush(Duration::from_secs(1));
    let told = if audit.is_on() {
        "on record"
    } else {
        "without a record, since `audit.sink` is off"
    };
    print(&format!(
        "{url}: {ranges} ranges of times forgotten, {told}; tokens that are remembered one by one stay used\n"
    ))
}

/// `pnet-cds store prune`
pub(super) fn prune(config: Option<&Path>) -> Result<(), Ended> {
    let url = url(config)?;
    let retention = settings::current(config)?.store.retention.as_secs();
    let deleted = with(
        &url,
        delete_old(&url, i64::try_from(retention).unwrap_or(i64::MAX)),
    )?;
    print(&format!(
        "{url}: {deleted} cards older than store.retention deleted\n"
    ))
}

/// `pnet-cds store backup`
pub(super) fn backup(file: &Path, config: Option<&Path>) -> Result<(), Ended> {
    let url = url(config)?;
    if url.kind() == DatabaseKind::Postgres {
        return Err(Ended::wrong([
            "the store is PostgreSQL: copy it with `pg_dump --format=custom`, and bring it back with `pg_restore`",
        ]));
    }
    if file.exists() {
        return Err(Ended::wrong([format!("{}: is there already", file.display())]));
    }
    with(&url, copy(&url, file))?;
    print(&format!("{url}: copied to {}\n", file.display()))
}
