//! `pnet-cds knowledge show`: what an id stands for, in lines.

use super::place;
use crate::cli::ended::{Ended, print};
use crate::nearest::meant;
use crate::site::load_knowledge;
use cds_cards::Knowledge;
use cds_cards::assessment::{Cited, Group, Role};
use cds_cards::knowledge::{Aspect, Band, Call, Criterion, OptionKnowledge, Statement, Subject, Test};
use fhir_profiles::FactId;
use fhir_profiles::catalogue::CodeOf;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What stands for the rules that hold for the pathway of every patient.
pub(super) const PATHWAY: &str = "pathway";

/// Shows what an id stands for, or the list of options.
pub(in crate::cli) fn show(id: Option<&str>, dir: Option<&Path>) -> Result<(), Ended> {
    let knowledge = load_knowledge(dir).map_err(Ended::wrong)?;
    let Some(asked) = id else {
        return print(&list(&knowledge));
    };
    if asked == PATHWAY {
        return print(&place::show(&knowledge));
    }
    let names = names(&knowledge);
    let id = names.get(asked.to_lowercase().as_str()).copied().unwrap_or(asked);
    let option = knowledge.option(id);
    let shown = option
        .map(|option| show_option(&knowledge, option))
        .or_else(|| {
            knowledge
                .criteria
                .get(id)
                .map(|criterion| show_criterion(&knowledge, criterion))
        })
        .or_else(|| {
            knowledge
                .statements
                .get(id)
                .map(|statement| show_statement(id, statement))
        });
    let shown = shown.or_else(|| {
        let note = knowledge.since_publication.get(id)?;
        Some(format!(
            "{id} (since publication, confidence {}; shown where: {}): {}: {} [{}]\n",
            note.confidence, note.when, note.topic, note.text, note.source
        ))
    });
    let shown = shown.or_else(|| {
        let correction = knowledge.corrections.get(id)?;
        Some(format!(
            "{id} (correction): the review says {}; its source says {}\n",
            correction.review_says, correction.source_says
        ))
    });
    let shown = shown.or_else(|| Some(show_fact(&knowledge, knowledge.catalogue.parse(id)?)));
    let shown = shown.or_else(|| {
        let reading = knowledge.interpretations.get(id)?;
        let rules: Vec<String> = reading.rules.iter().map(ToString::to_string).collect();
        Some(format!(
            "{id} (interpretation of {}): {}\n",
            rules.join(", "),
            reading.text
        ))
    });
    match shown {
        Some(text) => print(&text),
        None => Err(Ended::wrong([format!(
            "no option, criterion, fact, statement, note, correction or interpretation has the id or label `{asked}`, nor is it \
             `pathway`{}",
            meant(asked, names.keys().map(String::as_str))
        )])),
    }
}

/// What can be shown, by its id and, where no id is written so, by its label, both in small letters; the label of an
/// option goes before that of a criterion, and that before a fact's.
fn names(knowledge: &Knowledge) -> BTreeMap<String, &str> {
    let options = knowledge.options.iter();
    let criteria = knowledge.criteria.values();
    let facts = knowledge.catalogue.facts();
    let labelled: Vec<(&str, &str)> = options
        .map(|option| (option.id.as_str(), option.label.as_str()))
        .chain(criteria.map(|criterion| (criterion.id.as_str(), criterion.label.as_str())))
        .chain(facts.map(|fact| (fact.as_str(), fact.info().label.as_str())))
        .collect();
    let ids = knowledge.statements.keys();
    let ids = ids
        .chain(knowledge.since_publication.keys())
        .chain(knowledge.corrections.keys());
    let ids = ids.chain(knowledge.interpretations.keys()).map(String::as_str);
    let by_id = ids.chain(labelled.iter().map(|(id, _)| *id)).map(|id| (id, id));
    let mut names = BTreeMap::new();
    for (name, id) in by_id.chain(labelled.iter().map(|(id, label)| (*label, *id))) {
        names.entry(name.to_lowercase()).or_insert(id);
    }
    names
}

fn list(knowledge: &Knowledge) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let _ = writeln!(text, "{}", group.as_str());
        for option in knowledge.options.iter().filter(|option| option.group == group) {
            let _ = writeln!(text, "  {:<34} {}", option.id, option.label);
        }
    }
    text
}

pub(super) fn show_option(knowledge: &Knowledge, option: &OptionKnowledge) -> String {
    let mut text = format!("{} ({}, {})\n", option.label, option.id, option.group.as_str());
    if let Some(restriction) = &option.restriction {
        let _ = writeln!(
            text,
            "  {} [{}]",
            restriction.text,
            restriction.statements.join(", ")
        );
    }
    for (id, role) in &option.criteria {
        let role = match role {
            Role::Require => "require",
            Role::Confirm => "confirm",
            Role::Contraindication => "contraindication",
        };
        if let Some(criterion) = knowledge.criteria.get(id) {
            let (statements, ours) = (option.statements_of(criterion), option.interprets(criterion));
            let _ = writeln!(text, "  {role:<17} {}", line(criterion, statements, ours));
        }
    }
    for (name, aspects) in [
        ("favour", &option.favours),
        ("caution", &option.cautions),
        ("variant", &option.variants),
    ] {
        for Aspect {
            label, statements, ..
        } in aspects
        {
            let _ = writeln!(text, "  {name:<17} {label} [{}]", statements.join(", "));
        }
    }
    for (name, said) in place::lines(option) {
        let _ = writeln!(text, "  {name:<17} {said}");
    }
    for figure in &option.figures {
        let _ = writeln!(text, "  figure            {} [{}]", figure.text, figure.statement);
    }
    let since = option.all_notes().chain(&option.corrections);
    let _ = writeln!(
        text,
        "  see also          {}",
        since.cloned().collect::<Vec<_>>().join(", ")
    );
    for (name, sentences) in [("note", &option.notes), ("side effect", &option.side_effects)] {
        for Cited {
            text: said,
            statements,
        } in sentences
        {
            let _ = writeln!(text, "  {name:<17} {said} [{}]", statements.join(", "));
        }
    }
    text
}

/// What is said beside what is our reading.
pub(super) fn mark(ours: bool) -> &'static str {
    if ours { ", an interpretation" } else { "" }
}

fn line(criterion: &Criterion, statements: &[String], ours: bool) -> String {
    let mark = mark(ours);
    format!(
        "{} ({}{mark}) [{}]",
        criterion.label,
        criterion.id,
        statements.join(", ")
    )
}

pub(super) fn show_criterion(knowledge: &Knowledge, criterion: &Criterion) -> String {
    let mut text = format!(
        "{}\n",
        line(criterion, &criterion.statements, criterion.interpretation)
    );
    if let Some(note) = &criterion.note {
        let _ = writeln!(text, "  {note}");
    }
    text.push_str(&test(&criterion.test));
    for option in &knowledge.options {
        if option.criteria.iter().any(|(id, _)| *id == criterion.id) {
            let _ = writeln!(text, "  of: {} ({})", option.label, option.id);
        }
    }
    for id in &criterion.statements {
        if let Some(statement) = knowledge.statements.get(id) {
            text.push_str(&show_statement(id, statement));
        }
    }
    text
}

/// What a fact is, and the criteria that read it.
fn show_fact(knowledge: &Knowledge, fact: FactId) -> String {
    let info = fact.info();
    let mut text = format!("{} ({fact}): a fact of kind {}", info.label, info.kind.as_str());
    if let Some(unit) = &info.unit {
        let _ = write!(text, " in {unit}");
    }
    let _ = writeln!(text, "; searched with {}", info.theme);
    if !info.words.is_empty() {
        let _ = writeln!(text, "  words: {}", info.words.join(", "));
    }
    for CodeOf { system, code, says } in &info.codes {
        let says = says.as_ref().map(|word| format!(": {word}")).unwrap_or_default();
        let _ = writeln!(text, "  code: {system}|{code}{says}");
    }
    for criterion in knowledge.criteria.values() {
        let reads = match &criterion.test {
            Test::Words {
                subject: Subject::Fact(read),
                ..
            }
            | Test::Range { fact: read, .. }
            | Test::Lasting { fact: read, .. } => *read == fact,
            _ => false,
        };
        if reads {
            let _ = writeln!(text, "  read by: {} ({})", criterion.label, criterion.id);
        }
    }
    text
}

/// How a criterion is tested, a line for each outcome.
pub(super) fn test(test: &Test) -> String {
    match test {
        Test::Words { subject, calls } => {
            let subject = match subject {
                Subject::Fact(fact) => fact.as_str(),
                Subject::Grade => "grade",
            };
            words(subject, calls)
        }
        Test::Range {
            fact,
            bands,
            words: named,
            ..
        } => {
            let unit = fact.info().unit.as_deref().unwrap_or_default();
            let band = |band: &Band| {
                format!(
                    "  {fact} {} {unit}: {}\n",
                    band.interval,
                    call(band.call, band.interpretation)
                )
            };
            bands.iter().map(band).collect::<String>() + &words(fact.as_str(), named)
        }
        Test::Lasting {
            fact,
            months,
            longer,
            shorter,
        } => {
            let part = |calls: &BTreeMap<String, Call>, how: &str| -> String {
                let line = |(word, outcome): (&String, &Call)| {
                    format!(
                        "  {fact} {word} {how} {months} months: {}\n",
                        call(*outcome, false)
                    )
                };
                calls.iter().map(line).collect()
            };
            part(longer, "for at least") + &part(shorter, "for less than")
        }
        Test::Option {
            option,
            negate: false,
        } => format!("  met where option {option} is supported\n"),
        Test::Option { option, negate: true } => {
            format!(
                "  met where option {option} is not supported or contraindicated, not met where it is supported\n"
            )
        }
        Test::Given { .. } => format!(
            "  met where it is on record: {}\n",
            test.treatment().unwrap_or_default()
        ),
        Test::Not(inner) => format!("  met where {inner} is not\n"),
        Test::Any(of) => format!("  met where one of these is: {}\n", of.join(", ")),
        Test::All(of) => format!("  met where all of these are: {}\n", of.join(", ")),
    }
}

fn words(subject: &str, calls: &BTreeMap<String, (Call, bool)>) -> String {
    let line = |(word, (outcome, interpreted)): (&String, &(Call, bool))| {
        format!("  {subject} {word}: {}\n", call(*outcome, *interpreted))
    };
    calls.iter().map(line).collect()
}

fn call(call: Call, interpreted: bool) -> String {
    let outcome = match call {
        Call::Met => "met",
        Call::NotMet => "not met",
        Call::Judgement => "a judgement",
    };
    format!(
        "{outcome}{}",
        if interpreted { " (an interpretation)" } else { "" }
    )
}

pub(super) fn show_statement(id: &str, statement: &Statement) -> String {
    format!(
        "{id} (section {}, {}): \"{}\"\n",
        statement.section, statement.strength, statement.quote
    )
}
