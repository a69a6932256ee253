//! The laws of the specification (section 1) on any chart: written otherwise it says the same, and knowledge only grows.
//!
//! The tests hold them over generated charts and the demo patients, `pnet-cds selfcheck` over a site's own files.

mod json;
mod variants;

pub use json::{Json, Style};
pub use variants::{Variant, variants};

use crate::errors::Failure;
use crate::evaluator::Evaluator;
use crate::hooks::flow::Origin;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::input;
use crate::templates::Template;
use cds_cards::assessment::{Assessment, Outcome, Reason, Status};
use cds_cards::laws;
use fhir_profiles::FactId;
use fhir_profiles::codes::BASE;
use fhir_profiles::facts::{Reading, Value};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What was found of one chart.
#[derive(Debug, Default)]
pub struct Found {
    /// How often it was assessed anew.
    pub checks: usize,
    /// What moved, a line each, without anything of the chart but ids of ours.
    pub moved: Vec<String>,
}

/// Everything that the laws are held with.
pub struct Laws<'a> {
    /// The evaluator whose answers are compared.
    pub evaluator: &'a Evaluator,
    /// The templates of discovery.
    pub templates: &'a [Template],
    /// The day of evaluation.
    pub as_of: Date,
}

impl Laws<'_> {
    /// Holds every law on a Bundle or a hook request.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be assessed as it stands.
    pub async fn hold(&self, text: &str) -> Result<Found, Failure> {
        let mut found = self.rewrite(text).await?;
        let filled = self.fill(text).await?;
        found.checks += filled.checks;
        found.moved.extend(filled.moved);
        Ok(found)
    }

    /// Writes it in other ways that say the same: nothing may move.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn rewrite(&self, text: &str) -> Result<Found, Failure> {
        let before = self.assess(text).await?;
        let mut found = Found {
            checks: 1,
            moved: laws::misplaced(&before),
        };
        let whole = before.facts.values().all(|fact| fact.gap.is_none());
        let subject = before.subject.as_deref();
        let written = Json::parse(text).map(|json| variants(&json, self.templates, subject, whole));
        for variant in written.unwrap_or_default() {
            found.checks += 1;
            let moved = match self.assess(&variant.text).await {
                Ok(after) => differences(&before, &after),
                Err(failure) => vec![failure.to_string()],
            };
            let named = moved.into_iter().map(|what| format!("{}: {what}", variant.what));
            found.moved.extend(named);
        }
        Ok(found)
    }

    async fn assess(&self, text: &str) -> Result<Assessment, Failure> {
        let nowhere = |_: &HookRequest<'_>| Ok(Origin::Nowhere);
        let trail = Trail::default();
        let assessed = input::assess(self.evaluator, self.templates, text, nowhere, self.as_of, &trail);
        Ok(assessed.await?.assessment)
    }

    /// Makes every unknown fact known with each of its values: no criterion may go from met to not met or back.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn fill(&self, text: &str) -> Result<Found, Failure> {
        let before = self.assess(text).await?;
        let mut found = Found::default();
        let Some(json) = Json::parse(text) else {
            return Ok(found);
        };
        let knowledge = &self.evaluator.knowledge;
        // Where readings disagree a new one does not fill, it overrules.
        let unknown = before
            .facts
            .iter()
            .filter(|(_, fact)| fact.status == Status::Unknown && fact.reason != Some(Reason::Conflicting));
        for (fact, _) in unknown {
            for reading in laws::values(knowledge, *fact, self.as_of) {
                let (record, said) = record(*fact, &reading, self.as_of, before.subject.as_deref());
                let Some(filled) = variants::with_entry(&json, record) else {
                    continue;
                };
                found.checks += 1;
                let Ok(after) = self.assess(&filled.write(Style::default())).await else {
                    found.moved.push(format!("with {fact} {said}: not assessable"));
                    continue;
                };
                for turned in laws::turned(knowledge, &before, &after, *fact) {
                    let (was, is) = (outcome(turned.was), outcome(turned.is));
                    found.moved.push(format!(
                        "with {fact} {said}: {} of {}: {was}, then {is}",
                        turned.criterion, turned.option
                    ));
                }
            }
        }
        Ok(found)
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::NotMet => "not met",
        Outcome::Unknown => "unknown",
    }
}

/// An Observation of that value by the project's own code, and the value in words.
fn record(fact: FactId, reading: &Reading, as_of: Date, subject: Option<&str>) -> (Json, String) {
    let coding = |system: &str, code: &str| {
        let coding = Json::object([
            ("system", Json::Text(format!("{BASE}/CodeSystem/{system}"))),
            ("code", code.into()),
        ]);
        Json::object([("coding", Json::Array(vec![coding]))])
    };
    let (key, value, said) = match &reading.value {
        Value::Number(number) => {
            let number = number.as_exact().unwrap_or_default().to_string();
            let mut quantity = vec![("value".to_owned(), Json::Other(number.clone()))];
            if let Some(unit) = &fact.info().unit {
                quantity.push(("unit".to_owned(), Json::Text(unit.clone())));
            }
            ("valueQuantity", Json::Object(quantity), number)
        }
        Value::Word(word) => {
            let word = word.as_str();
            (
                "valueCodeableConcept",
                coding("fact-values", word),
                word.to_owned(),
            )
        }
        Value::Words(words) => {
            let word = words.first().map_or("", |word| word.as_str());
            (
                "valueCodeableConcept",
                coding("fact-values", word),
                word.to_owned(),
            )
        }
    };
    let day = Json::Text(as_of.to_string());
    let (when, said) = match reading.since {
        Some(since) => {
            let period = [("start", Json::Text(since.to_string())), ("end", day)];
            (
                ("effectivePeriod", Json::object(period)),
                format!("{said} since {since}"),
            )
        }
        None => (("effectiveDateTime", day), said),
    };
    let mut fields = vec![
        ("resourceType", "Observation".into()),
        ("id", "pnet-cds-selfcheck".into()),
        ("status", "final".into()),
        ("code", coding("facts", fact.as_str())),
        when,
        (key, value),
    ];
    if let Some(subject) = subject {
        fields.push(("subject", Json::object([("reference", subject.into())])));
    }
    let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
    (Json::Object(fields.collect()), said)
}

/// What differs between two assessments, in ids of ours. Places in the file are not compared: they move with it.
fn differences(before: &Assessment, after: &Assessment) -> Vec<String> {
    let mut found = Vec::new();
    if before.gate != after.gate {
        found.push(format!(
            "gate {}, then {}",
            before.gate.as_str(),
            after.gate.as_str()
        ));
    }
    if before.grade != after.grade {
        found.push("another grade".to_owned());
    }
    if before.stage != after.stage {
        found.push("another stage".to_owned());
    }
    for option in &before.options {
        match after.option(&option.id) {
            Some(then) if then.verdict != option.verdict => found.push(format!(
                "{}: {}, then {}",
                option.id,
                option.verdict.as_str(),
                then.verdict.as_str()
            )),
            Some(then) if then != option => found.push(format!("{}: another reason", option.id)),
            _ => {}
        }
    }
    for (fact, report) in &before.facts {
        if after.facts.get(fact) != Some(report) {
            found.push(format!("fact {fact}"));
        }
    }
    if before.discrepancies != after.discrepancies {
        found.push("other discrepancies".to_owned());
    }
    if before.missing != after.missing {
        found.push("other missing facts".to_owned());
    }
    if before.pathway != after.pathway {
        found.push("another pathway, or other treatments given".to_owned());
    }
    let named = |assessment: &Assessment| -> BTreeSet<String> {
        let of_records = assessment
            .not_read
            .iter()
            .filter(|record| record.reference.contains('/'));
        of_records
            .map(|record| format!("{:?} {}", record.why, record.reference))
            .collect()
    };
    if named(before) != named(after) {
        found.push("other records not read".to_owned());
    }
    found
}
