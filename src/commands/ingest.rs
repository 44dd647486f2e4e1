//! `tickmark ingest`

use std::io::Write;
use std::path::PathBuf;

use super::{Clock, printed, source_of, summary};
use crate::cli;
use crate::error::{Exit, Result};
use crate::ingest::{Input, Options, ingest};
use crate::inventory::Inventory;
use crate::lake::Lake;

pub(super) fn run(args: &cli::Ingest, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let source = args.source.as_deref().map(source_of).transpose()?;
    let inputs: Vec<Input> =
        args.paths.iter().map(|path| Input { base: PathBuf::from("."), pattern: path.clone(), source }).collect();
    let progress = summary::progress(args.quiet);
    let options = Options { ingested_at: clock().timestamp_micros(), progress: progress.as_deref() };
    let read = ingest(&args.lake, &inputs, &options)?;
    printed(summary::ingested(out, &read))?;
    if read.totals.rejected > 0 {
        let rejects = Inventory::read(&Lake::open(&args.lake)?)?.rejects;
        printed(summary::rejected(out, &read, &rejects))?;
    }
    read.within(args.max_rejects, &args.lake)?;
    Ok(Exit::DONE)
}
