//! The forms of delivery other than JSON lines in object storage, each brought into the shape of such a row.

use std::borrow::Cow;

use super::fields::Fields;
use super::place::{Site, workspace_name};
use super::record::{Answer, Response, Row, UserIdentity};
use super::when::{Zone, instant};
use crate::event::Text;
use crate::source::Record;
use crate::source::decode::Reason;
use crate::source::instant::Spelled;
use crate::source::loose::Loose;

/// What all operations of Databricks in Azure Monitor begin with; its other records are those of other products.
const OPERATION: &str = "Microsoft.Databricks/";

/// Categories of Azure's Activity Log, which tells what was done to a workspace as a resource of Azure, under operations that begin
/// likewise (Azure Monitor, categories in the Activity Log).
const ACTIVITY: [&str; 8] =
    ["Administrative", "Alert", "Autoscale", "Policy", "Recommendation", "ResourceHealth", "Security", "ServiceHealth"];

/// Why a record of that log is none of Databricks' own.
pub(super) const OF_ACTIVITY_LOG: &str = "azure_activity_log";

/// Columns of which every export keeps some.
const OWN: &[&str] = &["requestparams", "useridentity", "auditlevel", "workspaceid", "response", "requestid"];

/// A row, with what its delivery says beside it.
#[derive(Debug)]
pub(super) struct Delivered<'r> {
    pub(super) row: Row<'r>,
    pub(super) answer: Answer<'r>,
    /// Microseconds since the epoch, UTC.
    pub(super) micros: i64,
    pub(super) delivery: &'static str,
    pub(super) parse_rule: &'static str,
    pub(super) native_id: Option<Text<'r>>,
    pub(super) site: Site<'r>,
    /// Who had signed in where another identity was assumed.
    pub(super) run_by: Option<Text<'r>>,
}

/// The row of a record; `None` = the record has none of these forms.
pub(super) fn delivered<'r>(text: &'r str, record: &Record<'r>) -> Option<Result<Delivered<'r>, Reason>> {
    let fields = Fields::of_json(Cow::Borrowed(text))?;
    if let Some(operation) = fields.text("operationname") {
        let is_ours = operation.get(..OPERATION.len()).is_some_and(|head| head.eq_ignore_ascii_case(OPERATION));
        return is_ours.then(|| fields.unambiguous().and_then(|()| monitor(&fields, Some(&operation), record)));
    }
    if !fields.has("servicename") || !fields.has("actionname") {
        return None;
    }
    if fields.has("timegenerated") {
        return Some(fields.unambiguous().and_then(|()| monitor(&fields, None, record)));
    }
    let is_delivery = fields.has("timestamp") && !fields.has("eventtime");
    // A row with the keys of the delivery has been tried as one.
    let is_export = fields.has("eventtime") || (is_delivery && !fields.has_key("serviceName"));
    let is_ours = is_export && OWN.iter().any(|name| fields.has(name));
    is_ours.then(|| fields.unambiguous().and_then(|()| table(&fields, is_delivery, record)))
}

/// A row of `system.access.audit`, or of a delivery whose keys have been rewritten.
fn table<'r>(fields: &Fields<'r>, is_delivery: bool, record: &Record<'r>) -> Result<Delivered<'r>, Reason> {
    let name = if is_delivery { "timestamp" } else { "eventtime" };
    let time = time(fields, name, record)?;
    let metadata = fields.inner("identitymetadata")?;
    let (response, answer) = response(fields)?;
    let row = Row {
        version: loose(fields.text("version")),
        timestamp: Loose::Null,
        audit_level: fields.text("auditlevel"),
        account_id: loose(fields.text("accountid")),
        workspace_id: loose(fields.text("workspaceid")),
        service_name: fields.text("servicename"),
        action_name: fields.text("actionname"),
        request_id: loose(fields.text("requestid")),
        source_ip_address: fields.text("sourceipaddress"),
        user_agent: fields.text("useragent"),
        session_id: loose(fields.text("sessionid")),
        user_identity: identity(fields, "useridentity")?,
        request_params: fields.params("requestparams")?,
        response,
    };
    Ok(Delivered {
        row,
        answer,
        micros: time.micros,
        delivery: if is_delivery { "delivery_json" } else { "system_table" },
        parse_rule: if time.rewritten || is_delivery { "re_exported" } else { "native" },
        native_id: fields.text("eventid"),
        site: if is_delivery { Site::Row } else { Site::Table },
        run_by: metadata.and_then(|m| m.text("runby")),
    })
}

/// A diagnostic record of Azure Monitor, or a row of the tables that it fills.
fn monitor<'r>(outer: &Fields<'r>, operation: Option<&str>, record: &Record<'r>) -> Result<Delivered<'r>, Reason> {
    let is_row = outer.has("timegenerated");
    let properties = if is_row { None } else { outer.inner("properties")? };
    let inner = properties.as_ref().unwrap_or(outer);
    let is_category = |category: Text<'_>| ACTIVITY.iter().any(|of| category.eq_ignore_ascii_case(of));
    if !inner.has("actionname") && outer.text("category").is_some_and(is_category) {
        return Err(Cow::Borrowed(OF_ACTIVITY_LOG));
    }
    let time = time(outer, if is_row { "timegenerated" } else { "time" }, record)?;
    let mut words = operation.and_then(|o| o.get(OPERATION.len()..)).unwrap_or_default().splitn(2, '/');
    let mut word = || words.next().filter(|w| !w.is_empty()).map(|w| Cow::Owned(w.to_owned()));
    let (category, action) = (word(), word());
    let (response, answer) = response(inner)?;
    let version = outer.text("operationversion").or_else(|| inner.text("operationversion"));
    let row = Row {
        version: loose(version),
        service_name: inner.text("servicename").or_else(|| outer.text("category")).or(category),
        action_name: inner.text("actionname").or(action),
        request_id: loose(inner.text("requestid")),
        source_ip_address: inner.text("sourceipaddress"),
        user_agent: inner.text("useragent"),
        session_id: loose(inner.text("sessionid")),
        user_identity: identity(if outer.has("identity") { outer } else { inner }, "identity")?,
        request_params: inner.params("requestparams")?,
        response,
        ..Row::default()
    };
    let resource = outer.text("resourceid").or_else(|| inner.text("resourceid"));
    Ok(Delivered {
        row,
        answer,
        micros: time.micros,
        delivery: if is_row { "log_analytics" } else { "azure_diagnostic" },
        parse_rule: if time.rewritten { "re_exported" } else { "native" },
        native_id: inner.text("logid"),
        site: Site::Workspace(resource.as_deref().and_then(workspace_name).map(Cow::Owned)),
        run_by: None,
    })
}

fn time(fields: &Fields<'_>, name: &str, record: &Record<'_>) -> Result<Spelled, Reason> {
    let Some((key, value)) = fields.entry(name) else { return Err(Cow::Owned(format!("/{name}: missing"))) };
    let is_utc = key.split_once('[').is_some_and(|(_, unit)| unit.trim_end_matches(']').eq_ignore_ascii_case("utc"));
    instant(value, &format!("/{key}"), if is_utc { Zone::Utc } else { Zone::Declared(record.zone) }, record.dates)
}

/// Who acted: an object, or in older tables the bare name.
fn identity<'r>(fields: &Fields<'r>, name: &str) -> Result<UserIdentity<'r>, Reason> {
    match fields.text(name) {
        Some(email) if !email.trim_start().starts_with(['{', '[', '"']) => {
            Ok(UserIdentity { email: Some(email), subject_name: None })
        }
        _ => Ok(fields.inner(name)?.map_or_else(UserIdentity::default, |user| UserIdentity {
            email: user.text("email"),
            subject_name: user.text("subjectname"),
        })),
    }
}

fn response<'r>(fields: &Fields<'r>) -> Result<(Response<'r>, Answer<'r>), Reason> {
    let Some(fields) = fields.inner("response")? else { return Ok((Response::default(), Answer::Json(None))) };
    let response = Response {
        status_code: fields.entry("statuscode").map_or(Loose::Null, |(_, status)| status.clone()),
        error_message: fields.text("errormessage"),
    };
    Ok((response, Answer::Json(fields.json("result").ok().flatten())))
}

fn loose(text: Option<Cow<'_, str>>) -> Loose<'_> {
    text.map_or(Loose::Null, Loose::Text)
}
