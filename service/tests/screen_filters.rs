//! `pnet-cds screen gate`, `keep` and `assess`: over any division of the files and any order, byte by byte what one run gives.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;
#[path = "common/exported.rs"]
mod exported;

use binary::{pnet_cds, printed};
use exported::{folder, records};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const DAY: [&str; 2] = ["--as-of", "2026-11-23"];

fn run(arguments: &[&str]) -> (i32, String, String) {
    printed(pnet_cds().args(arguments).output().unwrap())
}

/// The same with something on standard input.
fn piped(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = pnet_cds()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    printed(output)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The lines of a population: the bundled patients, some others, what belongs to nobody, and what is wrong.
fn lines() -> Vec<String> {
    let mut all: Vec<String> = records().into_values().flatten().collect();
    for number in 0..30 {
        all.push(format!("{{\"resourceType\":\"Patient\",\"id\":\"o{number}\"}}"));
        all.push(format!(
            "{{\"resourceType\":\"Condition\",\"id\":\"o{number}\",\"subject\":{{\"reference\":\"Patient/o{number}\"}},\
             \"code\":{{\"coding\":[{{\"system\":\"http://hl7.org/fhir/sid/icd-10-cm\",\"code\":\"I10\"}}]}}}}"
        ));
    }
    let of = |id: &str| format!("\"subject\":{{\"reference\":\"Patient/{id}\"}}");
    all.push(format!(
        "{{\"resourceType\":\"Condition\",\"id\":\"m1\",{},\"code\":{{\"text\":\"Pancreatic neuroendocrine tumour\"}}}}",
        of("by-medication")
    ));
    all.push(format!(
        "{{\"resourceType\":\"MedicationRequest\",\"id\":\"m2\",\"status\":\"active\",\"intent\":\"order\",{},\
         \"medicationReference\":{{\"reference\":\"Medication/lan\"}}}}",
        of("by-medication")
    ));
    for (id, name) in [("lan", "lanreotide"), ("other", "metformin")] {
        all.push(format!(
            "{{\"resourceType\":\"Medication\",\"id\":\"{id}\",\"code\":{{\"text\":\"{name}\"}}}}"
        ));
    }
    all.push("{\"resourceType\":\"Practitioner\",\"id\":\"d\"}".to_owned());
    // A Bundle of one patient whose id is no id of FHIR, and one of two patients.
    all.push(
        "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"urn:uuid:a b\",\"resource\":{\"resourceType\":\"Patient\"}},\
         {\"resource\":{\"resourceType\":\"Condition\",\"id\":\"x\",\"subject\":{\"reference\":\"urn:uuid:a b\"},\"code\":{\"text\":\"insulinoma\"}}}]}"
            .to_owned(),
    );
    all.push(format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{{\"resource\":{}}},{{\"resource\":{}}}]}}",
        "{\"resourceType\":\"Patient\",\"id\":\"o1\"}",
        format_args!(
            "{{\"resourceType\":\"Condition\",\"id\":\"y\",{},\"code\":{{\"text\":\"insulinoma\"}}}}",
            of("in-bundle")
        )
    ));
    all
}

/// One run over all lines in one file.
fn whole(dir: &Path, lines: &[String], format: &str) -> (i32, String) {
    let file = dir.join("whole.ndjson");
    fs::write(&file, lines.join("\n")).unwrap();
    let (code, out, told) = run(&[
        &["screen", "--suspects", "--format", format],
        &DAY[..],
        &[text(&file)],
    ]
    .concat());
    assert!(!out.is_empty(), "{told}");
    (code, out)
}

/// Shards in files, some of them packed.
fn shards(dir: &Path, lines: &[String], places: &[usize], count: usize) -> Vec<PathBuf> {
    let mut shards = vec![String::new(); count];
    for (line, place) in lines.iter().zip(places) {
        let shard = &mut shards[place % count];
        shard.push_str(line);
        shard.push('\n');
    }
    let written = shards.iter().enumerate().map(|(index, shard)| {
        if index % 2 == 0 {
            let path = dir.join(format!("{index}.ndjson"));
            fs::write(&path, shard).unwrap();
            return path;
        }
        let path = dir.join(format!("{index}.ndjson.gz"));
        let mut file = File::create(&path).unwrap();
        // In two members, as files that were put together have them.
        let (one, other) = shard.split_at(shard.find('\n').map_or(0, |at| at + 1));
        for part in [one, other] {
            let mut gzip = GzEncoder::new(&mut file, Compression::fast());
            gzip.write_all(part.as_bytes()).unwrap();
            gzip.finish().unwrap();
        }
        path
    });
    written.collect()
}

/// `gate` on each shard, `keep` on each with all that was named, `assess` on what is passed on, in some order.
fn filtered(dir: &Path, shards: &[PathBuf], format: &str, turned: usize) -> (i32, String) {
    let mut lists = Vec::new();
    for (index, shard) in shards.iter().enumerate() {
        let list = dir.join(format!("{index}.patients"));
        let input = (index % 3 == 0 && shard.extension().is_some_and(|kind| kind == "ndjson"))
            .then(|| fs::read_to_string(shard).unwrap());
        let arguments = ["screen", "gate", "--out", text(&list)];
        match input {
            Some(input) => drop(piped(&arguments, &input)),
            None => drop(run(&[&arguments[..], &[text(shard)]].concat())),
        }
        lists.push(list);
    }
    let mut kept = Vec::new();
    for shard in shards {
        let mut arguments = vec!["screen", "keep", text(shard)];
        for list in &lists {
            arguments.extend(["--patients", text(list)]);
        }
        kept.push(run(&arguments).1);
    }
    kept.rotate_left(turned % shards.len());
    let arguments = [&["screen", "assess", "--format", format], &DAY[..]].concat();
    let (code, out, _) = piped(&arguments, &kept.concat());
    (code, out)
}

#[test]
fn over_any_division_and_order_the_filters_give_the_bytes_of_one_run() {
    let dir = folder("screen-filters");
    let good = lines();
    let mut bad = good.clone();
    bad.extend(
        [
            "{\"resourceType\":\"Condition\",\"id\":\"nobody's\"}",
            "{\"resourceType\": \"Condition\", broken",
            "[1, 2]",
            "\u{0}\u{1}\u{2}",
            "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"exception\"}]}",
        ]
        .map(str::to_owned),
    );
    let tried = [(&good, "csv", 0), (&bad, "ndjson", 2)];
    for (all, format, code) in tried {
        let expected = whole(&dir, all, format);
        assert_eq!(expected.0, code);
        let divisions = (
            1_usize..5,
            proptest::collection::vec(0_usize..60, all.len()),
            Just(all.clone()).prop_shuffle(),
            0_usize..5,
        );
        let mut runner = TestRunner::new(Config {
            cases: 4,
            max_shrink_iters: 0,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&divisions, |(count, places, shuffled, turned)| {
                let shards = shards(&dir, &shuffled, &places, count);
                prop_assert_eq!(&filtered(&dir, &shards, format, turned), &expected);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn parts_by_patient_are_together_everyone_once() {
    let dir = folder("screen-parts");
    let file = dir.join("all.ndjson");
    fs::write(&file, lines().join("\n")).unwrap();
    let rows = |more: &[&str]| -> Vec<String> {
        let (code, out, told) = run(&[&["screen", text(&file)], &DAY[..], more].concat());
        assert_eq!(code, 0, "{told}");
        out.lines().skip(1).map(str::to_owned).collect()
    };
    let whole = rows(&[]);
    let mut parts: Vec<String> = ["0/3", "1/3", "2/3"]
        .iter()
        .flat_map(|part| rows(&["--part", part]))
        .collect();
    parts.sort();
    assert_eq!(parts, whole, "rows stand in the order of ids");
    assert_eq!(run(&["screen", text(&file), "--part", "3/3"]).0, 2);
}

#[test]
fn records_are_keyed_by_their_patient_and_what_is_everybodys_by_nobody() {
    let dir = folder("screen-keyed");
    let file = dir.join("all.ndjson");
    fs::write(&file, lines().join("\n") + "\n{]\n").unwrap();
    let list = dir.join("list");
    fs::write(&list, "by-medication\n\nPatient/in-bundle\n").unwrap();
    let (code, out, told) = run(&[
        "screen",
        "keep",
        "--keyed",
        "--patients",
        text(&list),
        text(&file),
    ]);
    assert_eq!(code, 2, "{told}");
    let keys: Vec<&str> = out.lines().map(|line| line.split_once('\t').unwrap().0).collect();
    let expected = [
        "Patient/by-medication",
        "Patient/by-medication",
        "",
        "",
        "Patient/in-bundle",
        "",
    ];
    assert_eq!(keys, expected, "{out}");
    assert!(
        out.contains("\"code\":\"incomplete\"") && !out.contains("metformin 500"),
        "{out}"
    );
}
