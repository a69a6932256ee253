//! Reads the chart on standard input so many times, for a count of instructions:
//! `valgrind --tool=callgrind target/release/examples/read_chart 20 < chart.json`.

#![expect(clippy::unwrap_used, reason = "a measurement run by hand")]

use fhir_profiles::json::{Budget, Document};
use fhir_profiles::{ChartBuilder, Codes, ReadPolicy, read};
use std::collections::BTreeSet;

fn main() {
    let text = std::io::read_to_string(std::io::stdin()).unwrap();
    let times = std::env::args().nth(1).and_then(|times| times.parse().ok());
    let policy = ReadPolicy {
        as_of: jiff::civil::date(2026, 11, 23),
        codes: Codes::embedded(),
        closed_world: &BTreeSet::new(),
    };
    for _ in 0..times.unwrap_or(1) {
        let document = Document::parse(text.as_str(), &Budget::CALL).unwrap();
        let mut builder = ChartBuilder::new(None);
        builder.add(document.root());
        let chart = builder.finish().unwrap();
        let resources = chart.resources();
        let facts = read(&chart, &policy);
        std::hint::black_box((resources, facts));
    }
}
