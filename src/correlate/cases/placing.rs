//! The key of every change, by number. Names are resolved once for every span of time in which they mean the same.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::acts::{Act, Row, Said};
use super::Entitlement;
use super::builder::{Rules, is_about_group};
use super::ground::{ADMINS, WORKSPACE_ADMIN, sighting};
use super::keys::{Holder, Keys, OverTime, Place, Thing};
use super::manner::{Role, each, role};
use crate::change::Verb;
use crate::identity::{Identities, Resolved};

/// What kind of thing changes of a manner grant, and whether to a group itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    is_group: bool,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    Account,
    Member,
    Admin,
    WorkspaceAdmin,
    /// Assignment to an application, which may be another than Databricks.
    App(Option<String>),
}

/// Turns changes into places.
pub(super) struct Placing<'a> {
    identities: &'a Identities,
    said: &'a Said,
    rules: &'a Rules,
    keys: &'a mut Keys,
    kinds: Vec<(u32, Kind)>,
    subjects: OverTime<Holder>,
    /// Numbers of pairs of a kind and an entitlement.
    pairs: HashMap<(u32, u32), u32, RandomState>,
    last: ((u32, u32), u32),
    things: OverTime<(Thing, bool)>,
    /// What a subject is where nobody can tell what it is granted.
    unknown: HashMap<Holder, Holder, RandomState>,
}

/// Where a change stands, and its subject by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) place: Place,
    pub(super) subject: Holder,
}

impl<'a> Placing<'a> {
    pub(super) fn new(identities: &'a Identities, said: &'a Said, rules: &'a Rules, keys: &'a mut Keys) -> Self {
        let mut numbers: HashMap<Kind, u32, RandomState> = HashMap::default();
        let number = |act: Act<'_>| {
            let kind = kind(&act);
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            (*numbers.entry(kind.clone()).or_insert(next), kind)
        };
        let kinds = each(said).map(number).collect();
        Self {
            identities,
            said,
            rules,
            keys,
            kinds,
            subjects: OverTime::default(),
            pairs: HashMap::default(),
            last: ((u32::MAX, u32::MAX), 0),
            things: OverTime::default(),
            unknown: HashMap::default(),
        }
    }

    pub(super) fn place(&mut self, row: &Row) -> Placed {
        let subject = self.subject(row);
        let (thing, is_known) = self.thing(row);
        // Nobody can be said to hold what cannot be told.
        let holder = if is_known { subject } else { self.unknown(subject) };
        Placed { place: Place { holder, thing }, subject }
    }

    /// Entitlements that decisions on several groups of directories give.
    pub(super) fn fed_by_several(&self) -> HashSet<Thing, RandomState> {
        let is_authority = |entitlement: u32| {
            let source = self.said.entitlements.get(entitlement, 0);
            crate::source::is_authority(self.said.words.get(source).unwrap_or_default())
        };
        let mut first: HashMap<Thing, u32, RandomState> = HashMap::default();
        let mut several = HashSet::default();
        for ((_, entitlement), pair) in self.pairs.iter().filter(|((_, entitlement), _)| is_authority(*entitlement)) {
            let group = self.said.group(*entitlement);
            let fed = self.things.all(*pair).map(|(thing, _)| thing);
            several.extend(fed.filter(|thing| *first.entry(*thing).or_insert(group) != group));
        }
        several
    }

    pub(super) fn may_be_anybody(&self, subject: Holder) -> bool {
        self.keys.may_be_anybody(subject)
    }

    fn subject(&mut self, row: &Row) -> Holder {
        let Self { identities, said, keys, subjects, .. } = self;
        subjects.at(row.subject, row.time, || {
            let act = said.act(row);
            let (found, span) = if act.subject_kind == "group" {
                identities.group_while(act.source, act.subject, act.subject_id, act.time)
            } else {
                identities.person_while(sighting(&act))
            };
            (keys.number_holder(found), span)
        })
    }

    fn unknown(&mut self, subject: Holder) -> Holder {
        let keys = &mut *self.keys;
        *self.unknown.entry(subject).or_insert_with(|| match keys.holder(subject).clone() {
            Resolved::Key(name) => keys.number_holder(Resolved::Unresolved(name)),
            Resolved::Unresolved(_) => subject,
        })
    }

    fn thing(&mut self, row: &Row) -> (Thing, bool) {
        let (number, kind) = &self.kinds[row.manner as usize];
        let pair = (*number, row.entitlement);
        if self.last.0 != pair {
            let next = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            self.last = (pair, *self.pairs.entry(pair).or_insert(next));
        }
        let Self { identities, said, rules, keys, things, .. } = self;
        things.at(self.last.1, row.time, || {
            let act = said.act(row);
            let always = (i64::MIN, i64::MAX);
            let (entitlement, is_known, span) = match &kind.what {
                What::Account => (Entitlement::Account, true, always),
                What::Admin => (Entitlement::Admin(act.entitlement.unwrap_or("admin").into()), true, always),
                What::WorkspaceAdmin => (Entitlement::Admin(WORKSPACE_ADMIN.into()), true, always),
                What::App(_) if rules.is_databricks(&act) => (Entitlement::Account, true, always),
                What::App(app) => {
                    let name = act.entitlement.or(app.as_deref()).unwrap_or_default();
                    (Entitlement::OtherApp(name.into()), true, always)
                }
                What::Member => {
                    let (group, span) =
                        identities.group_while(act.source, act.entitlement, act.entitlement_id, act.time);
                    let (entitlement, is_known) = membership(act.source, &group);
                    (entitlement, is_known, span)
                }
            };
            ((keys.number_thing(kind.is_group, entitlement), is_known), span)
        })
    }
}

/// What membership of a group is, and whether it is one group that is meant.
pub(super) fn membership(source: &str, group: &Resolved) -> (Entitlement, bool) {
    match group.label() {
        ADMINS if source != crate::source::DATABRICKS => (Entitlement::Admin(WORKSPACE_ADMIN.into()), true),
        name => (Entitlement::Member(name.into()), group.is_known()),
    }
}

fn kind(act: &Act<'_>) -> Kind {
    let is_about_app = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign | Verb::PushCreate | Verb::PushRemove);
    let what = match act.verb {
        Verb::MemberAdd | Verb::MemberRemove => What::Member,
        Verb::AdminGrant | Verb::AdminRevoke => What::Admin,
        Verb::WorkspaceUnassign => What::WorkspaceAdmin,
        _ if is_about_app && role(act) == Role::Decision => What::App(act.app.map(str::to_owned)),
        _ => What::Account,
    };
    Kind { is_group: is_about_group(act), what }
}
