//! Portero's program: configuration, wiring, commands.
fn main() {}
