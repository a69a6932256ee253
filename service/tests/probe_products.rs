//! `pnet-cds probe` against servers with the habits of known products: what it says of each, in `probe_products/`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;
#[expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the acceptance tests use the rest"
)]
#[path = "../../tests/src/scripted_fhir/mod.rs"]
mod scripted_fhir;

use binary::{pnet_cds, printed};
use pnet_cds::sandbox::Sandbox;
use scripted_fhir::{Product, ScriptedFhir, Step, fhir};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

const PATIENT: &str = "insulinoma-debulking";

fn charts() -> &'static Sandbox {
    static CHARTS: OnceLock<Sandbox> = OnceLock::new();
    CHARTS.get_or_init(|| Sandbox::embedded().unwrap())
}

/// A settings file with one client.
fn config(name: &str, client: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("probe-{name}.toml"));
    let text = format!(
        "[store]\nurl = \"sqlite:probe-test.sqlite\"\n[[clients]]\nissuer = \"https://ehr.example.org\"\n\
         jwks_file = \"jwks.json\"\nfhir_servers = [\"http://127.0.0.1:21340/fhir/R4\"]\n{client}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn probe(server: &ScriptedFhir, config: &Path, format: &str) -> (i32, String, String) {
    let base = server.base();
    let arguments = ["--fhir", &base, "--patient", PATIENT, "--as-of", "2026-11-23"];
    let mut command = pnet_cds();
    command.arg("probe").arg("--config").arg(config).args(arguments);
    printed(command.args(["--format", format]).output().unwrap())
}

/// The report up to the facts, without what differs from run to run.
fn redacted(report: &str, server: &ScriptedFhir) -> String {
    let head = report.split("\nFacts found").next().unwrap();
    let head = head.replace(&server.base(), "http://127.0.0.1:PORT/fhir");
    head.lines().map(without_numbers).collect()
}

/// The line, each number of milliseconds, characters or requests as `#`.
fn without_numbers(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let is_unit = |word: Option<&&str>| {
        let unit = word.map_or("", |word| word.trim_end_matches([')', ',']));
        matches!(unit, "ms" | "characters" | "request" | "requests")
    };
    let mut told: Vec<String> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let number = word.trim_start_matches('(');
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && is_unit(words.get(at + 1)) {
            // The column before it is as wide as the number is short.
            while words.get(at + 1) == Some(&"ms") && told.last().is_some_and(String::is_empty) {
                told.pop();
            }
            told.push(format!("{}#", &word[..word.len() - number.len()]));
        } else if *word == "request" && told.last().is_some_and(|last| last == "#") {
            told.push("requests".to_owned());
        } else {
            told.push((*word).to_owned());
        }
    }
    told.join(" ") + "\n"
}

#[test]
fn the_profile_of_each_product_is_told() {
    for product in Product::ALL {
        let server = product.start(|query| charts().answer(query).ok()).unwrap();
        let aliases: Vec<&str> = product.alias().into_iter().collect();
        let config = config(
            product.name(),
            &format!("fhir_deadline = \"60 s\"\nfhir_aliases = {aliases:?}"),
        );
        let (code, out, err) = probe(&server, &config, "table");
        assert_eq!((code, err.as_str()), (0, ""), "{}: {out}", product.name());
        let told = redacted(&out, &server);
        println!("{}\n{told}", product.name());
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/probe_products/{}.txt", product.name()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &told).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(told, expected, "{}: set UPDATE=1 and review", product.name());
    }
}

#[test]
fn the_facts_are_the_same_from_every_product() {
    let facts = |product: Product| {
        let server = product.start(|query| charts().answer(query).ok()).unwrap();
        let aliases: Vec<&str> = product.alias().into_iter().collect();
        let config = config(
            &format!("facts-{}", product.name()),
            &format!("fhir_deadline = \"60 s\"\nfhir_aliases = {aliases:?}"),
        );
        let (_, out, err) = probe(&server, &config, "json");
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        report
    };
    let hapi = facts(Product::Hapi);
    for product in [Product::Azure, Product::Blaze, Product::Oracle] {
        let other = facts(product);
        assert_eq!(
            other["assessment"]["facts"],
            hapi["assessment"]["facts"],
            "{}",
            product.name()
        );
    }
    let epic = facts(Product::Epic);
    assert_eq!(
        epic["keys"]["missing"],
        serde_json::json!(["medicationAdministrations", "medicationDispenses"])
    );
    assert_eq!(
        epic["assessment"]["facts"]["ki67"],
        hapi["assessment"]["facts"]["ki67"]
    );
}

#[test]
fn an_address_that_the_settings_lack_is_named() {
    let server = Product::Epic.start(|query| charts().answer(query).ok()).unwrap();
    let (_, out, _) = probe(&server, &config("unaliased", "fhir_deadline = \"60 s\""), "json");
    let report: Value = serde_json::from_str(&out).unwrap();
    let checks = report["serverChecks"].as_array().unwrap();
    let check = checks
        .iter()
        .find(|check| check["what"].as_str().unwrap().starts_with("references"))
        .unwrap();
    assert_eq!(check["result"], "not-honoured");
    let seen = check["seen"].as_str().unwrap();
    assert!(
        seen.contains("https://epic.example.org/interconnect/api/FHIR/R4") && seen.contains("fhir_aliases"),
        "{seen}"
    );
    assert!(
        report["hook"]
            .as_str()
            .unwrap()
            .starts_with("412 another-patient")
    );
}

/// The service waits as long as the client's own setting says, and so does the probe.
#[test]
fn a_slow_server_is_measured_by_the_clients_own_deadline() {
    let server = ScriptedFhir::start(|_, seen| {
        let path = seen.target.strip_prefix("/fhir/").unwrap_or_default();
        let mut steps = vec![Step::Wait(Duration::from_millis(1800))];
        steps.extend(
            charts()
                .answer(path)
                .map_or_else(|_| fhir::status(404, ""), |json| fhir::ok(&json)),
        );
        steps
    })
    .unwrap();
    let (_, out, _) = probe(&server, &config("own", "fhir_deadline = \"20 s\""), "json");
    let patient: Value = serde_json::from_str(&out).unwrap();
    assert!(patient["hook"].as_str().unwrap().contains("cards"), "{out}");
    assert!(!out.contains("slower than"), "{out}");
    assert_eq!(patient["keys"]["missing"], serde_json::json!([]));
    let (_, out, _) = probe(&server, &config("general", ""), "json");
    let hasty: Value = serde_json::from_str(&out).unwrap();
    assert!(hasty["hook"].as_str().unwrap().starts_with("412"), "{out}");
    assert!(out.contains("slower than `fhir.deadline` (1500 ms)"), "{out}");
}
