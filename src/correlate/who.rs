//! Identities and their links to the frames of the package.

use polars::prelude::DataFrame;

use super::acts::Acts;
use crate::error::Result;
use crate::frame::{Values, build};
use crate::identity::{IDENTITIES, IDENTITY_LINKS, Identities};

/// Table `identities`.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn identities_frame(identities: &Identities) -> Result<DataFrame> {
    let rows = identities.identities_rows();
    let some = |text: &str| Some(text.to_owned());
    build(
        &IDENTITIES,
        vec![
            Values::texts(&rows, |r| some(&r.cluster_id)),
            Values::texts(&rows, |r| some(r.kind)),
            Values::texts(&rows, |r| some(&r.key)),
            Values::instants(&rows, |r| Some(r.first_seen)),
            Values::instants(&rows, |r| Some(r.last_seen)),
            Values::texts(&rows, |r| some(r.state)),
            Values::Lists(rows.iter().map(|r| r.candidates.clone()).collect()),
        ],
    )
}

/// Table `identity_links`. The records of the links are rows of `acts`.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn links_frame(identities: &Identities, acts: &Acts) -> Result<DataFrame> {
    let rows = identities.links_rows();
    let some = |text: &str| Some(text.to_owned());
    build(
        &IDENTITY_LINKS,
        vec![
            Values::texts(&rows, |r| some(&r.cluster_id)),
            Values::texts(&rows, |r| some(r.kind)),
            Values::texts(&rows, |r| some(&r.source)),
            Values::texts(&rows, |r| some(r.value_kind)),
            Values::texts(&rows, |r| some(&r.value)),
            Values::texts(&rows, |r| some(r.basis)),
            Values::instants(&rows, |r| r.valid_from),
            Values::instants(&rows, |r| r.valid_until),
            Values::texts(&rows, |r| Some(acts.at(r.record?).event_id.to_owned())),
        ],
    )
}
