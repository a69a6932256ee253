//! What of the dependencies must not be reached, and that nothing here reaches it.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::path::{Path, PathBuf};
use toml::Table;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn table(path: &str) -> Table {
    std::fs::read_to_string(root().join(path))
        .unwrap()
        .parse()
        .unwrap()
}

/// Package, version and dependencies as the lock file has them.
fn locked() -> Vec<(String, String, Vec<String>)> {
    let lock = table("Cargo.lock");
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    let packages = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
            let dependencies = dependencies
                .into_iter()
                .flatten()
                .map(|one| one.as_str().unwrap().to_owned());
            (
                text(package, "name"),
                text(package, "version"),
                dependencies.collect(),
            )
        });
    packages.collect()
}

/// Every Rust file of the workspace's members.
fn sources() -> Vec<(PathBuf, String)> {
    let mut open: Vec<PathBuf> = ["service", "fhir-profiles", "cds-cards", "tests"]
        .map(|member| root().join(member))
        .into();
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.len() > 100);
    found
}

/// RUSTSEC-2026-0194 and -0195: the reader of XML that `fhirbolt-serde` brings. It is there for `fhirbolt::xml` alone,
/// which nothing calls; `.ci/deny.toml` says so, and lets nobody else depend on it.
#[test]
fn the_old_reader_of_xml_is_reached_from_nowhere() {
    let packages = locked();
    let old = |version: &str| {
        version.starts_with("0.") && version.split('.').nth(1).unwrap().parse::<u32>().unwrap() < 41
    };
    let versions: Vec<&str> = packages
        .iter()
        .filter(|(name, version, _)| name == "quick-xml" && old(version))
        .map(|(_, version, _)| version.as_str())
        .collect();
    assert!(versions.len() <= 1, "{versions:?}");
    for (name, _, dependencies) in &packages {
        for version in &versions {
            let named = format!("quick-xml {version}");
            let depends = dependencies.iter().any(|one| *one == named || one == "quick-xml");
            assert!(
                !depends || name == "fhirbolt-serde",
                "{name} depends on quick-xml {version}"
            );
        }
    }
    for (path, text) in sources() {
        if path.ends_with("tests/tests/dependencies.rs") {
            continue;
        }
        let spaceless: String = text.split_whitespace().collect();
        for reader in [
            "quick_xml",
            "fhirbolt::xml",
            "fhirbolt_serde",
            "{xml,",
            ",xml,",
            ",xml}",
            "::xml::",
            "usefhirbolt::*",
        ] {
            assert!(!spaceless.contains(reader), "{} names `{reader}`", path.display());
        }
    }
    let deny = table(".ci/deny.toml");
    let stated = deny["bans"]["deny"].as_array().unwrap().iter();
    let stated: Vec<_> = stated
        .filter(|ban| ban.get("name").and_then(toml::Value::as_str) == Some("quick-xml"))
        .collect();
    assert_eq!(
        stated.len(),
        versions.len(),
        "stated while it is there, and no longer"
    );
    for ban in stated {
        let reason = ban["reason"].as_str().unwrap();
        assert!(
            reason.contains("RUSTSEC-2026-0194") && reason.contains("RUSTSEC-2026-0195"),
            "{reason}"
        );
        assert_eq!(
            ban["wrappers"].as_array().unwrap()[0].as_str(),
            Some("fhirbolt-serde")
        );
    }
}
