//! A site's own codes: FHIR ConceptMaps from its systems and texts to the codes that are read.

use super::system::{self, canonical, plain};
use super::{Coding, Meaning, Named, Standard};
use crate::catalogue::FactId;
use crate::facts::System;
use crate::treatments::Treatment;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// What is wrong with a ConceptMap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapFault {
    /// The file's name.
    pub file: String,
    /// The line, where the file is no JSON.
    pub line: Option<usize>,
    /// Where in the resource, as `group[0].element[2]`; empty for the whole.
    pub path: String,
    /// What is wrong, in our words.
    pub what: String,
}

impl fmt::Display for MapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Codes that look like a fact and are not: public lists give some of them a wrong name.
const TRAPS: &[(&str, &str, &str)] = &[
    (system::LOINC, "85319-2", "HER2, not Ki-67"),
    (system::LOINC, "3126-0", "vasopressin, not VIP"),
    (system::LOINC, "15061-5", "erythropoietin, not somatostatin"),
    (system::LOINC, "10471-1", "chromogranin A in tissue, not in serum"),
    (system::LOINC, "44695-5", "mitoses of a melanoma"),
    (system::LOINC, "85300-2", "a score, not a count of mitoses"),
    (system::HCPCS, "A9593", "a PSMA tracer"),
];

/// Whether the code looks like a fact and is not.
pub(crate) fn is_trap(coding: &Coding<'_>) -> bool {
    let named = canonical(coding.system.as_deref().unwrap_or_default());
    let code = plain(named, coding.code.as_deref().unwrap_or_default());
    TRAPS
        .iter()
        .any(|(system, trap, _)| *system == named && *trap == code)
}

/// What a mapped code is searched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    Fact(FactId),
    Set(&'static str),
}

/// What a site maps.
#[derive(Debug, Default)]
pub(super) struct Local {
    codes: HashMap<String, HashMap<String, Vec<Meaning>>>,
    texts: HashMap<String, Vec<Meaning>>,
    tokens: Vec<(Home, String)>,
}

impl Local {
    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.texts.is_empty()
    }

    pub(super) fn look_up(&self, system: &str, code: &str) -> &[Meaning] {
        let found = match canonical(system) {
            system::TEXT if self.texts.is_empty() => None,
            system::TEXT => self.texts.get(&folded(code)),
            system => self
                .codes
                .get(system)
                .and_then(|codes| codes.get(plain(system, code).as_ref())),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The tokens of the codes that are mapped to one of these sets or facts.
    pub(super) fn tokens(&self, sets: &[&str], facts: &[FactId]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (home, token) in &self.tokens {
            let wanted = match home {
                Home::Fact(fact) => facts.contains(fact),
                Home::Set(set) => sets.contains(set),
            };
            if wanted && !found.contains(token) {
                found.push(token.clone());
            }
        }
        found
    }
}

/// A text in the form in which it is compared.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A code as it is written in a search parameter.
fn escaped(code: &str) -> String {
    let mut written = String::new();
    for letter in code.chars() {
        if matches!(letter, '\\' | ',' | '|' | '$') {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

/// Reads all maps, or says all that is wrong with them.
pub(super) fn load(files: &BTreeMap<String, String>, standard: &Standard) -> Result<Local, Vec<MapFault>> {
    let mut loader = Loader {
        standard,
        local: Local::default(),
        seen: BTreeMap::new(),
        faults: Vec::new(),
    };
    for (file, json) in files {
        loader.file(file, json);
    }
    if loader.faults.is_empty() {
        Ok(loader.local)
    } else {
        Err(loader.faults)
    }
}

/// Where something stands.
struct At<'f> {
    file: &'f str,
    path: String,
}

impl<'f> At<'f> {
    fn under(&self, key: &str, position: usize) -> At<'f> {
        let dot = if self.path.is_empty() { "" } else { "." };
        At {
            file: self.file,
            path: format!("{}{dot}{key}[{position}]", self.path),
        }
    }
}

struct Loader<'s> {
    standard: &'s Standard,
    local: Local,
    /// Every mapping so far, by source system and code, with the file and path of each.
    seen: BTreeMap<(String, String), Vec<Mapped>>,
    faults: Vec<MapFault>,
}

/// One target of a code.
struct Mapped {
    target: (String, String),
    meanings: Vec<Meaning>,
    place: String,
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value
        .get(key)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

impl Loader<'_> {
    fn fault(&mut self, at: &At<'_>, what: impl Into<String>) {
        self.faults.push(MapFault {
            file: at.file.to_owned(),
            line: None,
            path: at.path.clone(),
            what: what.into(),
        });
    }

    fn file(&mut self, file: &str, json: &str) {
        let at = At {
            file,
            path: String::new(),
        };
        let map: Value = match serde_json::from_str(json) {
            Ok(map) => map,
            Err(error) => {
                self.faults.push(MapFault {
                    file: file.to_owned(),
                    line: Some(error.line()),
                    path: String::new(),
                    what: "not JSON".into(),
                });
                return;
            }
        };
        if text(&map, "resourceType") != Some("ConceptMap") {
            return self.fault(&at, "not a ConceptMap");
        }
        for key in ["modifierExtension", "implicitRules"] {
            if map.get(key).is_some() {
                self.fault(&at, format!("`{key}` is not understood"));
            }
        }
        if text(&map, "status") == Some("retired") {
            self.fault(&at, "the map is retired");
        }
        let groups = list(&map, "group");
        if groups.is_empty() {
            self.fault(&at, "no group");
        }
        for (position, group) in groups.iter().enumerate() {
            self.group(&at.under("group", position), group);
        }
    }

    fn group(&mut self, at: &At<'_>, group: &Value) {
        if group.get("unmapped").is_some() {
            self.fault(at, "`unmapped` is not read: what is not mapped stays unknown");
        }
        let source = text(group, "source");
        let target = text(group, "target").map(canonical);
        let source = match source {
            None => {
                self.fault(at, "no source system");
                None
            }
            Some(source) if is_our_own(canonical(source)) => {
                self.fault(at, "the project's own codes cannot be mapped");
                None
            }
            source => source,
        };
        if target.is_none() {
            self.fault(at, "no target system");
        }
        if list(group, "element").is_empty() {
            self.fault(at, "no element");
        }
        if let (Some(source), Some(target)) = (source, target) {
            for (position, element) in list(group, "element").iter().enumerate() {
                self.element(&at.under("element", position), source, target, element);
            }
        }
    }

    fn element(&mut self, at: &At<'_>, source: &str, target: &str, element: &Value) {
        let Some(code) = text(element, "code") else {
            return self.fault(at, "no code");
        };
        for (position, to) in list(element, "target").iter().enumerate() {
            self.target(&at.under("target", position), (source, code), target, to);
        }
        let says_none = element.get("noMap").and_then(Value::as_bool) == Some(true);
        if list(element, "target").is_empty() && !says_none {
            self.fault(at, "no target");
        }
    }

    fn target(&mut self, at: &At<'_>, source: (&str, &str), system: &str, target: &Value) {
        let relation = text(target, "equivalence").or_else(|| text(target, "relationship"));
        match relation {
            // The target is as wide as the source or wider: what is coded is a case of the target.
            Some("equal" | "equivalent" | "wider" | "subsumes" | "source-is-narrower-than-target") => {}
            Some("unmatched" | "disjoint" | "not-related-to") => return,
            Some(other) => {
                let what = format!(
                    "`{other}` does not say that the code is a case of its target: `equal`, `equivalent` or `wider` does"
                );
                return self.fault(at, what);
            }
            None => return self.fault(at, "no equivalence"),
        }
        for key in ["dependsOn", "product"] {
            if !list(target, key).is_empty() {
                return self.fault(at, format!("`{key}` is not read"));
            }
        }
        let Some(code) = text(target, "code") else {
            return self.fault(at, "no target code");
        };
        match self.meanings(system, code) {
            Ok(meanings) => self.map(at, source, (system, code), meanings),
            Err(what) => self.fault(at, what),
        }
    }

    /// What a target code means.
    fn meanings(&self, system: &str, code: &str) -> Result<Vec<Meaning>, String> {
        match system {
            system::FACTS => match FactId::parse(code) {
                Some(fact) => Ok(vec![Meaning::Fact(fact)]),
                None => Err(format!("`{code}` is no fact")),
            },
            system::FACT_VALUES => {
                if let Some(system) = System::parse(code) {
                    return Ok(vec![Meaning::Under(system)]);
                }
                let mut words = FactId::ALL.iter().flat_map(|fact| &fact.info().words);
                match words.find(|word| *word == code) {
                    Some(word) => Ok(vec![Meaning::Word(word)]),
                    None => Err(format!("`{code}` is no word of a fact")),
                }
            }
            system::TREATMENTS => match Treatment::parse(code) {
                Some(found) => Ok(vec![super::treatment(found)]),
                None => Err(format!("`{code}` is no treatment")),
            },
            _ => {
                let (_, exact, families) = self.standard.look_up(system, code);
                let found: Vec<Meaning> = exact
                    .iter()
                    .copied()
                    .chain(families.into_iter().flatten().copied())
                    .collect();
                if found.is_empty() {
                    Err(format!("`{code}` of `{system}` is no code that is read"))
                } else {
                    Ok(found)
                }
            }
        }
    }

    fn map(&mut self, at: &At<'_>, source: (&str, &str), target: (&str, &str), meanings: Vec<Meaning>) {
        let system = canonical(source.0);
        let code = if system == system::TEXT {
            folded(source.1)
        } else {
            plain(system, source.1).into_owned()
        };
        if let Some((.., is)) = TRAPS.iter().find(|(s, c, _)| *s == system && *c == code) {
            return self.fault(at, format!("`{}` is {is}", source.1));
        }
        // What a standard code means already is not a site's to change.
        let (_, exact, families) = self.standard.look_up(system, &code);
        let known: Vec<Meaning> = exact
            .iter()
            .copied()
            .chain(families.into_iter().flatten().copied())
            .collect();
        let fits = |new: &Meaning| {
            known.contains(new)
                || known.iter().any(|old| match (old, new) {
                    (Meaning::Asks(a) | Meaning::Names(Named::Presence(a)), Meaning::Fact(b)) => a == b,
                    _ => false,
                })
        };
        if !known.is_empty() {
            if !meanings.iter().all(fits) {
                self.fault(at, format!("`{}` already has another meaning", source.1));
            }
            return;
        }
        let key = (system.to_owned(), code);
        let mapped = Mapped {
            target: (target.0.to_owned(), plain(target.0, target.1).into_owned()),
            meanings,
            place: format!("{} {}", at.file, at.path),
        };
        let before = self.seen.entry(key.clone()).or_default();
        let contradiction = before.iter().find_map(|old| contradicts(old, &mapped));
        if let Some(what) = contradiction {
            return self.fault(at, format!("`{}` {what}", source.1));
        }
        let homes = homes(self.standard, &mapped.target);
        if key.0 == system::TEXT {
            self.local
                .texts
                .entry(key.1)
                .or_default()
                .extend(&mapped.meanings);
        } else {
            for home in homes {
                let token = format!("{}|{}", source.0, escaped(source.1));
                self.local.tokens.push((home, token));
            }
            let codes = self.local.codes.entry(key.0).or_default();
            codes.entry(key.1).or_default().extend(&mapped.meanings);
        }
        before.push(mapped);
    }
}

fn is_our_own(system: &str) -> bool {
    matches!(system, system::FACTS | system::FACT_VALUES | system::TREATMENTS)
}

/// What two targets of one code contradict each other in.
fn contradicts(old: &Mapped, new: &Mapped) -> Option<String> {
    if old.target == new.target {
        return Some(format!("is mapped twice, first in {}", old.place));
    }
    let facts = |mapped: &Mapped| -> Vec<FactId> {
        let asked = mapped.meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Fact(fact) | Meaning::Asks(fact) => Some(*fact),
            _ => None,
        });
        asked.collect()
    };
    let word = |mapped: &Mapped| match mapped.meanings.as_slice() {
        [Meaning::Word(word)] => Some(*word),
        _ => None,
    };
    let (old_facts, new_facts) = (facts(old), facts(new));
    if !old_facts.is_empty() && !new_facts.is_empty() && old_facts != new_facts {
        return Some(format!("is mapped to more than one fact, also in {}", old.place));
    }
    for (facts, word) in [(&old_facts, word(new)), (&new_facts, word(old))] {
        if let Some(word) = word
            && let Some(fact) = facts.iter().find(|fact| fact.word(word).is_none())
        {
            return Some(format!("is mapped to `{fact}`, which has no word `{word}`"));
        }
    }
    if let (Some(first), Some(second)) = (word(old), word(new))
        && let Some(fact) = FactId::ALL
            .iter()
            .find(|fact| fact.word(first).is_some() && fact.word(second).is_some())
    {
        return Some(format!("is mapped to `{first}` and `{second}` of `{fact}`"));
    }
    None
}

/// What a target is searched with.
fn homes(standard: &Standard, (system, code): &(String, String)) -> Vec<Home> {
    if system == system::FACTS {
        return FactId::parse(code).map(Home::Fact).into_iter().collect();
    }
    let is_it = |token: &String| {
        token
            .rsplit_once('|')
            .is_some_and(|(s, c)| canonical(s) == system && plain(system, c) == *code)
    };
    let mut sets: Vec<&'static str> = standard
        .tokens
        .iter()
        .filter(|(_, tokens)| tokens.iter().any(is_it))
        .map(|(set, _)| *set)
        .collect();
    sets.sort_unstable();
    sets.into_iter().map(Home::Set).collect()
}

#[cfg(test)]
mod tests;
