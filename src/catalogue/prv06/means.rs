//! What a principal holds on record: privileges, memberships and roles, its own and those of its groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Held, State};
use crate::catalogue::Evidence;
use crate::catalogue::holdings::Holding;
use crate::catalogue::privileges::privilege;
use crate::change::{EntitlementKind, Verb};

/// What everybody holds, by principal.
pub(super) struct Means<'c> {
    privileges: BTreeMap<&'c str, Vec<&'c Holding<'c>>>,
    access: BTreeMap<&'c str, Vec<&'c Held<'c>>>,
    made: BTreeMap<&'c str, i64>,
}

impl<'c> Means<'c> {
    pub(super) fn new(evidence: &'c Evidence<'_>, held: &'c [Holding<'c>]) -> Self {
        let mut privileges: BTreeMap<&str, Vec<&Holding<'_>>> = BTreeMap::new();
        for holding in held {
            privileges.entry(holding.subject).or_default().push(holding);
        }
        let mut access: BTreeMap<&str, Vec<&Held<'_>>> = BTreeMap::new();
        let kinds = [EntitlementKind::Membership, EntitlementKind::Admin];
        for row in evidence.access().rows.iter().filter(|row| kinds.contains(&row.pair.entitlement_kind)) {
            if row.state == State::InForce {
                access.entry(row.pair.subject).or_default().push(row);
            }
        }
        let judged = &evidence.correlation.judged;
        let created = judged.vouching.iter().filter(|v| judged.acts.verb(v.effect) == Verb::UserCreate);
        let mut made = BTreeMap::new();
        for v in created {
            made.entry(v.key.subject.label()).or_insert_with(|| judged.acts.time(v.effect));
        }
        Self { privileges, access, made }
    }

    /// When the principal was made; `None` = before the first record.
    pub(super) fn made(&self, principal: &str) -> Option<i64> {
        self.made.get(principal).copied()
    }

    /// What one principal holds at an instant and another does not, in words, ordered.
    pub(super) fn beyond(&self, principal: &str, other: &str, instant: i64) -> Vec<String> {
        let theirs = self.at(other, instant);
        self.at(principal, instant).difference(&theirs).cloned().collect()
    }

    fn at(&self, principal: &str, instant: i64) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut groups = vec![principal];
        for row in self.access.get(principal).into_iter().flatten().filter(|row| row.holds_at(instant)) {
            if row.pair.entitlement_kind == EntitlementKind::Membership {
                groups.push(row.pair.entitlement);
                found.insert(format!("member of {}", row.pair.entitlement));
            } else {
                found.insert(format!("{} in {}", row.pair.entitlement, row.pair.scope));
            }
        }
        for group in groups {
            for holding in self.privileges.get(group).into_iter().flatten().filter(|h| h.holds_at(instant)) {
                let word = holding.privilege.map_or_else(|| "something".to_owned(), privilege);
                found.insert(format!("{word} on {}", holding.securable));
            }
        }
        found
    }
}
