//! What the record holds beside what is read: reports and documents of prose or files, codes that look relevant, and what
//! is referred to and not there.

use super::around::{key, keys};
use super::aside::what;
use super::known::Known;
use super::paper::{File, Paper, is_void};
use super::texts::Written;
use super::useful::is_useful;
use crate::catalogue::FactId;
use crate::chart::{Chart, Item, Narrow, Whose, is_of_medication};
use crate::codes::Codes;
use crate::facts::{FactsBuilder, Gap, NotRead, NotReadWhy};
use crate::organs::names_pnet;
use std::collections::{BTreeMap, BTreeSet};

/// Names what was not read and may matter, and gives the texts that are to be searched.
pub(super) fn beside<'r>(
    known: &Known<'_>,
    facts: &mut FactsBuilder,
    chart: &'r Chart<'r>,
) -> Vec<Written<'r>> {
    let here: BTreeSet<String> = chart.items().iter().flat_map(keys).collect();
    let binaries: BTreeMap<String, File<'r>> = chart
        .items()
        .iter()
        .filter(|item| item.kind() == "Binary")
        .flat_map(|item| keys(item).map(|key| (key, File::of_binary(item.json))))
        .collect();
    let mut written = Vec::new();
    let usable = |item: &&Item<'_>| item.whose == Whose::Usable && item.doubled.is_none();
    for item in chart.items().iter().filter(usable) {
        match item.kind() {
            "DiagnosticReport" | "DocumentReference" => {
                written.extend(paper(facts, item, &here, &binaries));
            }
            "Observation" | "Condition" => {
                unmapped(known.codes, facts, item);
                written.extend(noted(known, item));
            }
            "Procedure" => unmapped(known.codes, facts, item),
            kind if is_of_medication(kind) => without_medication(known, facts, item),
            _ => {}
        }
    }
    written
}

/// A report or document: its texts, and what to call it where it holds nothing but prose or files. Named at once is
/// one whose results are not there. Interpretation I35: the contract has one word for all of these, text that is searched among them.
fn paper<'r>(
    facts: &mut FactsBuilder,
    item: &'r Item<'r>,
    here: &BTreeSet<String>,
    binaries: &BTreeMap<String, File<'r>>,
) -> Option<Written<'r>> {
    let paper = Paper::of(item.json);
    if is_void(&paper) {
        return None;
    }
    let kind = match item.kind() {
        "DiagnosticReport" => paper.kind("report"),
        _ => paper.kind("document"),
    };
    let mut results = paper.results.iter();
    let has_here = item.narrow.contained.iter().any(is_observation)
        || results.any(|result| result.trim_start().starts_with('#') || here.contains(key(result).as_ref()));
    let has_results = has_here || !paper.results.is_empty();
    if has_results && !has_here {
        facts.not_read(NotRead {
            reference: item.place(),
            what: format!("{kind}, results"),
            date: paper.date(),
            why: NotReadWhy::NotFetched,
        });
    }
    let binary = |file: &File<'r>| binaries.get(key(file.url?).as_ref()).copied();
    let is_one = |file: &File<'r>| binary(file).map(|found| found.or_media(file));
    // Its status may have been left out.
    let is_unsafe = item.narrow.has_modifiers || (item.subsetted && paper.status.is_none());
    (!is_unsafe).then(|| Written::of_paper(item, &paper, kind, !has_results, is_one))
}

/// What a result or a diagnosis says in words beside what is read of it.
fn noted<'r>(known: &Known<'_>, item: &'r Item<'r>) -> Option<Written<'r>> {
    let is_result = item.kind() == "Observation";
    let texts = || item.narrow.code.texts();
    // Most say nothing, and a chart has many.
    let may_say = if is_result {
        Paper::may_say(item.json)
    } else {
        names_pnet(texts())
    };
    if !may_say || item.narrow.has_modifiers || item.subsetted {
        return None;
    }
    let paper = Paper::of(item.json);
    if is_void(&paper) || (paper.over && !is_result) {
        return None;
    }
    Some(if is_result {
        let is_read = paper.value.is_some() && is_useful(known, item);
        Written::of_result(item, &paper, is_read)
    } else {
        Written::of_diagnosis(item, &paper, texts())
    })
}

/// A record whose code is not read and looks as if it should be.
fn unmapped(codes: &Codes, facts: &mut FactsBuilder, item: &Item<'_>) {
    let narrow = &item.narrow;
    let text = narrow.code.text.unwrap_or_default();
    let of_code = codes.suggested(item.kind(), &narrow.code.codings, text);
    let of_parts = || codes.suggested(item.kind(), &narrow.components, "");
    let Some(suggests) = of_code.or_else(of_parts) else {
        return;
    };
    let paper = Paper::of(item.json);
    if is_void(&paper) {
        return;
    }
    let kind = what(item.kind()).unwrap_or("record");
    facts.not_read(NotRead {
        reference: item.place(),
        what: format!("{kind}, perhaps {}", suggests.info().label),
        date: paper.date(),
        why: NotReadWhy::CodeNotMapped,
    });
}

/// A record of a medication that nobody names: what it refers to is not there, and may be any drug.
fn without_medication(known: &Known<'_>, facts: &mut FactsBuilder, item: &Item<'_>) {
    let said = known.medications.said(&item.narrow);
    if !said.wording.is_empty() || said.unsent.is_empty() {
        return;
    }
    let references: Vec<String> = said
        .unsent
        .iter()
        .map(|reference| (*reference).to_owned())
        .collect();
    if is_void(&Paper::of(item.json)) {
        return;
    }
    for fact in [FactId::OnSsa, FactId::PriorSystemicTherapy] {
        facts.gap(fact, Gap::NotSupplied);
    }
    for reference in references.into_iter().filter(|reference| !reference.is_empty()) {
        facts.not_read(NotRead {
            reference,
            what: "medication, named by reference alone".to_owned(),
            date: None,
            why: NotReadWhy::NotFetched,
        });
    }
}

fn is_observation(inner: &Narrow<'_>) -> bool {
    inner.kind == Some("Observation")
}
