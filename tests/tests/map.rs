//! `service/docs/ARCHITECTURE.md` is a true map: every module is on it, and what it names is there; and the change logs name
//! the versions that there are.

#![cfg(test)]

use acceptance::here;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MAP: &str = "service/docs/ARCHITECTURE.md";
/// The folders that have a section of their own, under a heading with their name.
const SECTIONS: [&str; 5] = ["fhir-profiles", "cds-cards", "service", "tests", "deploy"];
/// Whose modules are mapped one folder deeper.
const DEEPER: &str = "service";
/// What a path can end with that is written without its folder.
const ENDINGS: [&str; 7] = [".rs", ".toml", ".md", ".csv", ".json", ".html", ".yaml"];

fn root() -> PathBuf {
    here().parent().expect("the workspace").to_path_buf()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands directly in a folder, by name, but what is built or hidden.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !name.starts_with('.') && !["target", "out", "node_modules"].contains(&&**name))
        .collect();
    found.sort();
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for (_, path) in entries(folder) {
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// What stands between backticks; no fence and no span is left open.
fn spans(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split('`').collect();
    assert!(parts.len() % 2 == 1, "a backtick without its partner");
    let spans: Vec<&str> = parts.into_iter().skip(1).step_by(2).collect();
    let broken = spans.iter().find(|span| span.is_empty() || span.contains('\n'));
    assert_eq!(broken, None, "a span is of one line");
    spans
}

/// The sections of the map with the folder that each is about, if it is one of [`SECTIONS`].
fn sections(map: &str) -> Vec<(Option<&'static str>, &str)> {
    let of = |text: &str| {
        let heading = text.lines().next().unwrap_or_default();
        SECTIONS
            .into_iter()
            .find(|folder| heading.contains(&format!("`{folder}`")))
    };
    map.split("\n## ").map(|text| (of(text), text)).collect()
}

/// The modules of a folder of sources, without their ending; of one whose folders are mapped too also what is in those.
fn modules(of: &Path, deeper: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, path) in entries(of) {
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        if module == "mod" {
            continue;
        }
        found.insert(module.to_owned());
        if deeper && path.is_dir() {
            let folders = entries(&path).into_iter().filter(|(_, inner)| inner.is_dir());
            found.extend(folders.map(|(inner, _)| format!("{module}/{inner}")));
        }
    }
    found
}

#[test]
fn every_module_is_on_the_map() {
    let map = read(MAP);
    let mut missing = Vec::new();
    for folder in SECTIONS {
        let of: Vec<&str> = sections(&map)
            .into_iter()
            .filter(|(of, _)| *of == Some(folder))
            .map(|(_, text)| text)
            .collect();
        let [section] = of.as_slice() else {
            panic!("{folder} has {} sections", of.len())
        };
        let named: BTreeSet<&str> = spans(section)
            .into_iter()
            .map(|span| span.trim_end_matches('/'))
            .collect();
        let source = root().join(folder).join("src");
        let parts = match source.exists() {
            true => modules(&source, folder == DEEPER),
            // What is no crate has no modules, but parts all the same.
            false => entries(&root().join(folder))
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
        };
        assert!(parts.len() > 4, "{folder}: {parts:?}");
        let unnamed = parts.into_iter().filter(|part| !named.contains(part.as_str()));
        missing.extend(unnamed.map(|part| format!("{folder}: `{part}`")));
    }
    assert!(missing.is_empty(), "not named in {MAP}:\n{}", missing.join("\n"));
}

/// Whether a span is a path: of folders, or a file by its ending.
fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./*".contains(c);
    let is_file = ENDINGS.iter().any(|ending| span.ends_with(ending));
    span.chars().all(plain) && !span.starts_with('/') && (span.trim_end_matches('/').contains('/') || is_file)
}

/// Whether there is such a path: from the root, or from the folder that its section is about, or from its sources; a file
/// that is written without a folder stands somewhere.
fn is_there(path: &str, section: Option<&str>, all: &[PathBuf]) -> bool {
    let path = path.trim_end_matches('/');
    if !path.contains('/') {
        return all.iter().any(|file| file.ends_with(path));
    }
    let own = section.map(|folder| root().join(folder));
    let bases = [Some(root()), own.clone(), own.map(|own| own.join("src"))];
    bases
        .into_iter()
        .flatten()
        .any(|base| match path.split_once('*') {
            None => base.join(path).exists() || base.join(format!("{path}.rs")).exists(),
            Some((before, after)) => {
                let (folder, begins) = before.rsplit_once('/').unwrap_or(("", before));
                let fits = |file: &PathBuf| {
                    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
                    file.parent() == Some(&base.join(folder))
                        && name.is_some_and(|name| name.starts_with(begins) && name.ends_with(after))
                };
                all.iter().any(fits)
            }
        })
}

#[test]
fn every_path_that_the_map_names_exists() {
    let map = read(MAP);
    let mut all = Vec::new();
    files(&root(), &mut all);
    let mut named = 0;
    let mut missing = Vec::new();
    for (section, text) in sections(&map) {
        for path in spans(text).into_iter().filter(|span| is_path(span)) {
            named += 1;
            if !is_there(path, section, &all) {
                missing.push(path);
            }
        }
    }
    assert!(named > 60, "{named} paths");
    assert!(missing.is_empty(), "named in {MAP}, but not there: {missing:?}");
}

/// The file of a module path such as `hooks::flow`, in the crate that it begins with, if it begins with one.
fn file_of(modules: &[&str]) -> Option<String> {
    let (crates, modules) = match modules {
        ["fhir_profiles", rest @ ..] => (&["fhir-profiles"][..], rest),
        ["cds_cards", rest @ ..] => (&["cds-cards"][..], rest),
        all => (&["service", "cds-cards", "fhir-profiles", "tests"][..], all),
    };
    let path = match modules {
        [] => "lib".to_owned(),
        modules => modules.join("/"),
    };
    crates
        .iter()
        .flat_map(|of| [format!("{of}/src/{path}.rs"), format!("{of}/src/{path}/mod.rs")])
        .find(|file| root().join(file).exists())
}

/// Whether a text has a word by itself.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|found| found == word)
}

#[test]
fn every_function_and_type_that_the_map_names_exists() {
    let map = read(MAP);
    let mut sources = Vec::new();
    for folder in SECTIONS {
        files(&root().join(folder), &mut sources);
    }
    sources.retain(|file| file.extension().is_some_and(|kind| kind == "rs"));
    let sources: Vec<String> = sources
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let all = spans(&map);
    let named: Vec<&str> = all
        .into_iter()
        .filter(|span| span.contains("::") && !span.contains(' '))
        .collect();
    assert!(named.len() > 25, "{}", named.len());
    let is_there = |name: &&str| {
        let parts: Vec<&str> = name.trim_end_matches("()").split("::").collect();
        let Some((item, modules)) = parts.split_last() else {
            return false;
        };
        let is_type = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
        match modules {
            [of] if is_type(of) => {
                let made = [format!("fn {item}"), format!("const {item}")];
                sources
                    .iter()
                    .any(|text| made.iter().any(|made| text.contains(made)) && has_word(text, of))
            }
            modules => file_of(modules).is_some_and(|file| has_word(&read(&file), item)),
        }
    };
    let missing: Vec<&str> = named.into_iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "named in {MAP}, but not there: {missing:?}");
}

#[test]
fn every_test_that_a_command_of_the_map_runs_exists() {
    let map = read(MAP);
    let commands: Vec<&str> = map.split("--test ").skip(1).collect();
    assert!(commands.len() > 5, "{}", commands.len());
    for command in commands {
        let name = command
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .unwrap();
        let there = [
            "tests/tests",
            "service/tests",
            "cds-cards/tests",
            "fhir-profiles/tests",
        ]
        .iter()
        .any(|folder| {
            let folder = root().join(folder);
            folder.join(format!("{name}.rs")).exists() || folder.join(name).join("main.rs").exists()
        });
        assert!(there, "there is no test `{name}`");
    }
}

/// The versions of a change log in their order, as its headings have them.
fn versions(path: &str) -> Vec<String> {
    let text = read(path);
    let headings = text.lines().filter_map(|line| line.strip_prefix("## ["));
    headings
        .map(|heading| heading.split(']').next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_change_logs_name_the_versions_that_there_are() {
    let program = versions("service/CHANGELOG.md");
    assert_eq!(program.first().map(String::as_str), Some("Unreleased"));
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let version = manifest["workspace"]["package"]["version"].as_str().unwrap();
    assert_eq!(program.get(1).map(String::as_str), Some(version));

    // The pages show the same list from the package itself, each change with the version that it led to.
    let package: toml::Table = read("cds-cards/knowledge/package.toml").parse().unwrap();
    let changes = package["change"].as_array().unwrap();
    let shown: Vec<&str> = changes
        .iter()
        .map(|change| change["to"].as_str().unwrap())
        .collect();
    assert_eq!(versions("cds-cards/knowledge/CHANGELOG.md"), shown);
}
