//! `pnet-cds assess`

use super::args::{AssessArgs, Format};
use super::ended::{Ended, block_on, print};
use super::given::{read, refused};
use super::report::{Orders, Report};
use super::{settings, style};
use crate::clock;
use crate::evaluator::{Evaluator, Occasion};
use crate::hooks::flow::Origin;
use crate::hooks::trail::Trail;
use crate::input::{self, Assessed};
use crate::site;
use crate::templates::Template;
use cds_cards::render::Card;
use jiff::civil::Date;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Cards {
    cards: Vec<Card>,
}

/// Assesses every file; what cannot be assessed is told at the end.
pub(super) fn run(args: &AssessArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = site::load(&settings).map_err(Ended::wrong)?;
    let assessing = Assessing {
        templates: evaluator.templates(),
        evaluator: &evaluator,
        as_of: args.as_of.unwrap_or_else(clock::today),
        format: args.format,
    };
    let mut faults = Vec::new();
    for (index, path) in args.files.iter().enumerate() {
        match block_on(assessing.file(path))? {
            Ok(text) => {
                let gap = if index > 0 && args.format == Format::Text {
                    "\n"
                } else {
                    ""
                };
                print(&format!("{gap}{text}"))?;
            }
            Err(what) => faults.push(format!("{}: {what}", path.display())),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Ended::wrong(faults))
    }
}

struct Assessing<'a> {
    evaluator: &'a Evaluator,
    templates: Vec<Template>,
    as_of: Date,
    format: Format,
}

impl Assessing<'_> {
    async fn file(&self, path: &Path) -> Result<String, String> {
        let text = read(path)?;
        let assessed = input::assess(
            self.evaluator,
            &self.templates,
            &text,
            |_| Ok(Origin::Nowhere),
            self.as_of,
            &Trail::default(),
        )
        .await
        .map_err(|failure| refused(&failure, &text))?;
        self.show(path, &assessed)
    }

    fn show(&self, path: &Path, assessed: &Assessed) -> Result<String, String> {
        let Assessed {
            assessment,
            instance,
            orders,
        } = assessed;
        let json = match self.format {
            Format::Text => {
                let report = Report::new(&self.evaluator.knowledge, style::wanted_on_stdout());
                let orders = orders.as_ref().map(|read| Orders {
                    read,
                    cards: self
                        .evaluator
                        .answer(assessment, Some(read), &Occasion::of(*instance))
                        .len(),
                });
                return Ok(report.write(&path.display().to_string(), assessment, orders.as_ref()));
            }
            Format::Json => serde_json::to_string_pretty(assessment),
            Format::Cards => {
                let cards = self
                    .evaluator
                    .answer(assessment, orders.as_ref(), &Occasion::of(*instance));
                serde_json::to_string_pretty(&Cards { cards })
            }
        };
        json.map(|json| json + "\n").map_err(|error| error.to_string())
    }
}
