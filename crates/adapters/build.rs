//! Compiles this crate again when a migration changes: the migrations are inside the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
