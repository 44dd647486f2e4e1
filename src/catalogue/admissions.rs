//! The workspaces to which principals were admitted, directly or by a group, whether or not they were ever seen there.

use std::collections::{BTreeMap, BTreeSet};

use super::deeds::deeds;
use super::evidence::Evidence;
use crate::change::{EntitlementKind, Verb};
use crate::correlate::ACCOUNT;
use crate::error::Result;

/// Access that was given or taken.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// When.
    pub(super) time: i64,
    /// True = given.
    pub(super) gives: bool,
    /// False = the record does not say whether it succeeded.
    pub(super) is_said: bool,
    /// Event that shows it; `None` = none at hand does.
    pub(super) event_id: Option<String>,
}

/// Who was admitted where, at any time: a removal, too, tells of an admission before it.
#[derive(Debug, Default)]
pub(super) struct Admissions {
    /// Workspaces and what gave and took them, by resolved name of the principal or group.
    workspaces: BTreeMap<String, BTreeMap<String, Vec<Turn>>>,
    /// Groups that somebody was ever a member of, by resolved name.
    groups: BTreeMap<String, BTreeSet<String>>,
}

impl Admissions {
    /// Reads them. Workspaces that are not under audit are left out.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut all = Self::default();
        for deed in deeds(evidence, &[Verb::WorkspaceAssign, Verb::WorkspaceUnassign])? {
            // A workspace's own row comes from the log of which a hole is asked; the account's says which workspace it means.
            let named = deed.entitlement_id.as_ref().or(deed.entitlement.as_ref());
            let workspace = Some(&deed.scope).filter(|scope| *scope != ACCOUNT).or(named);
            if let (Some(subject), Some(workspace), false) = (&deed.subject, workspace, deed.outcome == "failure") {
                let workspace = evidence.lake.placed(workspace).to_owned();
                if !evidence.is_left_out(&deed.source, &workspace) {
                    let turn = Turn {
                        time: deed.time,
                        gives: deed.verb == Verb::WorkspaceAssign,
                        is_said: deed.succeeded(),
                        event_id: Some(deed.event_id.clone()),
                    };
                    let of_subject = all.workspaces.entry(subject.clone()).or_default();
                    of_subject.entry(workspace).or_default().push(turn);
                }
            }
        }
        if !all.workspaces.is_empty() {
            all.learn_groups(evidence);
        }
        Ok(all)
    }

    fn learn_groups(&mut self, evidence: &Evidence<'_>) {
        let rows = evidence.access().rows.iter();
        for row in rows.filter(|row| row.pair.entitlement_kind == EntitlementKind::Membership) {
            let of_subject = self.groups.entry(row.pair.subject.to_owned()).or_default();
            of_subject.insert(row.pair.entitlement.to_owned());
        }
    }

    /// The workspaces to which a principal was admitted, directly or by groups in groups.
    pub(super) fn of(&self, name: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let (mut known, mut left) = (BTreeSet::from([name]), vec![name]);
        while let Some(next) = left.pop() {
            found.extend(self.turns_of(next).map(|(workspace, _)| workspace));
            let groups = self.groups.get(next).into_iter().flatten().map(String::as_str);
            left.extend(groups.filter(|group| known.insert(group)));
        }
        found
    }

    /// The workspaces to which a principal or group was admitted itself, each with what gave and took it, ordered by time.
    pub(super) fn turns_of(&self, name: &str) -> impl Iterator<Item = (&str, &[Turn])> {
        let own = self.workspaces.get(name).into_iter().flatten();
        own.map(|(workspace, turns)| (workspace.as_str(), turns.as_slice()))
    }

    /// The same of one workspace.
    pub(super) fn turns_in(&self, name: &str, workspace: &str) -> &[Turn] {
        self.workspaces.get(name).and_then(|own| own.get(workspace)).map_or(&[], Vec::as_slice)
    }
}

/// The first hole in Databricks' log between two instants, both included, at the account and in these workspaces; a text instead of an
/// id where one of them has no log.
pub(super) fn unwatched(evidence: &Evidence<'_>, workspaces: &BTreeSet<&str>, from: i64, to: i64) -> Option<String> {
    std::iter::once(ACCOUNT)
        .chain(workspaces.iter().copied())
        .find_map(|scope| evidence.hole(|log| log.source == crate::source::DATABRICKS && log.scope == scope, from, to))
}
