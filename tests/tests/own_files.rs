//! The laws that `pnet-cds selfcheck` holds on a site's own files, held on every demo patient and case.

use acceptance::here;
use jiff::civil::date;
use pnet_cds::evaluator::Evaluator;
use pnet_cds::hooks::templates::templates;
use pnet_cds::laws::Laws;
use pnet_cds::settings::{self, Source};
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

#[actix_web::test]
async fn nothing_moves() {
    let evaluator = Evaluator::load(&settings::load(&Source::default()).unwrap()).unwrap();
    let templates = templates(&evaluator.codes);
    let laws = Laws {
        evaluator: &evaluator,
        templates: &templates,
        as_of: date(2026, 11, 23),
    };
    let (mut found, mut moved, mut held) = (Vec::new(), Vec::new(), 0);
    files(&here().join("../service/demo/patients"), &mut found);
    files(&here().join("cases"), &mut found);
    for path in found {
        // What cannot be assessed as it stands is a test of its own.
        if let Ok(of_one) = laws.hold(&std::fs::read_to_string(&path).unwrap()).await {
            held += 1;
            assert!(of_one.checks > 8, "{}", path.display());
            moved.extend(
                of_one
                    .moved
                    .into_iter()
                    .map(|what| format!("{}: {what}", path.display())),
            );
        }
    }
    assert!(held >= 30, "{held}");
    assert!(moved.is_empty(), "{}", moved.join("\n"));
}
