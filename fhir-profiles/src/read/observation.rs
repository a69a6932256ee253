//! Observations: which fact the code asks for, and what the value says of it.

use super::answer::{karnofsky, ki67_presence, number, score, words};
use super::condition::observed;
use super::element::Node;
use super::grade::grade;
use super::known::Known;
use super::lexicon::{LEXICON, has_any};
use super::marker::marker;
use super::metastases::{history, metastasis_site};
use super::named::{names, names_a_tumour, stated_by};
use super::patient::stated_age;
use super::places::tumour_sites;
use super::put::{not_understood, problem, set_aside};
use super::record::{Owner, Record};
use super::staging::staged;
use super::status::{OBSERVATION_DATES, PRELIMINARY, is_understood, usable_status};
use super::tumours::{concludes_another, is_of_another, owner_of};
use super::unknown::is_said_unknown;
use super::value::{Written, answered};
use crate::catalogue::{FactId, Kind};
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Named, Site, is_trap};
use crate::facts::{Basis, FactsBuilder};

/// Whether an Observation or component with this code is read.
pub(super) fn is_read(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Fact(_)
            | Meaning::Asks(_)
            | Meaning::Ki67Presence
            | Meaning::Grade { .. }
            | Meaning::Histology
            | Meaning::Karnofsky
            | Meaning::MetastasisSite
            | Meaning::HistoryOfLiverMetastases
            | Meaning::Names(_)
    )
}

/// Whether a value with this code says by itself which fact it is of.
pub(super) fn names_itself(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Says(FactId::LiverReserve, _))
}

/// A code's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Fact(FactId),
    Grade { net: bool },
    Ki67Presence,
    Histology,
    Karnofsky,
    MetastasisSite,
    HistoryOfLiverMetastases,
}

impl Ask {
    fn facts(&self) -> &[FactId] {
        match self {
            Self::Fact(fact) => std::slice::from_ref(fact),
            Self::Grade { .. } => &[FactId::GradeRecorded],
            Self::Ki67Presence => &[FactId::Ki67],
            Self::Histology => &[FactId::Pnet],
            Self::Karnofsky => &[FactId::Ecog],
            Self::MetastasisSite => &[FactId::LiverMetastases, FactId::ExtrahepaticMetastases],
            Self::HistoryOfLiverMetastases => &[FactId::LiverMetastases],
        }
    }
}

fn asks(codings: &[Coding<'_>], codes: &Codes) -> Vec<Ask> {
    let mut found: Vec<Ask> = Vec::new();
    for meaning in codings.iter().flat_map(|coding| codes.meanings(coding)) {
        let ask = match meaning {
            Meaning::Fact(FactId::GradeRecorded) => Ask::Grade { net: true },
            Meaning::Fact(fact) | Meaning::Asks(fact) => Ask::Fact(fact),
            Meaning::Grade { net } => Ask::Grade { net },
            Meaning::Ki67Presence => Ask::Ki67Presence,
            Meaning::Histology => Ask::Histology,
            Meaning::Karnofsky => Ask::Karnofsky,
            Meaning::MetastasisSite => Ask::MetastasisSite,
            Meaning::HistoryOfLiverMetastases => Ask::HistoryOfLiverMetastases,
            _ => continue,
        };
        if let (Ask::Grade { net }, Some(Ask::Grade { net: known })) =
            (ask, found.iter_mut().find(|f| matches!(f, Ask::Grade { .. })))
        {
            *known |= net;
        } else if ask == Ask::Ki67Presence && found.contains(&Ask::Fact(FactId::Ki67)) {
            continue;
        } else if !found.contains(&ask) {
            found.push(ask);
        }
    }
    if found.contains(&Ask::Fact(FactId::Ki67)) {
        found.retain(|ask| *ask != Ask::Ki67Presence);
    }
    found
}

pub(super) fn observation(known: &Known<'_>, facts: &mut FactsBuilder, mut record: Record<'_>) {
    record.date_by(OBSERVATION_DATES, known.as_of);
    if record.status() == "entered-in-error" {
        return observation_in_error(known.codes, facts, &record);
    }
    let usable = usable_status(&mut record);
    if is_of_another(known, &record) {
        problem(
            facts,
            record.place.clone(),
            "not used: its focus is not the patient",
        );
        return;
    }
    let node = record.node;
    let components: Vec<Node<'_>> = node.all("component").collect();
    let only_components = !components.is_empty() && matches!(Written::of(node, false), Written::Nothing);
    if !only_components {
        read_part(known, facts, &mut record, node, usable);
    }
    for component in components {
        if component.has_modifiers() {
            problem(
                facts,
                record.place.clone(),
                "component not used: it carries a modifier extension",
            );
        } else {
            read_part(known, facts, &mut record, component, usable);
        }
    }
}

/// An Observation made in error says nothing, and is a record all the same.
fn observation_in_error(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>) {
    for part in std::iter::once(record.node).chain(record.node.all("component")) {
        let codings = part.get("code").map(Node::codings).unwrap_or_default();
        for fact in asks(&codings, codes).iter().flat_map(|ask| ask.facts()) {
            facts.in_error(*fact);
        }
    }
}

/// An Observation's own code and value, or those of a component.
fn read_part(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &mut Record<'_>,
    part: Node<'_>,
    usable: bool,
) {
    record.owner = Owner::This;
    let codings = part.get("code").map(Node::codings).unwrap_or_default();
    let mut asks = asks(&codings, known.codes);
    let written = Written::of(part, record.lost_value);
    if asks.is_empty() {
        if let Written::Concept(concept) = &written
            && concept
                .codings()
                .iter()
                .flat_map(|c| known.codes.meanings(c))
                .any(names_itself)
        {
            asks.push(Ask::Fact(FactId::LiverReserve));
        } else {
            named_condition(known, facts, record, part, &codings, &written, usable);
            return;
        }
    }
    let asked = || asks.iter().flat_map(|ask| ask.facts());
    if !usable {
        for fact in asked() {
            if is_understood(record) {
                let evidence = record.noted(written.recorded(), "status: no evidence either way");
                facts.shown(*fact, evidence);
            } else {
                not_understood(
                    facts,
                    *fact,
                    record,
                    &written.recorded(),
                    "the status is not understood",
                );
            }
        }
        return;
    }
    let [ask] = asks.as_slice() else {
        for fact in asked() {
            let evidence = record.noted(written.recorded(), "codes of more than one fact");
            facts.unreadable(*fact, evidence);
        }
        return;
    };
    if is_of_another_test(*ask, part) {
        for fact in ask.facts() {
            let evidence = record.noted(written.recorded(), "code and text name different tests");
            facts.unreadable(*fact, evidence);
        }
        return;
    }
    let code = part.get("code");
    let owners = ask
        .facts()
        .iter()
        .map(|fact| owner_of(known, *fact, record, code));
    record.owner = owners.max().unwrap_or_default();
    if matches!(record.owner, Owner::Another(_) | Owner::Elsewhere(_)) {
        for fact in ask.facts() {
            let evidence = record.evidence(written.recorded());
            set_aside(facts, record, *fact, evidence);
        }
        return;
    }
    if let [fact] = ask.facts()
        && is_said_unknown(facts, *fact, record, part)
    {
        return;
    }
    match *ask {
        Ask::Fact(fact) => of_fact(known, facts, fact, record, part, &written, &codings),
        Ask::Grade { net } => grade(known, facts, record, part, &written, net),
        Ask::Ki67Presence => ki67_presence(known, facts, record, part, &written),
        Ask::Histology => {}
        Ask::Karnofsky => karnofsky(known.codes, facts, record, &written),
        Ask::MetastasisSite => metastasis_site(known.codes, facts, record, &written),
        Ask::HistoryOfLiverMetastases => history(known.codes, facts, record, &written),
    }
}

fn of_fact(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    fact: FactId,
    record: &Record<'_>,
    part: Node<'_>,
    written: &Written<'_>,
    codings: &[Coding<'_>],
) {
    match fact {
        FactId::T | FactId::N | FactId::M | FactId::StageRecorded => {
            staged(known.codes, facts, fact, record, part, written, codings);
        }
        FactId::TumourSize => {
            let sites = tumour_sites(known, record);
            if sites.only(Site::Liver) {
                number(
                    known,
                    facts,
                    FactId::LargestLiverLesion,
                    Basis::BySite,
                    record,
                    part,
                    written,
                );
            } else if !sites.none() && !sites.only(Site::Pancreas) {
                let evidence = record.noted(
                    written.recorded(),
                    "a body site that is neither liver nor pancreas",
                );
                facts.shown(fact, evidence);
            } else {
                number(known, facts, fact, Basis::Plain, record, part, written);
            }
        }
        FactId::Age => stated_age(known, facts, record, written),
        _ => match fact.info().kind {
            Kind::Presence | Kind::Words | Kind::Several => words(known, facts, fact, record, part, written),
            Kind::Score => score(known, facts, fact, record, part, written),
            Kind::Number => number(known, facts, fact, Basis::Plain, record, part, written),
            Kind::Marker => marker(known.codes, facts, fact, record, part, written),
        },
    }
}

/// A report concludes by code that something is there; the text of its conclusion is never looked at.
pub(super) fn conclusions(known: &Known<'_>, facts: &mut FactsBuilder, mut record: Record<'_>) {
    record.date_by(&["effectiveDateTime", "effectivePeriod", "issued"], known.as_of);
    let stated = match record.status() {
        "entered-in-error" => return,
        "final" | "amended" | "corrected" | "appended" => Some(true),
        "preliminary" | "partial" | "modified" => {
            record.notes.push(PRELIMINARY.into());
            Some(true)
        }
        _ => None,
    };
    for concluded in record.node.all("conclusionCode") {
        let named = names(&concluded.codings(), known.codes);
        let recorded = concluded.shown().unwrap_or_default();
        if is_set_aside(known, facts, &mut record, recorded, &named) {
            continue;
        }
        observed(known, facts, &record, recorded, concluded, &named, stated);
    }
}

/// An Observation coded with a diagnosis says by its value whether it is there.
fn named_condition(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &mut Record<'_>,
    part: Node<'_>,
    codings: &[Coding<'_>],
    written: &Written<'_>,
    usable: bool,
) {
    let codes = known.codes;
    let named = names(codings, codes);
    if named.is_empty() {
        return;
    }
    let recorded = part.get("code").and_then(Node::shown).unwrap_or_default();
    if is_set_aside(known, facts, record, recorded, &named) {
        return;
    }
    let stated = answered(known.codes, part, written);
    let Some(code) = part.get("code") else { return };
    observed(
        known,
        facts,
        record,
        recorded,
        code,
        &named,
        stated.filter(|_| usable),
    );
}

/// Sets aside what a record that is another tumour's says of a tumour; whether it was one.
fn is_set_aside(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &mut Record<'_>,
    recorded: &str,
    named: &[Named],
) -> bool {
    let of_tumour = || named.iter().copied().filter(|named| names_a_tumour(*named));
    let owner = match owner_of(known, FactId::Pnet, record, None) {
        owner @ Owner::Another(_) => owner,
        _ if concludes_another(known.codes, record.node) => {
            Owner::Another("of a report that concludes another malignancy")
        }
        _ => return false,
    };
    if of_tumour().next().is_none() {
        return false;
    }
    record.owner = owner;
    for fact in of_tumour().map(stated_by) {
        let evidence = record.evidence(recorded);
        set_aside(facts, record, fact, evidence);
    }
    true
}

/// Whether a code beside the one that is read, or the wording of the code, is of another test.
fn is_of_another_test(ask: Ask, part: Node<'_>) -> bool {
    let Some(code) = part.get("code") else {
        return false;
    };
    let names = |words: &[String]| code.text("text").is_some_and(|text| has_any(text, words));
    let stain = matches!(ask, Ask::Fact(FactId::Ki67) | Ask::Ki67Presence);
    code.codings().iter().any(is_trap)
        || (stain && names(&LEXICON.stains.other) && !names(&LEXICON.stains.ki67))
}
