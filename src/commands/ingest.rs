//! `tickmark ingest`

use std::io::Write;
use std::path::PathBuf;

use super::{Clock, printed, summary};
use crate::cli;
use crate::error::{Error, Exit, Result};
use crate::ingest::{Input, Options, ingest};
use crate::source;

pub(super) fn run(args: &cli::Ingest, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let source = match &args.source {
        Some(id) => Some(
            source::by_id(id)
                .ok_or_else(|| Error::Usage(format!("unknown source `{id}` (known: {})", source::known_ids())))?,
        ),
        None => None,
    };
    let inputs: Vec<Input> =
        args.paths.iter().map(|path| Input { base: PathBuf::from("."), pattern: path.clone(), source }).collect();
    let progress = summary::progress(args.quiet);
    let options = Options { ingested_at: clock().timestamp_micros(), progress: progress.as_deref() };
    let read = ingest(&args.lake, &inputs, &options)?;
    printed(summary::ingested(out, &read))?;
    read.within(args.max_rejects, &args.lake)?;
    Ok(Exit::DONE)
}
