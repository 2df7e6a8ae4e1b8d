//! The command line program `aos`.

fn main() {}
