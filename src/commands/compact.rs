//! `tickmark compact`

use std::io::Write;

use super::{Clock, printed, source_of, summary};
use crate::cli;
use crate::error::{Exit, Result};
use crate::lake::{Compaction, compact};

pub(super) fn run(args: &cli::Compact, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let source = args.source.as_deref().map(source_of).transpose()?;
    let compaction = Compaction {
        source: source.map(|source| source.id()),
        keep_replaced: args.keep_replaced,
        target_bytes: args.target_size * 1_000_000,
        at_micros: clock().timestamp_micros(),
    };
    printed(summary::compacted(out, &compact(&args.lake, &compaction)?))?;
    Ok(Exit::DONE)
}
