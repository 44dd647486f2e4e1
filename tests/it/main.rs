//! The one integration binary.

mod architecture;
mod bad_input;
mod catalogue;
mod cli;
mod schema;
mod sources;
mod support;
mod truth;
