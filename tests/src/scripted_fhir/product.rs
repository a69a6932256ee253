//! FHIR servers with the habits of known products: what each takes, refuses and says, as its documentation and its users
//! have it. Pages are smaller than theirs, so that a patient of a few records has more than one.

mod request;

use super::fhir::{http, status};
use super::{ScriptedFhir, Seen, Step};
use request::{Asked, Ticket};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The most resources of a page, whatever `_count` asks for.
const PAGE: usize = 6;
/// Under which address an Epic-like server writes its references and next pages.
pub const EPIC_ADDRESS: &str = "https://epic.example.org/interconnect/api/FHIR/R4";
const JSON: &str = "Content-Type: application/fhir+json; charset=utf-8\r\n";

/// Answers a relative read or search, `Patient/x` or `Condition?patient=x&_count=9`; nothing if there is no such thing.
pub type Data = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Microsoft's FHIR server. `_sort` that it does not support is 400 where handling is strict (microsoft/fhir-server
    /// issue 2208, pull request 2324; some types have none at all, pull request 1184); 429 with `x-ms-retry-after-ms`
    /// (pull request 1639); continuation tokens in `ct` (issue 2313); no `total` unless it is asked for.
    Azure,
    /// Samply's Blaze, behind a proxy. `_sort` by nothing but `_id` and `_lastUpdated`, POST `_search`
    /// (docs/api/interaction/search-type.md); next pages under `__page`. The proxy takes addresses of 2048 characters.
    Blaze,
    /// Epic. A warning with code 4101 for no results, 59100 for a parameter that was left aside (fhir.epic.com, error codes;
    /// onc-healthit/inferno-program issue 229 has a whole outcome); no order; 404 for a type it does not have; references
    /// and next pages under an address of its own.
    Epic,
    /// HAPI's JPA server. Next pages at the base, `?_getpages=`; every parameter of ours is known.
    Hapi,
    /// Oracle Health Millennium, once Cerner. `patient` or `subject` is required, `_sort` is no parameter, `_count` is
    /// capped, `application/json+fhir` (cerner/fhir.cerner.com, content/millennium/r4). The documentation has lists of
    /// codes; that one installation takes one code only is assumed here. A refusal names nothing.
    Oracle,
}

impl Product {
    /// Every product.
    pub const ALL: [Self; 5] = [Self::Azure, Self::Blaze, Self::Epic, Self::Hapi, Self::Oracle];

    /// A short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Blaze => "blaze",
            Self::Epic => "epic",
            Self::Hapi => "hapi",
            Self::Oracle => "oracle",
        }
    }

    /// Types of resources that it does not have.
    pub fn lacks(self) -> &'static [&'static str] {
        match self {
            Self::Epic => &["MedicationAdministration", "MedicationDispense"],
            Self::Azure | Self::Blaze | Self::Hapi | Self::Oracle => &[],
        }
    }

    /// The address by which it calls itself where that is not the one it is asked at.
    pub fn alias(self) -> Option<&'static str> {
        (self == Self::Epic).then_some(EPIC_ADDRESS)
    }

    /// Starts one that has these data.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn start(
        self,
        data: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> std::io::Result<ScriptedFhir> {
        let met = Mutex::new(BTreeSet::new());
        ScriptedFhir::start(move |_, seen| self.answer(&data, &met, seen))
    }

    fn answer(self, data: &Data, met: &Mutex<BTreeSet<String>>, seen: &Seen) -> Vec<Step> {
        let asked = Asked::of(seen);
        if let Some(ticket) = asked.ticket() {
            return self.page(data, &asked, &ticket);
        }
        if self.lacks().contains(&asked.kind.as_str()) {
            return status(404, "");
        }
        if let Some(id) = &asked.id {
            let found = data(&format!("{}/{id}", asked.kind));
            return found.map_or_else(|| status(404, ""), |json| self.sent(&json));
        }
        if let Some(refusal) = self.refusal(&asked, seen, met) {
            return refusal;
        }
        let ticket = Ticket {
            query: self.query(&asked),
            offset: 0,
            size: asked.count().map_or(PAGE, |count| count.min(PAGE)),
        };
        self.page(data, &asked, &ticket)
    }

    /// What it does not take.
    fn refusal(self, asked: &Asked, seen: &Seen, met: &Mutex<BTreeSet<String>>) -> Option<Vec<Step>> {
        let sorts = asked.value("_sort").is_some();
        match self {
            Self::Azure if sorts => Some(refused(400, "Sorting by the 'date' parameter is not supported.")),
            Self::Azure if matches!(asked.kind.as_str(), "Condition" | "Procedure") => {
                let mut met = met.lock().unwrap_or_else(PoisonError::into_inner);
                let first = met.insert(asked.kind.clone());
                first.then(|| status(429, "x-ms-retry-after-ms: 25\r\n"))
            }
            Self::Blaze if seen.target.len() > 2048 => Some(vec![Step::Send(http(
                414,
                "Content-Type: text/html\r\n",
                "<html>Request-URI Too Large</html>",
            ))]),
            Self::Blaze if sorts => Some(refused(422, "")),
            Self::Oracle => {
                let named = asked.value("patient").or(asked.value("subject")).is_some();
                let several = asked.value("code").is_some_and(|codes| codes.contains(','));
                (!named || sorts || several).then(|| refused(400, ""))
            }
            _ => None,
        }
    }

    /// The search as the data understand it.
    fn query(self, asked: &Asked) -> String {
        let mut query = format!("{}?_count=100000", asked.kind);
        for (name, value) in &asked.parameters {
            let kept = match name.as_str() {
                "_sort" => self == Self::Hapi,
                name => !name.starts_with('_'),
            };
            if kept {
                query.push_str(&format!("&{name}={value}"));
            }
        }
        query
    }

    fn page(self, data: &Data, asked: &Asked, ticket: &Ticket) -> Vec<Step> {
        let found = data(&ticket.query).and_then(|json| serde_json::from_str::<Value>(&json).ok());
        let Some(found) = found else {
            return refused(400, "");
        };
        let all = found.get("entry").and_then(Value::as_array);
        let all: Vec<&Value> = all
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.get("resource"))
            .collect();
        let base = format!("http://{}/fhir", asked.host);
        let kind = ticket.query.split('?').next().unwrap_or_default();
        let page = all.iter().skip(ticket.offset).take(ticket.size);
        let mut entries: Vec<Value> = page.map(|resource| matched(&base, resource)).collect();
        if self == Self::Epic {
            entries.extend(epic_notes(asked, all.is_empty()));
        }
        let mut links = vec![json!({"relation": "self", "url": format!("{base}/{kind}")})];
        let after = Ticket {
            offset: ticket.offset + ticket.size,
            ..ticket.clone()
        };
        if after.offset < all.len() {
            links.push(json!({"relation": "next", "url": self.link(&base, kind, &after.written())}));
        }
        let counts = matches!(self, Self::Epic | Self::Hapi | Self::Blaze);
        let bundle = json!({
            "resourceType": "Bundle", "type": "searchset", "total": counts.then_some(all.len()),
            "link": links, "entry": entries,
        });
        self.sent(&bundle.to_string())
    }

    /// Where it says that the next page is.
    fn link(self, base: &str, kind: &str, ticket: &str) -> String {
        match self {
            Self::Azure => format!("{base}/{kind}?ct={ticket}"),
            Self::Blaze => format!("{base}/{kind}/__page/{ticket}"),
            Self::Epic => format!("{EPIC_ADDRESS}/{kind}?sessionID={ticket}"),
            Self::Hapi => format!("{base}?_getpages={ticket}&_bundletype=searchset"),
            Self::Oracle => format!("{base}/{kind}?-pageContext={ticket}&-pageDirection=NEXT"),
        }
    }

    fn sent(self, json: &str) -> Vec<Step> {
        let body = match self.alias() {
            Some(alias) => json.replace(
                r#""reference":"Patient/"#,
                &format!(r#""reference":"{alias}/Patient/"#),
            ),
            None => json.to_owned(),
        };
        let headers = match self {
            Self::Azure => "Content-Type: application/fhir+json; fhirVersion=4.0.1; charset=utf-8\r\n",
            Self::Oracle => "Content-Type: application/json+fhir\r\n",
            Self::Blaze | Self::Epic | Self::Hapi => JSON,
        };
        vec![Step::Send(http(200, headers, &body))]
    }
}

fn matched(base: &str, resource: &Value) -> Value {
    let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
    let url = format!("{base}/{}/{}", text("resourceType"), text("id"));
    json!({"fullUrl": url, "resource": resource, "search": {"mode": "match"}})
}

/// What Epic says beside the results.
fn epic_notes(asked: &Asked, empty: bool) -> Vec<Value> {
    let sorted = asked.value("_sort").is_some();
    let notes = [
        (empty, "4101", "Resource request returns no results."),
        (sorted, "59100", "Content invalid against the specification."),
    ];
    notes
        .into_iter()
        .filter(|(is, ..)| *is)
        .map(|(_, code, text)| {
            json!({"search": {"mode": "outcome"}, "resource": {"resourceType": "OperationOutcome", "issue": [
                {"severity": "warning", "code": "processing",
                 "details": {"coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369", "code": code}],
                             "text": text}}]}})
        })
        .collect()
}

/// A refusal in so many words, or in none.
fn refused(code: u16, said: &str) -> Vec<Step> {
    let issue = json!({"severity": "error", "code": "not-supported", "diagnostics": said});
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
    vec![Step::Send(http(code, JSON, &outcome.to_string()))]
}
