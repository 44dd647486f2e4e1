//! What happens at the identity provider, whichever it is.

use super::organisation::{App, Group, Person};
use super::truth::AccessChange;

/// A decision about somebody's access: what tracing follows up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision<'a> {
    /// Somebody is known from now on; a decision only where that alone gives access.
    Create(&'a Person),
    JoinGroup(&'a Person, &'a Group),
    LeaveGroup(&'a Person, &'a Group),
    /// A group becomes member of another.
    Nest(&'a Group, &'a Group),
    Assign(&'a Person, &'a App),
    Unassign(&'a Person, &'a App),
    Deactivate(&'a Person),
    Reactivate(&'a Person),
    Delete(&'a Person),
    DeleteGroup(&'a Group),
    /// The group is pushed no more.
    Unmap(&'a Group),
}

impl Decision<'_> {
    /// The change of access that is decided, in resolved names.
    pub(super) fn access_change(&self) -> AccessChange {
        let entitlement = |app: &App| if app.is_databricks { "account" } else { app.label };
        match self {
            Self::Create(person) => AccessChange::grant("user.create", &person.email, "account"),
            Self::JoinGroup(person, group) => AccessChange::grant("member.add", &person.email, group.databricks_name),
            Self::LeaveGroup(person, group) => {
                AccessChange::revoke("member.remove", &person.email, group.databricks_name)
            }
            Self::Nest(child, parent) => {
                AccessChange::grant("member.add", child.databricks_name, parent.databricks_name)
            }
            Self::Assign(person, app) => AccessChange::grant("app.assign", &person.email, entitlement(app)),
            Self::Unassign(person, app) => AccessChange::revoke("app.unassign", &person.email, entitlement(app)),
            Self::Deactivate(person) => AccessChange::revoke("user.deactivate", &person.email, "account"),
            Self::Reactivate(person) => AccessChange::grant("user.activate", &person.email, "account"),
            Self::Delete(person) => AccessChange::revoke("user.delete", &person.email, "account"),
            Self::Unmap(group) => AccessChange::revoke("push.remove", group.databricks_name, "account"),
            Self::DeleteGroup(group) => AccessChange::revoke("group.delete", group.databricks_name, "account"),
        }
    }
}

/// Anything that an identity provider may log. What one of them does not log, it leaves out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act<'a> {
    Decide(Decision<'a>),
    /// Tried and refused: nothing was decided.
    DecideInVain(Decision<'a>),
    Create(&'a Person),
    Activate(&'a Person),
    /// Something about somebody changed that gives no access.
    Update(&'a Person),
    /// Somebody's login changed: to the one that the person has here.
    Rename(&'a Person),
    /// A group's name changed: to the one that the group has here.
    RenameGroup(&'a Group),
    /// The group is assigned to the application, and so is whoever is in it.
    AssignGroup(&'a Group, &'a App),
    PushUser(&'a Person),
    PushUserFails(&'a Person),
    PushDeactivation(&'a Person),
    PushReactivation(&'a Person),
    PushDeletion(&'a Person),
    /// The whole group, as it is.
    PushGroup(&'a Group),
    PushMember(&'a Person, &'a Group),
    PushMemberRemoval(&'a Person, &'a Group),
    PushMembershipFails(&'a Person, &'a Group),
    /// Without a word on whose membership it was.
    PushFailsUnnamed,
    /// Left out, for what the identity provider holds against it.
    PushUserSkipped(&'a Person),
    PushGroupRemoval(&'a Group),
    SignOn(&'a Person, &'a App),
    /// Signs of life, by which a silent log is told from a lost one.
    ImportStart,
    ImportComplete,
}
