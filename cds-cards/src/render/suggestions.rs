//! Draft requests: a referral to the multidisciplinary meeting and requests that settle a fact, never a treatment.

use super::Policy;
use super::card::{FullCoding, Subject, Suggestion, Text};
use crate::assessment::MissingFact;
use crate::knowledge::{Coding, Knowledge};

/// At most so many on a missing-data card.
const MOST: usize = 5;

/// The referral where the knowledge has none of its own (a suggestion that settles no fact).
const REFERRAL: [&str; 5] = [
    "Refer to the multidisciplinary meeting",
    "http://snomed.info/sct",
    "312384001",
    "Multidisciplinary assessment",
    "Multidisciplinary meeting: treatment options for liver metastases of a pancreatic neuroendocrine tumour",
];

/// The draft referral to the multidisciplinary meeting; none where the record names no patient.
pub(super) fn referral(
    knowledge: &Knowledge,
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    card: &str,
) -> Vec<Suggestion> {
    let own = knowledge
        .suggestions
        .iter()
        .find(|suggestion| suggestion.facts.is_empty());
    let made = match own {
        Some(own) => draft(
            policy, subject, card, "referral", &own.label, &own.code, &own.text,
        ),
        None => {
            let [label, system, code, display, text] = REFERRAL;
            let code = Coding {
                system: system.into(),
                code: code.into(),
                display: display.into(),
            };
            draft(policy, subject, card, "referral", label, &code, text)
        }
    };
    made.into_iter().collect()
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
