//! Tests without code: a query over the lake and what correlation found yields the items.
//!
//! The query must give `verdict`, `reason` and `event_time`; it may give `event_ids` (a list) or `event_id`, `item_key` (a text that
//! tells items of the same events apart), `scope`, `actor`, `subject`, `object`, `detail`, `severity`, `channel`, and the columns that
//! the test declares. Table `run` has one row: `period_start`, `period_end` and `cut_off`. Only the columns count, not their order.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::evidence::Evidence;
use super::item::{Cell, Item, Judged, Severity};
use super::needs::lacking;
use super::tables::tables;
use super::test::{Kind, Test};
use crate::config::CustomTest;
use crate::correlate::columns::{
    ACTOR, CHANNEL, DETAIL, EVENT_IDS, ITEM_SCOPE, ITEM_TIME, OBJECT, REASON, SEVERITY, SUBJECT, VERDICT,
};
use crate::correlate::{Verdict, item_id};
use crate::error::{Error, Result};
use crate::event::EVENT_ID;
use crate::frame::{Values, build_columns};
use crate::query;
use crate::schema::{Column as Named, Kind as Typed};

const PERIOD_START: Named = Named::required("period_start", Typed::Instant, "First instant of the period.");
const PERIOD_END: Named = Named::required("period_end", Typed::Instant, "First instant after the period.");
const CUT_OFF: Named = Named::required("cut_off", Typed::Instant, "First instant of which nothing is known.");
const ITEM_KEY: Named = Named::optional("item_key", Typed::Text, "What tells items of the same events apart.");

const SEVERITIES: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// What stands for the function of a test that is a query.
///
/// # Errors
/// Always: such a test is judged by [`judge`].
pub fn by_query(_: &Evidence<'_>) -> Result<Judged> {
    Err(Error::Bug("a test that is a query was called as a function".to_owned()))
}

/// Runs the query of a test.
///
/// # Errors
/// [`Error::Input`] naming the test's file where the query cannot be understood, or yields what it may not.
pub(super) fn judge(custom: &CustomTest, evidence: &Evidence<'_>) -> Result<Judged> {
    let wrong = |what: String| Error::Input(format!("test {} in `{}`: {what}", custom.test.id, custom.path));
    let frame = answer(custom, evidence).map_err(|e| match e {
        Error::Usage(what) => wrong(what),
        other => other,
    })?;
    let rows = Answer::of(custom.test, &frame).map_err(&wrong)?;
    let mut items = Vec::with_capacity(frame.height());
    let mut ids = BTreeSet::new();
    for row in 0..frame.height() {
        let item = rows.item(row).map_err(|what| wrong(format!("row {}: {what}", row + 1)))?;
        if !ids.insert(item.item_id.clone()) {
            return Err(wrong(format!("row {} is the same item as another; let `item_key` tell them apart", row + 1)));
        }
        items.push(item);
    }
    let notes = vec![format!("A test of the organisation's own, in `{}` (SHA-256 {}).", custom.path, custom.sha256)];
    let lacking: Vec<&str> = lacking(custom.test, evidence).map(Kind::as_str).collect();
    let not_tested =
        (!lacking.is_empty()).then(|| format!("what the test needs is not at hand: {}", lacking.join(", ")));
    let coverage_is_complete = evidence.is_covered(|_| true);
    Ok(Judged { items, notes, not_tested, coverage_is_complete, ..Judged::default() })
}

fn answer(custom: &CustomTest, evidence: &Evidence<'_>) -> Result<DataFrame> {
    let instant = |micros: i64| Values::Instants(vec![Some(micros)]);
    let (start, end) = (instant(evidence.period.start), instant(evidence.period.end));
    let run =
        build_columns("run", &[PERIOD_START, PERIOD_END, CUT_OFF], vec![start, end, instant(evidence.cut_off())])?;
    let mut found = vec![("run", run.lazy())];
    let tables = tables(evidence, &BTreeSet::new())?;
    found.extend(tables.into_iter().map(|(table, frame)| (table.name, frame.lazy())));
    query::over(evidence.lake, found, &custom.sql)
}

/// The answer of a query, column by column.
struct Answer<'f> {
    test: &'static Test,
    frame: &'f DataFrame,
    texts: Vec<(&'static str, StringChunked)>,
    times: Int64Chunked,
    lists: Option<Vec<Vec<String>>>,
    own: Vec<Own>,
}

/// A column that the test declares.
enum Own {
    Text(StringChunked),
    Whole(Int64Chunked),
    Real(Float64Chunked),
    Flag(BooleanChunked),
    Instant(Int64Chunked),
}

const TEXTS: [Named; 11] =
    [VERDICT, REASON, EVENT_ID, ITEM_KEY, ITEM_SCOPE, ACTOR, SUBJECT, OBJECT, DETAIL, SEVERITY, CHANNEL];

type Wrong = String;

impl<'f> Answer<'f> {
    fn of(test: &'static Test, frame: &'f DataFrame) -> std::result::Result<Self, Wrong> {
        let known: Vec<&str> =
            TEXTS.iter().chain(test.columns).map(|c| c.name).chain([ITEM_TIME.name, EVENT_IDS.name]).collect();
        if let Some(other) = frame.get_column_names().into_iter().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("column `{other}` is neither an item's nor declared; there are {}", known.join(", ")));
        }
        for column in [VERDICT, REASON, ITEM_TIME] {
            frame.column(column.name).map_err(|_| format!("the query gives no column `{}`", column.name))?;
        }
        let given = TEXTS.iter().filter(|c| frame.column(c.name).is_ok());
        let texts = given.map(|c| Ok((c.name, text(frame, c.name)?))).collect::<std::result::Result<_, Wrong>>()?;
        let lists = frame.column(EVENT_IDS.name).is_ok().then(|| lists(frame)).transpose()?;
        let own = test.columns.iter().map(|c| Own::of(frame, *c)).collect::<std::result::Result<_, Wrong>>()?;
        Ok(Self { test, frame, texts, times: time(frame, ITEM_TIME.name)?, lists, own })
    }

    fn text(&self, column: Named, row: usize) -> Option<&str> {
        self.texts.iter().find(|(name, _)| *name == column.name).and_then(|(_, texts)| texts.get(row))
    }

    fn item(&self, row: usize) -> std::result::Result<Item, Wrong> {
        let given = |column| self.text(column, row).map(str::to_owned);
        let reason = given(REASON).ok_or("it has no reason")?;
        let verdict = self.verdict(row, &reason)?;
        let time = self.times.get(row).ok_or("it has no event_time")?;
        let event_ids = match &self.lists {
            Some(lists) => lists[row].clone(),
            None => given(EVENT_ID).into_iter().collect(),
        };
        let severity = match self.text(SEVERITY, row) {
            None => self.test.severity,
            Some(word) => {
                let known = SEVERITIES.into_iter().find(|s| s.as_str() == word);
                known.ok_or_else(|| format!("severity `{word}` is none"))?
            }
        };
        Ok(Item {
            verdict,
            reason,
            severity,
            actor: given(ACTOR),
            detail: given(DETAIL),
            channel: given(CHANNEL),
            extra: self.own.iter().map(|own| own.cell(row)).collect(),
            scope: given(ITEM_SCOPE),
            subject: given(SUBJECT),
            object: given(OBJECT),
            ..Item::new(self.item_id(row, &event_ids), time)
        }
        .with_events(event_ids))
    }

    fn item_id(&self, row: usize, event_ids: &[String]) -> String {
        let given = |column| self.text(column, row).unwrap_or_default();
        let mut defining = vec![self.test.id, given(ITEM_KEY)];
        match event_ids {
            [] => defining.extend([ITEM_SCOPE, SUBJECT, OBJECT].map(given)),
            ids => defining.extend(ids.iter().map(String::as_str)),
        }
        item_id(&defining)
    }

    fn verdict(&self, row: usize, reason: &str) -> std::result::Result<Verdict, Wrong> {
        let word = self.text(VERDICT, row).ok_or("it has no verdict")?;
        let declared = self.test.words.iter().find(|w| w.word == reason && w.verdict.as_str() == word);
        let rows = self.frame.height();
        declared.map(|w| w.verdict).ok_or_else(|| {
            format!("reason `{reason}` with verdict `{word}` is not declared under [[reason]] ({rows} rows in all)")
        })
    }
}

impl Item {
    fn with_events(self, event_ids: Vec<String>) -> Self {
        Self { event_ids, ..self }
    }
}

impl Own {
    fn of(frame: &DataFrame, column: Named) -> std::result::Result<Self, Wrong> {
        let name = column.name;
        let found = frame.column(name).map_err(|_| format!("the query gives no column `{name}`, which is declared"))?;
        let of_kind = |kind: &DataType| found.cast(kind).map_err(|e| format!("column `{name}`: {e}"));
        let wrong = |e: PolarsError| format!("column `{name}`: {e}");
        Ok(match column.kind {
            Typed::Text | Typed::TextList => Self::Text(text(frame, name)?),
            Typed::Whole => Self::Whole(of_kind(&DataType::Int64)?.i64().map_err(wrong)?.clone()),
            Typed::Real => Self::Real(of_kind(&DataType::Float64)?.f64().map_err(wrong)?.clone()),
            Typed::Flag => Self::Flag(found.bool().map_err(wrong)?.clone()),
            Typed::Instant => Self::Instant(time(frame, name)?),
        })
    }

    fn cell(&self, row: usize) -> Cell {
        match self {
            Self::Text(all) => Cell::Text(all.get(row).map(str::to_owned)),
            Self::Whole(all) => Cell::Whole(all.get(row)),
            Self::Real(all) => Cell::Real(all.get(row)),
            Self::Flag(all) => Cell::Flag(all.get(row)),
            Self::Instant(all) => Cell::Instant(all.get(row)),
        }
    }
}

fn text(frame: &DataFrame, name: &str) -> std::result::Result<StringChunked, Wrong> {
    let column = frame.column(name).map_err(|e| e.to_string())?;
    // A literal NULL has no type of its own.
    let column =
        if column.dtype().is_null() { &column.cast(&DataType::String).map_err(|e| e.to_string())? } else { column };
    column.str().cloned().map_err(|_| format!("column `{name}` must hold texts"))
}

fn time(frame: &DataFrame, name: &str) -> std::result::Result<Int64Chunked, Wrong> {
    let column = frame.column(name).map_err(|e| e.to_string())?;
    let micros = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    let wrong = || format!("column `{name}` must hold instants");
    if !matches!(column.dtype(), DataType::Datetime(..)) {
        return Err(wrong());
    }
    let column = column.cast(&micros).map_err(|_| wrong())?;
    Ok(column.datetime().map_err(|_| wrong())?.physical().clone())
}

fn lists(frame: &DataFrame) -> std::result::Result<Vec<Vec<String>>, Wrong> {
    let column = frame.column(EVENT_IDS.name).map_err(|e| e.to_string())?;
    let wrong = |_: PolarsError| format!("column `{}` must hold lists of texts", EVENT_IDS.name);
    let lists = column.list().map_err(wrong)?;
    let list = |series: Option<Series>| match series {
        None => Ok(Vec::new()),
        Some(series) => Ok(series.str()?.iter().flatten().map(str::to_owned).collect()),
    };
    (0..lists.len()).map(|row| list(lists.get_as_series(row))).collect::<PolarsResult<_>>().map_err(wrong)
}
