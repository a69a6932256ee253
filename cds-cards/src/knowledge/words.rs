//! What a test asks for, and a number with its unit, in a clinician's words.

use super::model::Test;

/// A number with its unit, where that is one that is shown.
pub(crate) fn with_unit(number: String, unit: Option<&str>) -> String {
    match unit {
        None | Some("a" | "{#}" | "{score}" | "1") => number,
        Some(unit) if unit.starts_with('/') => format!("{number}{unit}"),
        Some(unit) => format!("{number} {unit}"),
    }
}

impl Test {
    /// What a treatment on record must be, in a clinician's words; nothing for a test of another kind.
    pub fn treatment(&self) -> Option<String> {
        let Self::Given {
            class,
            other_than,
            progression,
        } = self
        else {
            return None;
        };
        let mut text = format!("a {} treatment given now or before", class.as_str());
        if !other_than.is_empty() {
            let names: Vec<&str> = other_than.iter().map(|treatment| treatment.label()).collect();
            text.push_str(&format!(", other than {}", names.join(", ")));
        }
        if *progression {
            text.push_str(", with progression after its first day");
        }
        Some(text)
    }
}
