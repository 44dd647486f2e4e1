//! Judged items as tables: all of them in one, and those of each test with its own columns.

use std::fmt::Write as _;

use rayon::prelude::*;

use crate::catalogue::{Cell, Item, Test};
use crate::correlate::columns::ITEMS;
use crate::error::Result;
use crate::lake::{RowGroup, encode};
use crate::package::sha256_hex;
use crate::schema::{Cells, Kind, Lists, Table};

/// A row of table `items`.
struct Row<'o> {
    item: &'o Item,
    env: Option<&'static str>,
    raw_refs: Vec<String>,
    digest: String,
}

/// Rows of one test, ready to be written.
pub(super) struct Rows<'o> {
    test: &'static Test,
    rows: Vec<Row<'o>>,
}

impl<'o> Rows<'o> {
    /// The rows of some items. `place` tells where an event stands, `environment` that of a scope.
    pub(super) fn of<'p>(
        test: &'static Test,
        items: &'o [Item],
        place: impl Fn(&str) -> Option<(&'p str, u64)> + Sync,
        environment: impl Fn(&str) -> Option<&'static str> + Sync,
    ) -> Self {
        let row = |item: &'o Item| {
            let env = item.scope.as_deref().and_then(&environment);
            let written = |id: &String| place(id).map(|(path, line)| format!("{path}#{line}"));
            let raw_refs: Vec<String> = item.event_ids.iter().filter_map(written).collect();
            let digest = digest(test.id, item, env, &raw_refs);
            Row { item, env, raw_refs, digest }
        };
        Self { test, rows: items.par_iter().map(row).collect() }
    }

    /// Table `items`; `None` = there is no row.
    ///
    /// # Errors
    /// A bug of ours: the rows do not make up the table.
    pub(super) fn encoded(&self) -> Result<Option<RowGroup>> {
        encode(&ITEMS, self.cells())
    }

    /// The columns of the test's own; `None` = there are none, or no row.
    ///
    /// # Errors
    /// A bug of ours: the test does not keep to its columns.
    pub(super) fn own(&self) -> Result<Option<RowGroup>> {
        let Test { id: name, columns, .. } = *self.test;
        if columns.is_empty() {
            return Ok(None);
        }
        let cells = columns.iter().enumerate().map(|(at, column)| self.extra(at, column.kind)).collect();
        encode(&Table { name, doc: "", columns }, cells)
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        vec![
            self.coded(|_| Some(self.test.id)),
            self.texts(|row| Some(&row.item.item_id)),
            self.coded(|row| Some(row.item.verdict.as_str())),
            self.coded(|row| Some(&row.item.reason)),
            self.coded(|row| Some(row.item.severity.as_str())),
            Cells::Wholes(self.rows.iter().map(|row| Some(row.item.time)).collect()),
            self.coded(|row| row.item.scope.as_deref()),
            self.coded(|row| row.item.actor.as_deref()),
            self.coded(|row| row.item.subject.as_deref()),
            self.coded(|row| row.item.object.as_deref()),
            self.lists(|row| &row.item.event_ids),
            self.coded(|row| row.item.detail.as_deref()),
            self.coded(|row| row.item.waiver_id.as_deref()),
            self.coded(|row| row.item.hole_id.as_deref()),
            self.coded(|row| row.env),
            self.coded(|row| row.item.actor_class),
            self.coded(|row| row.item.channel.as_deref()),
            self.coded(|row| row.item.subject_kind),
            self.lists(|row| &row.raw_refs),
            self.texts(|row| Some(&row.digest)),
        ]
    }

    fn coded<'s>(&'s self, of: impl Fn(&'s Row<'o>) -> Option<&'s str>) -> Cells<'s> {
        Cells::coded(self.rows.iter().map(of))
    }

    fn texts<'s>(&'s self, of: impl Fn(&'s Row<'o>) -> Option<&'s str>) -> Cells<'s> {
        Cells::Texts(self.rows.iter().map(of).collect())
    }

    fn lists<'s>(&'s self, of: impl Fn(&'s Row<'o>) -> &'s [String]) -> Cells<'s> {
        Cells::Lists(Lists::of(self.rows.iter().map(|row| of(row).iter().map(String::as_str))))
    }

    fn extra(&self, at: usize, kind: Kind) -> Cells<'_> {
        let cells = self.rows.iter().map(|row| row.item.extra.get(at));
        match kind {
            Kind::Text => Cells::coded(cells.map(|c| if let Some(Cell::Text(v)) = c { v.as_deref() } else { None })),
            Kind::Whole => Cells::Wholes(cells.map(|c| if let Some(Cell::Whole(v)) = c { *v } else { None }).collect()),
            Kind::Real => Cells::Reals(cells.map(|c| if let Some(Cell::Real(v)) = c { *v } else { None }).collect()),
            Kind::Flag => Cells::Flags(cells.map(|c| if let Some(Cell::Flag(v)) = c { *v } else { None }).collect()),
            Kind::Instant => {
                Cells::Wholes(cells.map(|c| if let Some(Cell::Instant(v)) = c { *v } else { None }).collect())
            }
            Kind::TextList => {
                let list = |c: Option<&'o Cell>| if let Some(Cell::Texts(v)) = c { v.as_slice() } else { &[] };
                Cells::Lists(Lists::of(cells.map(|c| list(c).iter().map(String::as_str))))
            }
        }
    }
}

/// Bytes of most items as they are digested.
const DIGESTED: usize = 1 << 10;

// Lengths keep the boundaries of values unambiguous, and tell an absent one from an empty one.
fn digest(test: &str, item: &Item, env: Option<&str>, raw_refs: &[String]) -> String {
    let mut text = String::with_capacity(DIGESTED);
    let mut put = |value: Option<&str>| match value {
        Some(value) => {
            // Writing into a text cannot fail.
            let _ = write!(text, "{}:", value.len());
            text.push_str(value);
            text.push(';');
        }
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
    let mut told = String::new();
    for cell in &item.extra {
        told.clear();
        tell(cell, &mut told);
        put(Some(&told));
    }
    sha256_hex(text.as_bytes())
}

/// A cell as its `Debug` form has it; most are texts in which there is nothing to escape, and those are only copied.
fn tell(cell: &Cell, into: &mut String) {
    let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
    match cell {
        Cell::Text(Some(text)) if is_plain(text) => {
            ["Text(Some(\"", text.as_str(), "\"))"].into_iter().for_each(|part| into.push_str(part));
        }
        // Writing into a text cannot fail.
        _ => drop(write!(into, "{cell:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_told_in_one_form() {
        for text in ["", "plain text's ~", "a \"quote\"", "back\\slash", "line\nend", "é", "\u{7f}"] {
            let cell = Cell::text(text);
            let mut told = String::new();
            tell(&cell, &mut told);
            assert_eq!(told, format!("{cell:?}"));
        }
        let mut told = String::new();
        tell(&Cell::Whole(None), &mut told);
        assert_eq!(told, "Whole(None)");
    }

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
