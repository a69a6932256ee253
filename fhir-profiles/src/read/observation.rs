//! Observations: which fact the code asks for, and what the value says of it.

use super::Reader;
use super::element::Node;
use super::lexicon::{LEXICON, has_any};
use super::numbers;
use super::record::Record;
use super::tumours::{self, Owner};
use super::value::{self, Unread, Written};
use crate::catalogue::{FactId, Kind};
use crate::chart::Coding;
use crate::codes::{Codes, Meaning, Named, Site, is_trap};
use crate::facts::{Basis, Reading, Source, Value};
use crate::interval::Interval;
use jiff::ToSpan;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The note of a result that may still change.
pub(super) const PRELIMINARY: &str = "preliminary";

/// Interpretation I38: days in which a pregnancy has ended.
const PREGNANCY: i32 = 300;

/// The elements that date an Observation, best first.
pub(super) const OBSERVATION_DATES: &[&str] = &[
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "effectiveTiming",
    "issued",
];

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

impl Reader<'_> {
    pub(super) fn observation(&mut self, mut record: Record<'_>) {
        record.date_by(OBSERVATION_DATES, self.as_of);
        if record.status() == "entered-in-error" {
            return self.observation_in_error(&record);
        }
        let usable = usable_status(&mut record);
        if self.is_of_another(&record) {
            self.problem(record.place.clone(), "not used: its focus is not the patient");
            return;
        }
        let node = record.node;
        let components: Vec<Node<'_>> = node.all("component").collect();
        let only_components = !components.is_empty() && matches!(Written::of(node, false), Written::Nothing);
        if !only_components {
            self.part(&mut record, node, usable);
        }
        for component in components {
            if component.has_modifiers() {
                self.problem(
                    record.place.clone(),
                    "component not used: it carries a modifier extension",
                );
            } else {
                self.part(&mut record, component, usable);
            }
        }
    }

    /// An Observation made in error says nothing, and is a record all the same.
    fn observation_in_error(&mut self, record: &Record<'_>) {
        for part in std::iter::once(record.node).chain(record.node.all("component")) {
            let codings = part.get("code").map(Node::codings).unwrap_or_default();
            for fact in asks(&codings, self.codes).iter().flat_map(|ask| ask.facts()) {
                self.facts.in_error(*fact);
            }
        }
    }

    /// An Observation's own code and value, or those of a component.
    fn part(&mut self, record: &mut Record<'_>, part: Node<'_>, usable: bool) {
        record.owner = Owner::This;
        let codings = part.get("code").map(Node::codings).unwrap_or_default();
        let mut asks = asks(&codings, self.codes);
        let written = Written::of(part, record.lost_value);
        if asks.is_empty() {
            if let Written::Concept(concept) = &written
                && concept
                    .codings()
                    .iter()
                    .flat_map(|c| self.codes.meanings(c))
                    .any(names_itself)
            {
                asks.push(Ask::Fact(FactId::LiverReserve));
            } else {
                self.named_condition(record, part, &codings, &written, usable);
                return;
            }
        }
        let facts = || asks.iter().flat_map(|ask| ask.facts());
        if !usable {
            for fact in facts() {
                if is_understood(record) {
                    let evidence = record.noted(written.recorded(), "status: no evidence either way");
                    self.facts.shown(*fact, evidence);
                } else {
                    self.not_understood(*fact, record, &written.recorded(), "the status is not understood");
                }
            }
            return;
        }
        let [ask] = asks.as_slice() else {
            for fact in facts() {
                let evidence = record.noted(written.recorded(), "codes of more than one fact");
                self.facts.unreadable(*fact, evidence);
            }
            return;
        };
        if is_of_another_test(*ask, part) {
            for fact in ask.facts() {
                let evidence = record.noted(written.recorded(), "code and text name different tests");
                self.facts.unreadable(*fact, evidence);
            }
            return;
        }
        let code = part.get("code");
        let owners = ask.facts().iter().map(|fact| self.owner_of(*fact, record, code));
        record.owner = owners.max().unwrap_or_default();
        if matches!(record.owner, Owner::Another(_) | Owner::Elsewhere(_)) {
            for fact in ask.facts() {
                let evidence = record.evidence(written.recorded());
                self.set_aside(record, *fact, evidence);
            }
            return;
        }
        match *ask {
            Ask::Fact(fact) => self.fact(fact, record, part, &written, &codings),
            Ask::Grade { net } => self.grade(record, part, &written, net),
            Ask::Ki67Presence => self.ki67_presence(record, part, &written),
            Ask::Histology => {}
            Ask::Karnofsky => self.karnofsky(record, &written),
            Ask::MetastasisSite => self.metastasis_site(record, &written),
            Ask::HistoryOfLiverMetastases => self.history(record, &written),
        }
    }

    fn fact(
        &mut self,
        fact: FactId,
        record: &Record<'_>,
        part: Node<'_>,
        written: &Written<'_>,
        codings: &[Coding<'_>],
    ) {
        match fact {
            FactId::T | FactId::N | FactId::M | FactId::StageRecorded => {
                self.staged(fact, record, part, written, codings);
            }
            FactId::TumourSize => {
                let sites = self.tumour_sites(record);
                if sites.only(Site::Liver) {
                    self.number(FactId::LargestLiverLesion, Basis::BySite, record, part, written);
                } else if !sites.none() && !sites.only(Site::Pancreas) {
                    let evidence = record.noted(
                        written.recorded(),
                        "a body site that is neither liver nor pancreas",
                    );
                    self.facts.shown(fact, evidence);
                } else {
                    self.number(fact, Basis::Plain, record, part, written);
                }
            }
            FactId::Age => self.stated_age(record, written),
            _ => match fact.info().kind {
                Kind::Presence | Kind::Words | Kind::Several => self.words(fact, record, part, written),
                Kind::Score => self.score(fact, record, part, written),
                Kind::Number => self.number(fact, Basis::Plain, record, part, written),
                Kind::Marker => self.marker(fact, record, part, written),
            },
        }
    }

    pub(super) fn words(&mut self, fact: FactId, record: &Record<'_>, part: Node<'_>, written: &Written<'_>) {
        let interpreted = value::interpreted(part, self.codes);
        let opposite = |yes: bool| super::words::polar(fact, yes);
        let read = match (value::words(fact, written, self.codes), interpreted) {
            (Err(Unread::Nothing(note)), Some(yes)) if matches!(written, Written::Nothing) => opposite(yes)
                .map(|word| BTreeSet::from([word]))
                .ok_or(Unread::Nothing(note)),
            (Ok(words), Some(yes)) if opposite(!yes).is_some_and(|word| words.contains(&word)) => Err(
                Unread::Unreadable("value and interpretation contradict each other"),
            ),
            (read, _) => read,
        };
        let recorded = if matches!(written, Written::Nothing) {
            part.get("interpretation")
                .and_then(Node::shown)
                .unwrap_or_default()
                .to_owned()
        } else {
            written.recorded()
        };
        let value = match read {
            Ok(words) if fact.info().kind == Kind::Several => Value::Words(words),
            Ok(mut words) => match words.pop_first() {
                Some(word) => Value::Word(word),
                None => return,
            },
            Err(why) => return self.unread(fact, record, recorded, why),
        };
        if fact == FactId::Pregnancy && self.is_long_ago(record) {
            let evidence = record.noted(recorded, "longer ago than a pregnancy lasts");
            self.facts.shown(fact, evidence);
            return;
        }
        let mut reading = Reading::new(value, Source::Observation, record.evidence(recorded));
        if fact == FactId::DiseaseStatus {
            reading.since = record
                .node
                .get("effectivePeriod")
                .and_then(|period| period.text("start"))
                .and_then(|start| crate::date::PartialDate::parse(start.trim()));
        }
        self.put(record, fact, reading);
    }

    /// Whether nobody who was pregnant then is so now: the specification says "pregnancy now".
    fn is_long_ago(&self, record: &Record<'_>) -> bool {
        let last = record.effective.map(|date| date.latest());
        last.is_some_and(|last| {
            last.checked_add(PREGNANCY.days())
                .is_ok_and(|end| end < self.as_of)
        })
    }

    fn score(&mut self, fact: FactId, record: &Record<'_>, part: Node<'_>, written: &Written<'_>) {
        if !fact.info().words.is_empty()
            && (value::words(fact, written, self.codes).is_ok() || matches!(written, Written::Nothing))
        {
            return self.words(fact, record, part, written);
        }
        match numbers::score(fact, written, self.codes) {
            Ok(number) => {
                let mut evidence = record.evidence(written.recorded());
                evidence.notes.extend(number.notes);
                let reading = Reading::new(Value::Number(number.interval), Source::Observation, evidence);
                self.put(record, fact, reading);
            }
            Err(why) => self.unread(fact, record, written.recorded(), why),
        }
    }

    fn number(
        &mut self,
        fact: FactId,
        basis: Basis,
        record: &Record<'_>,
        part: Node<'_>,
        written: &Written<'_>,
    ) {
        if matches!(fact, FactId::Glucagon | FactId::Vip) {
            return self.marker(fact, record, part, written);
        }
        match numbers::number(fact, written, self.codes) {
            Ok(number) => {
                let mut evidence = record.evidence(written.recorded());
                evidence.notes.extend(number.notes);
                let mut reading = Reading::new(Value::Number(number.interval), Source::Observation, evidence);
                reading.basis = basis;
                if fact == FactId::Ki67 {
                    reading.specimen = self.specimen(record);
                }
                self.put(record, fact, reading);
            }
            Err(why) => self.unread(fact, record, written.recorded(), why),
        }
    }

    /// A presence code is an index only where a percentage is given.
    fn ki67_presence(&mut self, record: &Record<'_>, part: Node<'_>, written: &Written<'_>) {
        let percentage = match written {
            Written::Quantity(quantity) => numbers::unit_of(*quantity) == Some("%"),
            Written::Text(text) => text.contains('%'),
            _ => false,
        };
        if percentage {
            self.number(FactId::Ki67, Basis::Plain, record, part, written);
        } else {
            let evidence = record.noted(written.recorded(), "says whether Ki-67 is there, not how much");
            self.facts.shown(FactId::Ki67, evidence);
        }
    }

    fn karnofsky(&mut self, record: &Record<'_>, written: &Written<'_>) {
        let fact = FactId::Ecog;
        let no_answer = || Unread::Nothing("not assessed");
        let nothing = written.nothing();
        if let Some(nothing) = nothing.or_else(|| written.is_no_answer(self.codes).then(no_answer)) {
            return self.unread(fact, record, written.recorded(), nothing);
        }
        let exact = numbers::karnofsky(written).and_then(|karnofsky| match karnofsky {
            100 => Some(0),
            80 | 90 => Some(1),
            60 | 70 => Some(2),
            40 | 50 => Some(3),
            10 | 20 | 30 => Some(4),
            0 => Some(5),
            _ => None,
        });
        match exact.or_else(|| numbers::coded_ecog(written, self.codes)) {
            Some(ecog) => {
                let note = format!("ECOG {ecog} from a Karnofsky index");
                let mut reading = Reading::new(
                    Value::Number(Interval::exactly(Decimal::from(ecog))),
                    Source::Observation,
                    record.noted(written.recorded(), note),
                );
                reading.basis = Basis::Karnofsky;
                self.put(record, fact, reading);
            }
            None => self.unread(
                fact,
                record,
                written.recorded(),
                Unread::Unreadable("no Karnofsky index in steps of ten"),
            ),
        }
    }

    /// A report concludes by code that something is there; the text of its conclusion is never looked at.
    pub(super) fn conclusions(&mut self, mut record: Record<'_>) {
        record.date_by(&["effectiveDateTime", "effectivePeriod", "issued"], self.as_of);
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
            let named = names(&concluded.codings(), self.codes);
            let recorded = concluded.shown().unwrap_or_default();
            if self.is_set_aside(&mut record, recorded, &named) {
                continue;
            }
            self.observed(&record, recorded, concluded, &named, stated);
        }
    }

    /// An Observation coded with a diagnosis says by its value whether it is there.
    fn named_condition(
        &mut self,
        record: &mut Record<'_>,
        part: Node<'_>,
        codings: &[Coding<'_>],
        written: &Written<'_>,
        usable: bool,
    ) {
        let codes = self.codes;
        let named = names(codings, codes);
        if named.is_empty() {
            return;
        }
        let recorded = part.get("code").and_then(Node::shown).unwrap_or_default();
        if self.is_set_aside(record, recorded, &named) {
            return;
        }
        let stated = self.answered(part, written);
        let Some(code) = part.get("code") else { return };
        self.observed(record, recorded, code, &named, stated.filter(|_| usable));
    }
}

impl Reader<'_> {
    /// What an Observation coded with a diagnosis says by value and interpretation: that it is there, that it is not, or
    /// nothing. A value and an interpretation that contradict each other say nothing.
    pub(super) fn answered(&self, part: Node<'_>, written: &Written<'_>) -> Option<bool> {
        let interpreted = value::interpreted(part, self.codes);
        value::words(FactId::LiverMetastases, written, self.codes)
            .ok()
            .and_then(|words| words.first().map(|word| word.as_str() == "present"))
            .filter(|yes| interpreted.is_none_or(|interpreted| interpreted == *yes))
            .or_else(|| interpreted.filter(|_| matches!(written, Written::Nothing)))
    }

    /// Sets aside what a record that is another tumour's says of a tumour; whether it was one.
    fn is_set_aside(&mut self, record: &mut Record<'_>, recorded: &str, named: &[Named]) -> bool {
        let of_tumour = || named.iter().copied().filter(|named| is_of_a_tumour(*named));
        let owner = match self.owner_of(FactId::Pnet, record, None) {
            owner @ Owner::Another(_) => owner,
            _ if self.concludes_another(record.node) => {
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
            self.set_aside(record, fact, evidence);
        }
        true
    }
}

/// Whether what a code names is of a tumour.
pub(super) fn is_of_a_tumour(named: Named) -> bool {
    match named {
        Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => tumours::is_of_a_tumour(fact),
        Named::PortalVeinThrombosis => false,
        _ => true,
    }
}

/// The fact that such a code is shown on.
pub(super) fn stated_by(named: Named) -> FactId {
    match named {
        Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => fact,
        Named::Metastasis(Site::LymphNodes) => FactId::DistantLymphNodeMetastases,
        Named::Metastasis(_) | Named::MetastasisOfSomeSite => FactId::ExtrahepaticMetastases,
        Named::NonFunctioning | Named::Syndrome(_) => FactId::Functioning,
        _ => FactId::Pnet,
    }
}

/// The diagnoses that codes name.
pub(super) fn names(codings: &[Coding<'_>], codes: &Codes) -> Vec<Named> {
    let meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
    let named = meanings.filter_map(|meaning| match meaning {
        Meaning::Names(named) => Some(named),
        _ => None,
    });
    named.collect()
}

/// Whether the status lets an Observation count; a preliminary one is shown as such.
pub(super) fn usable_status(record: &mut Record<'_>) -> bool {
    if record.withheld {
        return false;
    }
    match record.status() {
        "final" | "amended" | "corrected" => true,
        "preliminary" => {
            if !record.notes.iter().any(|note| note == PRELIMINARY) {
                record.notes.push(PRELIMINARY.into());
            }
            true
        }
        _ => false,
    }
}

/// Whether a status that does not let an Observation count is one of FHIR's, or that of the resource around it.
fn is_understood(record: &Record<'_>) -> bool {
    record.withheld
        || matches!(
            record.status(),
            "registered" | "cancelled" | "unknown" | "entered-in-error"
        )
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
