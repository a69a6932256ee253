//! Whose a resource is: patient references resolved and compared, another patient's refused.

use super::narrow::Reference;
use super::{ChartError, Item};
use std::collections::BTreeMap;

/// Whether a resource may be used for the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The patient's, or of a kind that belongs to nobody.
    Usable,
    /// It names no patient.
    Nobodys,
    /// It is about something else than a patient.
    NotAPatients,
}

/// What a reference leads to.
enum Target {
    Patient(String),
    Uncomparable,
    Nothing,
    Other,
}

/// The patients of a chart by the `fullUrl` of their Bundle entry.
pub(crate) struct Identities {
    by_url: BTreeMap<String, Option<String>>,
}

impl Identities {
    /// Learns the `fullUrl` of every patient, and that of every other resource as no patient's.
    pub(crate) fn of(items: &[Item<'_>]) -> Self {
        let mut by_url = BTreeMap::new();
        for item in items {
            let Some(url) = item.full_url.as_deref() else {
                continue;
            };
            if item.kind() == "Patient" {
                let id = item.narrow.id.as_deref().unwrap_or(url);
                by_url.insert(url.to_owned(), Some(id.to_owned()));
            } else if url.starts_with("urn:") {
                by_url.entry(url.to_owned()).or_insert(None);
            }
        }
        Self { by_url }
    }

    /// Marks what may be used and names the patient.
    pub(crate) fn check(
        &self,
        items: &mut [Item<'_>],
        patient_id: Option<&str>,
    ) -> Result<Option<String>, ChartError> {
        let another = match patient_id {
            Some(_) => ChartError::AnotherPatient,
            None => ChartError::SeveralPatients,
        };
        let mut patient = patient_id.map(str::to_owned);
        let mut nobody_named = !items.is_empty();
        for item in items.iter_mut() {
            let targets = if item.kind() == "Patient" {
                [self.patient(item), Target::Nothing]
            } else {
                [
                    self.resolve(&item.narrow.subject),
                    self.resolve(&item.narrow.patient),
                ]
            };
            item.whose = if belongs_to_nobody(item.kind()) {
                Whose::Usable
            } else {
                Whose::Nobodys
            };
            for target in targets {
                match target {
                    Target::Patient(id) => {
                        nobody_named = false;
                        item.whose = Whose::Usable;
                        match &patient {
                            Some(known) if *known != id => {
                                return Err(another);
                            }
                            Some(_) => {}
                            None => patient = Some(id),
                        }
                    }
                    Target::Uncomparable => {
                        nobody_named = false;
                        item.whose = Whose::Usable;
                    }
                    Target::Other => item.whose = Whose::NotAPatients,
                    Target::Nothing => {}
                }
            }
        }
        // What a resource contains is the patient's with it, unless it says otherwise.
        let contained = items.iter().flat_map(|item| &item.narrow.contained);
        for reference in contained.flat_map(|inner| [&inner.subject, &inner.patient]) {
            if let Target::Patient(id) = self.resolve(reference) {
                nobody_named = false;
                if *patient.get_or_insert_with(|| id.clone()) != id {
                    return Err(another);
                }
            }
        }
        if patient.is_none() && nobody_named {
            return Err(ChartError::NoPatient);
        }
        Ok(patient)
    }

    fn patient(&self, item: &Item<'_>) -> Target {
        match (&item.narrow.id, &item.full_url) {
            (Some(id), _) => Target::Patient(id.to_string()),
            (None, Some(url)) => Target::Patient(url.to_string()),
            (None, None) => Target::Uncomparable,
        }
    }

    fn resolve(&self, reference: &Reference<'_>) -> Target {
        let Some(text) = reference
            .reference
            .as_deref()
            .map(str::trim)
            .filter(|t| !t.is_empty())
        else {
            return if reference.named {
                Target::Uncomparable
            } else {
                Target::Nothing
            };
        };
        if let Some(known) = self.by_url.get(text) {
            return known.clone().map_or(Target::Other, Target::Patient);
        }
        if text.starts_with('#') {
            return Target::Uncomparable;
        }
        if let Some(uuid) = text
            .strip_prefix("urn:uuid:")
            .or_else(|| text.strip_prefix("urn:oid:"))
        {
            return Target::Patient(uuid.to_owned());
        }
        let path = text.split(['?', '#']).next().unwrap_or(text);
        let path = path
            .split("/_history")
            .next()
            .unwrap_or(path)
            .trim_end_matches('/');
        let mut steps = path.rsplit('/');
        match (steps.next(), steps.next()) {
            (Some(id), Some("Patient")) => Target::Patient(id.to_owned()),
            (Some(id), None) if id != "Patient" => Target::Patient(id.to_owned()),
            // `Patient?identifier=...` of a transaction: a question, not an answer.
            (Some("Patient"), _) => Target::Nothing,
            _ => Target::Other,
        }
    }
}

/// Kinds that have no subject by definition.
fn belongs_to_nobody(kind: &str) -> bool {
    kind == "Medication"
}
