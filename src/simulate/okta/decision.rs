//! Decisions as events of the System Log.

use super::log_event::Entity;
use super::{Kind, by_person};
use crate::simulate::act::Decision;
use crate::simulate::organisation::Organisation;

impl Decision<'_> {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Create(_) => {
                by_person("user.lifecycle.create", "Create Okta user", Some("core.user.config.user_creation.success"))
            }
            Self::Reactivate(_) => by_person("user.lifecycle.reactivate", "Reactivate Okta user", None),
            Self::Delete(_) => by_person("user.lifecycle.delete.initiated", "Delete Okta user initiated", None),
            Self::JoinGroup(..) | Self::Nest(..) => by_person(
                "group.user_membership.add",
                "Add user to group membership",
                Some("core.user_group_member.user_add"),
            ),
            Self::LeaveGroup(..) => by_person(
                "group.user_membership.remove",
                "Remove user from group membership",
                Some("core.user_group_member.user_remove"),
            ),
            Self::Assign(..) => {
                by_person("application.user_membership.add", "Add user to application membership", None)
            }
            Self::Unassign(..) => {
                by_person("application.user_membership.remove", "Remove user's application membership", None)
            }
            Self::Deactivate(_) => by_person(
                "user.lifecycle.deactivate",
                "Deactivate Okta user",
                Some("core.user.config.user_deactivated.success"),
            ),
            Self::Unmap(_) => by_person(
                "application.provision.group_push.mapping.deactivate_mapping",
                "Deactivate group push mapping",
                None,
            ),
            Self::DeleteGroup(_) => by_person("group.lifecycle.delete", "Delete Okta group", None),
        }
    }

    pub(super) fn uri(&self) -> String {
        match self {
            Self::JoinGroup(person, group) | Self::LeaveGroup(person, group) => {
                format!("/api/v1/groups/{}/users/{}", group.idp_id, person.idp_id)
            }
            Self::Assign(person, app) | Self::Unassign(person, app) => {
                format!("/api/v1/apps/{}/users/{}", app.idp_id, person.idp_id)
            }
            Self::Deactivate(person) => format!("/api/v1/users/{}/lifecycle/deactivate", person.idp_id),
            Self::Reactivate(person) => format!("/api/v1/users/{}/lifecycle/reactivate", person.idp_id),
            Self::Create(person) | Self::Delete(person) => format!("/api/v1/users/{}", person.idp_id),
            Self::DeleteGroup(group) | Self::Unmap(group) | Self::Nest(_, group) => {
                format!("/api/v1/groups/{}", group.idp_id)
            }
        }
    }

    pub(super) fn targets(&self, organisation: &Organisation) -> Vec<Entity> {
        match *self {
            Self::JoinGroup(person, group) | Self::LeaveGroup(person, group) => {
                vec![Entity::user(person), Entity::group(group)]
            }
            Self::Assign(person, app) | Self::Unassign(person, app) => {
                vec![Entity::app_user(person), Entity::app(app), Entity::user(person)]
            }
            Self::Create(person) | Self::Deactivate(person) | Self::Reactivate(person) | Self::Delete(person) => {
                vec![Entity::user(person)]
            }
            Self::Unmap(group) => vec![Entity::group(group), Entity::app(&organisation.databricks)],
            Self::Nest(_, group) | Self::DeleteGroup(group) => vec![Entity::group(group)],
        }
    }
}
