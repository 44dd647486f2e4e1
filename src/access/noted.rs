//! What listings state, resolved to the names that correlation's cases use.

use std::collections::{BTreeMap, BTreeSet};

use super::{Instant, Listing, Pair};
use crate::change::{EntitlementKind, SubjectKind};
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::observed::{Listed, Observation, Observed, Thing, Whole, WholeOf};
use crate::identity::{Identities, Resolved, Sighting};
use crate::source::DATABRICKS;

/// The scope of a listing that does not say whose it is.
const UNKNOWN: &str = "unknown";

/// What one listing says of one pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) time: Instant,
    pub(super) event_id: String,
    pub(super) held: bool,
}

/// Databricks' own listings, by pair.
#[derive(Debug, Default)]
pub struct Noted {
    seen: BTreeMap<(Key, String), Vec<Seen>>,
    kinds: BTreeMap<Key, SubjectKind>,
    /// By entitlement and scope.
    holders: BTreeMap<(EntitlementKind, String, String), Vec<Listing>>,
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
        _ => identities.person(Sighting { source: DATABRICKS, name, id, alias: None, time }),
    }
}

fn entitlement_of(thing: &Thing, time: Instant, identities: &Identities) -> Option<Entitlement> {
    match thing {
        Thing::Account => Some(Entitlement::Account),
        Thing::Admin(role) => Some(Entitlement::Admin(role.clone())),
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
            self.named_roles.insert((role.clone(), scope.clone()));
        }
        self.seen.entry((key, scope)).or_default().push(Seen { time, event_id, held });
    }

    fn take_whole(&mut self, whole: &Whole, identities: &Identities) {
        let Whole { time, event_id, scope, .. } = whole.clone();
        let listings = match &whole.of {
            WholeOf::Holders(thing) => {
                let Some(entitlement) = entitlement_of(thing, time, identities) else { return };
                let key = (super::from_cases::kind_of(&entitlement), entitlement.name().to_owned(), scope);
                self.holders.entry(key).or_default()
            }
            WholeOf::RolesOf(subject) => {
                let is_group = subject.kind == SubjectKind::Group;
                let label = subject_of(subject, time, identities).label().to_owned();
                self.roles.entry((is_group, label, scope)).or_default()
            }
        };
        listings.push(Listing { time, event_id });
    }

    pub(super) fn seen(&self) -> impl Iterator<Item = (&Key, &str, &[Seen])> {
        self.seen.iter().map(|((key, scope), seen)| (key, scope.as_str(), seen.as_slice()))
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = (&Key, &SubjectKind)> {
        self.kinds.iter()
    }

    /// The listings that speak of a pair even where they do not name it.
    pub(super) fn listings(&self, pair: &Pair<'_>) -> &[Listing] {
        let scope = pair.scope.to_owned();
        let is_role = pair.entitlement_kind == EntitlementKind::Admin && pair.entitlement != WORKSPACE_ADMIN;
        let found = if is_role {
            let is_group = pair.subject_kind == SubjectKind::Group;
            let is_named = self.named_roles.contains(&(pair.entitlement.to_owned(), scope.clone()));
            self.roles.get(&(is_group, pair.subject.to_owned(), scope)).filter(|_| is_named)
        } else {
            self.holders.get(&(pair.entitlement_kind, pair.entitlement.to_owned(), scope))
        };
        found.map_or(&[], Vec::as_slice)
    }
}
