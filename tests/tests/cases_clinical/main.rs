//! Small charts that each show one kind of fault, as they stand and in three variations of the kind, with what should
//! come out of them by the specification. What belongs to the pathway stands as a comment at the end.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test cannot go on without its chart"
)]

mod case;
mod liver;
mod record;
mod treatments;
mod tumour;

use acceptance::here;

#[test]
fn every_case_has_a_test() {
    let text = [
        include_str!("liver.rs"),
        include_str!("record.rs"),
        include_str!("treatments.rs"),
        include_str!("tumour.rs"),
    ]
    .concat();
    for entry in std::fs::read_dir(here().join("cases/clinical")).unwrap() {
        let name = entry
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(text.contains(&format!("case(\"{name}\")")), "{name}");
    }
}

// What the cases say of the pathway (specification, section 5b):
// c02: intent palliative; named: intensified analogue, PRRT, temozolomide, in this order; the somatostatin analogue is no
//      proposal beside its intensification.
// c10, c11: two branches, what to settle first; c11: what the reports mention.
// c12: PRRT is given now, not proposed and not counted; no trigger for a change (responding, read within 6 months).
// c13: no trigger for a change recorded.
// c22: pregnancy in the first line, with the words that the review does not look at it.
// c26: everolimus is given before, not counted as supported.
