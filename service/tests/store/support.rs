//! New stores of either kind, cards to put in them, and a look at what is in them.

use super::common::{WITH_PNET, chart, prefetched, start};
use cds_cards::render::Card;
use jiff::civil::date;
use pnet_cds::evaluator::Occasion;
use pnet_cds::hooks::flow::Origin;
use pnet_cds::hooks::trail::Trail;
use pnet_cds::input::assess;
use pnet_cds::settings::{Input, load};
use pnet_cds::settings::{StoreSettings, StoreUrl};
use pnet_cds::site;
use pnet_cds::store::{Owner, Store};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, AssertSqlSafe, Column, Connection, Row};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// One test for both databases: `fn name(url)`, where `url` is the value of `store.url` for a new, empty database.
macro_rules! on_both {
    ($(fn $name:ident($url:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            fn holds($url: &str) $body

            #[test]
            fn sqlite() {
                holds(&$crate::support::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(url) = $crate::postgres::database() {
                    holds(&url);
                }
            }
        })+
    };
}
pub(crate) use on_both;

/// A directory of its own.
pub(crate) fn directory() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A new file.
pub(crate) fn sqlite() -> String {
    format!("sqlite:{}/store.sqlite", directory().display())
}

pub(crate) fn address(url: &str) -> StoreUrl {
    url.parse().unwrap()
}

pub(crate) fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: address(url),
        retention: Duration::from_secs(86_400),
        comments: false,
        question_pause: Duration::from_secs(86_400),
        bridge: Duration::ZERO,
    }
}

pub(crate) fn open(url: &str) -> Arc<Store> {
    let store = Store::open(&settings(url), 100_000).unwrap();
    assert!(store.is_up(), "{}", store.last_fault());
    store
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}

pub(crate) fn owner(issuer: &str, tenant: &str) -> Owner {
    Owner {
        issuer: issuer.to_owned(),
        tenant: tenant.to_owned(),
        service: "pnet-liver-metastases".to_owned(),
    }
}

/// Whom the cards are about.
pub(crate) const PATIENT: &str = "whom-the-cards-are-about";

/// The cards of a bundled patient, a question among them.
pub(crate) fn cards(instance: Uuid) -> Vec<Card> {
    let source = Input {
        file: Some(("test.toml".into(), "cards.max = 9".to_owned())),
        ..Input::default()
    };
    let evaluator = site::load(&load(&source).unwrap()).unwrap();
    let bundle = chart(WITH_PNET).to_string();
    let templates = evaluator.templates();
    let trail = Trail::default();
    let assessing = assess(
        &evaluator,
        &templates,
        &bundle,
        |_| Ok(Origin::Nowhere),
        date(2026, 11, 23),
        &trail,
    );
    let cards = evaluator.render(&run(assessing).unwrap().assessment, &Occasion::of(instance));
    assert!(cards.len() > 2);
    cards
}

/// The rows of a query as text, sorted.
pub(crate) fn rows(url: &str, query: &str) -> Vec<String> {
    install_default_drivers();
    let url = url.replace("sqlite:/", "sqlite:///");
    run(async {
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(query.to_owned()))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let text = |row: &sqlx::any::AnyRow, column: usize| {
            row.try_get::<Option<String>, _>(column)
                .or_else(|_| {
                    row.try_get::<Option<i64>, _>(column)
                        .map(|number| number.map(|number| number.to_string()))
                })
                .unwrap()
                .unwrap_or_default()
        };
        let mut lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let values: Vec<String> = row
                    .columns()
                    .iter()
                    .map(|column| text(row, column.ordinal()))
                    .collect();
                values.join("|")
            })
            .collect();
        lines.sort();
        connection.close().await.unwrap();
        lines
    })
}

/// Waits until something holds; a test that waits for ever says for what.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A hook call of a bundled patient with this instance.
pub(crate) fn call(instance: Uuid) -> serde_json::Value {
    let mut call = prefetched(WITH_PNET);
    call["hookInstance"] = instance.to_string().into();
    call
}

/// An instance that no other test has.
pub(crate) fn instance() -> Uuid {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!(
        "{}-{number}-{:?}",
        std::process::id(),
        std::time::SystemTime::now()
    );
    Uuid::new_v5(&Uuid::nil(), name.as_bytes())
}

/// A service that nobody uses, so that its helpers are known to be used.
pub(crate) fn demo_in_memory() -> super::common::Service {
    start("demo.enabled = true\n")
}
