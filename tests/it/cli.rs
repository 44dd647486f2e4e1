//! The command line, as a user meets it.

mod access;
mod account;
mod compact;
mod companions;
mod comparison;
mod correlate;
mod coverage;
mod deliveries;
mod exits;
mod explain;
mod lake;
mod package;
mod profile;
mod repeat;
mod workspaces;
