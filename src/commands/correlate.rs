//! `tickmark correlate`

use std::io::Write;

use super::printed;
use crate::catalogue::is_vouched;
use crate::cli;
use crate::companion::Companions;
use crate::config::Period;
use crate::correlate::parts;
use crate::coverage::Coverage;
use crate::error::{Error, Result};
use crate::lake::Lake;

pub(super) fn run(args: &cli::Correlate, out: &mut dyn Write) -> Result<u8> {
    let (config, _) = Companions::with_config(&args.config, None)?;
    let period = Period::parse(&args.period, config.zone).map_err(Error::Usage)?;
    let lake = &Lake::open(&args.lake)?.with_workspaces(&config.workspaces);
    let coverage = Coverage::of_lake(lake, &config)?;
    std::fs::create_dir_all(&args.out).map_err(|e| Error::io("create", &args.out, e))?;
    let written = parts::write(lake, &config, &period, &coverage, &args.out, args.at_once, is_vouched)?;
    printed(writeln!(
        out,
        "{} changes in {} parts: {} effects vouched, {} decisions traced, in {}",
        written.change_count,
        written.part_count,
        written.vouching_count,
        written.tracing_count,
        args.out.display()
    ))?;
    Ok(0)
}
