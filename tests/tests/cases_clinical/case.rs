//! A chart that is changed and assessed, and what came of it.

use acceptance::here;
use jiff::civil::date;
use pnet_cds::hooks::flow::Origin;
use pnet_cds::hooks::request::HookRequest;
use pnet_cds::hooks::trail::Trail;
use pnet_cds::site;
use pnet_cds::{input, settings};
use serde_json::{Value, json};

pub(crate) const FACTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
pub(crate) const VALUES: &str = "https://pnet-cds.github.io/fhir/CodeSystem/fact-values";
pub(crate) const ATC: &str = "http://www.whocc.no/atc";
pub(crate) const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";
pub(crate) const SNOMED: &str = "http://snomed.info/sct";

/// A chart that is changed, and then assessed on 23 November 2026.
#[derive(Clone)]
pub(crate) struct Case(Value);

/// What came of it.
pub(crate) struct Got(pub(crate) Value);

pub(crate) fn case(name: &str) -> Case {
    let path = here().join("cases/clinical").join(format!("{name}.json"));
    Case(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

impl Case {
    fn resources(&mut self) -> impl Iterator<Item = &mut Value> {
        let entries = self.0["entry"].as_array_mut().unwrap();
        entries.iter_mut().map(|entry| &mut entry["resource"])
    }

    /// Changes the resource whose id ends so.
    pub(crate) fn with(mut self, end: &str, change: impl Fn(&mut Value)) -> Self {
        let end = format!("-{end}");
        let one = |r: &&mut Value| r["id"].as_str().unwrap().ends_with(&end);
        change(self.resources().find(one).unwrap());
        self
    }

    pub(crate) fn dated(self, end: &str, day: &str) -> Self {
        self.with(end, |r| r["effectiveDateTime"] = day.into())
    }

    pub(crate) fn quantity(self, end: &str, value: f64) -> Self {
        self.with(end, |r| r["valueQuantity"]["value"] = value.into())
    }

    pub(crate) fn code(self, end: &str, value: &str) -> Self {
        self.with(end, |r| {
            r["valueCodeableConcept"]["coding"][0]["code"] = value.into()
        })
    }

    pub(crate) fn without(mut self, end: &str) -> Self {
        let end = format!("-{end}");
        let entries = self.0["entry"].as_array_mut().unwrap();
        entries.retain(|e| !e["resource"]["id"].as_str().unwrap().ends_with(&end));
        self
    }

    pub(crate) fn and(mut self, mut resource: Value) -> Self {
        let who = self.0["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
        let entries = self.0["entry"].as_array_mut().unwrap();
        resource["id"] = format!("added-{}", entries.len()).into();
        resource["subject"] = json!({ "reference": format!("Patient/{who}") });
        entries.push(json!({ "resource": resource }));
        self
    }

    /// One more reading by the fact's own code.
    pub(crate) fn fact(self, fact: &str, day: &str, value: &str) -> Self {
        self.and(json!({
            "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
            "code": { "coding": [{ "system": FACTS, "code": fact }] },
            "valueCodeableConcept": { "coding": [{ "system": VALUES, "code": value }] },
        }))
    }

    pub(crate) fn condition(self, system: &str, code: &str) -> Self {
        self.and(json!({
            "resourceType": "Condition", "recordedDate": "2026-10-01",
            "code": { "coding": [{ "system": system, "code": code }] },
            "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] },
            "verificationStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed" }] },
        }))
    }

    pub(crate) fn statement(self, atc: &str, status: &str, start: &str, end: &str) -> Self {
        self.and(json!({
            "resourceType": "MedicationStatement", "status": status,
            "medicationCodeableConcept": { "coding": [{ "system": ATC, "code": atc }] },
            "effectivePeriod": { "start": start, "end": end },
        }))
    }

    pub(crate) async fn got(&self) -> Got {
        let settings = settings::load(&settings::Input::default()).unwrap();
        let evaluator = site::load(&settings).unwrap();
        let text = self.0.to_string();
        let (templates, trail) = (evaluator.templates(), Trail::default());
        let day = date(2026, 11, 23);
        let nowhere = |_: &HookRequest<'_>| Ok(Origin::Nowhere);
        let assessed = input::assess(&evaluator, &templates, &text, nowhere, day, &trail);
        Got(serde_json::to_value(assessed.await.unwrap().assessment).unwrap())
    }
}

impl Got {
    pub(crate) fn option(&self, id: &str) -> &Value {
        let options = self.0["options"].as_array().unwrap();
        options.iter().find(|o| o["id"] == id).unwrap()
    }

    pub(crate) fn verdict(&self, id: &str) -> &str {
        self.option(id)["verdict"].as_str().unwrap()
    }

    /// `met`, `not-met`, or the reason for which it is unknown.
    pub(crate) fn criterion(&self, option: &str, id: &str) -> String {
        let criteria = self.option(option)["criteria"].as_array().unwrap();
        let one = criteria.iter().find(|c| c["id"] == id).unwrap();
        let said = one.get("reason").unwrap_or(&one["outcome"]);
        said.as_str().unwrap().to_owned()
    }

    pub(crate) fn names(&self, option: &str, what: &str) -> Vec<&str> {
        let all = self.option(option)[what].as_array().unwrap();
        all.iter().map(|v| v.as_str().unwrap()).collect()
    }

    pub(crate) fn discrepancies(&self) -> Vec<&str> {
        let all = self.0["discrepancies"].as_array().unwrap();
        all.iter().map(|d| d["id"].as_str().unwrap()).collect()
    }

    /// The entry of `given` with this agent.
    pub(crate) fn given(&self, agent: &str) -> Option<&Value> {
        let given = self.0["pathway"]["given"].as_array().unwrap();
        let of = |g: &&Value| g["agents"].as_array().is_some_and(|a| a.contains(&agent.into()));
        given.iter().find(of)
    }

    pub(crate) fn fact(&self, id: &str) -> &Value {
        &self.0["facts"][id]
    }
}
