//! What listings state, resolved to the names that correlation's cases use.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{Entitlement, Key};
use super::kernel::Instant;
use super::observed::{Listed, Observation, Observed, Thing, Whole, WholeOf};
use crate::change::SubjectKind;
use crate::identity::{Identities, Resolved, Sighting};
use crate::source::DATABRICKS;

/// The scope of a listing that does not say whose it is.
const UNKNOWN: &str = "unknown";

/// One listing of the whole of something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing {
    /// When it was made.
    pub time: Instant,
    /// Its event.
    pub event_id: String,
}

/// What one listing says of one pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// When.
    pub time: Instant,
    /// Its event.
    pub event_id: String,
    /// Whether it was held.
    pub held: bool,
}

/// Databricks' own listings, by pair.
#[derive(Debug, Default)]
pub struct Noted {
    seen: BTreeMap<(Key, String), Vec<Seen>>,
    kinds: BTreeMap<Key, SubjectKind>,
    /// By entitlement and scope.
    holders: BTreeMap<(Entitlement, String), Vec<Listing>>,
    /// By subject and scope; a group's roles apart from a person's.
    roles: BTreeMap<(bool, String, String), Vec<Listing>>,
    /// Roles that any listing of a scope names: what is never named may be out of its sight.
    named_roles: BTreeSet<(String, String)>,
    /// Observations that are not used, since their listing is not said to be Databricks' own: an identity provider's are its side
    /// of the matter.
    pub foreign_count: usize,
    /// Observations that are not used, since their listing does not say of which account or workspace it is.
    pub unplaced_count: usize,
}

/// Resolves what the listings state.
pub fn note(observed: &Observed, identities: &Identities) -> Noted {
    let mut noted = Noted::default();
    for observation in &observed.observations {
        if !observation.is_databricks {
            noted.foreign_count += 1;
        } else if observation.scope == UNKNOWN {
            noted.unplaced_count += 1;
        } else if let Some(key) = key_of(observation, identities) {
            noted.take(key, observation);
        }
    }
    for whole in observed.wholes.iter().filter(|whole| whole.is_databricks && whole.scope != UNKNOWN) {
        noted.take_whole(whole, identities);
    }
    noted
}

fn subject_of(subject: &Listed, time: Instant, identities: &Identities) -> Resolved {
    let (name, id) = (subject.name.as_deref(), subject.id.as_deref());
    match subject.kind {
        SubjectKind::Group => identities.group(DATABRICKS, name, id, time),
        kind => {
            let external_id = subject.external_id.as_deref();
            identities.person(Sighting { name, id, external_id, ..Sighting::new(DATABRICKS, kind, time) })
        }
    }
}

fn entitlement_of(thing: &Thing, time: Instant, identities: &Identities) -> Option<Entitlement> {
    match thing {
        Thing::Account => Some(Entitlement::Account),
        Thing::Admin(role) => Some(Entitlement::Admin(role.as_str().into())),
        Thing::Member(group) => match subject_of(group, time, identities) {
            Resolved::Key(name) => Some(Entitlement::Member(name)),
            Resolved::Unresolved(_) => None,
        },
    }
}

fn key_of(observation: &Observation, identities: &Identities) -> Option<Key> {
    let entitlement = entitlement_of(&observation.thing, observation.time, identities)?;
    let subject = subject_of(&observation.subject, observation.time, identities);
    let is_group = observation.subject.kind == SubjectKind::Group && !matches!(observation.thing, Thing::Member(_));
    (!subject.names_nobody()).then_some(Key { is_group, subject, entitlement })
}

/// The role that is given by membership of a workspace's group `admins`, not by a role of the principal.
const WORKSPACE_ADMIN: &str = "workspace_admin";

impl Noted {
    fn take(&mut self, key: Key, observation: &Observation) {
        let Observation { time, event_id, scope, held, .. } = observation.clone();
        self.kinds.entry(key.clone()).or_insert(observation.subject.kind);
        if let (Entitlement::Admin(role), true) = (&key.entitlement, held) {
            self.named_roles.insert((role.to_string(), scope.clone()));
        }
        self.seen.entry((key, scope)).or_default().push(Seen { time, event_id, held });
    }

    fn take_whole(&mut self, whole: &Whole, identities: &Identities) {
        let Whole { time, event_id, scope, .. } = whole.clone();
        let listings = match &whole.of {
            WholeOf::Holders(thing) => {
                let Some(entitlement) = entitlement_of(thing, time, identities) else { return };
                self.holders.entry((entitlement, scope)).or_default()
            }
            WholeOf::RolesOf(subject) => {
                let is_group = subject.kind == SubjectKind::Group;
                let label = subject_of(subject, time, identities).label().to_owned();
                self.roles.entry((is_group, label, scope)).or_default()
            }
        };
        listings.push(Listing { time, event_id });
    }

    /// What listings say, by key and scope.
    pub fn seen(&self) -> impl Iterator<Item = (&Key, &str, &[Seen])> {
        self.seen.iter().map(|((key, scope), seen)| (key, scope.as_str(), seen.as_slice()))
    }

    /// What listings say of one key in one scope.
    pub fn seen_of(&self, key: &Key, scope: &str) -> &[Seen] {
        self.seen.get(&(key.clone(), scope.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Scopes of which a listing speaks of a key, or would if it were held there.
    pub(super) fn scopes_of<'n>(&'n self, key: &'n Key) -> impl Iterator<Item = &'n str> {
        let seen = self.seen.range((key.clone(), String::new())..).take_while(move |((of, _), _)| of == key);
        let thing = &key.entitlement;
        let whole = self.holders.range((thing.clone(), String::new())..).take_while(move |((of, _), _)| of == thing);
        seen.map(|((_, scope), _)| scope.as_str()).chain(whole.map(|((_, scope), _)| scope.as_str()))
    }

    /// What kind of principal the subject of a key is.
    pub fn kinds(&self) -> impl Iterator<Item = (&Key, &SubjectKind)> {
        self.kinds.iter()
    }

    /// Scopes that a listing speaks of.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let whole = self.holders.keys().map(|(_, scope)| scope.as_str());
        self.seen.keys().map(|(_, scope)| scope.as_str()).chain(whole).chain(self.roles.keys().map(|r| r.2.as_str()))
    }

    /// True when there is no listing.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.holders.is_empty() && self.roles.is_empty()
    }

    /// The listings that speak of a subject (a group, or another principal) even where they do not name it.
    pub fn listings(&self, is_group: bool, subject: &str, entitlement: &Entitlement, scope: &str) -> &[Listing] {
        let found = match entitlement {
            Entitlement::Admin(role) if **role != *WORKSPACE_ADMIN => {
                let is_named = self.named_roles.contains(&(role.to_string(), scope.to_owned()));
                self.roles.get(&(is_group, subject.to_owned(), scope.to_owned())).filter(|_| is_named)
            }
            _ => self.holders.get(&(entitlement.clone(), scope.to_owned())),
        };
        found.map_or(&[], Vec::as_slice)
    }
}
