//! `tickmark simulate`

use std::io::Write;

use super::printed;
use crate::cli;
use crate::error::{Error, Exit, Result};
use crate::simulate::{Plan, SimulateError, write};

pub(super) fn run(args: &cli::Simulate, out: &mut dyn Write) -> Result<u8> {
    let plan = Plan::new(args.seed, args.people, args.days).map_err(|e| Error::Usage(e.to_string()))?;
    let done = write(&plan, &args.out).map_err(|e| match e {
        SimulateError::Plan { .. } | SimulateError::NotEmpty { .. } => Error::Usage(e.to_string()),
        other => Error::Engine { doing: "write the simulated exports", message: other.to_string() },
    })?;
    let text = format!(
        "{} files, {} records ({} delivered twice); truth: {} effects, {} decisions\nnext: tickmark run --config {}\n",
        done.file_count,
        done.record_count,
        done.duplicate_count,
        done.vouching_count,
        done.tracing_count,
        args.out.join("tickmark.toml").display(),
    );
    printed(out.write_all(text.as_bytes()))?;
    Ok(Exit::DONE)
}
