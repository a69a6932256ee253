//! Generated charts in fact words, with values on and around every limit.

use cds_cards::vignettes::words::Written;
use fhir_profiles::catalogue::Kind;
use fhir_profiles::{FactId, Facts};
use proptest::prelude::*;
use proptest::sample::select;

/// What may be recorded of a fact, in fact words.
pub(crate) fn vocabulary(id: FactId) -> Vec<String> {
    let numbers: &[&str] = match id {
        FactId::Age => &["49", "50", "54", "55", "54-55", "70"],
        FactId::Ki67 => &[
            "1", "2.9", "3", "8", "10", "20", "20.1", "55", "<3", "<=3", "3-5", "15-25", ">20", "2 | 8",
            "8 | 30",
        ],
        FactId::Mitoses => &["1", "1.9", "2", "20", "20.1", ">1", "<2", "15-25", "1 | 5"],
        FactId::TumourSize => &["1.9", "2", "2.1", "4", "4.1", "1.5-2.5", ">3"],
        FactId::LiverInvolvement => &[
            "5", "9.9", "10", "49.9", "50", "75", "75.1", "25-50", "70-80", "30 | 80",
        ],
        FactId::LiverLesionCount => &["1", "2", "1-3", ">10"],
        FactId::LargestLiverLesion => &["4.9", "5", "5.1", "4-6", "<5"],
        FactId::ResectableFraction => &["60", "70", "70.1", "90", "90.1", "80-95", ">90"],
        FactId::Glucagon => &["100", "1000", "1000.1", "900-1100", "50 | 2000"],
        FactId::Vip => &["50", "200", "200.1", ">150"],
        FactId::SstrUptake => &["0", "1", "2", "3", "4", "2-3", "1 | 4"],
        FactId::Ecog => &["0", "1", "2", "3", "5", "1-2", "1 | 3"],
        FactId::ChromograninA | FactId::Hiaa | FactId::Insulin | FactId::Gastrin => &["1", "5000"],
        _ => &[],
    };
    let mut all: Vec<String> = numbers.iter().map(|n| (*n).to_owned()).collect();
    let words: Vec<&str> = id.info().words.iter().map(String::as_str).collect();
    let system = match id {
        FactId::T | FactId::StageRecorded => &[" in enets", " in ajcc-7", ""][..],
        FactId::M => &[" in ajcc-8", ""],
        FactId::GradeRecorded => &[" in who", ""],
        FactId::DiseaseStatus => &["", " since 2026-01-01", " since 2026-05", " since 2026-10-01"],
        _ => &[""],
    };
    all.extend(
        words
            .iter()
            .flat_map(|w| system.iter().map(move |s| format!("{w}{s}"))),
    );
    if id.info().kind != Kind::Several {
        all.extend(words.windows(2).map(|pair| pair.join(" | ")));
    }
    all.push("unreadable".to_owned());
    all
}

/// A fact and something that may be recorded of it.
pub(crate) fn value_of() -> impl Strategy<Value = (FactId, String)> {
    select(FactId::ALL.to_vec()).prop_flat_map(|id| (Just(id), select(vocabulary(id))))
}

/// Many dated readings from records of all kinds, several of one fact among them.
pub(crate) fn readings() -> impl Strategy<Value = Vec<Written>> {
    let dates = [
        "2024",
        "2025-06",
        "2026-03-01",
        "2026-10-01",
        "2026-11-23",
        "2026-12-01",
    ];
    let one = (
        value_of(),
        proptest::option::of(select(dates.map(str::to_owned).to_vec())),
        select(vec![
            "observation",
            "observation",
            "condition",
            "procedure",
            "medication",
            "part",
        ]),
        proptest::option::of(select(vec!["pathological", "clinical", "karnofsky"])),
        proptest::option::weighted(0.2, select(vec!["primary", "metastasis"])),
    );
    proptest::collection::vec(one, 1..60).prop_map(|all| {
        let gate = [FactId::Pnet, FactId::LiverMetastases].map(|id| Written::plain(id, "present"));
        let rest = all
            .into_iter()
            .map(|((fact, value), date, source, basis, specimen)| Written {
                date,
                source: Some(source.to_owned()),
                basis: basis.map(str::to_owned),
                specimen: specimen.map(str::to_owned),
                ..Written::plain(fact, &value)
            });
        let mut written: Vec<Written> = gate.into_iter().chain(rest).collect();
        for (place, reading) in written.iter_mut().enumerate() {
            reading.reference = Some(format!("Observation/{place}"));
        }
        written
    })
}

/// The facts of readings, collected in the order given.
pub(crate) fn facts_of_readings(written: &[Written]) -> Facts {
    let mut builder = Facts::builder(jiff::civil::date(2026, 11, 23));
    for reading in written {
        let added = reading.add_to(&mut builder);
        assert!(added.is_ok(), "{reading:?}: {added:?}");
    }
    builder.build()
}
