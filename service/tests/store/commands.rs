//! `pnet-cds store` and `pnet-cds feedback report`: what an operator does without a shell in the image.

use crate::common::binary::{pnet_cds, printed};
use crate::postgres;
use crate::program::Program;
use crate::support::{directory, instance, on_both, rows, sqlite};
use serde_json::Value;

/// Runs a command with this store: its exit code and what it printed, on standard output and standard error.
fn run(url: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = pnet_cds()
        .env("PNET_CDS_STORE__URL", url)
        .args(arguments)
        .output();
    printed(output.unwrap())
}

/// A store with cards of which one is answered.
fn filled(url: &str) -> usize {
    let program = Program::open(url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    cards.len()
}

on_both! {
    fn status_report_and_migrations(url) {
        let cards = filled(url);
        let (code, out, _) = run(url, &["store", "status"]);
        assert_eq!(code, 0);
        assert!(out.contains("version 7, this program knows 7"), "{out}");
        assert!(out.contains(&format!("cards issued: {cards}, with feedback: 1, tokens remembered: 0")), "{out}");
        let (code, out, _) = run(url, &["feedback", "report"]);
        assert_eq!(code, 0);
        assert!(out.lines().any(|line| line.split_whitespace().eq(["pathway", "1", "1", "0", "1"])), "{out}");
        assert!(out.contains("1  https://pnet-cds.github.io/fhir/CodeSystem/override-reasons|already-discussed"), "{out}");
        let (code, out, _) = run(url, &["feedback", "report", "--format", "json", "--since", "2026-01-01"]);
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, report["kinds"]["pathway"]["overridden"].as_u64()), (0, Some(1)));
        let (_, out, _) = run(url, &["feedback", "report", "--since", "2999-01-01"]);
        assert_eq!(out, "Cards sent since 2999-01-01\nnone\n");
        assert_eq!(run(url, &["store", "migrate", "--to", "8"]).0, 2);
        let (code, _, refused) = run(url, &["store", "migrate", "--to", "1"]);
        assert!(code == 2 && refused.contains("--delete-newer"), "{refused}");
        assert!(run(url, &["store", "status"]).1.contains("version 7"));
        assert!(run(url, &["store", "migrate", "--to", "1", "--delete-newer"]).1.contains("from version 7 to 1"));
        let (code, _, error) = run(url, &["feedback", "report"]);
        assert!(code == 1 && error.contains("version 1; `pnet-cds store migrate` brings them to 7"), "{error}");
        assert!(run(url, &["store", "migrate"]).1.contains("from version 1 to 7"));
    }
}

#[test]
fn times_that_a_clock_ahead_left_behind_are_forgotten_with_a_reason_on_record() {
    let url = sqlite();
    let cards = filled(&url);
    rows(
        &url,
        "INSERT INTO forgotten_ranges (first, last) VALUES (0, 99999999999) RETURNING first",
    );
    rows(
        &url,
        "UPDATE forgotten_tokens SET until = 99999999999 RETURNING until",
    );
    let (code, out, _) = run(&url, &["store", "status"]);
    assert!(code == 0 && out.contains("a clock was ahead"), "{out}");
    let audit = directory().join("audit.ndjson");
    let reset = |reason: &str| {
        let output = pnet_cds()
            .env("PNET_CDS_STORE__URL", &url)
            .env("PNET_CDS_AUDIT__SINK", format!("file:{}", audit.display()))
            .args(["store", "tokens", "reset", "--reason", reason])
            .output();
        printed(output.unwrap())
    };
    assert_eq!(reset(" ").0, 2);
    assert_eq!(rows(&url, "SELECT first FROM forgotten_ranges").len(), 1);
    let (code, out, said) = reset("clock of node 7 was a year ahead");
    assert!(
        code == 0 && out.contains("1 ranges of times forgotten, on record"),
        "{out}{said}"
    );
    assert!(rows(&url, "SELECT first FROM forgotten_ranges").is_empty());
    assert_eq!(rows(&url, "SELECT until FROM forgotten_tokens"), ["0"]);
    assert_eq!(rows(&url, "SELECT card FROM issued_cards").len(), cards);
    let event: Value = serde_json::from_str(&std::fs::read_to_string(&audit).unwrap()).unwrap();
    assert_eq!(event["outcomeDesc"], "store-tokens-reset");
    assert_eq!(
        event["entity"][0]["detail"][0]["valueString"],
        "clock of node 7 was a year ahead"
    );
}

#[test]
fn a_backup_of_sqlite_taken_while_the_service_runs_keeps_every_row() {
    let url = sqlite();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    let copy = directory().join("copy of it.sqlite");
    let file = copy.display().to_string();
    let (code, _, error) = run(&url, &["store", "backup", &file]);
    assert_eq!(code, 0, "{error}");
    let before = rows(&url, "SELECT * FROM issued_cards");
    assert_eq!(before.len(), cards.len());
    // A file that is there is not written over.
    assert_eq!(run(&url, &["store", "backup", &file]).0, 2);
    drop(program);
    // Restored as the runbook says: the copy in the place of the file.
    let restored = directory().join("store.sqlite");
    std::fs::copy(&copy, &restored).unwrap();
    let restored = format!("sqlite:{}", restored.display());
    let program = Program::open(&restored);
    assert_eq!(rows(&restored, "SELECT * FROM issued_cards"), before);
    program.keeps(&cards[1]);
}

#[test]
fn a_backup_of_postgresql_by_its_own_program_keeps_every_row() {
    let Some(cluster) = postgres::Cluster::start() else {
        return;
    };
    let url = cluster.database();
    filled(&url);
    let before = rows(&url, "SELECT * FROM issued_cards");
    let (code, _, error) = run(&url, &["store", "backup", "copy"]);
    assert!(code == 2 && error.contains("pg_dump"), "{error}");
    let name = url.split(['/', '?']).nth(3).unwrap();
    let copy = directory().join("copy").display().to_string();
    cluster.run("pg_dump", &["--format=custom", "--file", &copy, name]);
    cluster.run("createdb", &["restored"]);
    cluster.run("pg_restore", &["--dbname=restored", &copy]);
    let restored = cluster.url("restored");
    assert_eq!(rows(&restored, "SELECT * FROM issued_cards"), before);
    filled(&restored);
}

#[test]
fn the_address_comes_from_a_file_and_is_never_shown() {
    let secret = directory().join("url");
    std::fs::write(&secret, "postgres://me:hunter2@127.0.0.1:1/x\n").unwrap();
    let output = pnet_cds()
        .env("PNET_CDS_STORE__URL_FILE", &secret)
        .args(["store", "status"])
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("pnet-cds: store, PostgreSQL: ") && !error.contains("hunter2"),
        "{error}"
    );
    let (code, _, error) = run("postgres:me:hunter2@h", &["store", "status"]);
    assert!(code == 2 && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_command_makes_no_file_and_says_where_it_looked() {
    let directory = directory();
    let url = format!("sqlite:{}/none.sqlite", directory.display());
    for arguments in [["store", "status"], ["feedback", "report"]] {
        let (code, _, error) = run(&url, &arguments);
        assert!(
            code == 2 && error.contains("none.sqlite: there is no such file"),
            "{error}"
        );
    }
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0);
    let output = pnet_cds().args(["store", "status"]).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "the demo's store is of its own process"
    );
}
