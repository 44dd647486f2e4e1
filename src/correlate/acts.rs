//! The lake's access changes, column by column, with what correlation needs of their events.

use polars::prelude::*;

use crate::change::{
    BASIS, CHANGE_ID, CHANGES, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ALIAS,
    SUBJECT_EXTERNAL_ID, SUBJECT_ID, SUBJECT_KIND, VERB, Verb,
};
use crate::error::{Error, Result};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE, SOURCE_IP,
    USER_AGENT,
};
use crate::frame::{SOURCE, collect, engine, instants, scan};
use crate::lake::Lake;
use crate::schema::Column as Named;

/// One access change with what its event says; texts borrow from [`Acts`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each field is the column of that name in tables `changes` and `events`")]
pub struct Act<'a> {
    pub event_id: &'a str,
    pub native_id: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub event_type: &'a str,
    pub time: i64,
    pub source: &'a str,
    pub plane: &'a str,
    pub verb: Verb,
    pub direction: Direction,
    pub subject: Option<&'a str>,
    pub subject_id: Option<&'a str>,
    pub subject_alias: Option<&'a str>,
    pub subject_external_id: Option<&'a str>,
    pub subject_kind: &'a str,
    pub entitlement: Option<&'a str>,
    pub entitlement_id: Option<&'a str>,
    pub scope: &'a str,
    pub actor: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub endpoint: Option<&'a str>,
    pub app: Option<&'a str>,
    pub outcome: &'a str,
    /// The change was held in the first statement of a whole set: what is new in it is not known (column `basis`).
    pub is_first_statement: bool,
    pub user_agent: Option<&'a str>,
    pub source_ip: Option<&'a str>,
}

/// Access changes, ordered by time, event and ordinal, so that every run sees them in the same order.
#[derive(Debug)]
pub struct Acts {
    times: Vec<i64>,
    verbs: Vec<Verb>,
    directions: Vec<Direction>,
    texts: Vec<StringChunked>,
}

/// The columns of [`Acts::texts`], in their order there.
const TEXTS: [Named; 21] = [
    CHANGE_ID,
    NATIVE_ID,
    REQUEST_ID,
    EVENT_TYPE,
    SOURCE,
    PLANE,
    SUBJECT,
    SUBJECT_ID,
    SUBJECT_ALIAS,
    SUBJECT_EXTERNAL_ID,
    SUBJECT_KIND,
    ENTITLEMENT,
    ENTITLEMENT_ID,
    SCOPE,
    ACTOR,
    CHANNEL,
    ENDPOINT,
    APP,
    OUTCOME,
    BASIS,
    USER_AGENT,
];

impl Acts {
    /// The changes of a frame with the columns of [`changes`], in the order of the frame.
    ///
    /// # Errors
    /// A column is missing, or the frame holds a verb or a direction that this version does not know.
    pub fn of(frame: &DataFrame) -> Result<Self> {
        let text = |column: &Named| {
            let column = frame.column(column.name).and_then(|c| c.str()).map_err(engine("read a column"))?;
            Ok(column.rechunk().into_owned())
        };
        let mut texts = TEXTS.iter().map(text).collect::<Result<Vec<_>>>()?;
        texts.push(text(&SOURCE_IP)?);
        let times = instants(frame, EVENT_TIME)?.iter().map(Option::unwrap_or_default).collect();
        let verbs = text(&VERB)?.iter().map(known_verb).collect::<Result<Vec<_>>>()?;
        let directions = text(&DIRECTION)?.iter().map(known_direction).collect::<Result<Vec<_>>>()?;
        Ok(Self { times, verbs, directions, texts })
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.times.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The change of a row.
    ///
    /// # Panics
    /// When there is no such row; rows come from this very table.
    pub fn at(&self, row: usize) -> Act<'_> {
        let given = |column: usize| self.texts[column].get(row);
        let sure = |column: usize| given(column).unwrap_or_default();
        Act {
            event_id: event_of(sure(0)),
            native_id: given(1),
            request_id: given(2),
            event_type: sure(3),
            source: sure(4),
            plane: sure(5),
            subject: given(6),
            subject_id: given(7),
            subject_alias: given(8),
            subject_external_id: given(9),
            subject_kind: sure(10),
            entitlement: given(11),
            entitlement_id: given(12),
            scope: sure(13),
            actor: given(14),
            channel: given(15),
            endpoint: given(16),
            app: given(17),
            outcome: sure(18),
            is_first_statement: given(19) == Some("first_statement"),
            user_agent: given(20),
            source_ip: given(21),
            time: self.times[row],
            verb: self.verbs[row],
            direction: self.directions[row],
        }
    }

    /// All changes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Act<'_>> {
        (0..self.len()).map(|row| self.at(row))
    }

    /// The instant of a row, in microseconds.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn time(&self, row: usize) -> i64 {
        self.times[row]
    }

    /// The verb of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn verb(&self, row: usize) -> Verb {
        self.verbs[row]
    }
}

// A change's id is its event's, a dash, and its place in the event.
fn event_of(change_id: &str) -> &str {
    change_id.rsplit_once('-').map_or(change_id, |(event, _)| event)
}

/// Reads the access changes that correlation follows.
///
/// # Errors
/// The lake cannot be read, or holds a verb that this version does not know.
pub fn read(lake: &Lake) -> Result<Acts> {
    Acts::of(&collect(ordered(followed(scan(lake, &CHANGES)?)), "read access changes")?)
}

/// Those of the changes that correlation follows, with the columns it needs.
pub fn followed(changes: LazyFrame) -> LazyFrame {
    let verbs = Verb::ALL.iter().filter(|v| v.is_followed()).map(|v| v.as_str()).collect::<Vec<_>>();
    let verbs = Series::new("verbs".into(), verbs);
    let columns: Vec<Expr> = columns().iter().map(|c| c.expr()).collect();
    changes.filter(VERB.expr().is_in(lit(verbs).implode(false), false)).select(columns)
}

/// The columns of table `changes` that correlation needs.
pub fn columns() -> Vec<Named> {
    TEXTS.into_iter().chain([SOURCE_IP, VERB, DIRECTION, EVENT_TIME]).collect()
}

/// The changes in the order that [`Acts`] promises.
pub fn ordered(changes: LazyFrame) -> LazyFrame {
    changes.sort([EVENT_TIME.name, CHANGE_ID.name], SortMultipleOptions::default())
}

fn known_verb(word: Option<&str>) -> Result<Verb> {
    word.and_then(Verb::parse)
        .ok_or_else(|| Error::Input(format!("the lake holds the unknown verb `{}`", word.unwrap_or(""))))
}

fn known_direction(word: Option<&str>) -> Result<Direction> {
    [Direction::Grant, Direction::Revoke, Direction::Update]
        .into_iter()
        .find(|d| Some(d.as_str()) == word)
        .ok_or_else(|| Error::Input(format!("the lake holds the unknown direction `{}`", word.unwrap_or(""))))
}
