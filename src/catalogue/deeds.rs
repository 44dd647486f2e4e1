//! Access changes that correlation does not follow (privileges, ownership, tokens, access control lists), with names as resolved.

use std::ops::Deref;
use std::sync::Arc;

use polars::prelude::*;

use super::evidence::Evidence;
use super::records::Record;
use crate::change::{
    BASIS, CHANGE_ID, CHANGES, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, PRIVILEGE, SECURABLE, SUBJECT,
    SUBJECT_EXTERNAL_ID, SUBJECT_ID, SUBJECT_KIND, SubjectKind, VERB, Verb,
};
use crate::correlate::door::{ActorClass, Door, Visitor};
use crate::error::{Error, Result};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_TIME, EVENT_TYPE, OUTCOME, PLANE, REQUEST_ID, SCOPE, SOURCE_IP, USER_AGENT,
};
use crate::frame::{SOURCE, each, instants, scan, texts};
use crate::identity::Sighting;
use crate::schema::Column as Named;

/// One access change. Every test that takes it holds the same one.
#[derive(Debug, Clone)]
pub(super) struct Deed(Arc<Done>);

impl Deed {
    /// A change of its own.
    pub(super) fn new(done: Done) -> Self {
        Self(Arc::new(done))
    }
}

impl Deref for Deed {
    type Target = Done;

    fn deref(&self) -> &Done {
        &self.0
    }
}

/// What is known of an access change.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// Stable id of the change.
    pub(super) id: String,
    pub(super) event_id: String,
    pub(super) event_type: String,
    pub(super) time: i64,
    pub(super) source: String,
    pub(super) plane: String,
    pub(super) verb: Verb,
    pub(super) direction: Direction,
    /// Whose access, as resolved; `None` = the record names nobody.
    pub(super) subject: Option<String>,
    /// False = several identities claim the name, or only an id is known that nobody was ever seen with.
    pub(super) is_resolved: bool,
    pub(super) subject_kind: SubjectKind,
    pub(super) entitlement: Option<String>,
    pub(super) entitlement_id: Option<String>,
    pub(super) privilege: Option<String>,
    /// `type:name`.
    pub(super) securable: Option<String>,
    pub(super) scope: String,
    /// Who acted, as resolved.
    pub(super) actor: Option<String>,
    pub(super) class: ActorClass,
    pub(super) channel: Option<String>,
    pub(super) app: Option<String>,
    pub(super) outcome: String,
    /// It was held in the first statement of a whole set: it may have been there before.
    pub(super) may_be_older: bool,
    pub(super) request_id: Option<String>,
}

impl Done {
    /// True for a success.
    pub(super) fn succeeded(&self) -> bool {
        self.outcome == "success"
    }
}

/// A change that only the record itself shows, about nobody and nothing yet; its id is the event's.
pub(super) fn of_record(evidence: &Evidence<'_>, door: &Door, record: &Record, verb: Verb) -> Done {
    Done {
        id: record.event_id.clone(),
        event_id: record.event_id.clone(),
        event_type: record.event_type.clone(),
        time: record.time,
        source: record.source.clone(),
        plane: record.plane.clone(),
        verb,
        direction: verb.direction(),
        subject: None,
        is_resolved: false,
        subject_kind: SubjectKind::Unknown,
        entitlement: None,
        entitlement_id: None,
        privilege: None,
        securable: None,
        scope: record.scope.clone(),
        actor: record.actor_raw.as_deref().map(|actor| evidence.name(actor)),
        class: door.class(Visitor {
            actor: record.actor_raw.as_deref().map(str::to_lowercase).as_deref(),
            endpoint: record.endpoint.as_deref(),
            user_agent: record.user_agent.as_deref(),
            source_ip: record.source_ip.as_deref(),
        }),
        channel: record.channel.clone(),
        app: record.app.clone(),
        outcome: record.outcome.clone(),
        may_be_older: false,
        request_id: record.request_id.clone(),
    }
}

/// The verbs that any test asks for.
const VERBS: [Verb; 16] = [
    Verb::UserCreate,
    Verb::UserDelete,
    Verb::MemberAdd,
    Verb::PushCreate,
    Verb::PushRemove,
    Verb::AdminGrant,
    Verb::WorkspaceAssign,
    Verb::PrivGrant,
    Verb::PrivRevoke,
    Verb::OwnerChange,
    Verb::AclChange,
    Verb::TokenCreate,
    Verb::TokenRevoke,
    Verb::TokenExpire,
    Verb::CredCreate,
    Verb::CredRevoke,
];

/// All changes of some verbs, whatever their outcome, ordered by time and id.
///
/// # Errors
/// The lake cannot be read, or the configuration holds a malformed glob.
pub(super) fn deeds(evidence: &Evidence<'_>, verbs: &[Verb]) -> Result<Vec<Deed>> {
    if let Some(other) = verbs.iter().find(|verb| !VERBS.contains(verb)) {
        return Err(Error::Bug(format!("changes of verb {} are not read for the tests", other.as_str())));
    }
    Ok(evidence.deeds()?.iter().filter(|deed| verbs.contains(&deed.verb)).cloned().collect())
}

/// All changes of the verbs that any test asks for, ordered by time and id.
///
/// # Errors
/// The lake cannot be read, or the configuration holds a malformed glob.
pub(super) fn read(evidence: &Evidence<'_>) -> Result<Vec<Deed>> {
    let words = Series::new("verbs".into(), VERBS.map(Verb::as_str));
    let columns: Vec<Expr> = COLUMNS.iter().chain([&EVENT_TIME]).map(|column| column.expr()).collect();
    let chosen = scan(evidence.lake, &CHANGES)?.filter(VERB.expr().is_in(lit(words).implode(false), false));
    let door = Door::new(evidence.config)?;
    let mut all: Vec<Deed> = Vec::new();
    each(chosen.select(columns), "read access changes", |piece| {
        let reader = Reader::of(piece)?;
        all.extend((0..piece.height()).filter_map(|row| reader.deed(row, evidence, &door)).map(Deed::new));
        Ok(())
    })?;
    all.sort_unstable_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(all)
}

const COLUMNS: [Named; 24] = [
    CHANGE_ID,
    EVENT_TYPE,
    SOURCE,
    PLANE,
    VERB,
    DIRECTION,
    SUBJECT,
    SUBJECT_ID,
    SUBJECT_KIND,
    ENTITLEMENT,
    ENTITLEMENT_ID,
    PRIVILEGE,
    SECURABLE,
    SCOPE,
    ACTOR,
    CHANNEL,
    ENDPOINT,
    APP,
    OUTCOME,
    BASIS,
    REQUEST_ID,
    SOURCE_IP,
    USER_AGENT,
    SUBJECT_EXTERNAL_ID,
];

struct Reader<'f> {
    times: Int64Chunked,
    texts: Vec<&'f StringChunked>,
}

impl<'f> Reader<'f> {
    fn of(frame: &'f DataFrame) -> Result<Self> {
        let texts = COLUMNS.iter().map(|column| texts(frame, *column)).collect::<Result<_>>()?;
        Ok(Self { times: instants(frame, EVENT_TIME)?, texts })
    }

    fn get(&self, column: Named, row: usize) -> Option<&'f str> {
        let at = COLUMNS.iter().position(|c| c.name == column.name)?;
        self.texts[at].get(row)
    }

    fn deed(&self, row: usize, evidence: &Evidence<'_>, door: &Door) -> Option<Done> {
        let text = |column| self.get(column, row).unwrap_or_default().to_owned();
        let given = |column| self.get(column, row).map(str::to_owned);
        let time = self.times.get(row).unwrap_or_default();
        let (subject, is_resolved) = self.subject(row, time, evidence);
        let id = text(CHANGE_ID);
        Some(Done {
            event_id: id.split('-').next().unwrap_or_default().to_owned(),
            id,
            event_type: text(EVENT_TYPE),
            time,
            source: text(SOURCE),
            plane: text(PLANE),
            verb: self.get(VERB, row).and_then(Verb::parse)?,
            direction: direction(self.get(DIRECTION, row)),
            subject,
            is_resolved,
            subject_kind: subject_kind(self.get(SUBJECT_KIND, row)),
            entitlement: given(ENTITLEMENT),
            entitlement_id: given(ENTITLEMENT_ID),
            privilege: given(PRIVILEGE),
            securable: given(SECURABLE),
            scope: text(SCOPE),
            actor: self.get(ACTOR, row).map(|actor| evidence.name(actor)),
            class: door.class(Visitor {
                actor: self.get(ACTOR, row).map(str::to_lowercase).as_deref(),
                endpoint: self.get(ENDPOINT, row),
                user_agent: self.get(USER_AGENT, row),
                source_ip: self.get(SOURCE_IP, row),
            }),
            channel: given(CHANNEL),
            app: given(APP),
            outcome: text(OUTCOME),
            may_be_older: self.get(BASIS, row) == Some("first_statement"),
            request_id: given(REQUEST_ID),
        })
    }

    fn subject(&self, row: usize, time: i64, evidence: &Evidence<'_>) -> (Option<String>, bool) {
        let identities = &evidence.correlation.ground.identities;
        let (name, id) = (self.get(SUBJECT, row), self.get(SUBJECT_ID, row));
        if name.is_none() && id.is_none() {
            return (None, false);
        }
        let source = self.get(SOURCE, row).unwrap_or_default();
        let resolved = match subject_kind(self.get(SUBJECT_KIND, row)) {
            SubjectKind::Group => identities.group(source, name, id, time),
            kind => {
                let external_id = self.get(SUBJECT_EXTERNAL_ID, row);
                identities.person(Sighting { name, id, external_id, ..Sighting::new(source, kind, time) })
            }
        };
        (Some(resolved.label().to_owned()), resolved.is_known())
    }
}

fn direction(word: Option<&str>) -> Direction {
    let all = [Direction::Grant, Direction::Revoke, Direction::Update];
    all.into_iter().find(|d| Some(d.as_str()) == word).unwrap_or(Direction::Update)
}

fn subject_kind(word: Option<&str>) -> SubjectKind {
    let all = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal];
    all.into_iter().find(|k| Some(k.as_str()) == word).unwrap_or(SubjectKind::Unknown)
}
