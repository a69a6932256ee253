//! The rules as CQL: two libraries that read clean facts and come to the same grade, stages, outcomes, verdicts, intent and places.
//!
//! One define a criterion, with its statements word for word as comments and its limits as the knowledge has them. What stands
//! in the review's tables is written out row by row. The reading of facts and the three-valued logic are in `PnetFacts.cql`.

mod criteria;
mod names;
mod options;
mod rules;
mod tables;

pub use names::{lacks, proposed, words};

use cds_cards::Knowledge;
use fhir_profiles::FactId;
use rules::{Rules, comment};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The library of what is the same for every knowledge.
pub const FACTS_LIBRARY: &str = "PnetFacts";
/// The library of the rules.
pub const RULES_LIBRARY: &str = "PnetLiverMetastases";
const FACTS_TEXT: &str = include_str!("PnetFacts.cql");

/// A CQL library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its name in CQL.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// The libraries that it includes.
    pub includes: &'static [&'static str],
    /// Its text.
    pub text: String,
}

/// The libraries of a knowledge, in the order in which they are to be translated.
///
/// # Errors
/// Every criterion that CQL cannot say, by its id, and why.
pub fn libraries(knowledge: &Knowledge) -> Result<[Library; 2], Vec<String>> {
    let version = &knowledge.package.reference.version;
    Ok([
        Library {
            name: FACTS_LIBRARY,
            title: "Clean facts of a patient, and outcomes that can be unknown",
            includes: &[],
            text: FACTS_TEXT.replace("{{version}}", version),
        },
        Library {
            name: RULES_LIBRARY,
            title: "Treatment options for liver metastases of pancreatic neuroendocrine tumours, as CQL",
            includes: &[FACTS_LIBRARY],
            text: rules(knowledge)?,
        },
    ])
}

fn rules(knowledge: &Knowledge) -> Result<String, Vec<String>> {
    let mut rules = Rules {
        knowledge,
        text: String::new(),
        facts: BTreeSet::from([FactId::Pnet, FactId::LiverMetastases]),
        faults: Vec::new(),
    };
    rules.gate();
    rules.grade();
    rules.stages();
    rules.functional();
    rules.criteria();
    rules.verdicts();
    rules.given();
    rules.places();
    rules.intent();
    rules.requests();
    if !rules.faults.is_empty() {
        return Err(rules.faults);
    }
    let mut all = head(knowledge);
    for fact in &rules.facts {
        // Of the course older readings are there too, for progression after a treatment.
        let read = match fact {
            FactId::DiseaseStatus => "Newest fact",
            _ => "Fact",
        };
        let _ = write!(
            all,
            "// {}\ndefine \"Fact {fact}\":\n  Facts.\"{read}\"('{fact}')\n\n",
            fact.info().label
        );
    }
    all.push_str(&rules.text);
    Ok(all)
}

fn head(knowledge: &Knowledge) -> String {
    let package = &knowledge.package;
    let mut head = String::new();
    for line in [
        &package.title,
        &package.intended_use,
        &package.misuse,
        &package.citation,
    ] {
        let _ = writeln!(head, "// {}", comment(line));
    }
    let _ = write!(
        head,
        "//\n// Written by `pnet-cds knowledge export` from knowledge {version}; reads the clean facts of `pnet-cds facts`.\n\
         library {RULES_LIBRARY} version '{version}'\n\n\
         using FHIR version '4.0.1'\n\n\
         include FHIRHelpers version '4.0.1' called FHIRHelpers\n\
         include {FACTS_LIBRARY} version '{version}' called Facts\n\n\
         // The day of evaluation; today where none is given.\n\
         parameter \"As of\" Date\n\n\
         context Patient\n\n\
         define \"Day\":\n  Coalesce(\"As of\", Today())\n\n\
         // {rule} facts\n\n",
        version = package.reference.version,
        rule = "-".repeat(64),
    );
    head
}

impl Rules<'_> {
    fn gate(&mut self) {
        self.section("whether the options apply");
        let says = |fact: FactId| {
            format!(
                "Facts.\"Is\"(\"Fact {fact}\".readings R return all Tuple {{ words: R.words }}, 'present')"
            )
        };
        let body = format!(
            "case\n    when not {} then 'no-pnet'\n    when not {} then 'no-liver-metastases'\n    else 'passed' end",
            says(FactId::Pnet),
            says(FactId::LiverMetastases)
        );
        self.define(&["Unknown does not pass the gate.".to_owned()], "Gate", &body);
    }
}
