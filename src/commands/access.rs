//! `tickmark access`

use std::io::Write;

use serde_json::Value;

use super::listing::{Listing, visible};
use super::{instant, printed};
use crate::access::columns::ACCESS;
use crate::access::{self, Access, Bounds, Cycle, Edge, Held, Selection};
use crate::cli::{self, Format, ListFormat};
use crate::config::{Config, Globs, Period};
use crate::correlate::{self, Correlation};
use crate::coverage::Coverage;
use crate::error::{Error, Exit, Result};
use crate::lake::Lake;
use crate::report::format::number;

pub(super) fn run(args: &cli::Access, out: &mut dyn Write) -> Result<u8> {
    let config = super::configured(args.config.as_deref())?;
    let period = period(args, &config)?;
    let selection = selection(args, &config, &period)?;
    let lake = &Lake::open(&args.lake)?.with_workspaces(&config.workspaces);
    let coverage = Coverage::of_lake(lake, &config)?;
    let correlation = correlate::run(lake, &config, &period, &coverage)?;
    let access = access::of(&access::histories(&correlation), &Bounds::of(&correlation, &period));
    let rows: Vec<&Held<'_>> = access.rows.iter().filter(|row| selection.takes(row)).collect();
    let closing = closing(&rows, &access, &correlation);
    match args.format {
        Format::Table => short(&rows).write(out, ListFormat::Table, &closing)?,
        Format::Csv => full(&rows).write(out, ListFormat::Csv, &[])?,
        Format::Json => full(&rows).write(out, ListFormat::Json, &[])?,
        Format::Parquet => {
            let bytes = crate::query::write(&mut access::frame(&rows)?, Format::Parquet)?;
            printed(out.write_all(&bytes))?;
        }
    }
    printed(out.flush())?;
    Ok(Exit::DONE)
}

fn period(args: &cli::Access, config: &Config) -> Result<Period> {
    match (&args.period, &config.period) {
        (Some(text), _) => Period::parse(text, config.zone).map_err(Error::Usage),
        (None, Some(period)) => Ok(period.clone()),
        (None, None) => Ok(Period::always()),
    }
}

fn selection(args: &cli::Access, config: &Config, period: &Period) -> Result<Selection> {
    let at = args.at.as_deref().map(|text| Period::instant(text, config.zone).map_err(Error::Usage)).transpose()?;
    let globs = |pattern: &Option<String>| Globs::new(pattern.as_slice());
    Ok(Selection {
        span: period.start..period.end,
        at,
        subjects: globs(&args.subject)?,
        entitlements: globs(&args.entitlement)?,
        scope: args.scope.as_deref().map(|scope| config.scope_of(scope)),
        is_effective: args.effective,
    })
}

fn short(rows: &[&Held<'_>]) -> Listing {
    let row = |row: &&Held<'_>| {
        let verdict = row.vouching.map(|judged| judged.verdict.as_str());
        vec![
            row.pair.subject.into(),
            row.pair.entitlement.into(),
            row.pair.scope.into(),
            row.state.as_str().into(),
            time(Some(row.opened)),
            time(row.closed),
            row.opened.basis.as_str().into(),
            row.closed.map(|edge| edge.basis.as_str()).into(),
            verdict.into(),
            row.via.join(" > ").into(),
        ]
    };
    let titles =
        vec!["subject", "entitlement", "scope", "state", "from", "until", "opened", "closed", "verdict", "via"];
    Listing { titles, rows: rows.iter().map(row).collect() }
}

/// All columns of the table, in its order.
fn full(rows: &[&Held<'_>]) -> Listing {
    let row = |row: &&Held<'_>| {
        let pair = row.pair;
        vec![
            pair.subject.into(),
            pair.subject_kind.as_str().into(),
            pair.is_resolved.into(),
            pair.entitlement.into(),
            pair.entitlement_kind.as_str().into(),
            pair.scope.into(),
            row.holding.into(),
            row.state.as_str().into(),
            time(Some(row.opened)),
            time(row.closed),
            row.opened.by.into(),
            row.closed.and_then(|edge| edge.by).into(),
            row.opened.basis.as_str().into(),
            row.closed.map(|edge| edge.basis.as_str()).into(),
            row.is_transient.into(),
            row.vouching.map(|judged| judged.item_id).into(),
            row.vouching.map(|judged| judged.verdict.as_str()).into(),
            row.vouching.map(|judged| judged.reason).into(),
            Some(row.via.clone()).filter(|via| !via.is_empty()).into(),
        ]
    };
    Listing { titles: ACCESS.columns.iter().map(|column| column.name).collect(), rows: rows.iter().map(row).collect() }
}

fn time(edge: Option<Edge<'_>>) -> Value {
    edge.and_then(|edge| edge.time).map(instant).into()
}

fn closing(rows: &[&Held<'_>], access: &Access<'_>, correlation: &Correlation) -> Vec<String> {
    let mut lines = vec![format!("total: {} rows", number(rows.len() as u64))];
    lines.extend(access.cycles.iter().map(circle));
    let left_out = [
        (access::nameless(correlation), "changes that name nobody"),
        (correlation.ground.noted.foreign_count, "statements of listings that are not said to be Databricks' own"),
        (
            correlation.ground.noted.unplaced_count,
            "statements of listings that do not say of which account or workspace they are",
        ),
    ];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    lines.extend(left_out.map(|(count, what)| format!("left out: {} {what}", number(count as u64))));
    lines
}

fn circle(cycle: &Cycle<'_>) -> String {
    let names: Vec<String> = cycle.groups.iter().chain(cycle.groups.first()).map(|group| visible(group)).collect();
    let time = |time: Option<i64>| time.map_or_else(|| "-".to_owned(), instant);
    format!(
        "groups in a circle: {} in {}, {} .. {}",
        names.join(" > "),
        cycle.scope,
        time(cycle.from),
        time(cycle.until)
    )
}
