//! One change after the other to its case.

use std::collections::{HashMap, HashSet};

use super::super::acts::{Act, Acts};
use super::super::door::{ActorClass, Door, Visitor};
use super::super::kernel::{Decision, Effect, Push, Reason};
use super::assigned::Assignments;
use super::ground::{ADMINS, Ground, WORKSPACE_ADMIN, key_of, sighting};
use super::{ByKey, Cases, Entitlement, Key, LeftOut};
use crate::change::{Direction, SubjectKind, Verb};
use crate::config::{Config, Globs};
use crate::error::Result;
use crate::identity::{Identities, Sighting};

/// What the configuration says about applications, doors and who is pushed.
#[derive(Debug)]
pub struct Rules {
    apps: Globs,
    door: Door,
    pub(super) everybody_is_pushed: bool,
}

impl Rules {
    /// The rules of a configuration.
    ///
    /// # Errors
    /// A malformed glob.
    pub fn new(config: &Config) -> Result<Self> {
        let apps: Vec<String> = config.sources.iter().flat_map(|s| s.provider_apps.clone()).collect();
        let apps = if apps.is_empty() { vec!["*databricks*".to_owned()] } else { apps };
        let everybody_is_pushed = config.connector.scope == crate::config::Scope::All;
        Ok(Self { apps: Globs::new(&apps)?, door: Door::new(config)?, everybody_is_pushed })
    }

    /// True when an application of that name stands for Databricks.
    pub fn names_databricks(&self, app: &str) -> bool {
        self.apps.any(app)
    }

    /// True when an application stands for Databricks, or when none is named.
    pub fn may_be_databricks(&self, app: Option<&str>) -> bool {
        app.is_none_or(|app| self.apps.any(app))
    }

    pub(super) fn is_databricks(&self, act: &Act<'_>) -> bool {
        let about_app = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign | Verb::PushCreate | Verb::PushRemove);
        !about_app || act.app.or(act.entitlement).is_some_and(|app| self.apps.any(app))
    }
}

pub(in super::super) fn is_about_group(act: &Act<'_>) -> bool {
    act.subject_kind == "group" && !matches!(act.verb, Verb::MemberAdd | Verb::MemberRemove)
}

/// Learns who is who; `first` is the number of the first row.
pub(super) fn learn(identities: &mut Identities, acts: &Acts, rules: &Rules, first: usize) {
    // A cloud provider's users are others than those of the identity provider, whatever they are called.
    for (row, act) in acts.iter().enumerate().filter(|(_, act)| act.plane != "cloud") {
        let record = first + row;
        // The name and the id in another application say nothing about Databricks.
        let is_databricks = act.app.map(|app| rules.apps.any(app));
        let is_label = act.subject_kind == "service_principal";
        let alias = act.subject_alias.filter(|_| is_databricks.unwrap_or(is_label));
        let external_id = act.subject_external_id.filter(|_| is_databricks != Some(false));
        let ends = matches!(act.verb, Verb::UserDelete | Verb::GroupDelete);
        let is_mapping = matches!(act.verb, Verb::PushCreate | Verb::PushRemove | Verb::AppAssign | Verb::AppUnassign);
        let is_pushed =
            (act.plane == "transport" || is_mapping) && is_databricks != Some(false) && rules.is_databricks(&act);
        identities.learn(Sighting { alias, external_id, ends, is_pushed, record, ..sighting(&act) });
        if let Some(name) = group_of(&act) {
            let group = Sighting::new(act.source, SubjectKind::Group, act.time);
            identities.learn(Sighting { scope: act.scope, name, id: act.entitlement_id, is_pushed, record, ..group });
        }
    }
}

/// The name of the group that a membership is of, which may not be said; `None` = it is no membership of a group.
fn group_of<'a>(act: &Act<'a>) -> Option<Option<&'a str>> {
    match act.verb {
        Verb::MemberAdd | Verb::MemberRemove => Some(act.entitlement),
        Verb::AdminGrant | Verb::AdminRevoke if is_by_membership(act) => Some(Some(ADMINS)),
        _ => None,
    }
}

/// Whether the administrator's role comes by membership, so that the id is the group's.
fn is_by_membership(act: &Act<'_>) -> bool {
    let is_own = act.source == crate::source::DATABRICKS && act.entitlement_id.is_some();
    is_own && act.entitlement == Some(WORKSPACE_ADMIN)
}

// What authorises what, and what is traced: the table and the rulings of the design.
pub(super) fn standing(act: &Act<'_>, rules: &Rules, is_return: impl FnOnce() -> bool) -> (Option<u8>, bool) {
    let if_all = rules.everybody_is_pushed;
    match act.verb {
        Verb::AppAssign | Verb::AppUnassign | Verb::MemberAdd | Verb::MemberRemove => (Some(0), true),
        Verb::UserDeactivate | Verb::UserDelete => (Some(1), true),
        Verb::UserSuspend => (Some(1), false),
        Verb::UserCreate => (if_all.then_some(1), if_all),
        Verb::UserActivate => (if_all.then_some(1), if_all || is_return()),
        Verb::PushRemove | Verb::GroupDelete => (Some(0), true),
        Verb::PushCreate | Verb::GroupCreate => (Some(0), false),
        _ => (None, false),
    }
}

const fn visitor<'v>(act: &Act<'v>, actor: Option<&'v str>) -> Visitor<'v> {
    Visitor { actor, endpoint: act.endpoint, user_agent: act.user_agent, source_ip: act.source_ip }
}

// Okta logs the assignment of each member; Entra and others only that of the group.
fn assigns_members(act: &Act<'_>) -> bool {
    let is_assignment = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign);
    is_assignment || act.source == "entra_audit" && matches!(act.verb, Verb::PushCreate | Verb::PushRemove)
}

/// The groups that everybody is in.
const EVERYBODY: [&str; 2] = ["users", "account users"];

// A first sign-in makes an account in the groups of everybody; a role or another group needs a decision (reference: compliance VCH-01).
fn is_beyond_creation(key: &Key) -> bool {
    matches!(&key.entitlement, Entitlement::Member(group) if !EVERYBODY.contains(&&**group))
}

pub(super) struct Builder<'a> {
    pub(super) acts: &'a Acts,
    pub(super) ground: &'a Ground,
    pub(super) rules: &'a Rules,
    pub(super) by_key: ByKey,
    pub(super) assigned_groups: Assignments,
    assignments: HashMap<Key, HashSet<String>>,
    actors: HashMap<String, u32>,
    classes: Vec<Option<ActorClass>>,
    left_out: LeftOut,
}

impl<'a> Builder<'a> {
    pub(super) fn new(acts: &'a Acts, ground: &'a Ground, rules: &'a Rules) -> Self {
        Self {
            acts,
            ground,
            rules,
            by_key: ByKey::default(),
            assigned_groups: Assignments::new(),
            assignments: HashMap::new(),
            actors: HashMap::new(),
            classes: vec![None; acts.len()],
            left_out: LeftOut::default(),
        }
    }

    pub(super) fn finish(self) -> Cases {
        Cases { by_key: self.by_key, classes: self.classes, left_out: self.left_out }
    }

    pub(super) fn file(&mut self, row: usize) -> Result<()> {
        let act = self.acts.at(row);
        match (act.plane, act.outcome) {
            ("effect", "success") => return self.effect(row, &act),
            ("authority", "success") => self.decision(row, &act),
            ("transport", "success" | "failure") => self.push(row, &act),
            _ => {}
        }
        Ok(())
    }

    fn effect(&mut self, row: usize, act: &Act<'_>) -> Result<()> {
        let actor = act.actor.map(|a| self.ground.identities.canonical(a));
        let class = self.rules.door.class(visitor(act, actor.as_deref()));
        self.classes[row] = Some(class);
        if act.direction == Direction::Update {
            return Ok(());
        }
        let key = key_of(&self.ground.identities, act);
        let exempt = match class {
            ActorClass::DatabricksInternal => Some(Reason::PlatformInternal),
            ActorClass::Automatic if act.verb == Verb::AdminGrant => None,
            ActorClass::Automatic if self.ground.sign_ins.near(key.subject.label(), act.time) => {
                (!is_beyond_creation(&key)).then_some(Reason::JustInTime)
            }
            ActorClass::Automatic => Some(Reason::AutomaticIdentityManagement),
            _ => None,
        };
        let by_assignment = matches!(act.endpoint, Some("permissionAssignment" | "roleAssignment"));
        let effect = Effect {
            time: act.time,
            direction: act.direction,
            scope: self.ground.scopes.number(act.scope)?,
            verb: act.verb,
            actor: self.actor(actor.unwrap_or_default()),
            exempt,
            is_assignment_half: by_assignment && act.verb == Verb::GroupCreate,
            may_be_older: act.is_first_statement,
            by_connector: class == ActorClass::ScimConnector,
            row,
        };
        self.by_key.entry(key).effects.push(effect);
        Ok(())
    }

    fn actor(&mut self, name: String) -> u32 {
        let next = u32::try_from(self.actors.len()).unwrap_or(u32::MAX);
        *self.actors.entry(name).or_insert(next)
    }

    fn decision(&mut self, row: usize, act: &Act<'_>) {
        let mut key = key_of(&self.ground.identities, act);
        if !self.rules.is_databricks(act) {
            key.entitlement = Entitlement::OtherApp(act.entitlement.or(act.app).unwrap_or_default().into());
        }
        if act.direction == Direction::Update || self.keeps_another_assignment(act, &key) {
            return;
        }
        let (rank, is_item) = standing(act, self.rules, || self.is_return(act, &key));
        let decision = Decision { time: act.time, direction: act.direction, rank, is_item, verb: act.verb, row };
        if key.is_group && key.entitlement == Entitlement::Account && assigns_members(act) {
            self.assigned_groups.entry(key.subject.label().to_owned()).or_default().push(decision.clone());
        }
        if key.is_group && matches!(act.verb, Verb::AppAssign | Verb::AppUnassign) {
            return;
        }
        self.by_key.entry(key).decisions.push(decision);
    }

    // Access ends with the last of a person's Databricks assignments, not before.
    fn keeps_another_assignment(&mut self, act: &Act<'_>, key: &Key) -> bool {
        if !matches!(act.verb, Verb::AppAssign | Verb::AppUnassign) {
            return false;
        }
        let app = act.entitlement_id.or(act.app).unwrap_or_default();
        let held = self.assignments.entry(key.clone()).or_default();
        if act.verb == Verb::AppAssign {
            held.insert(app.to_owned());
            return false;
        }
        held.remove(app);
        let keeps = !held.is_empty();
        self.left_out.kept_assignment_count += usize::from(keeps);
        keeps
    }

    // The first activation of a new account is no reactivation.
    fn is_return(&self, act: &Act<'_>, key: &Key) -> bool {
        act.event_type.ends_with(".reactivate")
            || self.by_key.get(key).is_some_and(|case| {
                let of_account = |v| matches!(v, Verb::UserCreate | Verb::UserDeactivate | Verb::UserDelete);
                case.decisions.iter().rfind(|d| of_account(d.verb)).is_some_and(|d| d.verb != Verb::UserCreate)
            })
    }

    // Whatever speaks SCIM is in the request log; an identity provider's own log tells of its connector alone.
    fn is_by_connector(&self, act: &Act<'_>) -> bool {
        let actor = act.actor.map(|a| self.ground.identities.canonical(a));
        act.source != "scim" || self.rules.door.class(visitor(act, actor.as_deref())) == ActorClass::ScimConnector
    }

    fn push(&mut self, row: usize, act: &Act<'_>) {
        if !self.rules.may_be_databricks(act.app) {
            self.left_out.other_app_count += 1;
            return;
        }
        let names_subject = act.subject.is_some() || act.subject_id.is_some();
        if !names_subject {
            return;
        }
        let key = key_of(&self.ground.identities, act);
        let succeeded = act.outcome == "success";
        let by_connector = self.is_by_connector(act);
        let push = Push { time: act.time, direction: act.direction, succeeded, names_subject, by_connector, row };
        self.by_key.entry(key).pushes.push(push);
    }
}
