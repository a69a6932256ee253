//! The `pnet-cds` command.
fn main() {}
