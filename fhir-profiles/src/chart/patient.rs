//! Whose a resource is: patient references resolved and compared, another patient's refused.

use super::error::ChartError;
use super::item::{Item, Whose};
use super::narrow::Narrow;
use super::reference::{Identifier, Reference};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a reference leads to.
enum Target {
    Patient(String),
    /// Another patient than every one of the chart.
    Another,
    Uncomparable,
    Nothing,
    Other,
}

/// The patients of a chart by the `fullUrl` of their Bundle entry.
pub(crate) struct Identities {
    by_url: BTreeMap<String, Option<String>>,
    /// Values by system, with the patients that have them.
    identifiers: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// What identifiers say of somebody.
enum Identified {
    As(String),
    /// The office that gave the number gave others to the patients of the chart.
    AsAnother,
    NotAtAll,
}

impl Identities {
    /// Learns the `fullUrl` of every patient, and that of every other resource as no patient's.
    pub(crate) fn of(items: &[Item<'_>]) -> Self {
        let mut by_url = BTreeMap::new();
        let mut identifiers: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for item in items.iter().filter(|item| item.kind() == "Patient") {
            let Some(id) = item.narrow.id.or(item.full_url) else {
                continue;
            };
            for (system, value) in item.narrow.identifiers.iter().filter_map(parts) {
                let by_value = identifiers.entry(system.to_owned()).or_default();
                by_value
                    .entry(value.to_owned())
                    .or_default()
                    .insert(id.to_owned());
            }
        }
        for item in items {
            let Some(url) = item.full_url else {
                continue;
            };
            if item.kind() == "Patient" {
                let id = item.narrow.id.unwrap_or(url);
                by_url.insert(called(url).into_owned(), Some(id.to_owned()));
            } else if is_urn(url) {
                by_url.entry(called(url).into_owned()).or_insert(None);
            }
        }
        Self { by_url, identifiers }
    }

    /// The one address under which absolute references to a patient have it: a patient of another server is another,
    /// whatever the id (specification, section 2). Where the server is known, how a Bundle calls its entries says
    /// nothing: a proxy may have written it.
    pub(crate) fn base(
        &self,
        items: &[Item<'_>],
        known: &[String],
        patient_id: Option<&str>,
    ) -> Result<Option<String>, ChartError> {
        let inner = items.iter().flat_map(|item| &item.narrow.contained);
        let narrows = items.iter().map(|item| &*item.narrow).chain(inner);
        let references = narrows.flat_map(|narrow| [&narrow.subject, &narrow.patient]);
        let mut bases: BTreeSet<String> = references
            .filter_map(|reference| base_of(reference.reference?))
            .collect();
        let is_known = |base: &String| known.contains(base);
        if known.is_empty() {
            let patients = items.iter().filter(|item| item.kind() == "Patient");
            bases.extend(patients.filter_map(|item| base_of(item.full_url?)));
        }
        match (known.is_empty(), bases.len()) {
            (true, 2..) => Err(another(patient_id)),
            (false, _) if !bases.iter().all(is_known) => Err(another(patient_id)),
            (true, _) => Ok(bases.pop_first()),
            (false, _) => Ok(known.first().cloned()),
        }
    }

    /// Marks what may be used and names the patient.
    pub(crate) fn check(
        &self,
        items: &mut [Item<'_>],
        patient_id: Option<&str>,
    ) -> Result<Option<String>, ChartError> {
        let another = another(patient_id);
        let mut patient = patient_id.map(str::to_owned);
        let mut nobody_named = !items.is_empty();
        for item in items.iter_mut() {
            let targets = if item.kind() == "Patient" {
                [self.patient(item), Target::Nothing]
            } else {
                [
                    self.resolve(&item.narrow.subject, &item.narrow),
                    self.resolve(&item.narrow.patient, &item.narrow),
                ]
            };
            let is_patient = item.kind() == "Patient";
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
                    Target::Another => return Err(another),
                    Target::Uncomparable => {
                        nobody_named = false;
                        item.whose = if is_patient {
                            Whose::Usable
                        } else {
                            Whose::Somebodys
                        };
                    }
                    Target::Other => item.whose = Whose::NotAPatients,
                    Target::Nothing => {}
                }
            }
        }
        // What a resource contains is the patient's with it, unless it says otherwise.
        let contained = items
            .iter()
            .flat_map(|item| item.narrow.contained.iter().map(|inner| (&*item.narrow, inner)));
        for (around, reference) in
            contained.flat_map(|(around, inner)| [(around, &inner.subject), (around, &inner.patient)])
        {
            match self.resolve(reference, around) {
                Target::Patient(id) => {
                    nobody_named = false;
                    if *patient.get_or_insert_with(|| id.clone()) != id {
                        return Err(another);
                    }
                }
                Target::Another => return Err(another),
                _ => {}
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

    /// Who has these numbers, by the patients of the chart.
    fn identified<'i>(&self, identifiers: impl Iterator<Item = &'i Identifier<'i>>) -> Identified {
        let mut compared = false;
        for (system, value) in identifiers.filter_map(parts) {
            let Some(by_value) = self.identifiers.get(system) else {
                continue;
            };
            compared = true;
            let found = by_value.get(value);
            if let Some(id) = found.filter(|ids| ids.len() == 1).and_then(|ids| ids.first()) {
                return Identified::As(id.clone());
            }
            compared &= found.is_none();
        }
        if compared {
            Identified::AsAnother
        } else {
            Identified::NotAtAll
        }
    }

    /// `around` is the resource in which the reference stands, or which contains the one in which it stands.
    fn resolve(&self, reference: &Reference<'_>, around: &Narrow<'_>) -> Target {
        let target = self.by_reference(reference, around);
        match (
            self.identified(reference.identifier.as_deref().into_iter()),
            target,
        ) {
            (Identified::AsAnother, Target::Patient(_) | Target::Uncomparable) => Target::Another,
            (Identified::As(id), Target::Uncomparable) => Target::Patient(id),
            (_, target) => target,
        }
    }

    fn by_reference(&self, reference: &Reference<'_>, around: &Narrow<'_>) -> Target {
        let Some(text) = reference.reference.map(str::trim).filter(|t| !t.is_empty()) else {
            return if reference.named {
                Target::Uncomparable
            } else {
                Target::Nothing
            };
        };
        let text = called(text);
        let text = text.as_ref();
        if let Some(known) = self.by_url.get(text) {
            return known.clone().map_or(Target::Other, Target::Patient);
        }
        if let Some(id) = text.strip_prefix('#') {
            let named = |inner: &&Narrow<'_>| inner.kind == Some("Patient") && inner.id == Some(id);
            let inner = around.contained.iter().find(named);
            let identifiers = inner.into_iter().flat_map(|inner| &inner.identifiers);
            return match self.identified(identifiers) {
                Identified::As(id) => Target::Patient(id),
                Identified::AsAnother => Target::Another,
                Identified::NotAtAll => Target::Uncomparable,
            };
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
            (Some(id), None) if !is_id(id) => Target::Uncomparable,
            (Some(id), None) if id != "Patient" => Target::Patient(id.to_owned()),
            // `Patient?identifier=...` of a transaction: a question, not an answer.
            (Some("Patient"), _) => Target::Nothing,
            _ => Target::Other,
        }
    }
}

pub(crate) fn is_urn(address: &str) -> bool {
    address
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// A reference or `fullUrl` in the form in which they are compared: a UUID has no case.
pub(crate) fn called(address: &str) -> Cow<'_, str> {
    let has_case = is_urn(address) && address.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_case {
        Cow::Owned(address.to_ascii_lowercase())
    } else {
        Cow::Borrowed(address)
    }
}

/// Whether a lone word can be an id: FHIR's letters, and the line below that some servers have in theirs.
fn is_id(text: &str) -> bool {
    let in_ids = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !text.is_empty() && text.chars().all(in_ids)
}

/// What is wrong with a second patient.
fn another(patient_id: Option<&str>) -> ChartError {
    match patient_id {
        Some(_) => ChartError::AnotherPatient,
        None => ChartError::SeveralPatients,
    }
}

/// An address in the form in which it is compared: FHIR takes `http` and `https` for the same, and hosts have no case.
pub(super) fn comparable(address: &str) -> String {
    let address = address.trim().trim_end_matches('/');
    let scheme = ["https://", "http://"];
    let bare = |start: &&str| {
        address
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    let start = scheme
        .iter()
        .find(|start| bare(start))
        .map_or(0, |start| start.len());
    let rest = address.get(start..).unwrap_or(address);
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, ""), |(host, path)| (host, path));
    format!("{}/{path}", host.to_ascii_lowercase())
}

/// The address of the server of an absolute reference to a patient.
pub(super) fn base_of(reference: &str) -> Option<String> {
    let reference = reference.trim();
    let absolute = reference
        .get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("http"));
    let (base, id) = reference.rsplit_once("/Patient/")?;
    (absolute && base.contains("://") && !id.is_empty()).then(|| comparable(base))
}

/// System and value of an identifier that can be compared.
fn parts<'i>(identifier: &'i Identifier<'_>) -> Option<(&'i str, &'i str)> {
    let said = |text: Option<&'i str>| text.map(str::trim).filter(|text| !text.is_empty());
    Some((said(identifier.system)?, said(identifier.value)?))
}

/// Kinds that have no subject by definition.
fn belongs_to_nobody(kind: &str) -> bool {
    kind == "Medication"
}
