//! What is wrong with a waiver, in closed words.

use super::{Ready, WaiverUse, is_gate};
use crate::config::Period;

/// What is wrong with a waiver (reference: compliance 3.4). All but [`Finding::Capped`], [`Finding::Backdated`] and
/// [`Finding::Expired`] mean that something it selects is not waived for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// It is for an integrity gate, which takes no waivers; it waives nothing.
    Gate,
    /// Whoever approved it, or its backdating, has requested it; it waives nothing.
    SelfApproved,
    /// It selects more exceptions within its days than `max_items`, and is not marked wide; it waives nothing.
    OverBroad,
    /// It covers something else than what the digest of its approved scope was taken of; it waives nothing.
    ScopeChanged,
    /// Whoever approved it is the subject or the actor of an exception that it selects; that one is not waived.
    ApprovedBySubjectOrActor,
    /// It ends by the end of the period, and selects exceptions after its end; they are not waived.
    Expired,
    /// It is in order, but waives no exception of the period.
    Unused,
    /// It is written for longer than is allowed, and honoured only as long as is allowed.
    Capped,
    /// It begins before its approval.
    Backdated,
}

impl Finding {
    /// The word that tables show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::SelfApproved => "self_approved",
            Self::OverBroad => "over_broad",
            Self::ScopeChanged => "scope_changed",
            Self::ApprovedBySubjectOrActor => "approved_by_subject_or_actor",
            Self::Expired => "expired",
            Self::Unused => "unused",
            Self::Capped => "capped",
            Self::Backdated => "backdated",
        }
    }
}

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waives at least one exception.
    Used,
    /// It waives none.
    Unused,
    /// It waives none, since it ended before the period, or before what it selects.
    Expired,
    /// It may not be honoured.
    Refused,
}

impl Status {
    /// The word that tables show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Refused => "refused",
        }
    }
}

/// A waiver with what became of it.
pub(super) fn told(ready: &Ready<'_>, period: &Period) -> WaiverUse {
    let (tally, window) = (&ready.tally, ready.window);
    let is_expired = window.end <= period.end && tally.late_count > 0;
    let status = if ready.is_refused() {
        Status::Refused
    } else if tally.item_count > 0 {
        Status::Used
    } else if is_expired || window.end <= period.start {
        Status::Expired
    } else {
        Status::Unused
    };
    // Where it is refused, ended too early, or approved by whom it concerns, that is why it waives nothing.
    let is_unused = tally.item_count == 0 && status != Status::Refused && !is_expired && tally.own_count == 0;
    let findings = [
        (Finding::Gate, is_gate(&ready.waiver.test)),
        (Finding::SelfApproved, ready.is_self_approved),
        (Finding::OverBroad, ready.is_over_broad()),
        (Finding::ScopeChanged, ready.is_of_another_scope),
        (Finding::ApprovedBySubjectOrActor, tally.own_count > 0),
        (Finding::Expired, is_expired),
        (Finding::Unused, is_unused),
        (Finding::Capped, window.is_capped()),
        (Finding::Backdated, window.is_backdated),
    ];
    WaiverUse {
        waiver: ready.waiver.clone(),
        digest: ready.digest.clone(),
        scope_digest: ready.scope_digest.clone(),
        window,
        status,
        findings: findings.into_iter().filter(|(_, holds)| *holds).map(|(finding, _)| finding).collect(),
        item_count: tally.item_count,
        within_count: tally.within_count,
        early_count: tally.early_count,
        late_count: tally.late_count,
        own_count: tally.own_count,
    }
}
