//! Distant metastases by their site, as Observations state them.

use super::put::{add, put_present, put_unreadable, unread};
use super::record::Record;
use super::value::{self, Written};
use crate::catalogue::FactId;
use crate::codes::{Codes, Meaning, Site};
use crate::facts::{FactsBuilder, Source};

pub(super) fn metastasis_site(
    codes: &Codes,
    facts: &mut FactsBuilder,
    record: &Record<'_>,
    written: &Written<'_>,
) {
    let recorded = written.recorded();
    let mut named: Vec<Site> = Vec::new();
    for meaning in written.codings().iter().flat_map(|c| codes.meanings(c)) {
        if let Meaning::At(site) = meaning
            && !named.contains(&site)
        {
            named.push(site);
        }
    }
    if named.is_empty() && (written.nothing().is_some() || written.is_no_answer(codes)) {
        return;
    }
    if named.len() > 1 {
        for fact in [FactId::LiverMetastases, FactId::ExtrahepaticMetastases] {
            put_unreadable(
                facts,
                record,
                fact,
                record.noted(recorded.as_str(), value::CONTRADICTION),
            );
        }
        return;
    }
    for site in &named {
        metastasis_at(facts, *site, Source::Observation, record, &recorded);
    }
    if named.iter().all(|site| *site == Site::Pancreas) {
        for fact in [FactId::LiverMetastases, FactId::ExtrahepaticMetastases] {
            facts.shown(fact, record.noted(recorded.as_str(), "the site is not known"));
        }
    }
}

/// A distant metastasis at a site.
pub(super) fn metastasis_at(
    facts: &mut FactsBuilder,
    site: Site,
    source: Source,
    record: &Record<'_>,
    recorded: &str,
) {
    let evidence = record.evidence(recorded);
    match site {
        Site::Liver => put_present(facts, record, FactId::LiverMetastases, source, evidence),
        Site::OtherOrgan => {
            put_present(
                facts,
                record,
                FactId::ExtrahepaticMetastases,
                Source::Part,
                evidence,
            );
        }
        Site::LymphNodes => {
            put_present(
                facts,
                record,
                FactId::DistantLymphNodeMetastases,
                source,
                evidence,
            );
        }
        Site::Peritoneum => {
            put_present(
                facts,
                record,
                FactId::ExtrahepaticMetastases,
                Source::Part,
                evidence,
            );
            let evidence = record.noted(recorded, "the spread is not said");
            facts.shown(FactId::DiffusePeritonealMetastases, evidence);
        }
        Site::Pancreas => {}
    }
}

/// No history means none now; a history says nothing about now.
pub(super) fn history(codes: &Codes, facts: &mut FactsBuilder, record: &Record<'_>, written: &Written<'_>) {
    let fact = FactId::LiverMetastases;
    match value::words(fact, written, codes) {
        Ok(words) if words.iter().any(|word| word.as_str() == "absent") => {
            add(
                facts,
                fact,
                "absent",
                Source::Observation,
                record.evidence(written.recorded()),
            );
        }
        Ok(_) => {
            facts.shown(
                fact,
                record.noted(written.recorded(), "a history says nothing about now"),
            );
        }
        Err(why) => unread(facts, fact, record, written.recorded(), why),
    }
}
