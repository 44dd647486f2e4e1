//! A sign-in, whatever interface it came by.

use std::borrow::Cow;

use super::who::{Who, of_portal, who};
use crate::event::Outcome;
use crate::source::Dates;
use crate::source::decode::Reason;
use crate::source::entra::{
    CREATION_TIME, Fields, OTHER_CATEGORY, OTHER_WORKLOAD, SIGN_IN_LOGS, TIME_GENERATED, Workload, first_stamp,
    is_other_category, outcome_of, parties, workload,
};

/// Form of the Microsoft Graph API.
pub(super) const GRAPH: &str = "graph";
/// Form of Azure Monitor.
pub(super) const AZURE_MONITOR: &str = "azure_monitor";
/// Form of Log Analytics.
pub(super) const LOG_ANALYTICS: &str = "log_analytics";
/// Form of the unified audit.
pub(super) const M365: &str = "m365";

/// Form of the portal's CSV download.
pub(super) const PORTAL_CSV: &str = "portal_csv";

/// What Azure Monitor calls every sign-in; Graph gives no name.
pub(super) const ACTIVITY: &str = "Sign-in activity";

const REQUEST_ID: &[&str] = &["Request ID"];
const TIME: &[&str] = &["createdDateTime", "CreatedDateTime [UTC]"];

/// One sign-in.
#[derive(Debug, Default)]
pub(super) struct SignIn<'r> {
    pub(super) delivery: &'static str,
    pub(super) rewritten: bool,
    pub(super) micros: i64,
    pub(super) id: Option<Cow<'r, str>>,
    pub(super) activity: Cow<'r, str>,
    pub(super) is_known: bool,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<Cow<'r, str>>,
    pub(super) correlation: Option<Cow<'r, str>>,
    pub(super) actor: Option<Cow<'r, str>>,
    pub(super) actor_id: Option<Cow<'r, str>>,
    pub(super) actor_kind: Option<&'static str>,
    pub(super) channel: &'static str,
    pub(super) client: Option<Cow<'r, str>>,
    pub(super) app: Option<Cow<'r, str>>,
    pub(super) resource: Option<Cow<'r, str>>,
    pub(super) resource_id: Option<Cow<'r, str>>,
    pub(super) source_ip: Option<Cow<'r, str>>,
    pub(super) user_agent: Option<Cow<'r, str>>,
    pub(super) session: Option<Cow<'r, str>>,
}

/// Reads a record by the form that its keys show; the inner error is the rule by which one of another service or log is left out.
pub(super) fn found<'r>(record: &Fields<'r>, dates: Dates) -> Result<Result<SignIn<'r>, &'static str>, Reason> {
    match workload(record) {
        Some(Workload::SignIn) => unified(record, dates).map(Ok),
        Some(Workload::Foreign) => Ok(Err(OTHER_WORKLOAD)),
        Some(Workload::Directory) => {
            Err("/RecordType: expected 15 for a sign-in, found that of a directory audit".into())
        }
        None if record.has(REQUEST_ID) && record.has(&["Status", "Sign-in error code"]) => {
            portal(record, dates).map(Ok)
        }
        None if record.has(&["properties"]) => match azure_monitor(record, dates) {
            Err(_) if is_other_category(record) => Ok(Err(OTHER_CATEGORY)),
            sign_in => sign_in.map(Ok),
        },
        None => flat(record, dates).map(Ok),
    }
}

fn azure_monitor<'r>(record: &Fields<'r>, dates: Dates) -> Result<SignIn<'r>, Reason> {
    let category = record.text(&["category"], "/category")?.ok_or("/category: missing")?;
    if !SIGN_IN_LOGS.iter().any(|log| category.eq_ignore_ascii_case(log)) {
        return Err("/category: expected one of the sign-in logs, found another".into());
    }
    let inner =
        record.object(&["properties"]).ok_or_else(|| record.get(&["properties"]).unfit("/properties", "an object"))?;
    let stamp = first_stamp(&[(&inner, TIME), (record, &["time"]), (record, TIME_GENERATED)], "/time", dates)?;
    let mut found = graph(&inner, AZURE_MONITOR, Some(&category));
    found.micros = stamp.micros;
    found.rewritten = stamp.rewritten || record.is_lowered(&["operationName", "resultType"]);
    found.activity = record.hint(&["operationName"]).unwrap_or(Cow::Borrowed(ACTIVITY));
    if found.outcome.is_none() {
        (found.outcome, found.reason) = result(record);
    }
    found.reason = found.reason.or_else(|| failure_text(record, found.outcome));
    found.source_ip = found.source_ip.or_else(|| record.hint(&["callerIpAddress"]));
    found.correlation = found.correlation.or_else(|| record.hint(&["correlationId"]));
    Ok(found)
}

/// A record of Graph, or a row of Log Analytics, whose columns have the same names in other capitals.
fn flat<'r>(record: &Fields<'r>, dates: Dates) -> Result<SignIn<'r>, Reason> {
    let is_sign_in = record.has(&["appId", "appDisplayName", "servicePrincipalId"])
        && record.has(&["status", "resultType", "conditionalAccessStatus", "signInEventTypes", "clientAppUsed"])
        && !record.has(&["activityDisplayName", "provisioningAction"]);
    if !is_sign_in {
        return Err("/appId: expected a sign-in, found neither its application nor its status".into());
    }
    let is_row = record.has(TIME_GENERATED);
    let stamp = first_stamp(&[(record, TIME), (record, TIME_GENERATED)], "/createdDateTime", dates)?;
    let category = record.hint(&["category"]);
    let mut found = graph(record, if is_row { LOG_ANALYTICS } else { GRAPH }, category.as_deref());
    found.micros = stamp.micros;
    found.rewritten = stamp.rewritten || record.is_lowered(&["createdDateTime", "appDisplayName"]);
    found.activity = record.hint(&["operationName"]).unwrap_or(Cow::Borrowed(ACTIVITY));
    if found.outcome.is_none() {
        (found.outcome, found.reason) = result(record);
    }
    found.reason = found.reason.or_else(|| failure_text(record, found.outcome));
    if is_row {
        found.resource_id = record.hint(&["ResourceIdentity"]);
    }
    Ok(found)
}

fn graph<'r>(fields: &Fields<'r>, delivery: &'static str, category: Option<&str>) -> SignIn<'r> {
    let status = fields.object(&["status"]);
    let (outcome, reason) = status.as_ref().map_or((None, None), code);
    let Who { name, id, kind, channel } = who(fields, category);
    SignIn {
        delivery,
        is_known: true,
        outcome,
        reason,
        id: fields.hint(&["id"]),
        correlation: fields.hint(&["correlationId"]),
        actor: name,
        actor_id: id,
        actor_kind: kind,
        channel,
        client: fields.hint(&["clientAppUsed"]),
        app: fields.hint(&["appDisplayName"]),
        resource: fields.hint(&["resourceDisplayName"]),
        resource_id: fields.hint(&["resourceId"]),
        source_ip: fields.hint(&["ipAddress"]),
        user_agent: fields.hint(&["userAgent"]),
        session: fields.hint(&["sessionId"]),
        ..SignIn::default()
    }
}

/// What a status says: its error code, 0 for none, and the reason.
fn code<'r>(status: &Fields<'r>) -> (Option<Outcome>, Option<Cow<'r, str>>) {
    let Some(code) = status.hint(&["errorCode"]) else { return (None, None) };
    if is_zero(&code) {
        return (Some(Outcome::Success), None);
    }
    let reason = status.hint(&["failureReason"]).filter(|r| r != "Other.");
    (Some(Outcome::Failure), Some(joined(code, reason)))
}

/// What the wrapper or the row says: a code, or a word.
fn result<'r>(fields: &Fields<'r>) -> (Option<Outcome>, Option<Cow<'r, str>>) {
    let Some(said) = fields.hint(&["resultType"]) else {
        let signature = fields.hint(&["resultSignature"]);
        return (signature.as_deref().and_then(outcome_of), None);
    };
    if is_zero(&said) {
        return (Some(Outcome::Success), None);
    }
    match outcome_of(&said) {
        Some(outcome) => (Some(outcome), None),
        None if said.bytes().all(|b| b.is_ascii_digit()) => {
            (Some(Outcome::Failure), Some(joined(said, fields.hint(&["resultDescription"]))))
        }
        None => (None, Some(said)),
    }
}

/// A row of one of the portal's downloads: interactive or not, of people, applications or managed identities.
fn portal<'r>(record: &Fields<'r>, dates: Dates) -> Result<SignIn<'r>, Reason> {
    let stamp = first_stamp(&[(record, &["Date (UTC)", "Date"])], "/Date (UTC)", dates)?;
    let (outcome, reason) = portal_outcome(record);
    let Who { name, id, kind, channel } = of_portal(record);
    Ok(SignIn {
        delivery: PORTAL_CSV,
        micros: stamp.micros,
        rewritten: stamp.rewritten,
        id: record.hint(REQUEST_ID),
        activity: Cow::Borrowed(ACTIVITY),
        is_known: true,
        outcome,
        reason,
        correlation: record.hint(&["Correlation ID"]),
        actor: name,
        actor_id: id,
        actor_kind: kind,
        channel,
        client: record.hint(&["Client app"]),
        app: record.hint(&["Application"]),
        resource: record.hint(&["Resource"]),
        resource_id: record.hint(&["Resource ID"]),
        source_ip: record.hint(&["IP address"]),
        user_agent: record.hint(&["User agent"]),
        session: record.hint(&["Session ID"]),
    })
}

fn portal_outcome<'r>(record: &Fields<'r>) -> (Option<Outcome>, Option<Cow<'r, str>>) {
    let code = record.hint(&["Sign-in error code"]).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
    let status = record.hint(&["Status"]);
    match (code, status) {
        (Some(code), _) if !is_zero(&code) => {
            (Some(Outcome::Failure), Some(joined(code, record.hint(&["Failure reason"]).filter(|r| r != "Other."))))
        }
        (_, Some(word)) => match outcome_of(&word) {
            Some(outcome) => (Some(outcome), record.hint(&["Failure reason"]).filter(|_| outcome == Outcome::Failure)),
            None => (None, Some(word)),
        },
        (Some(_), None) => (Some(Outcome::Success), None),
        (None, None) => (None, None),
    }
}

fn failure_text<'r>(record: &Fields<'r>, outcome: Option<Outcome>) -> Option<Cow<'r, str>> {
    record.hint(&["resultDescription"]).filter(|_| outcome == Some(Outcome::Failure))
}

fn is_zero(code: &str) -> bool {
    code.parse() == Ok(0)
}

fn joined<'r>(code: Cow<'r, str>, reason: Option<Cow<'r, str>>) -> Cow<'r, str> {
    reason.map_or(code.clone(), |reason| Cow::Owned(format!("{code}: {reason}")))
}

fn unified<'r>(record: &Fields<'r>, dates: Dates) -> Result<SignIn<'r>, Reason> {
    let operation = record.text(&["Operation"], "/Operation")?.ok_or("/Operation: missing")?;
    let stamp = first_stamp(&[(record, CREATION_TIME)], "/CreationTime", dates)?;
    let spelled = record.hint(CREATION_TIME);
    let extended = record.objects(&["ExtendedProperties"], "/ExtendedProperties").unwrap_or_default();
    let device = record.objects(&["DeviceProperties"], "/DeviceProperties").unwrap_or_default();
    let named = |list: &[Fields<'r>], name: &str| {
        list.iter().find(|p| p.hint(&["Name"]).as_deref() == Some(name)).and_then(|p| p.hint(&["Value"]))
    };
    let actor = parties(record, &["Actor"], "/Actor")?.into_iter().next().unwrap_or_default();
    let (is_known, outcome, reason) = unified_outcome(record, &operation);
    Ok(SignIn {
        delivery: M365,
        micros: stamp.micros,
        rewritten: spelled.is_some_and(|s| !s.contains('T')) || record.is_lowered(&["Operation", "CreationTime"]),
        id: record.hint(&["Id"]),
        activity: operation,
        is_known,
        outcome,
        reason,
        correlation: record.hint(&["InterSystemsId"]),
        actor: actor.login.or_else(|| record.hint(&["UserId"]).filter(|id| id != "Not Available")),
        actor_id: actor.id,
        actor_kind: Some("user"),
        channel: "unknown",
        client: named(&extended, "RequestType"),
        resource_id: record.hint(&["ObjectId"]),
        source_ip: record.hint(&["ActorIpAddress", "ClientIP"]),
        user_agent: named(&extended, "UserAgent"),
        session: named(&device, "SessionId"),
        ..SignIn::default()
    })
}

/// `ResultStatus` says Success of failed sign-ins too: only the operation and the error tell.
fn unified_outcome<'r>(record: &Fields<'r>, operation: &str) -> (bool, Option<Outcome>, Option<Cow<'r, str>>) {
    let code = record.hint(&["ErrorNumber"]).filter(|code| !is_zero(code));
    let error = record.hint(&["LogonError"]);
    let reason = match (code, error) {
        (Some(code), error) => Some(joined(code, error)),
        (None, error) => error,
    };
    match operation.trim_end_matches('.') {
        "UserLoggedIn" if reason.is_none() => (true, Some(Outcome::Success), None),
        "UserLoggedIn" | "UserLoginFailed" => (true, Some(Outcome::Failure), reason),
        _ => (false, None, reason.or_else(|| record.word(&["ResultStatus"]))),
    }
}
