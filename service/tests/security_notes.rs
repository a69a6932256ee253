//! `SECURITY.md` names tests that exist.

use std::path::PathBuf;

fn read(path: &str) -> String {
    std::fs::read_to_string(place(path)).unwrap_or_default()
}

fn place(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `file` and name of each test that the text names.
fn named(text: &str) -> Vec<(String, &str)> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"))
        .map(|(file, name)| match file.strip_suffix(".rs") {
            Some(_) => (file.to_owned(), name),
            None => {
                let own = format!("tests/{file}.rs");
                let of_several = format!("tests/{file}/main.rs");
                (if place(&own).exists() { own } else { of_several }, name)
            }
        })
        .collect()
}

#[test]
fn every_test_that_the_security_notes_name_exists() {
    let notes = read("SECURITY.md");
    let named = named(&notes);
    assert!(named.len() > 40, "{}", named.len());
    for (file, name) in named {
        assert!(read(&file).contains(&format!("fn {name}(")), "{file}: {name}");
    }
}

#[test]
fn every_row_of_the_security_notes_names_a_test() {
    let notes = read("SECURITY.md");
    let rows: Vec<&str> = notes
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("| threat |"))
        .collect();
    assert!(rows.len() > 15);
    for row in rows {
        assert!(!named(row.rsplit('|').nth(1).unwrap()).is_empty(), "{row}");
    }
}
