//! On which day a reading stands.

use fhir_profiles::facts::Reading;
use fhir_profiles::{FactId, PartialDate};

/// The readings of a fact that count, each with the day on which it stands.
///
/// That is its own, but for one that stands beside a newer reading for another reason than its day, such as a thrombosis that
/// nobody has taken back: that one still holds on the day of the newer.
pub fn standing(id: FactId, readings: &[Reading]) -> Vec<(&Reading, Option<PartialDate>)> {
    use fhir_profiles::catalogue::Counts;
    let info = id.info();
    // Of these a reading may be older than another by its own rule.
    let keeps = id == FactId::LargestLiverLesion || info.counts == Counts::Every;
    let beside = |a: &Reading, b: &Reading| info.counts != Counts::NewestOfSystem || a.system == b.system;
    let day = |reading: &Reading| {
        let own = reading.effective();
        let others = readings.iter().filter(|other| beside(reading, other));
        let newest = others
            .filter_map(Reading::effective)
            .max_by_key(PartialDate::earliest);
        let is_behind = |newest: &PartialDate| own.is_none_or(|own| own.latest() < newest.earliest());
        newest.filter(is_behind).filter(|_| !keeps).or(own)
    };
    readings.iter().map(|reading| (reading, day(reading))).collect()
}
