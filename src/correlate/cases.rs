//! Access changes to cases: every change is resolved to its key, and whatever else bears on a key is laid onto it.

mod mark;

use std::collections::{BTreeMap, BTreeSet};

use super::acts::Act;
use super::door::{ActorClass, Door, Visitor};
use super::kernel::{Case, Decision, Effect, Ending, EndingKind, Push, Reason};
use crate::change::{Direction, SubjectKind, Verb};
use crate::config::{Config, Globs};
use crate::error::Result;
use crate::identity::{Identities, Resolved, Sighting};

/// What is granted, resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entitlement {
    /// Being known and active.
    Account,
    /// Membership of the Databricks group of that name.
    Member(String),
    /// The administrator role of that name.
    Admin(String),
    /// Assignment to another application than Databricks; no effect is expected of it.
    OtherApp(String),
}

impl Entitlement {
    /// The name that the tables show.
    pub fn name(&self) -> &str {
        match self {
            Self::Account => super::ACCOUNT,
            Self::Member(name) | Self::Admin(name) | Self::OtherApp(name) => name,
        }
    }
}

/// One subject and one entitlement: the unit of judgement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// True for a group as subject.
    pub is_group: bool,
    /// The subject.
    pub subject: Resolved,
    /// The entitlement.
    pub entitlement: Entitlement,
}

/// All cases, and the resolver that made their keys.
#[derive(Debug)]
pub struct Cases {
    /// The cases by key.
    pub by_key: BTreeMap<Key, Case>,
    /// Names and ids as learnt from the records.
    pub identities: Identities,
    /// Class of the actor of every act, by row; only effects have one.
    pub classes: Vec<Option<ActorClass>>,
    /// Pushes to other applications than Databricks, left out by rule.
    pub other_app_count: usize,
    /// Unassignments of people who keep another Databricks application, left out by rule.
    pub kept_assignment_count: usize,
    /// Effects whose outcome was not success, left out by rule.
    pub not_successful_count: usize,
}

/// The role that stands for membership of the workspace group `admins`.
const WORKSPACE_ADMIN: &str = "workspace_admin";
const ADMINS: &str = "admins";

/// Builds the cases.
///
/// # Errors
/// A malformed glob in the configuration.
pub fn build(
    acts: &[Act],
    presence: &BTreeMap<String, BTreeSet<String>>,
    sign_ins: &dyn Fn(&str, i64) -> bool,
    config: &Config,
) -> Result<Cases> {
    let apps: Vec<String> = config.sources.iter().flat_map(|s| s.provider_apps.clone()).collect();
    let apps = Globs::new(&if apps.is_empty() { vec!["*databricks*".to_owned()] } else { apps })?;
    let mut builder = Builder {
        acts,
        identities: learn(acts, config, &apps),
        apps,
        door: Door::new(config)?,
        sign_ins,
        everybody_is_pushed: config.connector.scope == crate::config::Scope::All,
        by_key: BTreeMap::new(),
        assigned_groups: BTreeSet::new(),
        assignments: BTreeMap::new(),
        kept_assignment_count: 0,
        classes: vec![None; acts.len()],
        other_app_count: 0,
        not_successful_count: 0,
    };
    for row in 0..acts.len() {
        builder.file(row);
    }
    builder.spread();
    builder.mark(presence);
    Ok(Cases {
        by_key: builder.by_key,
        identities: builder.identities,
        classes: builder.classes,
        other_app_count: builder.other_app_count,
        kept_assignment_count: builder.kept_assignment_count,
        not_successful_count: builder.not_successful_count,
    })
}

fn learn(acts: &[Act], config: &Config, apps: &Globs) -> Identities {
    let mut identities = Identities::new(config);
    // A cloud provider's users are others than those of the identity provider, whatever they are called.
    for (record, act) in acts.iter().enumerate().filter(|(_, act)| act.plane != "cloud") {
        // The name and the id in another application say nothing about Databricks.
        let is_databricks = act.app.as_deref().map(|app| apps.any(app));
        let is_label = act.subject_kind == "service_principal";
        let alias = act.subject_alias.as_deref().filter(|_| is_databricks.unwrap_or(is_label));
        let external_id = act.subject_external_id.as_deref().filter(|_| is_databricks != Some(false));
        let ends = matches!(act.verb, Verb::UserDelete | Verb::GroupDelete);
        identities.learn(Sighting { alias, external_id, ends, record, ..sighting(act) });
        if matches!(act.verb, Verb::MemberAdd | Verb::MemberRemove) {
            let (name, id) = (act.entitlement.as_deref(), act.entitlement_id.as_deref());
            let group = Sighting::new(&act.source, SubjectKind::Group, act.time);
            identities.learn(Sighting { scope: &act.scope, name, id, record, ..group });
        }
    }
    identities
}

fn sighting(act: &Act) -> Sighting<'_> {
    let kind = match act.subject_kind.as_str() {
        "user" => SubjectKind::User,
        "group" => SubjectKind::Group,
        "service_principal" => SubjectKind::ServicePrincipal,
        _ => SubjectKind::Unknown,
    };
    Sighting {
        scope: &act.scope,
        name: act.subject.as_deref(),
        id: act.subject_id.as_deref(),
        alias: act.subject_alias.as_deref(),
        external_id: act.subject_external_id.as_deref(),
        ..Sighting::new(&act.source, kind, act.time)
    }
}

struct Builder<'a> {
    acts: &'a [Act],
    identities: Identities,
    apps: Globs,
    door: Door,
    sign_ins: &'a dyn Fn(&str, i64) -> bool,
    everybody_is_pushed: bool,
    by_key: BTreeMap<Key, Case>,
    assigned_groups: BTreeSet<Resolved>,
    assignments: BTreeMap<Key, BTreeSet<String>>,
    kept_assignment_count: usize,
    classes: Vec<Option<ActorClass>>,
    other_app_count: usize,
    not_successful_count: usize,
}

impl Builder<'_> {
    fn file(&mut self, row: usize) {
        let act = &self.acts[row];
        match (act.plane.as_str(), act.outcome.as_str()) {
            ("effect", "success") => self.effect(row),
            ("effect", _) => self.not_successful_count += 1,
            ("authority", "success") => self.decision(row),
            ("transport", "success" | "failure") => self.push(row),
            _ => {}
        }
    }

    fn key(&self, act: &Act) -> Key {
        let is_group = act.subject_kind == "group" && !matches!(act.verb, Verb::MemberAdd | Verb::MemberRemove);
        let subject = if act.subject_kind == "group" {
            self.identities.group(&act.source, act.subject.as_deref(), act.subject_id.as_deref(), act.time)
        } else {
            self.identities.person(sighting(act))
        };
        Key { is_group, subject, entitlement: self.entitlement(act) }
    }

    fn entitlement(&self, act: &Act) -> Entitlement {
        match act.verb {
            Verb::MemberAdd | Verb::MemberRemove => {
                let group = self.identities.group(
                    &act.source,
                    act.entitlement.as_deref(),
                    act.entitlement_id.as_deref(),
                    act.time,
                );
                match group.label() {
                    ADMINS if act.source != crate::source::DATABRICKS => Entitlement::Admin(WORKSPACE_ADMIN.to_owned()),
                    name => Entitlement::Member(name.to_owned()),
                }
            }
            Verb::AdminGrant | Verb::AdminRevoke => {
                Entitlement::Admin(act.entitlement.clone().unwrap_or_else(|| "admin".to_owned()))
            }
            _ => Entitlement::Account,
        }
    }

    fn effect(&mut self, row: usize) {
        let act = &self.acts[row];
        let actor = act.actor.as_deref().map(|a| self.identities.canonical(a));
        let class = self.door.class(Visitor {
            actor: actor.as_deref(),
            endpoint: act.endpoint.as_deref(),
            user_agent: act.user_agent.as_deref(),
            source_ip: act.source_ip.as_deref(),
        });
        self.classes[row] = Some(class);
        if act.direction == Direction::Update {
            return;
        }
        let key = self.key(act);
        let exempt = match class {
            ActorClass::DatabricksInternal => Some(Reason::PlatformInternal),
            ActorClass::Automatic if (self.sign_ins)(key.subject.label(), act.time) => Some(Reason::JustInTime),
            ActorClass::Automatic => Some(Reason::AutomaticIdentityManagement),
            _ => None,
        };
        let by_assignment = matches!(act.endpoint.as_deref(), Some("permissionAssignment" | "roleAssignment"));
        let effect = Effect {
            time: act.time,
            direction: act.direction,
            scope: act.scope.clone(),
            act: format!("{}\n{}", actor.unwrap_or_default(), act.verb.as_str()),
            exempt,
            is_assignment_half: by_assignment && act.verb == Verb::GroupCreate,
            may_be_older: act.is_first_statement,
            row,
        };
        self.by_key.entry(key).or_default().effects.push(effect);
    }

    fn decision(&mut self, row: usize) {
        let act = &self.acts[row];
        let mut key = self.key(act);
        if !self.is_databricks(act) {
            key.entitlement = Entitlement::OtherApp(act.entitlement.clone().or(act.app.clone()).unwrap_or_default());
        }
        let group_assigned = key.is_group && matches!(act.verb, Verb::AppAssign | Verb::AppUnassign);
        if group_assigned && key.entitlement == Entitlement::Account {
            self.assigned_groups.insert(key.subject.clone());
        }
        if act.direction == Direction::Update || group_assigned || self.keeps_another_assignment(row, &key) {
            return;
        }
        let (rank, is_item) = self.standing(act);
        let decision = Decision { time: act.time, direction: act.direction, rank, is_item, verb: act.verb, row };
        self.by_key.entry(key).or_default().decisions.push(decision);
    }

    // Access ends with the last of a person's Databricks assignments, not before.
    fn keeps_another_assignment(&mut self, row: usize, key: &Key) -> bool {
        let act = &self.acts[row];
        let app = act.entitlement_id.clone().or_else(|| act.app.clone()).unwrap_or_default();
        let held = self.assignments.entry(key.clone()).or_default();
        match act.verb {
            Verb::AppAssign => {
                held.insert(app);
                false
            }
            Verb::AppUnassign => {
                held.remove(&app);
                let keeps = !held.is_empty();
                self.kept_assignment_count += usize::from(keeps);
                keeps
            }
            _ => false,
        }
    }

    fn is_databricks(&self, act: &Act) -> bool {
        let about_app = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign | Verb::PushCreate | Verb::PushRemove);
        !about_app || act.app.as_deref().or(act.entitlement.as_deref()).is_some_and(|app| self.apps.any(app))
    }

    // What authorises what, and what is traced: the table and the rulings of the design.
    fn standing(&self, act: &Act) -> (Option<u8>, bool) {
        let if_all = self.everybody_is_pushed;
        match act.verb {
            Verb::AppAssign | Verb::AppUnassign | Verb::MemberAdd | Verb::MemberRemove => (Some(0), true),
            Verb::UserDeactivate | Verb::UserDelete => (Some(1), true),
            Verb::UserSuspend => (Some(1), false),
            Verb::UserCreate => (if_all.then_some(1), if_all),
            Verb::UserActivate => (if_all.then_some(1), if_all || self.is_return(act)),
            Verb::PushRemove | Verb::GroupDelete => (Some(0), true),
            Verb::PushCreate => (Some(0), false),
            Verb::GroupCreate => (Some(0), false),
            _ => (None, false),
        }
    }

    // The first activation of a new account is no reactivation.
    fn is_return(&self, act: &Act) -> bool {
        act.event_type.ends_with(".reactivate")
            || self.by_key.get(&self.key(act)).is_some_and(|case| {
                case.decisions.iter().any(|d| matches!(d.verb, Verb::UserDeactivate | Verb::UserDelete))
            })
    }

    fn push(&mut self, row: usize) {
        let act = &self.acts[row];
        if act.app.as_deref().is_some_and(|app| !self.apps.any(app)) {
            self.other_app_count += 1;
            return;
        }
        let names_subject = act.subject.is_some() || act.subject_id.is_some();
        if !names_subject {
            return;
        }
        let key = self.key(act);
        let push =
            Push { time: act.time, direction: act.direction, succeeded: act.outcome == "success", names_subject, row };
        self.by_key.entry(key).or_default().pushes.push(push);
    }

    /// Lays the decisions and effects on persons and groups onto their memberships and roles.
    fn spread(&mut self) {
        self.assign_through_groups();
        let accounts: BTreeMap<Key, Case> = self
            .by_key
            .iter()
            .filter(|(key, _)| key.entitlement == Entitlement::Account)
            .map(|(key, case)| (key.clone(), case.clone()))
            .collect();
        for (key, case) in &mut self.by_key {
            if key.entitlement == Entitlement::Account {
                continue;
            }
            let person = Key { is_group: false, subject: key.subject.clone(), entitlement: Entitlement::Account };
            if let Some(of_person) = accounts.get(&person) {
                lay(case, of_person, self.acts, 1);
            }
            if let Entitlement::Member(group) = &key.entitlement {
                let group =
                    Key { is_group: true, subject: Resolved::Key(group.clone()), entitlement: Entitlement::Account };
                if let Some(of_group) = accounts.get(&group) {
                    lay(case, of_group, self.acts, 2);
                }
            }
            case.decisions.sort_by_key(|d| (d.time, d.row));
            case.endings.sort_by_key(|e| e.time);
            case.pushes.sort_by_key(|p| (p.time, p.row));
        }
    }

    // Whoever enters a group that is assigned to the application is assigned through it.
    fn assign_through_groups(&mut self) {
        let mut through: Vec<(Key, Decision)> = Vec::new();
        for (key, case) in &self.by_key {
            let Entitlement::Member(group) = &key.entitlement else { continue };
            if self.assigned_groups.contains(&Resolved::Key(group.clone())) {
                let account = Key { is_group: false, subject: key.subject.clone(), entitlement: Entitlement::Account };
                let derived = case.decisions.iter().map(|d| Decision { rank: Some(1), is_item: false, ..d.clone() });
                through.extend(derived.map(|d| (account.clone(), d)));
            }
        }
        for (key, decision) in through {
            let case = self.by_key.entry(key).or_default();
            case.decisions.push(decision);
            case.decisions.sort_by_key(|d| (d.time, d.row));
        }
    }
}

fn lay(case: &mut Case, above: &Case, acts: &[Act], rank: u8) {
    let is_own = |d: &&Decision| !matches!(d.verb, Verb::MemberAdd | Verb::MemberRemove);
    for decision in above.decisions.iter().filter(is_own) {
        // A person's return authorises no membership by itself, but lifts the reversal that the departure was.
        let rank = (decision.direction == Direction::Revoke && decision.rank.is_some()).then_some(rank);
        let is_relevant =
            rank.is_some() || (decision.direction == Direction::Grant && decision.verb != Verb::UserCreate);
        if is_relevant {
            case.decisions.push(Decision { rank, is_item: false, ..decision.clone() });
        }
    }
    case.endings.extend(above.effects.iter().filter_map(|e| {
        let kind = match acts[e.row].verb {
            Verb::UserDelete | Verb::GroupDelete => EndingKind::Final,
            Verb::UserDeactivate => EndingKind::Suspended,
            Verb::UserActivate => EndingKind::Restored,
            _ => return None,
        };
        Some(Ending { time: e.time, scope: e.scope.clone(), kind, row: e.row })
    }));
    let group_level = above.pushes.iter().filter(|p| acts[p.row].verb == Verb::GroupUpdate);
    case.pushes.extend(group_level.flat_map(|p| {
        [Direction::Grant, Direction::Revoke].map(|direction| Push { direction, names_subject: false, ..p.clone() })
    }));
}
