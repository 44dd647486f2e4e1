//! `tickmark report`

use std::io::Write;

use super::{Clock, printed, rfc3339, status, summary};
use crate::assemble::assemble;
use crate::cli;
use crate::companion::Companions;
use crate::config::Period;
use crate::error::{Error, Result};
use crate::lake::Lake;

pub(super) fn run(args: &cli::Report, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let (mut config, companions) = Companions::with_config(&args.config, args.judging.profile.as_deref())?;
    config.previous = args.judging.previous.clone().or(config.previous);
    let period = Period::parse(&args.period, config.zone).map_err(Error::Usage)?;
    let model = assemble(Lake::open(&args.lake)?, &[], &config, &companions, &period, &args.out, &|| rfc3339(clock()))?;
    printed(summary::judged(out, &model, &args.out))?;
    Ok(status(&model, args.judging.fail_on))
}
