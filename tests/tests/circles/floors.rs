//! The floors of `service` and of `cds-cards`: a module may name those of the floors below it, and no other.

use crate::arrows::{Crate, Names};
use acceptance::here;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The modules of `service`, from the bottom up; those of one floor do not name each other.
const SERVICE: &[&[&str]] = &[
    // Small tools, which know nothing of the rest.
    &[
        "certificate",
        "clock",
        "errors",
        "files",
        "host",
        "nearest",
        "object",
        "pool",
        "query_text",
        "random",
        "signing",
        "stamp",
        "strip",
    ],
    // What is spoken of: addresses of FHIR servers, templates, bundled patients, facts as records, rules as CQL.
    &["address", "clean", "cql", "sandbox", "templates"],
    &["settings"],
    &["evaluator", "telemetry", "trust"],
    // What has another end: disks, databases, networks.
    &["audit", "fhir_client", "site", "store"],
    &["hooks"],
    // The request that is being answered, and what can be assessed without one.
    &["call", "input"],
    &["laws", "smart"],
    &["advisor"],
    &["http"],
    &["pages"],
    &["app"],
    &["cli"],
];

/// The modules of `cds-cards`, likewise.
const CARDS: &[&[&str]] = &[
    &["assessment", "embedded", "markdown", "vignettes"],
    &["texts"],
    &["knowledge"],
    &["laws", "orders"],
    &["engine"],
    &["render"],
    &["load"],
];

/// On which floor a module stands, counted from the bottom.
fn floors(table: &[&[&str]]) -> BTreeMap<String, usize> {
    let floors = table.iter().enumerate();
    floors
        .flat_map(|(floor, modules)| modules.iter().map(move |module| ((*module).to_owned(), floor)))
        .collect()
}

/// What is wrong with the arrows between the modules of a crate: each with the file and the path that it names.
fn faults(read: &Crate, table: &[&[&str]]) -> Vec<String> {
    let floors = floors(table);
    let modules: BTreeSet<&String> = read.named.keys().filter_map(|names| names.first()).collect();
    let missing = modules.iter().filter(|module| !floors.contains_key(**module));
    let mut faults: Vec<String> = missing
        .map(|module| format!("`{module}` stands on no floor"))
        .collect();
    let gone = floors.keys().filter(|module| !modules.contains(module));
    faults.extend(gone.map(|module| format!("`{module}` stands on a floor, and is not there")));
    for (file, named) in &read.named {
        let Some(module) = file.first() else { continue };
        for path in named.paths.iter().chain(named.handed_on.values()) {
            let is_of_the_crate =
                ["crate", "super", "self"].contains(&path.first().map_or("", String::as_str));
            let other = Crate::from_root(file, path).filter(|_| is_of_the_crate);
            let other = other.and_then(|names: Names| names.first().cloned());
            let Some(other) = other.filter(|other| other != module && modules.contains(other)) else {
                continue;
            };
            if floors.get(&other) >= floors.get(module) {
                let (file, path) = (file.join("::"), path.join("::"));
                faults.push(format!("{file} names {path}, which is not below it"));
            }
        }
    }
    faults
}

#[test]
fn no_module_names_one_that_is_not_below_it() {
    for (name, table) in [("service", SERVICE), ("cds-cards", CARDS)] {
        let read = Crate::read(&here().parent().expect("the workspace").join(name).join("src"));
        let faults = faults(&read, table);
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
        let written: usize = table.iter().map(|floor| floor.len()).sum();
        assert_eq!(written, floors(table).len(), "{name}: a module on two floors");
    }
}

#[test]
fn an_arrow_that_goes_up_is_named() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("floors");
    drop(fs::remove_dir_all(&folder));
    for (name, text) in [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "pub struct A;"),
        ("b.rs", "mod e; use crate::a::A; fn f() { crate::c::g() }"),
        ("b/e.rs", "pub use super::super::d::D;"),
        ("c.rs", "pub fn g() {}"),
        (
            "d.rs",
            "use crate::a::A; #[cfg(test)] mod tests { use crate::c::g; }",
        ),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let read = Crate::read(&folder);
    assert_eq!(
        faults(&read, &[&["a"], &["b", "d"], &["x"]]),
        [
            "`c` stands on no floor",
            "`x` stands on a floor, and is not there",
            "b::e names super::super::d::D, which is not below it",
        ]
    );
    assert_eq!(
        faults(&read, &[&["a", "d"], &["b"], &["c"]]),
        [
            "b names crate::c::g, which is not below it",
            "d names crate::a::A, which is not below it",
        ]
    );
}
