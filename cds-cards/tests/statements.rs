//! Every statement of the review is used somewhere, or is listed as unused with the reason why not.

#![cfg(test)]

use cds_cards::Knowledge;
use cds_cards::assessment::Cited;
use cds_cards::knowledge::StagingTable;
use std::collections::{BTreeMap, BTreeSet};

/// The statements that something a clinician is shown rests on.
fn used(knowledge: &Knowledge) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for criterion in knowledge.criteria.values() {
        used.extend(criterion.statements.iter().cloned());
    }
    let mut cite = |all: &mut dyn Iterator<Item = &Cited>| {
        used.extend(all.flat_map(|cited| cited.statements.iter().cloned()));
    };
    cite(&mut knowledge.package.limits.iter());
    cite(&mut knowledge.package.principles.iter());
    cite(&mut knowledge.markers.iter().map(|marker| &marker.note));
    let course = &knowledge.marker_course;
    cite(&mut [&course.compare, &course.after].into_iter());
    let requests = knowledge.suggestions.iter();
    cite(&mut requests.filter_map(|request| request.reason.as_ref()));
    for option in &knowledge.options {
        cite(&mut option.restriction.iter());
        cite(&mut option.notes.iter());
        cite(&mut option.side_effects.iter());
    }
    for option in &knowledge.options {
        used.extend(option.statements.values().flatten().cloned());
        used.extend(option.figures.iter().map(|figure| figure.statement.clone()));
        let aspects = [&option.favours, &option.cautions, &option.variants];
        let aspects = aspects.into_iter().flatten();
        used.extend(aspects.flat_map(|aspect| aspect.statements.iter().cloned()));
    }
    let places = knowledge.options.iter().map(|option| &option.place);
    for place in places {
        used.extend(
            place
                .trigger
                .iter()
                .flat_map(|trigger| trigger.statements.iter().cloned()),
        );
        used.extend(
            place
                .before
                .iter()
                .flat_map(|before| before.statements.iter().cloned()),
        );
        used.extend(place.then.iter().flat_map(|then| then.statements.iter().cloned()));
        used.extend(
            place
                .instead_of
                .iter()
                .flat_map(|then| then.statements.iter().cloned()),
        );
    }
    for row in &knowledge.grade.rows {
        used.extend(row.statements.iter().cloned());
    }
    for StagingTable { t, stages } in [&knowledge.enets, &knowledge.ajcc7] {
        used.extend(t.iter().map(|row| row.statement.clone()));
        used.extend(stages.iter().map(|row| row.statement.clone()));
    }
    let passages = knowledge.options.iter().map(|option| &option.card);
    for text in knowledge.cards.values().chain(passages) {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let named = words.filter(|word| knowledge.statements.contains_key(*word));
        used.extend(named.map(str::to_owned));
    }
    used
}

fn listed() -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(include_str!("unused_statements.csv").as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

#[test]
fn a_statement_that_nothing_uses_is_listed_with_the_reason_why_not() {
    let knowledge = Knowledge::embedded().unwrap();
    let (used, listed) = (used(&knowledge), listed());
    let all = knowledge.statements.keys();
    let unlisted: Vec<&String> = all
        .filter(|id| !used.contains(*id) && !listed.contains_key(*id))
        .collect();
    assert!(
        unlisted.is_empty(),
        "used by nothing and not listed: {unlisted:?}"
    );
    let wrong: Vec<&String> = listed
        .keys()
        .filter(|id| used.contains(*id) || !knowledge.statements.contains_key(*id))
        .collect();
    assert!(wrong.is_empty(), "listed, but used or unknown: {wrong:?}");
    for (id, reason) in &listed {
        assert!(reason.len() > 20, "{id}: {reason}");
    }
}

#[test]
fn what_the_issue_names_is_used() {
    let used = used(&Knowledge::embedded().unwrap());
    let named = "EM11 EM12 EM13 EM14 EM15 CU17a CU17b SS10 SS11 IF02 IF03 PR04 CU10 CU20 CU21a CU21b CU22a CU22b \
                 EM09 TG05 TG09 SS15 IF04 D15 D16 D18 B08 D07 D08 D12 L01 LT01 LT04 LT05 CH04a CU18 CY08 CY10 SS13b";
    let missing: Vec<&str> = named
        .split_whitespace()
        .filter(|id| !used.contains(*id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
