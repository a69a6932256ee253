//! Draft requests: a referral to the multidisciplinary meeting and requests that settle a fact, never a treatment.

use super::card::Suggestion;
use super::findings;
use super::nonempty::Text;
use super::policy::Policy;
use super::resource::{Created, FullCoding, Requested, Subject};
use crate::assessment::{Aim, Assessment, Cited, MissingFact};
use crate::knowledge::{Coding, Knowledge};

/// At most so many on a missing-data card.
const MOST: usize = 5;

/// Questions named in the referral.
const QUESTIONS: usize = 5;

/// The draft referral to the multidisciplinary meeting, with the questions for it: whether the disease is completely
/// resectable while that is open, and what would settle most. None where the record names no patient.
pub(super) fn referral(
    knowledge: &Knowledge,
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    assessment: &Assessment,
) -> Option<Suggestion> {
    let known = &knowledge.referral;
    let pathway = assessment.pathway.as_ref()?;
    let first = (pathway.intent.value == Aim::Open).then(|| knowledge.pathway.open.clone());
    let missing = findings::missing_facts(assessment).into_iter();
    let asked = missing.filter(|missing| known.facts.contains(&missing.fact));
    let labels = asked.map(|missing| missing.fact.info().label.clone());
    let questions: Vec<String> = first.into_iter().chain(labels).take(QUESTIONS).collect();
    let text = match questions.is_empty() {
        true => known.text.clone(),
        false => format!("{}. {} {}", known.text, known.questions, questions.join("; ")),
    };
    let request = Request {
        label: &known.label,
        code: &known.code,
        text: &text,
        reason: None,
    };
    draft(policy, subject, "referral", request)
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
            let request = Request {
                label: &known.label,
                code: &known.code,
                text: &known.text,
                reason: known.reason.as_ref(),
            };
            draft(policy, subject, &format!("{card}/{name}"), request)
        })
        .collect()
}

/// What a draft request says.
struct Request<'a> {
    label: &'a str,
    code: &'a Coding,
    text: &'a str,
    reason: Option<&'a Cited>,
}

fn draft(
    policy: &Policy<'_>,
    subject: Option<&Subject>,
    name: &str,
    request: Request<'_>,
) -> Option<Suggestion> {
    let uuid = policy.uuid(&format!("suggestion/{name}"));
    let reason = request
        .reason
        .and_then(|reason| Text::new(&format!("{} ({})", reason.text, reason.statements.join(", "))));
    let requested = Requested {
        code: FullCoding::new(request.code)?,
        text: Text::new(request.text)?,
        reason,
    };
    Some(Suggestion::creating(
        uuid,
        Text::new(request.label)?,
        Created::draft(requested, subject?.clone()),
    ))
}
