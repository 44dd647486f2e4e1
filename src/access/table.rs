//! Rows to table `access`.

use polars::prelude::DataFrame;

use super::columns::ACCESS;
use super::{Edge, Held};
use crate::error::Result;
use crate::frame::{Values, build};

/// The rows as table `access`.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn frame(rows: &[&Held<'_>]) -> Result<DataFrame> {
    let some = |text: &str| Some(text.to_owned());
    let by = |edge: Option<Edge<'_>>| edge.and_then(|edge| edge.by).map(str::to_owned);
    let via = |row: &&Held<'_>| row.via.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>();
    build(
        &ACCESS,
        vec![
            Values::texts(rows, |r| some(r.pair.subject)),
            Values::texts(rows, |r| some(r.pair.subject_kind.as_str())),
            Values::Flags(rows.iter().map(|r| Some(r.pair.is_resolved)).collect()),
            Values::texts(rows, |r| some(r.pair.entitlement)),
            Values::texts(rows, |r| some(r.pair.entitlement_kind.as_str())),
            Values::texts(rows, |r| some(r.pair.scope)),
            Values::Wholes(rows.iter().map(|r| Some(i64::from(r.holding))).collect()),
            Values::texts(rows, |r| some(r.state.as_str())),
            Values::instants(rows, |r| r.opened.time),
            Values::instants(rows, |r| r.closed.and_then(|edge| edge.time)),
            Values::texts(rows, |r| by(Some(r.opened))),
            Values::texts(rows, |r| by(r.closed)),
            Values::texts(rows, |r| some(r.opened.basis.as_str())),
            Values::texts(rows, |r| r.closed.map(|edge| edge.basis.as_str().to_owned())),
            Values::Flags(rows.iter().map(|r| Some(r.is_transient)).collect()),
            Values::texts(rows, |r| r.vouching.map(|judged| judged.item_id.to_owned())),
            Values::texts(rows, |r| r.vouching.map(|judged| judged.verdict.as_str().to_owned())),
            Values::texts(rows, |r| r.vouching.map(|judged| judged.reason.to_owned())),
            Values::SomeLists(rows.iter().map(|r| Some(via(r)).filter(|via| !via.is_empty())).collect()),
        ],
    )
}
