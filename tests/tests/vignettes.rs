//! One test per vignette file, named like the file.

use acceptance::{compare, knowledge};
use cds_cards::vignettes::{self, Vignette};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let loaded = knowledge().and_then(|k| Ok((Arc::new(k), vignettes::embedded()?)));
    let trials = match loaded {
        Ok((knowledge, vignettes)) => vignettes
            .into_iter()
            .map(|(name, vignette)| {
                let knowledge = Arc::clone(&knowledge);
                Trial::test(name, move || check(&knowledge, &vignette))
            })
            .collect(),
        Err(faults) => vec![Trial::test("loading", move || Err(Failed::from(faults)))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(knowledge: &cds_cards::Knowledge, vignette: &Vignette) -> Result<(), Failed> {
    let assessment = cds_cards::assess(knowledge, &vignette.facts()?);
    let differences = compare::differences(&vignette.expect, &assessment);
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n  {}", vignette.rule, differences.join("\n  ")).into())
}
