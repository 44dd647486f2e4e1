//! Who is who: names and ids of all sources become one key per person, service principal and group.
//!
//! What the records say of ids and names is gathered first and judged as a whole: a directory's id is the person, a name belongs to
//! whoever held it at the time, and two who hold one name at once are a conflict that is listed and never merged. Names are compared
//! folded (`fold`), and every link has a basis, a span of time and the record that taught it.

mod actors;
mod columns;
mod fold;
mod groups;
mod history;
mod people;
mod rows;
mod store;
mod texts;
mod timeline;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use self::fold::usable;
use self::groups::{Groups, Mapping};
use self::people::{Asked, Owner, People};
use self::store::{DATABRICKS, Store, directory_id};
use self::texts::{NONE, Texts};
use self::timeline::Moment;
use crate::change::SubjectKind;
use crate::config::Config;

pub use columns::*;
pub(crate) use fold::{Rules, fold};
pub use rows::{IdentityRow, LinkRow, Passage};

/// What stands for a principal that a record does not name.
const NOBODY: &str = "(nobody named)";

const SCIM_SNAPSHOT: &str = "scim_snapshot";

/// What a link rests on, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Basis {
    /// One side has the other side's id.
    ExternalId,
    /// One id in one system, whatever it is called.
    ImmutableId,
    /// One address on both sides.
    VerifiedEmail,
    /// The configuration calls one name the other; or a group is pushed under another name.
    Alias,
    /// The configuration calls one domain the other.
    Domain,
    /// One name on both sides, which is no address.
    Name,
}

impl Basis {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::ImmutableId => "immutable_id",
            Self::VerifiedEmail => "verified_email",
            Self::Alias => "alias",
            Self::Domain => "domain",
            Self::Name => "name",
        }
    }
}

/// What a principal resolves to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolved {
    /// Exactly one cluster.
    Key(Arc<str>),
    /// Several clusters claim it, or it carries neither a usable name nor an id. The text says which.
    Unresolved(Arc<str>),
}

impl Resolved {
    /// The key, or the text that stands in for it in listings.
    pub fn label(&self) -> &str {
        match self {
            Self::Key(text) | Self::Unresolved(text) => text,
        }
    }

    /// True when the record names nobody at all.
    pub fn names_nobody(&self) -> bool {
        matches!(self, Self::Unresolved(text) if **text == *NOBODY)
    }

    /// True when anybody may be meant: the record names nobody, or only by an id of the provider that no name was ever seen with.
    pub fn may_be_anybody(&self) -> bool {
        matches!(self, Self::Unresolved(text) if **text == *NOBODY || text.starts_with("id:"))
    }

    /// True when exactly one cluster was found.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}

/// One principal or group as one record names it.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'r> {
    /// Source id of the record.
    pub source: &'r str,
    /// Scope of the record: of a list it says whether it is a provider's.
    pub scope: &'r str,
    /// What it is.
    pub kind: SubjectKind,
    /// Name.
    pub name: Option<&'r str>,
    /// Id.
    pub id: Option<&'r str>,
    /// The name in the application: a person's user name, a pushed group's name, a service principal's label.
    pub alias: Option<&'r str>,
    /// Another system's id of it: that of a directory in SCIM, that of the application in a directory's log.
    pub external_id: Option<&'r str>,
    /// When, microseconds.
    pub time: i64,
    /// True = the record tells the end of it, which may be long after its name was free again.
    pub ends: bool,
    /// True = the record pushes it to Databricks or assigns it: of several groups of one name this is the one.
    pub is_pushed: bool,
    /// Which record, as the caller numbers them; given back in links.
    pub record: usize,
}

impl<'r> Sighting<'r> {
    /// A sighting that names nobody yet.
    pub const fn new(source: &'r str, kind: SubjectKind, time: i64) -> Self {
        Self {
            source,
            scope: "",
            kind,
            name: None,
            id: None,
            alias: None,
            external_id: None,
            time,
            ends: false,
            is_pushed: false,
            record: usize::MAX,
        }
    }

    /// Whose ids and names the record uses: SCIM speaks to Databricks, and all logs of one directory share its ids.
    fn system(&self) -> &'r str {
        system(self.source, self.scope)
    }
}

/// The source whose records name members as one side or the other does: which is not published.
const ENTRA_PROVISIONING: &str = "entra_provisioning";

/// True for a directory that decides for itself. What a home-grown log tells, and whom a gateway pushes, may be another one's.
pub fn decides(directory: &str) -> bool {
    matches!(directory, "okta" | "entra" | "pingone")
}

/// The directory, or platform, whose records are those of a source: several sources may be one's.
pub fn directory(source: &str) -> &str {
    system(source, "")
}

fn system<'r>(source: &'r str, scope: &str) -> &'r str {
    match source {
        SCIM_SNAPSHOT if scope == "tenant" => source,
        SCIM_SNAPSHOT | "scim" | "scim_event" => crate::source::DATABRICKS,
        "entra_audit" | ENTRA_PROVISIONING | "entra_signin" => "entra",
        other => other,
    }
}

/// Learns of people and service principals, or of groups.
#[derive(Debug)]
pub struct Learner<'i>(&'i mut Store);

impl Learner<'_> {
    /// The number of what a record says of a principal, apart from when and in which record, since many say the same; `None` = it names
    /// nobody.
    pub fn number(&mut self, sighting: &Sighting<'_>) -> Option<u32> {
        self.0.number(sighting)
    }

    /// Learns that a record says what has that number.
    pub fn learn(&mut self, number: u32, time: i64, record: usize) {
        self.0.learn(number, time, record);
    }
}

/// Folds names, maps groups, and resolves principals from what the records themselves tie together.
#[derive(Debug)]
pub struct Identities {
    people: Store,
    groups: Store,
    mapping: Mapping,
    judged: OnceLock<(People, Groups)>,
    slots: OnceLock<Vec<u32>>,
}

impl Identities {
    /// Identities that know the configuration and nothing else yet.
    pub fn new(config: &Config) -> Self {
        Self::with(Rules::new(&config.domains, &config.aliases), Mapping::new(&config.group_map, &config.group_prefix))
    }

    fn with(rules: Rules, mapping: Mapping) -> Self {
        let (people, groups) = (Store::new(Texts::new(rules)), Store::new(Texts::default()));
        Self { people, groups, mapping, judged: OnceLock::new(), slots: OnceLock::new() }
    }

    /// Learns what one record ties together about a user, service principal or group.
    pub fn learn(&mut self, sighting: Sighting<'_>) {
        let (people, groups) = self.learners();
        let mut learner = if sighting.kind == SubjectKind::Group { groups } else { people };
        if let Some(number) = learner.number(&sighting) {
            learner.learn(number, sighting.time, sighting.record);
        }
    }

    /// Who learns of people and service principals, and who of groups; each on its own.
    pub fn learners(&mut self) -> (Learner<'_>, Learner<'_>) {
        if self.judged.get().is_some() {
            (self.judged, self.slots) = (OnceLock::new(), OnceLock::new());
        }
        (Learner(&mut self.people), Learner(&mut self.groups))
    }

    /// Judges what was learnt and drops the records of it, which are many: names and ids resolve as before, but nothing can be learnt
    /// or listed any more.
    pub fn settle(&mut self) {
        self.judged();
        self.people.forget();
        self.groups.forget();
    }

    fn judged(&self) -> &(People, Groups) {
        self.judged.get_or_init(|| {
            let is_group = |id: &str| self.groups.find_account(DATABRICKS, id).is_some();
            let people = People::of(&self.people, is_group);
            let is_person = |name: &str| people.is_called(&self.people, name);
            let groups = Groups::of(&self.groups, &self.mapping, is_person);
            (people, groups)
        })
    }

    /// The group that a record about a member means: an id that Databricks has for a group is the group, whatever it is called.
    fn member_group(&self, sighting: &Sighting<'_>, when: &Moment) -> Option<Resolved> {
        let (people, groups) = self.judged();
        let id = directory_id(sighting)?;
        let group = self.groups.find_account(DATABRICKS, id)?;
        let known = self.people.find_system(sighting.system()).and_then(|s| self.people.find_account(s, id));
        let is_meant = known.is_none_or(|account| people.is_none(account));
        groups.in_databricks(&self.groups, group, None, when).filter(|_| is_meant)
    }

    /// The cluster of a user or service principal.
    ///
    /// A group as a member of another is that group.
    pub fn person(&self, sighting: Sighting<'_>) -> Resolved {
        self.person_then(sighting, &Moment::new(sighting.time))
    }

    /// The cluster of a user or service principal, and the first and last instant at which the same record would mean the same.
    pub fn person_while(&self, sighting: Sighting<'_>) -> (Resolved, (i64, i64)) {
        let when = Moment::new(sighting.time);
        let found = self.person_then(sighting, &when);
        (found, when.span())
    }

    fn person_then(&self, sighting: Sighting<'_>, when: &Moment) -> Resolved {
        if let Some(group) = self.member_group(&sighting, when) {
            return group;
        }
        let (people, _) = self.judged();
        let (store, texts) = (&self.people, &self.people.texts);
        let name = usable(sighting.name);
        let system = store.find_system(sighting.system()).unwrap_or(u16::MAX);
        let account = directory_id(&sighting).and_then(|id| store.find_account(system, id)).unwrap_or(NONE);
        let mut asked =
            Asked { system, account, foreign: NONE, name: NONE, is_either: sighting.source == ENTRA_PROVISIONING };
        if account == NONE {
            let foreign = usable(sighting.external_id).or(usable(sighting.id));
            asked.foreign = foreign.and_then(|id| texts.find(id)).unwrap_or(NONE);
            asked.name = name.and_then(|name| texts.find_name(name)).unwrap_or(NONE);
        }
        let owner = people.whose(store, asked, when);
        let found = match (owner, name, usable(sighting.id).or(usable(sighting.external_id))) {
            (Some(Owner::Cluster(cluster)), _, _) => Resolved::Key(people.key(store, cluster).into()),
            (Some(Owner::Contested(name)), _, _) => Resolved::Unresolved(texts.text(name).into()),
            (None, Some(name), _) => Resolved::Key(self.canonical(name).into()),
            (None, None, Some(id)) => Resolved::Key(format!("id:{id}").into()),
            (None, None, None) => Resolved::Unresolved(NOBODY.into()),
        };
        match found {
            // Databricks' own ids stand for themselves; a provider's id alone is tied to nobody in Databricks.
            Resolved::Key(key) if key.starts_with("id:") && sighting.system() != crate::source::DATABRICKS => {
                Resolved::Unresolved(key)
            }
            found => found,
        }
    }

    /// Which account in Databricks a principal's id there means: an account that was made again under its name is the same, another one of
    /// the same person is not. `None` = the id was never seen.
    pub fn databricks_account(&self, id: &str) -> Option<u32> {
        let slots = self.slots.get_or_init(|| self.judged().0.slots(&self.people));
        let account = self.people.find_account(DATABRICKS, id)?;
        slots.get(account as usize).copied()
    }

    /// Accounts in Databricks that went from one to another, in the order of time.
    pub fn passages(&self) -> Vec<Passage> {
        let mut all = self.judged().0.passages(&self.people);
        all.sort();
        all
    }

    /// The Databricks name of a group that a record of `source` names, in folded form.
    pub fn group(&self, source: &str, name: Option<&str>, id: Option<&str>, time: i64) -> Resolved {
        self.group_then(source, name, id, &Moment::new(time))
    }

    /// The same, and the first and last instant at which the same record would mean the same.
    pub fn group_while(&self, source: &str, name: Option<&str>, id: Option<&str>, time: i64) -> (Resolved, (i64, i64)) {
        let when = Moment::new(time);
        let found = self.group_then(source, name, id, &when);
        (found, when.span())
    }

    fn group_then(&self, source: &str, name: Option<&str>, id: Option<&str>, when: &Moment) -> Resolved {
        let (_, groups) = self.judged();
        let store = &self.groups;
        let folded = usable(name).map(fold);
        let id = usable(id);
        let system = store.find_system(system(source, ""));
        let account = system.and_then(|system| store.find_account(system, id?));
        let found = match (account, folded.as_deref()) {
            (Some(group), folded) if system == Some(DATABRICKS) => groups.in_databricks(store, group, folded, when),
            (Some(group), _) => Some(groups.of_directory(store, &self.mapping, group, when).0),
            (None, Some(name)) if system == Some(DATABRICKS) => groups.named(store, name, when),
            (None, Some(name)) => match groups.holder(store, system.unwrap_or(u16::MAX), name, when) {
                Some(held) if held.is_contested => Some(Resolved::Unresolved(self.mapping.mapped(name).into())),
                Some(held) => Some(groups.of_directory(store, &self.mapping, held.owner, when).0),
                None => groups.named(store, self.mapping.mapped(name), when),
            },
            (None, None) => None,
        };
        found.unwrap_or_else(|| match (folded, id) {
            (Some(name), _) if system == Some(DATABRICKS) => Resolved::Key(name.into()),
            (Some(name), _) => Resolved::Key(self.mapping.mapped(&name).into()),
            (None, Some(id)) => Resolved::Key(format!("id:{id}").into()),
            (None, None) => Resolved::Unresolved("(no group named)".into()),
        })
    }

    /// The Databricks name that an identity-provider group has by configuration: mapped, else without the prefix.
    pub fn mapped_group(&self, name: &str) -> String {
        self.mapping.mapped(&fold(name)).to_owned()
    }

    /// Databricks names of the groups that the configuration maps.
    pub fn configured_groups(&self) -> impl Iterator<Item = &String> {
        self.mapping.map.values()
    }

    /// A principal's name, folded, with guest, domain and alias rules applied; whose it was at a time is not asked.
    pub fn canonical(&self, name: &str) -> String {
        self.people.texts.canonical(name)
    }

    /// Every cluster and every contested name, in the order of kind and key.
    pub fn identities_rows(&self) -> Vec<IdentityRow> {
        let (people, groups) = self.judged();
        let mut rows = people.identities(&self.people);
        rows.extend(groups.identities(&self.groups, &self.mapping));
        rows.sort();
        rows
    }

    /// Every name and id of every cluster, in the order of clusters.
    pub fn links_rows(&self) -> Vec<LinkRow> {
        let (people, groups) = self.judged();
        let mut rows = people.links(&self.people);
        rows.extend(groups.links(&self.groups, &self.mapping));
        rows.sort();
        rows
    }
}
