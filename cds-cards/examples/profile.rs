//! What an assessment and its cards cost, stage by stage, over every vignette: to be run under a counter of instructions
//! and allocations, since times depend on what else the machine does.
//!
//! ```text
//! cargo build --release -p cds-cards --example profile
//! valgrind --tool=callgrind target/release/examples/profile STAGE ROUNDS    # instructions
//! valgrind --tool=none ...  # or memcheck, whose summary counts allocations
//! ```
//!
//! The cost of a stage is the difference between two numbers of rounds, by the vignettes and the rounds between them.
//! Stages: `assess`, `cards`, `pathway` (the one card of a call that is not `full`), `sheet`, `serialise`; `dump` prints
//! everything that the stages make, to compare two states of the code byte for byte.

use cds_cards::render::{Most, Policy, render, sheet};
use cds_cards::{Assessment, Knowledge, assess, vignettes};
use fhir_profiles::Facts;
use std::hint::black_box;
use std::io::Write;
use uuid::Uuid;

fn policy(full: bool) -> Policy<'static> {
    Policy {
        max_cards: 6,
        full,
        without_metastases: true,
        public_url: Some("https://cds.example.org"),
        instance: Uuid::from_u128(0x1234),
        asking: cds_cards::render::Asking::default(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let stage = arguments.next().unwrap_or_else(|| "dump".to_owned());
    let rounds: usize = arguments.next().map_or(Ok(1), |rounds| rounds.parse())?;
    let knowledge = Knowledge::embedded().map_err(|faults| format!("{faults:?}"))?;
    let vignettes = vignettes::embedded()?;
    let mut charts: Vec<(&String, Facts)> = Vec::new();
    for (name, vignette) in &vignettes {
        charts.push((
            name,
            vignette.facts().map_err(|fault| format!("{name}: {fault}"))?,
        ));
    }
    if stage == "dump" {
        return dump(&knowledge, &charts);
    }
    let assessed: Vec<Assessment> = charts
        .iter()
        .map(|(_, facts)| assess(&knowledge, facts))
        .collect();
    for _ in 0..rounds {
        for ((_, facts), assessment) in charts.iter().zip(&assessed) {
            match stage.as_str() {
                "assess" => drop(black_box(assess(&knowledge, facts))),
                "cards" => drop(black_box(render(&knowledge, assessment, &policy(true)))),
                "pathway" => drop(black_box(render(&knowledge, assessment, &policy(false)))),
                "sheet" => drop(black_box(sheet(&knowledge, assessment, Most::ALL))),
                "serialise" => drop(black_box(serde_json::to_string(assessment)?)),
                other => return Err(format!("unknown stage `{other}`").into()),
            }
        }
    }
    Ok(())
}

fn dump(knowledge: &Knowledge, charts: &[(&String, Facts)]) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (name, facts) in charts {
        let assessment = assess(knowledge, facts);
        writeln!(
            out,
            "{name}\n{}\n{assessment:?}",
            serde_json::to_string(&assessment)?
        )?;
        for full in [true, false] {
            for card in render(knowledge, &assessment, &policy(full)) {
                writeln!(out, "{}", serde_json::to_string(&card)?)?;
            }
        }
        writeln!(out, "{:?}", sheet(knowledge, &assessment, Most::ALL))?;
    }
    Ok(())
}
