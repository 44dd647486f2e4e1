//! What the companion snapshots of principals and memberships list, as lists of SCIM state it: all members of each group that is
//! named, and of each principal whether it is active; nobody is taken to be gone because no row names them.

use std::collections::BTreeSet;

use super::TENANT;
use super::door::is_uuid;
use super::observed::{ADMINS, Listed, Observation, Observed, Thing, WORKSPACE_ADMIN, Whole, WholeOf};
use crate::change::SubjectKind;
use crate::companion::{PrincipalKind, SnapshotMember, SnapshotUser, snapshot_id};
use crate::config::Config;
use crate::identity::Sighting;
use crate::source::SCIM_SNAPSHOT;

/// What the rows tie together about principals and groups.
pub fn sightings(config: &Config) -> impl Iterator<Item = Sighting<'_>> {
    config.snapshot_users.iter().map(|row| Sighting {
        scope: &row.scope,
        name: Some(&row.principal),
        id: id_of(row),
        external_id: row.external_id.as_deref().filter(|_| row.scope != TENANT),
        ..Sighting::new(SCIM_SNAPSHOT, kind_of(row.kind), row.taken_at)
    })
}

/// The id that whoever made the list has for a principal: the identity provider's is its own in its own list.
pub fn id_of(row: &SnapshotUser) -> Option<&str> {
    let own = row.external_id.as_deref().filter(|_| row.scope == TENANT);
    own.or(row.principal_id.as_deref())
}

/// What a row says that the principal is.
pub const fn kind_of(kind: PrincipalKind) -> SubjectKind {
    match kind {
        PrincipalKind::User => SubjectKind::User,
        PrincipalKind::ServicePrincipal => SubjectKind::ServicePrincipal,
        PrincipalKind::Group => SubjectKind::Group,
    }
}

/// What the rows list.
pub fn observed(config: &Config) -> Observed {
    let mut observed = Observed::default();
    for row in &config.snapshot_users {
        observed.observations.push(Observation {
            time: row.taken_at,
            event_id: snapshot_id(&row.path, row.taken_at),
            scope: row.scope.clone(),
            is_databricks: row.scope != TENANT,
            subject: Listed {
                name: Some(row.principal.clone()),
                id: id_of(row).map(str::to_owned),
                external_id: row.external_id.clone().filter(|_| row.scope != TENANT),
                kind: kind_of(row.kind),
            },
            thing: Thing::Account,
            held: row.active,
        });
    }
    let mut seen = BTreeSet::new();
    for row in &config.snapshot_members {
        let event_id = snapshot_id(&row.path, row.taken_at);
        let (thing, scope, is_databricks) = (membership(row), row.scope.clone(), row.scope != TENANT);
        if seen.insert((row.taken_at, scope.clone(), row.group.to_lowercase())) {
            let (of, event_id) = (WholeOf::Holders(thing.clone()), event_id.clone());
            observed.wholes.push(Whole { time: row.taken_at, event_id, scope: scope.clone(), is_databricks, of });
        }
        let subject = named(&row.member, row.member_kind.map_or_else(|| kind_by_name(&row.member), kind_of));
        observed.observations.push(Observation {
            time: row.taken_at,
            event_id,
            scope,
            is_databricks,
            subject,
            thing,
            held: true,
        });
    }
    observed
}

// Members of a workspace's group `admins` have its administrator's role.
fn membership(row: &SnapshotMember) -> Thing {
    let is_workspace = !row.scope.is_empty() && row.scope.bytes().all(|b| b.is_ascii_digit());
    match is_workspace && row.group.eq_ignore_ascii_case(ADMINS) {
        true => Thing::Admin(WORKSPACE_ADMIN.to_owned()),
        false => Thing::Member(named(&row.group, SubjectKind::Group)),
    }
}

fn named(name: &str, kind: SubjectKind) -> Listed {
    Listed { name: Some(name.to_owned()), id: None, external_id: None, kind }
}

/// What has an address is a person, what has a UUID a service principal, anything else a group.
fn kind_by_name(name: &str) -> SubjectKind {
    match name {
        name if is_uuid(name) => SubjectKind::ServicePrincipal,
        name if name.contains('@') => SubjectKind::User,
        _ => SubjectKind::Group,
    }
}
