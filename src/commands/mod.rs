//! The commands: arguments to library calls to text. No logic of their own.

mod access;
mod compact;
mod correlate;
mod coverage;
mod explain;
mod files;
mod ingest;
mod listing;
mod progress;
mod query;
mod report;
mod run;
mod simulate;
mod summary;
mod tests;
mod verify;
mod vocabulary;

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::cli::{Command, FailOn};
use crate::companion::Companions;
use crate::config::Config;
use crate::error::{Error, Exit, Result};
use crate::report::model::Model;
use crate::source::{self, Source};

/// Reads the clock; given by `main`.
pub type Clock<'c> = &'c dyn Fn() -> DateTime<Utc>;

/// Runs a command, writes its result to `out` and returns the exit status.
///
/// # Errors
/// Whatever ends the command; the error knows its exit status.
pub fn dispatch(command: &Command, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    match command {
        Command::Run(args) => run::run(args, clock, out),
        Command::Ingest(args) => ingest::run(args, clock, out),
        Command::Correlate(args) => correlate::run(args, out),
        Command::Report(args) => report::run(args, clock, out),
        Command::Files(args) => files::run(args, out),
        Command::Vocabulary(args) => vocabulary::run(args, out),
        Command::Tests(args) => tests::run(args, out),
        Command::Coverage(args) => coverage::run(args, out),
        Command::Access(args) => access::run(args, out),
        Command::Explain(args) => explain::run(args, out),
        Command::Query(args) => query::run(args, out),
        Command::Compact(args) => compact::run(args, clock, out),
        Command::Verify(args) => verify::run(args, out),
        Command::Simulate(args) => simulate::run(args, out),
    }
}

/// Flushes the output and passes the status on. A reader that has gone away is no error.
///
/// # Errors
/// The output cannot be written.
pub fn flush(out: &mut dyn Write, code: u8) -> Result<u8> {
    printed(out.flush())?;
    Ok(code)
}

fn printed(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write", Path::new("standard output"), e))
        }
        _ => Ok(()),
    }
}

/// The configuration that is given, its companions' maps laid into it; else one that declares nothing.
fn configured(path: Option<&Path>) -> Result<Config> {
    path.map_or_else(Config::bare, |path| Companions::with_config(path, None).map(|(config, _)| config))
}

fn source_of(id: &str) -> Result<&'static dyn Source> {
    source::by_id(id).ok_or_else(|| Error::Usage(format!("unknown source `{id}` (known: {})", source::known_ids())))
}

/// An instant of the lake; nothing for none.
fn instant(micros: impl Into<Option<i64>>) -> String {
    micros
        .into()
        .and_then(DateTime::from_timestamp_micros)
        .map_or_else(String::new, |t| t.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn status(model: &Model, fail_on: Option<FailOn>) -> u8 {
    let has_exceptions = model.tests.iter().any(|t| t.counts.exception > 0);
    let has_undetermined = model.tests.iter().any(|t| t.counts.undetermined > 0);
    match fail_on {
        Some(_) if has_exceptions => Exit::EXCEPTIONS,
        Some(FailOn::Undetermined) if has_undetermined => Exit::UNDETERMINED,
        _ => Exit::DONE,
    }
}
