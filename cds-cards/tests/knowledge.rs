//! The embedded knowledge: it loads without fault and says what the specification says.

use cds_cards::Knowledge;

#[test]
fn the_embedded_knowledge_has_no_fault() {
    if let Err(faults) = Knowledge::embedded() {
        let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} faults:\n{}", list.len(), list.join("\n"));
    }
}
