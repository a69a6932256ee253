//! Builds again when a knowledge file is added or removed, which the compiler cannot see.

fn main() {
    println!("cargo::rerun-if-changed=knowledge");
}
