//! The pathway as a drawing made on the server: the steps in the review's own sequence, where the patient stands, and what
//! each waits for; the same in words as a list.

use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, CriterionReport, OptionReport, Outcome, Place, PlaceReport, Role};
use cds_cards::knowledge::OptionKnowledge;
use cds_cards::render::{plain, words};
use serde::Serialize;

/// Characters on a line of the drawing, of the text's own size.
const LINE: usize = 52;
/// The most lines under a step; the list beside the drawing has all of it.
const LINES: usize = 3;
/// Height of a line, and the room between two steps, in units of the drawing.
const ROW: usize = 15;
const GAP: usize = 11;
const TOP: usize = 12;

/// A drawing, from above to below.
#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    /// What a screen reader says of the picture; the list says the rest.
    title: String,
    description: String,
    height: usize,
    /// Where the line through all steps begins and ends.
    from: usize,
    to: usize,
    steps: Vec<Node>,
}

/// A step.
#[derive(Debug, Serialize)]
struct Node {
    /// The word of its place, for its mark.
    place: &'static str,
    /// Its number among those that are named; empty for every other.
    number: String,
    label: String,
    /// The verdict in words, and what it waits for, or why it stands where it does.
    said: String,
    /// Where its mark and label stand, and the lines below.
    y: usize,
    lines: Vec<(usize, String)>,
}

/// The drawing of an assessment; none where the gate is not passed.
pub(super) fn drawing(knowledge: &Knowledge, assessment: &Assessment) -> Option<Drawing> {
    let pathway = assessment.pathway.as_ref()?;
    let mut number = 0;
    let mut steps: Vec<Node> = Vec::new();
    let mut rank = None;
    for id in &knowledge.pathway.sequence {
        let place = pathway.places.iter().find(|place| &place.option == id);
        let Some(((place, known), report)) = place.zip(knowledge.option(id)).zip(assessment.option(id))
        else {
            continue;
        };
        let said = said(knowledge, assessment, place, known, report);
        let own = known.place.trigger.as_ref().map(|trigger| trigger.rank);
        // Neither of an equal rank is preferred: they are one step where they stand in the same place.
        let same = own.is_some() && own == rank;
        rank = own;
        if let Some(last) = steps
            .last_mut()
            .filter(|last| same && last.place == name(place.place) && last.said == said)
        {
            last.label = format!("{} or {}", last.label, known.short);
            continue;
        }
        if place.place == Place::Named {
            number += 1;
        }
        steps.push(Node {
            place: name(place.place),
            number: match place.place {
                Place::Named => number.to_string(),
                _ => String::new(),
            },
            label: words::capitalised(&known.short),
            said,
            y: 0,
            lines: Vec::new(),
        });
    }
    let mut y = TOP;
    for step in &mut steps {
        step.y = y;
        for line in wrapped(&step.said) {
            y += ROW;
            step.lines.push((y, line));
        }
        y += ROW + GAP;
    }
    let (from, to) = (steps.first()?.y, steps.last()?.y);
    Some(Drawing {
        title: "The pathway as the review puts it, and where the patient stands".to_owned(),
        description: format!(
            "{}, from first to last; the list after the drawing says the same",
            words::count(steps.len(), "step")
        ),
        height: y,
        from,
        to,
        steps,
    })
}

/// The verdict of a step in words, and what it waits for, or why it stands there.
fn said(
    knowledge: &Knowledge,
    assessment: &Assessment,
    place: &PlaceReport,
    known: &OptionKnowledge,
    report: &OptionReport,
) -> String {
    let verdict = words::verdict_of(report);
    let why = match place.place {
        Place::Named => {
            let first = place
                .before
                .iter()
                .filter_map(|before| match (before.fact, &before.step) {
                    (Some(fact), _) => Some(fact.info().label.clone()),
                    (None, step) => step.as_ref().map(|step| step.replace('-', " ")),
                });
            let first: Vec<String> = first.collect();
            return match first.as_slice() {
                [] => format!("named, {verdict}; {}", place.words),
                first => format!("named, {verdict}; {}; first: {}", place.words, first.join(", ")),
            };
        }
        Place::Open => match (&place.judged, &known.place.trigger) {
            (Some(judged), _) => format!("named {judged}"),
            (None, Some(trigger)) => format!("named for: {}", trigger.words),
            (None, None) => String::new(),
        },
        Place::GivenNow | Place::GivenBefore => {
            let entry = assessment.given(&place.option);
            entry
                .map(|entry| plain(&words::given_when(entry)))
                .unwrap_or_default()
        }
        Place::Against => {
            let failing = |criterion: &&CriterionReport| {
                criterion.role == Role::Contraindication && criterion.outcome == Outcome::NotMet
            };
            let failing = report.criteria.iter().filter(failing);
            let reasons: Vec<&str> = failing.map(|criterion| criterion.because.as_str()).collect();
            reasons.join("; ")
        }
        Place::Waiting => report
            .decides()
            .map(|criterion| format!("waits for {}", words::brief(knowledge, criterion)))
            .unwrap_or_default(),
        Place::NotNow => words::deciding(knowledge, assessment, report),
    };
    match why.as_str() {
        "" => verdict.to_owned(),
        why => format!("{verdict}; {why}"),
    }
}

/// The place as the style sheet knows it.
fn name(place: Place) -> &'static str {
    match place {
        Place::Named => "named",
        Place::Open => "open",
        Place::GivenNow => "given-now",
        Place::GivenBefore => "given-before",
        Place::Against => "against",
        Place::Waiting => "waiting",
        Place::NotNow => "not-now",
    }
}

/// The text in lines; a drawing does not break them itself.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &String| line.chars().count() + 1 + word.chars().count() <= LINE;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(cut(word)),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            let kept = last.chars().take(LINE - 1).collect::<String>();
            *last = format!("{}…", kept.trim_end());
        }
    }
    lines
}

/// A word that is longer than a line.
fn cut(word: &str) -> String {
    match word.chars().count() > LINE {
        true => word.chars().take(LINE - 1).chain(['…']).collect(),
        false => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Input, load};
    use crate::site;
    use jiff::civil::date;

    fn drawn(patient: &str) -> Option<Drawing> {
        let path = format!("{}/demo/patients/{patient}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let evaluator = site::load(&load(&Input::default()).unwrap()).unwrap();
        let basis =
            crate::input::bundle_basis(&evaluator, &text.parse().unwrap(), date(2026, 11, 28)).unwrap();
        drawing(&evaluator.knowledge, &basis.assessment)
    }

    fn step<'d>(drawing: &'d Drawing, label: &str) -> &'d Node {
        drawing.steps.iter().find(|step| step.label == label).unwrap()
    }

    #[test]
    fn steps_stand_in_the_sequence_of_the_review_with_the_numbers_of_what_it_names() {
        let drawing = drawn("prrt-krenning-4").unwrap();
        let labels: Vec<&str> = drawing.steps.iter().map(|step| step.label.as_str()).collect();
        assert_eq!(labels.first(), Some(&"Complete resection"));
        assert!(labels.contains(&"TAE or TACE"), "{labels:?}");
        let numbered: Vec<(&str, &str)> = drawing
            .steps
            .iter()
            .filter(|step| !step.number.is_empty())
            .map(|step| (step.number.as_str(), step.label.as_str()))
            .collect();
        assert_eq!(
            numbered,
            [("1", "Intensified SSA"), ("2", "PRRT"), ("3", "CAPTEM")]
        );
        assert_eq!(step(&drawing, "SSA").place, "given-now");
        let ssa = &step(&drawing, "SSA").said;
        assert!(ssa.starts_with("supported; given now since 2024-09-02"), "{ssa}");
        assert_eq!(step(&drawing, "Complete resection").place, "not-now");
    }

    #[test]
    fn what_is_advised_against_and_what_waits_say_why() {
        let drawing = drawn("portal-vein-thrombosis").unwrap();
        let tace = step(&drawing, "TAE or TACE");
        assert_eq!(tace.place, "against");
        assert_eq!(
            tace.said,
            "review advises against; Portal vein occluded (2026-10-12)"
        );
        let drawing = drawn("sparse-chart").unwrap();
        let resection = step(&drawing, "Complete resection");
        assert_eq!(resection.place, "waiting");
        assert!(
            resection.said.starts_with("undetermined; waits for "),
            "{}",
            resection.said
        );
        assert!(drawn("liver-metastases-refuted").is_none());
    }

    #[test]
    fn nothing_lies_on_anything_else_and_no_line_is_too_long() {
        for patient in [
            "prrt-krenning-4",
            "sparse-chart",
            "conflicting-chart",
            "nec-platinum",
        ] {
            let drawing = drawn(patient).unwrap();
            let mut above = 0;
            for step in &drawing.steps {
                assert!(step.y >= above + ROW.min(TOP), "{patient}: {}", step.label);
                above = step.lines.last().map_or(step.y, |(y, _)| *y);
                assert!(step.lines.iter().all(|(_, line)| line.chars().count() <= LINE));
            }
            assert!(above < drawing.height, "{patient}");
        }
    }

    #[test]
    fn lines_break_between_words_and_end_somewhere() {
        let long = "word ".repeat(60);
        let lines = wrapped(&long);
        assert_eq!(lines.len(), LINES);
        assert!(lines.last().unwrap().ends_with('…'));
        assert_eq!(wrapped("a b"), ["a b"]);
        assert_eq!(wrapped(&"x".repeat(80)).first().unwrap().chars().count(), LINE);
    }
}
