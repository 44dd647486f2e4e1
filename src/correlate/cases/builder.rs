//! One change after the other to its case.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::acts::{Act, Acts, Row, Said};
use super::super::door::{ActorClass, Door};
use super::super::kernel::{About, Case, Decision, Effect, Ending, EndingKind, Instant, Push, Reason, Scope};
use super::assigned::{Assignments, app};
use super::directories::directory;
use super::ground::Ground;
use super::keys::Place;
use super::manner::{Manner, Manners, Role, each};
use super::{ByKey, Cases, Entitlement, LeftOut};
use crate::change::{Direction, Verb};
use crate::config::{Config, Globs};
use crate::error::Result;

/// What the configuration says about applications, doors and who is pushed.
#[derive(Debug)]
pub struct Rules {
    apps: Globs,
    /// Other labels of applications that had a label of those.
    relabelled: HashSet<String>,
    pub(super) door: Door,
    pub(super) everybody_is_pushed: bool,
    /// How far apart two clocks may be, in microseconds.
    pub(super) skew: i64,
    out_of_scope: Vec<String>,
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
        let (door, out_of_scope) = (Door::new(config)?, config.out_of_scope.clone());
        let relabelled = HashSet::new();
        let skew = config.span("VCH-01", "skew")?.micros();
        Ok(Self { apps: Globs::new(&apps)?, relabelled, door, everybody_is_pushed, skew, out_of_scope })
    }

    /// Learns what the applications that stand for Databricks were called besides: a label can be edited, an id cannot (reference: idp a).
    pub(in super::super) fn learn_labels(&mut self, said: &Said, rows: &[Row]) {
        let is_assignment = |act: Act<'_>| matches!(act.verb, Verb::AppAssign | Verb::AppUnassign);
        let names_app: Vec<bool> = each(said).map(is_assignment).collect();
        let mut labels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in rows.iter().filter(|row| names_app[row.manner as usize]) {
            let act = said.act(row);
            if let (Some(id), Some(label)) = (act.entitlement_id, act.app.or(act.entitlement)) {
                labels.entry(id).or_default().insert(label);
            }
        }
        let of_databricks = labels.into_values().filter(|labels| labels.iter().any(|label| self.apps.any(label)));
        let all: HashSet<String> = of_databricks.flatten().map(str::to_owned).collect();
        self.relabelled = all;
    }

    /// True when an application of that name stands for Databricks.
    pub fn names_databricks(&self, app: &str) -> bool {
        self.apps.any(app) || self.relabelled.contains(app)
    }

    /// True when an application stands for Databricks, or when none is named.
    pub fn may_be_databricks(&self, app: Option<&str>) -> bool {
        app.is_none_or(|app| self.names_databricks(app))
    }

    /// True for a workspace that is not under audit.
    fn leaves_out(&self, scope: &str) -> bool {
        self.out_of_scope.iter().any(|left| left == scope)
    }

    /// True for an administrator's role that is given or taken in the application that stands for Databricks; roles of the provider's own
    /// have no application.
    pub(super) fn is_role_in_databricks(&self, act: &Act<'_>) -> bool {
        let is_role = matches!(act.verb, Verb::AdminGrant | Verb::AdminRevoke);
        is_role && act.app.is_some_and(|app| self.names_databricks(app))
    }

    pub(super) fn is_databricks(&self, act: &Act<'_>) -> bool {
        let about_app = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign | Verb::PushCreate | Verb::PushRemove);
        !about_app || act.app.or(act.entitlement).is_some_and(|app| self.names_databricks(app))
    }
}

pub(in super::super) fn is_about_group(act: &Act<'_>) -> bool {
    act.subject_kind == "group" && !matches!(act.verb, Verb::MemberAdd | Verb::MemberRemove)
}

// What authorises what, and what is traced: the table and the rulings of the design.
pub(super) fn standing(verb: Verb, rules: &Rules, is_return: impl FnOnce() -> bool) -> (Option<u8>, bool) {
    let if_all = rules.everybody_is_pushed;
    match verb {
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

const SECOND: i64 = 1_000_000;

/// The groups that everybody is in.
const EVERYBODY: [&str; 2] = ["users", "account users"];

// A first sign-in makes an account in the groups of everybody; a role or another group needs a decision (reference: compliance VCH-01).
fn is_beyond_creation(entitlement: &Entitlement) -> bool {
    matches!(entitlement, Entitlement::Member(group) if !EVERYBODY.contains(&&**group))
}

/// One of several that can give the same access.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Given {
    /// An application that stands for Databricks, by id or label.
    Application(String),
    /// The group of a directory that fills the one in Databricks, by word.
    Group(String, u32),
}

impl Given {
    // Each directory has a connector of its own, that knows nothing of what others give.
    fn is_beside(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Group(directory, _), Self::Group(of_other, _)) => directory == of_other,
            _ => true,
        }
    }
}

pub(super) struct Builder<'a> {
    pub(super) acts: &'a Acts,
    pub(super) ground: &'a Ground,
    pub(super) rules: &'a Rules,
    manners: &'a Manners,
    pub(super) by_key: ByKey,
    pub(super) assigned_groups: Assignments,
    /// What gives somebody access that several can give, and the rows of the decisions on each.
    given: HashMap<Place, BTreeMap<Given, Vec<usize>>>,
    /// The rows in which directories deleted their groups, by word; of one that was deleted more than once the last.
    deleted: HashMap<u32, usize>,
    /// Ends of roles that go with a place in a workspace.
    pub(super) put_out: Vec<(Place, Ending)>,
    /// Rows in which somebody leaves one directory, and what another one gives stands.
    pub(super) leaving: HashSet<usize>,
    classes: Vec<Option<ActorClass>>,
    left_out: LeftOut,
}

impl<'a> Builder<'a> {
    pub(super) fn new(acts: &'a Acts, ground: &'a Ground, rules: &'a Rules, manners: &'a Manners) -> Self {
        Self {
            acts,
            ground,
            rules,
            manners,
            by_key: ByKey::default(),
            assigned_groups: Assignments::default(),
            given: HashMap::new(),
            deleted: HashMap::new(),
            put_out: Vec::new(),
            leaving: HashSet::new(),
            classes: vec![None; acts.len()],
            left_out: LeftOut::default(),
        }
    }

    pub(super) fn finish(self) -> Cases {
        Cases { by_key: self.by_key, classes: self.classes, left_out: self.left_out }
    }

    pub(super) fn case(&mut self, place: Place) -> &mut Case {
        self.by_key.entry(place, &self.ground.keys)
    }

    pub(super) fn file(&mut self, row: usize, place: Place) {
        let manner = self.manners.get(&self.acts.rows()[row]);
        match manner.role {
            Role::Effect => self.effect(row, place, manner),
            Role::Decision => self.decision(row, place, manner),
            Role::Push(succeeded) => self.push(row, place, manner, succeeded),
            Role::Doubt => {
                let doubt = (self.acts.time(row), manner.direction);
                self.case(place).doubts.push(doubt);
            }
            Role::Unsaid if self.is_said_elsewhere(row, manner) => {}
            Role::Unsaid => {
                let unsaid = (self.acts.time(row), manner.direction);
                self.case(place).unsaid.push(unsaid);
            }
            Role::Ending => self.ending(row, place, manner),
            Role::Nothing => {}
        }
    }

    // The account's row says which workspace it means.
    fn ending(&mut self, row: usize, place: Place, manner: &Manner) {
        let scopes = &self.ground.scopes;
        let named = || self.acts.at(row).entitlement.and_then(|name| scopes.find(name));
        if let Some(scope) = Some(manner.scope).filter(|scope| *scope != Scope::ACCOUNT).or_else(named) {
            let time = self.acts.time(row);
            self.put_out.push((place, Ending { time, scope, spares: Vec::new(), kind: EndingKind::Final, row }));
        }
    }

    // Of two deliveries of one act one may leave out how it ended: then the other tells, whichever was read first.
    fn is_said_elsewhere(&self, row: usize, manner: &Manner) -> bool {
        let (rows, act) = (self.acts.rows(), &self.acts.rows()[row]);
        let second = |at: usize| rows[at].time.div_euclid(SECOND);
        let is_one = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
        let is_same = |at: &usize| {
            let (other, there) = (&rows[*at], self.manners.get(&rows[*at]));
            (other.subject, other.entitlement) == (act.subject, act.entitlement)
                && (there.verb, there.direction, there.actor) == (manner.verb, manner.direction, manner.actor)
                && there.is_told_effect
                && (is_one(self.acts.request_id(*at), self.acts.request_id(row))
                    || is_one(self.acts.native_id(*at), self.acts.native_id(row)))
        };
        let before = (0..row).rev().take_while(|at| second(*at) == second(row));
        let after = (row + 1..rows.len()).take_while(|at| second(*at) == second(row));
        before.chain(after).any(|at| is_same(&at))
    }

    fn effect(&mut self, row: usize, place: Place, manner: &Manner) {
        self.classes[row] = Some(manner.class);
        let time = self.acts.time(row);
        if manner.direction == Direction::Update {
            // Of somebody of whom nothing was decided it tells nothing.
            let is_switch = manner.verb == Verb::UserUpdate && manner.by_connector;
            if is_switch && self.by_key.at(place).is_some() {
                self.case(place).updates.push(time);
            }
            return;
        }
        let (keys, sign_ins) = (&self.ground.keys, &self.ground.sign_ins);
        let exempt = match manner.class {
            _ if self.rules.leaves_out(self.ground.scopes.name(manner.scope)) => Some(Reason::OutOfScope),
            ActorClass::DatabricksInternal => Some(Reason::PlatformInternal),
            ActorClass::Automatic if manner.verb == Verb::AdminGrant => None,
            ActorClass::Automatic if sign_ins.near(keys.holder(place.holder).label(), time) => {
                (!is_beyond_creation(&keys.thing(place.thing).1)).then_some(Reason::JustInTime)
            }
            ActorClass::Automatic => Some(Reason::AutomaticIdentityManagement),
            _ => None,
        };
        let is_membership = matches!(manner.verb, Verb::MemberAdd | Verb::MemberRemove);
        let effect = Effect {
            time,
            direction: manner.direction,
            scope: manner.scope,
            verb: manner.verb,
            actor: manner.actor,
            exempt,
            is_assignment_half: manner.is_by_assignment && manner.verb == Verb::GroupCreate,
            may_be_older: manner.is_first_statement,
            by_connector: manner.by_connector,
            account: self.acts.rows()[row].subject,
            group: self.acts.group_number(row).filter(|_| is_membership).unwrap_or(0),
            row,
        };
        self.case(place).effects.push(effect);
    }

    fn decision(&mut self, row: usize, place: Place, manner: &Manner) {
        if manner.direction == Direction::Update {
            return;
        }
        let (rank, is_item) = match manner.is_role_in_databricks {
            true => (Some(0), manner.verb == Verb::AdminRevoke),
            false => standing(manner.verb, self.rules, || self.is_return(place, manner)),
        };
        let rank = if manner.is_never_pushed { None } else { rank };
        let (time, direction, verb, restores) =
            (self.acts.time(row), manner.direction, manner.verb, manner.is_restoration);
        let mut decision = Decision { time, direction, rank, is_item, verb, restores, lapses: Instant::MAX, row };
        let (is_group, entitlement) = self.ground.keys.thing(place.thing);
        if *is_group && *entitlement == Entitlement::Account && (manner.assigns_members || verb == Verb::GroupDelete) {
            let group = self.acts.said().group_words(self.acts.rows()[row].subject);
            self.assigned_groups.note(group, decision.clone());
            if verb == Verb::GroupDelete {
                self.deleted.insert(group.surest(), row);
            }
        }
        if matches!(verb, Verb::AppAssign | Verb::AppUnassign) {
            if *is_group {
                return;
            }
            let given = app(self.acts, &decision).to_owned();
            self.give(place, &mut decision, Given::Application(given));
        } else if matches!(verb, Verb::MemberAdd | Verb::MemberRemove)
            && self.ground.fed_by_several.contains(&place.thing)
        {
            let (directory, group) = (directory(self.acts, &decision).to_owned(), self.acts.group_of(row).surest());
            self.give(place, &mut decision, Given::Group(directory, group));
        }
        self.case(place).decisions.push(decision);
    }

    // Access ends with the last of a person's Databricks assignments, or of the groups that fill one there, and not before.
    fn give(&mut self, place: Place, decision: &mut Decision, given: Given) {
        let held = self.given.entry(place).or_default();
        // What a group gave it gives no more once it is deleted.
        held.retain(|given, rows| match given {
            Given::Group(_, group) => self.deleted.get(group).is_none_or(|end| rows.iter().any(|row| row > end)),
            Given::Application(_) => true,
        });
        if decision.direction == Direction::Grant {
            held.entry(given).or_default().push(decision.row);
            return;
        }
        let taken = held.remove(&given).unwrap_or_default();
        if !held.keys().any(|left| left.is_beside(&given)) {
            return;
        }
        decision.rank = None;
        let of_taken = self.case(place).decisions.iter_mut().filter(|d| taken.contains(&d.row));
        of_taken.for_each(|d| d.lapse(decision.time));
    }

    // The first activation of a new account is no reactivation.
    fn is_return(&self, place: Place, manner: &Manner) -> bool {
        let of_account = |v| matches!(v, Verb::UserCreate | Verb::UserDeactivate | Verb::UserDelete);
        let last = || self.by_key.at(place)?.decisions.iter().rfind(|d| of_account(d.verb)).map(|d| d.verb);
        manner.is_reactivation || last().map_or(manner.enables, |verb| verb != Verb::UserCreate)
    }

    fn push(&mut self, row: usize, place: Place, manner: &Manner, succeeded: bool) {
        if !manner.may_be_databricks {
            self.left_out.other_app_count += 1;
            return;
        }
        let act = &self.acts.rows()[row];
        if ![3, 4].iter().any(|part| self.acts.said().subject(act, *part).is_some()) {
            return;
        }
        let (time, direction, by_connector) = (act.time, manner.direction, manner.by_connector);
        // A request log tells of what is made as such.
        let is_own = manner.verb != Verb::GroupUpdate || self.acts.at(row).source != crate::source::SCIM;
        let about = if is_own { About::Key } else { About::Group };
        let scope = self.acts.scope(row);
        let is_workspace = !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_digit());
        let workspace = is_workspace.then(|| self.ground.scopes.find(scope).unwrap_or(Scope::UNSEEN));
        self.case(place).pushes.push(Push { time, direction, succeeded, about, by_connector, workspace, row });
    }
}
