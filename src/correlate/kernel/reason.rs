//! The reasons of the contract, and the verdict that each stands for.

use super::super::Verdict;

/// Why an item was judged as it was. The words are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the contract defines each reason under the word that `as_str` gives")]
pub enum Reason {
    Matched,
    Transport,
    State,
    Implied,
    Redundant,
    NoAuthority,
    CoverageGap,
    UnresolvedSubject,
    PlatformInternal,
    AutomaticIdentityManagement,
    JustInTime,
    OutOfScope,
    AlreadyInEffect,
    Late,
    Missing,
    Failed,
    WindowOpen,
    NotPushed,
    Superseded,
    Ambiguous,
}

impl Reason {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Transport => "transport",
            Self::State => "state",
            Self::Implied => "implied",
            Self::Redundant => "redundant",
            Self::NoAuthority => "no_authority",
            Self::CoverageGap => "coverage_gap",
            Self::UnresolvedSubject => "unresolved_subject",
            Self::PlatformInternal => "platform_internal",
            Self::AutomaticIdentityManagement => "automatic_identity_management",
            Self::JustInTime => "just_in_time",
            Self::OutOfScope => "out_of_scope",
            Self::AlreadyInEffect => "already_in_effect",
            Self::Late => "late",
            Self::Missing => "missing",
            Self::Failed => "failed",
            Self::WindowOpen => "window_open",
            Self::NotPushed => "not_pushed",
            Self::Superseded => "superseded",
            Self::Ambiguous => "ambiguous",
        }
    }

    /// The verdict that the reason stands for.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Matched | Self::Transport | Self::State | Self::Implied | Self::Redundant | Self::AlreadyInEffect => {
                Verdict::Pass
            }
            Self::NoAuthority | Self::Late | Self::Missing | Self::Failed => Verdict::Exception,
            Self::CoverageGap | Self::UnresolvedSubject | Self::WindowOpen | Self::Ambiguous => Verdict::Undetermined,
            Self::PlatformInternal
            | Self::AutomaticIdentityManagement
            | Self::JustInTime
            | Self::OutOfScope
            | Self::NotPushed
            | Self::Superseded => Verdict::NotApplicable,
        }
    }
}
