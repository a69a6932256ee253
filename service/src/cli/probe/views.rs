//! Narrow views of what a server answered: codes, displays and dates, and nothing else.

use fhir_profiles::json::Document;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A resource as far as the probe looks at it.
#[derive(Debug, Clone, Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    #[serde(default)]
    pub(super) resource_type: String,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) code: Option<Concept>,
    #[serde(default)]
    pub(super) component: Option<Vec<Component>>,
    #[serde(default)]
    pub(super) effective_date_time: Option<String>,
    #[serde(default)]
    subject: Option<Value>,
    #[serde(default)]
    patient: Option<Value>,
    value_codeable_concept: Option<Concept>,
    #[serde(default)]
    value_string: Option<String>,
}

/// Part of an Observation.
#[derive(Debug, Clone, Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    #[serde(default)]
    pub(super) code: Option<Concept>,
    #[serde(default)]
    value_codeable_concept: Option<Concept>,
    #[serde(default)]
    value_string: Option<String>,
}

/// A CodeableConcept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Concept {
    #[serde(default)]
    pub(super) coding: Option<Vec<Coding>>,
    #[serde(default)]
    pub(super) text: Option<String>,
}

/// A Coding.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Coding {
    #[serde(default)]
    pub(super) system: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) display: Option<String>,
}

impl Concept {
    pub(super) fn codings(&self) -> &[Coding] {
        self.coding.as_deref().unwrap_or_default()
    }
}

impl Resource {
    pub(super) fn reference(&self) -> String {
        match &self.id {
            Some(id) => format!("{}/{id}", self.resource_type),
            None => self.resource_type.clone(),
        }
    }

    /// The address before `/Patient/` in an absolute reference to its patient.
    pub(super) fn address_of_patient(&self) -> Option<String> {
        let named = self.subject.iter().chain(&self.patient);
        let mut absolute = named.filter_map(|named| {
            let (address, _) = named.get("reference")?.as_str()?.split_once("/Patient/")?;
            address.starts_with("http").then(|| address.to_owned())
        });
        absolute.next()
    }

    /// Its coded answer and those of its components.
    pub(super) fn values(&self) -> impl Iterator<Item = &Concept> {
        let components = self.component.iter().flatten();
        self.value_codeable_concept
            .iter()
            .chain(components.filter_map(|component| component.value_codeable_concept.as_ref()))
    }

    /// Its answer in words and those of its components.
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        let components = self.component.iter().flatten();
        self.value_string
            .iter()
            .chain(components.filter_map(|component| component.value_string.as_ref()))
    }

    /// Its code and those of its components.
    pub(super) fn concepts(&self) -> impl Iterator<Item = &Concept> {
        let components = self.component.iter().flatten();
        self.code
            .iter()
            .chain(components.filter_map(|component| component.code.as_ref()))
    }
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
struct Bundle {
    #[serde(default)]
    resource_type: String,
    #[serde(default)]
    entry: Option<Vec<Entry>>,
    #[serde(default)]
    issue: Option<Vec<Issue>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Entry {
    #[serde(default)]
    resource: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Issue {
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    diagnostics: Option<String>,
    #[serde(default)]
    details: Option<Concept>,
}

objects_only!(Resource, Component, Concept, Coding, Bundle, Entry, Issue);

/// Every resource of the pages that is no outcome and can be looked at.
pub(super) fn resources(pages: &[Document<'_>]) -> Vec<Resource> {
    let all = pages.iter().flat_map(|page| entries(page));
    all.filter_map(|json| serde_json::from_str::<Resource>(json.get()).ok())
        .filter(|resource| resource.resource_type != "OperationOutcome")
        .collect()
}

/// What the server said beside the data, such as a parameter that it does not know.
pub(super) fn outcomes(pages: &[Document<'_>]) -> Vec<String> {
    let all = pages.iter().flat_map(|page| entries(page));
    let outcomes = all
        .filter_map(|json| serde_json::from_str::<Bundle>(json.get()).ok())
        .filter(|resource| resource.resource_type == "OperationOutcome");
    outcomes
        .flat_map(|outcome| outcome.issue.unwrap_or_default())
        .map(|issue| {
            let said = issue
                .details
                .and_then(|details| details.text)
                .or(issue.diagnostics)
                .unwrap_or_default();
            format!("the server says ({}): {said}", issue.severity.unwrap_or_default())
        })
        .collect()
}

/// The resources of a Bundle, or the resource itself.
fn entries(page: &Document<'_>) -> Vec<Box<RawValue>> {
    match serde_json::from_str::<Bundle>(page.text()) {
        Ok(bundle) if bundle.resource_type == "Bundle" => bundle
            .entry
            .unwrap_or_default()
            .into_iter()
            .filter_map(|entry| entry.resource)
            .collect(),
        _ => RawValue::from_string(page.text().to_owned())
            .into_iter()
            .collect(),
    }
}
