//! Columns and tables that correlation and the tests produce.

use crate::schema::{Column, Kind, Table};

macro_rules! columns {
    ($($name:ident = $make:ident($text:literal, $kind:ident, $doc:literal);)*) => {
        $(#[doc = $doc] pub const $name: Column = Column::$make($text, Kind::$kind, $doc);)*
    };
}

columns! {
    ITEM_ID = required("item_id", Text, "Stable digest of the item's defining events: the same item has the same id in every run.");
    VERDICT = required("verdict", Text, "pass, exception, waived, undetermined or not_applicable.");
    REASON = required("reason", Text, "Why; the closed list of each test. A waived item keeps the reason of its exception.");
    EFFECT_EVENT_ID = required("effect_event_id", Text, "Event of the effect.");
    EFFECT_EVENT_ID_OPT = optional("effect_event_id", Text, "Event of the effect that carried the decision out. null = none found.");
    EFFECT_NATIVE_ID = optional("effect_native_id", Text, "The source's own id of the effect. null = it gives none, or no effect.");
    EFFECT_REQUEST_ID = optional("effect_request_id", Text, "The source's request id of the effect.");
    EFFECT_TIME = required("effect_time", Instant, "When the effect happened.");
    EFFECT_TIME_OPT = optional("effect_time", Instant, "When the effect happened. null = none found.");
    VERB = required("verb", Text, "What was done, e.g. user.create, member.add.");
    DIRECTION = required("direction", Text, "grant, revoke or update.");
    SUBJECT_KEY = required("subject_key", Text, "Resolved name of the subject: user name, group name, or application id.");
    ENTITLEMENT_KEY = required("entitlement_key", Text, "Resolved name of what is granted: account, a Databricks group name, or an administrator role.");
    SCOPE = required("scope", Text, "account, or the workspace id in digits.");
    AUTHORITY_EVENT_ID = required("authority_event_id", Text, "Event of the decision.");
    AUTHORITY_EVENT_ID_OPT = optional("authority_event_id", Text, "Event of the decision that authorises the effect. null = none found, or none needed.");
    AUTHORITY_NATIVE_ID = optional("authority_native_id", Text, "The identity provider's own id of the decision.");
    AUTHORITY_TIME = required("authority_time", Instant, "When the decision was made.");
    AUTHORITY_TIME_OPT = optional("authority_time", Instant, "When the decision was made. null = none found.");
    TRANSPORT_EVENT_ID = optional("transport_event_id", Text, "Event of the push between decision and effect. null = none at hand.");
    LAG_SECONDS = optional("lag_seconds", Real, "Effect time minus authority time, in seconds. null = no authority.");
    LATENCY_SECONDS = optional("latency_seconds", Real, "Effect time minus authority time, in seconds. null = no effect.");
    STRENGTH = optional("strength", Text, "What the link rests on, e.g. name+time, name+group+time, state. null = no link.");
    CANDIDATE_COUNT = required("candidate_count", Whole, "Authority changes that could have vouched the effect.");
    FAN_OUT_COUNT = required("fan_out_count", Whole, "Effects, in different scopes, that the same authority change vouches; 0 = no authority.");
    HOLE_ID = optional("hole_id", Text, "The coverage hole that keeps the item undetermined. null = none does.");
    ACTOR = optional("actor", Text, "Who acted, resolved.");
    ACTOR_CLASS = optional("actor_class", Text, "scim_connector, connector_elsewhere, aim, terraform_sp, other_sp, human_admin, databricks_internal or unknown.");
    CHANNEL = optional("channel", Text, "The door: scim, ui, api, auto, system, unknown.");
    IN_PERIOD = required("in_period", Flag, "The item's defining event lies in the period. Items outside it carry state only.");
    TEST_ID = required("test_id", Text, "The test, e.g. VCH-01.");
    TEST_VERSION = required("test_version", Text, "Version of the test's logic.");
    CONCLUSION = required("conclusion", Text, "Exceptions noted, Unable to conclude, No occurrence in the period, No exceptions noted, or Not tested.");
    POPULATION = required("population", Whole, "Items that the test had to judge.");
    PASS = required("pass", Whole, "Items that passed.");
    EXCEPTION = required("exception", Whole, "Items that are exceptions and not waived.");
    WAIVED = required("waived", Whole, "Exceptions with a live waiver; they stay deviations.");
    UNDETERMINED = required("undetermined", Whole, "Items that the evidence at hand cannot decide.");
    NOT_APPLICABLE = required("not_applicable", Whole, "Items to which the test does not apply.");
    SEVERITY = required("severity", Text, "Severity of one exception: critical, high, medium or low. Never changes the verdict.");
    ITEM_TIME = required("event_time", Instant, "When the item's defining event happened; of a file, when it was read; of a cell, its hour.");
    ITEM_SCOPE = optional("scope", Text, "Where the item holds.");
    SUBJECT = optional("subject", Text, "Whose access the item is about, resolved.");
    OBJECT = optional("object", Text, "What the item is about: group, role, account, file path, source.");
    EVENT_IDS = required("event_ids", TextList, "Events behind the item, defining events first; empty for files and coverage cells.");
    DETAIL = optional("detail", Text, "What the test measured, in words.");
    ENV = optional("env", Text, "production or sandbox, by the scope. null = the configuration says nothing of the scope.");
    SUBJECT_KIND = optional("subject_kind", Text, "user, group, service_principal, other (a device or a contact) or unknown. null = the item has no subject.");
    RAW_REFS = required("raw_refs", TextList, "Where the raw records stand: path#line, in the order of event_ids.");
    ITEM_DIGEST = required("item_digest", Text, "SHA-256 over the row but for this column: the same row has the same digest in every copy of the package.");
    WAIVER_ID = optional("waiver_id", Text, "The waiver laid over the exception. null = none.");
}

/// One judged effect.
pub const VOUCHING: Table = Table {
    name: "vouching",
    doc: "One successful effect, judged: was it authorised?",
    columns: &[
        ITEM_ID,
        VERDICT,
        REASON,
        EFFECT_EVENT_ID,
        EFFECT_NATIVE_ID,
        EFFECT_REQUEST_ID,
        EFFECT_TIME,
        VERB,
        DIRECTION,
        SUBJECT_KEY,
        ENTITLEMENT_KEY,
        SCOPE,
        AUTHORITY_EVENT_ID_OPT,
        AUTHORITY_NATIVE_ID,
        AUTHORITY_TIME_OPT,
        TRANSPORT_EVENT_ID,
        LAG_SECONDS,
        STRENGTH,
        CANDIDATE_COUNT,
        FAN_OUT_COUNT,
        HOLE_ID,
        ACTOR,
        ACTOR_CLASS,
        CHANNEL,
    ],
};

/// One judged decision.
pub const TRACING: Table = Table {
    name: "tracing",
    doc: "One identity-provider decision, judged: was it carried out, and when?",
    columns: &[
        ITEM_ID,
        VERDICT,
        REASON,
        AUTHORITY_EVENT_ID,
        AUTHORITY_NATIVE_ID,
        AUTHORITY_TIME,
        VERB,
        DIRECTION,
        SUBJECT_KEY,
        ENTITLEMENT_KEY,
        SCOPE,
        EFFECT_EVENT_ID_OPT,
        EFFECT_NATIVE_ID,
        EFFECT_REQUEST_ID,
        EFFECT_TIME_OPT,
        TRANSPORT_EVENT_ID,
        LATENCY_SECONDS,
        HOLE_ID,
        ACTOR,
    ],
};

/// One judged item of any test.
pub const ITEMS: Table = Table {
    name: "items",
    doc: "One judged item of one test.",
    columns: &[
        TEST_ID,
        ITEM_ID,
        VERDICT,
        REASON,
        SEVERITY,
        ITEM_TIME,
        ITEM_SCOPE,
        ACTOR,
        SUBJECT,
        OBJECT,
        EVENT_IDS,
        DETAIL,
        WAIVER_ID,
        HOLE_ID,
        ENV,
        ACTOR_CLASS,
        CHANNEL,
        SUBJECT_KIND,
        RAW_REFS,
        ITEM_DIGEST,
    ],
};

/// One row per test.
pub const RESULTS: Table = Table {
    name: "results",
    doc: "One test: its population and how it was judged.",
    columns: &[TEST_ID, TEST_VERSION, CONCLUSION, POPULATION, PASS, EXCEPTION, WAIVED, UNDETERMINED, NOT_APPLICABLE],
};
