//! The wording of an order: which procedures and drugs it names as what is to be done.

use super::drugs::{BESIDE, Drugs, coded};
use super::lexicon::{has_any, is_one_of};
use crate::chart::Coding;
use crate::codes::Codes;
use crate::text::word_starts;
use serde::Deserialize;
use std::sync::LazyLock;

/// Where in the body a procedure must be to be the one that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Place {
    /// The name says enough.
    Any,
    /// The liver must be named beside it, or as the site.
    Liver,
    /// No other organ may be named.
    NotElsewhere,
}

/// A procedure by its names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Procedure {
    pub(super) treatment: String,
    pub(super) names: Vec<String>,
    pub(super) place: Place,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orders {
    liver: Vec<String>,
    elsewhere: Vec<String>,
    before: Vec<String>,
    behind: Vec<String>,
    between: Vec<String>,
    aside: Vec<String>,
    about: Vec<String>,
    tested: Vec<String>,
    not_given: Vec<String>,
    #[serde(rename = "procedure")]
    pub(super) procedures: Vec<Procedure>,
}

/// The words of `lexicon/orders.toml`, which a test reads.
pub(super) static ORDERS: LazyLock<Orders> =
    LazyLock::new(|| toml::from_str(include_str!("../../lexicon/orders.toml")).unwrap_or_default());

/// What an order is of, which says what words beside a drug mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrderOf {
    /// It can only be of a drug.
    Medication,
    /// It can be of a treatment, or of anything done about one.
    Service,
}

/// Whether the texts name the procedure as what is ordered.
pub(super) fn orders_procedure(texts: &[&str], names: &[String]) -> bool {
    let texts = plain(texts);
    texts
        .iter()
        .any(|text| names.iter().any(|name| is_meant(text, name, &[&ORDERS.about])))
}

pub(super) fn is_liver(texts: &[&str]) -> bool {
    holds(texts, &ORDERS.liver)
}

pub(super) fn is_elsewhere(texts: &[&str]) -> bool {
    holds(texts, &ORDERS.elsewhere)
}

fn holds(texts: &[&str], words: &[String]) -> bool {
    texts.iter().any(|text| has_any(text, words))
}

/// The drugs that are ordered, by code or by name. Beside the name of a tracer only the drug that is itself a
/// radiopharmaceutical for therapy counts.
pub(super) fn drugs_ordered(codings: &[Coding<'_>], texts: &[&str], kind: OrderOf, codes: &Codes) -> Drugs {
    let about: &[&[String]] = match kind {
        OrderOf::Medication => &[&ORDERS.not_given],
        OrderOf::Service => &[&ORDERS.about, &ORDERS.tested],
    };
    let lower = plain(texts);
    let named: Drugs = codes
        .names()
        .filter(|(name, _)| lower.iter().any(|text| is_meant(text, name, about)))
        .flat_map(|(_, drugs)| drugs)
        .collect();
    let is_about = kind == OrderOf::Service && about.iter().any(|words| holds(texts, words));
    let coded = coded(codings, codes).filter(|drug| !is_about || named.contains(drug));
    let mut found: Drugs = coded.collect();
    found.extend(named);
    if holds(texts, &BESIDE.not_systemic) {
        found.retain(|drug| *drug == "lutetium-dotatate");
    }
    found
}

/// The texts in small letters, with one spelling of what says that a name is not what is ordered.
fn plain(texts: &[&str]) -> Vec<String> {
    let plain = |text: &&str| {
        text.to_lowercase()
            .replace("follow-up", "followup")
            .replace("follow up", "followup")
    };
    texts.iter().map(plain).collect()
}

/// Whether the text, made [`plain`], has this name somewhere as what is ordered.
fn is_meant(lower: &str, name: &str, about: &[&[String]]) -> bool {
    word_starts(lower, name).any(|at| {
        let (head, rest) = lower.split_at(at);
        let (_, tail) = rest.split_at(name.len());
        let inside = tail.starts_with(char::is_alphanumeric);
        let head = head.rsplit([',', ';', '\n']).next().unwrap_or_default();
        let tail = clause(tail);
        let about = |text: &str| about.iter().any(|words| has_any(text, words));
        !inside
            && !next(words(head).into_iter().rev())
                .is_some_and(|word| is_one_of(word, &ORDERS.before) || is_one_of(word, &BESIDE.taken_back))
            && !next(words(&tail).into_iter()).is_some_and(|word| is_one_of(word, &ORDERS.behind))
            && !about(head)
            && !about(&tail)
    })
}

/// What of the words behind a name still speaks of it: no aside, and of brackets only single words.
fn clause(tail: &str) -> String {
    let mut open = String::new();
    let mut rest = tail;
    while let Some((before, inside)) = rest.split_once('(') {
        let (inside, behind) = inside.split_once(')').unwrap_or((inside, ""));
        open.push_str(before);
        if inside.split_whitespace().count() == 1 {
            open.push_str(inside);
        }
        rest = behind;
    }
    open.push_str(rest);
    let first = open.split([',', ';', '\n']).next().unwrap_or_default();
    let kept = first
        .split_whitespace()
        .take_while(|word| !is_one_of(word, &ORDERS.aside));
    let mut kept = kept.collect::<Vec<_>>().join(" ");
    if first.starts_with(char::is_whitespace) {
        kept.insert(0, ' ');
    }
    kept
}

fn words(text: &str) -> Vec<&str> {
    let split = text.split(|c: char| !c.is_alphanumeric() && c != '/');
    split.filter(|word| !word.is_empty()).collect()
}

fn next<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    words.find(|word| !is_one_of(word, &ORDERS.between))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::treatments::Treatment;

    #[test]
    fn every_name_is_of_a_treatment_and_every_word_in_small_letters() {
        let read: Orders = toml::from_str(include_str!("../../lexicon/orders.toml")).unwrap();
        for procedure in &read.procedures {
            assert!(Treatment::parse(&procedure.treatment).is_some(), "{procedure:?}");
            assert!(!procedure.names.is_empty(), "{procedure:?}");
        }
        let names = read.procedures.iter().map(|procedure| &procedure.names);
        let lists = [
            &read.liver,
            &read.elsewhere,
            &read.before,
            &read.behind,
            &read.between,
            &read.aside,
            &read.about,
            &read.tested,
            &read.not_given,
        ];
        for list in lists.into_iter().chain(names) {
            assert!(
                !list.is_empty() && list.iter().all(|word| *word == word.to_lowercase()),
                "{list:?}"
            );
        }
    }

    #[test]
    fn a_word_counts_only_where_it_speaks_of_the_treatment() {
        let tace = |text: &str| orders_procedure(&[text], &["tace".to_owned()]);
        for ordered in [
            "TACE after MDT discussion",
            "TACE (MDT discussion done)",
            "Planned TACE",
            "TACE right lobe, follow-up in 4 weeks",
            "TACE right lobe follow-up in 4 weeks",
            "TACE liver, patient prefers no general anaesthesia",
            "Without contrast TACE",
            "TACE, stop warfarin 5 days before",
            "Mapping done; TACE",
            "TACE, declined surgery",
        ] {
            assert!(tace(ordered), "{ordered}");
        }
        for other in [
            "No TACE",
            "no further TACE",
            "Not for TACE",
            "post TACE",
            "Post-TACE pain",
            "status after TACE",
            "CT after TACE",
            "Follow-up after TACE",
            "Follow up: TACE",
            "TACE follow-up",
            "TACE declined",
            "TACE planning",
            "TACE (evaluation)",
            "Referral for TACE",
            "bloods prior to TACE",
        ] {
            assert!(!tace(other), "{other}");
        }
    }
}
