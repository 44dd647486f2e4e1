//! Databricks audit log (source `databricks`).

mod changes;
mod params;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::changes::{Level, is_uuid};
use self::params::Params;
use self::record::{Response, Row, SHAPE};
use self::vocabulary::{Act, meaning};
use super::decode::{Reason, checked, decode, without_port};
use super::instant::epoch_milliseconds;
use super::{Envelope, Fate, Mark, Record, Source};
use crate::change::{Change, SubjectKind};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "databricks";

/// Databricks audit log: the JSON lines that are delivered to object storage on AWS and GCP.
#[derive(Debug)]
pub struct Databricks;

impl Source for Databricks {
    fn id(&self) -> &'static str {
        ID
    }

    fn signature(&self) -> &'static [Mark] {
        &[
            Mark::AnyOf(&["/serviceName"]),
            Mark::AnyOf(&["/actionName"]),
            Mark::AnyOf(&["/timestamp", "/userIdentity", "/requestParams", "/response", "/workspaceId"]),
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }
}

fn event<'r>(record: &Record<'r>) -> Result<Event<'r>, Reason> {
    let row = decode::<Row<'r>>(checked(record.bytes)?, SHAPE)?;
    let service = row.service_name.as_deref().ok_or("/serviceName: missing")?;
    let action = row.action_name.as_deref().ok_or("/actionName: missing")?;
    let milliseconds = epoch_milliseconds(&row.timestamp, "/timestamp")?;
    let (event_type, known) = meaning(service, action);
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let request_id = row.request_id.id("/requestId")?;
    let place = Place::of(&row, record.path, known.is_some())?;
    let (outcome, status) = outcome(&row.response)?;
    let changes = changes::changes(act, place.level, &row.request_params, outcome)?;
    let endpoint = endpoint(&row.request_params, known.is_some())?;
    let actor = actor(&row, plane)?;
    let (target, target_id, target_kind) = target(&row.request_params, &changes);
    let identity = identity_of(&row, milliseconds, &place, request_id.as_deref(), status);
    Ok(Event {
        identity,
        native_id: None,
        request_id,
        event_time: milliseconds * 1000,
        event_type,
        plane,
        outcome,
        outcome_reason: row.response.error_message,
        actor_kind: actor.as_deref().and_then(actor_kind).map(Cow::Borrowed),
        actor,
        actor_id: row.user_identity.subject_name,
        channel: Some(Cow::Borrowed(channel(endpoint.as_deref()))),
        endpoint,
        target,
        target_id,
        target_kind,
        app: None,
        scope: place.scope,
        workspace_id: place.workspace_id,
        account_id: row.account_id.id("/accountId")?,
        source_ip: row.source_ip_address.map(without_port),
        user_agent: row.user_agent,
        session_id: row.session_id.id("/sessionId")?,
        parse_rule: "native",
        mapped: known.is_some(),
        changes,
    })
}

/// Where a row holds.
struct Place<'r> {
    level: Level,
    scope: Text<'r>,
    workspace_id: Option<Text<'r>>,
}

impl<'r> Place<'r> {
    /// The row says it; a row that does not is placed by the folder it was delivered to.
    fn of(row: &Row<'r>, path: &'r str, known: bool) -> Result<Self, Reason> {
        let digits = match row.workspace_id.id("/workspaceId")? {
            Some(id) if !is_digits(&id) => return Err(row.workspace_id.unfit("/workspaceId", "digits")),
            Some(id) => Some(id),
            None => folder_workspace(path).map(Cow::Borrowed),
        };
        let says = |level: &str| row.audit_level.as_deref().is_some_and(|l| l.eq_ignore_ascii_case(level));
        let workspace_id = digits.clone().filter(|id| id.trim_start_matches('0') != "");
        if says("ACCOUNT_LEVEL") || (digits.is_some() && workspace_id.is_none()) {
            // Unity Catalog logs at account level and keeps the workspace among the parameters.
            let params = &row.request_params;
            let param = if known { params.id(&["workspace_id"])? } else { params.hint(&["workspace_id"]) };
            let workspace_id = workspace_id.or(param.filter(|id| is_digits(id) && id != "0"));
            return Ok(Self { level: Level::Account, scope: Cow::Borrowed("account"), workspace_id });
        }
        let level = if says("WORKSPACE_LEVEL") || digits.is_some() { Level::Workspace } else { Level::Unknown };
        Ok(Self { level, scope: workspace_id.clone().unwrap_or(Cow::Borrowed("unknown")), workspace_id })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The workspace of a delivery folder `workspaceId=<digits>`.
fn folder_workspace(path: &str) -> Option<&str> {
    path.split(['/', '\\']).find_map(|part| part.strip_prefix("workspaceId=")).filter(|id| is_digits(id))
}

/// The outcome, and the status code behind it. A row without status says nothing about success.
fn outcome(response: &Response<'_>) -> Result<(Outcome, Option<i64>), Reason> {
    let status = response.status_code.whole();
    let status =
        status.map_err(|found| Cow::Owned(format!("/response/statusCode: expected a whole number, found {found}")))?;
    let outcome = match status {
        None | Some(209..=299) => Outcome::Unknown,
        Some(200..=208) => Outcome::Success,
        Some(_) => Outcome::Failure,
    };
    Ok((outcome, status))
}

/// The parameter that names the door. In rows of unknown meaning it may be anything, so there it is only a hint.
fn endpoint<'r>(params: &Params<'r>, known: bool) -> Result<Option<Text<'r>>, Reason> {
    if known { params.text(&["endpoint"]) } else { Ok(params.hint(&["endpoint"])) }
}

fn channel(endpoint: Option<&str>) -> &'static str {
    match endpoint {
        Some("scim") => "scim",
        Some("adminConsole") => "ui",
        Some("autoUserCreation") => "auto",
        Some("permissionAssignment" | "roleAssignment") => "api",
        Some("DatabricksApps") => "system",
        _ => "unknown",
    }
}

/// Who acted. Failed sign-ins have no identity yet, only the name that was tried.
fn actor<'r>(row: &Row<'r>, plane: Plane) -> Result<Option<Text<'r>>, Reason> {
    match (&row.user_identity.email, plane) {
        (None, Plane::Usage) => row.request_params.text(&["user", "userName", "user_name"]),
        (email, _) => Ok(email.clone()),
    }
}

fn actor_kind(actor: &str) -> Option<&'static str> {
    match actor {
        "System-User" | "unknown" | "dbadmin" => Some("system"),
        _ if is_uuid(actor) => Some("service_principal"),
        _ if actor.contains('@') => Some("user"),
        _ => None,
    }
}

type Target<'r> = (Option<Text<'r>>, Option<Text<'r>>, Option<Text<'r>>);

/// The main object: the subject of the change, else what the parameters name.
fn target<'r>(params: &Params<'r>, changes: &[Change<'r>]) -> Target<'r> {
    let Some(change) = changes.first() else {
        let name = params.hint(&["targetUserName", "securable_full_name", "full_name_arg", "name_arg", "name"]);
        return (name, params.hint(&["targetUserId", "resourceId", "principal_id"]), None);
    };
    let kind = (change.subject_kind != SubjectKind::Unknown).then(|| Cow::Borrowed(change.subject_kind.as_str()));
    (change.subject.clone(), change.subject_id.clone(), kind)
}

/// What every delivery of one row carries; session, address and user agent differ or are missing in some.
fn identity_of(
    row: &Row<'_>,
    milliseconds: i64,
    place: &Place<'_>,
    request: Option<&str>,
    status: Option<i64>,
) -> [u8; 16] {
    let (time, status) = (milliseconds.to_le_bytes(), status.map(i64::to_le_bytes));
    let params = row.request_params.canonical();
    identity(
        ID,
        &[
            Some(&time),
            Some(place.scope.as_bytes()),
            bytes(&place.workspace_id),
            bytes(&row.service_name),
            bytes(&row.action_name),
            request.map(str::as_bytes),
            bytes(&row.user_identity.email),
            Some(params.as_bytes()),
            status.as_ref().map(<[u8; 8]>::as_slice),
        ],
    )
}

fn bytes<'t>(text: &'t Option<Text<'_>>) -> Option<&'t [u8]> {
    text.as_ref().map(|t| t.as_bytes())
}
