//! The bundled synthetic patients, read and searched as the service's own templates need it and no further.

mod capability;
mod resource;
mod search;

pub(crate) use capability::capability_statement;

use crate::errors::{ErrorCode, Failure};
use include_dir::{Dir, include_dir};
use resource::Resource;
use search::Search;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

static PATIENTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo/patients");
const STORIES: &str = include_str!("../demo/stories.toml");

/// Types that may be searched although no bundled patient has one.
const TYPES: [&str; 10] = [
    "Patient",
    "Condition",
    "Observation",
    "DiagnosticReport",
    "Procedure",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationAdministration",
    "MedicationDispense",
    "Provenance",
];
/// Resources that are kept for a patient beside the bundled ones.
const MOST_WRITTEN: usize = 200;

/// The resources of the sandbox.
#[derive(Debug, Default)]
pub struct Sandbox {
    resources: Vec<Resource>,
    patients: Vec<String>,
    stories: Vec<Story>,
    /// What was written since the start, in memory only.
    written: RwLock<Vec<Resource>>,
}

/// What a bundled patient is about.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The id of the patient.
    pub patient: String,
    /// As a clinician would call the case.
    pub title: String,
    /// One plain sentence.
    pub sentence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stories {
    story: Vec<Story>,
}

impl Sandbox {
    /// The bundled patients.
    ///
    /// # Errors
    /// The name of a file that is not a Bundle or no list of stories, with what is wrong.
    pub fn embedded() -> Result<Self, String> {
        let mut files: Vec<(&str, &str)> = PATIENTS
            .files()
            .filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
            .collect();
        files.sort_unstable();
        let stories: Stories = toml::from_str(STORIES).map_err(|error| format!("stories.toml: {error}"))?;
        Ok(Self {
            stories: stories.story,
            ..Self::load(&files)?
        })
    }

    /// A sandbox of these Bundles, each with the id of its patient.
    ///
    /// # Errors
    /// As [`Sandbox::embedded`].
    pub fn load(files: &[(&str, &str)]) -> Result<Self, String> {
        let mut sandbox = Self::default();
        for (patient, text) in files {
            let bundle: WireBundle<'_> =
                serde_json::from_str(text).map_err(|error| format!("{patient}: {error}"))?;
            for json in bundle.entry.into_iter().filter_map(|entry| entry.resource) {
                // A demo patient may hold a broken entry on purpose: it cannot be found by a search.
                let Ok(wire) = serde_json::from_str::<WireResource<'_>>(json.get()) else {
                    continue;
                };
                sandbox.resources.push(wire.into_resource(patient, json));
            }
            sandbox.patients.push((*patient).to_owned());
        }
        Ok(sandbox)
    }

    /// Ids of the patients, in alphabetical order.
    pub fn patients(&self) -> &[String] {
        &self.patients
    }

    /// What the bundled patients are about, in the order of the README; none of a sandbox that was loaded.
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// Answers a relative FHIR read or search, `Patient/x` or `Condition?patient=x`.
    ///
    /// # Errors
    /// [`Failure`] if there is no such resource or the search is more than the sandbox does.
    pub fn answer(&self, query: &str) -> Result<String, Failure> {
        match query.split_once('?') {
            Some((kind, parameters)) => self.search(kind, parameters),
            None => match query.split_once('/') {
                Some((kind, id)) => self.read(kind, id),
                None => self.search(query, ""),
            },
        }
    }

    /// Reads one resource.
    ///
    /// # Errors
    /// As [`Sandbox::answer`].
    pub fn read(&self, kind: &str, id: &str) -> Result<String, Failure> {
        let written = self.written();
        let mut all = self.resources.iter().chain(written.iter());
        all.find(|resource| resource.kind == kind && resource.id == id)
            .map(|resource| resource.json.get().to_owned())
            .ok_or_else(|| ErrorCode::UnknownResource.into())
    }

    /// Writes what a transaction creates for a bundled patient, all of it or nothing. Each resource gets the id of its
    /// `fullUrl`, so that what is sent again is there already and is written once.
    ///
    /// # Errors
    /// [`Failure`] if there is no such patient, too much was written for it, or it is no transaction.
    pub fn write(&self, patient: &str, transaction: &str) -> Result<(), Failure> {
        if !self.patients.iter().any(|known| known == patient) {
            return Err(ErrorCode::UnknownResource.into());
        }
        let created = created(patient, transaction).ok_or(ErrorCode::Internal)?;
        let mut written = self.written.write().unwrap_or_else(PoisonError::into_inner);
        let is_there = |one: &Resource| {
            written
                .iter()
                .any(|known| known.kind == one.kind && known.id == one.id)
        };
        let new: Vec<Resource> = created.into_iter().filter(|one| !is_there(one)).collect();
        let before = written.iter().filter(|known| known.patient == patient).count();
        if before.saturating_add(new.len()) > MOST_WRITTEN {
            return Err(ErrorCode::SandboxFull.into());
        }
        written.extend(new);
        Ok(())
    }

    /// How many resources were written for a patient.
    pub fn written_for(&self, patient: &str) -> usize {
        let of_patient = |resource: &&Resource| resource.patient == patient;
        self.written().iter().filter(of_patient).count()
    }

    /// Forgets what was written for a patient.
    pub fn forget(&self, patient: &str) {
        let mut written = self.written.write().unwrap_or_else(PoisonError::into_inner);
        written.retain(|resource| resource.patient != patient);
    }

    fn written(&self) -> RwLockReadGuard<'_, Vec<Resource>> {
        self.written.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A type search; `parameters` as in an address, percent-encoded or not.
    ///
    /// # Errors
    /// As [`Sandbox::answer`].
    pub fn search(&self, kind: &str, parameters: &str) -> Result<String, Failure> {
        if !TYPES.contains(&kind) {
            return Err(ErrorCode::UnknownResource.into());
        }
        let search = Search::parse(kind, parameters)?;
        let written = self.written();
        let found: Vec<&Resource> = self
            .resources
            .iter()
            .chain(written.iter())
            .filter(|resource| resource.kind == kind && search.finds(resource))
            .collect();
        search.page(kind, found)
    }
}

/// The resources that a transaction creates, references between them resolved.
fn created(patient: &str, transaction: &str) -> Option<Vec<Resource>> {
    let bundle: serde_json::Value = serde_json::from_str(transaction).ok()?;
    let entries = bundle.get("entry")?.as_array()?;
    let mut names = Vec::new();
    for entry in entries {
        let url = entry.get("fullUrl")?.as_str()?;
        let kind = entry.pointer("/resource/resourceType")?.as_str()?;
        names.push((url, kind, url.strip_prefix("urn:uuid:")?));
    }
    let resource = |(entry, (_, _, id)): (&serde_json::Value, &(&str, &str, &str))| {
        let mut resource = entry.get("resource")?.clone();
        let members = resource.as_object_mut()?;
        members.insert("id".to_owned(), (*id).into());
        let mut json = resource.to_string();
        for (url, kind, id) in &names {
            json = json.replace(&format!("\"{url}\""), &format!("\"{kind}/{id}\""));
        }
        let json = RawValue::from_string(json).ok()?;
        let wire: WireResource<'_> = serde_json::from_str(json.get()).ok()?;
        Some(wire.into_resource(patient, &json))
    };
    entries.iter().zip(&names).map(resource).collect()
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct WireBundle<'a> {
    #[serde(borrow, default)]
    entry: Vec<WireEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct WireEntry<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
struct WireResource<'a> {
    #[serde(borrow)]
    resource_type: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    code: Option<WireConcept<'a>>,
    #[serde(borrow, default)]
    effective_date_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    effective_period: Option<WirePeriod<'a>>,
    #[serde(borrow, default)]
    issued: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct WirePeriod<'a> {
    #[serde(borrow, default)]
    start: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct WireConcept<'a> {
    #[serde(borrow, default)]
    coding: Vec<WireCoding<'a>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct WireCoding<'a> {
    #[serde(borrow, default)]
    system: Cow<'a, str>,
    #[serde(borrow, default)]
    code: Cow<'a, str>,
}

objects_only!(
    WireBundle<'a>,
    WireEntry<'a>,
    WireResource<'a>,
    WirePeriod<'a>,
    WireConcept<'a>,
    WireCoding<'a>
);

impl WireResource<'_> {
    fn into_resource(self, patient: &str, json: &RawValue) -> Resource {
        let start = self.effective_period.and_then(|period| period.start);
        let date = self
            .effective_date_time
            .or(start)
            .or(self.issued)
            .unwrap_or_default();
        let codings = self.code.map(|concept| concept.coding).unwrap_or_default();
        Resource {
            kind: self.resource_type.into_owned(),
            id: self.id.into_owned(),
            patient: patient.to_owned(),
            tokens: codings
                .into_iter()
                .map(|coding| (coding.system.into_owned(), coding.code.into_owned()))
                .collect(),
            date: date.into_owned(),
            json: json.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_patient_has_one_story_in_one_sentence() {
        let sandbox = Sandbox::embedded().unwrap();
        let mut told: Vec<&str> = sandbox
            .stories()
            .iter()
            .map(|story| story.patient.as_str())
            .collect();
        told.sort_unstable();
        assert_eq!(told, sandbox.patients());
        for Story {
            patient,
            title,
            sentence,
        } in sandbox.stories()
        {
            assert!(title.len() < 60 && !title.ends_with('.'), "{patient}: {title}");
            assert!(
                sentence.ends_with('.') && !sentence.contains(". "),
                "{patient}: {sentence}"
            );
        }
    }

    fn sandbox() -> Sandbox {
        let bundle = r#"{"resourceType":"Bundle","type":"collection","entry":[
            {"resource":{"resourceType":"Patient","id":"a"}},
            {"resource":{"resourceType":"Observation","id":"o1","effectiveDateTime":"2024-01-01",
              "code":{"coding":[{"system":"http://loinc.org","code":"1-1"}]}}},
            {"resource":{"resourceType":"Observation","id":"o2","effectiveDateTime":"2025-01-01",
              "code":{"coding":[{"system":"http://loinc.org","code":"1-1"},{"system":"urn:x","code":"2"}]}}},
            {"resource":{"resourceType":"Condition"}}]}"#;
        let other = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"b"}}]}"#;
        Sandbox::load(&[("a", bundle), ("b", other)]).unwrap()
    }

    fn ids(answer: &str) -> Vec<String> {
        let bundle: serde_json::Value = serde_json::from_str(answer).unwrap();
        assert_eq!(bundle["type"], "searchset");
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|e| e["resource"]["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn found(query: &str) -> Vec<String> {
        ids(&sandbox().answer(query).unwrap())
    }

    #[test]
    fn a_resource_is_read_by_its_id() {
        assert!(sandbox().answer("Patient/a").unwrap().contains("\"Patient\""));
        let missing = sandbox().answer("Patient/zz").unwrap_err();
        assert_eq!(missing.code, ErrorCode::UnknownResource);
    }

    #[test]
    fn a_search_keeps_to_patient_code_and_order() {
        assert_eq!(
            found("Observation?patient=a&_sort=-date&code=http://loinc.org|1-1"),
            ["o2", "o1"]
        );
        assert_eq!(
            found("Observation?patient=Patient/a&code=http%3A%2F%2Floinc.org%7C9%2Curn:x%7C2"),
            ["o2"]
        );
        assert_eq!(found("Observation?patient=a&code=2"), ["o2"]);
        assert_eq!(found("Observation?patient=a&code=urn:y|2"), Vec::<String>::new());
        assert_eq!(found("Observation?patient=b"), Vec::<String>::new());
        assert_eq!(found("MedicationStatement?patient=a"), Vec::<String>::new());
    }

    #[test]
    fn a_page_that_is_full_links_to_the_next() {
        let first = sandbox().answer("Observation?patient=a&_count=1").unwrap();
        assert_eq!(ids(&first), ["o1"]);
        let first: serde_json::Value = serde_json::from_str(&first).unwrap();
        assert_eq!(first["total"], 2);
        let next = first["link"][0]["url"].as_str().unwrap();
        let last = sandbox().answer(next).unwrap();
        assert_eq!(ids(&last), ["o2"]);
        assert!(!last.contains("\"link\""));
    }

    #[test]
    fn what_it_does_not_do_it_refuses() {
        for query in [
            "Observation?date=2024",
            "Observation?_include=x",
            "Observation?_count=x",
            "Observation?code:in=x",
        ] {
            assert_eq!(
                sandbox().answer(query).unwrap_err().code,
                ErrorCode::UnsupportedSearch,
                "{query}"
            );
        }
        assert_eq!(
            sandbox().answer("Encounter?patient=a").unwrap_err().code,
            ErrorCode::UnknownResource
        );
    }
}
