//! What a test asks for, in a clinician's words.

use super::model::Test;

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
