//! FHIR ValueSet resources as far as this project writes them: codes, and ICD categories with all below them.

use serde::Deserialize;

#[derive(Deserialize)]
struct ValueSet<'a> {
    #[serde(borrow)]
    compose: Compose<'a>,
}

#[derive(Deserialize)]
struct Compose<'a> {
    #[serde(borrow)]
    include: Vec<RawInclude<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInclude<'a> {
    system: &'a str,
    #[serde(borrow, default)]
    concept: Vec<Concept<'a>>,
    #[serde(borrow, default)]
    filter: Vec<Filter<'a>>,
}

#[derive(Deserialize)]
struct Concept<'a> {
    code: &'a str,
}

#[derive(Deserialize)]
struct Filter<'a> {
    property: &'a str,
    op: &'a str,
    value: &'a str,
}

/// One system's part of a value set.
#[derive(Debug)]
pub(super) struct Include<'a> {
    pub(super) system: &'a str,
    pub(super) codes: Vec<&'a str>,
    pub(super) families: Vec<&'a str>,
}

/// The codes of a value set; `None` for what this project does not write.
pub(super) fn parse(json: &'static str) -> Option<Vec<Include<'static>>> {
    let set: ValueSet<'static> = serde_json::from_str(json).ok()?;
    set.compose
        .include
        .into_iter()
        .map(|include| {
            let is_a = |f: &Filter<'_>| f.property == "concept" && f.op == "is-a";
            include.filter.iter().all(is_a).then(|| Include {
                system: include.system,
                codes: include.concept.iter().map(|c| c.code).collect(),
                families: include.filter.iter().map(|f| f.value).collect(),
            })
        })
        .collect()
}
