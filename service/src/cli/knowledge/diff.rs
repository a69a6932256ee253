//! `pnet-cds knowledge diff`: what a change of the knowledge does to the rules and to every vignette.

use super::place;
use super::show::{PATHWAY, show_criterion, show_option, show_statement};
use crate::cli::ended::{Ended, print};
use crate::site::load_knowledge;
use cds_cards::assessment::{Assessment, CriterionReport, OptionReport, Outcome, Reason};
use cds_cards::render::{Asking, Policy, render};
use cds_cards::vignettes::{self, Vignette};
use cds_cards::{Knowledge, assess};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use uuid::Uuid;

/// Says what differs; nothing differing is said too.
pub(in crate::cli) fn diff(old: &Path, new: Option<&Path>) -> Result<(), Ended> {
    let (old, new) = match (load_knowledge(Some(old)), load_knowledge(new)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let faults = |side: &str, faults: Vec<String>| -> Vec<String> {
                faults
                    .into_iter()
                    .map(|fault| format!("{side}: {fault}"))
                    .collect()
            };
            let old = old.err().map(|all| faults("old", all));
            let new = new.err().map(|all| faults("new", all));
            return Err(Ended::wrong([old, new].into_iter().flatten().flatten()));
        }
    };
    let vignettes = vignettes::embedded().map_err(Ended::failed)?;
    let mut text = String::new();
    for (side, knowledge) in [("old", &old), ("new", &new)] {
        let reference = &knowledge.package.reference;
        let _ = writeln!(
            text,
            "{side}: {} {} ({})",
            reference.id,
            reference.edition(),
            reference.hash
        );
    }
    let rules = rules(&old, &new);
    let _ = writeln!(text, "\nRules: {}", counted(rules.len(), "difference"));
    text.extend(rules);
    let compared = Compared::over(&vignettes, &old, &new).map_err(Ended::failed)?;
    let _ = writeln!(
        text,
        "\nVignettes: {} of {} come out otherwise",
        compared.changed.len(),
        vignettes.len()
    );
    text.push_str(&moved(&vignettes, &compared.changed));
    let _ = writeln!(
        text,
        "\nCards: those of {} other vignettes read otherwise{}",
        compared.reworded.len(),
        if compared.reworded.is_empty() { "" } else { ":" }
    );
    for family in families(
        &vignettes,
        compared.reworded.iter().map(|name| (name.as_str(), ())),
    ) {
        let _ = writeln!(text, "  {}:", family.title());
        for (name, ()) in &family.members {
            let _ = writeln!(text, "    {name}");
        }
    }
    print(&text)
}

/// The vignettes that move, by what they inherit from: what all of a family have in common is said once.
fn moved(vignettes: &BTreeMap<String, Vignette>, changed: &[(String, Vec<String>)]) -> String {
    let mut text = String::new();
    let members = changed.iter().map(|(name, lines)| (name.as_str(), lines));
    for family in families(vignettes, members) {
        let common = common(&family.members);
        let _ = writeln!(text, "\n{}:", family.title());
        for line in &common {
            let _ = writeln!(text, "  all of these: {line}");
        }
        for (name, lines) in &family.members {
            let _ = writeln!(text, "{name}");
            for line in lines.iter().filter(|line| !common.contains(&line.as_str())) {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    text
}

/// The lines that several vignettes all have; one alone has nothing in common.
fn common<'l>(members: &[(&str, &'l Vec<String>)]) -> Vec<&'l str> {
    let [(_, first), others @ ..] = members else {
        return Vec::new();
    };
    if others.is_empty() {
        return Vec::new();
    }
    let everywhere = |line: &&String| others.iter().all(|(_, lines)| lines.contains(*line));
    first.iter().filter(everywhere).map(String::as_str).collect()
}

/// Vignettes that inherit from one base, among all that do.
struct Family<'v, T> {
    base: Option<&'v str>,
    all: usize,
    members: Vec<(&'v str, T)>,
}

impl<T> Family<'_, T> {
    fn title(&self) -> String {
        let (some, all) = (self.members.len(), self.all);
        match self.base {
            Some(base) => format!("From {base}, {some} of {all}"),
            None => format!("From no base, {some} of {all}"),
        }
    }
}

/// The vignettes named, by the base that they inherit from.
fn families<'v, T>(
    vignettes: &'v BTreeMap<String, Vignette>,
    named: impl Iterator<Item = (&'v str, T)>,
) -> Vec<Family<'v, T>> {
    let mut families: BTreeMap<Option<&str>, Vec<(&str, T)>> = BTreeMap::new();
    for (name, of_it) in named {
        let base = vignettes::base_of(vignettes, name);
        families.entry(base).or_default().push((name, of_it));
    }
    let family = |(base, members)| Family {
        base,
        all: vignettes
            .keys()
            .filter(|name| vignettes::base_of(vignettes, name) == base)
            .count(),
        members,
    };
    families.into_iter().map(family).collect()
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Every rule that differs, as `knowledge show` prints it: lines that went with `-`, lines that came with `+`.
fn rules(old: &Knowledge, new: &Knowledge) -> Vec<String> {
    let (old, new) = (shown(old), shown(new));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = ids.into_iter().filter(|id| old.get(*id) != new.get(*id));
    differing
        .map(|id| {
            let lines = |of: &BTreeMap<String, String>| -> Vec<String> {
                of.get(id)
                    .map(|text| text.lines().map(str::to_owned).collect())
                    .unwrap_or_default()
            };
            let (before, after) = (lines(&old), lines(&new));
            let mut text = format!("{id}\n");
            for line in before.iter().filter(|line| !after.contains(line)) {
                let _ = writeln!(text, "  - {}", line.trim_start());
            }
            for line in after.iter().filter(|line| !before.contains(line)) {
                let _ = writeln!(text, "  + {}", line.trim_start());
            }
            text
        })
        .collect()
}

fn shown(knowledge: &Knowledge) -> BTreeMap<String, String> {
    let options = knowledge
        .options
        .iter()
        .map(|option| (format!("option {}", option.id), show_option(knowledge, option)));
    let criteria = knowledge.criteria.values().map(|criterion| {
        (
            format!("criterion {}", criterion.id),
            show_criterion(knowledge, criterion),
        )
    });
    let statements = knowledge
        .statements
        .iter()
        .map(|(id, statement)| (format!("statement {id}"), show_statement(id, statement)));
    let pathway = (PATHWAY.to_owned(), place::show(knowledge));
    options
        .chain(criteria)
        .chain(statements)
        .chain([pathway])
        .collect()
}

#[derive(Default)]
struct Compared {
    changed: Vec<(String, Vec<String>)>,
    reworded: Vec<String>,
}

impl Compared {
    fn over(
        vignettes: &BTreeMap<String, Vignette>,
        old: &Knowledge,
        new: &Knowledge,
    ) -> Result<Self, String> {
        let mut compared = Self::default();
        for (name, vignette) in vignettes {
            let facts = vignette.facts().map_err(|fault| format!("{name}: {fault}"))?;
            let (before, after) = (assess(old, &facts), assess(new, &facts));
            let lines = differences(&before, &after);
            if !lines.is_empty() {
                compared.changed.push((name.clone(), lines));
            } else if cards(old, &before) != cards(new, &after) {
                compared.reworded.push(name.clone());
            }
        }
        Ok(compared)
    }
}

/// Summary and text of every card.
fn cards(knowledge: &Knowledge, assessment: &Assessment) -> Vec<serde_json::Value> {
    let policy = Policy {
        max_cards: usize::MAX,
        full: true,
        without_metastases: true,
        public_url: None,
        instance: Uuid::nil(),
        asking: Asking {
            most: usize::MAX,
            ..Asking::default()
        },
    };
    // The version stands at the foot of every card, and is said once above.
    let reference = &knowledge.package.reference;
    let edition = reference.edition();
    let cards = render(knowledge, assessment, &policy);
    let written = cards.iter().filter_map(|card| serde_json::to_string(card).ok());
    written
        .map(|card| serde_json::Value::String(card.replace(&edition, "").replace(&reference.version, "")))
        .collect()
}

fn differences(old: &Assessment, new: &Assessment) -> Vec<String> {
    let mut lines = Vec::new();
    changed(&mut lines, "gate", &word(&old.gate), &word(&new.gate));
    changed(
        &mut lines,
        "grade",
        &old.grade.candidates.join(" or "),
        &new.grade.candidates.join(" or "),
    );
    for (system, old, new) in [
        ("ENETS", &old.stage.enets, &new.stage.enets),
        ("AJCC 7", &old.stage.ajcc7, &new.stage.ajcc7),
    ] {
        changed(
            &mut lines,
            system,
            &old.candidates.join(" or "),
            &new.candidates.join(" or "),
        );
    }
    let discrepancies = |of: &Assessment| -> String {
        let ids: Vec<&str> = of.discrepancies.iter().map(|found| found.id.as_str()).collect();
        ids.join(", ")
    };
    changed(
        &mut lines,
        "discrepancies",
        &discrepancies(old),
        &discrepancies(new),
    );
    let intent = |of: &Assessment| -> String {
        let pathway = of.pathway.as_ref();
        pathway
            .map(|pathway| pathway.intent.value.as_str().to_owned())
            .unwrap_or_default()
    };
    changed(&mut lines, "intent", &intent(old), &intent(new));
    let ids: BTreeSet<&str> = [old, new]
        .iter()
        .flat_map(|of| of.options.iter().map(|option| option.id.as_str()))
        .collect();
    for id in ids {
        let of = |assessment: &'_ Assessment| -> Option<OptionReport> { assessment.option(id).cloned() };
        option(&mut lines, id, of(old), of(new));
        let place = |assessment: &Assessment| -> String {
            let places = assessment.pathway.iter().flat_map(|pathway| &pathway.places);
            let of_option = places.filter(|place| place.option == id);
            of_option.map(|place| word(&place.place)).collect()
        };
        changed(&mut lines, &format!("place of {id}"), &place(old), &place(new));
    }
    lines
}

fn option(lines: &mut Vec<String>, id: &str, old: Option<OptionReport>, new: Option<OptionReport>) {
    let verdict = |of: &Option<OptionReport>| {
        of.as_ref()
            .map(|option| option.verdict.as_str().to_owned())
            .unwrap_or_default()
    };
    changed(lines, id, &verdict(&old), &verdict(&new));
    let outcomes = |of: Option<OptionReport>| -> BTreeMap<String, String> {
        let criteria = of.map(|option| option.criteria).unwrap_or_default();
        criteria
            .iter()
            .map(|criterion| (criterion.id.clone(), outcome(criterion)))
            .collect()
    };
    let (old, new) = (outcomes(old), outcomes(new));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for criterion in ids {
        let of = |outcomes: &BTreeMap<String, String>| outcomes.get(criterion).cloned().unwrap_or_default();
        changed(lines, &format!("{id}: {criterion}"), &of(&old), &of(&new));
    }
}

fn outcome(criterion: &CriterionReport) -> String {
    match (criterion.outcome, criterion.reason) {
        (Outcome::Unknown, Some(reason)) => word::<Reason>(&reason),
        (outcome, _) => word(&outcome),
    }
}

fn changed(lines: &mut Vec<String>, what: &str, old: &str, new: &str) {
    if old != new {
        let said = |text: &str| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                text.to_owned()
            }
        };
        lines.push(format!("{what}: {} -> {}", said(old), said(new)));
    }
}

/// The word that a value has in JSON.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vignettes(named: &[(&str, Option<&str>)]) -> BTreeMap<String, Vignette> {
        let vignette = |(name, like): &(&str, Option<&str>)| Vignette {
            name: (*name).to_owned(),
            like: like.map(str::to_owned),
            ..Vignette::default()
        };
        let made = named.iter().map(vignette);
        made.map(|one| (one.name.clone(), one)).collect()
    }

    #[test]
    fn what_all_that_inherit_from_a_base_have_in_common_is_said_once() {
        let vignettes = vignettes(&[
            ("base/a", None),
            ("base/b", Some("base/a")),
            ("of-a/one", Some("base/a")),
            ("of-a/two", Some("of-a/one")),
            ("of-a/three", Some("base/a")),
            ("of-b/one", Some("base/b")),
            ("alone/one", None),
        ]);
        let changed: Vec<(String, Vec<String>)> = [
            ("alone/one", vec!["x: 1 -> 2"]),
            ("base/a", vec!["x: 1 -> 2", "y: 1 -> 2"]),
            ("of-a/one", vec!["x: 1 -> 2", "y: 1 -> 2"]),
            ("of-a/two", vec!["x: 1 -> 2", "z: 1 -> 2"]),
            ("of-b/one", vec!["x: 1 -> 2"]),
        ]
        .map(|(name, lines)| (name.to_owned(), lines.into_iter().map(str::to_owned).collect()))
        .into();
        assert_eq!(
            moved(&vignettes, &changed),
            "\nFrom no base, 1 of 1:\nalone/one\n  x: 1 -> 2\n\
             \nFrom base/a, 3 of 4:\n  all of these: x: 1 -> 2\nbase/a\n  y: 1 -> 2\nof-a/one\n  y: 1 -> 2\nof-a/two\n  z: 1 -> 2\n\
             \nFrom base/b, 1 of 2:\nof-b/one\n  x: 1 -> 2\n"
        );
        assert_eq!(moved(&vignettes, &[]), "");
    }
}
