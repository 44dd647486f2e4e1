//! Changes of access in Databricks: what vouching asks an authority for.

use std::collections::BTreeMap;

use super::{Answer, Door, Row, plain};
use crate::simulate::calendar::{Instant, Scope};
use crate::simulate::dice::Dice;
use crate::simulate::organisation::{Group, Organisation, Person};
use crate::simulate::truth::AccessChange;

/// A change of access.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulate) enum Change<'a> {
    CreateUser(&'a Person),
    /// The second row that the making of a service principal leaves, without an id: no change of its own.
    CreateAgain(&'a Person),
    ActivateUser(&'a Person),
    DeactivateUser(&'a Person),
    DeleteUser(&'a Person),
    AddMember(&'a Person, &'a Group),
    /// Several members in one request.
    AddMembers(&'a [Person], &'a Group),
    RemoveMember(&'a Person, &'a Group),
    CreateGroup(&'a Group),
    /// A group of the account is let into a workspace, which leaves the row of a new group.
    AssignGroup(&'a Group),
    RemoveGroup(&'a Group),
    SetAccountAdmin(&'a Person),
    RemoveAccountAdmin(&'a Person),
    /// Membership of a workspace's group `admins`, which is the role.
    JoinAdmins(&'a Person),
}

impl<'a> Change<'a> {
    /// The same in resolved names; of several members the first.
    pub(in crate::simulate) fn access_change(&self) -> AccessChange {
        match self {
            Self::CreateUser(person) | Self::CreateAgain(person) => {
                AccessChange::grant("user.create", &person.email, "account")
            }
            Self::ActivateUser(person) => AccessChange::grant("user.activate", &person.email, "account"),
            Self::DeactivateUser(person) => AccessChange::revoke("user.deactivate", &person.email, "account"),
            Self::DeleteUser(person) => AccessChange::revoke("user.delete", &person.email, "account"),
            Self::AddMember(person, group) => AccessChange::grant("member.add", &person.email, group.databricks_name),
            Self::AddMembers(people, group) => {
                let first = people.first().map_or("", |person| person.email.as_str());
                AccessChange::grant("member.add", first, group.databricks_name)
            }
            Self::RemoveMember(person, group) => {
                AccessChange::revoke("member.remove", &person.email, group.databricks_name)
            }
            Self::CreateGroup(group) | Self::AssignGroup(group) => {
                AccessChange::grant("group.create", group.databricks_name, "account")
            }
            Self::RemoveGroup(group) => AccessChange::revoke("group.delete", group.databricks_name, "account"),
            Self::SetAccountAdmin(person) => AccessChange::grant("admin.grant", &person.email, "account_admin"),
            Self::RemoveAccountAdmin(person) => AccessChange::revoke("admin.revoke", &person.email, "account_admin"),
            Self::JoinAdmins(person) => AccessChange::grant("admin.grant", &person.email, "workspace_admin"),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::CreateUser(_) | Self::CreateAgain(_) => "add",
            Self::ActivateUser(_) => "activateUser",
            Self::DeactivateUser(_) => "deactivateUser",
            Self::DeleteUser(_) => "delete",
            Self::AddMember(..) | Self::JoinAdmins(_) => "addPrincipalToGroup",
            Self::AddMembers(..) => "addPrincipalsToGroup",
            Self::RemoveMember(..) => "removePrincipalFromGroup",
            Self::CreateGroup(_) | Self::AssignGroup(_) => "createGroup",
            Self::RemoveGroup(_) => "removeGroup",
            Self::SetAccountAdmin(_) => "setAccountAdmin",
            Self::RemoveAccountAdmin(_) => "removeAccountAdmin",
        }
    }

    fn params(&self, endpoint: &str) -> BTreeMap<&'static str, String> {
        let of_person = |person: &Person| {
            vec![("targetUserName", person.email.clone()), ("targetUserId", person.databricks_id.clone())]
        };
        let of_group = |group: &Group| {
            vec![("targetGroupName", group.databricks_name.to_owned()), ("targetGroupId", group.databricks_id.clone())]
        };
        let list = |text: fn(&Person) -> &str, people: &[Person]| {
            let quoted: Vec<String> = people.iter().map(|person| format!("\"{}\"", text(person))).collect();
            format!("[{}]", quoted.join(","))
        };
        let (endpoint, parties) = match *self {
            Self::CreateUser(person)
            | Self::ActivateUser(person)
            | Self::DeactivateUser(person)
            | Self::DeleteUser(person)
            | Self::SetAccountAdmin(person)
            | Self::RemoveAccountAdmin(person) => (endpoint, of_person(person)),
            Self::CreateAgain(person) => {
                (endpoint, vec![("targetUserName", person.email.clone()), ("targetUserId", String::new())])
            }
            Self::AddMember(person, group) | Self::RemoveMember(person, group) => {
                (endpoint, [of_person(person), of_group(group)].concat())
            }
            Self::AddMembers(people, group) => {
                let names = ("targetUserName", list(|p| &p.email, people));
                let ids = ("targetUserId", list(|p| &p.databricks_id, people));
                (endpoint, [vec![names, ids], of_group(group)].concat())
            }
            Self::JoinAdmins(person) => {
                (endpoint, [of_person(person), vec![("targetGroupName", "admins".to_owned())]].concat())
            }
            Self::CreateGroup(group) | Self::RemoveGroup(group) => (endpoint, of_group(group)),
            Self::AssignGroup(group) => {
                let target = ("targetUserName", group.databricks_name.to_owned());
                ("permissionAssignment", vec![target, ("targetUserId", group.databricks_id.clone())])
            }
        };
        parties.into_iter().chain([("endpoint", endpoint.to_owned())]).collect()
    }

    /// The row of this change.
    pub(in crate::simulate) fn row(
        &self,
        (time, scope): (Instant, Scope),
        door: Door<'a>,
        answer: Answer,
        organisation: &Organisation,
        dice: &mut Dice,
    ) -> Row {
        let (actor, address, user_agent, endpoint) = door.traces(organisation.provider);
        Row {
            source_ip_address: address.to_owned(),
            user_agent,
            request_params: self.params(endpoint),
            response: answer.response(),
            ..plain(time, scope, actor, self.action(), organisation, dice)
        }
    }
}
