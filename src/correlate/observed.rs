//! What listings state to be held: snapshots of table `statements`, as plain observations.
//!
//! How complete a listing is:
//! - One record states the members of one group, or the roles of one principal, wholly: whoever is not named is not in. Such a
//!   record is a [`Whole`]; of whom it denies anything only the reader knows, who knows whom else to ask about.
//! - The listing of users or of groups comes in pages, and no record says how many there are. So nobody is taken to be gone
//!   because no record names them; only `active: false` denies an account.
//! - An attribute that a record leaves out states nothing.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::change::{
    ENTITLEMENT, ENTITLEMENT_ID, MODEL, Model, ORDINAL, ROLE, STATED_SUBJECT_KIND, STATED_VERB, STATEMENT_KEY,
    STATEMENTS, SUBJECT, SUBJECT_EXTERNAL_ID, SUBJECT_ID, SubjectKind, Verb,
};
use crate::error::Result;
use crate::event::{APP, EVENT_ID, EVENT_TIME, EVENTS, SCOPE, TARGET, TARGET_ID};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::lake::Lake;
use crate::schema::Column as Named;

/// A principal or a group as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// User name, application id or group name; `None` = no listing tells the name behind the id.
    pub name: Option<String>,
    /// The service's id; `None` = not said.
    pub id: Option<String>,
    /// The id that another system has for it; `None` = not said.
    pub external_id: Option<String>,
    /// What it is.
    pub kind: SubjectKind,
}

/// What is observed to be held or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Being known and active; of a group, being there.
    Account,
    /// Membership of a group.
    Member(Listed),
    /// An administrator role, by name.
    Admin(String),
}

/// One thing that a listing says of one subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observation {
    /// When the listing was made, microseconds.
    pub time: i64,
    /// Its event.
    pub event_id: String,
    /// Scope of the service whose listing it is: `account`, a workspace, `tenant`, or `unknown`.
    pub scope: String,
    /// True where the listing is Databricks' own.
    pub is_databricks: bool,
    /// Of whom.
    pub subject: Listed,
    /// What.
    pub thing: Thing,
    /// Whether it was held.
    pub held: bool,
}

/// What a record states wholly: beyond its observations of the same event, nothing of the kind was held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole {
    /// When the listing was made, microseconds.
    pub time: i64,
    /// Its event.
    pub event_id: String,
    /// As in [`Observation::scope`].
    pub scope: String,
    /// True where the listing is Databricks' own.
    pub is_databricks: bool,
    /// What is stated wholly.
    pub of: WholeOf,
}

/// What is stated wholly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WholeOf {
    /// Who holds it: membership of a group, or the role that a workspace's group `admins` gives.
    Holders(Thing),
    /// Which roles a principal holds directly.
    RolesOf(Listed),
}

/// What the listings of a lake state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Who held what, ordered by time and event.
    pub observations: Vec<Observation>,
    /// What was stated wholly, ordered by time and event.
    pub wholes: Vec<Whole>,
}

/// Reads what the listings in a lake state.
///
/// # Errors
/// The lake cannot be read.
pub fn read(lake: &Lake) -> Result<Observed> {
    let names = Names::read(lake)?;
    let stated = scan(lake, &STATEMENTS)?
        .filter(MODEL.expr().eq(lit(Model::Snapshot.as_str())))
        .sort([EVENT_TIME.name, EVENT_ID.name, ORDINAL.name], SortMultipleOptions::default());
    let rows = rows(&collect(stated, "read what listings state")?)?;
    let mut observed = Observed::default();
    rows.iter().for_each(|row| observed.take(row, &names));
    observed.take_groups(&names);
    Ok(observed.and(Observed::default()))
}

/// A row of a statement.
#[derive(Debug, Clone)]
struct Row {
    event_id: String,
    time: i64,
    key: String,
    scope: String,
    is_databricks: bool,
    /// `None` = nothing is held.
    verb: Option<Verb>,
    subject: Listed,
    entitlement: Option<String>,
    entitlement_id: Option<String>,
}

fn rows(frame: &DataFrame) -> Result<Vec<Row>> {
    let time = instants(frame, EVENT_TIME)?;
    let text = |column: Named| texts(frame, column);
    let (event_id, key, scope, source, app) =
        (text(EVENT_ID)?, text(STATEMENT_KEY)?, text(SCOPE)?, text(SOURCE)?, text(APP)?);
    let (role, verb, kind) = (text(ROLE)?, text(STATED_VERB)?, text(STATED_SUBJECT_KIND)?);
    let (name, id, external_id) = (text(SUBJECT)?, text(SUBJECT_ID)?, text(SUBJECT_EXTERNAL_ID)?);
    let (entitlement, entitlement_id) = (text(ENTITLEMENT)?, text(ENTITLEMENT_ID)?);
    let owned = |column: &StringChunked, at: usize| column.get(at).map(str::to_owned);
    let sure = |column: &StringChunked, at: usize| column.get(at).unwrap_or_default().to_owned();
    let row = |at: usize| Row {
        event_id: sure(event_id, at),
        time: time.get(at).unwrap_or_default(),
        key: sure(key, at),
        scope: sure(scope, at),
        is_databricks: is_databricks(source.get(at), app.get(at)),
        verb: verb.get(at).and_then(Verb::parse).filter(|_| role.get(at) == Some("held")),
        subject: Listed {
            name: owned(name, at),
            id: owned(id, at),
            external_id: owned(external_id, at),
            kind: kind_of(kind.get(at)),
        },
        entitlement: owned(entitlement, at),
        entitlement_id: owned(entitlement_id, at),
    };
    Ok((0..frame.height()).map(row).collect())
}

fn is_databricks(source: Option<&str>, app: Option<&str>) -> bool {
    source == Some(crate::source::DATABRICKS)
        || app.is_some_and(|app| app.eq_ignore_ascii_case(crate::source::DATABRICKS))
}

fn kind_of(word: Option<&str>) -> SubjectKind {
    [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal]
        .into_iter()
        .find(|kind| Some(kind.as_str()) == word)
        .unwrap_or(SubjectKind::Unknown)
}

/// The resource and the attribute that the key of a SCIM resource's statement names: `…/Groups/2001/members`.
fn resource(key: &str) -> Option<(SubjectKind, &str, &str)> {
    let (rest, facet) = key.rsplit_once('/')?;
    let kinds = [
        ("/Users/", SubjectKind::User),
        ("/Groups/", SubjectKind::Group),
        ("/ServicePrincipals/", SubjectKind::ServicePrincipal),
    ];
    kinds.into_iter().find_map(|(part, kind)| rest.split_once(part).map(|(_, id)| (kind, id, facet)))
}

impl Observed {
    /// What both state, in order.
    pub fn and(mut self, other: Self) -> Self {
        self.observations.extend(other.observations);
        self.observations.sort_unstable();
        self.observations.dedup();
        self.wholes.extend(other.wholes);
        self.wholes.sort_unstable();
        self.wholes.dedup();
        self
    }

    fn take(&mut self, row: &Row, names: &Names) {
        let owner = resource(&row.key).map(|(kind, id, facet)| (names.listed(row, kind, id), facet));
        if let Some(of) = owner.as_ref().and_then(|(owner, facet)| whole_of(row, owner, facet)) {
            let (time, event_id, scope) = (row.time, row.event_id.clone(), row.scope.clone());
            self.wholes.push(Whole { time, event_id, scope, is_databricks: row.is_databricks, of });
        }
        let seen = match (row.verb, owner) {
            (Some(verb), _) => thing(row, verb).map(|thing| (names.named(row), thing, true)),
            (None, Some((owner, "active"))) => Some((owner, Thing::Account, false)),
            (None, _) => None,
        };
        if let Some((subject, thing, held)) = seen {
            let (time, event_id, scope) = (row.time, row.event_id.clone(), row.scope.clone());
            let is_databricks = row.is_databricks;
            self.observations.push(Observation { time, event_id, scope, is_databricks, subject, thing, held });
        }
    }

    // A group has no state: it is there when a listing has it.
    fn take_groups(&mut self, names: &Names) {
        for (event_id, event) in names.by_event.iter().filter(|(_, event)| event.listed.kind == SubjectKind::Group) {
            self.observations.push(Observation {
                time: event.time,
                event_id: event_id.clone(),
                scope: event.scope.clone(),
                is_databricks: event.is_databricks,
                subject: event.listed.clone(),
                thing: Thing::Account,
                held: true,
            });
        }
    }
}

fn thing(row: &Row, verb: Verb) -> Option<Thing> {
    match verb {
        Verb::UserActivate | Verb::UserCreate | Verb::GroupCreate => Some(Thing::Account),
        Verb::MemberAdd => Some(Thing::Member(Listed {
            name: row.entitlement.clone(),
            id: row.entitlement_id.clone(),
            external_id: None,
            kind: SubjectKind::Group,
        })),
        Verb::AdminGrant => row.entitlement.clone().map(Thing::Admin),
        _ => None,
    }
}

/// The group that makes its members administrators of its workspace, and the role it gives.
pub(super) const ADMINS: &str = "admins";
pub(super) const WORKSPACE_ADMIN: &str = "workspace_admin";

fn whole_of(row: &Row, owner: &Listed, facet: &str) -> Option<WholeOf> {
    let is_workspace = row.scope.bytes().all(|b| b.is_ascii_digit()) && !row.scope.is_empty();
    let is_admins = row.is_databricks && is_workspace && owner.name.as_deref() == Some(ADMINS);
    match facet {
        "members" if is_admins => Some(WholeOf::Holders(Thing::Admin(WORKSPACE_ADMIN.to_owned()))),
        "members" => Some(WholeOf::Holders(Thing::Member(owner.clone()))),
        "roles" => Some(WholeOf::RolesOf(owner.clone())),
        _ => None,
    }
}

/// The resource that a record lists.
#[derive(Debug)]
struct Resource {
    time: i64,
    scope: String,
    is_databricks: bool,
    listed: Listed,
}

/// Names that the listings give to ids: members are listed by id alone.
#[derive(Debug, Default)]
struct Names {
    by_event: BTreeMap<String, Resource>,
    /// By whose id it is: names, by time.
    by_id: BTreeMap<(bool, String), BTreeMap<i64, String>>,
}

impl Names {
    fn read(lake: &Lake) -> Result<Self> {
        let listed = scan(lake, &EVENTS)?
            .filter(SOURCE.expr().eq(lit(crate::source::SCIM_SNAPSHOT)))
            .select([EVENT_ID, EVENT_TIME, SCOPE, APP, TARGET, TARGET_ID, crate::event::TARGET_KIND].map(Named::expr));
        let frame = collect(listed, "read what is listed")?;
        let time = instants(&frame, EVENT_TIME)?;
        let text = |column: Named| texts(&frame, column);
        let (event_id, scope, app) = (text(EVENT_ID)?, text(SCOPE)?, text(APP)?);
        let (name, id, kind) = (text(TARGET)?, text(TARGET_ID)?, text(crate::event::TARGET_KIND)?);
        let mut names = Self::default();
        for at in 0..frame.height() {
            let owned = |column: &StringChunked| column.get(at).map(str::to_owned);
            let listed = Listed { name: owned(name), id: owned(id), external_id: None, kind: kind_of(kind.get(at)) };
            let (time, scope) = (time.get(at).unwrap_or_default(), owned(scope).unwrap_or_default());
            let is_databricks = is_databricks(None, app.get(at));
            names.learn(event_id.get(at).unwrap_or_default(), Resource { time, scope, is_databricks, listed });
        }
        Ok(names)
    }

    fn learn(&mut self, event_id: &str, resource: Resource) {
        if let (Some(id), Some(name)) = (&resource.listed.id, &resource.listed.name) {
            let names = self.by_id.entry((resource.is_databricks, id.clone())).or_default();
            // Of two names at one instant the lesser counts, whatever the order of reading.
            let known = names.entry(resource.time).or_insert_with(|| name.clone());
            if name < known {
                known.clone_from(name);
            }
        }
        self.by_event.insert(event_id.to_owned(), resource);
    }

    /// The name that an id had nearest to an instant.
    fn nearest(&self, is_databricks: bool, id: &str, time: i64) -> Option<String> {
        let names = self.by_id.get(&(is_databricks, id.to_owned()))?;
        let before = names.range(..=time).next_back();
        let after = names.range(time..).next();
        before.into_iter().chain(after).min_by_key(|(at, _)| at.abs_diff(time)).map(|(_, name)| name.clone())
    }

    /// The subject of a row. The list of members shows how a member is called; who that is, the member's own record tells.
    fn named(&self, row: &Row) -> Listed {
        let id = row.subject.id.as_deref();
        let own = self.by_event.get(&row.event_id).filter(|own| id.is_some() && own.listed.id.as_deref() == id);
        let name = own.and_then(|own| own.listed.name.clone());
        let name = name.or_else(|| self.nearest(row.is_databricks, id?, row.time));
        Listed { name: name.or_else(|| row.subject.name.clone()), ..row.subject.clone() }
    }

    /// The resource of a row: as its event names it, else as its key does.
    fn listed(&self, row: &Row, kind: SubjectKind, id: &str) -> Listed {
        match (self.by_event.get(&row.event_id), id.strip_prefix("name:")) {
            (Some(resource), _) => resource.listed.clone(),
            (None, Some(name)) => Listed { name: Some(name.to_owned()), id: None, external_id: None, kind },
            (None, None) => {
                let name = self.nearest(row.is_databricks, id, row.time);
                Listed { name, id: Some(id.to_owned()), external_id: None, kind }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_statement_names_resource_and_attribute() {
        let group = Some((SubjectKind::Group, "20/01", "members"));
        assert_eq!(resource("account:a-1/Groups/20/01/members"), group);
        assert_eq!(resource("example.okta.com/Users/name:ada/active"), Some((SubjectKind::User, "name:ada", "active")));
        assert_eq!(resource("ruleSets/1"), None);
        assert_eq!(resource(""), None);
    }

    #[test]
    fn the_nearest_name_counts() {
        let mut names = Names::default();
        for (event, time, name) in [("a", 10, "old"), ("b", 20, "new"), ("c", 20, "newer")] {
            let (id, kind) = (Some("1".to_owned()), SubjectKind::User);
            let listed = Listed { name: Some(name.to_owned()), id, external_id: None, kind };
            names.learn(event, Resource { time, scope: "account".to_owned(), is_databricks: true, listed });
        }
        let at = |time| names.nearest(true, "1", time);
        assert_eq!([at(0), at(14), at(16), at(99)].map(Option::unwrap), ["old", "old", "new", "new"]);
        assert_eq!((names.nearest(false, "1", 10), names.nearest(true, "2", 10)), (None, None));
    }
}
