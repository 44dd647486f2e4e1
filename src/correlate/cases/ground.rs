//! What is known beyond one subject: who is who, where an entitlement has effects, which decisions name nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::super::ACCOUNT;
use super::super::activity::{SignIns, known, presence};
use super::super::acts::{Act, Row, Said};
use super::super::kernel::{Instant, Scope};
use super::super::noted::{Noted, note};
use super::super::observed::{self, Listed, Observed, Thing as Stated};
use super::super::snapshots;
use super::builder::{Rules, is_about_group, standing};
use super::keys::{Keys, Place, Thing};
use super::learning::learn;
use super::manner::{Role, each, is_never_pushed, role};
use super::placing::{Placed, Placing, membership};
use super::{Entitlement, Key};
use crate::change::{Direction, SubjectKind, Verb};
use crate::error::{Error, Result};
use crate::identity::{Identities, Resolved, Sighting};
use crate::lake::Lake;

/// The names of scopes and their numbers; the account is 0, the others follow in the order of their names.
#[derive(Debug)]
pub struct Scopes {
    names: Vec<String>,
    numbers: HashMap<String, Scope>,
}

impl Scopes {
    fn new(names: BTreeSet<String>) -> Self {
        let account = std::iter::once(ACCOUNT.to_owned());
        let names: Vec<String> = account.chain(names.into_iter().filter(|n| n != ACCOUNT)).collect();
        let numbers = (0u32..).map(Scope).zip(&names).map(|(number, name)| (name.clone(), number)).collect();
        Self { names, numbers }
    }

    /// The number of a scope.
    ///
    /// # Errors
    /// [`Error::Bug`] for a scope that was not there when they were numbered.
    pub fn number(&self, name: &str) -> Result<Scope> {
        self.numbers.get(name).copied().ok_or_else(|| Error::Bug(format!("scope {name} was not surveyed")))
    }

    /// The number of a scope; `None` = no record, and no listing, is of it.
    pub(super) fn find(&self, name: &str) -> Option<Scope> {
        self.numbers.get(name).copied()
    }

    /// The name of a scope.
    pub fn name(&self, scope: Scope) -> &str {
        usize::try_from(scope.0).ok().and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }
}

/// First pass over the changes: who is who. Second pass: what bears on every case.
#[derive(Debug)]
pub struct Survey {
    identities: Identities,
    keys: Keys,
    scopes: BTreeSet<String>,
    effects_in: BTreeMap<Thing, BTreeSet<String>>,
    unresolved: HashMap<Thing, Vec<(Instant, Direction)>>,
    created: BTreeSet<String>,
    /// Entitlements that a record pushes to Databricks, whatever came of it.
    pushed: HashSet<Thing, RandomState>,
    /// Groups in Databricks that several groups of the directories fill.
    fed_by_several: HashSet<Thing, RandomState>,
    /// What listings state, companion snapshots among them.
    listed: Observed,
}

impl Survey {
    /// A survey that knows the configuration and nothing else yet.
    pub fn new(config: &crate::config::Config) -> Self {
        let mut identities = Identities::new(config);
        snapshots::sightings(config).for_each(|sighting| identities.learn(sighting));
        Self {
            identities,
            keys: Keys::default(),
            scopes: BTreeSet::new(),
            effects_in: BTreeMap::new(),
            unresolved: HashMap::new(),
            created: BTreeSet::new(),
            pushed: HashSet::default(),
            fed_by_several: HashSet::default(),
            listed: snapshots::observed(config),
        }
    }

    /// First pass: learns who is who.
    /// `first` numbers the first of these changes among all.
    pub fn learn(&mut self, said: &Said, rows: &[Row], rules: &Rules, first: usize) {
        learn(&mut self.identities, said, rows, rules, first);
    }

    /// First pass: learns whom the directories show acting or signing in.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn learn_actors(&mut self, lake: &Lake) -> Result<()> {
        for known in known(lake)? {
            for time in known.times {
                let (name, id) = (Some(known.name.as_str()), Some(known.id.as_str()));
                self.identities.learn(Sighting { name, id, ..Sighting::new(&known.source, SubjectKind::User, time) });
            }
        }
        Ok(())
    }

    /// First pass: learns whom Databricks' own listings name, and takes in what all listings state.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn learn_listings(&mut self, lake: &Lake) -> Result<()> {
        let read = observed::read(lake)?;
        for listed in read.observations.iter().filter(|o| o.is_databricks && o.thing == Stated::Account) {
            let Listed { name, id, external_id, kind } = &listed.subject;
            let (name, id, external_id) = (name.as_deref(), id.as_deref(), external_id.as_deref());
            let sighting = Sighting::new(crate::source::SCIM_SNAPSHOT, *kind, listed.time);
            self.identities.learn(Sighting { scope: &listed.scope, name, id, external_id, ..sighting });
        }
        self.listed = read.and(std::mem::take(&mut self.listed));
        Ok(())
    }

    /// Between the passes, where nobody will list who is who: makes room.
    pub fn settle(&mut self) {
        self.identities.settle();
    }

    /// Second pass, once everybody is known; gives the key of every change.
    pub fn place(&mut self, said: &Said, rows: &[Row], rules: &Rules) -> Vec<Place> {
        let notes: Vec<Note> = each(said).map(|act| Note::of(&act, rules)).collect();
        let scopes: Vec<&str> = each(said).map(|act| act.scope).collect();
        self.scopes.extend(each(said).filter(|act| role(act) == Role::Ending).map(|act| act.scope.to_owned()));
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let scope_of: Vec<u32> = scopes
            .iter()
            .map(|scope| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(scope).or_insert(next)
            })
            .collect();
        let mut seen: HashMap<(Thing, u32), u32, RandomState> = HashMap::default();
        let mut last = (Thing::MAX, u32::MAX);
        let mut places = Vec::with_capacity(rows.len());
        let mut placing = Placing::new(&self.identities, said, rules, &mut self.keys);
        for row in rows {
            let Placed { place, subject } = placing.place(row);
            places.push(place);
            let note = notes[row.manner as usize];
            if note.is_automatic {
                self.created.extend(said.subject(row, 3).map(str::to_lowercase));
            }
            if note.is_push {
                self.pushed.insert(place.thing);
            }
            let here = (place.thing, scope_of[row.manner as usize]);
            if note.is_effect && last != here {
                last = here;
                seen.entry(here).or_insert(row.manner);
            }
            if note.is_decision && placing.may_be_anybody(subject) && rules.is_databricks(&said.act(row)) {
                let direction = said.verbs[row.manner as usize].1;
                self.unresolved.entry(place.thing).or_default().push((row.time, direction));
            }
        }
        self.fed_by_several = placing.fed_by_several();
        for ((thing, _), manner) in seen {
            let scope = scopes[manner as usize].to_owned();
            self.scopes.insert(scope.clone());
            self.effects_in.entry(thing).or_default().insert(scope);
        }
        places
    }

    /// What the survey found.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn finish(mut self, lake: &Lake) -> Result<Ground> {
        let seen = presence(lake)?;
        let noted = note(&self.listed, &self.identities);
        let mut names = self.scopes;
        names.extend(seen.values().flat_map(BTreeMap::keys).cloned());
        names.extend(noted.scopes().map(str::to_owned));
        let scopes = Scopes::new(names);
        let mut presence: BTreeMap<String, BTreeMap<Scope, Instant>> = BTreeMap::new();
        let mut saw = |name: String, scope: &str, time: Instant| -> Result<()> {
            let first = presence.entry(name).or_default().entry(scopes.number(scope)?).or_insert(time);
            *first = time.min(*first);
            Ok(())
        };
        for (actor, places) in seen {
            let name = self.identities.canonical(&actor);
            for (place, time) in places {
                saw(name.clone(), &place, time)?;
            }
        }
        for (key, scope, seen) in noted.seen().filter(|(key, ..)| !key.is_group) {
            if let Some(time) = seen.iter().filter(|s| s.held).map(|s| s.time).min() {
                saw(key.subject.label().to_owned(), scope, time)?;
            }
        }
        let account = self.keys.account();
        let mut effect_scopes: HashMap<Thing, Arc<[Scope]>, RandomState> = HashMap::default();
        for (thing, names) in self.effects_in {
            // At the account, if it ever had an effect there.
            let narrowed: Vec<Scope> = match names.contains(ACCOUNT) {
                true => vec![Scope::ACCOUNT],
                false => names.iter().map(|name| scopes.number(name)).collect::<Result<_>>()?,
            };
            effect_scopes.insert(thing, Arc::from(narrowed));
        }
        let sort = |mut all: Vec<(Instant, Direction)>| -> Arc<[(Instant, Direction)]> {
            all.sort_unstable();
            Arc::from(all)
        };
        let unresolved = self.unresolved.into_iter().map(|(thing, all)| (thing, sort(all))).collect();
        let sign_ins = SignIns::read(lake, &self.created)?;
        let (identities, keys) = (self.identities, self.keys);
        let (pushed, fed_by_several) = (self.pushed, self.fed_by_several);
        Ok(Ground {
            identities,
            keys,
            account,
            scopes,
            effect_scopes,
            unresolved,
            presence,
            pushed,
            fed_by_several,
            sign_ins,
            noted,
        })
    }
}

/// What the manner of a change bears on beyond its own key.
#[derive(Debug, Clone, Copy)]
struct Note {
    is_effect: bool,
    /// A decision that names its key itself.
    is_decision: bool,
    /// Databricks made an account by itself.
    is_automatic: bool,
    /// The connector carries it to Databricks, or tried to.
    is_push: bool,
}

impl Note {
    fn of(act: &Act<'_>, rules: &Rules) -> Self {
        let is_change = act.direction != Direction::Update;
        let names_key = standing(act.verb, rules, || false).0 == Some(0) || rules.is_role_in_databricks(act);
        let is_own = names_key && !is_about_group(act) && !is_never_pushed(act);
        Self {
            is_effect: is_change && role(act) == Role::Effect,
            is_decision: is_change && is_own && role(act) == Role::Decision,
            is_automatic: act.endpoint == Some("autoUserCreation"),
            is_push: is_change && matches!(role(act), Role::Push(_)) && rules.may_be_databricks(act.app),
        }
    }
}

/// What bears on every case, whoever the subject.
#[derive(Debug)]
pub struct Ground {
    /// Names and ids as learnt from the records.
    pub identities: Identities,
    /// The keys of all changes.
    pub(in super::super) keys: Keys,
    /// The account of a person or service principal.
    pub(super) account: Thing,
    /// The scopes that occur.
    pub scopes: Scopes,
    /// What listings state.
    pub noted: Noted,
    /// Where an entitlement (of a group as subject, or of a person) has effects of its own.
    pub(super) effect_scopes: HashMap<Thing, Arc<[Scope]>, RandomState>,
    /// Decisions on an entitlement that name nobody.
    pub(super) unresolved: HashMap<Thing, Arc<[(Instant, Direction)]>>,
    /// Where each principal acted, or was listed, and when first.
    pub(super) presence: BTreeMap<String, BTreeMap<Scope, Instant>>,
    /// Entitlements that a record pushes.
    pub(super) pushed: HashSet<Thing, RandomState>,
    /// Groups in Databricks that several groups of the directories fill.
    pub(super) fed_by_several: HashSet<Thing, RandomState>,
    /// When those signed in whom Databricks created by itself.
    pub(super) sign_ins: SignIns,
}

impl Ground {
    /// What the subjects are called, by number.
    pub(in super::super) fn labels(&self) -> impl Iterator<Item = &str> {
        (0..self.keys.holder_count()).map(|at| self.keys.holder(u32::try_from(at).unwrap_or(u32::MAX)).label())
    }

    /// The key of a change, whatever its outcome.
    pub fn key_of(&self, act: &Act<'_>) -> Key {
        key_of(&self.identities, act)
    }

    /// When a principal first acted in Databricks, or was listed there as active, by its resolved name.
    pub fn first_seen(&self, name: &str) -> Option<Instant> {
        self.presence.get(name)?.values().copied().min()
    }

    /// Where a principal acted in Databricks, or was listed there, by its resolved name.
    pub fn seen_in(&self, name: &str) -> impl Iterator<Item = Scope> + '_ {
        self.presence.get(name).into_iter().flat_map(BTreeMap::keys).copied()
    }
}

/// The role that stands for membership of the workspace group `admins`.
pub(super) const WORKSPACE_ADMIN: &str = "workspace_admin";
pub(super) const ADMINS: &str = "admins";

/// The key of a change.
fn key_of(identities: &Identities, act: &Act<'_>) -> Key {
    let (entitlement, is_known) = entitlement(identities, act);
    let subject = match subject(identities, act) {
        // Nobody can be said to hold what cannot be told.
        Resolved::Key(name) if !is_known => Resolved::Unresolved(name),
        subject => subject,
    };
    Key { is_group: is_about_group(act), subject, entitlement }
}

/// The subject of a change.
fn subject(identities: &Identities, act: &Act<'_>) -> Resolved {
    if act.subject_kind == "group" {
        identities.group(act.source, act.subject, act.subject_id, act.time)
    } else {
        identities.person(sighting(act))
    }
}

pub(super) fn sighting<'a>(act: &Act<'a>) -> Sighting<'a> {
    let kind = match act.subject_kind {
        "user" => SubjectKind::User,
        "group" => SubjectKind::Group,
        "service_principal" => SubjectKind::ServicePrincipal,
        _ => SubjectKind::Unknown,
    };
    Sighting {
        scope: act.scope,
        name: act.subject,
        id: act.subject_id,
        alias: act.subject_alias,
        external_id: act.subject_external_id,
        ..Sighting::new(act.source, kind, act.time)
    }
}

// What is granted, and whether it is one group that is meant.
fn entitlement(identities: &Identities, act: &Act<'_>) -> (Entitlement, bool) {
    let entitlement = match act.verb {
        Verb::MemberAdd | Verb::MemberRemove => {
            let group = identities.group(act.source, act.entitlement, act.entitlement_id, act.time);
            return membership(act.source, &group);
        }
        Verb::AdminGrant | Verb::AdminRevoke => Entitlement::Admin(act.entitlement.unwrap_or("admin").into()),
        Verb::WorkspaceUnassign => Entitlement::Admin(WORKSPACE_ADMIN.into()),
        _ => Entitlement::Account,
    };
    (entitlement, true)
}
