//! `tickmark query`

use std::io::Write;

use super::printed;
use crate::cli;
use crate::error::{Exit, Result};
use crate::lake::Lake;
use crate::query::{run as answer, write};

pub(super) fn run(args: &cli::Query, out: &mut dyn Write) -> Result<u8> {
    let mut rows = answer(&Lake::open(&args.lake)?, &args.sql)?;
    let bytes = write(&mut rows, args.format)?;
    printed(out.write_all(&bytes))?;
    Ok(Exit::DONE)
}
