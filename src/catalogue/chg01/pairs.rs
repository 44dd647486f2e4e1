//! Which group of a sandbox a group of production is tried out as.

use std::collections::{BTreeMap, BTreeSet};

use super::happened::Happened;
use super::{Evidence, TEST};
use crate::config::Values;
use crate::error::Result;

/// Pairs of groups, by normalised name.
pub(super) struct Pairs {
    named: BTreeMap<String, BTreeSet<String>>,
    /// When a group of that name was first seen in a sandbox.
    seen: BTreeMap<String, i64>,
}

impl Pairs {
    /// The pairs that configuration and companion files name, and the groups that sandboxes were seen to have.
    pub(super) fn of(evidence: &Evidence<'_>, here: Values<'_>, happened: &Happened) -> Result<Self> {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let configured = here.map(TEST.id, "pair_map")?;
        let supplied = evidence.companions.group_pairs.iter().map(|row| (row.production.clone(), row.sandbox.clone()));
        for (production, sandbox) in configured.into_iter().chain(supplied) {
            named.entry(normalised(&production)).or_default().insert(normalised(&sandbox));
        }
        let mut seen: BTreeMap<String, i64> = BTreeMap::new();
        for (group, time) in &happened.seen_in_sandbox {
            let first = seen.entry(normalised(group)).or_insert(*time);
            *first = (*first).min(*time);
        }
        Ok(Self { named, seen })
    }

    /// The normalised names of the groups that a group is paired with; `None` = of none.
    pub(super) fn of_group(&self, group: &str, time: i64) -> Option<BTreeSet<String>> {
        let name = normalised(group);
        let same = || self.seen.get(&name).filter(|seen| **seen < time).map(|_| BTreeSet::from([name.clone()]));
        self.named.get(&name).cloned().or_else(same)
    }
}

/// A name without what two of the same group differ in: letters' case and separators.
pub(super) fn normalised(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_in_more_than_case_and_separators() {
        assert_eq!(normalised("Data_Engineers"), normalised("data-engineers"));
        assert_eq!(normalised(" DATA  engineers "), normalised("data.engineers"));
        assert_ne!(normalised("dataengineers"), normalised("data-engineers"));
        assert_ne!(normalised("engineers-2"), normalised("engineers-1"));
    }
}
