//! Records of treatments: from when to when, for what, and whether of a depot form.

use super::element::Node;
use super::known::Known;
use super::lexicon::{LEXICON, begins_any, has_any, is_one_of};
use super::reason::{Reason, reason};
use super::record::Record;
use super::told::Told;
use crate::catalogue::FactId;
use crate::chart::Coding;
use crate::codes::system::HCPCS;
use crate::date::PartialDate;
use crate::facts::{Aside, Evidence, FactsBuilder, NotRead, NotReadWhy, Says, TreatmentRecord};
use crate::treatments::{Class, Treatment};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Elements that hold the time in which a treatment was given, as periods and as days.
const PERIODS: &[&str] = &[
    "effectivePeriod",
    "occurrencePeriod",
    // R5 writes it so for a MedicationAdministration.
    "occurencePeriod",
    "performedPeriod",
];
const DAYS: &[&str] = &[
    "effectiveDateTime",
    "occurrenceDateTime",
    "occurenceDateTime",
    "performedDateTime",
    "whenHandedOver",
    "whenPrepared",
    "authoredOn",
    "dateAsserted",
];

/// Elements that say when a status came about; of what has a period, the day on which somebody said so is one too.
const STATUS_DAYS: &[&str] = &["statusChanged", "dateAsserted"];

/// The time of a record.
struct Time {
    from: Option<PartialDate>,
    until: Option<PartialDate>,
    /// Its own day: its end if that has come.
    day: Option<PartialDate>,
    unread: bool,
}

/// A date that is written, or that it cannot be read.
fn date(node: Node<'_>, key: &str) -> Option<Option<PartialDate>> {
    let text = node.text(key).map(str::trim).filter(|text| !text.is_empty())?;
    Some(PartialDate::parse(text))
}

impl Time {
    fn of(node: Node<'_>, says: Says, as_of: Date) -> Self {
        let supply = node
            .get("dispenseRequest")
            .and_then(|request| request.get("validityPeriod"));
        let period = PERIODS.iter().find_map(|key| node.get(key)).or(supply);
        let written = |key: &&str| date(node, key);
        let start = period.and_then(|period| date(period, "start"));
        let end = period.and_then(|period| date(period, "end"));
        let mut days = DAYS.iter().filter_map(written);
        let first = start.or_else(|| days.next());
        let unread = [first, end].contains(&Some(None));
        let (from, until) = (first.flatten(), end.flatten());
        let has_come = |day: &PartialDate| day.earliest() <= as_of;
        let is_over = matches!(says, Says::Completed | Says::Stopped | Says::NotGiven);
        let status = || {
            let known = STATUS_DAYS.iter().take(if period.is_some() { 2 } else { 1 });
            known.filter_map(written).flatten().find(has_come)
        };
        let day = match until {
            Some(end) if has_come(&end) || matches!(says, Says::Dose | Says::Done) => Some(end),
            _ if is_over => status().or(from),
            _ => from,
        };
        Self {
            from: from.or(day),
            until,
            day,
            unread: unread && day.is_none(),
        }
    }
}

/// Adds what a record tells of treatments; `names` are the texts by which it names them.
pub(super) fn treated(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    treatments: &BTreeSet<Treatment>,
    told: Told,
    record: &Record<'_>,
    (codings, names, recorded): (&[Coding<'_>], &[&str], &str),
) {
    let (says, note) = match told {
        Told::Never => return,
        Told::Says(says) => (says, None),
        Told::Shown(note, aside) => (Says::Running, Some((note, aside))),
    };
    let time = Time::of(record.node, says, known.as_of);
    let mut evidence = dated(known.as_of, says, record, recorded);
    let reason = reason(&known.diagnoses, known.codes, record);
    let note = note.or_else(|| {
        let other = "given for another diagnosis".to_owned();
        reason.is_another.then_some((other, Aside::SetAside))
    });
    if let Some((note, aside)) = note {
        evidence.notes.push(note);
        evidence.aside = aside;
        show_treatment(facts, treatments, &evidence, reason);
        return;
    }
    let named_depot = is_depot(codings, names);
    for treatment in treatments {
        let always = is_one_of(treatment.as_str(), &LEXICON.depot.always);
        facts.treatment(TreatmentRecord {
            treatments: [*treatment].into(),
            says,
            depot: treatment.is_analogue() && (always || named_depot),
            from: time.from,
            until: time.until,
            reason: reason.text.clone(),
            evidence: evidence.clone(),
        });
    }
}

/// The evidence of a record of a treatment, of the day that the treatment is of.
pub(super) fn dated(as_of: Date, says: Says, record: &Record<'_>, recorded: &str) -> Evidence {
    let time = Time::of(record.node, says, as_of);
    let mut evidence = Evidence {
        effective: time.day,
        date_unread: time.unread,
        ..record.evidence(recorded)
    };
    if time.unread {
        evidence.notes.push("the date cannot be read".into());
    }
    evidence
}

/// Shows a record beside the facts that it would have decided; an operation for another diagnosis is one that was
/// not read.
fn show_treatment(
    facts: &mut FactsBuilder,
    treatments: &BTreeSet<Treatment>,
    evidence: &Evidence,
    reason: Reason,
) {
    if treatments
        .iter()
        .any(|treatment| treatment.class() == Class::Systemic)
    {
        facts.shown(FactId::PriorSystemicTherapy, evidence.clone());
    }
    if treatments.iter().any(|treatment| treatment.is_analogue()) {
        facts.shown(FactId::OnSsa, evidence.clone());
    }
    let local = treatments
        .iter()
        .find(|treatment| treatment.class() != Class::Systemic);
    if let Some(treatment) = local.filter(|_| reason.is_another) {
        facts.not_read(NotRead {
            reference: evidence.reference.clone(),
            what: format!("{}, for another diagnosis", treatment.label()),
            date: evidence.effective,
            why: NotReadWhy::OtherTumour,
        });
    }
}

/// Whether what is given is named, or coded, as a depot form.
fn is_depot(codings: &[Coding<'_>], names: &[&str]) -> bool {
    let mut coded = codings.iter().filter_map(|coding| coding.code_in(HCPCS));
    coded.any(|code| is_one_of(code, &LEXICON.depot.codes)) || names.iter().any(|name| names_depot(name))
}

fn names_depot(name: &str) -> bool {
    let mut text = name.to_lowercase();
    for no in &LEXICON.depot.not {
        for between in ["-", " "] {
            text = text.replace(&format!("{no}{between}depot"), "");
        }
    }
    has_any(&text, &LEXICON.depot.named) || begins_any(&text, &LEXICON.depot.beginnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depot_form_is_one_by_name() {
        for name in [
            "Sandostatin LAR 30 mg",
            "Sandostatin LAR Monatsdepot 30 mg",
            "octreotide long-acting release",
            "Octreotid Depotsuspension",
            "octreotide 20 MG Extended Release Suspension",
            "Signifor LAR",
            "Injection, octreotide, depot form for intramuscular injection, 1 mg",
        ] {
            assert!(names_depot(name), "{name}");
        }
        for name in [
            "octreotide",
            "Sandostatin 100 mcg",
            "Injection, octreotide, non-depot form for subcutaneous or intravenous injection, 25 mcg",
            "Octreotid, kein Depot",
            "Larynx",
            "Mycapssa delayed-release capsule",
        ] {
            assert!(!names_depot(name), "{name}");
        }
    }
}
