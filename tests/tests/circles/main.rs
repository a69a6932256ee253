//! No file depends on one that depends on it; the test names the files of a circle.

#![cfg(test)]

mod arrows;
mod floors;

use acceptance::here;
use arrows::{Crate, Names};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The crates, no two files of which may need each other.
const WITHOUT_CIRCLES: [&str; 4] = ["fhir-profiles", "cds-cards", "service", "tests"];

/// The shortest circle through some file, if there is any.
fn circle(read: &Crate) -> Option<Vec<Names>> {
    let needs: BTreeMap<&Names, BTreeSet<Names>> = read
        .named
        .keys()
        .map(|module| (module, read.needs(module)))
        .collect();
    let circles = read.named.keys().filter_map(|start| way_back(start, &needs));
    circles.min_by_key(Vec::len)
}

/// The shortest way from a file back to itself.
fn way_back(start: &Names, needs: &BTreeMap<&Names, BTreeSet<Names>>) -> Option<Vec<Names>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| needs.get(last)).into_iter().flatten() {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push([way.as_slice(), std::slice::from_ref(next)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn no_file_depends_on_one_that_depends_on_it() {
    for name in WITHOUT_CIRCLES {
        let source = here().parent().expect("the workspace").join(name).join("src");
        let read = Crate::read(&source);
        assert!(read.named.len() > 10, "{name}");
        let arrows: usize = read.named.keys().map(|module| read.needs(module).len()).sum();
        assert!(arrows >= read.named.len() / 2, "{name}: {arrows} arrows");
        let circle = circle(&read).unwrap_or_default();
        let circle: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
        assert!(circle.is_empty(), "{name}: {} and back", circle.join(" -> "));
    }
}

#[test]
fn a_circle_is_found_whichever_way_it_goes() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("circles");
    let of = |files: &[(&str, &str)]| {
        drop(fs::remove_dir_all(&folder));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        circle(&Crate::read(&folder)).unwrap_or_default().len()
    };
    let root = ("lib.rs", "mod a; mod b; pub use a::A;");
    assert_eq!(
        of(&[root, ("a.rs", "pub struct A;"), ("b.rs", "use crate::a::A;")]),
        0
    );
    assert_eq!(
        of(&[
            root,
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use super::A;")
        ]),
        2
    );
    assert_eq!(
        of(&[
            root,
            ("a.rs", "mod c; fn f() { c::g() }"),
            ("a/c.rs", "pub fn g() { super::f() }"),
            ("b.rs", "")
        ]),
        2
    );
    assert_eq!(
        of(&[
            root,
            ("a.rs", "fn f() { p!(\"{}\", crate::b::X) }"),
            ("b.rs", "fn g(_: &crate::a::A) {}")
        ]),
        2
    );
    assert_eq!(
        of(&[
            root,
            ("a.rs", "#[cfg(test)] mod tests { use crate::b::B; }"),
            ("b.rs", "use crate::a::A;")
        ]),
        0,
        "tests may need anything"
    );
}
