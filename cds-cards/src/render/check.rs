//! Checks at load that every card can be made: slots, figures, texts for every verdict, lengths, and the package's parts.

use super::card::Summary;
use super::refused::refused;
use super::resource::FullCoding;
use super::topics::topics;
use super::{
    findings, group_card, literature, order_card, pathway_card, question, sample, sheet, summary, unreadable,
};
use crate::assessment::{Gate, Group, OptionReport, Verdict};
use crate::knowledge::{Knowledge, OptionKnowledge};
use crate::orders::Proposal;
use crate::texts::CARDS;
use crate::{markdown, texts};
use std::collections::BTreeSet;

/// A file of the knowledge, the line in it where known, and what is wrong there.
pub type TemplateFault = (String, Option<usize>, String);

/// Every fault in the card texts and in what else a card is made of; file names are relative to the knowledge.
pub fn check_templates(knowledge: &Knowledge) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    for option in &knowledge.options {
        check_passage(knowledge, option, &mut faults);
    }
    for name in CARDS {
        match knowledge.cards.get(name) {
            None => faults.push((
                format!("cards/{name}"),
                None,
                "this card text is missing".to_owned(),
            )),
            Some(text) => check_card(knowledge, name, text, &mut faults),
        }
    }
    check_summaries(knowledge, &mut faults);
    check_package(knowledge, &mut faults);
    faults.sort();
    faults.dedup();
    faults
}

fn check_passage(knowledge: &Knowledge, option: &OptionKnowledge, faults: &mut Vec<TemplateFault>) {
    let file = format!("options/{}/card.md", option.id);
    if is_refused(&file, &option.card, faults) {
        return;
    }
    let used = match texts::slots(&file, &option.card) {
        Ok(used) => used,
        Err(error) => return faults.push(fault(&file, &option.card, &error)),
    };
    let figures: BTreeSet<String> = option
        .figures
        .iter()
        .map(|f| format!("figures.{}", literature::slot(&f.id)))
        .collect();
    for slot in used.iter().filter(|slot| !figures.contains(*slot)) {
        faults.push((
            file.clone(),
            line_of(&option.card, slot),
            format!("unknown slot `{slot}`"),
        ));
    }
    for unused in figures.iter().filter(|figure| !used.contains(figure)) {
        faults.push((file.clone(), None, format!("the figure `{unused}` is not used")));
    }
    match literature::passage(knowledge, option) {
        // An unknown slot is reported above.
        Err(error) if used.iter().all(|slot| figures.contains(slot)) => {
            faults.push(fault(&file, &option.card, &error))
        }
        Ok(text) if text.is_empty() => faults.push((file, None, "the text is empty".to_owned())),
        _ => {}
    }
}

/// Reports what a text uses and may not; says whether there is anything.
fn is_refused(file: &str, text: &str, faults: &mut Vec<TemplateFault>) -> bool {
    let found = refused(text);
    let is_refused = !found.is_empty();
    faults.extend(
        found
            .into_iter()
            .map(|(line, what)| (file.to_owned(), Some(line), what)),
    );
    is_refused
}

/// Fills the text for every verdict and gate, with everything that can stand on it and with nothing.
fn check_card(knowledge: &Knowledge, name: &str, text: &str, faults: &mut Vec<TemplateFault>) {
    let file = format!("cards/{name}");
    if is_refused(&file, text, faults) {
        return;
    }
    match texts::slots(&file, text) {
        Err(error) => return faults.push(fault(&file, text, &error)),
        Ok(slots) => {
            for slot in slots.iter().filter(|slot| {
                matches!(name, "discrepancy.md" | "missing-data.md") && slot.starts_with("notes.")
            }) {
                let id = slot
                    .trim_start_matches("notes.")
                    .split('.')
                    .next()
                    .unwrap_or_default();
                if !knowledge.since_publication.contains_key(id) {
                    faults.push((file.clone(), line_of(text, slot), format!("unknown note `{id}`")));
                }
            }
        }
    }
    for sample in sample::assessments(knowledge) {
        let filled = match name {
            "pathway.md" | "without.md" => pathway_card::filled(knowledge, &sample, &file, text).map(Some),
            "options.md" => Group::ALL
                .into_iter()
                .map(|group| texts::fill(&file, text, &group_card::view(knowledge, &sample, group)))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| Some(all.concat())),
            "question.md" => question::askable(knowledge, &sample)
                .iter()
                .map(|asked| texts::fill(&file, text, &asked.view(knowledge, &sample)))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| (!all.is_empty()).then(|| all.concat())),
            "missing-data.md" => texts::fill(&file, text, &findings::missing(knowledge, &sample)).map(Some),
            "order-warning.md" => {
                let orders = sample::proposals(knowledge);
                let all: Vec<&Proposal> = orders.iter().collect();
                texts::fill(&file, text, &order_card::warning(knowledge, &sample, &all)).map(Some)
            }
            "order-undetermined.md" => {
                let orders = sample::proposals(knowledge);
                let all: Vec<&Proposal> = orders.iter().collect();
                let view = order_card::open(knowledge, &sample, &all, &sample::unread());
                texts::fill(&file, text, &view).map(Some)
            }
            "order-given.md" => {
                let orders = sample::proposals(knowledge);
                let all: Vec<&Proposal> = orders.iter().collect();
                texts::fill(&file, text, &order_card::given(&sample, &all)).map(Some)
            }
            "discrepancy.md" => {
                texts::fill(&file, text, &findings::discrepancies(knowledge, &sample)).map(Some)
            }
            _ => unreadable::unreadable(&sample)
                .map(|view| texts::fill(&file, text, &view))
                .transpose(),
        };
        match filled {
            Err(error) => faults.push(fault(&file, text, &error)),
            Ok(Some(filled)) if filled.is_empty() => {
                faults.push((file.clone(), None, "the text is empty".to_owned()));
            }
            Ok(_) => {}
        }
    }
}

/// The shortest wording of each summary must fit uncut for every patient.
fn check_summaries(knowledge: &Knowledge, faults: &mut Vec<TemplateFault>) {
    let mut check = |file: String, wordings: &[String]| {
        let shortest = wordings.last().map_or(0, |wording| markdown::utf16(wording));
        if shortest > Summary::LIMIT {
            faults.push((
                file,
                None,
                format!(
                    "a summary can be {shortest} characters long, more than {}",
                    Summary::LIMIT
                ),
            ));
        }
    };
    for sample in sample::assessments(knowledge) {
        if sample.gate == Gate::NoLiverMetastases {
            check("tables/who-grade.csv".to_owned(), &summary::without(&sample));
        }
        for group in Group::ALL {
            let options: Vec<&OptionReport> = sample
                .options
                .iter()
                .filter(|option| option.group == group)
                .collect();
            check(
                "cards/options.md".to_owned(),
                &summary::group(knowledge, group, &options),
            );
        }
        for asked in question::askable(knowledge, &sample) {
            check("questions.toml".to_owned(), &asked.summary());
        }
        for proposal in &sample::proposals(knowledge) {
            check(
                "cards/order-warning.md".to_owned(),
                &order_card::warning_summary(knowledge, &sample, &[proposal]),
            );
            check(
                "cards/order-undetermined.md".to_owned(),
                &order_card::open_summary(knowledge, &sample, &[proposal], &sample::unread()),
            );
            check(
                "cards/order-given.md".to_owned(),
                &order_card::given_summary(&sample, &[proposal]),
            );
        }
    }
    // The beginning alone must fit for every patient; the last wording is that.
    for beginning in sheet::longest_bases(&knowledge.pathway.situations) {
        check("pathway.toml".to_owned(), &[beginning]);
    }
    for option in &knowledge.options {
        // One option named in full must fit, or the card of a group with one option would not name it.
        let report = sample::option(knowledge, option, Verdict::Provisional);
        if let Some(named) = summary::group(knowledge, option.group, &[&report]).first() {
            check(
                format!("options/{}/option.toml", option.id),
                std::slice::from_ref(named),
            );
        }
    }
}

/// What the standard and record systems ask of the parts that stand on every card.
fn check_package(knowledge: &Knowledge, faults: &mut Vec<TemplateFault>) {
    let package = &knowledge.package;
    let mut fault = |what: &str| faults.push(("package.toml".to_owned(), None, what.to_owned()));
    if package.source_label.trim().is_empty() {
        fault("`source-label` is empty");
    }
    if !package.citation_url.starts_with("https://") {
        fault("`citation-url` is not an absolute https address");
    }
    // A record system remembers by the code what was overridden: no card may be silenced by another.
    let mut codes = BTreeSet::new();
    let needed: BTreeSet<String> = topics().collect();
    for (card, topic) in &package.topics {
        let code = &topic.code;
        let alphanumeric =
            !code.is_empty() && code.len() <= 100 && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if !needed.contains(card) {
            fault(&format!("there is no card `{card}` for a topic"));
        } else if !alphanumeric || FullCoding::new(topic).is_none() {
            fault(&format!(
                "the topic of `{card}` needs system, display and an alphanumeric code of at most 100 characters"
            ));
        } else if !codes.insert(code) {
            fault(&format!("the topic code `{code}` stands twice"));
        }
    }
    for card in needed.iter().filter(|card| !package.topics.contains_key(*card)) {
        fault(&format!("the card `{card}` has no topic"));
    }
    for reason in package
        .override_reasons
        .iter()
        .filter(|reason| FullCoding::new(reason).is_none())
    {
        fault(&format!(
            "the override reason `{}` needs system, code and display",
            reason.code
        ));
    }
    let referral = &knowledge.referral;
    if FullCoding::new(&referral.code).is_none() {
        let what = "the referral needs a code with system and display".to_owned();
        faults.push(("suggestions.toml".to_owned(), None, what));
    }
    for request in &knowledge.suggestions {
        let whole = FullCoding::new(&request.code).is_some();
        if !whole || request.label.trim().is_empty() || request.text.trim().is_empty() {
            let what = format!(
                "the suggestion `{}` needs label, text and a code with system and display",
                request.label
            );
            faults.push(("suggestions.toml".to_owned(), None, what));
        }
    }
}

fn fault(file: &str, text: &str, error: &minijinja::Error) -> TemplateFault {
    let line = error
        .line()
        .filter(|line| (1..=text.lines().count().max(1)).contains(line));
    let what = error.detail().map_or_else(
        || error.kind().to_string(),
        |detail| format!("{}: {detail}", error.kind()),
    );
    (file.to_owned(), line, what)
}

fn line_of(text: &str, slot: &str) -> Option<usize> {
    text.lines()
        .position(|line| line.contains(slot))
        .map(|line| line + 1)
}
