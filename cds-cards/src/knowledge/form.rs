//! `form.toml`: the form "for the meeting", its sections and their facts.

use super::files::Files;
use super::model::{Form, FormSection, Question};
use super::questions::QUESTIONS;
use super::section::{At, Section};
use fhir_profiles::FactId;
use std::collections::BTreeSet;

const FORM: &str = "form.toml";
/// Months for which what is recorded may be filled in.
const LONGEST: u32 = 120;

/// Reads the form, and reports every fault; `questions` are those that there are.
pub(super) fn read(source: &Files<'_>, questions: &[Question]) -> Form {
    let Some(place) = source.place(FORM) else {
        return Form::default();
    };
    // A question that has a fault there is not missing.
    let questions_are_sound = !source.faults.files().contains(QUESTIONS);
    let has_question = |fact| !questions_are_sound || questions.iter().any(|question| question.fact == fact);
    let mut ids = BTreeSet::new();
    let read = place.parse(|root| {
        let (id, title, help) = (id(root), root.text("title"), root.text("help"));
        let copyright = root.optional_text("copyright");
        let sections = root.sections("section", |part| section(part, &mut ids, &has_question));
        if sections.is_empty() {
            root.fault(root.line(), "there is no `[[section]]`");
        }
        Some(Form {
            id: id?.value,
            title: title?.value,
            help: help?.value,
            copyright: copyright.map(|text| text.value),
            sections: sections.into_iter().flatten().collect(),
        })
    });
    read.flatten().unwrap_or_default()
}

fn section(
    section: &Section<'_>,
    ids: &mut BTreeSet<String>,
    has_question: &impl Fn(FactId) -> bool,
) -> Option<FormSection> {
    let (id, title, look_back) = (id(section), section.text("title"), look_back(section));
    if let Some(id) = &id {
        once(section, ids, id);
    }
    let mut facts = Vec::new();
    for name in section.some_texts("facts") {
        let Some(fact) = section.fact(&name) else { continue };
        once(section, ids, &name);
        if !has_question(fact) {
            section.fault(
                name.line,
                format!("`{fact}` has no `[[question]]` in {QUESTIONS}"),
            );
        }
        facts.push(fact);
    }
    Some(FormSection {
        id: id?.value,
        title: title?.value,
        look_back: look_back?,
        facts,
    })
}

/// Sections and facts are items of one Questionnaire, whose names must differ.
fn once(section: &Section<'_>, ids: &mut BTreeSet<String>, id: &At<String>) {
    if !ids.insert(id.value.clone()) {
        section.fault(id.line, format!("`{}` stands in the form twice", id.value));
    }
}

/// An id as facts have them.
fn id(section: &Section<'_>) -> Option<At<String>> {
    let id = section.text("id")?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.value.len() > 64 || !id.value.bytes().all(fits) {
        section.fault(id.line, format!("`{}` is no id such as `liver`", id.value));
        return None;
    }
    Some(id)
}

fn look_back(section: &Section<'_>) -> Option<u32> {
    let months = section.needed_number("look-back")?;
    let read = months
        .value
        .is_integer()
        .then(|| u32::try_from(months.value).ok());
    let fits = read.flatten().filter(|months| (1..=LONGEST).contains(months));
    if fits.is_none() {
        let what = format!("`look-back` must be 1 to {LONGEST} months, not {}", months.value);
        section.fault(months.line, what);
    }
    fits
}
