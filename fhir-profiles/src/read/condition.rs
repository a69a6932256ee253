//! Conditions: what a problem-list entry says by its code, its two statuses, its body site and its stage.

use super::element::Node;
use super::histology::{contrary_morphology, has_neuroendocrine_morphology};
use super::known::Known;
use super::lexicon::{LEXICON, begins_any, has_any};
use super::metastases::metastasis_at;
use super::named::{names_a_tumour, stated_by};
use super::put::{add, not_understood, set_aside, show};
use super::record::{Owner, Record};
use super::sites::{Sites, sites};
use super::staging::condition_stage;
use super::standing::{Standing, abatement, standing};
use super::words::extent;
use crate::catalogue::FactId;
use crate::codes::{Codes, Meaning, Named, Site};
use crate::facts::{Aside, FactsBuilder, Reading, Source, Value};
use crate::organs::{Counts, Organ, names_pnet};
use std::collections::BTreeSet;

/// Whether a Condition with this code is read.
pub(super) fn is_read(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Names(_) | Meaning::Says(FactId::LiverReserve, _) => true,
        Meaning::Fact(fact) => fact.word("present").is_some(),
        _ => false,
    }
}

fn is_of_metastases(fact: FactId) -> bool {
    matches!(
        fact,
        FactId::LiverMetastases
            | FactId::ExtrahepaticMetastases
            | FactId::DistantLymphNodeMetastases
            | FactId::DiffusePeritonealMetastases
    )
}

/// Whether the diagnosis itself says in words that it is of the pancreas, and nothing else of it. Interpretation I28: some
/// records say the site of a neuroendocrine tumour in the text alone.
fn names_pancreas(code: Node<'_>) -> bool {
    let texts: Vec<String> = code.texts().map(str::to_lowercase).collect();
    let pancreas = &LEXICON.pancreas;
    let named = |text: &String| begins_any(text, &pancreas.named);
    texts.iter().any(named)
        && !texts.iter().any(|text| {
            has_any(text, &pancreas.not)
                || begins_any(text, &pancreas.doubt)
                || Organ::in_text(text).next().is_some()
        })
}

/// Whether the Condition says that it comes from another tumour of the patient.
fn comes_from_another(known: &Known<'_>, record: &Record<'_>) -> bool {
    const LINKS: &[&str] = &["condition-dueTo", "condition-related"];
    record
        .node
        .all("extension")
        .filter(|link| {
            let url = link.text("url").unwrap_or_default();
            url.rsplit('/').next().is_some_and(|name| LINKS.contains(&name))
        })
        .filter_map(|link| link.get("valueReference")?.text("reference"))
        .any(|target| known.others.has(target))
}

pub(super) fn condition(known: &Known<'_>, facts: &mut FactsBuilder, mut record: Record<'_>) {
    record.date_by(&["recordedDate", "onsetDateTime", "onsetPeriod"], known.as_of);
    let Some(standing) = standing(record.node, known.as_of) else {
        condition_in_error(known.codes, facts, &record);
        return;
    };
    let Some(code) = record.node.get("code") else {
        return;
    };
    let recorded = code.shown().unwrap_or_default().to_owned();
    let sites = sites(record.node, known.codes);
    let mut named: Vec<Named> = Vec::new();
    for meaning in code
        .codings()
        .iter()
        .flat_map(|coding| known.codes.meanings(coding))
    {
        let name = match meaning {
            Meaning::Names(name) => name,
            Meaning::Fact(FactId::Pnet) => Named::Pnet,
            Meaning::Fact(fact) => Named::Presence(fact),
            Meaning::Says(fact @ FactId::LiverReserve, word) => {
                if standing == Standing::Now {
                    add(
                        facts,
                        fact,
                        word,
                        Source::Condition,
                        record.evidence(recorded.as_str()),
                    );
                } else {
                    show(facts, fact, &record, &recorded, standing);
                }
                continue;
            }
            _ => continue,
        };
        if !named.contains(&name) {
            named.push(name);
        }
    }
    let is_tumour = |name: &Named| {
        matches!(
            name,
            Named::Pnet | Named::NetOfSomeSite | Named::PancreaticTumour | Named::DigestiveTumour
        )
    };
    if named.iter().any(is_tumour) {
        the_diagnosis(known, facts, &record, &named, &sites, standing, &recorded);
    }
    if !named.iter().any(is_tumour) && names_pnet(code.texts()) {
        named_in_text(facts, &record, &recorded, standing);
    }
    if comes_from_another(known, &record) {
        record.owner = Owner::Another("of another tumour");
        let of_a_tumour = named.extract_if(.., |name| names_a_tumour(*name));
        let stated: Vec<FactId> = of_a_tumour.map(stated_by).collect();
        for fact in stated {
            let evidence = record.evidence(recorded.as_str());
            set_aside(facts, &record, fact, evidence);
        }
    }
    for name in named {
        by_name(facts, name, &record, &sites, standing, &recorded);
    }
}

/// A diagnosis that names the PNET in words alone opens nothing: it is shown, and what to code is said.
fn named_in_text(facts: &mut FactsBuilder, record: &Record<'_>, recorded: &str, standing: Standing) {
    let fact = FactId::Pnet;
    if !standing.was_there() {
        return show(facts, fact, record, recorded, standing);
    }
    let mut evidence = record.noted(recorded, "named in words alone, without a code");
    evidence.aside = Aside::InText;
    facts.shown(fact, evidence);
}

/// Any clinical status counts: a resected primary in remission is still the diagnosis.
fn the_diagnosis(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    named: &[Named],
    sites: &Sites,
    standing: Standing,
    recorded: &str,
) {
    let partly = |name: &Named| matches!(name, Named::Syndrome(_) | Named::NonFunctioning);
    let a_kind_of = named.iter().any(partly);
    let fact = FactId::Pnet;
    // A tumour of the pancreas and of another organ is not known to be the pancreas's.
    let elsewhere = sites.organs.iter().any(|organ| organ.counts != Counts::Always);
    let pancreas = (sites.has(Site::Pancreas) && !elsewhere)
        || named.contains(&Named::PancreaticTumour)
        || record.node.get("code").is_some_and(names_pancreas);
    let morphology = has_neuroendocrine_morphology(&known.histologies, known.codes, record);
    let mut evidence = record.evidence(recorded);
    let whole = named.contains(&Named::Pnet) || (named.contains(&Named::NetOfSomeSite) && pancreas);
    let tumour =
        named.contains(&Named::PancreaticTumour) || (named.contains(&Named::DigestiveTumour) && pancreas);
    if !whole && tumour {
        evidence.notes.extend(morphology.clone());
    }
    if !(whole || tumour && morphology.is_some()) {
        let note = if tumour {
            "no neuroendocrine morphology"
        } else {
            "the pancreas is not named"
        };
        let named = record
            .node
            .get("code")
            .is_some_and(|code| names_pnet(code.texts()));
        if named && standing.was_there() {
            named_in_text(facts, record, recorded, standing);
        } else if let Standing::NotUnderstood(note) = standing {
            not_understood(facts, fact, record, recorded, note);
        } else {
            facts.shown(fact, record.noted(recorded, note));
        }
        return;
    }
    if standing.was_there()
        && !whole
        && let Some(contrary) = contrary_morphology(&known.histologies, record)
    {
        add(facts, fact, "absent", Source::Observation, contrary);
    }
    match standing {
        Standing::Now => add(facts, fact, "present", Source::Condition, evidence),
        Standing::Past(note) | Standing::Disputed(note) => {
            evidence.notes.push(note.into());
            add(facts, fact, "present", Source::Condition, evidence);
        }
        // To refute one kind of it is not to refute it.
        Standing::Refuted if whole && !a_kind_of => {
            evidence.notes.push("refuted".into());
            add(facts, fact, "absent", Source::Condition, evidence);
        }
        Standing::Refuted | Standing::Unsure(_) | Standing::NotUnderstood(_) => {
            show(facts, fact, record, recorded, standing);
            return;
        }
    }
    if standing.was_there() {
        condition_stage(known.codes, facts, record);
    }
}

fn by_name(
    facts: &mut FactsBuilder,
    name: Named,
    record: &Record<'_>,
    sites: &Sites,
    standing: Standing,
    recorded: &str,
) {
    let now = standing == Standing::Now;
    match name {
        Named::Pnet | Named::NetOfSomeSite | Named::PancreaticTumour | Named::DigestiveTumour => {}
        Named::NonFunctioning if now => {
            let evidence = record.evidence(recorded);
            add(
                facts,
                FactId::Functioning,
                "non-functioning",
                Source::Condition,
                evidence,
            );
        }
        Named::Syndrome(syndrome) if now => {
            with_syndrome(facts, syndrome, Source::Condition, record, recorded)
        }
        Named::NonFunctioning | Named::Syndrome(_) => {
            show(facts, FactId::Functioning, record, recorded, standing);
        }
        Named::Presence(fact) => presence(facts, fact, record, standing, recorded),
        Named::Holds(fact, word) if standing.was_there() => {
            if let Some(word) = fact.word(word) {
                let value = Value::Words(BTreeSet::from([word]));
                let evidence = record.evidence(recorded);
                facts.reading(fact, Reading::new(value, Source::Condition, evidence));
            }
        }
        Named::Holds(fact, _) => show(facts, fact, record, recorded, standing),
        Named::Metastasis(Site::LymphNodes) => {
            presence(
                facts,
                FactId::DistantLymphNodeMetastases,
                record,
                standing,
                recorded,
            );
        }
        Named::Metastasis(site) if now => metastasis_at(facts, site, Source::Condition, record, recorded),
        Named::Metastasis(_) => presence(facts, FactId::ExtrahepaticMetastases, record, standing, recorded),
        Named::MetastasisOfSomeSite => metastasis_by_site(facts, record, sites, standing, recorded),
        Named::PortalVeinThrombosis if now => {
            if let Some(code) = record.node.get("code") {
                portal_vein(facts, Source::Condition, record, code, recorded);
            }
        }
        Named::PortalVeinThrombosis => show(facts, FactId::PortalVein, record, recorded, standing),
        Named::Hint(fact) => {
            facts.shown(
                fact,
                record.noted(recorded, "close to it, but no statement of it"),
            );
        }
    }
}

fn metastasis_by_site(
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    sites: &Sites,
    standing: Standing,
    recorded: &str,
) {
    let mut placed = false;
    if sites.has(Site::Liver) {
        placed = true;
        presence(facts, FactId::LiverMetastases, record, standing, recorded);
    }
    for site in [Site::OtherOrgan, Site::Peritoneum] {
        if sites.has(site) {
            placed = true;
            by_name(facts, Named::Metastasis(site), record, sites, standing, recorded);
        }
    }
    if sites.has(Site::LymphNodes) {
        placed = true;
        let evidence = record.noted(recorded, "the nodes may be regional");
        facts.shown(FactId::DistantLymphNodeMetastases, evidence);
    }
    if !placed {
        for fact in [FactId::LiverMetastases, FactId::ExtrahepaticMetastases] {
            facts.shown(fact, record.noted(recorded, "the site is not known"));
        }
    }
}

fn presence(facts: &mut FactsBuilder, fact: FactId, record: &Record<'_>, standing: Standing, recorded: &str) {
    let mut evidence = record.evidence(recorded);
    match standing {
        Standing::Now => add(facts, fact, "present", Source::Condition, evidence),
        Standing::Past(note) => {
            evidence.notes.push(note.into());
            if is_of_metastases(fact)
                && let Some(end) = abatement(record.node)
            {
                evidence.effective = Some(end);
                evidence.date_unread = false;
            }
            add(facts, fact, "absent", Source::Former, evidence);
        }
        // A refuted part is no statement about the whole.
        Standing::Refuted if fact != FactId::ExtrahepaticMetastases => {
            evidence.notes.push("refuted".into());
            add(facts, fact, "absent", Source::Condition, evidence);
        }
        Standing::Refuted | Standing::Unsure(_) | Standing::Disputed(_) | Standing::NotUnderstood(_) => {
            show(facts, fact, record, recorded, standing);
        }
    }
}

/// An entry made in error says nothing, and is a record all the same.
fn condition_in_error(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>) {
    let codings = record.node.get("code").map(Node::codings).unwrap_or_default();
    for meaning in codings.iter().flat_map(|coding| codes.meanings(coding)) {
        let concerned: &[FactId] = match meaning {
            Meaning::Fact(fact) | Meaning::Says(fact, _) | Meaning::Names(Named::Presence(fact)) => &[fact],
            Meaning::Names(Named::Metastasis(Site::LymphNodes)) => &[FactId::DistantLymphNodeMetastases],
            Meaning::Names(Named::Metastasis(_)) => &[FactId::ExtrahepaticMetastases],
            Meaning::Names(Named::MetastasisOfSomeSite) => {
                &[FactId::LiverMetastases, FactId::ExtrahepaticMetastases]
            }
            _ => &[],
        };
        for fact in concerned {
            facts.in_error(*fact);
        }
    }
}

fn portal_vein(
    facts: &mut FactsBuilder,
    source: Source,
    record: &Record<'_>,
    code: Node<'_>,
    recorded: &str,
) {
    let word = extent(code.texts());
    let mut evidence = record.evidence(recorded);
    if word == "occluded" {
        evidence.notes.push("without extent".into());
    }
    add(facts, FactId::PortalVein, word, source, evidence);
}

fn with_syndrome(
    facts: &mut FactsBuilder,
    syndrome: &str,
    source: Source,
    record: &Record<'_>,
    recorded: &str,
) {
    let fact = FactId::Functioning;
    if let Some(word) = fact.word("functioning") {
        let mut reading = Reading::new(Value::Word(word), source, record.evidence(recorded));
        reading.detail = Some(syndrome.to_owned());
        facts.reading(fact, reading);
    }
}

/// A diagnosis that an Observation or a report states: the same meanings, with a day instead of an entry of the
/// problem list.
pub(super) fn observed(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    recorded: &str,
    code: Node<'_>,
    named: &[Named],
    stated: Option<bool>,
) {
    let sites = sites(record.node, known.codes);
    let taken_back = stated == Some(true) && known.denials.takes_back(code, record.effective);
    for name in named {
        let fact = match name {
            Named::Pnet => Some(FactId::Pnet),
            Named::NetOfSomeSite if sites.only(Site::Pancreas) => Some(FactId::Pnet),
            Named::Presence(fact) => Some(*fact),
            Named::Metastasis(Site::LymphNodes) => Some(FactId::DistantLymphNodeMetastases),
            Named::MetastasisOfSomeSite if sites.only(Site::Liver) => Some(FactId::LiverMetastases),
            _ => None,
        };
        let kind_only = *name == Named::Pnet
            && named
                .iter()
                .any(|n| matches!(n, Named::Syndrome(_) | Named::NonFunctioning));
        let shown = match name {
            Named::Syndrome(_) | Named::NonFunctioning => FactId::Functioning,
            Named::PortalVeinThrombosis => FactId::PortalVein,
            Named::Metastasis(_) | Named::MetastasisOfSomeSite => FactId::ExtrahepaticMetastases,
            Named::Hint(fact) | Named::Holds(fact, _) => *fact,
            _ => FactId::Pnet,
        };
        match (name, stated) {
            // Where the denial itself is no reading of the fact.
            _ if taken_back && fact.is_none() => {
                let evidence = record.noted(recorded, "a newer record of the same question denies it");
                facts.shown(shown, evidence);
            }
            (Named::Holds(fact, word), Some(true)) => {
                if let Some(word) = fact.word(word) {
                    let value = Value::Words(BTreeSet::from([word]));
                    let evidence = record.evidence(recorded);
                    facts.reading(*fact, Reading::new(value, Source::Observation, evidence));
                }
            }
            (Named::Syndrome(syndrome), Some(true)) => {
                with_syndrome(facts, syndrome, Source::Observation, record, recorded);
            }
            (Named::NonFunctioning, Some(true)) => {
                let evidence = record.evidence(recorded);
                add(
                    facts,
                    FactId::Functioning,
                    "non-functioning",
                    Source::Observation,
                    evidence,
                );
            }
            (Named::PortalVeinThrombosis, Some(true)) => {
                portal_vein(facts, Source::Observation, record, code, recorded);
            }
            (Named::Metastasis(site @ (Site::OtherOrgan | Site::Peritoneum)), Some(true)) => {
                metastasis_at(facts, *site, Source::Observation, record, recorded);
            }
            (_, Some(yes)) if fact.is_some() && (yes || !kind_only) => {
                if let Some(fact) = fact {
                    let word = if yes { "present" } else { "absent" };
                    add(facts, fact, word, Source::Observation, record.evidence(recorded));
                }
            }
            _ => {
                let evidence = record.noted(recorded, "no evidence either way");
                facts.shown(fact.unwrap_or(shown), evidence);
            }
        }
    }
}
