//! The museum: what public reports and real styles showed, taken through every way in. A chart that was prefetched, pulled,
//! assessed from a file, posted or screened says the same, and what cannot be used is named in the same words.

#![expect(clippy::indexing_slicing, reason = "a member that JSON has not is null")]

mod calls;
mod exhibits;
mod ways;

use exhibits::{Exhibit, exhibits};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use ways::{WAYS, Ways};

/// Fewer rows than this would mean that the museum was cut.
const AT_LEAST: usize = 300;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        let trials = vec![Trial::test("every way in says the same", || Ok(()))];
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    let exhibits = match exhibits() {
        Ok(exhibits) => Arc::new(exhibits),
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let ways = match Ways::of(&exhibits) {
        Ok(ways) => Arc::new(ways),
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", table(&exhibits, &ways));
    let count = exhibits.len();
    let mut trials = vec![Trial::test("the museum is whole", move || match count {
        AT_LEAST.. => Ok(()),
        few => Err(format!("{few} charts, at least {AT_LEAST} expected").into()),
    })];
    for index in 0..count {
        let (exhibits, ways) = (Arc::clone(&exhibits), Arc::clone(&ways));
        let Some(exhibit) = exhibits.get(index) else {
            continue;
        };
        trials.push(Trial::test(exhibit.name.clone(), move || {
            let faults = exhibits.get(index).map(|exhibit| ways.differences(exhibit));
            match faults.unwrap_or_default() {
                faults if faults.is_empty() => Ok(()),
                faults => Err(Failed::from(faults.join("\n  "))),
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Rows by kind, and how many differ between the ways in.
fn table(exhibits: &[Exhibit], ways: &Ways) -> String {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for exhibit in exhibits {
        let (rows, differ) = kinds.entry(&exhibit.kind).or_default();
        *rows += 1;
        *differ += usize::from(!ways.differences(exhibit).is_empty());
    }
    let mut text = format!(
        "museum: {} charts, ways in: {}\n",
        exhibits.len(),
        WAYS.join(", ")
    );
    for (kind, (rows, differ)) in kinds {
        text += &format!("museum: {kind}: {rows} charts, {differ} differ\n");
    }
    text
}
