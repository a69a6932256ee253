//! What `pnet-cds screen` reads: packed files, patterns, folders, manifests, standard input; and what it does where it cannot.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;
#[path = "common/export.rs"]
mod export;
#[path = "common/exported.rs"]
mod exported;

use binary::{pnet_cds, printed};
use export::export;
use exported::{demo, folder, records};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const SCREEN: [&str; 3] = ["screen", "--as-of", "2026-11-23"];

fn run(arguments: &[&str]) -> (i32, String, String) {
    let arguments = [&SCREEN[..], arguments].concat();
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The rows of the bundled patients, as plain files give them.
fn expected(name: &str) -> String {
    let dir = export(&format!("screen-plain-{name}"));
    let (code, out, told) = run(&[text(&dir)]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(out.lines().count(), 1 + demo().len());
    out
}

#[test]
fn packed_files_patterns_and_standard_input_give_the_rows_of_plain_files() {
    let expected = expected("packed");
    let dir = folder("screen-packed");
    let mut all = String::new();
    for (index, (kind, lines)) in records().into_iter().enumerate() {
        let mut body = lines.join("\n");
        all.push_str(&body);
        all.push('\n');
        // What is packed in two goes, one after the other, is one text.
        let half = body.split_off(body.len() / 2);
        let (one, other) = (body.into_bytes(), half.into_bytes());
        let (name, packed) = match index % 4 {
            0 => ("ndjson.gz", [gzip(&one), gzip(&other)]),
            1 => ("ndjson.zst", [zstd(&one), zstd(&other)]),
            2 => ("jsonl.zst", [zstd(&one), zstd(&other)]),
            _ => ("NDJSON", [one, other]),
        };
        fs::write(dir.join(format!("{kind}.{name}")), packed.concat()).unwrap();
    }
    let pattern = dir.join("*");
    for arguments in [
        vec![text(&dir)],
        vec![text(&dir), "--jobs", "1"],
        vec![text(&dir), "--jobs", "7"],
        vec![text(&pattern)],
    ] {
        let (code, out, told) = run(&arguments);
        assert_eq!((code, &out), (0, &expected), "{arguments:?}: {told}");
    }
    let mut child = pnet_cds()
        .args(SCREEN)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(all.as_bytes()).unwrap();
    let (code, out, told) = printed(child.wait_with_output().unwrap());
    assert_eq!((code, &out), (0, &expected), "{told}");
    let none = dir.join("*.none");
    assert_eq!(run(&[text(&none)]).0, 2);
}

#[test]
fn a_manifest_names_the_files_and_how_much_is_in_them() {
    let expected = expected("manifest");
    let dir = export("screen-manifest");
    let mut output = Vec::new();
    for (kind, lines) in records() {
        output.push(json!({
            "type": kind,
            "url": format!("https://files.invalid/export/7/{kind}.ndjson?token=x"),
            "count": lines.len(),
        }));
    }
    // What is beside it and not listed is not of the export.
    fs::write(dir.join("old.ndjson"), "{broken").unwrap();
    let manifest = dir.join("output.json");
    let write = |output: &[serde_json::Value], error: &[serde_json::Value]| {
        let said = json!({"transactionTime": "2026-11-23T00:00:00Z", "output": output, "error": error});
        fs::write(&manifest, said.to_string()).unwrap();
    };
    write(&output, &[]);
    let (code, out, told) = run(&["--manifest", text(&manifest)]);
    assert_eq!((code, &out), (0, &expected), "{told}");

    // In a folder it stands beside the files, and is none of them.
    fs::remove_file(dir.join("old.ndjson")).unwrap();
    let (code, out, told) = run(&[text(&dir)]);
    assert_eq!((code, &out), (0, &expected), "{told}");

    let mut short = output.clone();
    let more = short[0]["count"].as_u64().unwrap() + 1;
    short[0]["count"] = json!(more);
    let mut lacking = output.clone();
    lacking.push(json!({"type": "Group", "url": "https://files.invalid/export/7/Group.ndjson"}));
    for (output, what) in [
        (&short, format!("of the {more} resources that the manifest says")),
        (&lacking, "Group.ndjson: No such file".to_owned()),
    ] {
        write(output, &[]);
        let (code, out, told) = run(&["--manifest", text(&manifest)]);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains(&what), "{told}");
        assert!(!out.contains(",no-pnet,"), "what lacks may be anybody's: {out}");
    }

    let error = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"exception\"}]}\n";
    fs::write(dir.join("errors.ndjson"), error).unwrap();
    write(
        &output,
        &[json!({"type": "OperationOutcome", "url": "errors.ndjson"})],
    );
    let (code, out, told) = run(&["--manifest", text(&manifest)]);
    assert_eq!(code, 2, "{told}");
    assert!(
        told.contains("errors.ndjson:1: reports that the export failed"),
        "{told}"
    );
    assert!(!out.contains(",no-pnet,"), "{out}");
    fs::write(&manifest, "[]").unwrap();
    assert_eq!(run(&["--manifest", text(&manifest)]).0, 2);
}

#[test]
fn a_file_that_breaks_off_ends_the_run_with_1_after_the_others() {
    let dir = export("screen-broken");
    let path = dir.join("Condition.ndjson");
    let packed = gzip(&fs::read(&path).unwrap());
    fs::remove_file(&path).unwrap();
    fs::write(dir.join("Condition.ndjson.gz"), &packed[..packed.len() / 2]).unwrap();
    fs::write(
        dir.join("Zst.ndjson.zst"),
        b"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff",
    )
    .unwrap();
    let (code, out, told) = run(&[text(&dir)]);
    assert_eq!(code, 1, "{told}");
    let listed: Vec<&str> = told
        .lines()
        .skip_while(|line| !line.contains("could not be read, or not to their ends"))
        .skip(1)
        .collect();
    assert_eq!(listed.len(), 2, "{told}");
    assert!(listed[0].contains("Condition.ndjson.gz: ") && listed[1].contains("Zst.ndjson.zst: "));
    assert_eq!(out.lines().count(), 1 + demo().len(), "{out}");
    assert!(!out.contains(",no-pnet,"), "{out}");
    let list = dir.join("patients");
    fs::write(&list, "Patient/prrt-krenning-4\n").unwrap();
    let keep = ["screen", "keep", "--patients", text(&list), text(&dir)];
    let (code, kept, _) = printed(pnet_cds().args(keep).output().unwrap());
    assert_eq!((code, kept.matches("\"code\":\"incomplete\"").count()), (1, 2));
    let gate = ["screen", "gate", text(&dir)];
    assert_eq!(printed(pnet_cds().args(gate).output().unwrap()).0, 1);
}

#[test]
fn a_file_that_cannot_be_opened_ends_the_run_with_1_after_the_others() {
    let dir = export("screen-unopened");
    // Leads to itself, also for who may read everything.
    let path = dir.join("Condition.1.ndjson");
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let pattern = dir.join("*.ndjson");
    let others: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let by_name: Vec<&str> = others.iter().map(|path| text(path)).collect();
    for arguments in [vec![text(&pattern)], by_name] {
        let (code, out, told) = run(&arguments);
        assert_eq!(code, 1, "{told}");
        let (_, listed) = told
            .split_once("could not be read, or not to their ends")
            .unwrap();
        assert!(listed.contains("Condition.1.ndjson: "), "{told}");
        assert_eq!(out.lines().count(), 1 + demo().len(), "{out}");
        assert!(!out.contains(",no-pnet,"), "{out}");
    }
}

#[test]
fn no_chart_of_which_a_half_may_lack_is_called_complete() {
    let dir = export("screen-half");
    let rows = |code: i32| -> Vec<serde_json::Value> {
        let (ended, out, told) = run(&[text(&dir), "--format", "ndjson"]);
        assert_eq!(ended, code, "{told}");
        out.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let whole = rows(0);
    let path = dir.join("Observation.ndjson");
    let observations = fs::read_to_string(&path).unwrap();
    let half = observations[..observations.len() / 2].to_owned();
    for (name, body, code) in [
        // A line is cut off, and all that follow lack.
        ("Observation.ndjson", half.clone().into_bytes(), 2),
        (
            "Observation.ndjson.gz",
            {
                let packed = gzip(observations.as_bytes());
                packed[..packed.len() / 2].to_vec()
            },
            1,
        ),
    ] {
        fs::remove_file(&path)
            .or_else(|_| fs::remove_file(dir.join("Observation.ndjson.gz")))
            .unwrap();
        fs::write(dir.join(name), body).unwrap();
        let rows = rows(code);
        assert_eq!(rows.len(), whole.len());
        for row in rows {
            assert_ne!(row["gate"], "no-pnet", "{name}");
            assert!(
                !row["problems"].as_array().unwrap().is_empty(),
                "{name}: {}",
                row["subject"]
            );
            for (fact, known) in row["facts"].as_object().unwrap() {
                let is_unknown = known["status"] == "unknown" && known["reason"] == "missing";
                assert!(
                    !is_unknown || known["gap"].is_string(),
                    "{name}: {fact} counts as not recorded"
                );
            }
        }
    }
}

#[test]
fn memory_does_not_grow_with_the_length_of_a_line() {
    // More than the process may have at all.
    let script = "ulimit -v 1200000; exec \"$0\" screen gate --jobs 2";
    let mut child = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_pnet-cds")])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writing = std::thread::spawn(move || -> std::io::Result<()> {
        stdin.write_all(b"{\"resourceType\":\"Binary\",\"data\":\"")?;
        let block = vec![b'A'; 1 << 20];
        for _ in 0..1500 {
            stdin.write_all(&block)?;
        }
        let condition = "{\"resourceType\":\"Condition\",\"subject\":{\"reference\":\"Patient/a\"},\"code\":{\"text\":\"insulinoma\"}}";
        write!(stdin, "\"}}\n{condition}\n")
    });
    let (code, out, told) = printed(child.wait_with_output().unwrap());
    writing.join().unwrap().unwrap();
    assert_eq!((code, out.as_str()), (2, "Patient/a\n"), "{told}");
    assert!(
        told.contains("standard input:1: longer than 64 MiB (byte 0), skipped"),
        "{told}"
    );
}

#[test]
fn a_line_that_is_no_resource_is_named_by_file_line_and_byte() {
    let dir = folder("screen-lines");
    let patient = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n";
    let condition = "{\"resourceType\":\"Condition\",\"subject\":{\"reference\":\"Patient/a\"},\"code\":{\"text\":\"insulinoma\"}}";
    let lines = [
        patient.as_bytes(),
        b"\x00\x1f\x8b\xff\n",
        b"\n",
        b"{\"resourceType\":\"Condi\n",
        condition.as_bytes(),
        // No end of line, and none of the resource.
        b"\n{\"resourceType\":\"Obs",
    ];
    let path = dir.join("x.ndjson");
    fs::write(&path, lines.concat()).unwrap();
    let (code, out, told) = run(&[text(&path)]);
    assert_eq!(code, 2, "{told}");
    let at = |count: usize| lines[..count].iter().map(|line| line.len()).sum::<usize>();
    for (line, byte) in [(2, at(1)), (4, at(3)), (6, at(5) + 1)] {
        let place = format!("x.ndjson:{line}: ");
        let byte = format!("(byte {byte}), skipped");
        assert!(
            told.lines()
                .any(|said| said.contains(&place) && said.ends_with(&byte)),
            "{place} {byte}\n{told}"
        );
    }
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn a_line_longer_than_is_read_costs_itself() {
    let dir = folder("screen-long");
    let path = dir.join("x.ndjson");
    let mut file = File::create(&path).unwrap();
    let begin = b"{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":\"Binary\",\"data\":\"";
    file.write_all(begin).unwrap();
    for _ in 0..65 {
        file.write_all(&vec![b'A'; 1 << 20]).unwrap();
    }
    file.write_all(b"\"}\n{\"resourceType\":\"Patient\",\"id\":\"b\"}\n{]\n")
        .unwrap();
    drop(file);
    let (code, out, told) = run(&[text(&path)]);
    assert_eq!((code, out.lines().count()), (2, 3), "{told}");
    assert!(
        told.contains("x.ndjson:2: longer than 64 MiB (byte 36), skipped"),
        "{told}"
    );
    assert!(told.contains("x.ndjson:4: no JSON"), "{told}");
}

#[test]
fn an_interrupted_run_goes_on_from_its_notes() {
    let dir = export("screen-resumed");
    let others: String = (0..20)
        .map(|id| {
            format!(
                "{{\"resourceType\":\"Condition\",\"subject\":{{\"reference\":\"Patient/o{id}\"}},\
                 \"code\":{{\"coding\":[{{\"system\":\"http://hl7.org/fhir/sid/icd-10\",\"code\":\"I10\"}}]}}}}\n"
            )
        })
        .collect();
    let path = dir.join("Others.ndjson");
    fs::write(&path, &others).unwrap();
    let (code, expected, told) = run(&[text(&dir)]);
    assert_eq!(
        (code, expected.lines().count()),
        (0, 1 + demo().len() + 20),
        "{told}"
    );
    let work = folder("screen-work");
    let arguments = [text(&dir), "--work", text(&work)];
    let (code, out, told) = run(&arguments);
    assert_eq!((code, &out), (0, &expected), "{told}");
    let notes: Vec<_> = fs::read_dir(&work)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(notes.len(), records().len() + 1, "{notes:?}");

    // What was noted is not read again: only the records of those who may have a PNET are.
    let changed = fs::metadata(&path).unwrap().modified().unwrap();
    let hide = |body: &str| {
        fs::write(&path, body).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(changed).unwrap();
    };
    let hidden = "x".repeat(others.len());
    hide(&hidden);
    let (code, out, told) = run(&arguments);
    assert_eq!((code, &out), (0, &expected), "{told}");
    hide(&others);

    // Broken off while it was written, and before it was begun.
    for (index, path) in notes.iter().enumerate() {
        let noted = fs::read(path).unwrap();
        match index % 3 {
            0 => fs::write(path, &noted[..noted.len() / 2]).unwrap(),
            1 => fs::remove_file(path).unwrap(),
            _ => {}
        }
    }
    let (code, out, told) = run(&arguments);
    assert_eq!((code, &out), (0, &expected), "{told}");

    // A file that was changed is another.
    fs::write(&path, &hidden).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::now()).unwrap();
    let (code, _, told) = run(&arguments);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("Others.ndjson:1: "), "{told}");
}

#[test]
fn rows_are_there_when_they_are_whole() {
    let dir = export("screen-whole");
    let rows = dir.join("rows.csv");
    fs::write(&rows, "of yesterday").unwrap();
    let (code, _, told) = run(&[text(&dir), "--out", text(&rows)]);
    assert_eq!(code, 0, "{told}");
    assert!(fs::read_to_string(&rows).unwrap().starts_with("patient,gate,"));
    assert!(!dir.join("rows.csv.part").exists());
    assert!(told.contains("22 patients, "), "{told}");
}
