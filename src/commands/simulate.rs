//! `tickmark simulate`

use std::io::Write;

use super::printed;
use crate::cli;
use crate::error::{Error, Exit, Result};
use crate::simulate::{Delivery, Layout, Plan, Provider, SimulateError, Volume, write, write_volume};

pub(super) fn run(args: &cli::Simulate, out: &mut dyn Write) -> Result<u8> {
    if let Some(size) = &args.volume {
        return volume(args, size, out);
    }
    let provider = match args.idp {
        cli::Idp::Okta => Provider::Okta,
        cli::Idp::Entra => Provider::Entra,
        cli::Idp::Ping => Provider::Ping,
    };
    let delivery = match args.delivery {
        cli::Delivery::Aws => Delivery::Aws,
        cli::Delivery::Azure => Delivery::Azure,
        cli::Delivery::System => Delivery::System,
    };
    let plan = Plan::new(args.seed, args.people, args.days).map_err(|e| Error::Usage(e.to_string()))?;
    let plan = plan.by(provider, delivery);
    let done = write(&plan, &args.out).map_err(failed)?;
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

fn volume(args: &cli::Simulate, size: &str, out: &mut dyn Write) -> Result<u8> {
    let bytes = bytes(size)
        .ok_or_else(|| Error::Usage(format!("expected a size such as `500MB` or `20GB`, found `{size}`")))?;
    let layout = match args.layout {
        cli::Layout::Delivery => Layout::Delivery,
        cli::Layout::OneFile => Layout::OneFile,
        cli::Layout::OneArray => Layout::OneArray,
        cli::Layout::SmallFiles => Layout::SmallFiles,
    };
    let days = args.days.max(1);
    let volume = Volume { seed: args.seed, bytes, days, layout, changes: args.changes };
    let written = write_volume(&volume, &args.out).map_err(failed)?;
    let text = format!("{} files, {} records, {} bytes\n", written.files, written.records, written.bytes);
    printed(out.write_all(text.as_bytes()))?;
    Ok(Exit::DONE)
}

fn bytes(size: &str) -> Option<u64> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match size[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

fn failed(error: SimulateError) -> Error {
    match error {
        SimulateError::Plan { .. } | SimulateError::NotEmpty { .. } => Error::Usage(error.to_string()),
        other => Error::Engine { doing: "write the simulated exports", message: other.to_string() },
    }
}
