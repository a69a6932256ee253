//! Whatever bytes come as a chart: they are read, assessed and written without a panic.

#![no_main]

use fhir_profiles::chart::json_text;
use fhir_profiles::json::{Budget, Document};
use fhir_profiles::{ChartBuilder, Codes, ReadPolicy, read};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<cds_cards::Knowledge> = LazyLock::new(|| match cds_cards::Knowledge::embedded() {
    Ok(knowledge) => knowledge,
    Err(faults) => panic!("{faults:?}"),
});

fuzz_target!(|bytes: &[u8]| {
    let text = json_text(bytes);
    let values: Result<Vec<&RawValue>, _> = serde_json::Deserializer::from_str(&text).into_iter().collect();
    let Ok(values) = values else { return };
    let read = |value: &&RawValue| Document::parse(value.get().to_owned(), &Budget::CALL).ok();
    let values: Vec<Document<'_>> = values.iter().filter_map(read).collect();
    for patient in [None, Some("p")] {
        let mut builder = ChartBuilder::new(patient);
        for value in &values {
            builder.add(value.root());
        }
        let Ok(chart) = builder.finish() else { continue };
        let policy = ReadPolicy {
            as_of: jiff::civil::date(2026, 11, 23),
            codes: Codes::embedded(),
            closed_world: &BTreeSet::new(),
        };
        let assessment = cds_cards::assess(&KNOWLEDGE, &read(&chart, &policy));
        assert!(serde_json::to_string(&assessment).is_ok());
    }
});
