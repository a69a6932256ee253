//! What the templates of the pathway card are given, and of the card of a patient without liver metastases.

use super::evidence::chart_line;
use super::findings::{Found, few, found};
use super::scope::person;
use super::sheet::{Most, Sheet, sheet};
use super::{not_read::not_read, notes, words};
use crate::assessment::Assessment;
use crate::knowledge::Knowledge;
use crate::texts;
use serde::Serialize;

/// Lists are shortened while a pathway card has more words (specification, section 6, 1: 150 in the median, never over 220).
const WORDS: usize = 150;
/// Notes since the review named on it.
const NOTES: usize = 3;

#[derive(Serialize)]
pub(super) struct View {
    sheet: Option<Sheet>,
    check: String,
    found: Vec<Found>,
    found_more: usize,
    since: Vec<Since>,
    left_out: Vec<String>,
    version: String,
    cut_off: String,
    as_of: String,
}

/// What cards of their own say, so that the first does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elsewhere {
    /// What is to be settled first, with what texts mention of it.
    pub(super) settles: bool,
    /// What does not fit together.
    pub(super) is_checked: bool,
}

/// What a note since publication is on.
#[derive(Serialize)]
struct Since {
    topic: String,
    id: String,
}

/// The topic without the statements that it is on.
fn brief(topic: &str) -> &str {
    let topic = topic.strip_prefix("new: ").unwrap_or(topic);
    topic.split_once(" (").map_or(topic, |(brief, _)| brief)
}

impl View {
    /// Wordings of the summary, from full to short.
    pub(super) fn summary(&self) -> &[String] {
        self.sheet.as_ref().map_or(&[], |sheet| &sheet.summary)
    }
}

/// The view and its text. Lists are shortened until the card is short.
pub(super) fn view(
    knowledge: &Knowledge,
    assessment: &Assessment,
    elsewhere: Elsewhere,
    left_out: Vec<String>,
) -> (View, Option<texts::Filled>) {
    let of = |most: Most| {
        let view = view_of(knowledge, assessment, elsewhere, left_out.clone(), most);
        let filled = knowledge.texts.card("pathway.md", &view);
        (view, filled)
    };
    let fits = |(_, filled): &(View, Option<texts::Filled>)| {
        let words = filled
            .as_ref()
            .map(|filled| filled.text.split_whitespace().take(WORDS + 1).count());
        words.is_some_and(|words| words <= WORDS)
    };
    let [longest, shorter @ ..] = Most::CARD;
    let mut chosen = of(longest);
    for most in shorter {
        if fits(&chosen) {
            break;
        }
        chosen = of(most);
    }
    chosen
}

fn view_of(
    knowledge: &Knowledge,
    assessment: &Assessment,
    elsewhere: Elsewhere,
    left_out: Vec<String>,
    most: Most,
) -> View {
    let misfits: Vec<String> = assessment
        .discrepancies
        .iter()
        .filter(|found| !elsewhere.is_checked || found.consequence.is_none())
        .map(words::misfit)
        .collect();
    let check = match misfits.as_slice() {
        [] => String::new(),
        [first] => chart_line(first),
        [first, more @ ..] => format!("{}; and {} more", chart_line(first), more.len()),
    };
    let warned = notes::before_benefits(knowledge, assessment);
    let since = knowledge.since_publication.iter().filter(|(id, known)| {
        let said = warned.iter().any(|(said, _)| said == id);
        !said && notes::holds(known, assessment, None)
    });
    let (found, found_more) = match elsewhere.settles {
        true => (Vec::new(), 0),
        false => few(found(assessment), most.0),
    };
    View {
        sheet: sheet(knowledge, assessment, most),
        check,
        found,
        found_more,
        since: since
            .map(|(id, known)| Since {
                topic: brief(&known.topic).to_owned(),
                id: id.clone(),
            })
            .take(most.0.min(NOTES))
            .collect(),
        left_out,
        version: assessment.knowledge.edition(),
        cut_off: assessment.knowledge.evidence_cut_off.clone(),
        as_of: assessment.as_of.clone(),
    }
}

#[derive(Serialize)]
pub(super) struct WithoutView {
    person: Vec<String>,
    liver_metastases: String,
    problems: String,
    not_read: String,
    version: String,
}

/// At most 40 words with its summary (specification, section 6).
pub(super) fn without(assessment: &Assessment) -> WithoutView {
    WithoutView {
        person: assessment.patient.as_ref().map(person).unwrap_or_default(),
        liver_metastases: words::liver_metastases(assessment),
        problems: match assessment.problems.len() {
            0 => String::new(),
            n => words::count(n, "record"),
        },
        not_read: not_read(&assessment.not_read).unwrap_or_default(),
        version: assessment.knowledge.edition(),
    }
}

/// Fills the texts of both cards, for the check at load.
pub(super) fn filled(
    knowledge: &Knowledge,
    assessment: &Assessment,
    file: &str,
    text: &str,
) -> Result<String, minijinja::Error> {
    match file {
        "cards/without.md" => texts::fill(file, text, &without(assessment)),
        _ => {
            let left_out = vec!["what to settle first".to_owned()];
            let nowhere = Elsewhere {
                settles: false,
                is_checked: false,
            };
            let view = view_of(knowledge, assessment, nowhere, left_out, Most::ALL);
            match view.sheet {
                Some(_) => texts::fill(file, text, &view),
                None => Ok("for another gate".to_owned()),
            }
        }
    }
}
