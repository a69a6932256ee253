//! Whether a Condition stands: its two statuses, its abatement, and the certainty that stands beside its code.

use super::element::Node;
use crate::date::PartialDate;
use jiff::civil::Date;
use std::collections::BTreeSet;

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
}

impl Standing {
    /// Whether it was there on some day, whatever has become of it.
    pub(super) fn was_there(self) -> bool {
        matches!(self, Self::Now | Self::Past(_) | Self::Disputed(_))
    }
}

/// The code of a status: by coding, as plain text, or as the bare string of older releases.
fn status_codes(node: Node<'_>, key: &str) -> Vec<String> {
    let Some(status) = node.get(key) else {
        return Vec::new();
    };
    let mut said: Vec<String> = status
        .codings()
        .iter()
        .filter_map(|coding| coding.code.as_deref())
        .map(|code| code.trim().to_lowercase())
        .collect();
    if said.is_empty() {
        let text = status.text("text").or_else(|| status.as_text());
        said.push(text.unwrap_or("not understood").trim().to_lowercase());
    }
    said
}

/// How certain a diagnosis is, as the German modification of ICD-10 says it beside the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// G, gesichert.
    Confirmed,
    /// Z, Zustand nach.
    StatusAfter,
    /// A, ausgeschlossen.
    Excluded,
    /// V, Verdacht auf.
    Suspected,
    NotUnderstood,
}

/// The certainties that the codings carry.
///
/// Source: `http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit`.
fn certainties(code: Node<'_>) -> BTreeSet<Certainty> {
    code.all("coding")
        .chain([code])
        .filter_map(|coding| coding.extension("icd-10-gm-diagnosesicherheit"))
        .map(|extension| {
            let value = extension.get("valueCoding");
            let concept = extension.get("valueCodeableConcept");
            let coding = value.or_else(|| concept.and_then(|concept| concept.get("coding")));
            let letter = coding.and_then(|coding| coding.text("code"));
            match letter.or_else(|| extension.text("valueCode")).map(str::trim) {
                Some("G" | "g") => Certainty::Confirmed,
                Some("Z" | "z") => Certainty::StatusAfter,
                Some("A" | "a") => Certainty::Excluded,
                Some("V" | "v") => Certainty::Suspected,
                _ => Certainty::NotUnderstood,
            }
        })
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
/// more cautious (interpretation). `None` for an entry made in error.
pub(super) fn standing(node: Node<'_>, as_of: Date) -> Option<Standing> {
    let own = by_status(node, as_of)?;
    let certainties = node.get("code").map(certainties).unwrap_or_default();
    let has = |certainty| certainties.contains(&certainty);
    let is_stated = !status_codes(node, "verificationStatus").is_empty();
    let contradiction =
        Standing::Unsure("verification status and diagnostic certainty contradict each other");
    Some(match own {
        Standing::Unsure(_) => own,
        _ if has(Certainty::NotUnderstood) => Standing::Unsure("the diagnostic certainty is not understood"),
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
fn by_status(node: Node<'_>, as_of: Date) -> Option<Standing> {
    let verification = status_codes(node, "verificationStatus");
    let clinical = status_codes(node, "clinicalStatus");
    let says = |codes: &[String], wanted: &[&str]| codes.iter().any(|code| wanted.contains(&code.as_str()));
    if says(&verification, &["entered-in-error"]) {
        return None;
    }
    let refuted = says(&verification, &["refuted"]);
    let confirmed = verification.is_empty() || says(&verification, &["confirmed"]);
    if refuted && !confirmed {
        return Some(Standing::Refuted);
    }
    if says(&verification, &["unconfirmed", "provisional", "differential"]) {
        return Some(Standing::Unsure("not confirmed"));
    }
    if refuted || !confirmed {
        return Some(Standing::Unsure("the verification status is not understood"));
    }
    let now = clinical.is_empty() || says(&clinical, &["active", "recurrence", "relapse"]);
    let past = says(&clinical, &["inactive", "remission", "resolved"]);
    Some(match (now, past) {
        (true, false) if !abated(node, as_of) => Standing::Now,
        (true, false) if clinical.is_empty() => Standing::Past("no longer active"),
        (true, false) => Standing::Disputed("active, and abated"),
        (false, true) => Standing::Past("no longer active"),
        _ => Standing::Unsure("the clinical status is not understood"),
    })
}
