//! Table `coverage`: one row a source, scope and hour.

use std::ops::Range;

use polars::prelude::DataFrame;

use super::{Coverage, HOUR, Log, hours};
use crate::config::{Config, Period};
use crate::error::Result;
use crate::frame::{Values, build};
use crate::schema::{Column, Kind, Table};

macro_rules! columns {
    ($($name:ident = $make:ident($text:literal, $kind:ident, $doc:literal);)*) => {
        $(#[doc = $doc] const $name: Column = Column::$make($text, Kind::$kind, $doc);)*
    };
}

columns! {
    SOURCE = required("source", Text, "Source id.");
    SCOPE = required("scope", Text, "tenant, account, or the workspace id in digits.");
    HOUR_START = required("hour", Instant, "First instant of the hour.");
    OBSERVED = required("observed", Whole, "Records of the source and scope in the hour.");
    EXPECTED = optional("expected", Real, "Records to be expected: the median of the same hour of the week in the other weeks at hand that hold records, or in all of them where fewer than three do; with fewer than three of those, of the same hour of the day on the other days. Of a log that otherwise never rests, where it is silent for a week or longer, of the days that hold records. null = fewer than three of those, too: no baseline.");
    STATE = required("state", Text, "covered: a record or a heartbeat. quiet: neither, and fewer than one record expected. hole: neither, and one or more expected; or the hour lies outside the first and last record at hand or, where it is declared, outside what the export covers: there even where stray records are at hand. not_established: neither, and no baseline.");
    IS_DECLARED = required("is_declared", Flag, "The configuration declares the export to cover the hour; what is not_established is then leaned on.");
    HEARTBEAT = optional("heartbeat", Text, "The collector's receipt that it asked in that hour and got an empty page: its own reference, else the file and line, or the line of the configuration. null = none is declared.");
    HOLE_ID = optional("hole_id", Text, "The hole that the hour lies in; verdicts cite it. null = a verdict may lean on the absence of records in the hour.");
}

/// One hour of one log.
pub const COVERAGE: Table = Table {
    name: "coverage",
    doc: "One hour of one source and scope: do the logs at hand speak for it? The period, the look-back before it, and the longest window after it.",
    columns: &[SOURCE, SCOPE, HOUR_START, OBSERVED, EXPECTED, STATE, IS_DECLARED, HEARTBEAT, HOLE_ID],
};

/// The hours (since the epoch) that verdicts of a period may lean on: it, the look-back before it, and the longest window after it.
///
/// # Errors
/// A parameter of the configuration is malformed.
pub fn looked_at(config: &Config, period: &Period) -> Result<Range<i64>> {
    let look_back = config.span("VCH-01", "look_back")?.micros();
    let (granted, taken) = (config.span("TRC-01", "provision_sla")?, config.span("TRC-02", "deprovision_sla")?);
    let after = look_back.max(granted.micros()).max(taken.micros());
    Ok(hours(period.start - look_back, period.end + after))
}

impl Coverage {
    /// The hours of a span (since the epoch) of every log as table `coverage`, by source, scope and hour.
    ///
    /// # Errors
    /// A bug of ours: the rows do not make up the table.
    pub fn frame(&self, span: &Range<i64>) -> Result<DataFrame> {
        let cells: Vec<(&Log, i64)> = self.logs().flat_map(|log| span.clone().map(move |hour| (log, hour))).collect();
        let mut hole_ids = Vec::with_capacity(cells.len());
        for log in self.logs() {
            let mut ids = vec![None; span.clone().count()];
            for hole in log.holes(span.clone()) {
                let inside = (hole.start / HOUR).max(span.start)..(hole.end / HOUR).min(span.end);
                for hour in inside {
                    ids[usize::try_from(hour - span.start).unwrap_or(0)] = Some(hole.id.clone());
                }
            }
            hole_ids.extend(ids);
        }
        build(
            &COVERAGE,
            vec![
                Values::texts(&cells, |(log, _)| Some(log.source.clone())),
                Values::texts(&cells, |(log, _)| Some(log.scope.clone())),
                Values::instants(&cells, |(_, hour)| Some(hour * HOUR)),
                Values::Wholes(cells.iter().map(|(log, hour)| Some(log.observed(*hour))).collect()),
                Values::Reals(cells.iter().map(|(log, hour)| log.expected(*hour)).collect()),
                Values::texts(&cells, |(log, hour)| Some(log.cell(*hour).as_str().to_owned())),
                Values::Flags(cells.iter().map(|(log, hour)| Some(log.is_declared_for(*hour))).collect()),
                Values::texts(&cells, |(log, hour)| log.heartbeat(*hour).map(str::to_owned)),
                Values::Texts(hole_ids),
            ],
        )
    }
}
