//! `pnet-cds selfcheck`

use super::args::SelfcheckArgs;
use super::ended::{Ended, block_on, print};
use super::given::{read, refused};
use super::settings;
use crate::clock;
use crate::laws::Laws;
use crate::site;
use std::path::Path;

/// Holds the laws on every file; what moved is told file by file.
pub(super) fn run(args: &SelfcheckArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = site::load(&settings).map_err(Ended::wrong)?;
    let templates = evaluator.templates();
    let laws = Laws {
        evaluator: &evaluator,
        templates: &templates,
        as_of: args.as_of.unwrap_or_else(clock::today),
    };
    let (mut faults, mut moved) = (Vec::new(), 0);
    for path in &args.files {
        let name = path.display();
        let held = match read(path) {
            Ok(text) => block_on(laws.hold(&text))?.map_err(|failure| refused(&failure, &text)),
            Err(what) => Err(what),
        };
        match held {
            Ok(found) if found.moved.is_empty() => {
                print(&format!("{name}: nothing moved in {} checks\n", found.checks))?;
            }
            Ok(found) => {
                moved += 1;
                let lines: String = found.moved.iter().map(|what| format!("  {what}\n")).collect();
                print(&format!(
                    "{name}: {} moved in {} checks\n{lines}",
                    found.moved.len(),
                    found.checks
                ))?;
            }
            Err(what) => faults.push(format!("{name}: {what}")),
        }
    }
    if !faults.is_empty() {
        Err(Ended::wrong(faults))
    } else if moved > 0 {
        Err(Ended::failed(
            "the same chart did not always lead to the same answer; please report it",
        ))
    } else {
        Ok(())
    }
}
