//! The lake's access changes as plain rows, with what the correlation needs of their events.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::change::{
    CHANGES, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ALIAS, SUBJECT_EXTERNAL_ID,
    SUBJECT_ID, VERB, Verb,
};
use crate::error::{Error, Result};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID,
    SCOPE, SOURCE_IP, USER_AGENT,
};
use crate::frame::{SOURCE, collect, engine, instants, scan, texts};
use crate::lake::Lake;
use crate::schema::Column as Named;

/// One access change with what its event says.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the column of that name in tables `changes` and `events`")]
pub struct Act {
    pub event_id: String,
    pub native_id: Option<String>,
    pub request_id: Option<String>,
    pub event_type: String,
    pub time: i64,
    pub source: String,
    pub plane: String,
    pub verb: Verb,
    pub direction: Direction,
    pub subject: Option<String>,
    pub subject_id: Option<String>,
    pub subject_alias: Option<String>,
    pub subject_external_id: Option<String>,
    pub subject_kind: String,
    pub entitlement: Option<String>,
    pub entitlement_id: Option<String>,
    pub scope: String,
    pub actor: Option<String>,
    pub channel: Option<String>,
    pub endpoint: Option<String>,
    pub app: Option<String>,
    pub outcome: String,
    /// The change was held in the first statement of a whole set: what is new in it is not known (column `basis`).
    pub is_first_statement: bool,
    pub user_agent: Option<String>,
    pub source_ip: Option<String>,
}

/// Reads the access changes that correlation follows, ordered by time, event and ordinal, so that every run sees them in the same order.
///
/// # Errors
/// The lake cannot be read, or holds a verb that this version does not know.
pub fn read(lake: &Lake) -> Result<Vec<Act>> {
    let verbs = Series::new(
        "verbs".into(),
        Verb::ALL.iter().filter(|v| v.is_followed()).map(|v| v.as_str()).collect::<Vec<_>>(),
    );
    let followed = scan(lake, &CHANGES)?
        .filter(VERB.expr().is_in(lit(verbs).implode(false), false))
        .sort([EVENT_TIME.name, EVENT_ID.name, crate::change::CHANGE_ID.name], SortMultipleOptions::default());
    rows(&collect(followed, "read access changes")?)
}

fn rows(frame: &DataFrame) -> Result<Vec<Act>> {
    let time = instants(frame, EVENT_TIME)?;
    let reader = Reader { frame };
    let text = |column| reader.texts(column);
    let (event_id, native_id, request_id) = (text(EVENT_ID)?, text(NATIVE_ID)?, text(REQUEST_ID)?);
    let (event_type, source, plane) = (text(EVENT_TYPE)?, text(SOURCE)?, text(PLANE)?);
    let (verb, direction) = (text(VERB)?, text(DIRECTION)?);
    let (subject, subject_id, subject_alias) = (text(SUBJECT)?, text(SUBJECT_ID)?, text(SUBJECT_ALIAS)?);
    let subject_external_id = text(SUBJECT_EXTERNAL_ID)?;
    let subject_kind = text(crate::change::SUBJECT_KIND)?;
    let (entitlement, entitlement_id) = (text(ENTITLEMENT)?, text(ENTITLEMENT_ID)?);
    let (scope, actor, channel, endpoint) = (text(SCOPE)?, text(ACTOR)?, text(CHANNEL)?, text(ENDPOINT)?);
    let basis = text(crate::change::BASIS)?;
    let (app, outcome, user_agent, source_ip) = (text(APP)?, text(OUTCOME)?, text(USER_AGENT)?, text(SOURCE_IP)?);
    let owned = |column: &StringChunked, row: usize| column.get(row).map(str::to_owned);
    let sure = |column: &StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    (0..frame.height())
        .map(|i| {
            Ok(Act {
                event_id: sure(event_id, i),
                native_id: owned(native_id, i),
                request_id: owned(request_id, i),
                event_type: sure(event_type, i),
                time: time.get(i).unwrap_or_default(),
                source: sure(source, i),
                plane: sure(plane, i),
                verb: known_verb(verb.get(i))?,
                direction: known_direction(direction.get(i))?,
                subject: owned(subject, i),
                subject_id: owned(subject_id, i),
                subject_alias: owned(subject_alias, i),
                subject_external_id: owned(subject_external_id, i),
                subject_kind: sure(subject_kind, i),
                entitlement: owned(entitlement, i),
                entitlement_id: owned(entitlement_id, i),
                scope: sure(scope, i),
                actor: owned(actor, i),
                channel: owned(channel, i),
                endpoint: owned(endpoint, i),
                app: owned(app, i),
                outcome: sure(outcome, i),
                is_first_statement: basis.get(i) == Some("first_statement"),
                user_agent: owned(user_agent, i),
                source_ip: owned(source_ip, i),
            })
        })
        .collect()
}

struct Reader<'f> {
    frame: &'f DataFrame,
}

impl<'f> Reader<'f> {
    fn texts(&self, column: Named) -> Result<&'f StringChunked> {
        texts(self.frame, column)
    }
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

/// Where each principal acted in Databricks: folded actor to scopes.
///
/// # Errors
/// The lake cannot be read.
pub fn presence(lake: &Lake) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let folded = ACTOR.expr().str().to_lowercase().alias(ACTOR.name);
    let seen = scan(lake, &EVENTS)?
        .filter(SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(ACTOR.expr().is_not_null()))
        .filter(OUTCOME.expr().neq(lit("failure")))
        .select([folded, SCOPE.expr()])
        .unique(None, UniqueKeepStrategy::Any);
    let seen = collect(seen, "read who acted in Databricks")?;
    let (actors, scopes) = (texts(&seen, ACTOR)?, texts(&seen, SCOPE)?);
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in 0..seen.height() {
        if let (Some(actor), Some(scope)) = (actors.get(row), scopes.get(row)) {
            all.entry(actor.to_owned()).or_default().insert(scope.to_owned());
        }
    }
    Ok(all)
}

/// One successful act of a principal in Databricks.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the column of that name in table `events`")]
pub struct Activity {
    pub event_id: String,
    pub time: i64,
    pub actor: String,
    pub event_type: String,
    pub scope: String,
    pub source_ip: Option<String>,
}

/// What the chosen principals (folded names) did in Databricks, ordered by time.
///
/// # Errors
/// The lake cannot be read.
pub fn activity(lake: &Lake, actors: &BTreeSet<String>) -> Result<Vec<Activity>> {
    let wanted = Series::new("wanted".into(), actors.iter().cloned().collect::<Vec<_>>());
    let folded = ACTOR.expr().str().to_lowercase().alias(ACTOR.name);
    let did = scan(lake, &EVENTS)?
        .filter(SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(OUTCOME.expr().eq(lit("success"))))
        .select([EVENT_ID.expr(), EVENT_TIME.expr(), folded, EVENT_TYPE.expr(), SCOPE.expr(), SOURCE_IP.expr()])
        .filter(ACTOR.expr().is_in(lit(wanted).implode(false), false))
        .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
    let did = collect(did, "read what leavers did")?;
    let time = instants(&did, EVENT_TIME)?;
    let text = |column: Named| did.column(column.name).and_then(|c| c.str()).map_err(engine("read a column"));
    let (id, actor, kind, scope, ip) =
        (text(EVENT_ID)?, text(ACTOR)?, text(EVENT_TYPE)?, text(SCOPE)?, text(SOURCE_IP)?);
    let sure = |column: &StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    Ok((0..did.height())
        .map(|i| Activity {
            event_id: sure(id, i),
            time: time.get(i).unwrap_or_default(),
            actor: sure(actor, i),
            event_type: sure(kind, i),
            scope: sure(scope, i),
            source_ip: ip.get(i).map(str::to_owned),
        })
        .collect())
}
