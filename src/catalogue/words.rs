//! The closed words of the tests: reasons, each with its verdict and what it means in a report.

use crate::correlate::Verdict;

/// One reason that a test can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As in column `reason`.
    pub word: &'static str,
    /// The verdict that it stands for.
    pub verdict: Verdict,
    /// What it means.
    pub meaning: &'static str,
}

/// A reason to pass.
pub(super) const fn pass(word: &'static str, meaning: &'static str) -> Word {
    Word { word, verdict: Verdict::Pass, meaning }
}

/// A reason for an exception.
pub(super) const fn exception(word: &'static str, meaning: &'static str) -> Word {
    Word { word, verdict: Verdict::Exception, meaning }
}

/// A reason that leaves an item open.
pub(super) const fn undetermined(word: &'static str, meaning: &'static str) -> Word {
    Word { word, verdict: Verdict::Undetermined, meaning }
}

/// A reason for which the test does not apply.
pub(super) const fn not_applicable(word: &'static str, meaning: &'static str) -> Word {
    Word { word, verdict: Verdict::NotApplicable, meaning }
}

/// The words of the contract, which several tests share.
pub(super) mod shared {
    use super::{Word, exception, not_applicable, pass, undetermined};

    pub(in crate::catalogue) const MATCHED: Word =
        pass("matched", "a decision of the identity provider for the same subject and entitlement authorises it");
    pub(in crate::catalogue) const CARRIED_OUT: Word = pass("matched", "the effect was found within the limit");
    pub(in crate::catalogue) const TRANSPORT: Word = pass(
        "transport",
        "a successful push by the configured connector, recorded by the identity provider, vouches it",
    );
    pub(in crate::catalogue) const STATE: Word =
        pass("state", "an older decision, still in force at the time, vouches it");
    pub(in crate::catalogue) const IMPLIED: Word =
        pass("implied", "a consequence of another change, not a decision of its own");
    pub(in crate::catalogue) const REDUNDANT: Word =
        pass("redundant", "it changed nothing: the access was held, or not held, already");
    pub(in crate::catalogue) const ALREADY_IN_EFFECT: Word =
        pass("already_in_effect", "nothing was left to do when the decision was made");
    pub(in crate::catalogue) const NO_AUTHORITY: Word =
        exception("no_authority", "no decision found, and the logs that would show one are complete over the window");
    pub(in crate::catalogue) const LATE: Word = exception("late", "the effect came after the limit");
    pub(in crate::catalogue) const MISSING: Word =
        exception("missing", "no effect by cut-off, and the limit has passed");
    pub(in crate::catalogue) const FAILED: Word =
        exception("failed", "the identity provider reported failure, and neither a success nor an effect followed");
    pub(in crate::catalogue) const COVERAGE_GAP: Word =
        undetermined("coverage_gap", "the logs that would decide it have a hole; absence there proves nothing");
    pub(in crate::catalogue) const AMBIGUOUS: Word =
        undetermined("ambiguous", "several decisions fit equally well, and the choice would change the verdict");
    pub(in crate::catalogue) const UNRESOLVED_SUBJECT: Word =
        undetermined("unresolved_subject", "the name could not be tied to one identity");
    pub(in crate::catalogue) const WINDOW_OPEN: Word =
        undetermined("window_open", "the limit had not run out at cut-off; to be tested again with later evidence");
    pub(in crate::catalogue) const NO_OPENING_STATE: Word =
        undetermined("no_opening_state", "what was held before the first record is not known");
    pub(in crate::catalogue) const NOT_SUPPLIED: Word =
        undetermined("not_supplied", "the input that would decide it was not supplied");
    pub(in crate::catalogue) const PLATFORM_INTERNAL: Word =
        not_applicable("platform_internal", "done by the platform's own housekeeping");
    pub(in crate::catalogue) const AUTOMATIC: Word = not_applicable(
        "automatic_identity_management",
        "made by automatic identity management, which follows rules of its own",
    );
    pub(in crate::catalogue) const JUST_IN_TIME: Word =
        not_applicable("just_in_time", "created by the person's own first sign-in");
    pub(in crate::catalogue) const OUT_OF_SCOPE: Word =
        not_applicable("out_of_scope", "done in a workspace that the configuration leaves out of scope");
    pub(in crate::catalogue) const TWIN: Word =
        not_applicable("implied", "the workspace row of an account-level act, which is judged once");
    pub(in crate::catalogue) const NOT_PUSHED: Word =
        not_applicable("not_pushed", "the group or person is not assigned to Databricks");
    pub(in crate::catalogue) const SUPERSEDED: Word = not_applicable("superseded", "reversed before its limit ran out");
    pub(in crate::catalogue) const NEVER_HAD_ACCESS: Word =
        not_applicable("already_in_effect", "the access was gone already when the person left");
}
