//! What the project's checks and CI run.

fn main() {}
