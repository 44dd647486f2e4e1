//! Command line of tickmark.

fn main() {}
