//! The searches of the sandbox: those that the service itself makes, and no others.

use super::resource::Resource;
use crate::errors::{ErrorCode, Failure};
use crate::query_text::{decoded, system_and_code, values};
use serde::Serialize;
use serde_json::value::RawValue;

/// Page size where `_count` does not say.
const PAGE: usize = 100;

impl Resource {
    fn has(&self, token: &(Option<String>, String)) -> bool {
        self.tokens
            .iter()
            .any(|(system, code)| *code == token.1 && token.0.as_ref().is_none_or(|wanted| wanted == system))
    }
}

/// What a search of the sandbox asks for.
pub(super) struct Search {
    patient: Option<String>,
    id: Option<String>,
    /// Alternatives: system, if it is named, and code.
    codes: Option<Vec<(Option<String>, String)>>,
    newest_first: bool,
    count: usize,
    offset: usize,
    parameters: String,
}

impl Search {
    /// Reads its parameters.
    ///
    /// # Errors
    /// [`ErrorCode::UnsupportedSearch`] for one that the sandbox does not know.
    pub(super) fn parse(kind: &str, parameters: &str) -> Result<Self, Failure> {
        let mut search = Self {
            patient: None,
            id: None,
            codes: None,
            newest_first: false,
            count: PAGE,
            offset: 0,
            parameters: String::new(),
        };
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = decoded(value).ok_or(ErrorCode::UnsupportedSearch)?;
            let last = value.rsplit('/').next().unwrap_or_default().to_owned();
            match name {
                "patient" | "subject" if kind != "Patient" => search.patient = Some(last),
                "_id" => search.id = Some(value),
                "code" if kind != "Patient" => {
                    search.codes = Some(values(&value).into_iter().map(system_and_code).collect())
                }
                "_sort" if value == "-date" => search.newest_first = true,
                "_count" => search.count = number(&value)?,
                "_offset" => search.offset = number(&value)?,
                "_format" if value.contains("json") => {}
                _ => return Err(ErrorCode::UnsupportedSearch.into()),
            }
            if name != "_offset" {
                search.parameters.push_str(parameter);
                search.parameters.push('&');
            }
        }
        Ok(search)
    }

    pub(super) fn finds(&self, resource: &Resource) -> bool {
        self.patient
            .as_ref()
            .is_none_or(|patient| *patient == resource.patient)
            && self.id.as_ref().is_none_or(|id| *id == resource.id)
            && self
                .codes
                .as_ref()
                .is_none_or(|codes| codes.iter().any(|token| resource.has(token)))
    }

    /// The page that it asks for of what was found.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if it cannot be written.
    pub(super) fn page(&self, kind: &str, mut found: Vec<&Resource>) -> Result<String, Failure> {
        if self.newest_first {
            found.sort_by(|a, b| b.date.cmp(&a.date));
        }
        let page = found.iter().skip(self.offset).take(self.count);
        let after = self.offset.saturating_add(self.count);
        let searchset = Searchset {
            resource_type: "Bundle",
            kind: "searchset",
            total: found.len(),
            link: (after < found.len()).then(|| [self.next(kind, after)]),
            entry: page.map(|resource| SearchEntry::of(resource)).collect(),
        };
        serde_json::to_string(&searchset).map_err(|_| ErrorCode::Internal.into())
    }

    fn next(&self, kind: &str, offset: usize) -> Link {
        Link {
            relation: "next",
            url: format!("{kind}?{}_offset={offset}", self.parameters),
        }
    }
}

fn number(text: &str) -> Result<usize, Failure> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| ErrorCode::UnsupportedSearch.into())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Searchset<'a> {
    resource_type: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<[Link; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entry: Vec<SearchEntry<'a>>,
}

#[derive(Serialize)]
struct Link {
    relation: &'static str,
    url: String,
}

#[derive(Serialize)]
struct SearchEntry<'a> {
    resource: &'a RawValue,
    search: SearchMode,
}

impl<'a> SearchEntry<'a> {
    fn of(resource: &'a Resource) -> Self {
        Self {
            resource: &resource.json,
            search: SearchMode { mode: "match" },
        }
    }
}

#[derive(Serialize)]
struct SearchMode {
    mode: &'static str,
}
