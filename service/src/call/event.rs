//! A finished call as AuditEvents: one for the decision, one for each query to a FHIR server.
//!
//! Queries have the shapes of IHE Basic Audit Log Patterns (PatientQuery, PatientRead, and X-Request-Id as an entity); a
//! hook call has none there and takes the same parts. Elements that are not known are left out, never made up.

use super::known::Known;
use crate::audit::shape::{
    DICOM, ENTITY_TYPE, EVENT_TYPE, INTERACTION, NAME, ROLE, coding, concept, detail, own, source,
};
use crate::errors::ErrorCode;
use crate::hooks::trail::{Fetch, Steps};
use crate::host::host_of;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cds_cards::assessment::{Assessment, KnowledgeRef};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const BALP: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

/// A call that is over.
pub(super) struct Answered<'a> {
    pub(super) request_id: &'a str,
    /// Address of whoever connected: the caller, or the proxy before us.
    pub(super) peer: Option<String>,
    /// The pattern of the path.
    pub(super) route: Option<&'a str>,
    pub(super) known: &'a Known,
    pub(super) steps: &'a Steps,
    pub(super) error: Option<ErrorCode>,
    pub(super) knowledge: &'a KnowledgeRef,
}

/// Every event of a call, as lines.
pub(super) fn events(answered: &Answered<'_>, now: Timestamp) -> Vec<u8> {
    let fetches = answered.steps.fetches.iter();
    let events = fetches
        .map(|fetch| answered.fetch(fetch, now))
        .chain(std::iter::once(answered.decision(now)));
    let mut lines = Vec::new();
    for event in events {
        lines.extend(event.to_string().into_bytes());
        lines.push(b'\n');
    }
    lines
}

impl Answered<'_> {
    /// Who asked what, and what was answered.
    fn decision(&self, now: Timestamp) -> Value {
        let outcome = self.known.outcome(self.error);
        let mut agents = vec![self.caller()];
        agents.extend(self.user());
        agents.push(own());
        let mut entities = vec![self.transaction()];
        entities.extend(self.patient());
        entities.push(self.knowledge());
        entities.push(self.answer(outcome));
        entities.extend(self.known.assessment.iter().flat_map(evidence));
        let mut event = json!({
            "resourceType": "AuditEvent",
            "type": coding(EVENT_TYPE, "rest", "Restful Operation"),
            "subtype": [coding(INTERACTION, "operation", "operation")],
            "action": "E",
            "recorded": now.to_string(),
            "outcome": match self.error {
                None if self.known.gone => "4",
                None => "0",
                Some(error) if error.status() < 500 => "4",
                Some(_) => "8",
            },
            "outcomeDesc": outcome,
            "agent": agents,
            "source": source(),
            "entity": entities,
        });
        if let Some(denied) = self.known.denied {
            set(
                &mut event,
                "outcomeDesc",
                format!("{outcome}: {}", denied.word()).into(),
            );
        }
        event
    }

    /// One query to a FHIR server.
    fn fetch(&self, fetch: &Fetch, now: Timestamp) -> Value {
        let (kind, id) = fetch.query.split_once('/').unwrap_or((&fetch.query, ""));
        let is_read = !id.is_empty() && !fetch.query.contains('?');
        // Of a query the parameters flow to the server, of a read the resource flows from it.
        let (from, to) = (
            concept(DICOM, "110153", "Source Role ID"),
            concept(DICOM, "110152", "Destination Role ID"),
        );
        let (client, server) = if is_read { (to, from) } else { (from, to) };
        let mut agents = vec![
            json!({"type": client, "who": {"display": NAME}, "requestor": self.known.user.is_none(),
                   "network": {"address": NAME, "type": "1"}}),
            json!({"type": server, "who": {"display": fetch.server}, "requestor": false,
                   "network": {"address": host(&fetch.server), "type": "1"}}),
        ];
        agents.extend(self.user());
        let mut entities = vec![self.transaction()];
        entities.extend(self.patient());
        entities.push(if is_read {
            json!({"what": {"reference": format!("{kind}/{id}")},
                   "type": coding(ENTITY_TYPE, "2", "System Object"),
                   "role": coding(ROLE, "4", "Domain Resource")})
        } else {
            json!({"type": coding(ENTITY_TYPE, "2", "System Object"), "role": coding(ROLE, "24", "Query"),
                   "query": STANDARD.encode(format!("{}/{}", fetch.server, fetch.query))})
        });
        let (outcome, word) = match fetch.end {
            None => ("8", "cut-off"),
            Some(end) if end.failed => ("8", end.word),
            Some(end) if end.word != "complete" => ("4", end.word),
            Some(end) => ("0", end.word),
        };
        let interaction = if is_read { "read" } else { "search-type" };
        let mut event = json!({
            "resourceType": "AuditEvent",
            "type": coding(EVENT_TYPE, "rest", "Restful Operation"),
            "subtype": [coding(INTERACTION, interaction, interaction)],
            "action": if is_read { "R" } else { "E" },
            "recorded": now.to_string(),
            "outcome": outcome,
            "outcomeDesc": word,
            "agent": agents,
            "source": source(),
            "entity": entities,
        });
        // The profiles are of what succeeded; a failure has their parts and another outcome.
        if outcome == "0" {
            set(&mut event, "meta", json!({"profile": [profile(is_read)]}));
        }
        event
    }

    /// The registered caller, or whoever it was.
    fn caller(&self) -> Value {
        let who = &self.known.who;
        let mut agent = json!({
            "type": concept(DICOM, "110153", "Source Role ID"),
            "who": match &who.issuer {
                Some(issuer) => json!({"identifier": {"value": issuer}}),
                None => json!({"display": "not authenticated"}),
            },
            "requestor": self.known.user.is_none(),
        });
        if let Some(tenant) = &who.tenant {
            set(&mut agent, "altId", tenant.as_str().into());
        }
        if let Some(token) = &who.token {
            set(
                &mut agent,
                "policy",
                json!([format!("urn:pnet-cds:jti:sha256:{token}")]),
            );
        }
        if let Some(peer) = &self.peer {
            set(&mut agent, "network", json!({"address": peer, "type": "2"}));
        }
        agent
    }

    /// Who looks at the chart, as the caller says.
    fn user(&self) -> Option<Value> {
        let user = self.known.user.as_deref()?;
        let who = match user.split_once('/') {
            Some((kind, id)) if is_plain(kind) && is_plain(id) => json!({"reference": user}),
            _ => json!({"identifier": {"value": user}}),
        };
        Some(json!({
            "type": concept(PARTICIPATION, "IRCP", "information recipient"),
            "who": who,
            "requestor": true,
        }))
    }

    fn transaction(&self) -> Value {
        json!({"what": {"identifier": {"value": self.request_id}}, "type": {"system": BALP, "code": "XrequestId"}})
    }

    fn patient(&self) -> Option<Value> {
        let patient = self.known.patient.as_deref()?;
        Some(json!({
            "what": {"reference": patient},
            "type": coding(ENTITY_TYPE, "1", "Person"),
            "role": coding(ROLE, "1", "Patient"),
        }))
    }

    /// By which rules it was decided.
    fn knowledge(&self) -> Value {
        let KnowledgeRef {
            id, version, hash, ..
        } = self.knowledge;
        json!({
            "what": {"identifier": {"value": format!("{id}|{version}")}},
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(ROLE, "4", "Domain Resource"),
            "name": "knowledge",
            "detail": [detail("version", version), detail("hash", hash)],
        })
    }

    /// What was answered: nothing of it is chart text.
    fn answer(&self, outcome: &str) -> Value {
        let known = self.known;
        let mut details = vec![detail("outcome", outcome)];
        details.extend(self.route.map(|route| detail("path", route)));
        if let Some((service, hook)) = known.service {
            details.extend([detail("service", service), detail("hook", hook)]);
        }
        details.extend(known.gate.map(|gate| detail("gate", gate.as_str())));
        for card in known.cards.iter().flatten() {
            details.push(detail(
                "card",
                &format!("{} {}", card.about().kind.as_str(), card.uuid()),
            ));
        }
        for option in known.assessment.iter().flat_map(|assessment| &assessment.options) {
            details.push(detail(
                "verdict",
                &format!("{} {}", option.id, option.verdict.as_str()),
            ));
        }
        details.extend(known.records.iter().map(|fact| detail("recorded", fact.as_str())));
        json!({
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(ROLE, "20", "Job"),
            "name": "decision",
            "detail": details,
        })
    }
}

/// The records that the facts rest on.
fn evidence(assessment: &Assessment) -> impl Iterator<Item = Value> {
    let facts = assessment.facts.values();
    let references: BTreeSet<&str> = facts
        .flat_map(|fact| &fact.evidence)
        .map(|evidence| evidence.reference.as_str())
        .filter(|reference| !reference.is_empty())
        .collect();
    references.into_iter().map(|reference| {
        json!({
            "what": {"reference": reference},
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(ROLE, "4", "Domain Resource"),
        })
    })
}

/// Adds an element that is there only sometimes.
fn set(to: &mut Value, key: &str, value: Value) {
    if let Some(fields) = to.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

fn profile(is_read: bool) -> &'static str {
    if is_read {
        "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
    } else {
        "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientQuery"
    }
}

fn host(server: &str) -> &str {
    host_of(server.split_once("://").map_or(server, |(_, rest)| rest))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_named_without_its_port() {
        for (address, expected) in [
            ("https://f.example/r4", "f.example"),
            ("http://f.example:8080/r4", "f.example"),
            ("http://[::1]:80", "::1"),
            ("http://[2001:db8::7]/r4", "2001:db8::7"),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }
}
