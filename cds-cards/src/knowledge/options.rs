//! `options/<id>/option.toml`: one option, one folder.

use super::criteria::Criteria;
use super::evidence::Evidence;
use super::files::Files;
use super::limits::{self, Filling, Saying};
use super::model::{Aspect, Figure, OptionKnowledge, OrderMeaning};
use super::reader::Reader;
use super::section::{At, Section};
use super::slots;
use crate::assessment::{Cited, Group, Role};
use fhir_profiles::Treatment;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// An option with its place in the table and its file.
#[derive(Debug)]
pub(super) struct ReadOption {
    /// The option.
    pub(super) option: OptionKnowledge,
    /// Its file.
    pub(super) file: String,
    order: Decimal,
}

/// The options as read.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// The sound options in the order of the table.
    pub(super) options: Vec<ReadOption>,
    /// The ids of all folders, sound or not.
    pub(super) ids: BTreeSet<String>,
    /// Whether every option could be read.
    pub(super) complete: bool,
}

/// Reads every option folder.
pub(super) fn read(source: &Files<'_>, evidence: &Evidence, criteria: Option<&Criteria>) -> Options {
    let mut found = Options {
        complete: true,
        ..Options::default()
    };
    let mut orders: Vec<(Decimal, String)> = Vec::new();
    for folder in source.option_folders() {
        found.ids.insert(folder.to_owned());
        let file = format!("options/{folder}/option.toml");
        let reader = Reader {
            source,
            evidence,
            criteria,
            file: &file,
        };
        let Some(option) = source
            .place(&file)
            .and_then(|place| place.parse(|root| reader.option(root, folder, &mut orders)))
            .flatten()
        else {
            found.complete = false;
            continue;
        };
        found.options.push(option);
    }
    found.options.sort_by_key(|read| read.order);
    found
}

impl Reader<'_> {
    fn option(
        &self,
        root: &Section<'_>,
        folder: &str,
        orders: &mut Vec<(Decimal, String)>,
    ) -> Option<ReadOption> {
        let id = root.text("id");
        if let Some(id) = id.as_ref().filter(|id| id.value != folder) {
            root.fault(
                id.line,
                format!("the id is `{}`, the folder `{folder}`", id.value),
            );
        }
        let (label, group, order) = (root.text("label"), group(root), order(root, folder, orders));
        let (short, by_analogy) = (root.optional_text("short"), root.flag("by-analogy"));
        let restriction = root
            .section("restriction", |section| self.cited(section))
            .flatten();
        let before_benefits = self.noted(root, "before-benefits");
        let since_publication = self.noted(root, "since-publication");
        let corrections = self
            .evidence
            .corrected(self.file, root.texts("corrections"), self.source.faults);
        let criteria = self.own_criteria(root);
        let favours = self.aspects(root, "favour");
        let cautions = self.aspects(root, "caution");
        let variants = self.aspects(root, "variant");
        let figures = unique(
            root,
            "figure",
            root.sections("figure", |section| self.figure(section)),
        );
        let sentences = |key| -> Vec<Cited> {
            let read = root.sections(key, |section| self.cited(section));
            read.into_iter().flatten().collect()
        };
        let (notes, side_effects) = (sentences("note"), sentences("side-effect"));
        let meanings = order_meanings(root);
        let place = self.place(root);
        let card = slots::option_card(self.source, folder, &figures);
        let label = label?;
        Some(ReadOption {
            option: OptionKnowledge {
                id: id?.value,
                short: short.map_or_else(|| label.value.clone(), |short| short.value),
                label: label.value,
                by_analogy,
                group: group?,
                restriction,
                criteria: criteria.roles,
                statements: criteria.statements,
                interpreted: criteria.interpreted,
                of_site: BTreeSet::new(),
                favours,
                cautions,
                variants,
                figures,
                notes,
                side_effects,
                place,
                orders: meanings,
                before_benefits,
                since_publication,
                corrections,
                card: card?,
            },
            file: self.file.to_owned(),
            order: order?,
        })
    }

    fn own_criteria(&self, root: &Section<'_>) -> OwnCriteria {
        let mut found = OwnCriteria::default();
        let read = |section: &Section<'_>| {
            let own = section.texts("statements");
            let own = self.evidence.cited(self.file, own, self.source.faults);
            let ours = section.flag("interpretation");
            (section.text("id"), role(section), own, ours)
        };
        for (id, role, own, ours) in root.sections("criterion", read) {
            let Some(id) = id else { continue };
            if ours {
                found.interpreted.insert(id.value.clone());
            }
            self.known(root, &id);
            if found.roles.iter().any(|(known, _)| *known == id.value) {
                root.fault(id.line, format!("criterion `{}` stands twice", id.value));
            }
            if !own.is_empty() {
                found.statements.insert(id.value.clone(), own);
            }
            found.roles.extend(role.map(|role| (id.value, role)));
        }
        if root.line_of("criterion") == root.line() {
            root.fault(1, "the option has no `[[criterion]]`");
        }
        found
    }

    /// A text with the limits of criteria in it.
    fn said(&self, section: &Section<'_>, text: At<String>) -> String {
        let filling = |slot: &str| {
            self.criteria
                .map_or(Filling::Untold, |criteria| criteria.filling(slot))
        };
        limits::said(section, &self.evidence.names, text, &Saying::BySlot, filling)
    }

    fn aspects(&self, root: &Section<'_>, key: &'static str) -> Vec<Aspect> {
        let aspects = root.sections(key, |section| {
            let (id, label) = (section.text("id"), section.text("label"));
            let label = label.map(|label| self.said(section, label));
            let when = section.some_texts("when");
            for criterion in &when {
                self.known(section, criterion);
            }
            let statements = self.statements(section);
            let id = id?;
            let line = id.line;
            Some(At {
                value: Aspect {
                    id: id.value,
                    label: label?,
                    when: when.into_iter().map(|criterion| criterion.value).collect(),
                    statements,
                },
                line,
            })
        });
        unique(root, key, aspects)
    }

    fn figure(&self, section: &Section<'_>) -> Option<At<Figure>> {
        let (id, wording) = (section.text("id"), section.text("wording"));
        let (value, unit) = (section.text("value"), section.text("unit"));
        let statement = section.text("statement");
        let correction = section.optional_text("correction");
        if let Some(value) = value.as_ref().filter(|value| !is_figure(&value.value)) {
            section.fault(
                value.line,
                format!(
                    "`{}` is no number, nor a range such as `10-25`, nor `14 ± 16`",
                    value.value
                ),
            );
        }
        if let Some(wording) = wording
            .as_ref()
            .filter(|wording| wording.value.matches("{}").count() != 1)
        {
            section.fault(
                wording.line,
                "the wording must have one `{}`, where the number goes",
            );
        }
        let faults = self.source.faults;
        let statement = self
            .evidence
            .cited(self.file, statement.into_iter().collect(), faults)
            .pop();
        let correction = self
            .evidence
            .corrected(self.file, correction.into_iter().collect(), faults)
            .pop();
        let (id, number) = (id?, format!("{} {}", value?.value, unit?.value));
        Some(At {
            line: id.line,
            value: Figure {
                id: id.value,
                text: wording?.value.replace("{}", &number),
                statement: statement?,
                correction,
            },
        })
    }

    fn cited(&self, section: &Section<'_>) -> Option<Cited> {
        let text = section.text("text");
        let statements = self.statements(section);
        Some(Cited {
            text: text?.value,
            statements,
        })
    }

    fn noted(&self, section: &Section<'_>, key: &'static str) -> Vec<String> {
        let ids = section.texts(key);
        self.evidence.noted(self.file, ids, self.source.faults)
    }
}

/// The criteria of an option with their roles, and the statements of its own that some rest on.
#[derive(Default)]
struct OwnCriteria {
    roles: Vec<(String, Role)>,
    statements: BTreeMap<String, Vec<String>>,
    interpreted: BTreeSet<String>,
}

trait Named {
    fn id(&self) -> &str;
}

impl Named for Aspect {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Named for Figure {
    fn id(&self) -> &str {
        &self.id
    }
}

fn unique<T: Named>(root: &Section<'_>, key: &str, items: Vec<Option<At<T>>>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for item in items.into_iter().flatten() {
        if !seen.insert(item.value.id().to_owned()) {
            root.fault(item.line, format!("{key} `{}` stands twice", item.value.id()));
        }
        kept.push(item.value);
    }
    kept
}

/// What orders mean the option: `[[ordered-as]]`; a site's own option may have none.
fn order_meanings(root: &Section<'_>) -> Vec<OrderMeaning> {
    let mut seen = BTreeSet::new();
    root.sections("ordered-as", |section| {
        let treatments = section.treatments(section.some_texts("treatments"));
        for (treatment, line) in &treatments {
            if !seen.insert(*treatment) {
                section.fault(*line, format!("treatment `{treatment}` stands twice"));
            }
        }
        let ids =
            |found: Vec<(Treatment, usize)>| found.into_iter().map(|(treatment, _)| treatment).collect();
        OrderMeaning {
            treatments: ids(treatments),
            unless_with: ids(section.treatments(section.texts("unless-with"))),
            orders_only: section.flag("orders-only"),
            interpretation: section.flag("interpretation"),
        }
    })
}

fn is_figure(value: &str) -> bool {
    let separator = if value.contains('±') { " ± " } else { "-" };
    let parts: Vec<&str> = value.split(separator).collect();
    parts.len() <= 2 && parts.iter().all(|part| Decimal::from_str_exact(part).is_ok())
}

fn group(root: &Section<'_>) -> Option<Group> {
    let text = root.text("group")?;
    let group = Group::ALL.into_iter().find(|group| group.as_str() == text.value);
    if group.is_none() {
        root.fault(
            text.line,
            format!(
                "unknown group `{}`: surgery, liver-directed or systemic",
                text.value
            ),
        );
    }
    group
}

fn role(section: &Section<'_>) -> Option<Role> {
    let text = section.text("role")?;
    match text.value.as_str() {
        "require" => Some(Role::Require),
        "confirm" => Some(Role::Confirm),
        "contraindication" => Some(Role::Contraindication),
        other => {
            section.fault(
                text.line,
                format!("unknown role `{other}`: require, confirm or contraindication"),
            );
            None
        }
    }
}

fn order(root: &Section<'_>, folder: &str, orders: &mut Vec<(Decimal, String)>) -> Option<Decimal> {
    let Some(order) = root.number("order") else {
        if root.line_of("order") == root.line() {
            root.fault(root.line(), "`order` is missing");
        }
        return None;
    };
    if let Some((_, other)) = orders.iter().find(|(known, _)| *known == order.value) {
        root.fault(order.line, format!("`order` is that of `{other}` too"));
    }
    orders.push((order.value, folder.to_owned()));
    Some(order.value)
}
