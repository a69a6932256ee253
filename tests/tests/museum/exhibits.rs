//! The charts of the museum, each of a patient of its own.

use acceptance::corpus::{Row, bundle, bytes, ends, rows, values};
use acceptance::here;
use pnet_cds::templates::{Template, templates};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Everything that discovery asks for.
pub(crate) static TEMPLATES: LazyLock<Vec<Template>> =
    LazyLock::new(|| templates(fhir_profiles::Codes::embedded(), false));
/// The types that it asks for; what is of another comes with Observations.
static SEARCHED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    TEMPLATES
        .iter()
        .map(|template| kind_of(template).to_owned())
        .collect()
});

/// The type that a template reads or searches.
pub(crate) fn kind_of(template: &Template) -> &str {
    template.query.split(['?', '/']).next().unwrap_or_default()
}

/// A chart as it comes: resources, each as its bytes.
pub(crate) struct Exhibit {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The patient's id, another one in each chart.
    pub(crate) patient: String,
    pub(crate) resources: Vec<(String, Vec<u8>)>,
    /// Whether a Bundle, an outcome or something of no type is among them.
    pub(crate) of_search: bool,
    /// Whether something in it is no JSON.
    pub(crate) broken: bool,
    /// Whether something in it is not said to be this patient's.
    pub(crate) ownerless: bool,
}

/// The museum's rows and the cases of styles, each with a patient of its own and, where it has no diagnosis, a PNET with
/// liver metastases.
pub(crate) fn exhibits() -> Result<Vec<Exhibit>, String> {
    let mut all = Vec::new();
    for row in ends(rows(&here().join("corpus"))?) {
        let Some(kind) = row
            .kind
            .clone()
            .filter(|_| row.as_of.is_none() && row.patient.is_none())
        else {
            continue;
        };
        let resources = resources(&row)?;
        all.push((row.name, kind, resources));
    }
    let folder = here().join("cases/data");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| error.to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|is| is == "json"))
        .filter(|path| !path.to_string_lossy().contains("expected"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let bundle: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        let resources = entries
            .iter()
            .map(|entry| entry["resource"].to_string().into_bytes());
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        all.push((
            name,
            "styles of registries and hospitals".to_owned(),
            resources.collect(),
        ));
    }
    Ok(all
        .into_iter()
        .enumerate()
        .map(|(index, (name, kind, resources))| Exhibit::new(name, kind, format!("m{index}"), &resources))
        .collect())
}

fn resources(row: &Row) -> Result<Vec<Vec<u8>>, String> {
    if !row.entries.is_empty() {
        return Ok(row.entries.iter().map(|entry| bytes(entry)).collect());
    }
    let values = values(row)?;
    Ok(values
        .iter()
        .map(|value| value.text().as_bytes().to_vec())
        .collect())
}

impl Exhibit {
    fn new(name: String, kind: String, patient: String, resources: &[Vec<u8>]) -> Self {
        let old = whose(resources);
        let renamed = |resource: &Vec<u8>| renamed(resource, &old, &patient);
        let mut resources: Vec<(String, Vec<u8>)> = resources
            .iter()
            .map(renamed)
            .map(|resource| (type_of(&resource), resource))
            .collect();
        let has = |wanted: &str| {
            let quoted = format!("\"{wanted}\"");
            resources
                .iter()
                .any(|(_, resource)| String::from_utf8_lossy(resource).contains(&quoted))
        };
        let (has_patient, has_condition) = (has("Patient"), has("Condition"));
        if !has_patient {
            let json = json!({"resourceType": "Patient", "id": patient, "birthDate": "1961-03-04"});
            resources.push(("Patient".to_owned(), json.to_string().into_bytes()));
        }
        if !has_condition {
            for (id, fact) in [("base-pnet", "pnet"), ("base-liver", "liver-metastases")] {
                let system = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
                let json = json!({"resourceType": "Condition", "id": id, "recordedDate": "2024-02-03",
                    "subject": {"reference": format!("Patient/{patient}")},
                    "code": {"coding": [{"system": system, "code": fact}]}});
                resources.push(("Condition".to_owned(), json.to_string().into_bytes()));
            }
        }
        let of_search = resources
            .iter()
            .any(|(kind, _)| matches!(kind.as_str(), "Bundle" | "OperationOutcome" | ""));
        let is_json =
            |(_, resource): &(String, Vec<u8>)| serde_json::from_slice::<&RawValue>(resource).is_ok();
        let reference = format!("Patient/{patient}");
        let is_owned = |(kind, resource): &(String, Vec<u8>)| {
            matches!(kind.as_str(), "Patient" | "Medication" | "") || has_text(resource, &reference)
        };
        Self {
            name,
            kind,
            patient,
            ownerless: !resources.iter().all(is_owned),
            broken: !resources.iter().all(is_json),
            resources,
            of_search,
        }
    }

    /// The resources of a type.
    pub(crate) fn of_type<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a (String, Vec<u8>)> {
        self.resources.iter().filter(move |(kind, _)| kind == wanted)
    }

    /// All of a chart as one file.
    pub(crate) fn whole(&self) -> Vec<u8> {
        let resources: Vec<Vec<u8>> = self
            .resources
            .iter()
            .map(|(_, resource)| resource.clone())
            .collect();
        bundle(&resources)
    }

    /// What a search for a type answers: a Bundle or an outcome as it is, else those of the type.
    pub(crate) fn answer(&self, kind: &str) -> Vec<u8> {
        let is_here = |is: &str| is == kind || (kind == "Observation" && !SEARCHED.contains(is));
        let here = self.resources.iter().filter(|(is, _)| is_here(is));
        let included = |is: &str| !is.is_empty() && is != kind;
        let entries = here.map(|(is, resource)| match included(is) {
            true => [resource.as_slice(), br#","search":{"mode":"include"}"#].concat(),
            false => resource.clone(),
        });
        bundle(&entries.collect::<Vec<_>>())
    }
}

fn has_text(resource: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(resource).contains(text)
}

/// Whose chart it is: who is referred to.
fn whose(resources: &[Vec<u8>]) -> String {
    let all = resources.concat();
    let text = String::from_utf8_lossy(&all);
    let id = text
        .split("Patient/")
        .nth(1)
        .and_then(|rest| rest.split(['"', '/', '|']).next());
    id.unwrap_or("p").to_owned()
}

/// The same chart of a patient with another id.
fn renamed(resource: &[u8], old: &str, new: &str) -> Vec<u8> {
    let is_of =
        |next: Option<&u8>| next.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-._".contains(byte));
    let mut made = Vec::new();
    let mut rest = resource;
    while !rest.is_empty() {
        let reference = format!("Patient/{old}");
        if rest.starts_with(reference.as_bytes()) && is_of(rest.get(reference.len())) {
            made.extend(format!("Patient/{new}").bytes());
            rest = rest.get(reference.len()..).unwrap_or_default();
            continue;
        }
        made.extend(rest.first());
        rest = rest.get(1..).unwrap_or_default();
    }
    if !matches!(type_of(&made).as_str(), "Patient" | "Bundle") {
        return made;
    }
    let text = String::from_utf8_lossy(&made).into_owned();
    let id = |space: &str| text.replace(&format!("\"id\":{space}\"{old}\""), &format!("\"id\": \"{new}\""));
    match text.contains("\"id\": ") {
        true => id(" ").into_bytes(),
        false => id("").into_bytes(),
    }
}

/// The first type that the bytes name; empty where that is not to be seen.
fn type_of(resource: &[u8]) -> String {
    let text = String::from_utf8_lossy(resource);
    let after = text
        .split("\"resourceType\"")
        .nth(1)
        .map(|rest| rest.trim_start_matches([':', ' ', '"']));
    let kind = after.and_then(|rest| rest.split('"').next());
    kind.unwrap_or_default().to_owned()
}
