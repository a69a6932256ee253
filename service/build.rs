//! Has the crate built anew when a bundled patient is added or taken away.

fn main() {
    println!("cargo::rerun-if-changed=demo/patients");
}
