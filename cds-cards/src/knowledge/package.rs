//! `package.toml` and `suggestions.toml`: what the knowledge is, and the draft requests it offers.

use super::evidence::Evidence;
use super::files::Files;
use super::model::{Coding, Package, Referral, Suggestion};
use super::section::{At, Section};
use crate::assessment::{Cited, KnowledgeRef};
use fhir_profiles::FactId;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const PACKAGE: &str = "package.toml";
const SUGGESTIONS: &str = "suggestions.toml";
/// Files attributes of an evidence-based decision support intervention, 45 CFR 170.315(b)(11)(iv)(A).
const ATTRIBUTES: usize = 13;

/// What tells one knowledge from another, however its version is written.
pub(super) struct Hashes {
    /// `sha256:` and the hash of all its files.
    pub(super) of_all: String,
    /// The beginning of the hash of the files that a site lays over the built-in ones, where there are some.
    pub(super) of_site: Option<String>,
}

/// Reads the package description; `None` if it is missing or has faults (reported).
pub(super) fn read(source: &Files<'_>, evidence: &Evidence, hashes: Hashes) -> Option<Package> {
    source.place(PACKAGE)?.parse(|root| {
        let (id, version) = (root.text("id"), root.text("version"));
        let cut_off = root.text("evidence-cut-off");
        if let Some(cut_off) = cut_off.as_ref().filter(|month| !is_month(&month.value)) {
            root.fault(
                cut_off.line,
                format!("`{}` is no month such as 2018-05", cut_off.value),
            );
        }
        let (title, source_label) = (root.text("title"), root.text("source-label"));
        let (intended_use, misuse) = (root.text("intended-use"), root.text("misuse"));
        let (citation, citation_url) = (root.text("citation"), root.text("citation-url"));
        if let Some(url) = citation_url
            .as_ref()
            .filter(|url| !url.value.starts_with("https://"))
        {
            root.fault(url.line, "the link must start with https://");
        }
        let topics = topics(root);
        let scope = root.needed_section("scope", scope).flatten();
        let limits = cited(root, "limit", source, evidence);
        let principles = cited(root, "principle", source, evidence);
        let attributes = root.sections("attribute", |section| {
            section.text("name").zip(section.text("text"))
        });
        let mut reasons = BTreeSet::new();
        let override_reasons = root.sections("override-reason", |section| {
            let reason = coding_of(section)?;
            if !reasons.insert((reason.system.clone(), reason.code.clone())) {
                section.fault(
                    section.line_of("code"),
                    format!("the override reason `{}` stands twice", reason.code),
                );
            }
            Some(reason)
        });
        let changes = changes(root, version.as_ref());
        let attributes: Vec<(At<String>, At<String>)> = attributes.into_iter().flatten().collect();
        if attributes.len() != ATTRIBUTES {
            let line = root.line_of("attribute");
            root.fault(
                line,
                format!(
                    "{ATTRIBUTES} source attributes are needed, {} stand here",
                    attributes.len()
                ),
            );
        }
        let (version, cut_off, citation) = (version?.value, cut_off?.value, citation?.value);
        let reference = KnowledgeRef {
            id: id?.value,
            version: match &hashes.of_site {
                Some(hash) => KnowledgeRef::of_site(&version, hash),
                None => version,
            },
            hash: hashes.of_all,
            evidence_cut_off: cut_off.clone(),
        };
        let edition = reference.edition();
        let filled = |text: String| {
            text.replace("{version}", &edition)
                .replace("{evidence-cut-off}", &cut_off)
                .replace("{citation}", &citation)
        };
        Some(Package {
            attributes: attributes
                .into_iter()
                .map(|(name, text)| (name.value, filled(text.value)))
                .collect(),
            reference,
            title: title?.value,
            intended_use: intended_use?.value,
            misuse: misuse?.value,
            citation: citation.clone(),
            citation_url: citation_url?.value,
            source_label: source_label?.value,
            topics,
            not_looked_at: scope.as_ref()?.not_looked_at.clone(),
            outside: scope.as_ref()?.outside.clone(),
            adults: scope?.adults,
            limits,
            principles,
            override_reasons: override_reasons.into_iter().flatten().collect(),
            changes,
        })
    })?
}

/// The topic of each card; the renderer checks that every card has one.
fn topics(root: &Section<'_>) -> BTreeMap<String, Coding> {
    let mut topics = BTreeMap::new();
    let read = |section: &Section<'_>| section.text("card").zip(coding_of(section));
    for (card, topic) in root.sections("topic", read).into_iter().flatten() {
        if topics.insert(card.value.clone(), topic).is_some() {
            root.fault(card.line, format!("the topic of `{}` stands twice", card.value));
        }
    }
    topics
}

/// What the review is not on.
struct Scope {
    not_looked_at: String,
    outside: Vec<FactId>,
    adults: (Decimal, String),
}

fn scope(section: &Section<'_>) -> Option<Scope> {
    let not_looked_at = section.text("not-looked-at");
    let outside = facts(section, section.some_texts("outside"));
    let not_adult = section.text("not-adult");
    let adult = section.needed_number("adult-from");
    Some(Scope {
        not_looked_at: not_looked_at?.value,
        outside,
        adults: (adult?.value, not_adult?.value),
    })
}

/// The facts that are named there; unknown ones are reported.
fn facts(section: &Section<'_>, names: Vec<At<String>>) -> Vec<FactId> {
    names.iter().filter_map(|name| section.fact(name)).collect()
}

/// What changed from version to version; who changes the knowledge says what.
fn changes(root: &Section<'_>, version: Option<&At<String>>) -> Vec<(String, String)> {
    let read = root.sections("change", |section| section.text("to").zip(section.text("text")));
    let read: Vec<(At<String>, At<String>)> = read.into_iter().flatten().collect();
    let newest = read.first().map(|(version, _)| version.value.as_str());
    if let Some(version) = version.filter(|version| newest != Some(version.value.as_str())) {
        root.fault(
            version.line,
            format!(
                "the first `[[change]]` must say what changed in `{}`",
                version.value
            ),
        );
    }
    let changes = read.into_iter();
    changes
        .map(|(version, text)| (version.value, text.value))
        .collect()
}

/// Reads the referral and the suggestions; no referral if it is missing or has faults (reported).
pub(super) fn suggestions(source: &Files<'_>, evidence: &Evidence) -> (Option<Referral>, Vec<Suggestion>) {
    let Some(place) = source.place(SUGGESTIONS) else {
        return (None, Vec::new());
    };
    let read = place.parse(|root| {
        let referral = root.needed_section("referral", referral);
        let suggestions = root.sections("suggestion", |section| suggestion(section, source, evidence));
        (referral.flatten(), suggestions.into_iter().flatten().collect())
    });
    read.unwrap_or_default()
}

fn referral(section: &Section<'_>) -> Option<Referral> {
    let (label, text, questions) = (
        section.text("label"),
        section.text("text"),
        section.text("questions"),
    );
    let code = coding(section, "code");
    let facts = facts(section, section.some_texts("facts"));
    Some(Referral {
        facts,
        label: label?.value,
        code: code?,
        text: text?.value,
        questions: questions?.value,
    })
}

fn suggestion(section: &Section<'_>, source: &Files<'_>, evidence: &Evidence) -> Option<Suggestion> {
    let (label, text, code) = (
        section.text("label"),
        section.text("text"),
        coding(section, "code"),
    );
    let facts = facts(section, section.some_texts("facts"));
    let reason = section.section("reason", |section| {
        let text = section.text("text");
        let statements = evidence.cited(SUGGESTIONS, section.some_texts("statements"), source.faults);
        Some(Cited {
            text: text?.value,
            statements,
        })
    });
    Some(Suggestion {
        facts,
        label: label?.value,
        code: code?,
        text: text?.value,
        reason: reason.flatten(),
    })
}

fn cited(root: &Section<'_>, key: &'static str, source: &Files<'_>, evidence: &Evidence) -> Vec<Cited> {
    let read = root.sections(key, |section| {
        let text = section.text("text");
        let statements = evidence.cited(PACKAGE, section.some_texts("statements"), source.faults);
        Some(Cited {
            text: text?.value,
            statements,
        })
    });
    if read.is_empty() {
        root.fault(root.line(), format!("there is no `[[{key}]]`"));
    }
    read.into_iter().flatten().collect()
}

fn coding(section: &Section<'_>, key: &'static str) -> Option<Coding> {
    let read = section.section(key, coding_of);
    if read.is_none() && section.line_of(key) == section.line() {
        section.fault(section.line(), format!("`{key}` is missing"));
    }
    read.flatten()
}

pub(super) fn coding_of(section: &Section<'_>) -> Option<Coding> {
    let (system, code, display) = (
        section.text("system"),
        section.text("code"),
        section.text("display"),
    );
    Some(Coding {
        system: system?.value,
        code: code?.value,
        display: display?.value,
    })
}

fn is_month(text: &str) -> bool {
    text.split_once('-').is_some_and(|(year, month)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        year.len() == 4
            && month.len() == 2
            && digits(year)
            && digits(month)
            && (1..=12).contains(&month.parse().unwrap_or(0))
    })
}
