//! Procedures: what was completed stays done, by code or by name; what was not done is no evidence of absence.

use super::drugs::{as_given, drugs, is_drug};
use super::element::Node;
use super::known::Known;
use super::lexicon::{LEXICON, begins_any, has_any};
use super::orders::done;
use super::put::add;
use super::record::Record;
use super::told::{Told, known_status, no_evidence, no_evidence_of};
use super::treatment::treated;
use super::value::{self, Written};
use crate::catalogue::FactId;
use crate::chart::{Coding, Item, Narrow};
use crate::codes::{Codes, Meaning, Named};
use crate::facts::{FactsBuilder, Says, Source};
use crate::treatments::{Class, Treatment};
use jiff::ToSpan;
use std::collections::BTreeSet;

/// What a Procedure does.
#[derive(Default)]
struct Deed {
    /// What it is by itself.
    treatments: BTreeSet<Treatment>,
    /// Drugs that it gives, each of which is a dose.
    drugs: BTreeSet<Treatment>,
    resection: bool,
    whipple: bool,
    /// An anastomosis of the bile duct and the bowel.
    anastomosis: bool,
    dialysis: bool,
}

/// Whether a Procedure is read.
pub(super) fn is_read(narrow: &Narrow<'_>, codes: &Codes) -> bool {
    let texts: Vec<&str> = narrow.code.texts().collect();
    let by_code = narrow
        .code
        .codings
        .iter()
        .flat_map(|coding| codes.meanings(coding))
        .any(|meaning| {
            matches!(
                meaning,
                Meaning::Resection { .. }
                    | Meaning::Treats(_)
                    | Meaning::Drug(_)
                    | Meaning::Names(Named::Presence(FactId::RenalFailure))
                    | Meaning::Fact(
                        FactId::PrimaryResected
                            | FactId::PriorPancreaticoduodenectomy
                            | FactId::BilioentericAnastomosis
                            | FactId::RenalFailure
                    )
                    | Meaning::Asks(FactId::PriorSystemicTherapy | FactId::BilioentericAnastomosis)
            )
        });
    by_code
        || names_anastomosis(texts.iter().copied())
        || super::orders::may_be_named(&texts, codes)
        || !narrow.used.is_empty()
}

/// Whether a procedure is an anastomosis of the bile duct and the bowel by its wording.
pub(super) fn names_anastomosis<'t>(mut texts: impl Iterator<Item = &'t str>) -> bool {
    let known = &LEXICON.anastomosis;
    texts.any(|text| {
        let lower = text.to_lowercase();
        begins_any(&lower, &known.named) && !has_any(&lower, &known.not)
    })
}

/// Interpretation I37: days; dialysis longer ago says nothing of today, since an acute kidney injury may have passed.
const DIALYSIS: i32 = 90;

pub(super) fn procedure(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    item: &Item<'_>,
    mut record: Record<'_>,
) {
    record.date_by(
        &[
            "performedDateTime",
            "performedPeriod",
            "occurrenceDateTime",
            "occurrencePeriod",
        ],
        known.as_of,
    );
    let code = record.node.get("code");
    let recorded = code.and_then(Node::shown).unwrap_or_default();
    let codings = &item.narrow.code.codings;
    let names: Vec<&str> = item.narrow.code.texts().collect();
    let deed = deed(known.codes, item, &record, codings, &names);
    let stated = [
        (FactId::PrimaryResected, "yes", deed.resection),
        (FactId::PriorPancreaticoduodenectomy, "present", deed.whipple),
        (
            FactId::BilioentericAnastomosis,
            "present",
            deed.whipple || deed.anastomosis,
        ),
        (FactId::RenalFailure, "present", deed.dialysis),
    ];
    let ended = record
        .effective
        .and_then(|date| date.latest().checked_add(DIALYSIS.days()).ok());
    for (fact, word, _) in stated.into_iter().filter(|(.., named)| *named) {
        match record.status() {
            "completed" if fact == FactId::RenalFailure && ended.is_none_or(|end| end < known.as_of) => {
                let evidence = record.noted(recorded, "a dialysis that is not known to be recent");
                facts.shown(fact, evidence);
            }
            "completed" => add(facts, fact, word, Source::Procedure, record.evidence(recorded)),
            "entered-in-error" => {}
            status => {
                let note = no_evidence_of(known_status(status));
                facts.shown(fact, record.noted(recorded, note));
            }
        }
    }
    let of_liver = |treatment: &Treatment| treatment.as_str() == "liver-resection";
    if deed.resection || deed.treatments.iter().any(of_liver) {
        outcome(known.codes, facts, &record, !deed.treatments.iter().any(of_liver));
    }
    let no_more_said = deed.treatments.is_empty() && deed.drugs.is_empty();
    if no_more_said && codings.iter().any(|coding| is_systemic(known.codes, coding)) {
        systemic(facts, &record, recorded);
    }
    for (treatments, says) in [(&deed.treatments, Says::Done), (&deed.drugs, Says::Dose)] {
        if treatments.is_empty() {
            continue;
        }
        let told = match record.status() {
            "completed" => Told::Says(says),
            "entered-in-error" => Told::Never,
            status => no_evidence(status),
        };
        treated(
            known,
            facts,
            treatments,
            told,
            &record,
            (codings, &names, recorded),
        );
    }
}

fn is_systemic(codes: &Codes, coding: &Coding<'_>) -> bool {
    let is_it = |meaning| meaning == Meaning::Asks(FactId::PriorSystemicTherapy);
    codes.meanings(coding).any(is_it)
}

/// A systemic therapy of which no more is said.
fn systemic(facts: &mut FactsBuilder, record: &Record<'_>, recorded: &str) {
    let fact = FactId::PriorSystemicTherapy;
    match record.status() {
        "completed" => add(
            facts,
            fact,
            "present",
            Source::Procedure,
            record.evidence(recorded),
        ),
        "entered-in-error" => {}
        status => {
            let note = no_evidence_of(known_status(status));
            facts.shown(fact, record.noted(recorded, note));
        }
    }
}

/// The residual tumour that a resection leaves; the success of an operation is none.
fn outcome(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>, of_primary: bool) {
    let fact = FactId::Margins;
    let Some(outcome) = record.node.get("outcome").map(Written::Concept) else {
        return;
    };
    let Ok(words) = value::words(fact, &outcome, codes) else {
        return;
    };
    let recorded = outcome.recorded();
    match record.status() {
        "entered-in-error" => {}
        "completed" if of_primary => {
            for word in words {
                let evidence = record.evidence(recorded.as_str());
                add(facts, fact, word.as_str(), Source::Procedure, evidence);
            }
        }
        "completed" => {
            facts.shown(fact, record.noted(recorded, "of a resection of the liver"));
        }
        status => {
            let note = no_evidence_of(known_status(status));
            facts.shown(fact, record.noted(recorded, note));
        }
    }
}

fn deed(codes: &Codes, item: &Item<'_>, record: &Record<'_>, codings: &[Coding<'_>], names: &[&str]) -> Deed {
    let mut deed = Deed {
        anastomosis: names_anastomosis(names.iter().copied()),
        ..Deed::default()
    };
    for meaning in codings.iter().flat_map(|coding| codes.meanings(coding)) {
        match meaning {
            Meaning::Resection { whipple } => {
                deed.resection = true;
                deed.whipple |= whipple;
            }
            Meaning::Fact(FactId::PrimaryResected) => deed.resection = true,
            Meaning::Fact(FactId::PriorPancreaticoduodenectomy) => {
                (deed.resection, deed.whipple) = (true, true);
            }
            Meaning::Fact(FactId::BilioentericAnastomosis)
            | Meaning::Asks(FactId::BilioentericAnastomosis) => deed.anastomosis = true,
            Meaning::Fact(FactId::RenalFailure) | Meaning::Names(Named::Presence(FactId::RenalFailure)) => {
                deed.dialysis = true
            }
            _ => {}
        }
    }
    let done = done(record.node, codings, names, codes);
    let is_pancreas = |treatment: &Treatment| treatment.as_str() == "pancreatic-resection";
    if done.iter().any(is_pancreas) {
        deed.resection = true;
        let is_whipple = |name: &&str| has_any(name, &LEXICON.pancreaticoduodenectomy.named);
        deed.whipple |= names.iter().any(is_whipple);
    }
    if deed.resection {
        deed.treatments.extend(Treatment::parse("pancreatic-resection"));
    }
    let is_a_drug = |treatment: &Treatment| is_drug(*treatment, codes);
    let (doses, treatments) = done.into_iter().partition::<BTreeSet<_>, _>(is_a_drug);
    deed.treatments.extend(treatments);
    // What is given into an artery of the liver is no systemic treatment.
    let local = deed
        .treatments
        .iter()
        .any(|treatment| treatment.class() == Class::LiverDirected);
    if !local {
        deed.drugs.extend(doses);
        for used in &item.narrow.used {
            let texts: Vec<&str> = used.texts().collect();
            let given = drugs(&used.codings, &texts, codes);
            let given = given.into_iter().filter_map(as_given);
            let (drugs, methods) = given.partition::<BTreeSet<_>, _>(is_a_drug);
            deed.drugs.extend(drugs);
            deed.treatments.extend(methods);
        }
    }
    deed
}
