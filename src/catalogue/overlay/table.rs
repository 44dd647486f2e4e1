//! Table `waivers`: what became of each waiver.

use polars::prelude::DataFrame;

use super::WaiverUse;
use crate::correlate::columns::{REASON as ITEM_REASON, TEST_ID, WAIVER_ID};
use crate::error::Result;
use crate::frame::{Values, build};
use crate::schema::{Column, Kind, Table};

const ID: Column = Column::required(WAIVER_ID.name, Kind::Text, "The organisation's own id of the waiver.");
const STATUS: Column = Column::required("status", Kind::Text, "used, unused, expired or refused.");
const FINDINGS: Column = Column::required(
    "findings",
    Kind::TextList,
    "What is wrong with it: gate, self_approved, over_broad, scope_changed, approved_by_subject_or_actor, expired, unused, capped, backdated; empty = nothing.",
);
const ITEM_COUNT: Column = Column::required("item_count", Kind::Whole, "Exceptions that it waives.");
const WITHIN_COUNT: Column = Column::required(
    "within_count",
    Kind::Whole,
    "Exceptions that it selects within its days, waived by it or not; more than max_items of them need wide.",
);
const OUTSIDE_COUNT: Column =
    Column::required("outside_count", Kind::Whole, "Exceptions that it selects outside its days; they are not waived.");
const STARTS: Column = Column::required("starts", Kind::Instant, "First instant at which it holds.");
const ENDS: Column = Column::required(
    "ends",
    Kind::Instant,
    "First instant at which it is no longer honoured: where it expires, or where the longest time allowed ends.",
);
const EXPIRES: Column = Column::required("expires", Kind::Instant, "Where it expires as written.");
const MAX_ITEMS: Column =
    Column::required("max_items", Kind::Whole, "Exceptions that it may select within its days unless it is wide.");
const WIDE: Column = Column::required("wide", Kind::Flag, "Approved for more than max_items exceptions.");
const REQUESTED_BY: Column = Column::required("requested_by", Kind::Text, "Who asked, as configured.");
const APPROVED_BY: Column = Column::required("approved_by", Kind::Text, "Who agreed, as configured.");
const APPROVED_AT: Column = Column::required("approved_at", Kind::Text, "Day of approval, as configured.");
const REASON: Column = Column::required(ITEM_REASON.name, Kind::Text, "Why it was granted.");
const RISK: Column = Column::optional("risk", Kind::Text, "What can go wrong while it holds. null = not stated.");
const COMPENSATING_CONTROL: Column =
    Column::optional("compensating_control", Kind::Text, "What is done instead. null = not stated.");
const TICKET: Column = Column::optional("ticket", Kind::Text, "Where the approval is recorded. null = not stated.");

const DIGEST: Column = Column::required(
    "digest",
    Kind::Text,
    "SHA-256 of the waiver as configured: JSON of its keys in order, without white space, null where a key is absent.",
);
const SCOPE_DIGEST: Column = Column::required(
    "scope_digest",
    Kind::Text,
    "SHA-256 of what it may cover: JSON of expires, max_items, select, starts, test and wide, without white space. What `scope_digest` of a waiver is compared with.",
);

/// One waiver of the configuration.
pub const WAIVERS: Table = Table {
    name: "waivers",
    doc: "One waiver of the configuration, and what became of it; in the order of the configuration.",
    columns: &[
        ID,
        TEST_ID,
        STATUS,
        FINDINGS,
        ITEM_COUNT,
        WITHIN_COUNT,
        OUTSIDE_COUNT,
        STARTS,
        ENDS,
        EXPIRES,
        MAX_ITEMS,
        WIDE,
        REQUESTED_BY,
        APPROVED_BY,
        APPROVED_AT,
        REASON,
        RISK,
        COMPENSATING_CONTROL,
        TICKET,
        DIGEST,
        SCOPE_DIGEST,
    ],
};

/// The waivers as a frame.
///
/// # Errors
/// A bug of ours.
pub fn waivers_frame(uses: &[WaiverUse]) -> Result<DataFrame> {
    let text = |of: fn(&WaiverUse) -> &str| Values::texts(uses, |u| Some(of(u).to_owned()));
    let stated = |of: fn(&WaiverUse) -> &Option<String>| Values::texts(uses, |u| of(u).clone());
    let whole = |of: fn(&WaiverUse) -> u64| Values::Wholes(uses.iter().map(|u| i64::try_from(of(u)).ok()).collect());
    let instant = |of: fn(&WaiverUse) -> i64| Values::instants(uses, |u| Some(of(u)));
    let words = |u: &WaiverUse| u.findings.iter().map(|f| f.as_str().to_owned()).collect();
    build(
        &WAIVERS,
        vec![
            text(|u| &u.waiver.id),
            text(|u| &u.waiver.test),
            text(|u| u.status.as_str()),
            Values::Lists(uses.iter().map(words).collect()),
            whole(|u| u.item_count),
            whole(|u| u.within_count),
            whole(WaiverUse::outside_count),
            instant(|u| u.window.start),
            instant(|u| u.window.end),
            instant(|u| u.window.expires),
            whole(|u| u.waiver.max_items),
            Values::Flags(uses.iter().map(|u| Some(u.waiver.wide)).collect()),
            text(|u| &u.waiver.requested_by),
            text(|u| &u.waiver.approved_by),
            text(|u| &u.waiver.approved_at),
            text(|u| &u.waiver.reason),
            stated(|u| &u.waiver.risk),
            stated(|u| &u.waiver.compensating_control),
            stated(|u| &u.waiver.ticket),
            text(|u| &u.digest),
            text(|u| &u.scope_digest),
        ],
    )
}
