//! `tickmark run`

use std::io::Write;

use super::ingest::followed;
use super::progress::{Funnel, Style};
use super::{Clock, printed, rfc3339, status, summary};
use crate::assemble::assemble;
use crate::cli;
use crate::companion::Companions;
use crate::config::{Config, Period};
use crate::error::{Error, Result};
use crate::ingest::{Input, Options};
use crate::inventory::Inventory;
use crate::lake::Lake;

pub(super) fn run(args: &cli::Run, clock: Clock<'_>, out: &mut dyn Write) -> Result<u8> {
    let (mut config, companions) = Companions::with_config(&args.config, args.judging.profile.as_deref())?;
    config.previous = args.judging.previous.clone().or(config.previous);
    let period = period(args, &config)?;
    let lake = args.lake.clone().or_else(|| config.lake.clone()).ok_or_else(|| missing("lake"))?;
    let package = args.out.clone().or_else(|| config.out.clone()).ok_or_else(|| missing("out"))?;
    // The command line wins over the parameter by which COV-02 judges.
    let tolerated = args.max_rejects.map_or_else(|| config.whole("COV-02", "max_rejects"), Ok)?;
    let options =
        Options { ingested_at: clock().timestamp_micros(), max_rejects: Some(tolerated), keep_going: args.keep_going };
    let funnel = Funnel::new(clock, args.quiet);
    let read = followed(&lake, &inputs(&config)?, &options, funnel, Style::Silent, out)?;
    let judged =
        assemble(Lake::open(&lake)?, &read.refused, &config, &companions, &period, &package, &|| rfc3339(clock()));
    // Where every file was refused there is nothing to judge, and the reason is what was refused.
    if judged.is_err() && !read.refused.is_empty() {
        printed(summary::ingested(out, &read))?;
        read.within(Some(tolerated), &lake)?;
    }
    let model = judged?;
    if args.json {
        let mut all = summary::judged_json(&model, &package);
        all.insert("ingest".to_owned(), summary::ingest_json(&read).into());
        printed(writeln!(out, "{}", serde_json::Value::Object(all)))?;
    } else {
        printed(summary::ingested(out, &read))?;
        if read.totals.rejected > 0 {
            let rejects = Inventory::read(&Lake::open(&lake)?)?.rejects;
            printed(summary::rejected(out, &read, &rejects))?;
        }
        printed(summary::judged(out, &model, &package))?;
    }
    read.within(Some(tolerated), &lake)?;
    Ok(status(&model, args.judging.fail_on))
}

fn period(args: &cli::Run, config: &Config) -> Result<Period> {
    match &args.period {
        Some(text) => Period::parse(text, config.zone).map_err(Error::Usage),
        None => config.period.clone().ok_or_else(|| missing("period")),
    }
}

fn missing(what: &str) -> Error {
    Error::Usage(format!("no {what}: give --{what}, or `{what}` under [report] in the configuration"))
}

fn inputs(config: &Config) -> Result<Vec<Input>> {
    let all: Vec<Input> = config
        .sources
        .iter()
        .flat_map(|source| source.paths.iter().map(move |pattern| (source, pattern)))
        .map(|(source, pattern)| Input {
            base: config.dir.clone(),
            pattern: pattern.clone(),
            source: source.id.as_deref().and_then(crate::source::by_id),
            zone: source.zone,
        })
        .collect();
    if all.is_empty() {
        return Err(Error::Input("the configuration names no input: add a [[source]] with `paths`".to_owned()));
    }
    Ok(all)
}
