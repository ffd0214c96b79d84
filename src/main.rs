//! The `cacherr` binary.
fn main() {}
