//! `pnet-cds knowledge check`: every fault, or what there is.

use crate::cli::ended::{Ended, print};
use crate::site::load_knowledge;
use std::path::Path;

/// Reports every fault, or what there is.
pub(in crate::cli) fn check(dir: Option<&Path>) -> Result<(), Ended> {
    let knowledge = load_knowledge(dir).map_err(Ended::wrong)?;
    let reference = &knowledge.package.reference;
    let own = match knowledge.catalogue.site() {
        [] => String::new(),
        facts => format!(", {} facts of the site", facts.len()),
    };
    print(&format!(
        "{} {} ({}): {} options, {} criteria, {} statements{own}; no faults\n",
        reference.id,
        reference.edition(),
        reference.hash,
        knowledge.options.len(),
        knowledge.criteria.len(),
        knowledge.statements.len()
    ))
}
