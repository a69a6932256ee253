//! Generated charts of whole patients in fact words, with what was given.

use super::charts::vocabulary;
use cds_cards::vignettes::words::{Treated, Written};
use fhir_profiles::{FactId, Facts};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

/// A value in fact words for each recorded fact.
pub(crate) type Chart = BTreeMap<FactId, String>;

/// A chart in which each fact is as often recorded as not; PNET and liver metastases mostly are.
pub(crate) fn chart() -> impl Strategy<Value = Chart> {
    let fact = |id: &FactId| {
        let id = *id;
        match id {
            FactId::Pnet | FactId::LiverMetastases => {
                prop_oneof![19 => Just(Some("present".to_owned())), 1 => proptest::option::of(select(vocabulary(id)))]
                    .boxed()
            }
            FactId::M => proptest::option::weighted(0.2, select(vocabulary(id))).boxed(),
            _ => proptest::option::weighted(0.7, select(vocabulary(id))).boxed(),
        }
    };
    FactId::ALL
        .iter()
        .map(fact)
        .collect::<Vec<_>>()
        .prop_map(|values| {
            let recorded = FactId::ALL.iter().zip(values);
            recorded.filter_map(|(id, value)| Some((*id, value?))).collect()
        })
}

const ANALOGUES: [&str; 2] = ["lanreotide", "octreotide"];

/// Up to three treatments on record, running, over or done, on days around that of evaluation.
pub(crate) fn treatments() -> impl Strategy<Value = Vec<Treated>> {
    let agents = ANALOGUES.iter().copied().chain([
        "everolimus",
        "sunitinib",
        "temozolomide",
        "lutetium-dotatate",
        "interferon-alpha",
        "cabozantinib",
    ]);
    let drugs = (
        select(agents.collect::<Vec<_>>()),
        select(vec!["running", "completed", "stopped", "dose"]),
    );
    let procedures = (
        select(vec![
            "liver-resection",
            "transarterial-chemoembolisation",
            "radiofrequency-ablation",
        ]),
        Just("done"),
    );
    let day = select(vec!["2024-02-01", "2025-12-01", "2026-10-01"]);
    let one = (prop_oneof![3 => drugs, 2 => procedures], day).prop_map(|((agent, says), from)| Treated {
        agents: vec![agent.to_owned()],
        says: says.to_owned(),
        depot: false,
        from: Some(from.to_owned()),
        until: None,
        date: None,
        reason: None,
    });
    proptest::collection::vec(one, 0..3)
}

#[expect(clippy::expect_used, reason = "a test cannot go on without facts")]
pub(crate) fn treated(chart: &Chart, treatments: &[Treated]) -> Facts {
    let mut builder = Facts::builder(jiff::civil::date(2026, 11, 23));
    for (id, value) in chart {
        Written::plain(*id, value).add_to(&mut builder).expect("a value");
    }
    for (position, treated) in treatments.iter().enumerate() {
        builder.treatment(treated.record(position).expect("a treatment"));
    }
    builder.build()
}
