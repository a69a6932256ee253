//! The house rules that a machine can hold: arrows between crates, layout, opening sentences, nothing of this machine.

use acceptance::here;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What each crate never names, beside the workspace members that it may not use.
const NEVER: [(&str, &[&str]); 4] = [
    (
        "fhir-profiles",
        &[
            "actix",
            "reqwest",
            "tokio",
            "jsonwebtoken",
            "cds-cards",
            "pnet-cds",
            "acceptance",
        ],
    ),
    (
        "cds-cards",
        &["fhirbolt", "actix", "reqwest", "tokio", "pnet-cds", "acceptance"],
    ),
    ("service", &["fhirbolt", "acceptance"]),
    ("tests", &["fhirbolt"]),
];
const TOP_LEVEL: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "service",
    "fhir-profiles",
    "cds-cards",
    "deploy",
    "tests",
    "README.md",
    "target",
];
const MEMBERS: [&str; 4] = ["service", "cds-cards", "fhir-profiles", "tests"];

fn root() -> PathBuf {
    here().parent().map(Path::to_path_buf).unwrap_or_default()
}

fn manifest(directory: &str) -> Table {
    let path = root().join(directory).join("Cargo.toml");
    std::fs::read_to_string(&path)
        .map_err(|e| e.to_string())
        .and_then(|text| text.parse().map_err(|e: toml::de::Error| e.to_string()))
        .unwrap_or_else(|e| unreadable(&path, &e))
}

#[expect(clippy::panic, reason = "a test cannot go on without the file")]
fn unreadable(path: &Path, why: &str) -> ! {
    panic!("{}: {why}", path.display())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| unreadable(path, &e.to_string()))
}

/// Every dependency of a manifest, those of targets included.
fn dependencies(table: &Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) if key.ends_with("dependencies") => {
                for (name, how) in inner {
                    found.insert(name.clone());
                    found.extend(how.get("package").and_then(Value::as_str).map(str::to_owned));
                }
            }
            Value::Table(inner) if key != "workspace" => found.extend(dependencies(inner)),
            _ => {}
        }
    }
    found
}

/// Every file under a directory but those of build and version control.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).unwrap_or_else(|e| unreadable(directory, &e.to_string()));
    for entry in entries.flatten() {
        let path = entry.path();
        // What is not committed; in a worktree `.git` is a file.
        if ["target", ".git", "node_modules", "out"]
            .iter()
            .any(|name| entry.file_name() == *name)
        {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    files(&root().join(directory))
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .map(|p| {
            let text = read(&p);
            (p, text)
        })
        .collect()
}

/// The lines that are not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn no_crate_depends_on_what_it_must_not_name() {
    for (directory, never) in NEVER {
        for dependency in dependencies(&manifest(directory)) {
            let forbidden = never
                .iter()
                .any(|n| dependency == *n || dependency.starts_with(&format!("{n}-")));
            assert!(!forbidden, "{directory} must not depend on {dependency}");
        }
    }
}

#[test]
fn fhirbolt_is_named_in_fhir_profiles_only_and_never_in_public() {
    let name = ["fhir", "bolt"].concat();
    for directory in ["service", "cds-cards"] {
        for (path, text) in sources(directory) {
            assert!(!code(&text).any(|l| l.contains(&name)), "{}", path.display());
        }
    }
    for (path, text) in sources("fhir-profiles") {
        let exported = code(&text).find(|l| l.trim_start().starts_with("pub ") && l.contains(&name));
        assert_eq!(exported, None, "{}", path.display());
    }
}

#[test]
fn one_file_names_the_fhir_releases() {
    let names_release = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| matches!(word, "R4" | "R4B" | "R5" | "FhirRelease" | "FhirReleases"))
    };
    let naming: Vec<_> = sources("fhir-profiles/src")
        .into_iter()
        .filter(|(_, text)| {
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            code(product).any(names_release)
        })
        .map(|(path, _)| path)
        .collect();
    assert!(naming.len() <= 1, "{naming:?}");
}

#[test]
fn the_workspace_has_four_members_that_keep_its_lints() {
    let workspace = manifest(".");
    let members: BTreeSet<&str> = workspace["workspace"]["members"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(members, BTreeSet::from(MEMBERS));
    assert!(
        !workspace.contains_key("package"),
        "the root is a virtual workspace"
    );
    assert_eq!(
        workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    for lint in ["unwrap_used", "expect_used", "indexing_slicing", "panic"] {
        assert_eq!(
            workspace["workspace"]["lints"]["clippy"][lint].as_str(),
            Some("deny"),
            "{lint}"
        );
    }
    for member in MEMBERS {
        assert_eq!(
            manifest(member)["lints"]["workspace"].as_bool(),
            Some(true),
            "{member}"
        );
    }
}

#[test]
fn the_top_level_is_fixed() {
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let allowed =
            TOP_LEVEL.contains(&name.as_str()) || name.starts_with('.') || name.starts_with("LICENSE");
        assert!(allowed, "`{name}` does not belong to the top level");
    }
}

#[test]
fn clock_environment_and_files_are_forbidden_in_the_pure_crates() {
    for directory in ["cds-cards", "fhir-profiles"] {
        let rules = read(&root().join(directory).join("clippy.toml"));
        for method in [
            "std::time::Instant::now",
            "std::time::SystemTime::now",
            "std::env::var",
            "std::fs::read",
            "std::fs::read_to_string",
            "std::fs::File",
        ] {
            assert!(rules.contains(&format!("\"{method}\"")), "{directory}: {method}");
        }
    }
}

#[test]
fn every_module_opens_with_a_sentence() {
    for directory in MEMBERS {
        for (path, text) in sources(directory) {
            assert!(text.starts_with("//! "), "{}", path.display());
        }
    }
}

#[test]
fn every_dependency_from_outside_has_its_reason_above_it() {
    for directory in MEMBERS {
        let path = root().join(directory).join("Cargo.toml");
        let text = read(&path);
        let (mut inside, mut above) = (false, "");
        for line in text.lines() {
            if line.starts_with('[') {
                inside = line.trim_end_matches(']').ends_with("dependencies");
            } else if inside && line.contains('=') {
                let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
                let own = MEMBERS.contains(&name) || name == "pnet-cds";
                assert!(own || above.starts_with('#'), "{}: {name}", path.display());
            }
            above = line;
        }
    }
}

#[test]
fn nothing_of_this_machine_or_of_a_registry_host_stands_in_the_project() {
    // Put together here so that this file does not hold them.
    let foreign = [
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["artif", "actory"],
        ["registry.", "npmjs.org"],
        ["pypi", ".org"],
        ["/work", "/shared"],
        ["/work", "/main"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/tmp", "/"],
    ]
    .map(|parts| parts.concat());
    for path in files(&root()) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        // The root of another container's file system, as the kernel names it on every machine.
        let text = text.replace("/proc/1/root/", "");
        for word in &foreign {
            assert!(!text.contains(word.as_str()), "{} holds `{word}`", path.display());
        }
    }
}

#[test]
fn nothing_is_named_after_what_it_depends_on_in_the_lock_but_published_crates() {
    let lock = read(&root().join("Cargo.lock"));
    for line in lock.lines().filter(|l| l.starts_with("source = ")) {
        assert_eq!(
            line,
            "source = \"registry+https://github.com/rust-lang/crates.io-index\""
        );
    }
}
