//! Access changes that correlation does not follow (privileges, ownership, tokens, access control lists), with names as resolved.

use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

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
use crate::identity::Sighting;
use crate::lake::{Page, PageTexts, counted, joined};
use crate::schema::Column;

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
        actor: record.actor_raw.as_deref().filter(|actor| !is_redacted(actor)).map(|actor| evidence.name(actor)),
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
const VERBS: [Verb; 17] = [
    Verb::UserCreate,
    Verb::UserDelete,
    Verb::MemberAdd,
    Verb::PushCreate,
    Verb::PushRemove,
    Verb::AdminGrant,
    Verb::WorkspaceAssign,
    Verb::WorkspaceUnassign,
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
    let door = Door::new(evidence.config)?;
    let take = |all: &mut Vec<Deed>, source: &str, page: &Page<'_>| {
        let mut reader = Reader::of(evidence, &door, source, page)?;
        all.extend((0..page.len()).filter_map(|row| reader.deed(row)).map(Deed::new));
        Ok(())
    };
    let mut all = counted(evidence.lake, &CHANGES, &COLUMNS, |_| true, take, joined)?;
    all.par_sort_unstable_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(all)
}

const COLUMNS: [Column; 24] = [
    EVENT_TIME,
    CHANGE_ID,
    EVENT_TYPE,
    PLANE,
    VERB,
    DIRECTION,
    SUBJECT,
    SUBJECT_ID,
    SUBJECT_KIND,
    SUBJECT_EXTERNAL_ID,
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
];

/// The columns of a page.
struct Texts<'p> {
    ids: PageTexts<'p>,
    event_types: PageTexts<'p>,
    planes: PageTexts<'p>,
    verbs: PageTexts<'p>,
    directions: PageTexts<'p>,
    subjects: PageTexts<'p>,
    subject_ids: PageTexts<'p>,
    subject_kinds: PageTexts<'p>,
    external_ids: PageTexts<'p>,
    entitlements: PageTexts<'p>,
    entitlement_ids: PageTexts<'p>,
    privileges: PageTexts<'p>,
    securables: PageTexts<'p>,
    scopes: PageTexts<'p>,
    actors: PageTexts<'p>,
    channels: PageTexts<'p>,
    endpoints: PageTexts<'p>,
    apps: PageTexts<'p>,
    outcomes: PageTexts<'p>,
    bases: PageTexts<'p>,
    request_ids: PageTexts<'p>,
    source_ips: PageTexts<'p>,
    user_agents: PageTexts<'p>,
}

impl<'p> Texts<'p> {
    fn of(page: &Page<'p>) -> Result<Self> {
        Ok(Self {
            ids: page.texts_of(CHANGE_ID)?,
            event_types: page.texts_of(EVENT_TYPE)?,
            planes: page.texts_of(PLANE)?,
            verbs: page.texts_of(VERB)?,
            directions: page.texts_of(DIRECTION)?,
            subjects: page.texts_of(SUBJECT)?,
            subject_ids: page.texts_of(SUBJECT_ID)?,
            subject_kinds: page.texts_of(SUBJECT_KIND)?,
            external_ids: page.texts_of(SUBJECT_EXTERNAL_ID)?,
            entitlements: page.texts_of(ENTITLEMENT)?,
            entitlement_ids: page.texts_of(ENTITLEMENT_ID)?,
            privileges: page.texts_of(PRIVILEGE)?,
            securables: page.texts_of(SECURABLE)?,
            scopes: page.texts_of(SCOPE)?,
            actors: page.texts_of(ACTOR)?,
            channels: page.texts_of(CHANNEL)?,
            endpoints: page.texts_of(ENDPOINT)?,
            apps: page.texts_of(APP)?,
            outcomes: page.texts_of(OUTCOME)?,
            bases: page.texts_of(BASIS)?,
            request_ids: page.texts_of(REQUEST_ID)?,
            source_ips: page.texts_of(SOURCE_IP)?,
            user_agents: page.texts_of(USER_AGENT)?,
        })
    }
}

/// Who comes by which door: actor, endpoint, user agent, address.
type Caller<'p> = [Option<&'p str>; 4];

struct Reader<'r, 'e, 'p> {
    evidence: &'r Evidence<'e>,
    door: &'r Door,
    source: &'r str,
    times: &'p [i64],
    texts: Texts<'p>,
    /// Few people act often.
    names: HashMap<&'p str, String, FixedState>,
    classes: HashMap<Caller<'p>, ActorClass, FixedState>,
}

impl<'r, 'e, 'p> Reader<'r, 'e, 'p> {
    fn of(evidence: &'r Evidence<'e>, door: &'r Door, source: &'r str, page: &Page<'p>) -> Result<Self> {
        let (times, texts) = (page.wholes(0)?, Texts::of(page)?);
        Ok(Self { evidence, door, source, times, texts, names: HashMap::default(), classes: HashMap::default() })
    }

    /// The change in a row; `None` = no test asks for its kind.
    fn deed(&mut self, row: usize) -> Option<Done> {
        let verb = self.texts.verbs.text(row).and_then(Verb::parse).filter(|verb| VERBS.contains(verb))?;
        let (actor, class) = self.actor(row);
        let (subject, is_resolved) = self.subject(row);
        let given = |texts: &PageTexts<'_>| texts.text(row).map(str::to_owned);
        let text = |texts: &PageTexts<'_>| texts.text(row).unwrap_or_default().to_owned();
        let texts = &self.texts;
        let id = text(&texts.ids);
        Some(Done {
            event_id: id.split('-').next().unwrap_or_default().to_owned(),
            id,
            event_type: text(&texts.event_types),
            time: self.times[row],
            source: self.source.to_owned(),
            plane: text(&texts.planes),
            verb,
            direction: direction(texts.directions.text(row)),
            subject,
            is_resolved,
            subject_kind: self.kind(row),
            entitlement: given(&texts.entitlements),
            entitlement_id: given(&texts.entitlement_ids),
            privilege: given(&texts.privileges),
            securable: given(&texts.securables),
            scope: self.evidence.lake.placed(texts.scopes.text(row).unwrap_or_default()).to_owned(),
            actor,
            class,
            channel: given(&texts.channels),
            app: given(&texts.apps),
            outcome: text(&texts.outcomes),
            may_be_older: texts.bases.text(row) == Some("first_statement"),
            request_id: given(&texts.request_ids),
        })
    }

    fn actor(&mut self, row: usize) -> (Option<String>, ActorClass) {
        let Texts { actors, endpoints, user_agents, source_ips, .. } = &self.texts;
        let caller = [actors, endpoints, user_agents, source_ips].map(|texts| texts.text(row));
        let [actor, endpoint, user_agent, source_ip] = caller;
        let evidence = self.evidence;
        let told = actor.filter(|actor| !is_redacted(actor));
        let name = told.map(|actor| self.names.entry(actor).or_insert_with(|| evidence.name(actor)).clone());
        let door = self.door;
        let class = *self.classes.entry(caller).or_insert_with(|| {
            let actor = actor.map(str::to_lowercase);
            door.class(Visitor { actor: actor.as_deref(), endpoint, user_agent, source_ip })
        });
        (name, class)
    }

    /// What the subject is. Of a name that is not told its shape says nothing.
    fn kind(&self, row: usize) -> SubjectKind {
        let is_told = self.texts.subjects.text(row).is_none_or(|name| !is_redacted(name));
        subject_kind(self.texts.subject_kinds.text(row).filter(|_| is_told))
    }

    fn subject(&self, row: usize) -> (Option<String>, bool) {
        let identities = &self.evidence.correlation.ground.identities;
        let (written, id) = (self.texts.subjects.text(row), self.texts.subject_ids.text(row));
        let name = written.filter(|name| !is_redacted(name));
        if name.is_none() && id.is_none() {
            return (written.map(str::to_lowercase), false);
        }
        let (source, time) = (self.source, self.times[row]);
        let resolved = match self.kind(row) {
            SubjectKind::Group => identities.group(source, name, id, time),
            kind => {
                let external_id = self.texts.external_ids.text(row);
                identities.person(Sighting { name, id, external_id, ..Sighting::new(source, kind, time) })
            }
        };
        (Some(resolved.label().to_owned()), resolved.is_known())
    }
}

/// True for what stands where Databricks has taken a name out: it may be anybody's (reference: databricks c7).
pub(super) fn is_redacted(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("__REDACTED__")
}

fn direction(word: Option<&str>) -> Direction {
    let all = [Direction::Grant, Direction::Revoke, Direction::Update];
    all.into_iter().find(|d| Some(d.as_str()) == word).unwrap_or(Direction::Update)
}

fn subject_kind(word: Option<&str>) -> SubjectKind {
    let all = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal];
    all.into_iter().find(|k| Some(k.as_str()) == word).unwrap_or(SubjectKind::Unknown)
}
