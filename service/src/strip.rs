//! The situation of a patient line by line under short headings, for the pages and the terminal: the sentences of the sheet,
//! with the headings of the card.

use cds_cards::Knowledge;
use cds_cards::assessment::{Assessment, Gate, Verdict};
use cds_cards::render::sheet::{Line as Said, Step, patient};
use cds_cards::render::{Most, Sheet, outside, plain, sheet, words};
use serde::Serialize;

/// Places of problems that are named.
const PLACES: usize = 3;

/// What stands first on every page of a patient.
#[derive(Debug, Serialize)]
pub(crate) struct Strip {
    /// The situation and what the review names for it; the gate where it is not passed.
    pub(crate) situation: String,
    /// The patient in phrases.
    pub(crate) patient: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// A heading with what stands under it. Texts hold chart data: whoever lays them out escapes them.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// For the look of it.
    pub(crate) kind: &'static str,
    pub(crate) heading: String,
    /// Whether the items are steps in an order.
    pub(crate) ordered: bool,
    pub(crate) items: Vec<Item>,
}

/// One thing that is said.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Item {
    /// Of what.
    head: String,
    text: String,
    statements: String,
    mark: &'static str,
    /// What stands beside it, under small headings; a heading may be empty.
    beside: Vec<(&'static str, String)>,
}

/// The strip of an assessment.
pub(crate) fn strip(knowledge: &Knowledge, assessment: &Assessment) -> Strip {
    let Some(sheet) = sheet(knowledge, assessment, Most::ALL) else {
        return Strip {
            situation: words::gate(assessment),
            patient: match assessment.gate {
                Gate::NoPnet => Vec::new(),
                _ => patient(knowledge, assessment, Most::ALL),
            },
            lines: with_items([
                Line::of("outside", FIRST, texts(outside(knowledge, assessment))),
                Line::of("unread", UNREAD, unread(assessment)),
            ]),
        };
    };
    Strip {
        situation: plain(sheet.summary.first().map_or("", String::as_str)),
        patient: sheet.patient.clone(),
        lines: lines(&sheet, assessment),
    }
}

const FIRST: &str = "First of all";
const INTENT: &str = "Intent";
const GIVEN: &str = "Given";
const CAUTION: &str = "Caution";
const NAMED: &str = "The review names for this";
const OPEN: &str = "Criteria met, no order stated";
const CONFIRM: &str = "To confirm first";
const SETTLE: &str = "Settle first";
const CHECK: &str = "Check the record";
const UNREAD: &str = "Not all was read";

/// The lines, what the review advises against before what it names.
fn lines(sheet: &Sheet, assessment: &Assessment) -> Vec<Line> {
    let against = words::capitalised(words::verdict(Verdict::Contraindicated));
    let mut named: Vec<Item> = sheet.named.iter().map(step).collect();
    if let Some(last) = named.last_mut().filter(|_| !sheet.unordered.is_empty()) {
        last.beside.push(("", sheet.unordered.clone()));
    }
    let warnings = sheet.warnings.iter().map(|line| Item {
        statements: format!("{}, since publication", line.statements),
        ..said(line)
    });
    let mut settle: Vec<Item> = sheet.settle.iter().chain(&sheet.compare).map(said).collect();
    if sheet.settle_more > 0 {
        settle.push(Item::text(format!("{} more", sheet.settle_more)));
    }
    let intent = Item {
        head: sheet.intent.to_owned(),
        text: sheet.because.text.clone(),
        statements: sheet.because.statements.clone(),
        beside: Some(("", sheet.resectable.clone()))
            .filter(|(_, text)| !text.is_empty())
            .into_iter()
            .collect(),
        ..Item::default()
    };
    let no_trigger = sheet.no_trigger.as_ref();
    let mut lines = vec![
        Line::of("outside", FIRST, texts(sheet.outside.clone())),
        Line::of("intent", INTENT, vec![intent]),
        Line::of("given", GIVEN, texts(sheet.given.clone())),
        Line::of("against", &against, sheet.against.iter().map(said).collect()),
        Line::of(
            "against",
            &words::capitalised(words::AGAINST_BY_SITE),
            sheet.against_by_site.iter().map(said).collect(),
        ),
        Line::of("caution", CAUTION, warnings.collect()),
        Line::of(
            "no-trigger",
            &words::capitalised(no_trigger.map_or("", |sentence| &sentence.text)),
            texts(
                no_trigger
                    .map(|sentence| sentence.statements.clone())
                    .into_iter()
                    .collect(),
            ),
        ),
        Line {
            ordered: true,
            ..Line::of("named", NAMED, named)
        },
        Line::of("open", OPEN, sheet.open.iter().map(said).collect()),
        Line::of("open", CONFIRM, sheet.confirm.iter().map(said).collect()),
    ];
    lines.extend(sheet.branches.iter().map(|branch| {
        let item = Item {
            head: String::new(),
            ..said(branch)
        };
        Line::of("open", &words::capitalised(&branch.label), vec![item])
    }));
    lines.push(Line::of("settle", SETTLE, settle));
    let misfits = assessment.discrepancies.iter().map(words::misfit);
    lines.push(Line::of("check", CHECK, texts(misfits.collect())));
    lines.push(Line::of("unread", UNREAD, unread(assessment)));
    with_items(lines)
}

fn with_items(lines: impl IntoIterator<Item = Line>) -> Vec<Line> {
    lines.into_iter().filter(|line| !line.items.is_empty()).collect()
}

fn texts(texts: Vec<String>) -> Vec<Item> {
    texts.into_iter().map(Item::text).collect()
}

fn said(line: &Said) -> Item {
    Item {
        head: line.label.clone(),
        text: line.text.clone(),
        statements: line.statements.clone(),
        mark: line.mark,
        beside: Vec::new(),
    }
}

fn step(step: &Step) -> Item {
    let names = |lines: &[Said]| {
        let cited = lines
            .iter()
            .map(|line| format!("{} ({})", line.label, line.statements));
        cited.collect::<Vec<_>>().join("; ")
    };
    let beside = [
        ("", step.given.clone()),
        ("first", names(&step.before)),
        ("to judge", step.judge.join(", ")),
        ("caution", names(&step.cautions)),
    ];
    Item {
        head: step.label.clone(),
        text: step.text.clone(),
        statements: step.statements.clone(),
        mark: step.mark,
        beside: beside.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
    }
}

/// What could not be used, with its places, and what was not read.
fn unread(assessment: &Assessment) -> Vec<Item> {
    let mut items = Vec::new();
    let problems = assessment.problems.len();
    if problems > 0 {
        let places = assessment.problems.iter().take(PLACES);
        let places: Vec<String> = places
            .map(|found| format!("{}: {}", plain(&found.place), found.problem))
            .collect();
        items.push(Item {
            text: format!("{} could not be used", words::count(problems, "record")),
            beside: vec![("", places.join("; "))],
            ..Item::default()
        });
    }
    items.extend(cds_cards::render::not_read(&assessment.not_read).map(Item::text));
    items
}

impl Line {
    fn of(kind: &'static str, heading: &str, items: Vec<Item>) -> Self {
        Self {
            kind,
            heading: heading.to_owned(),
            ordered: false,
            items,
        }
    }
}

impl Item {
    fn text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// On one line.
    pub(crate) fn line(&self) -> String {
        let mut line = [self.head.as_str(), self.text.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
        if !self.statements.is_empty() {
            line.push_str(&format!(" ({})", self.statements));
        }
        if !self.mark.is_empty() {
            line.push_str(&format!(" ({})", self.mark));
        }
        for (heading, text) in &self.beside {
            line.push_str("; ");
            if !heading.is_empty() {
                line.push_str(&format!("{heading}: "));
            }
            line.push_str(text);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_card() {
        let card = include_str!("../../cds-cards/knowledge/cards/pathway.md");
        let against = words::capitalised(words::verdict(Verdict::Contraindicated));
        assert!(card.contains(&format!("- **{against} ")));
        for heading in [
            INTENT, GIVEN, CAUTION, NAMED, OPEN, CONFIRM, SETTLE, CHECK, UNREAD,
        ] {
            assert!(card.contains(&format!("- **{heading}:**")), "{heading}");
        }
        let step = Step {
            label: "SIRT".to_owned(),
            options: Vec::new(),
            text: "by the verdict".to_owned(),
            statements: "SI01".to_owned(),
            mark: words::INTERPRETATION,
            before: vec![Said {
                label: "angiography".to_owned(),
                text: String::new(),
                statements: "SI06a".to_owned(),
                mark: "",
            }],
            judge: vec!["liver reserve".to_owned()],
            cautions: Vec::new(),
            given: "given before".to_owned(),
        };
        assert_eq!(
            super::step(&step).line(),
            "SIRT: by the verdict (SI01) (interpretation); given before; first: angiography (SI06a); to judge: liver reserve"
        );
        for heading in ["first", "to judge", "caution"] {
            assert!(card.contains(&format!("; {heading}: ")), "{heading}");
        }
    }
}
