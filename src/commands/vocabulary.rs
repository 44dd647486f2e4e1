//! `tickmark vocabulary`

use std::io::Write;

use super::instant;
use super::listing::Listing;
use crate::cli;
use crate::error::{Exit, Result};
use crate::inventory::{VocabularyRow, vocabulary};
use crate::lake::Lake;
use crate::report::format::number;

pub(super) fn run(args: &cli::Vocabulary, out: &mut dyn Write) -> Result<u8> {
    let rows = vocabulary(&Lake::open(&args.lake)?)?;
    let listing = Listing {
        titles: vec!["source", "event_type", "plane", "mapped", "count", "first_seen", "last_seen", "access_like"],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    row.source.clone().into(),
                    row.event_type.clone().into(),
                    row.plane.clone().into(),
                    row.mapped.into(),
                    row.count.into(),
                    instant(row.first_seen).into(),
                    instant(row.last_seen).into(),
                    row.access_like.into(),
                ]
            })
            .collect(),
    };
    listing.write(out, args.format, &[total(&rows)])?;
    Ok(Exit::DONE)
}

fn total(rows: &[VocabularyRow]) -> String {
    let unmapped = || rows.iter().filter(|row| !row.mapped);
    let access_like = || unmapped().filter(|row| row.access_like);
    let events = |rows: &mut dyn Iterator<Item = &VocabularyRow>| number(rows.map(|row| row.count).sum());
    format!(
        "total: {} types, {} events; not in the vocabulary: {} types, {} events, of which {} types, {} events look like access",
        number(rows.len() as u64),
        events(&mut rows.iter()),
        number(unmapped().count() as u64),
        events(&mut unmapped()),
        number(access_like().count() as u64),
        events(&mut access_like()),
    )
}
