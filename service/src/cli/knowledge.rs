//! `pnet-cds knowledge`

use super::{Ended, print};
use crate::evaluator::load_knowledge;
use cds_cards::Knowledge;
use cds_cards::assessment::{Group, Role};
use cds_cards::knowledge::{Aspect, Criterion, OptionKnowledge, Statement};
use std::fmt::Write as _;
use std::path::Path;

/// Reports every fault, or what there is.
pub(super) fn check(dir: Option<&Path>) -> Result<(), Ended> {
    let knowledge = load_knowledge(dir).map_err(Ended::wrong)?;
    let reference = &knowledge.package.reference;
    print(&format!(
        "{} {} ({}): {} options, {} criteria, {} statements; no faults\n",
        reference.id,
        reference.version,
        reference.hash,
        knowledge.options.len(),
        knowledge.criteria.len(),
        knowledge.statements.len()
    ))
}

/// Shows what an id stands for, or the list of options.
pub(super) fn show(id: Option<&str>) -> Result<(), Ended> {
    let knowledge = load_knowledge(None).map_err(Ended::wrong)?;
    let Some(id) = id else {
        return print(&list(&knowledge));
    };
    let option = knowledge.options.iter().find(|option| option.id == id);
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
    match shown {
        Some(text) => print(&text),
        None => Err(Ended::wrong([format!(
            "no option, criterion or statement has the id `{id}`"
        )])),
    }
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

fn show_option(knowledge: &Knowledge, option: &OptionKnowledge) -> String {
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
            let _ = writeln!(text, "  {role:<17} {}", line(criterion));
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
    for figure in &option.figures {
        let _ = writeln!(text, "  figure            {} [{}]", figure.text, figure.statement);
    }
    for note in &option.notes {
        let _ = writeln!(
            text,
            "  note              {} [{}]",
            note.text,
            note.statements.join(", ")
        );
    }
    text
}

fn line(criterion: &Criterion) -> String {
    let mark = if criterion.interpretation {
        ", an interpretation"
    } else {
        ""
    };
    format!(
        "{} ({}{mark}) [{}]",
        criterion.label,
        criterion.id,
        criterion.statements.join(", ")
    )
}

fn show_criterion(knowledge: &Knowledge, criterion: &Criterion) -> String {
    let mut text = format!("{}\n", line(criterion));
    if let Some(note) = &criterion.note {
        let _ = writeln!(text, "  {note}");
    }
    let _ = writeln!(text, "  test: {:?}", criterion.test);
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

fn show_statement(id: &str, statement: &Statement) -> String {
    format!(
        "{id} (section {}, {}): \"{}\"\n",
        statement.section, statement.strength, statement.quote
    )
}
