//! What a record states to be the whole of something, or a part of it.

use super::Change;
use crate::event::Text;

/// What a record states to be the whole of something: all holders of a thing, or all that one holder has of it. Grants and
/// revokes follow from the difference to the record before, which an ingest cannot know while records still arrive: they are
/// worked out over the whole lake afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'r> {
    /// What is stated wholly. Statements of one key, in the order of time, replace each other. It holds all that tells one thing
    /// from another: account or workspace, the object's type and id, the principal where only one principal's part is stated.
    pub key: Text<'r>,
    /// What it is for.
    pub model: Model,
    /// What is held from now on, each as the grant that would give it; of a part also what is no longer, as the revoke that took it.
    /// Empty = nothing is held any more.
    pub held: Vec<Change<'r>>,
    /// What to record where nothing is known of the time before: an empty statement takes away something all the same.
    pub otherwise: Vec<Change<'r>>,
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// The record changed something to be as stated.
    Replacement,
    /// The record changed parts of it, which it says itself: what is held came or went, and the rest is as it was.
    Part,
    /// The record looked, and changed nothing.
    Snapshot,
}

impl Model {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replacement => "replacement",
            Self::Part => "part",
            Self::Snapshot => "snapshot",
        }
    }
}
