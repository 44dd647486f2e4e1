//! Whose a user name in Databricks is.

use super::{Identities, Resolved, Sighting};
use crate::change::SubjectKind;

impl Identities {
    /// The key of whoever had a user name in Databricks at a time. Of a name that several claim it is the name, folded.
    pub fn actor(&self, name: &str, time: i64) -> String {
        let sighting =
            Sighting { name: Some(name), ..Sighting::new(crate::source::DATABRICKS, SubjectKind::Unknown, time) };
        match self.person(sighting) {
            Resolved::Key(key) | Resolved::Unresolved(key) => key.to_string(),
        }
    }

    /// Whose a user name in Databricks was, and from when on, in the order of time: at each instant what [`Identities::actor`] says.
    pub fn holders(&self, name: &str) -> Vec<(i64, String)> {
        let mut all: Vec<(i64, String)> = Vec::new();
        let mut next = Some(i64::MIN);
        while let Some(from) = next {
            let sighting =
                Sighting { name: Some(name), ..Sighting::new(crate::source::DATABRICKS, SubjectKind::Unknown, from) };
            let (Resolved::Key(key) | Resolved::Unresolved(key), (_, last)) = self.person_while(sighting);
            if all.last().is_none_or(|(_, holder)| **holder != *key) {
                all.push((from, key.to_string()));
            }
            next = last.max(from).checked_add(1);
        }
        all
    }
}
