//! `/knowledge` and `/knowledge/{option-id}`: the rules as a clinician reads them. No patient, so no authentication.

use super::answer::{missing_page, open_page};
use super::made::Pages;
use super::quotes::{CorrectionView, NoteView, Sentence, correction, note, sentence, titled};
use super::rules::{Rule, rule};
use super::tables::{Grades, Stages, grades, stages};
use super::template::Frame;
use super::{examples, option_page};
use crate::errors::Failure;
use crate::http::State;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cds_cards::Knowledge;
use cds_cards::assessment::Group;
use cds_cards::render::words;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Index {
    title: String,
    id: String,
    version: String,
    hash: String,
    cut_off: String,
    citation: String,
    citation_url: String,
    intended_use: String,
    misuse: String,
    groups: Vec<GroupView>,
    grades: Grades,
    systems: [Stages; 2],
    sizes: Vec<(String, String, String)>,
    hormones: Vec<(String, Rule)>,
    principles: Vec<Sentence>,
    limits: Vec<Sentence>,
    attributes: Vec<(String, String)>,
    since: Vec<NoteView>,
    corrections: Vec<CorrectionView>,
    /// What stands beside the markers, and what their course asks for.
    markers: Vec<Sentence>,
    /// Readings of ours: id, words, what uses it, the ambiguities it answers.
    readings: Vec<(String, String, String, String)>,
    /// Places that the review leaves open: id, issue, resolution.
    ambiguities: Vec<(String, String, String)>,
    changes: Vec<(String, String)>,
    site_files: Vec<String>,
}

#[derive(Debug, Serialize)]
struct GroupView {
    label: &'static str,
    options: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    label: String,
    criteria: usize,
    restriction: Option<String>,
}

/// `GET /knowledge`
pub(super) async fn index(
    pages: Pages,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let html = match pages.knowledge.get("") {
        Some(html) => html,
        None => {
            let html = index_html(&pages, &state)?;
            pages.knowledge.keep("", &html);
            html
        }
    };
    Ok(open_page(&request, &html))
}

/// `GET /knowledge/{option-id}`
pub(super) async fn option(
    pages: Pages,
    state: Data<State>,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if let Some(html) = pages.knowledge.get(&id).filter(|_| !id.is_empty()) {
        return Ok(open_page(&request, &html));
    }
    let knowledge = &state.advisor.evaluator.knowledge;
    let Some(option) = knowledge.option(&id) else {
        let frame = Frame::new(&pages.assets, knowledge, "../", "knowledge", "No such option");
        let html = pages
            .templates
            .fill("no-option.html", &frame, &groups(knowledge))?;
        return Ok(missing_page(html));
    };
    let frame = Frame::new(
        &pages.assets,
        knowledge,
        "../",
        "knowledge",
        option.label.as_str(),
    );
    let view = option_page::view(knowledge, option);
    let html = pages.templates.fill("option.html", &frame, &view)?;
    pages.knowledge.keep(&id, &html);
    Ok(open_page(&request, &html))
}

fn index_html(pages: &Pages, state: &State) -> Result<String, Failure> {
    let knowledge = &state.advisor.evaluator.knowledge;
    let package = &knowledge.package;
    let frame = Frame::new(
        &pages.assets,
        knowledge,
        "./",
        "knowledge",
        "The rules, with quotes and figures",
    );
    let view = Index {
        title: package.title.clone(),
        id: package.reference.id.clone(),
        version: package.reference.edition(),
        hash: package.reference.hash.clone(),
        cut_off: package.reference.evidence_cut_off.clone(),
        citation: package.citation.clone(),
        citation_url: package.citation_url.clone(),
        intended_use: package.intended_use.clone(),
        misuse: package.misuse.clone(),
        groups: groups(knowledge),
        grades: grades(knowledge),
        systems: [
            stages(knowledge, "ENETS", &knowledge.enets),
            stages(knowledge, "AJCC, 7th edition", &knowledge.ajcc7),
        ],
        sizes: examples::of_size(knowledge),
        hormones: knowledge
            .hormones
            .iter()
            .filter_map(|hormone| {
                Some((
                    hormone.syndrome.clone(),
                    rule(knowledge, &hormone.criterion, None)?,
                ))
            })
            .collect(),
        principles: package
            .principles
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        limits: package
            .limits
            .iter()
            .map(|cited| sentence(knowledge, cited))
            .collect(),
        attributes: package.attributes.clone(),
        since: knowledge
            .since_publication
            .iter()
            .map(|(id, each)| note(id, each))
            .collect(),
        corrections: knowledge
            .corrections
            .iter()
            .map(|(id, each)| correction(id, each))
            .collect(),
        markers: markers(knowledge),
        readings: knowledge
            .interpretations
            .iter()
            .map(|(id, each)| {
                let rules: Vec<String> = each.rules.iter().map(ToString::to_string).collect();
                (
                    id.clone(),
                    each.text.clone(),
                    rules.join(", "),
                    each.ambiguities.join(", "),
                )
            })
            .collect(),
        ambiguities: knowledge
            .ambiguities
            .iter()
            .map(|(id, each)| (id.clone(), each.issue.clone(), each.resolution.clone()))
            .collect(),
        changes: package.changes.clone(),
        site_files: state.advisor.evaluator.site_files.clone(),
    };
    pages.templates.fill("knowledge.html", &frame, &view)
}

fn markers(knowledge: &Knowledge) -> Vec<Sentence> {
    let beside = knowledge.markers.iter().map(|marker| {
        let text = format!("{}: {}", marker.fact.info().label, marker.note.text);
        titled(knowledge, &text, &marker.note.statements)
    });
    let course = &knowledge.marker_course;
    let course = [&course.compare, &course.after].map(|cited| sentence(knowledge, cited));
    beside.chain(course).collect()
}

fn groups(knowledge: &Knowledge) -> Vec<GroupView> {
    let of_group = |group: Group| -> Vec<Entry> {
        let options = knowledge.options.iter().filter(|option| option.group == group);
        options
            .map(|option| Entry {
                id: option.id.clone(),
                label: option.label.clone(),
                criteria: option.criteria.len(),
                restriction: option.restriction.as_ref().map(|cited| cited.text.clone()),
            })
            .collect()
    };
    Group::ALL
        .into_iter()
        .map(|group| GroupView {
            label: words::group(group),
            options: of_group(group),
        })
        .collect()
}
