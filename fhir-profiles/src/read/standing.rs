//! Whether a Condition stands: its two statuses, its abatement, and the certainty that stands beside its code.

use super::element::Node;
use crate::codes::{Coding, system};
use crate::date::PartialDate;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What the two statuses of a Condition come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Now,
    /// It was there: inactive, in remission, resolved.
    Past(&'static str),
    Refuted,
    /// It was there; whether it still is, its own elements contradict each other.
    Disputed(&'static str),
    /// No evidence either way.
    Unsure(&'static str),
    /// No evidence either way, and nobody knows why: what it says of itself is of a list that is not known.
    NotUnderstood(&'static str),
}

impl Standing {
    /// Whether it was there on some day, whatever has become of it.
    pub(super) fn was_there(self) -> bool {
        matches!(self, Self::Now | Self::Past(_) | Self::Disputed(_))
    }
}

/// A national list of how certain a diagnosis is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    system: String,
    #[serde(default)]
    confirmed: Vec<String>,
    #[serde(default)]
    suspected: Vec<String>,
    #[serde(default)]
    excluded: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    list: Vec<List>,
}

static LISTS: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../../facts/statuses.toml")).unwrap_or_default());

/// What one coding of a status says.
enum Said {
    /// A word of FHIR's own list, or in the place of one.
    Word(String),
    National(Certainty),
    Foreign,
}

fn said(coding: &Coding<'_>, own: &'static str) -> Said {
    let word = coding.code_in(own).or(coding.code_in(system::TEXT));
    if let Some(word) = word.or(coding.code_without_system()) {
        return Said::Word(word.to_lowercase());
    }
    match Certainty::of(coding) {
        Some(certainty) => Said::National(certainty),
        None => Said::Foreign,
    }
}

/// What a status says in words of FHIR's own list, by coding, as plain text, or as the bare string of older releases,
/// and in national ones. A code of a list that is not known says nothing beside one that is, and is not understood
/// alone.
fn status(node: Node<'_>, key: &str, own: &'static str) -> (Vec<String>, BTreeSet<Certainty>) {
    let (mut words, mut certainties) = (Vec::new(), BTreeSet::new());
    let Some(status) = node.get(key) else {
        return (words, certainties);
    };
    for coding in status.codings() {
        match said(&coding, own) {
            Said::Word(word) => words.push(word),
            Said::National(certainty) => _ = certainties.insert(certainty),
            Said::Foreign => {}
        }
    }
    if words.is_empty() && certainties.is_empty() {
        let text = status.texts().next().or_else(|| status.as_text());
        words.push(text.unwrap_or("not understood").trim().to_lowercase());
    }
    (words, certainties)
}

/// How certain a diagnosis is, in a national list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    Confirmed,
    StatusAfter,
    Excluded,
    Suspected,
    NotUnderstood,
}

impl Certainty {
    fn of(coding: &Coding<'_>) -> Option<Self> {
        let in_list = |list: &'static List| list.certainty(coding.code_in(&list.system)?);
        LISTS.list.iter().find_map(in_list)
    }
}

impl List {
    fn certainty(&self, code: &str) -> Option<Certainty> {
        let has = |codes: &[String]| codes.iter().any(|known| known.eq_ignore_ascii_case(code));
        let all = [
            (&self.confirmed, Certainty::Confirmed),
            (&self.suspected, Certainty::Suspected),
            (&self.excluded, Certainty::Excluded),
            (&self.after, Certainty::StatusAfter),
        ];
        let listed = all.into_iter().find(|(codes, _)| has(codes));
        listed.map(|(_, certainty)| certainty)
    }
}

/// The certainties that the codings carry: A, G, V or Z, where the extension itself says of which list.
///
/// Source: `http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit`.
fn certainties(code: Node<'_>) -> BTreeSet<Certainty> {
    let read = |extension: Node<'_>| {
        let concept = extension.get("valueCodeableConcept");
        let coding = extension
            .get("valueCoding")
            .or(concept.and_then(|concept| concept.get("coding")));
        let coding = coding.map(Node::as_coding).unwrap_or_default();
        let letter = coding.code_without_system().or(extension.text("valueCode"));
        let by_extension = || LISTS.list.first()?.certainty(letter?.trim());
        Certainty::of(&coding)
            .or_else(by_extension)
            .unwrap_or(Certainty::NotUnderstood)
    };
    let carriers = code.all("coding").chain([code]);
    carriers
        .filter_map(|coding| coding.extension("icd-10-gm-diagnosesicherheit"))
        .map(read)
        .collect()
}

/// Whether an abatement is recorded that has come about by the day of evaluation.
fn abated(node: Node<'_>, as_of: Date) -> bool {
    let begun = |text: Option<&str>| {
        let date = text.and_then(|text| PartialDate::parse(text.trim()));
        date.is_none_or(|date| date.earliest() <= as_of)
    };
    let by_period = node
        .get("abatementPeriod")
        .map(|period| begun(period.text("end").or_else(|| period.text("start"))));
    by_period
        .or_else(|| node.flag("abatementBoolean"))
        .or_else(|| node.text("abatementDateTime").map(|text| begun(Some(text))))
        .unwrap_or_else(|| {
            ["abatementString", "abatementAge", "abatementRange"]
                .iter()
                .any(|key| node.has(key))
        })
}

/// The day of the abatement, where one is written.
pub(super) fn abatement(node: Node<'_>) -> Option<PartialDate> {
    let day = |text: &str| PartialDate::parse(text.trim());
    let period = node.get("abatementPeriod");
    node.text("abatementDateTime")
        .or_else(|| period.and_then(|period| period.text("end").or_else(|| period.text("start"))))
        .and_then(day)
}

/// What the two statuses, an abatement and the certainty beside the code come to; where they contradict each other, the
/// more cautious counts. Interpretation I40. `None` for an entry made in error.
pub(super) fn standing(node: Node<'_>, as_of: Date) -> Option<Standing> {
    let (verification, national) = status(node, "verificationStatus", system::VERIFICATION);
    let own = by_status(node, &verification, as_of)?;
    let mut certainties = node.get("code").map(certainties).unwrap_or_default();
    certainties.extend(national);
    let has = |certainty| certainties.contains(&certainty);
    let is_stated = !verification.is_empty();
    let contradiction =
        Standing::Unsure("verification status and diagnostic certainty contradict each other");
    Some(match own {
        Standing::Unsure(_) | Standing::NotUnderstood(_) => own,
        _ if has(Certainty::NotUnderstood) => {
            Standing::NotUnderstood("the diagnostic certainty is not understood")
        }
        _ if has(Certainty::Suspected) => Standing::Unsure("suspected"),
        Standing::Refuted if certainties.iter().all(|c| *c == Certainty::Excluded) => own,
        Standing::Refuted => contradiction,
        _ if has(Certainty::Excluded) && (is_stated || certainties.len() > 1) => contradiction,
        _ if has(Certainty::Excluded) => Standing::Refuted,
        Standing::Now if has(Certainty::StatusAfter) => {
            if node.has("clinicalStatus") || has(Certainty::Confirmed) {
                Standing::Disputed("clinical status and diagnostic certainty contradict each other")
            } else {
                Standing::Past("no longer active")
            }
        }
        own => own,
    })
}

/// What the two statuses and an abatement say.
fn by_status(node: Node<'_>, verification: &[String], as_of: Date) -> Option<Standing> {
    let (clinical, _) = status(node, "clinicalStatus", system::CLINICAL);
    let says = |codes: &[String], wanted: &[&str]| codes.iter().any(|code| wanted.contains(&code.as_str()));
    if says(verification, &["entered-in-error"]) {
        return None;
    }
    let refuted = says(verification, &["refuted"]);
    let confirmed = verification.is_empty() || says(verification, &["confirmed"]);
    if refuted && !confirmed {
        return Some(Standing::Refuted);
    }
    if says(verification, &["unconfirmed", "provisional", "differential"]) {
        return Some(Standing::Unsure("not confirmed"));
    }
    if refuted || !confirmed {
        return Some(Standing::NotUnderstood(
            "the verification status is not understood",
        ));
    }
    let now = clinical.is_empty() || says(&clinical, &["active", "recurrence", "relapse"]);
    let past = says(&clinical, &["inactive", "remission", "resolved"]);
    Some(match (now, past) {
        (true, false) if !abated(node, as_of) => Standing::Now,
        (true, false) if clinical.is_empty() => Standing::Past("no longer active"),
        (true, false) => Standing::Disputed("active, and abated"),
        (false, true) => Standing::Past("no longer active"),
        _ => Standing::NotUnderstood("the clinical status is not understood"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_national_list_is_read() {
        let file: File = toml::from_str(include_str!("../../facts/statuses.toml")).unwrap();
        assert_eq!(file.list.len(), LISTS.list.len());
        for list in &file.list {
            assert_eq!(system::canonical(&list.system), list.system);
            assert!(!list.confirmed.is_empty(), "{}", list.system);
        }
    }
}
