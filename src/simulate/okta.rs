//! What Okta logs: each act of the simulated world as one event of the System Log.

mod decision;
mod log_event;

use super::act::{Act, Decision};
use super::calendar::Instant;
use super::dice::Dice;
use super::entry::{Body, Entry};
use super::organisation::Organisation;
pub(super) use log_event::LogEvent;
use log_event::{Client, Entity};

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
            Self::Decide(decision) | Self::DecideInVain(decision) => decision.kind(),
            Self::Create(_) => {
                by_person("user.lifecycle.create", "Create Okta user", Some("core.user.config.user_creation.success"))
            }
            Self::Activate(_) => by_person(
                "user.lifecycle.activate",
                "Activate Okta user",
                Some("core.user.config.user_activated.success"),
            ),
            Self::Update(_) | Self::Rename(_) => {
                by_person("user.account.update_profile", "Update user profile for Okta", None)
            }
            Self::RenameGroup(_) => by_person("group.profile.update", "Update Okta group profile", None),
            Self::AssignGroup(..) => {
                by_person("group.application_assignment.add", "Add assigned application to group", None)
            }
            Self::SignOn(..) => SIGN_ON,
            act => act.push_kind(),
        }
    }

    fn push_kind(&self) -> Kind {
        match self {
            Self::ImportStart => by_job("system.import.start", "Import started", None, "uij"),
            Self::ImportComplete => by_job("system.import.complete", "Import complete", None, "uij"),
            Self::PushUser(_) => push_user("app.user_management.push_new_user"),
            Self::PushUserFails(_) => push_user("app.api.error.create_user"),
            Self::PushDeactivation(_) => {
                by_job("application.provision.user.deactivate", "Deactivate user in external application", None, "puj")
            }
            Self::PushReactivation(_) => {
                by_job("application.provision.user.reactivate", "Reactivate user in external application", None, "puj")
            }
            Self::PushDeletion(_) => {
                by_job("application.provision.user.delete", "Delete user in external application", None, "puj")
            }
            Self::PushUserSkipped(_) => push_user("app.user_management.push_pending_user"),
            Self::PushMembershipFails(..) | Self::PushFailsUnnamed => by_job(
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
            // What is left are pushes of a group; its members are not named.
            _ => by_job(
                "application.provision.group_push.updated",
                "Update app group by group push",
                Some("app.user_management.grouppush.updated"),
                "gmr",
            ),
        }
    }

    fn targets(&self, organisation: &'a Organisation) -> Vec<Entity> {
        let app = &organisation.databricks;
        match *self {
            Self::Decide(decision) | Self::DecideInVain(decision) => decision.targets(organisation),
            Self::Create(person) | Self::Activate(person) | Self::Update(person) | Self::Rename(person) => {
                vec![Entity::user(person)]
            }
            Self::RenameGroup(group) => vec![Entity::group(group)],
            Self::PushFailsUnnamed => vec![Entity::app(app)],
            Self::AssignGroup(group, app) => vec![Entity::group(group), Entity::app(app)],
            Self::PushUser(person)
            | Self::PushUserFails(person)
            | Self::PushUserSkipped(person)
            | Self::PushDeactivation(person)
            | Self::PushReactivation(person)
            | Self::PushDeletion(person) => {
                vec![Entity::app_user(person), Entity::app(app), Entity::user(person)]
            }
            Self::PushGroup(group)
            | Self::PushGroupRemoval(group)
            | Self::PushMember(_, group)
            | Self::PushMemberRemoval(_, group) => vec![Entity::app_group(group), Entity::app(app)],
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
            Self::DecideInVain(_) => Some("Insufficient permissions"),
            Self::PushUserFails(_) => Some(
                "Bad Gateway. Errors reported by remote server: upstream connect error or disconnect before headers",
            ),
            Self::PushMembershipFails(..) | Self::PushFailsUnnamed => {
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
                ("requestUri", format!("/app/{}/{}/sso/saml", app.label.to_lowercase().replace(' ', "_"), app.idp_id)),
                ("signOnMode", "SAML 2.0".to_owned()),
            ],
            Self::PushUserFails(_) | Self::PushMembershipFails(..) => {
                vec![("appname", "databricks".to_owned()), ("errorCode", "remoteServerError".to_owned())]
            }
            Self::ImportStart | Self::ImportComplete => vec![("importType", "INCREMENTAL".to_owned())],
            act if act.kind().job.is_some() => vec![("appname", "databricks".to_owned())],
            Self::Rename(_) => vec![("requestId", dice.hex(32)), ("changedAttributes", "login".to_owned())],
            Self::RenameGroup(_) => vec![("requestId", dice.hex(32)), ("changedAttributes", "name".to_owned())],
            Self::Decide(decision) => vec![("requestId", dice.hex(32)), ("requestUri", decision.uri())],
            _ => vec![("requestId", dice.hex(32)), ("requestUri", "/api/v1/users".to_owned())],
        }
    }

    /// The event of this act. People act by their own hand when they sign on, else an administrator does.
    fn event(&self, time: Instant, organisation: &'a Organisation, dice: &mut Dice) -> LogEvent {
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
        let event = LogEvent::new(kind, time, dice)
            .acted_by(actor, client)
            .about(self.targets(organisation), debug_data)
            .ending(self.failure());
        if matches!(self, Self::PushUserSkipped(_)) { event.skipped() } else { event }
    }
}

/// The event of an act; Okta has no groups in groups.
pub(super) fn entry(act: Act<'_>, time: Instant, organisation: &Organisation, dice: &mut Dice) -> Option<Entry> {
    if matches!(act, Act::Decide(Decision::Nest(..))) {
        return None;
    }
    let event = act.event(time, organisation, dice);
    let (id, is_hooked) = (event.uuid().to_owned(), event.is_hooked());
    Some(Entry { source: "okta", id, time, is_hooked, body: Body::Okta(Box::new(event)) })
}
