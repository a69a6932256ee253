//! A number with its unit, in a clinician's words.

/// A number with its unit, where that is one that is shown.
pub(crate) fn with_unit(number: String, unit: Option<&str>) -> String {
    match unit {
        None | Some("a" | "{#}" | "{score}" | "1") => number,
        Some(unit) if unit.starts_with('/') => format!("{number}{unit}"),
        Some(unit) => format!("{number} {unit}"),
    }
}
