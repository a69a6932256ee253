//! `pnet-cds knowledge export`: the knowledge as FHIR R4 resources.

use super::logic::{applies, in_words, logic, logic_url, protocol};
use super::measure::measure;
use super::place;
use super::questionnaire::questionnaire;
use super::resource::{head, with};
use super::show::{mark, test};
use crate::cli::ended::{Ended, print};
use crate::cli::settings;
use crate::cql::{Library, libraries, proposed};
use crate::site::{load_knowledge, overlay};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cds_cards::Knowledge;
use cds_cards::assessment::Role;
use cds_cards::knowledge::{Coding, OptionKnowledge, Referral, Suggestion};
use fhir_profiles::codes::{BASE, code_systems, value_sets};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes every resource as `Type-id.json`.
pub(in crate::cli) fn export(dir: &Path, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let knowledge = load_knowledge(settings.knowledge_dir.as_deref()).map_err(Ended::wrong)?;
    let files = overlay(settings.knowledge_dir.as_deref()).map_err(Ended::wrong)?;
    let unusable = |error: std::io::Error| Ended::wrong([format!("{}: {error}", dir.display())]);
    std::fs::create_dir_all(dir).map_err(unusable)?;
    let libraries = libraries(&knowledge).map_err(Ended::wrong)?;
    let files = Knowledge::merge(Knowledge::embedded_files(), files);
    let resources = resources(&knowledge, &files, &libraries);
    for (name, text) in &resources {
        std::fs::write(dir.join(format!("{name}.json")), text).map_err(unusable)?;
    }
    for library in &libraries {
        std::fs::write(dir.join(format!("{}.cql", library.name)), &library.text).map_err(unusable)?;
    }
    print(&format!(
        "{} resources in {}, and {} libraries of CQL\n",
        resources.len(),
        dir.display(),
        libraries.len()
    ))
}

/// Every resource as text, by `Type-id`.
fn resources(
    knowledge: &Knowledge,
    files: &BTreeMap<String, String>,
    libraries: &[Library],
) -> BTreeMap<String, String> {
    let made = knowledge
        .options
        .iter()
        .map(|option| plan(knowledge, option))
        .chain(
            knowledge
                .suggestions
                .iter()
                .map(|suggestion| request(knowledge, suggestion)),
        )
        .chain([
            measure(knowledge),
            referral(knowledge),
            questionnaire(knowledge),
            library(knowledge, files),
            protocol(knowledge),
        ])
        .chain(libraries.iter().map(|library| logic(knowledge, library)))
        .chain(override_reasons(knowledge));
    let made = made.filter_map(|resource| {
        let name = format!(
            "{}-{}",
            resource.get("resourceType")?.as_str()?,
            resource.get("id")?.as_str()?
        );
        Some((name, serde_json::to_string_pretty(&resource).ok()? + "\n"))
    });
    let sets = value_sets().map(|(id, json)| (format!("ValueSet-{id}"), json.to_owned()));
    let systems = code_systems().map(|(id, json)| (format!("CodeSystem-{id}"), json.to_owned()));
    made.chain(sets).chain(systems).collect()
}

fn library_url(knowledge: &Knowledge) -> String {
    let reference = &knowledge.package.reference;
    format!("{BASE}/Library/{}|{}", reference.id, reference.version)
}

fn plan(knowledge: &Knowledge, option: &OptionKnowledge) -> Value {
    // Each criterion in words beside the define that says the same.
    let criteria: Vec<Value> = option
        .criteria
        .iter()
        .filter_map(|(id, role)| {
            let criterion = knowledge.criteria.get(id)?;
            let role = match role {
                Role::Require => "required",
                Role::Confirm => "to be confirmed",
                Role::Contraindication => "contraindication unless met",
            };
            let mark = mark(option.interprets(criterion));
            let note = criterion.note.as_deref().map(|note| format!("\n\n{note}"));
            let words = test(&criterion.test).trim_end().to_owned() + &note.unwrap_or_default();
            Some(json!({
                "type": "documentation",
                "label": id,
                "display": format!("{}: {role}{mark}", criterion.label),
                "citation": words,
            }))
        })
        .collect();
    let places = place::lines(option).into_iter();
    let places =
        places.map(|(label, words)| json!({"type": "documentation", "label": label, "citation": words}));
    let criteria: Vec<Value> = criteria.into_iter().chain(places).collect();
    let mut action = json!({
        "id": option.id,
        "title": option.label,
        "trigger": [{"type": "named-event", "name": "patient-view"}],
        "documentation": criteria,
        "condition": applies(&proposed(&option.id)),
        "dynamicValue": in_words(&option.id),
    });
    action = with(
        action,
        [(
            "description",
            Value::from(
                option
                    .restriction
                    .as_ref()
                    .map(|restriction| restriction.text.clone()),
            ),
        )],
    );
    let notes: Vec<&str> = option.notes.iter().map(|note| note.text.as_str()).collect();
    with(
        head(knowledge, "PlanDefinition", &option.id, &option.label),
        [
            (
                "type",
                json!({"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/plan-definition-type",
                    "code": "eca-rule",
                }]}),
            ),
            ("description", Value::from(notes.join("\n\n"))),
            ("relatedArtifact", Value::Array(evidence(knowledge, option))),
            ("library", json!([logic_url(knowledge)])),
            ("action", json!([action])),
        ],
    )
}

/// The statements that an option rests on, word for word, and what corrects or follows them.
fn evidence(knowledge: &Knowledge, option: &OptionKnowledge) -> Vec<Value> {
    let criteria = option.criteria.iter();
    let of_criteria = criteria
        .filter_map(|(id, _)| knowledge.criteria.get(id))
        .flat_map(|criterion| option.statements_of(criterion));
    let aspects = [&option.favours, &option.cautions, &option.variants];
    let of_aspects = aspects
        .into_iter()
        .flatten()
        .flat_map(|aspect| &aspect.statements);
    let sentences = option.notes.iter().chain(&option.side_effects);
    let of_notes = sentences.flat_map(|note| &note.statements);
    let of_figures = option.figures.iter().map(|figure| &figure.statement);
    let mut ids: Vec<&String> = of_criteria
        .chain(of_aspects)
        .chain(of_notes)
        .chain(of_figures)
        .collect();
    ids.sort();
    ids.dedup();
    let url = &knowledge.package.citation_url;
    let quotes = ids.into_iter().filter_map(|id| {
        let statement = knowledge.statements.get(id)?;
        Some(json!({
            "type": "citation",
            "label": id,
            "display": format!("{}, section {}", knowledge.package.source_label, statement.section),
            "citation": format!("\"{}\"", statement.quote),
            "url": url,
        }))
    });
    let corrections = option.corrections.iter().filter_map(|id| {
        let correction = knowledge.corrections.get(id)?;
        let text = format!(
            "The review says {}; its source says {}",
            correction.review_says, correction.source_says
        );
        Some(json!({"type": "documentation", "label": id, "citation": text}))
    });
    let since = option.all_notes().filter_map(|id| {
        let note = knowledge.since_publication.get(id)?;
        let text = format!(
            "{}: {} (confidence {}; {})",
            note.topic, note.text, note.confidence, note.source
        );
        Some(json!({"type": "documentation", "label": id, "display": "Since publication", "citation": text}))
    });
    quotes.chain(corrections).chain(since).collect()
}

fn request(knowledge: &Knowledge, suggestion: &Suggestion) -> Value {
    let names: Vec<&str> = suggestion.facts.iter().map(|fact| fact.as_str()).collect();
    let id = format!("request-{}", names.first().copied().unwrap_or_default());
    let Suggestion {
        label, code, text, ..
    } = suggestion;
    activity(knowledge, &id, label, code, text)
}

fn referral(knowledge: &Knowledge) -> Value {
    let Referral {
        label, code, text, ..
    } = &knowledge.referral;
    activity(knowledge, "request-referral", label, code, text)
}

fn activity(knowledge: &Knowledge, id: &str, label: &str, code: &Coding, text: &str) -> Value {
    with(
        head(knowledge, "ActivityDefinition", id, label),
        [
            ("description", Value::from(text)),
            ("kind", json!("ServiceRequest")),
            ("intent", json!("proposal")),
            ("code", json!({"coding": [code], "text": text})),
            ("library", json!([library_url(knowledge)])),
        ],
    )
}

/// The reasons that cards offer, where their system is ours; a site's own system is the site's to define.
fn override_reasons(knowledge: &Knowledge) -> Option<Value> {
    const ID: &str = "override-reasons";
    let ours = format!("{BASE}/CodeSystem/{ID}");
    let reasons = knowledge.package.override_reasons.iter();
    let concepts: Vec<Value> = reasons
        .filter(|reason| reason.system == ours)
        .map(|reason| json!({"code": reason.code, "display": reason.display}))
        .collect();
    if concepts.is_empty() {
        return None;
    }
    let mut head = head(
        knowledge,
        "CodeSystem",
        ID,
        "Reasons for which a card is put aside",
    );
    // An element of the other kinds only.
    head.as_object_mut()?.remove("usage");
    Some(with(
        head,
        [
            (
                "description",
                json!("What cards offer as `overrideReasons`, and what feedback names."),
            ),
            ("caseSensitive", json!(true)),
            ("content", json!("complete")),
            ("count", json!(concepts.len())),
            ("concept", Value::Array(concepts)),
        ],
    ))
}

fn library(knowledge: &Knowledge, files: &BTreeMap<String, String>) -> Value {
    let package = &knowledge.package;
    let content: Vec<Value> = files
        .iter()
        .map(|(name, text)| {
            let kind = match name.rsplit('.').next() {
                Some("toml") => "application/toml",
                Some("csv") => "text/csv",
                Some("md") => "text/markdown",
                _ => "text/plain",
            };
            json!({"contentType": kind, "data": STANDARD.encode(text), "title": name})
        })
        .collect();
    let limits: Vec<&str> = package.limits.iter().map(|limit| limit.text.as_str()).collect();
    let mut related = vec![json!({
        "type": "derived-from",
        "display": package.source_label,
        "citation": package.citation,
        "url": package.citation_url,
    })];
    related.extend(knowledge.options.iter().map(|option| {
        json!({"type": "composed-of", "resource": format!("{BASE}/PlanDefinition/{}|{}", option.id, package.reference.version)})
    }));
    related.push(json!({"type": "depends-on", "resource": logic_url(knowledge)}));
    related.extend(
        value_sets()
            .map(|(id, _)| json!({"type": "depends-on", "resource": format!("{BASE}/ValueSet/{id}")})),
    );
    with(
        head(knowledge, "Library", &package.reference.id, &package.title),
        [
            (
                "type",
                json!({"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/library-type",
                    "code": "asset-collection",
                }]}),
            ),
            (
                "identifier",
                json!([{"system": format!("{BASE}/knowledge-hash"), "value": package.reference.hash}]),
            ),
            ("description", Value::from(limits.join("\n\n"))),
            ("relatedArtifact", Value::Array(related)),
            ("content", Value::Array(content)),
        ],
    )
}
