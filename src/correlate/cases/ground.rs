//! What is known beyond one subject: who is who, where an entitlement has effects, which decisions name nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::super::ACCOUNT;
use super::super::activity::{SignIns, created_automatically, known, presence};
use super::super::acts::{Act, Acts};
use super::super::kernel::{Instant, Scope};
use super::super::noted::{Noted, note};
use super::super::observed::{self, Observed};
use super::super::snapshots;
use super::builder::{Rules, is_about_group, learn, standing};
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

    /// The name of a scope.
    pub fn name(&self, scope: Scope) -> &str {
        usize::try_from(scope.0).ok().and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }
}

/// First pass over the changes: who is who. Second pass: what bears on every case.
#[derive(Debug)]
pub struct Survey {
    identities: Identities,
    scopes: BTreeSet<String>,
    effects_in: HashMap<(bool, Entitlement), BTreeSet<String>>,
    unresolved: HashMap<Entitlement, Vec<(Instant, Direction)>>,
    created: BTreeSet<String>,
    /// What companion snapshots list.
    listed: Observed,
}

impl Survey {
    /// A survey that knows the configuration and nothing else yet.
    pub fn new(config: &crate::config::Config) -> Self {
        let mut identities = Identities::new(config);
        snapshots::sightings(config).for_each(|sighting| identities.learn(sighting));
        Self {
            identities,
            scopes: BTreeSet::new(),
            effects_in: HashMap::new(),
            unresolved: HashMap::new(),
            created: BTreeSet::new(),
            listed: snapshots::observed(config),
        }
    }

    /// Who is who, as learnt so far.
    pub const fn identities(&self) -> &Identities {
        &self.identities
    }

    /// First pass: learns who is who.
    /// `first` numbers the first of these changes among all.
    pub fn learn(&mut self, acts: &Acts, rules: &Rules, first: usize) {
        learn(&mut self.identities, acts, rules, first);
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

    /// Second pass, once everybody is known.
    pub fn add(&mut self, acts: &Acts, rules: &Rules) {
        created_automatically(acts, &mut self.created);
        for act in acts.iter().filter(|a| a.outcome == "success" && a.direction != Direction::Update) {
            match act.plane {
                "effect" => self.effect(&act),
                "authority" => self.decision(&act, rules),
                _ => {}
            }
        }
    }

    fn effect(&mut self, act: &Act<'_>) {
        if !self.scopes.contains(act.scope) {
            self.scopes.insert(act.scope.to_owned());
        }
        let place = (is_about_group(act), entitlement(&self.identities, act).0);
        let scopes = self.effects_in.entry(place).or_default();
        if !scopes.contains(act.scope) {
            scopes.insert(act.scope.to_owned());
        }
    }

    fn decision(&mut self, act: &Act<'_>, rules: &Rules) {
        let is_own = standing(act, rules, || false).0 == Some(0) && rules.is_databricks(act);
        if is_own && !is_about_group(act) && subject(&self.identities, act).may_be_anybody() {
            let place = entitlement(&self.identities, act).0;
            self.unresolved.entry(place).or_default().push((act.time, act.direction));
        }
    }

    /// What the survey found.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn finish(self, lake: &Lake) -> Result<Ground> {
        let seen = presence(lake)?;
        let noted = note(&observed::read(lake)?.and(self.listed), &self.identities);
        let mut names = self.scopes;
        names.extend(seen.values().flatten().cloned());
        names.extend(noted.scopes().map(str::to_owned));
        let scopes = Scopes::new(names);
        let mut presence: BTreeMap<String, BTreeSet<Scope>> = BTreeMap::new();
        for (actor, places) in seen {
            let known = presence.entry(self.identities.canonical(&actor)).or_default();
            for place in &places {
                known.insert(scopes.number(place)?);
            }
        }
        let mut effect_scopes = HashMap::new();
        for (place, names) in self.effects_in {
            // At the account, if it ever had an effect there.
            let narrowed: Vec<Scope> = match names.contains(ACCOUNT) {
                true => vec![Scope::ACCOUNT],
                false => names.iter().map(|name| scopes.number(name)).collect::<Result<_>>()?,
            };
            effect_scopes.insert(place, Arc::from(narrowed));
        }
        let sort = |mut all: Vec<(Instant, Direction)>| -> Arc<[(Instant, Direction)]> {
            all.sort_unstable();
            Arc::from(all)
        };
        let unresolved = self.unresolved.into_iter().map(|(place, all)| (place, sort(all))).collect();
        let sign_ins = SignIns::read(lake, &self.created)?;
        Ok(Ground { identities: self.identities, scopes, effect_scopes, unresolved, presence, sign_ins, noted })
    }
}

/// What bears on every case, whoever the subject.
#[derive(Debug)]
pub struct Ground {
    /// Names and ids as learnt from the records.
    pub identities: Identities,
    /// The scopes that occur.
    pub scopes: Scopes,
    /// What listings state.
    pub noted: Noted,
    /// Where an entitlement (of a group as subject, or of a person) has effects of its own.
    pub(super) effect_scopes: HashMap<(bool, Entitlement), Arc<[Scope]>>,
    /// Decisions on an entitlement that name nobody.
    pub(super) unresolved: HashMap<Entitlement, Arc<[(Instant, Direction)]>>,
    /// Where each principal acted.
    pub(super) presence: BTreeMap<String, BTreeSet<Scope>>,
    /// When those signed in whom Databricks created by itself.
    pub(super) sign_ins: SignIns,
}

impl Ground {
    /// The key of a change, whatever its outcome.
    pub fn key_of(&self, act: &Act<'_>) -> Key {
        key_of(&self.identities, act)
    }

    /// Where a principal acted in Databricks, by its resolved name.
    pub fn acted_in(&self, name: &str) -> impl Iterator<Item = Scope> + '_ {
        self.presence.get(name).into_iter().flatten().copied()
    }
}

/// The role that stands for membership of the workspace group `admins`.
pub(super) const WORKSPACE_ADMIN: &str = "workspace_admin";
pub(super) const ADMINS: &str = "admins";

/// The key of a change.
pub(super) fn key_of(identities: &Identities, act: &Act<'_>) -> Key {
    let (entitlement, is_known) = entitlement(identities, act);
    let subject = match subject(identities, act) {
        // Nobody can be said to hold what cannot be told.
        Resolved::Key(name) if !is_known => Resolved::Unresolved(name),
        subject => subject,
    };
    Key { is_group: is_about_group(act), subject, entitlement }
}

/// The subject of a change; a cheap way to deal subjects into parts.
pub(in super::super) fn subject(identities: &Identities, act: &Act<'_>) -> Resolved {
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
            return match group.label() {
                ADMINS if act.source != crate::source::DATABRICKS => (Entitlement::Admin(WORKSPACE_ADMIN.into()), true),
                name => (Entitlement::Member(name.into()), group.is_known()),
            };
        }
        Verb::AdminGrant | Verb::AdminRevoke => Entitlement::Admin(act.entitlement.unwrap_or("admin").into()),
        _ => Entitlement::Account,
    };
    (entitlement, true)
}
