//! Access changes to cases: every change is resolved to its key, and whatever else bears on a key is laid onto it.
//!
//! The cases of one subject need nothing of another's, but for what [`Ground`] holds and for the changes of groups
//! themselves. So the subjects can be dealt into parts, each of which carries the changes of groups along.

mod assigned;
mod builder;
mod ground;
mod mark;
mod spread;

use std::collections::HashMap;
use std::sync::Arc;

use super::acts::Acts;
use super::door::ActorClass;
use super::kernel::Case;
use crate::error::Result;
use crate::identity::Resolved;

pub use builder::Rules;
pub(super) use builder::is_about_group;
pub(super) use ground::subject;
pub use ground::{Ground, Scopes, Survey};

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
    all: Vec<(Key, Case)>,
    places: HashMap<Key, usize>,
}

impl ByKey {
    /// The case of a key, if any change has that key.
    pub fn get(&self, key: &Key) -> Option<&Case> {
        self.places.get(key).map(|at| &self.all[*at].1)
    }

    /// All cases with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Case)> {
        self.all.iter().map(|(key, case)| (key, case))
    }

    /// All cases with their keys, as a slice.
    pub fn as_slice(&self) -> &[(Key, Case)] {
        &self.all
    }

    fn entry(&mut self, key: Key) -> &mut Case {
        let at = *self.places.entry(key).or_insert_with_key(|key| {
            self.all.push((key.clone(), Case::default()));
            self.all.len() - 1
        });
        &mut self.all[at].1
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
    /// Unassignments of people who keep another Databricks application.
    pub kept_assignment_count: usize,
}

/// Builds the cases of the subjects whose changes are at hand.
///
/// # Errors
/// The lake holds a scope that the survey did not see: a bug of ours.
pub fn build(acts: &Acts, ground: &Ground, rules: &Rules) -> Result<Cases> {
    let mut builder = builder::Builder::new(acts, ground, rules);
    for row in 0..acts.len() {
        builder.file(row)?;
    }
    builder.observe();
    builder.spread();
    builder.mark();
    Ok(builder.finish())
}
