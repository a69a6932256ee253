//! Draft requests: a referral to the multidisciplinary meeting and requests that settle a fact, never a treatment.

use super::card::{FullCoding, Subject, Suggestion, Text};
use super::{Policy, words};
use crate::assessment::{Group, MissingFact};
use crate::knowledge::{Coding, Knowledge};

/// At most so many on a missing-data card.
const MOST: usize = 5;

/// The draft referral to the multidisciplinary meeting for a group; none where the record names no patient.
pub(super) fn referral(
    knowledge: &Knowledge,
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    group: Group,
) -> Option<Suggestion> {
    let known = &knowledge.referral;
    let of_group = |text: &str| text.replace("{}", &words::group(group).to_lowercase());
    let (label, text) = (of_group(&known.label), of_group(&known.text));
    draft(
        policy,
        subject,
        group.as_str(),
        "referral",
        &label,
        &known.code,
        &text,
    )
}

/// Requests for the facts that would settle most, none twice.
pub(super) fn for_missing(
    knowledge: &Knowledge,
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    card: &str,
    missing: &[MissingFact],
) -> Vec<Suggestion> {
    let mut taken: Vec<usize> = Vec::new();
    for fact in missing {
        let position = knowledge
            .suggestions
            .iter()
            .position(|known| known.facts.contains(&fact.fact));
        if let Some(position) = position.filter(|position| !taken.contains(position)) {
            taken.push(position);
        }
    }
    let chosen = taken
        .iter()
        .take(MOST)
        .filter_map(|position| knowledge.suggestions.get(*position));
    chosen
        .filter_map(|known| {
            let name = known.facts.first().map_or("", |fact| fact.as_str());
            draft(
                policy,
                subject,
                card,
                name,
                &known.label,
                &known.code,
                &known.text,
            )
        })
        .collect()
}

fn draft(
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    card: &str,
    name: &str,
    label: &str,
    code: &Coding,
    text: &str,
) -> Option<Suggestion> {
    let uuid = policy.uuid(&format!("suggestion/{card}/{name}"));
    Some(Suggestion::draft(
        uuid,
        Text::new(label)?,
        FullCoding::new(code)?,
        Text::new(text)?,
        subject?.clone(),
    ))
}
