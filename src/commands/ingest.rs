//! `tickmark ingest`

use std::io::Write;
use std::path::PathBuf;

use super::progress::{Follower, Funnel, Style};
use super::{Clock, printed, source_of, summary};
use crate::cli;
use crate::error::{Error, Exit, Result};
use crate::ingest::{Input, Options, Summary, ingest};
use crate::inventory::Inventory;
use crate::lake::Lake;

pub(super) fn run(args: &cli::Ingest, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let source = args.source.as_deref().map(source_of).transpose()?;
    let zone = args.zone.as_deref().map(zone).transpose()?;
    let input = |path: &String| Input { base: PathBuf::from("."), pattern: path.clone(), source, zone };
    let inputs: Vec<Input> = args.paths.iter().map(input).collect();
    let options =
        Options { ingested_at: clock().timestamp_micros(), max_rejects: args.max_rejects, keep_going: args.keep_going };
    let style = if args.json { Style::Json } else { Style::Lines };
    if args.json {
        printed(write!(out, "{{\"files\":["))?;
    }
    let funnel = Funnel::new(clock, args.quiet);
    let read = followed(&args.lake, &inputs, &options, funnel, style, out)?;
    if args.json {
        let rest = serde_json::Value::Object(summary::ingest_json(&read)).to_string();
        printed(writeln!(out, "],{}", &rest[1..]))?;
    } else {
        printed(summary::ingested(out, &read))?;
        if read.totals.rejected > 0 {
            let rejects = Inventory::read(&Lake::open(&args.lake)?)?.rejects;
            printed(summary::rejected(out, &read, &rejects))?;
        }
    }
    read.within(args.max_rejects, &args.lake)?;
    Ok(Exit::DONE)
}

/// Ingests, while a line on standard error follows it and standard output tells of each file.
pub(super) fn followed(
    lake: &std::path::Path,
    inputs: &[Input],
    options: &Options,
    funnel: Option<Funnel<'_>>,
    style: Style,
    out: &mut dyn Write,
) -> Result<Summary> {
    let mut follower = Follower { funnel, style, out, result: Ok(()), told: 0 };
    let read = ingest(lake, inputs, options, &mut follower);
    if let Some(funnel) = &follower.funnel {
        funnel.clear();
    }
    printed(follower.result)?;
    read
}

fn zone(name: &str) -> Result<chrono_tz::Tz> {
    name.parse().map_err(|_| Error::Usage(format!("unknown time zone `{name}`; give a name such as `Europe/Berlin`")))
}
