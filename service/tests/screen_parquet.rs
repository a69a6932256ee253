//! `pnet-cds screen --format parquet`: the rows of the table with types, and the same file however often it is written.

#![cfg(feature = "parquet")]
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
use exported::{demo, folder};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::fs::{self, File};
use std::path::Path;

const SCREEN: [&str; 3] = ["screen", "--as-of", "2026-11-23"];

fn run(arguments: &[&str]) -> (i32, String, String) {
    let arguments = [&SCREEN[..], arguments].concat();
    printed(pnet_cds().args(arguments).output().unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The columns and rows of a file.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<Field>>) {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema();
    let names = schema.get_fields().iter().map(|field| field.name().to_owned());
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        row.get_column_iter().map(|(_, field)| field.clone()).collect()
    });
    (names.collect(), rows.collect())
}

/// A cell as a table of text has it.
fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Int(number) => number.to_string(),
        // Days since 1970.
        Field::Date(20_780) => "2026-11-23".to_owned(),
        Field::ListInternal(list) => {
            let cells: Vec<String> = list.elements().iter().map(cell).collect();
            cells.join(" ")
        }
        other => format!("no cell of a table: {other:?}"),
    }
}

#[test]
fn rows_are_those_of_the_table_with_their_types() {
    let dir = export("screen-parquet");
    let file = dir.join("rows.parquet");
    let (code, table, told) = run(&[text(&dir)]);
    assert_eq!(code, 0, "{told}");
    let write = |more: &[&str]| {
        let arguments = [&["--format", "parquet", text(&dir), "--out", text(&file)], more].concat();
        let (code, out, told) = run(&arguments);
        assert_eq!((code, out.as_str()), (0, ""), "{told}");
        fs::read(&file).unwrap()
    };
    let bytes = write(&[]);
    let (names, rows) = read(&file);
    let mut lines = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(
        lines.headers().unwrap().iter().collect::<Vec<_>>(),
        names.iter().map(String::as_str).collect::<Vec<_>>()
    );
    assert_eq!(rows.len(), demo().len());
    for (line, row) in lines.records().zip(&rows) {
        let cells: Vec<String> = row.iter().map(cell).collect();
        assert_eq!(line.unwrap().iter().collect::<Vec<_>>(), cells);
    }
    let column = |name: &str| names.iter().position(|column| column == name).unwrap();
    let of = |id: &str| {
        let id = Field::Str(format!("Patient/{id}"));
        rows.iter().find(|row| row[0] == id).unwrap()
    };
    let krenning = of("prrt-krenning-4");
    assert_eq!(krenning[column("prrt")], Field::Str("supported".to_owned()));
    assert_eq!(krenning[column("problems")], Field::Int(0));
    assert!(matches!(krenning[column("missing")], Field::ListInternal(_)));
    assert_eq!(
        krenning[column("program_version")],
        Field::Str(env!("CARGO_PKG_VERSION").to_owned())
    );
    // Nobody looked at the stage of somebody without a PNET: that is not the same as none.
    let other = of("pancreatic-adenocarcinoma");
    assert_eq!(
        (&other[column("enets")], &other[column("prrt")]),
        (&Field::Null, &Field::Null)
    );

    // Written anew, also from notes, it has the same bytes.
    let work = folder("screen-parquet-work");
    let with_notes = ["--work", text(&work)];
    assert!(write(&with_notes) == bytes && write(&with_notes) == bytes);

    let mut parts = Vec::new();
    for part in ["0/2", "1/2"] {
        write(&["--part", part]);
        parts.extend(read(&file).1);
    }
    parts.sort_by_key(|row| cell(&row[0]));
    assert_eq!(parts, rows);
}

#[test]
fn the_filter_that_assesses_writes_the_same_file() {
    let dir = export("screen-parquet-filters");
    let (one, other) = (dir.join("one.parquet"), dir.join("other.parquet"));
    let (code, _, told) = run(&["--format", "parquet", text(&dir), "--out", text(&one)]);
    assert_eq!(code, 0, "{told}");
    let arguments = [
        "screen",
        "assess",
        "--as-of",
        "2026-11-23",
        "--format",
        "parquet",
        text(&dir),
        "--out",
        text(&other),
    ];
    let (code, _, told) = printed(pnet_cds().args(arguments).output().unwrap());
    assert_eq!(code, 0, "{told}");
    assert!(fs::read(one).unwrap() == fs::read(other).unwrap());
}

#[test]
fn standard_output_gets_none() {
    let dir = export("screen-parquet-none");
    let (code, out, told) = run(&["--format", "parquet", text(&dir)]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(told.contains("--out FILE"), "{told}");
}
