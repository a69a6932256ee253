//! Packs and a site's own codes: FHIR ConceptMaps from systems, texts and names to the codes that are read.

use super::fault::MapFault;
use super::local::{Home, Local, escaped, folded};
use super::meaning::{Meaning, Named};
use super::standard::{Standard, treatment};
use super::system::{self, Plain, canonical, plain};
use super::table::SETS;
use super::traps::trap;
use crate::catalogue::id::FactId;
use crate::catalogue::known::Catalogue;
use crate::facts::System;
use crate::treatments::Treatment;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The property of a target that holds only under a method.
const METHOD: &str = "http://hl7.org/fhir/StructureDefinition/Observation#Observation.method";

/// Facts that a code of a pack states of a Procedure alone; Procedures are asked for whole.
const DONE: &[FactId] = &[
    FactId::PrimaryResected,
    FactId::PriorPancreaticoduodenectomy,
    FactId::BilioentericAnastomosis,
    FactId::PriorSystemicTherapy,
];

/// The extension of an element that stands for a category with all codes below it, which begin with its code.
const CATEGORY: &str = "https://pnet-cds.github.io/fhir/StructureDefinition/whole-category";

/// Whose maps are read.
#[derive(Clone, Copy)]
pub(super) enum Whose<'p> {
    Pack,
    /// A site's, over the packs and the codes of its own facts: what they mean is not a map's to change.
    Site(&'p [Arc<Local>]),
}

/// Reads all maps, or says all that is wrong with them.
pub(super) fn load<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    standard: &Standard,
    whose: Whose<'_>,
    catalogue: &Catalogue,
) -> Result<Local, Vec<MapFault>> {
    let mut loader = Loader {
        standard,
        whose,
        catalogue,
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
    whose: Whose<'s>,
    catalogue: &'s Catalogue,
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
        let source = SourceCode {
            system: source,
            code,
            whole: whole_category(element),
        };
        for (position, to) in list(element, "target").iter().enumerate() {
            self.target(&at.under("target", position), source, target, to);
        }
        let says_none = element.get("noMap").and_then(Value::as_bool) == Some(true);
        match list(element, "target") {
            [] if says_none => self.local.excludes(source.system, code, source.whole),
            [] => self.fault(at, "no target"),
            _ => {}
        }
    }

    fn target(&mut self, at: &At<'_>, source: SourceCode<'_>, system: &str, target: &Value) {
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
        if !list(target, "product").is_empty() {
            return self.fault(at, "`product` is not read");
        }
        let by_who = match list(target, "dependsOn") {
            [] => false,
            [on] if text(on, "property") == Some(METHOD) && text(on, "value") == Some("who") => true,
            _ => return self.fault(at, "`dependsOn` is not read, but for a method that is `who`"),
        };
        let Some(code) = text(target, "code") else {
            return self.fault(at, "no target code");
        };
        let meanings = self
            .meanings(system, code)
            .and_then(|meanings| match meanings.as_slice() {
                _ if !by_who => Ok(meanings),
                [Meaning::Word(word)] if FactId::GradeRecorded.word(word).is_some() => {
                    Ok(vec![Meaning::WhoGrade(word)])
                }
                _ => Err(format!(
                    "`{code}` is no grade, which alone can depend on the method"
                )),
            });
        match meanings {
            Ok(meanings) => self.map(at, source, (system, code), meanings),
            Err(what) => self.fault(at, what),
        }
    }

    /// What a target code means.
    fn meanings(&self, system: &str, code: &str) -> Result<Vec<Meaning>, String> {
        match system {
            system::FACTS => match (self.catalogue.parse(code), self.whose) {
                (Some(fact), Whose::Site(_)) => Ok(vec![Meaning::Fact(fact)]),
                // A code of the world is none of the project's own, which are of this tumour by themselves.
                (Some(fact), Whose::Pack) => Ok(vec![Meaning::Asks(fact)]),
                (None, _) => Err(format!("`{code}` is no fact")),
            },
            system::FACT_VALUES => {
                if let Some(system) = System::parse(code) {
                    return Ok(vec![Meaning::Under(system)]);
                }
                let mut words = self.catalogue.facts().flat_map(|fact| &fact.info().words);
                match words.find(|word| *word == code) {
                    Some(word) => Ok(vec![Meaning::Word(word)]),
                    None => Err(format!("`{code}` is no word of a fact")),
                }
            }
            system::TREATMENTS => match Treatment::parse(code) {
                Some(found) => Ok(vec![treatment(found)]),
                None => Err(format!("`{code}` is no treatment")),
            },
            system::VALUE_SETS => match SETS.iter().find(|(id, ..)| *id == code) {
                Some((.., meanings)) => Ok(meanings.to_vec()),
                None => Err(format!("`{code}` is no value set of the guide")),
            },
            system::DATA_ABSENT => Ok(vec![Meaning::NoAnswer]),
            _ => {
                let found = self.known(system, code);
                if found.is_empty() {
                    Err(format!("`{code}` of `{system}` is no code that is read"))
                } else {
                    Ok(found)
                }
            }
        }
    }

    /// What is known of a code before these maps.
    fn known(&self, system: &str, code: &str) -> Vec<Meaning> {
        let plain = Plain::of(system, code);
        let (_, exact, families) = self.standard.look_up(&plain);
        let before = match self.whose {
            Whose::Site(maps) => maps,
            Whose::Pack => &[],
        };
        let before = before.iter().flat_map(|map| map.look_up(&plain));
        exact
            .iter()
            .chain(families.into_iter().flatten())
            .chain(before)
            .copied()
            .collect()
    }

    fn map(&mut self, at: &At<'_>, source: SourceCode<'_>, target: (&str, &str), meanings: Vec<Meaning>) {
        let system = canonical(source.system);
        let code = match system {
            system::TEXT | system::NAME => folded(source.code),
            _ => plain(system, source.code).into_owned(),
        };
        if let Some(is) = trap(system, &code) {
            return self.fault(at, format!("`{}` is {is}", source.code));
        }
        // What a standard code means already is not a site's to change.
        let known = self.known(system, &code);
        let fits = |new: &Meaning| {
            known.contains(new)
                || known.iter().any(|old| match (old, new) {
                    (Meaning::Asks(a) | Meaning::Names(Named::Presence(a)), Meaning::Fact(b)) => a == b,
                    _ => false,
                })
        };
        if !known.is_empty() {
            if !meanings.iter().all(fits) {
                self.fault(at, format!("`{}` already has another meaning", source.code));
            }
            return;
        }
        if system == system::NAME
            && !meanings
                .iter()
                .all(|m| matches!(m, Meaning::Drug(_) | Meaning::Treats(_)))
        {
            return self.fault(
                at,
                format!("`{}` is a name, and its target no treatment", source.code),
            );
        }
        let key = (system.to_owned(), code);
        let mapped = Mapped {
            target: (target.0.to_owned(), plain(target.0, target.1).into_owned()),
            meanings,
            place: format!("{} {}", at.file, at.path),
        };
        let before = self.seen.entry(key.clone()).or_default();
        let contradiction = before
            .iter()
            .find_map(|old| contradicts(old, &mapped, self.catalogue));
        if let Some(what) = contradiction {
            return self.fault(at, format!("`{}` {what}", source.code));
        }
        let is_done = matches!(self.whose, Whose::Pack)
            && mapped
                .meanings
                .iter()
                .all(|meaning| matches!(meaning, Meaning::Asks(fact) if DONE.contains(fact)));
        if !matches!(system, system::TEXT | system::NAME) && !is_done {
            // No server knows which codes a category holds.
            let code = if source.whole {
                String::new()
            } else {
                escaped(source.code)
            };
            let token = format!("{}|{code}", source.system);
            for home in homes(self.standard, self.catalogue, &mapped.target) {
                self.local.searched(home, token.clone());
            }
        }
        self.local.means(&key.0, key.1, source.whole, &mapped.meanings);
        before.push(mapped);
    }
}

/// What is mapped: a code of a system, or every code that begins with it.
#[derive(Debug, Clone, Copy)]
struct SourceCode<'e> {
    system: &'e str,
    code: &'e str,
    whole: bool,
}

/// Whether an element stands for every code of the system that begins with its own.
fn whole_category(element: &Value) -> bool {
    list(element, "extension").iter().any(|extension| {
        text(extension, "url") == Some(CATEGORY)
            && extension.get("valueBoolean").and_then(Value::as_bool) == Some(true)
    })
}

fn is_our_own(system: &str) -> bool {
    matches!(system, system::FACTS | system::FACT_VALUES | system::TREATMENTS)
}

/// What two targets of one code contradict each other in.
fn contradicts(old: &Mapped, new: &Mapped, catalogue: &Catalogue) -> Option<String> {
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
        && let Some(fact) = catalogue
            .facts()
            .find(|fact| fact.word(first).is_some() && fact.word(second).is_some())
    {
        return Some(format!("is mapped to `{first}` and `{second}` of `{fact}`"));
    }
    None
}

/// What a target is searched with.
fn homes(standard: &Standard, catalogue: &Catalogue, (system, code): &(String, String)) -> Vec<Home> {
    if system == system::FACTS {
        return catalogue.parse(code).map(Home::Fact).into_iter().collect();
    }
    if system == system::VALUE_SETS {
        let set = SETS.iter().find(|(id, ..)| id == code);
        return set.map(|(id, ..)| Home::Set(id)).into_iter().collect();
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
    let of_fact = |fact: &&FactId| {
        let mut codes = fact.info().codes.iter();
        codes.any(|of| canonical(&of.system) == system && plain(system, &of.code) == *code)
    };
    let site = catalogue.site().iter().filter(of_fact).copied();
    sets.into_iter()
        .map(Home::Set)
        .chain(site.map(Home::Fact))
        .collect()
}

#[cfg(test)]
mod tests;
