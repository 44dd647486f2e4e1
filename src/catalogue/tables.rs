//! What correlation, coverage and identity resolution found, as the tables of the package.

use std::collections::BTreeSet;

use polars::prelude::DataFrame;

use super::evidence::Evidence;
use crate::access::columns::ACCESS;
use crate::access::{self, Held};
use crate::correlate;
use crate::correlate::columns::{TRACING, VOUCHING};
use crate::coverage::{self, COVERAGE};
use crate::error::Result;
use crate::identity::{IDENTITIES, IDENTITY_LINKS};
use crate::schema::Table;

/// The tables, each with its rows of the period. `waived` are the items of vouching and tracing whose exception is waived.
///
/// # Errors
/// A bug of ours.
pub fn tables(evidence: &Evidence<'_>, waived: &BTreeSet<&str>) -> Result<Vec<(&'static Table, DataFrame)>> {
    let (correlation, period) = (evidence.correlation, evidence.period);
    let part = &correlation.judged;
    let acts = &part.acts;
    let is_item = |row: usize| period.contains(acts.time(row));
    let vouched: Vec<_> =
        part.vouching.iter().filter(|v| is_item(v.effect) && super::is_vouched(acts.verb(v.effect))).collect();
    let traced: Vec<_> = part.tracing.iter().filter(|t| is_item(t.authority)).collect();
    let identities = &correlation.ground.identities;
    Ok(vec![
        (&VOUCHING, correlate::vouching_frame(&vouched, acts, waived)?),
        (&TRACING, correlate::tracing_frame(&traced, acts, waived)?),
        (&ACCESS, access_frame(evidence)?),
        (&COVERAGE, evidence.coverage.frame(&coverage::looked_at(evidence.config, period)?)?),
        (&IDENTITIES, correlate::identities_frame(identities)?),
        (&IDENTITY_LINKS, correlate::links_frame(identities, acts)?),
    ])
}

/// Who held what in the period.
fn access_frame(evidence: &Evidence<'_>) -> Result<DataFrame> {
    let span = evidence.period.start..evidence.period.end;
    let rows: Vec<&Held<'_>> = evidence.access().rows.iter().filter(|row| row.reaches_into(&span)).collect();
    access::frame(&rows)
}
