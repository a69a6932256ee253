//! Facts of which a site says that no record means absent.

use super::rule::Rule;
use crate::catalogue::FactId;
use crate::facts::{ClosedWorld, Evidence, Fact, FactsBuilder, Raw, Reading, Source, Value};

/// [`ClosedWorld::assume`].
pub(super) const CLOSED_WORLD: Rule = Rule {
    id: "closed-world",
    case: "closed world",
    counts: "assumed absent only if there is no record of any status on the fact, or on a part of it",
    shown: "",
};

impl ClosedWorld {
    /// A search that failed or a record that could not be used may be the very one that says otherwise.
    pub(super) fn of(chart: &FactsBuilder) -> Self {
        let recorded = |id: &FactId| chart.raw.get(id).is_some_and(|raw| *raw != Raw::default());
        let closed = |id: &&FactId| {
            let said = recorded(id)
                || parts(**id).iter().any(recorded)
                || (is_of_m(**id) && says_more_than_m0(chart));
            chart.problems.is_empty() && !chart.gaps.contains_key(*id) && !said
        };
        let facts = chart.closed_world.iter().filter(closed).copied();
        Self {
            facts: facts.collect(),
        }
    }

    /// Adds the assumed absence to a fact of which there is no record.
    pub(super) fn assume(&self, id: FactId, fact: &mut Fact) {
        let Some(absent) = id.word("absent").filter(|_| self.facts.contains(&id)) else {
            return;
        };
        if is_unrecorded(fact) {
            let evidence = Evidence {
                recorded: "assumed absent (site policy)".into(),
                ..Evidence::default()
            };
            fact.current = vec![Reading::new(Value::Word(absent), Source::SitePolicy, evidence)];
        }
    }
}

fn parts(id: FactId) -> &'static [FactId] {
    match id {
        FactId::ExtrahepaticMetastases => &[
            FactId::DistantLymphNodeMetastases,
            FactId::DiffusePeritonealMetastases,
        ],
        _ => &[],
    }
}

fn is_of_m(id: FactId) -> bool {
    matches!(id, FactId::LiverMetastases | FactId::ExtrahepaticMetastases)
}

/// An M that is not M0 is a record of metastases, wherever they are.
fn says_more_than_m0(chart: &FactsBuilder) -> bool {
    chart.raw.get(&FactId::M).is_some_and(|m| {
        let others = Raw {
            readings: m.readings.iter().filter(|r| !r.says("M0")).cloned().collect(),
            ..m.clone()
        };
        others != Raw::default()
    })
}

fn is_unrecorded(fact: &Fact) -> bool {
    fact.current.is_empty()
        && fact.older.is_empty()
        && fact.overruled.is_empty()
        && fact.unread.is_empty()
        && fact.unowned.is_empty()
        && fact.shown.is_empty()
}
