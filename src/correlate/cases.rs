//! Access changes to cases: every change is resolved to its key, and whatever else bears on a key is laid onto it.
//!
//! The cases of one subject need nothing of another's, but for what [`Ground`] holds and for the changes of groups
//! themselves. So the subjects can be dealt into parts, each of which carries the changes of groups along.

mod accounts;
mod assigned;
mod builder;
mod creations;
mod directories;
mod ground;
mod inherited;
mod keys;
mod learning;
mod manner;
mod mark;
mod placing;
mod spread;
mod unpushed;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use super::acts::Acts;
use super::door::ActorClass;
use super::kernel::{Case, World};
use crate::error::Result;
use crate::identity::Resolved;

pub use builder::Rules;
pub(super) use builder::is_about_group;
pub use ground::{Ground, Scopes, Survey};
pub use keys::Place;
pub(super) use keys::{Keys, bare};

/// What is granted, resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entitlement {
    /// Being known and active.
    Account,
    /// Membership of the Databricks group of that name.
    Member(Arc<str>),
    /// The administrator role of that name.
    Admin(Arc<str>),
    /// Assignment to another application than Databricks; no effect is expected of it.
    OtherApp(Arc<str>),
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

impl Key {
    /// The account of a person or service principal.
    pub const fn account(subject: Resolved) -> Self {
        Self { is_group: false, subject, entitlement: Entitlement::Account }
    }
}

/// Cases in the order in which their first change happened.
#[derive(Debug, Default)]
pub struct ByKey {
    all: Vec<(Arc<Key>, Case)>,
    of: Vec<Place>,
    places: HashMap<Place, u32, RandomState>,
    by_name: OnceLock<HashMap<Arc<Key>, usize>>,
}

impl ByKey {
    /// The case of a key, if any change has that key.
    pub fn get(&self, key: &Key) -> Option<&Case> {
        let index = || self.all.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        self.by_name.get_or_init(index).get(key).map(|at| &self.all[*at].1)
    }

    /// All cases with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Case)> {
        self.all.iter().map(|(key, case)| (&**key, case))
    }

    /// All cases with their keys, as a slice.
    pub fn as_slice(&self) -> &[(Arc<Key>, Case)] {
        &self.all
    }

    fn at(&self, place: Place) -> Option<&Case> {
        self.places.get(&place).map(|at| &self.all[*at as usize].1)
    }

    fn entry(&mut self, place: Place, keys: &Keys) -> &mut Case {
        let at = *self.places.entry(place).or_insert_with(|| {
            self.all.push((Arc::new(keys.key(place)), Case::default()));
            self.of.push(place);
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        });
        &mut self.all[at as usize].1
    }

    /// All cases, by number of their keys.
    fn each(&self) -> impl Iterator<Item = (Place, &Case)> {
        self.of.iter().copied().zip(self.all.iter().map(|(_, case)| case))
    }

    fn each_with_keys(&self) -> impl Iterator<Item = (Place, &Key, &Case)> {
        self.of.iter().copied().zip(&self.all).map(|(place, (key, case))| (place, &**key, case))
    }

    fn each_mut(&mut self) -> impl Iterator<Item = (Place, &Key, &mut Case)> {
        self.of.iter().copied().zip(&mut self.all).map(|(place, (key, case))| (place, &**key, case))
    }
}

/// The cases of some subjects, and what came up when they were made.
#[derive(Debug)]
pub struct Cases {
    /// The cases by key.
    pub by_key: ByKey,
    /// Class of the actor of every act, by row; only effects have one.
    pub classes: Vec<Option<ActorClass>>,
    /// What was left out, by rule.
    pub left_out: LeftOut,
}

/// Changes that are no item of any test, by the rule that says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeftOut {
    /// Pushes to other applications than Databricks.
    pub other_app_count: usize,
}

/// What building cases takes besides the changes, worked out once for all parts.
#[derive(Debug)]
pub(super) struct Plan(manner::Manners);

impl Plan {
    /// # Errors
    /// The changes have a scope that the survey did not see: a bug of ours.
    pub(super) fn new(said: &super::acts::Said, ground: &Ground, rules: &Rules) -> Result<Self> {
        manner::Manners::of(said, &ground.identities, &ground.scopes, rules).map(Self)
    }
}

/// Builds the cases of the subjects whose changes are at hand; `places` are the keys of the changes.
pub(super) fn build(
    acts: &Acts,
    places: &[Place],
    ground: &Ground,
    rules: &Rules,
    plan: &Plan,
    world: &dyn World,
) -> Cases {
    let mut builder = builder::Builder::new(acts, ground, rules, &plan.0);
    for (row, place) in places.iter().enumerate() {
        builder.file(row, *place);
    }
    builder.number_accounts();
    builder.observe();
    builder.inherit();
    builder.spread(world);
    builder.mark();
    builder.finish()
}
