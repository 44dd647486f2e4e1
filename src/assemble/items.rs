//! Judged items as tables: all of them in one, and those of each test with its own columns.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::catalogue::{Cell, Item, Outcome, Test};
use crate::correlate::columns::ITEMS;
use crate::error::Result;
use crate::frame::{Values, build, build_columns};
use crate::package::sha256_hex;
use crate::schema::{Column, Kind};

/// Where the events stand: path and line, by event id.
pub(super) type Lineage = BTreeMap<String, (String, u64)>;

/// A row of table `items`.
struct Row<'o> {
    test: &'static Test,
    item: &'o Item,
    env: Option<&'static str>,
    raw_refs: Vec<String>,
    digest: String,
}

/// The rows of some tests, ready to be written.
pub(super) struct Rows<'o>(Vec<Row<'o>>);

impl<'o> Rows<'o> {
    /// The items of all outcomes. `environment` gives that of a scope.
    pub(super) fn of(
        outcomes: impl Iterator<Item = &'o Outcome>,
        lineage: &Lineage,
        environment: impl Fn(&str) -> Option<&'static str>,
    ) -> Self {
        let row = |test: &'static Test, item: &'o Item| {
            let env = item.scope.as_deref().and_then(&environment);
            let place = |id: &String| lineage.get(id).map(|(path, line)| format!("{path}#{line}"));
            let raw_refs: Vec<String> = item.event_ids.iter().filter_map(place).collect();
            let digest = digest(test.id, item, env, &raw_refs);
            Row { test, item, env, raw_refs, digest }
        };
        Self(outcomes.flat_map(|o| o.items.iter().map(move |i| (o.test, i))).map(|(test, i)| row(test, i)).collect())
    }

    /// Table `items`.
    pub(super) fn frame(&self) -> Result<DataFrame> {
        build(&ITEMS, self.values())
    }

    /// The table of one test: the columns of `items`, then the test's own. All rows must be the test's.
    pub(super) fn frame_of(&self, test: &Test) -> Result<DataFrame> {
        let columns: Vec<Column> = ITEMS.columns.iter().chain(test.columns).copied().collect();
        let mut values = self.values();
        values.extend(test.columns.iter().enumerate().map(|(at, column)| self.extra(at, column.kind)));
        build_columns(test.id, &columns, values)
    }

    fn values(&self) -> Vec<Values> {
        let rows = &self.0;
        let text = |of: fn(&Item) -> Option<String>| Values::texts(rows, |row| of(row.item));
        vec![
            Values::texts(rows, |row| Some(row.test.id.to_owned())),
            text(|i| Some(i.item_id.clone())),
            text(|i| Some(i.verdict.as_str().to_owned())),
            text(|i| Some(i.reason.clone())),
            text(|i| Some(i.severity.as_str().to_owned())),
            Values::instants(rows, |row| Some(row.item.time)),
            text(|i| i.scope.clone()),
            text(|i| i.actor.clone()),
            text(|i| i.subject.clone()),
            text(|i| i.object.clone()),
            Values::Lists(rows.iter().map(|row| row.item.event_ids.clone()).collect()),
            text(|i| i.detail.clone()),
            text(|i| i.waiver_id.clone()),
            text(|i| i.hole_id.clone()),
            Values::texts(rows, |row| row.env.map(str::to_owned)),
            text(|i| i.actor_class.map(str::to_owned)),
            text(|i| i.channel.clone()),
            text(|i| i.subject_kind.map(str::to_owned)),
            Values::Lists(rows.iter().map(|row| row.raw_refs.clone()).collect()),
            Values::texts(rows, |row| Some(row.digest.clone())),
        ]
    }

    fn extra(&self, at: usize, kind: Kind) -> Values {
        let cells = self.0.iter().map(|row| row.item.extra.get(at));
        match kind {
            Kind::Text => {
                Values::Texts(cells.map(|c| if let Some(Cell::Text(v)) = c { v.clone() } else { None }).collect())
            }
            Kind::Whole => {
                Values::Wholes(cells.map(|c| if let Some(Cell::Whole(v)) = c { *v } else { None }).collect())
            }
            Kind::Real => Values::Reals(cells.map(|c| if let Some(Cell::Real(v)) = c { *v } else { None }).collect()),
            Kind::Flag => Values::Flags(cells.map(|c| if let Some(Cell::Flag(v)) = c { *v } else { None }).collect()),
            Kind::Instant => {
                Values::Instants(cells.map(|c| if let Some(Cell::Instant(v)) = c { *v } else { None }).collect())
            }
            Kind::TextList => Values::Lists(
                cells.map(|c| if let Some(Cell::Texts(v)) = c { v.clone() } else { Vec::new() }).collect(),
            ),
        }
    }
}

// Lengths keep the boundaries of values unambiguous, and tell an absent one from an empty one.
fn digest(test: &str, item: &Item, env: Option<&str>, raw_refs: &[String]) -> String {
    let mut text = String::new();
    let mut put = |value: Option<&str>| match value {
        Some(value) => text.push_str(&format!("{}:{value};", value.len())),
        None => text.push_str("-;"),
    };
    let time = item.time.to_string();
    let fixed = [test, &item.item_id, item.verdict.as_str(), &item.reason, item.severity.as_str(), &time];
    fixed.into_iter().for_each(|value| put(Some(value)));
    let optional =
        [&item.scope, &item.actor, &item.subject, &item.object, &item.detail, &item.waiver_id, &item.hole_id];
    optional.into_iter().for_each(|value| put(value.as_deref()));
    [env, item.actor_class, item.channel.as_deref(), item.subject_kind].into_iter().for_each(&mut put);
    for list in [&item.event_ids, raw_refs] {
        put(Some(&list.len().to_string()));
        list.iter().for_each(|value| put(Some(value)));
    }
    for cell in &item.extra {
        put(Some(&format!("{cell:?}")));
    }
    sha256_hex(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item { scope: Some("account".to_owned()), ..Item::new("a".to_owned(), 1) }
    }

    #[test]
    fn a_digest_tells_values_of_one_column_from_those_of_the_next() {
        let moved = Item { scope: None, actor: Some("account".to_owned()), ..item() };
        assert_ne!(digest("T", &item(), None, &[]), digest("T", &moved, None, &[]));
        let split = |ids: &[&str]| Item { event_ids: ids.iter().map(|s| (*s).to_owned()).collect(), ..item() };
        assert_ne!(digest("T", &split(&["ab", "c"]), None, &[]), digest("T", &split(&["a", "bc"]), None, &[]));
        assert_ne!(digest("T", &item(), None, &[]), digest("T", &item(), Some("production"), &[]));
        assert_eq!(digest("T", &item(), None, &[]), digest("T", &item(), None, &[]));
    }
}
