//! Whose tumour a record is of: another malignancy of the patient has a Ki-67, a stage and a progression of its own.

use super::Reader;
use super::around::{Place, key, keys};
use super::element::{Node, Tree};
use super::record::Record;
use super::sites::{Sites, sites};
use super::standing::{Standing, standing};
use crate::catalogue::FactId;
use crate::chart::{Concept, Item, Whose};
use crate::codes::{Codes, Coding, Meaning, Named, Site, system};
use crate::facts::{Aside, Evidence, NotReadWhy, Reading, Source, Value};
use crate::organs::{Counts, Organ, is_apart, is_malignancy};
use crate::text::begins_word;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Whose tumour a record is of. What is not this one's has no way into a fact: [`Reader::put`] is the only one, and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Owner {
    /// The PNET or a metastasis of it, or the fact is none that each tumour has of its own.
    #[default]
    This,
    /// Nothing links it to a tumour: this one's, unless there is another.
    Unlinked,
    /// One of two that are recorded there.
    Unclear(&'static str),
    /// This tumour's, and not what the fact is of.
    Elsewhere(&'static str),
    /// Another one's.
    Another(&'static str),
}

/// What a Condition is, as the target of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Diagnosis {
    /// The PNET or a metastasis.
    This,
    /// Neither.
    Another,
}

/// The Conditions of the chart as far as others are linked to them, and its other malignancies.
#[derive(Default)]
pub(super) struct Others {
    /// What refers to the PNET or a metastasis.
    own: BTreeSet<String>,
    /// What refers to another diagnosis.
    others: BTreeSet<String>,
    /// What refers to another malignancy.
    malignancies: BTreeSet<String>,
    organs: Vec<&'static Organ>,
    /// Organs of which a metastasis is recorded.
    metastases: Vec<&'static Organ>,
    /// Whether a metastasis outside the liver is recorded.
    elsewhere: bool,
    /// Whether there is another active malignancy.
    pub(super) any: bool,
}

/// Whether a code names the PNET, a metastasis, or a tumour that may be the PNET.
fn is_own(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Fact(fact) => is_of_a_tumour(fact),
        Meaning::Names(named) => match named {
            Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => is_of_a_tumour(fact),
            Named::PortalVeinThrombosis => false,
            _ => true,
        },
        Meaning::Morphology => true,
        _ => false,
    }
}

/// ICD-10 stems of what may be the PNET or a metastasis, though no value set lists it.
const MAY_BE_OWN: &[&str] = &[
    "C25", "C26", "C7A", "C7B", "C77", "C78", "C79", "C80", "D13", "D37", "D3A",
];

/// What a diagnosis is, if it is known.
fn diagnosis(codings: &[Coding<'_>], texts: &[&str], codes: &Codes) -> Option<Diagnosis> {
    let means = |wanted: fn(Meaning) -> bool| {
        codings
            .iter()
            .flat_map(|coding| codes.meanings(coding))
            .any(wanted)
    };
    if means(is_own) {
        return Some(Diagnosis::This);
    }
    let icd = |coding: &Coding<'_>| {
        let code = coding.code_in(system::ICD_10)?;
        Some(system::plain(system::ICD_10, code).into_owned())
    };
    let other_icd = codings.iter().filter_map(icd);
    let other_icd = other_icd
        .filter(|code| !MAY_BE_OWN.iter().any(|stem| code.starts_with(stem)))
        .count();
    let named = means(|meaning| matches!(meaning, Meaning::Fact(_) | Meaning::Names(_)));
    if named || other_icd > 0 || is_malignancy(codings, texts) {
        return Some(Diagnosis::Another);
    }
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let says = |words: &[&str]| {
        lower
            .iter()
            .any(|text| words.iter().any(|word| begins_word(text, word)))
    };
    let own = ["pancrea", "pankrea", "neuroendocrine", "neuroendokrin", "metast"];
    let elsewhere = texts.iter().flat_map(|text| Organ::in_text(text));
    let elsewhere = elsewhere.filter(|organ| organ.counts == Counts::Never).count() > 0;
    (says(&own) && !elsewhere).then_some(Diagnosis::This)
}

fn of_concept(code: &Concept<'_>, codes: &Codes) -> Option<Diagnosis> {
    let texts: Vec<&str> = code.texts().collect();
    diagnosis(&code.codings, &texts, codes)
}

/// Whether a Condition is a malignancy that is neither the PNET nor a part of it, by its code alone.
fn is_other(code: &Concept<'_>, codes: &Codes) -> bool {
    let meanings = || code.codings.iter().flat_map(|coding| codes.meanings(coding));
    if meanings().any(|meaning| meaning == Meaning::Fact(FactId::OtherMalignancy)) {
        return true;
    }
    let known = meanings().any(|meaning| matches!(meaning, Meaning::Fact(_) | Meaning::Names(_)));
    let texts: Vec<&str> = code.texts().collect();
    !known && is_malignancy(&code.codings, &texts)
}

/// Whether ICD-10 has it among the tumours that are not malignant.
fn is_benign(codings: &[Coding<'_>]) -> bool {
    let mut icd = codings.iter().filter_map(|coding| coding.code_in(system::ICD_10));
    icd.any(|code| code.starts_with(['D', 'd']))
}

/// Whether a neuroendocrine tumour or one of some digestive organ is of another organ by its body site.
fn is_of_another_organ(tree: &Tree, codes: &Codes) -> bool {
    let sites = sites(tree.root(), codes);
    !sites.is_known() && !sites.here && sites.organs.iter().any(|organ| organ.counts == Counts::Never)
}

impl Others {
    /// Learns what a Condition is; whether it is another malignancy, if so.
    pub(super) fn learn(&mut self, item: &Item<'_>, codes: &Codes) -> bool {
        let code = &item.narrow.code;
        let open = |meaning| {
            matches!(
                meaning,
                Meaning::Names(Named::NetOfSomeSite | Named::DigestiveTumour)
            )
        };
        let may_be_elsewhere = code
            .codings
            .iter()
            .flat_map(|coding| codes.meanings(coding))
            .any(open);
        let is_metastasis = |meaning| {
            matches!(
                meaning,
                Meaning::Names(Named::Metastasis(_) | Named::MetastasisOfSomeSite)
            )
        };
        let meanings = || code.codings.iter().flat_map(|coding| codes.meanings(coding));
        if meanings().any(is_metastasis) {
            self.elsewhere |= meanings().any(|m| m == Meaning::Names(Named::Metastasis(Site::OtherOrgan)));
            let coded = code.codings.iter().flat_map(Organ::by_metastasis);
            each_once(
                &mut self.metastases,
                coded.chain(code.texts().flat_map(Organ::in_text)),
            );
        }
        if is_other(code, codes) {
            return true;
        }
        let place = match of_concept(code, codes) {
            Some(Diagnosis::This) => &mut self.own,
            Some(Diagnosis::Another) => &mut self.others,
            None => return false,
        };
        place.extend(keys(item));
        may_be_elsewhere && item.whose == Whose::Usable
    }

    /// Adds a Condition that may be another malignancy; whether it is one, and how it stands.
    pub(super) fn add(
        &mut self,
        item: &Item<'_>,
        tree: &Tree,
        codes: &Codes,
        as_of: Date,
    ) -> Option<Standing> {
        let code = &item.narrow.code;
        if !is_other(code, codes) && !is_of_another_organ(tree, codes) {
            return None;
        }
        for key in keys(item) {
            self.own.remove(&key);
            self.malignancies.insert(key);
        }
        let texts: Vec<&str> = code.texts().collect();
        let standing = standing(tree.root(), as_of)?;
        if standing.was_there() {
            let coded = code.codings.iter().flat_map(Organ::by_code);
            let named = texts.iter().flat_map(|text| Organ::in_text(text));
            each_once(&mut self.organs, coded.chain(named));
        }
        if is_apart(&code.codings, &texts) || (!is_other(code, codes) && is_benign(&code.codings)) {
            return None;
        }
        self.any |= standing == Standing::Now;
        Some(standing)
    }

    pub(super) fn has(&self, reference: &str) -> bool {
        self.malignancies.contains(key(reference).as_ref())
    }

    fn diagnosis(&self, reference: &str) -> Option<Diagnosis> {
        let key = key(reference);
        let key = key.as_ref();
        if self.malignancies.contains(key) || self.others.contains(key) {
            Some(Diagnosis::Another)
        } else {
            self.own.contains(key).then_some(Diagnosis::This)
        }
    }

    fn is_in(&self, organs: &[&'static Organ]) -> bool {
        organs
            .iter()
            .any(|organ| self.organs.iter().any(|other| other.id == organ.id))
    }

    fn has_metastasis_in(&self, organ: &Organ) -> bool {
        self.metastases.iter().any(|other| other.id == organ.id)
    }
}

/// Adds the organs that are not there yet: there are no more of them than the lexicon has.
fn each_once(known: &mut Vec<&'static Organ>, organs: impl Iterator<Item = &'static Organ>) {
    for organ in organs {
        if !known.iter().any(|other| other.id == organ.id) {
            known.push(organ);
        }
    }
}

/// Facts of the tumour and its metastases, of which another tumour has its own.
pub(super) fn is_of_a_tumour(fact: FactId) -> bool {
    fact.is_of_one_tumour() || fact.info().of_a_tumour
}

/// Facts that a body site or specimen places in the tumour that they are of.
fn is_of_one_site(fact: FactId) -> bool {
    fact.is_of_one_tumour() && !matches!(fact, FactId::M | FactId::TumourSize)
}

impl Reader<'_> {
    /// Whose tumour an Observation, or a component with this code, is of. A nearer link goes before a farther one, and
    /// the diagnosis before the organ. Interpretation I30: what the specification says of the size of a tumour holds for
    /// every fact that each tumour has of its own; a site that is not known is no other site.
    pub(super) fn owner_of(&self, fact: FactId, record: &Record<'_>, code: Option<Node<'_>>) -> Owner {
        if !is_of_a_tumour(fact) {
            return Owner::This;
        }
        let codings = code.map(Node::codings).unwrap_or_default();
        let is_own_code = codings.iter().any(|coding| coding.is_in(system::FACTS));
        // Of a standard code, its words; of ours there is nothing to be told.
        let names_another = !is_own_code && code.is_some_and(|code| names_another_organ(code, &codings));
        for place in self.around(record) {
            let sites = self.sites_at(&place);
            if fact == FactId::Margins && sites.is_known() && !sites.has(Site::Pancreas) {
                return Owner::Elsewhere("the margins of another resection than the primary's");
            }
            match self.diagnosis_at(&place) {
                Some(Diagnosis::Another) => return Owner::Another("linked to another diagnosis"),
                Some(Diagnosis::This) => return Owner::This,
                None => {}
            }
            let owner = self.by_site(fact, &sites);
            if owner != Owner::This {
                return owner;
            }
            if sites.is_linked() && !names_another {
                return Owner::This;
            }
        }
        if is_own_code || !fact.is_of_one_tumour() {
            Owner::This
        } else {
            Owner::Unlinked
        }
    }

    /// What the sites of a place say of the tumour of a fact.
    fn by_site(&self, fact: FactId, sites: &Sites) -> Owner {
        let judged = self.of_sites(sites);
        if is_of_one_site(fact) {
            return judged;
        }
        let mut organs = sites.organs.iter();
        let never = organs.len() > 0 && organs.all(|organ| organ.counts == Counts::Never);
        match judged {
            Owner::Another(_) if never && matches!(fact, FactId::M | FactId::DiseaseStatus) => judged,
            _ => Owner::This,
        }
    }

    /// Whether the sites are of another organ than the pancreas and those to which its tumours are known to spread.
    pub(super) fn of_sites(&self, sites: &Sites) -> Owner {
        let elsewhere = |organ: &Organ| match organ.counts {
            Counts::Always => false,
            Counts::AsMetastasis | Counts::Never if self.others.has_metastasis_in(organ) => false,
            Counts::AsMetastasis => !sites.metastasis,
            Counts::Never => true,
        };
        let only_elsewhere = sites.only(Site::OtherOrgan) && !sites.metastasis && !self.others.elsewhere;
        let here = sites.here || (sites.is_known() && !only_elsewhere);
        let other_organ = only_elsewhere && sites.organs.is_empty();
        if !here && (other_organ || sites.organs.iter().any(|organ| elsewhere(organ))) {
            Owner::Another("of another organ")
        } else if !sites.has(Site::Pancreas) && !sites.metastasis && self.others.is_in(&sites.organs) {
            Owner::Unclear("another tumour of this organ is recorded")
        } else {
            Owner::This
        }
    }

    /// The diagnosis to which a place is linked: by its focus, or as what a report concludes.
    fn diagnosis_at(&self, place: &Place<'_>) -> Option<Diagnosis> {
        let codes = self.codes;
        let of_node = |node: Node<'_>| {
            let texts: Vec<&str> = node.texts().collect();
            diagnosis(&node.codings(), &texts, codes)
        };
        let focus = place.node.all("focus").filter_map(|focus| {
            if let Some(target) = self.targets.get(place.root, focus) {
                let code = target.get("code")?;
                return (target.text("resourceType") == Some("Condition")).then(|| of_node(code))?;
            }
            let by_reference = focus.text("reference").and_then(|to| self.others.diagnosis(to));
            by_reference.or_else(|| diagnosis(&[], &[focus.text("display")?], codes))
        });
        let found: Vec<Diagnosis> = focus
            .chain(place.node.all("conclusionCode").filter_map(of_node))
            .collect();
        let own = found.contains(&Diagnosis::This);
        own.then_some(Diagnosis::This).or(found.first().copied())
    }

    /// Whether a report concludes another malignancy beside what it says, and not the PNET.
    pub(super) fn concludes_another(&self, report: Node<'_>) -> bool {
        let concluded = || report.all("conclusionCode").map(|code| (code.codings(), code));
        let means = |codings: &[Coding<'_>], wanted: fn(Meaning) -> bool| {
            let mut meanings = codings.iter().flat_map(|coding| self.codes.meanings(coding));
            meanings.any(wanted)
        };
        let another = concluded().any(|(codings, code)| {
            let texts: Vec<&str> = code.texts().collect();
            means(&codings, |meaning| {
                meaning == Meaning::Fact(FactId::OtherMalignancy)
            }) || (diagnosis(&codings, &texts, self.codes) == Some(Diagnosis::Another)
                && is_malignancy(&codings, &texts))
        });
        let is_pnet = |meaning| {
            matches!(meaning, Meaning::Morphology | Meaning::Names(Named::Pnet))
                || matches!(
                    meaning,
                    Meaning::Names(Named::Presence(FactId::Pnet) | Named::Hint(FactId::Pnet))
                )
        };
        another && !concluded().any(|(codings, _)| means(&codings, is_pnet))
    }

    /// Whether the focus is another person or a thing; a tumour, specimen or procedure as focus is the patient's.
    pub(super) fn is_of_another(&self, record: &Record<'_>) -> bool {
        let subject = self.facts.subject.as_deref();
        record.node.all("focus").any(|focus| {
            let target = focus.text("reference").unwrap_or_default();
            let another_patient =
                target.contains("Patient/") && subject.is_some_and(|subject| key(target) != subject);
            let another_patient = another_patient || (self.is_elsewhere)(target);
            another_patient
                || ["RelatedPerson/", "Group/", "Device/", "Location/"]
                    .iter()
                    .any(|kind| target.contains(kind))
        })
    }

    /// Whether a diagnosis or a metastasis that an Observation states is another tumour's.
    pub(super) fn is_of_another_tumour(&self, record: &Record<'_>) -> bool {
        matches!(self.owner_of(FactId::Pnet, record, None), Owner::Another(_))
    }

    /// Adds a reading to its fact, if it is of this tumour.
    pub(super) fn put(&mut self, record: &Record<'_>, fact: FactId, mut reading: Reading) {
        match record.owner {
            Owner::Unlinked => _ = self.facts.unlinked(fact, reading),
            Owner::Unclear(note) => {
                for evidence in &mut reading.evidence {
                    evidence.notes.push(note.into());
                }
                if fact.is_of_one_tumour() {
                    self.facts.unowned(fact, reading);
                } else {
                    let shown = reading.evidence.into_iter();
                    shown.for_each(|evidence| _ = self.facts.shown(fact, evidence));
                }
            }
            Owner::Another(_) | Owner::Elsewhere(_) => {
                for evidence in reading.evidence {
                    self.set_aside(record, fact, evidence);
                }
            }
            Owner::This => _ = self.facts.reading(fact, reading),
        }
    }

    /// Adds a presence to its fact, if it is of this tumour.
    pub(super) fn put_present(
        &mut self,
        record: &Record<'_>,
        fact: FactId,
        source: Source,
        evidence: Evidence,
    ) {
        if let Some(word) = fact.word("present") {
            self.put(record, fact, Reading::new(Value::Word(word), source, evidence));
        }
    }

    /// Adds a record that cannot be read to its fact, if it is of this tumour.
    pub(super) fn put_unreadable(&mut self, record: &Record<'_>, fact: FactId, evidence: Evidence) {
        match record.owner {
            Owner::Unlinked | Owner::Unclear(_) => _ = self.facts.unlinked_unreadable(fact, evidence),
            Owner::Another(_) | Owner::Elsewhere(_) => self.set_aside(record, fact, evidence),
            Owner::This => _ = self.facts.unreadable(fact, evidence),
        }
    }

    /// Shows what is not of this tumour, or not what the fact is of.
    pub(super) fn set_aside(&mut self, record: &Record<'_>, fact: FactId, mut evidence: Evidence) {
        if let Owner::Another(note) | Owner::Elsewhere(note) = record.owner {
            evidence.notes.push(note.into());
        }
        evidence.aside = Aside::SetAside;
        self.facts.shown(fact, evidence);
        if matches!(record.owner, Owner::Another(_)) {
            self.not_read(record, fact, NotReadWhy::OtherTumour);
        }
    }

    /// Another active malignancy makes the fact present; one that is gone says nothing of others.
    pub(super) fn other_malignancy(&mut self, item: &Item<'_>, tree: &Tree) {
        let Some(standing) = self.others.add(item, tree, self.codes, self.as_of) else {
            return;
        };
        let mut record = Record::of(tree, item.place());
        record.date_by(&["recordedDate", "onsetDateTime", "onsetPeriod"], self.as_of);
        let recorded = tree.root().get("code").and_then(Node::shown).unwrap_or_default();
        if standing == Standing::Now {
            let evidence = record.evidence(recorded);
            self.add(FactId::OtherMalignancy, "present", Source::Condition, evidence);
        } else {
            self.show(FactId::OtherMalignancy, &record, recorded, standing);
        }
    }
}

/// Whether the question itself names an organ in which no tumour of the pancreas is sought.
fn names_another_organ(code: Node<'_>, codings: &[Coding<'_>]) -> bool {
    let by_code = codings.iter().flat_map(Organ::by_question);
    let by_word = code.texts().flat_map(Organ::in_text);
    by_code.chain(by_word).any(|organ| organ.counts == Counts::Never)
}
