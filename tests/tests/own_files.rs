//! The laws that `pnet-cds selfcheck` holds on a site's own files, held on every demo patient and case.

#![cfg(test)]

use acceptance::here;
use jiff::civil::date;
use pnet_cds::laws::Laws;
use pnet_cds::settings::{self, Input};
use pnet_cds::site;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// Charts of which every fact is filled: one that says little, one that says much, one at odds with itself, one of a tumour
/// that is none of ours, one with treatments.
const FILLED: [&str; 5] = [
    "sparse-chart",
    "transplantation-candidate",
    "conflicting-chart",
    "pancreatic-adenocarcinoma",
    "carcinoid-syndrome-progressing",
];

#[actix_web::test]
async fn nothing_moves() {
    let evaluator = site::load(&settings::load(&Input::default()).unwrap()).unwrap();
    let templates = evaluator.templates();
    let laws = Laws {
        evaluator: &evaluator,
        templates: &templates,
        as_of: date(2026, 11, 23),
    };
    let (mut found, mut moved, mut held) = (Vec::new(), Vec::new(), 0);
    files(&here().join("../service/demo/patients"), &mut found);
    files(&here().join("cases"), &mut found);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut say = |moves: Vec<String>| {
            moved.extend(
                moves
                    .into_iter()
                    .map(|what| format!("{}: {what}", path.display())),
            );
        };
        // What cannot be assessed as it stands is a test of its own.
        let Ok(written) = laws.rewrite(&text).await else {
            continue;
        };
        held += 1;
        assert!(written.checks >= 8, "{}", path.display());
        say(written.moved);
        if path
            .file_stem()
            .is_some_and(|stem| FILLED.iter().any(|name| stem == *name))
        {
            let filled = laws.fill(&text).await.unwrap();
            assert!(filled.checks > 50, "{}", path.display());
            say(filled.moved);
        }
    }
    assert!(held >= 17, "{held}");
    assert!(moved.is_empty(), "{}", moved.join("\n"));
}
