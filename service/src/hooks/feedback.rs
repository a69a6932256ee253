//! Feedback as EHRs send it: the standard's form, and Epic's `overrideReasons`; all of it is right or none is kept.

use crate::errors::{ErrorCode, Failure};
use crate::store::{CardAnswer, Outcome};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Items of one call; the error text names the number.
const MOST_ITEMS: usize = 500;
/// Reasons of one item.
const MOST_REASONS: usize = 8;
/// Characters of a system or a code, and of an id.
const LONGEST_CODE: usize = 256;
/// Characters of a comment that are kept.
const LONGEST_COMMENT: usize = 4000;
/// What the site's own reason of an Epic extension is known by; the other entries are its wording.
const EPIC_REASON: &str = "com.epic.cdshooks.feedback.overrideReason.reasonCategory";
/// What all entries of that extension begin with.
const EPIC_PREFIX: &str = "com.epic.cdshooks.feedback.overrideReason.";

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Wire {
    feedback: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
struct Item {
    card: String,
    outcome: String,
    /// `null` where nothing was accepted, as some write it.
    #[serde(default)]
    accepted_suggestions: Option<Vec<Suggestion>>,
    #[serde(default, deserialize_with = "one_or_many")]
    override_reason: Vec<Reason>,
    #[serde(default, deserialize_with = "one_or_many")]
    override_reasons: Vec<Reason>,
    outcome_timestamp: String,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Suggestion {
    id: String,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
#[serde(rename_all = "camelCase")]
struct Reason {
    reason: Option<Coding>,
    user_comment: Option<String>,
    extension: Option<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Coding {
    code: String,
    system: Option<String>,
}

objects_only!(Wire, Item, Suggestion, Reason, Coding);

/// Epic sends an object or an array under either name.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Reason>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        Many(Vec<Reason>),
        One(Reason),
    }
    Ok(match Option::<OneOrMany>::deserialize(deserializer)? {
        None => Vec::new(),
        Some(OneOrMany::Many(reasons)) => reasons,
        Some(OneOrMany::One(reason)) => vec![reason],
    })
}

/// Reads the body of a feedback call.
///
/// # Errors
/// [`Failure`] that names the first item with a fault, by its number from 0 and its field; never what stands in it.
pub fn parse(body: &str) -> Result<Vec<CardAnswer>, Failure> {
    let wire: Wire = serde_json::from_str(body).map_err(|error| match Failure::json(&error) {
        failure if failure.code == ErrorCode::InvalidRequest => {
            Failure::at(ErrorCode::InvalidFeedback, "`feedback` is not an array")
        }
        failure => failure,
    })?;
    if wire.feedback.len() > MOST_ITEMS {
        return Err(ErrorCode::TooMuchFeedback.into());
    }
    if wire.feedback.is_empty() {
        return Err(Failure::at(ErrorCode::InvalidFeedback, "`feedback` is empty"));
    }
    let numbered = wire.feedback.into_iter().enumerate();
    numbered
        .map(|(number, item)| {
            answer(item).map_err(|what| {
                Failure::at(
                    ErrorCode::InvalidFeedback,
                    format!("`feedback[{number}]`: {what}"),
                )
            })
        })
        .collect()
}

fn answer(item: Value) -> Result<CardAnswer, &'static str> {
    let item: Item = serde_json::from_value(item)
        .map_err(|_| "`card`, `outcome` or `outcomeTimestamp` is missing, or a field is of a wrong type")?;
    let outcome = match item.outcome.as_str() {
        "accepted" => Outcome::Accepted,
        "overridden" => Outcome::Overridden,
        _ => return Err("`outcome` is neither `accepted` nor `overridden`"),
    };
    if item.card.is_empty() || item.card.len() > LONGEST_CODE {
        return Err("`card` is empty or too long");
    }
    let ids = item.accepted_suggestions.unwrap_or_default();
    if outcome == Outcome::Accepted && ids.is_empty() {
        return Err("`acceptedSuggestions` is missing or empty");
    }
    if ids
        .iter()
        .any(|one| one.id.is_empty() || one.id.len() > LONGEST_CODE)
    {
        return Err("an `id` of `acceptedSuggestions` is empty or too long");
    }
    let at: Timestamp = item
        .outcome_timestamp
        .parse()
        .map_err(|_| "`outcomeTimestamp` is not a date and time with its offset (RFC 3339)")?;
    let mut reasons = BTreeSet::new();
    let mut comments = Vec::new();
    for reason in item.override_reason.iter().chain(&item.override_reasons) {
        let (code, comment) = reason.read()?;
        reasons.extend(code);
        comments.extend(comment);
    }
    if reasons.len() > MOST_REASONS {
        return Err("more than 8 override reasons");
    }
    Ok(CardAnswer {
        // An id of another form is of no card of ours, like one that was made up.
        card: Uuid::try_parse(&item.card).unwrap_or(Uuid::nil()),
        outcome,
        suggestions: ids.into_iter().map(|one| one.id).collect(),
        // Why a card was put aside says nothing of one that was taken.
        reasons: match outcome {
            Outcome::Overridden => reasons.into_iter().collect(),
            Outcome::Accepted => Vec::new(),
        },
        comment: (!comments.is_empty()).then(|| comments.join("\n").chars().take(LONGEST_COMMENT).collect()),
        answered_ms: at.as_millisecond(),
    })
}

impl Reason {
    /// Code and comment, of which one has to be there.
    fn read(&self) -> Result<(Option<String>, Option<&str>), &'static str> {
        let comment = self
            .user_comment
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        if comment.is_some_and(|text| text.contains('\0')) {
            return Err("`userComment` holds a character that is not text");
        }
        let of_epic =
            |map: &serde_json::Map<String, Value>| map.keys().any(|key| key.starts_with(EPIC_PREFIX));
        let extended = self.extension.as_ref().filter(|map| of_epic(map));
        let code = match (&self.reason, extended) {
            (Some(Coding { code, system }), _) => Some(coded(system.as_deref().unwrap_or_default(), code)?),
            (None, Some(map)) => match map.get(EPIC_REASON) {
                Some(Value::String(code)) => Some(coded(EPIC_REASON, code)?),
                Some(Value::Number(code)) => Some(coded(EPIC_REASON, &code.to_string())?),
                _ => None,
            },
            (None, None) => None,
        };
        if code.is_none() && extended.is_none() && comment.is_none() {
            return Err("an override reason has neither `reason` nor `userComment`");
        }
        Ok((code, comment))
    }
}

/// `system|code`, as reports name it.
fn coded(system: &str, code: &str) -> Result<String, &'static str> {
    let plain = |text: &str| text.chars().count() <= LONGEST_CODE && !text.chars().any(char::is_control);
    if code.is_empty() || !plain(code) || !plain(system) {
        return Err("`reason` has no `code`, or one that is too long or no plain text");
    }
    Ok(format!("{system}|{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CARD: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
    const AT: &str = "2026-11-23T10:00:00Z";

    fn read(item: Value) -> Result<CardAnswer, String> {
        let body = json!({ "feedback": [item] }).to_string();
        match parse(&body) {
            Ok(mut answers) => Ok(answers.remove(0)),
            Err(failure) => Err(failure.to_string()),
        }
    }

    fn overridden(reason: &str, value: Value) -> Value {
        let mut item = json!({"card": CARD, "outcome": "overridden", "outcomeTimestamp": AT});
        item[reason] = value;
        item
    }

    #[test]
    fn every_form_of_a_reason_is_read() {
        let coding = json!({"code": "c", "system": "s"});
        for (name, value, reasons, comment) in [
            ("overrideReason", json!({"reason": coding}), vec!["s|c"], None),
            (
                "overrideReason",
                json!({"reason": {"code": "c"}}),
                vec!["|c"],
                None,
            ),
            (
                "overrideReason",
                json!({"userComment": "why"}),
                vec![],
                Some("why"),
            ),
            (
                "overrideReasons",
                json!({"reason": coding, "userComment": "why"}),
                vec!["s|c"],
                Some("why"),
            ),
            (
                "overrideReasons",
                json!([{"reason": coding}, {"reason": {"code": "d", "system": "s"}}]),
                vec!["s|c", "s|d"],
                None,
            ),
            (
                "overrideReasons",
                json!({"extension": {EPIC_REASON: "45", "com.epic.cdshooks.feedback.overrideReason.reasonTitle": "T"}}),
                vec!["com.epic.cdshooks.feedback.overrideReason.reasonCategory|45"],
                None,
            ),
            ("overrideReasons", json!([]), vec![], None),
        ] {
            let answer = read(overridden(name, value.clone())).unwrap();
            assert_eq!(answer.reasons, reasons, "{value}");
            assert_eq!(answer.comment.as_deref(), comment, "{value}");
        }
    }

    #[test]
    fn a_fault_names_its_place_and_never_what_stands_there() {
        let accepted = |more: Value| {
            let mut item = json!({"card": CARD, "outcome": "accepted", "outcomeTimestamp": AT});
            item["acceptedSuggestions"] = more;
            item
        };
        let long = "x".repeat(257);
        for (item, what) in [
            (json!(1), "missing"),
            (json!({"card": CARD, "outcome": "overridden"}), "missing"),
            (
                json!({"card": CARD, "outcome": "Erika", "outcomeTimestamp": AT}),
                "`outcome`",
            ),
            (
                json!({"card": CARD, "outcome": "overridden", "outcomeTimestamp": "Erika"}),
                "RFC 3339",
            ),
            (
                json!({"card": "", "outcome": "overridden", "outcomeTimestamp": AT}),
                "`card`",
            ),
            (
                json!({"card": CARD, "outcome": "accepted", "outcomeTimestamp": AT}),
                "`acceptedSuggestions`",
            ),
            (accepted(json!([])), "`acceptedSuggestions`"),
            (accepted(json!([{"id": ""}])), "`id`"),
            (accepted(json!([{}])), "wrong type"),
            (overridden("overrideReason", json!({})), "neither"),
            (
                overridden(
                    "overrideReason",
                    json!({"reason": {"code": "", "system": "Erika"}}),
                ),
                "`code`",
            ),
            (
                overridden("overrideReason", json!({"reason": {"code": long}})),
                "too long",
            ),
            (
                overridden("overrideReason", json!({"reason": {"code": "a\nb"}})),
                "plain text",
            ),
            (
                overridden("overrideReasons", json!({"extension": {"other": 1}})),
                "neither",
            ),
            (
                overridden("overrideReason", json!({"userComment": "a\u{0}b"})),
                "not text",
            ),
        ] {
            let fault = read(item.clone()).unwrap_err();
            assert!(
                fault.contains("`feedback[0]`") && fault.contains(what),
                "{item}: {fault}"
            );
            assert!(!fault.contains("Erika"), "{fault}");
        }
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        let coding = json!({"code": "c", "system": "s"});
        assert!(read(overridden("overrideReason", json!({"reason": coding}))).is_ok());
        let mut accepted = json!({"card": CARD, "outcome": "accepted", "outcomeTimestamp": AT});
        accepted["acceptedSuggestions"] = json!([[CARD]]);
        for item in [
            json!([CARD, "overridden", null, [], [], AT]),
            overridden("overrideReason", json!({"reason": ["c", "s"]})),
            overridden("overrideReason", json!([coding, "why"])),
            overridden("overrideReasons", json!([[coding, "why", null]])),
            overridden("overrideReasons", json!([[{"code": "c"}]])),
            accepted,
        ] {
            assert!(read(item.clone()).is_err(), "{item}");
        }
        let item = overridden("overrideReasons", json!([]));
        assert_eq!(
            parse(&json!([[item]]).to_string()).unwrap_err().code,
            ErrorCode::InvalidFeedback
        );
    }

    #[test]
    fn what_is_no_feedback_is_refused_whole() {
        for (body, code) in [
            ("{", ErrorCode::MalformedJson),
            ("[]", ErrorCode::InvalidFeedback),
            ("{}", ErrorCode::InvalidFeedback),
            ("{\"feedback\": []}", ErrorCode::InvalidFeedback),
            ("{\"feedback\": {}}", ErrorCode::InvalidFeedback),
        ] {
            assert_eq!(parse(body).unwrap_err().code, code, "{body}");
        }
        let item = overridden("overrideReasons", json!([]));
        let many = |items: usize| parse(&json!({ "feedback": vec![item.clone(); items] }).to_string());
        assert_eq!(many(500).unwrap().len(), 500);
        assert_eq!(many(501).unwrap_err().code, ErrorCode::TooMuchFeedback);
    }
}
