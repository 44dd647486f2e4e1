//! Which of the kinds of evidence that a test needs are not at hand at all.

use super::evidence::Evidence;
use super::test::{Kind, Test};
use crate::companion::Kind as Companion;
use crate::source::{DATABRICKS, is_authority, is_provider};

/// The kinds that the test cannot do without and of which nothing was supplied.
pub(super) fn lacking<'t>(test: &'t Test, evidence: &'t Evidence<'_>) -> impl Iterator<Item = Kind> + 't {
    let needed = test.needs.iter().filter(|need| !need.optional).map(|need| need.kind);
    needed.filter(|kind| !is_at_hand(*kind, evidence))
}

/// The same, of logs alone.
pub(super) fn lacks_log(test: &Test, evidence: &Evidence<'_>) -> bool {
    lacking(test, evidence).any(|kind| !matches!(kind, Kind::Personnel | Kind::Ticket | Kind::Snapshot))
}

fn is_at_hand(kind: Kind, evidence: &Evidence<'_>) -> bool {
    let has_log = |of: &dyn Fn(&str) -> bool| evidence.coverage.has(|log| of(&log.source));
    let has = |kinds: &[Companion]| kinds.iter().any(|kind| evidence.companions.has(*kind));
    match kind {
        Kind::Authority => has_log(&is_authority),
        // Entra keeps what it pushed in a log of its own.
        Kind::Transport => has_log(&|source| is_provider(source) && source != "entra_audit"),
        Kind::Effect | Kind::Usage => has_log(&|source| source == DATABRICKS),
        Kind::Configuration => has_log(&|source| source == DATABRICKS || is_provider(source)),
        Kind::Cloud => has_log(&|source| source == "cloudtrail"),
        Kind::Personnel => has(&[Companion::HrLeavers]),
        Kind::Ticket => has(&[Companion::Approvals, Companion::Reviews, Companion::Triage]),
        Kind::Snapshot => {
            let listings = [
                Companion::SnapshotUsers,
                Companion::SnapshotMembers,
                Companion::SnapshotGrants,
                Companion::SnapshotTokens,
            ];
            has(&listings) || !evidence.correlation.ground.noted.is_empty()
        }
    }
}
