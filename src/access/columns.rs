//! Columns of table `access`.

use crate::schema::{Column, Kind, Table};

macro_rules! columns {
    ($($name:ident = $make:ident($text:literal, $kind:ident, $doc:literal);)*) => {
        $(#[doc = $doc] pub const $name: Column = Column::$make($text, Kind::$kind, $doc);)*
    };
}

columns! {
    SUBJECT = required("subject", Text, "Whose access it is: resolved user name, group name, or application id.");
    SUBJECT_KIND = required("subject_kind", Text, "user, group, service_principal or unknown.");
    IS_RESOLVED = required("is_resolved", Flag, "false = several principals claim the name, and the access may be of any of them.");
    ENTITLEMENT = required("entitlement", Text, "What is held: account, a Databricks group name, or an administrator role.");
    ENTITLEMENT_KIND = required("entitlement_kind", Text, "account, membership or admin.");
    SCOPE = required("scope", Text, "account, or the workspace id in digits.");
    HOLDING = required("holding", Whole, "Number of the holding among those of its subject, entitlement and scope, from 1. A holding that was suspended has several rows. Of effective access it is that of the direct membership.");
    STATE = required("state", Text, "in_force, or suspended = kept for a person who was deactivated. Held at t: from <= t < until; usable at t: those in force.");
    FROM = optional("from", Instant, "First instant of the row. null = it was held before the first record that shows it. Where no grant is at hand it is that of the listing or statement that has it, or of the making of subject or group, before which it cannot have been held.");
    UNTIL = optional("until", Instant, "First instant after the row. null = still so at the end of the evidence.");
    OPENED_BY = optional("opened_by", Text, "Event that opened the row: the grant, the return of a deactivated person (or the deactivation, of a suspended row), or the listing that shows it, or the record that made subject or group. null = it began before the evidence, and no listing shows it.");
    CLOSED_BY = optional("closed_by", Text, "Event that closed the row: the revoke, the deletion or deactivation, or the listing in which it is missing. null = still so.");
    OPENED_BASIS = required("opened_basis", Text, "effect = Databricks logged it; implied = it follows from another logged act (account-level act, deactivation, return); snapshot = a listing shows it and no grant does; unknown = it was revoked or stated without a grant at hand.");
    CLOSED_BASIS = optional("closed_basis", Text, "effect = Databricks logged it; implied = it follows from a deletion, a deactivation, a return or an account-level act; snapshot = it is missing in a listing and no revoke is at hand. null = still so.");
    IS_TRANSIENT = required("is_transient", Flag, "The holding was granted and gone inside the period, so that no listing at its beginning or end can show it.");
    VOUCHING_ITEM_ID = optional("vouching_item_id", Text, "Item of table vouching that judges the grant. null = no grant at hand, or it is no item.");
    VOUCHING_VERDICT = optional("vouching_verdict", Text, "Verdict of that item, before waivers. null as there.");
    VOUCHING_REASON = optional("vouching_reason", Text, "Reason of that item. null as there.");
    VIA = optional("via", TextList, "Groups through which it is held, the subject's own group first: as many as it is deep. Such a row lasts while all its links do; opened_by and closed_by are those of the link that began last and ended first. null = held directly.");
}

/// Who held what, and when.
pub const ACCESS: Table = Table {
    name: "access",
    doc: "One stretch of time in which a subject held an entitlement in a scope, as far as it reaches into the period. Direct access has no `via`; effective access by groups in groups has a row for each chain.",
    columns: &[
        SUBJECT,
        SUBJECT_KIND,
        IS_RESOLVED,
        ENTITLEMENT,
        ENTITLEMENT_KIND,
        SCOPE,
        HOLDING,
        STATE,
        FROM,
        UNTIL,
        OPENED_BY,
        CLOSED_BY,
        OPENED_BASIS,
        CLOSED_BASIS,
        IS_TRANSIENT,
        VOUCHING_ITEM_ID,
        VOUCHING_VERDICT,
        VOUCHING_REASON,
        VIA,
    ],
};
