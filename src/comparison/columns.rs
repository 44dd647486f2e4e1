//! Columns of table `comparison`.

use crate::correlate::columns::{ITEM_ID, TEST_ID};
use crate::schema::{Column, Kind, Table};

pub(super) const CHANGE: Column = Column::required(
    "change",
    Kind::Text,
    "new, changed, continuing, resolved or no_longer_judged; what was a deviation and is undetermined now is changed.",
);
pub(super) const PREVIOUS_VERDICT: Column = Column::optional(
    "previous_verdict",
    Kind::Text,
    "Verdict in the package before. null = it was no item there, or none that is listed.",
);
pub(super) const NOW_VERDICT: Column =
    Column::optional("verdict", Kind::Text, "Verdict in this package. null = it is no item any more.");
pub(super) const PREVIOUS_REASON: Column =
    Column::optional("previous_reason", Kind::Text, "Reason in the package before. null as in previous_verdict.");
pub(super) const NOW_REASON: Column =
    Column::optional("reason", Kind::Text, "Reason in this package. null as in verdict.");
pub(super) const PREVIOUS_WAIVER_ID: Column =
    Column::optional("previous_waiver_id", Kind::Text, "Waiver in the package before. null = none.");
pub(super) const NOW_WAIVER_ID: Column =
    Column::optional("waiver_id", Kind::Text, "Waiver in this package. null = none.");
pub(super) const CAUSE: Column = Column::optional(
    "cause",
    Kind::Text,
    "new_events, late_data, rule_version, config, waiver, period or unknown, which is never guessed. null = continuing.",
);
pub(super) const PROOF: Column =
    Column::optional("proof", Kind::Text, "What proves the cause, or why none is. null = continuing.");
pub(super) const FIRST_SEEN_RUN: Column = Column::required(
    "first_seen_run",
    Kind::Text,
    "Run that saw the deviation first, since when each package has listed it.",
);
pub(super) const FIRST_SEEN_PERIOD: Column =
    Column::required("first_seen_period", Kind::Text, "Period of that run, as asked for.");
pub(super) const AGE_DAYS: Column = Column::optional(
    "age_days",
    Kind::Whole,
    "Whole days from event_time to the cut-off of the test. null = no deviation any more, or of after the cut-off.",
);
pub(super) const TIME: Column =
    Column::required("event_time", Kind::Instant, "As in items of this package, else of the package before.");
pub(super) const NOW_SEVERITY: Column =
    Column::required("severity", Kind::Text, "As in items of this package, else of the package before.");
pub(super) const NOW_SCOPE: Column = Column::optional("scope", Kind::Text, "As in items.");
pub(super) const NOW_SUBJECT: Column = Column::optional("subject", Kind::Text, "As in items.");
pub(super) const NOW_OBJECT: Column = Column::optional("object", Kind::Text, "As in items.");

/// One item that is a deviation in this package or in the one before.
pub const COMPARISON: Table = Table {
    name: "comparison",
    doc: "One item that is an exception, waived or not, in this package or in the previous one; without a previous package there is none.",
    columns: &[
        TEST_ID,
        ITEM_ID,
        CHANGE,
        PREVIOUS_VERDICT,
        NOW_VERDICT,
        PREVIOUS_REASON,
        NOW_REASON,
        PREVIOUS_WAIVER_ID,
        NOW_WAIVER_ID,
        CAUSE,
        PROOF,
        FIRST_SEEN_RUN,
        FIRST_SEEN_PERIOD,
        AGE_DAYS,
        TIME,
        NOW_SEVERITY,
        NOW_SCOPE,
        NOW_SUBJECT,
        NOW_OBJECT,
    ],
};
