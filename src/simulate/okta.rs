//! What Okta logs: each act of the simulated world as one event of the System Log.

mod log_event;

use super::calendar::Instant;
use super::dice::Dice;
use super::organisation::{App, Group, Organisation, Person};
use super::truth::AccessChange;
pub(super) use log_event::LogEvent;
use log_event::{Client, Entity};

/// A decision about somebody's access: what tracing follows up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision<'a> {
    JoinGroup(&'a Person, &'a Group),
    LeaveGroup(&'a Person, &'a Group),
    Assign(&'a Person, &'a App),
    Unassign(&'a Person, &'a App),
    Deactivate(&'a Person),
    DeleteGroup(&'a Group),
}

impl Decision<'_> {
    /// The change of access that is decided, in resolved names.
    pub(super) fn access_change(&self, organisation: &Organisation) -> AccessChange {
        let entitlement = |app: &App| {
            if app.okta_id == organisation.databricks.okta_id { "account" } else { app.label }
        };
        match self {
            Self::JoinGroup(person, group) => AccessChange::grant("member.add", &person.email, group.databricks_name),
            Self::LeaveGroup(person, group) => {
                AccessChange::revoke("member.remove", &person.email, group.databricks_name)
            }
            Self::Assign(person, app) => AccessChange::grant("app.assign", &person.email, entitlement(app)),
            Self::Unassign(person, app) => AccessChange::revoke("app.unassign", &person.email, entitlement(app)),
            Self::Deactivate(person) => AccessChange::revoke("user.deactivate", &person.email, "account"),
            Self::DeleteGroup(group) => AccessChange::revoke("group.delete", group.databricks_name, "account"),
        }
    }
}

/// Anything that Okta logs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act<'a> {
    Decide(Decision<'a>),
    Create(&'a Person),
    Activate(&'a Person),
    PushUser(&'a Person),
    PushUserFails(&'a Person),
    PushDeactivation(&'a Person),
    PushGroup(&'a Group),
    PushMembershipFails(&'a Person, &'a Group),
    PushGroupRemoval(&'a Group),
    SignOn(&'a Person, &'a App),
    ImportStart,
    ImportComplete,
}

/// What is the same in every event of a type.
#[derive(Debug, Clone, Copy)]
struct Kind {
    event_type: &'static str,
    message: &'static str,
    legacy: Option<&'static str>,
    /// The event hooks of this organisation deliver it: they leave out sign-ons, which are many.
    is_hooked: bool,
    /// Start of the transaction id where Okta's own jobs act; people act otherwise.
    job: Option<&'static str>,
}

const fn by_person(event_type: &'static str, message: &'static str, legacy: Option<&'static str>) -> Kind {
    Kind { event_type, message, legacy, is_hooked: true, job: None }
}

const fn by_job(
    event_type: &'static str,
    message: &'static str,
    legacy: Option<&'static str>,
    job: &'static str,
) -> Kind {
    Kind { event_type, message, legacy, is_hooked: false, job: Some(job) }
}

const fn push_user(legacy: &'static str) -> Kind {
    let kind = by_job("application.provision.user.push", "Push new user to external application", Some(legacy), "puj");
    Kind { is_hooked: true, ..kind }
}

const SIGN_ON: Kind = Kind {
    is_hooked: false,
    ..by_person("user.authentication.sso", "User single sign on to app", Some("app.auth.sso"))
};

impl<'a> Act<'a> {
    fn kind(&self) -> Kind {
        match self {
            Self::Decide(decision) => decision.kind(),
            Self::Create(_) => {
                by_person("user.lifecycle.create", "Create Okta user", Some("core.user.config.user_creation.success"))
            }
            Self::Activate(_) => by_person(
                "user.lifecycle.activate",
                "Activate Okta user",
                Some("core.user.config.user_activated.success"),
            ),
            Self::SignOn(..) => SIGN_ON,
            Self::PushUser(_) => push_user("app.user_management.push_new_user"),
            Self::PushUserFails(_) => push_user("app.api.error.create_user"),
            Self::PushDeactivation(_) => {
                by_job("application.provision.user.deactivate", "Deactivate user in external application", None, "puj")
            }
            Self::PushGroup(_) => by_job(
                "application.provision.group_push.updated",
                "Update app group by group push",
                Some("app.user_management.grouppush.updated"),
                "gmr",
            ),
            Self::PushMembershipFails(..) => by_job(
                "application.provision.group_membership.add",
                "Fail to add user to group in external application",
                None,
                "gmr",
            ),
            Self::PushGroupRemoval(_) => by_job(
                "application.provision.group_push.removed",
                "Remove app group by group push",
                Some("app.user_management.grouppush.removed"),
                "gmr",
            ),
            Self::ImportStart => by_job("system.import.start", "Import started", None, "uij"),
            Self::ImportComplete => by_job("system.import.complete", "Import complete", None, "uij"),
        }
    }

    fn targets(&self, organisation: &'a Organisation) -> Vec<Entity> {
        let app = &organisation.databricks;
        match *self {
            Self::Decide(decision) => decision.targets(),
            Self::Create(person) | Self::Activate(person) => vec![Entity::user(person)],
            Self::PushUser(person) | Self::PushUserFails(person) | Self::PushDeactivation(person) => {
                vec![Entity::app_user(person), Entity::app(app), Entity::user(person)]
            }
            Self::PushGroup(group) | Self::PushGroupRemoval(group) => vec![Entity::app_group(group), Entity::app(app)],
            Self::PushMembershipFails(person, group) => {
                vec![Entity::app_group(group), Entity::app_user(person), Entity::app(app), Entity::user(person)]
            }
            Self::SignOn(person, app) => vec![Entity::app(app), Entity::app_user(person), Entity::user(person)],
            Self::ImportStart | Self::ImportComplete => Vec::new(),
        }
    }

    /// Why it failed; nothing for a success.
    fn failure(&self) -> Option<&'static str> {
        match self {
            Self::PushUserFails(_) => Some(
                "Bad Gateway. Errors reported by remote server: upstream connect error or disconnect before headers",
            ),
            Self::PushMembershipFails(..) => {
                Some("Service Unavailable. Errors reported by remote server: Temporarily unable to process request")
            }
            _ => None,
        }
    }

    fn debug_data(&self, dice: &mut Dice) -> Vec<(&'static str, String)> {
        match self {
            Self::SignOn(_, app) => vec![
                ("initiationType", "SP_INITIATED".to_owned()),
                ("requestId", dice.hex(32)),
                ("requestUri", format!("/app/{}/{}/sso/saml", app.label.to_lowercase().replace(' ', "_"), app.okta_id)),
                ("signOnMode", "SAML 2.0".to_owned()),
            ],
            Self::PushUserFails(_) | Self::PushMembershipFails(..) => {
                vec![("appname", "databricks".to_owned()), ("errorCode", "remoteServerError".to_owned())]
            }
            Self::ImportStart | Self::ImportComplete => vec![("importType", "INCREMENTAL".to_owned())],
            act if act.kind().job.is_some() => vec![("appname", "databricks".to_owned())],
            Self::Decide(decision) => vec![("requestId", dice.hex(32)), ("requestUri", decision.uri())],
            _ => vec![("requestId", dice.hex(32)), ("requestUri", "/api/v1/users".to_owned())],
        }
    }

    /// The event of this act. People act by their own hand when they sign on, else an administrator does.
    pub(super) fn event(&self, time: Instant, organisation: &'a Organisation, dice: &mut Dice) -> LogEvent {
        let kind = self.kind();
        let person = match *self {
            Self::SignOn(person, _) => person,
            _ => &organisation.identity_admin,
        };
        let (actor, client) = match kind.job {
            Some(_) => (Entity::system(), Client::none()),
            None => (Entity::user(person), Client::browser(person)),
        };
        let debug_data = self.debug_data(dice);
        LogEvent::new(kind, time, dice)
            .acted_by(actor, client)
            .about(self.targets(organisation), debug_data)
            .ending(self.failure())
    }
}

impl Decision<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::JoinGroup(..) => by_person(
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
            Self::DeleteGroup(_) => by_person("group.lifecycle.delete", "Delete Okta group", None),
        }
    }

    fn uri(&self) -> String {
        match self {
            Self::JoinGroup(person, group) | Self::LeaveGroup(person, group) => {
                format!("/api/v1/groups/{}/users/{}", group.okta_id, person.okta_id)
            }
            Self::Assign(person, app) | Self::Unassign(person, app) => {
                format!("/api/v1/apps/{}/users/{}", app.okta_id, person.okta_id)
            }
            Self::Deactivate(person) => format!("/api/v1/users/{}/lifecycle/deactivate", person.okta_id),
            Self::DeleteGroup(group) => format!("/api/v1/groups/{}", group.okta_id),
        }
    }

    fn targets(&self) -> Vec<Entity> {
        match *self {
            Self::JoinGroup(person, group) | Self::LeaveGroup(person, group) => {
                vec![Entity::user(person), Entity::group(group)]
            }
            Self::Assign(person, app) | Self::Unassign(person, app) => {
                vec![Entity::app_user(person), Entity::app(app), Entity::user(person)]
            }
            Self::Deactivate(person) => vec![Entity::user(person)],
            Self::DeleteGroup(group) => vec![Entity::group(group)],
        }
    }
}
