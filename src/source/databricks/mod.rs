//! Databricks audit log (source `databricks`).

mod changes;
mod kin;
mod params;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::changes::{Level, is_uuid};
use self::params::Params;
use self::record::{Response, Row, SHAPE};
use self::vocabulary::{Act, Meaning, meaning};
use super::decode::{Reason, checked, decode, without_port};
use super::instant::epoch_milliseconds;
use super::{Doc, Envelope, Fate, Form, Kin, Mark, Record, Source, Traits};
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

    fn forms(&self) -> &'static [Form] {
        &[Form {
            name: "delivery_json",
            doc: "A row of the JSON log delivery on AWS or GCP",
            marks: &[
                Mark::AnyOf(&["/serviceName"]),
                Mark::AnyOf(&["/actionName"]),
                Mark::AnyOf(&["/timestamp", "/userIdentity", "/requestParams", "/response", "/workspaceId"]),
            ],
        }]
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

    fn kin(&self, traits: &Traits<'_>) -> Option<Kin> {
        kin::kin(traits)
    }

    fn doc(&self) -> &'static Doc {
        &Doc { title: "Databricks audit log", events: &[], changes: &[], missing: &[] }
    }
}

fn event<'r>(record: &Record<'r>) -> Result<Event<'r>, Reason> {
    let row = decode::<Row<'r>>(checked(record.bytes)?, SHAPE)?;
    let (event_type, known) = event_type(&row)?;
    let milliseconds = epoch_milliseconds(&row.timestamp, "/timestamp")?;
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let request_id = row.request_id.id("/requestId")?;
    let place = Place::of(&row, record.path, known.is_some())?;
    let (outcome, status) = outcome(&row.response)?;
    let changes = changes::changes(act, place.level, &row.request_params, outcome)?;
    let endpoint = endpoint(&row.request_params, known.is_some())?;
    let (actor, actor_kind) = actor(&row, plane)?;
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
        actor,
        actor_kind,
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
        delivery: "delivery_json",
        mapped: known.is_some(),
        changes,
        statements: Vec::new(),
    })
}

/// The event type, with what is known of it.
fn event_type(row: &Row<'_>) -> Result<(Cow<'static, str>, Option<Meaning>), Reason> {
    let service = row.service_name.as_deref().ok_or("/serviceName: missing")?;
    let action = row.action_name.as_deref().ok_or("/actionName: missing")?;
    Ok(meaning(service, action))
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
        let workspace_id = digits.clone().filter(|id| !id.trim_start_matches('0').is_empty());
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

/// Who acted, and what that is. Failed sign-ins have no identity yet, only the name that was tried.
fn actor<'r>(row: &Row<'r>, plane: Plane) -> Result<(Option<Text<'r>>, Option<Text<'r>>), Reason> {
    let actor = match (&row.user_identity.email, plane) {
        (None, Plane::Usage) => row.request_params.text(&["user", "userName", "user_name"])?,
        (email, _) => email.clone(),
    };
    let kind = actor.as_deref().and_then(actor_kind).map(Cow::Borrowed);
    Ok((actor, kind))
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

/// The main object: the subject of the change, the group of a bulk change, else what the parameters name.
fn target<'r>(params: &Params<'r>, changes: &[Change<'r>]) -> Target<'r> {
    match changes {
        [] => {
            let name = params.hint(&["targetUserName", "securable_full_name", "full_name_arg", "name_arg", "name"]);
            (name, params.hint(&["targetUserId", "resourceId", "principal_id"]), None)
        }
        [change] => {
            let kind = (change.subject_kind != SubjectKind::Unknown).then(|| change.subject_kind.as_str());
            (change.subject.clone(), change.subject_id.clone(), kind.map(Cow::Borrowed))
        }
        [change, ..] => (change.entitlement.clone(), change.entitlement_id.clone(), Some(Cow::Borrowed("group"))),
    }
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
            Some(&params),
            status.as_ref().map(<[u8; 8]>::as_slice),
        ],
    )
}

fn bytes<'t>(text: &'t Option<Text<'_>>) -> Option<&'t [u8]> {
    text.as_ref().map(|t| t.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'r>(text: &'r str, path: &'r str) -> Box<Event<'r>> {
        match Databricks.read(&Record { bytes: text.as_bytes(), path, zone: None }) {
            Fate::Accepted(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_row_without_workspace_is_placed_by_its_folder() {
        let bare = r#"{"timestamp":1782892800000,"serviceName":"accounts","actionName":"setAdmin"}"#;
        for (path, scope, workspace_id, role) in [
            (
                "logs/workspaceId=4150000000000001/date=2026-07-01/a.json",
                "4150000000000001",
                Some("4150000000000001"),
                Some("workspace_admin"),
            ),
            ("logs/workspaceId=0/date=2026-07-01/a.json", "account", None, Some("account_admin")),
            ("logs/workspaceId=x/a.json", "unknown", None, None),
            ("logs/myworkspaceId=7/a.json", "unknown", None, None),
            ("a.json", "unknown", None, None),
        ] {
            let event = read(bare, path);
            assert_eq!((&*event.scope, event.workspace_id.as_deref()), (scope, workspace_id), "{path}");
            assert_eq!(event.changes[0].entitlement.as_deref(), role, "{path}");
        }
    }

    #[test]
    fn what_the_row_says_of_its_workspace_goes_before_its_folder() {
        let row = r#"{"timestamp":1782892800000,"workspaceId":"0","serviceName":"accounts","actionName":"add"}"#;
        assert_eq!(read(row, "workspaceId=7/a.json").scope, "account");
        let row = r#"{"timestamp":1782892800000,"workspaceId":8,"serviceName":"accounts","actionName":"add"}"#;
        assert_eq!(read(row, "workspaceId=7/a.json").scope, "8");
    }

    #[test]
    fn identity_follows_what_deliveries_share() {
        let row = |extra: &str, params: &str| {
            let text = format!(
                r#"{{"timestamp":1782892800000,"serviceName":"s","actionName":"a","requestId":"r"{extra},"requestParams":{params}}}"#
            );
            read(&text, "a.json").identity
        };
        let first = row("", r#"{"b":"{\"y\":1,\"x\":2}","a":7}"#);
        for (extra, params) in [
            ("", r#"{"a":"7","b":"{\"x\":2,\"y\":1}","c":null}"#),
            ("", r#"{"a":7,"b":{"x":2,"y":1,"z":null}}"#),
            (r#","sessionId":"s","sourceIPAddress":"192.0.2.1","userAgent":"u""#, r#"{"a":7,"b":{"x":2,"y":1}}"#),
            (r#","response":{"errorMessage":"e"}"#, r#"{"a":7,"b":{"x":2,"y":1}}"#),
        ] {
            assert_eq!(row(extra, params), first, "{extra} {params}");
        }
        for (extra, params) in [
            ("", r#"{"a":"8","b":{"x":2,"y":1}}"#),
            ("", r#"{"a":7,"b":{"x":2,"y":1},"c":""}"#),
            ("", r#"{"a":7,"B":{"x":2,"y":1}}"#),
            (r#","response":{"statusCode":200}"#, r#"{"a":7,"b":{"x":2,"y":1}}"#),
            (r#","workspaceId":7"#, r#"{"a":7,"b":{"x":2,"y":1}}"#),
            (r#","userIdentity":{"email":"a@example.com"}"#, r#"{"a":7,"b":{"x":2,"y":1}}"#),
        ] {
            assert_ne!(row(extra, params), first, "{extra} {params}");
        }
    }

    #[test]
    fn text_is_borrowed_from_the_record() {
        let row = r#"{"timestamp":1782892800000,"serviceName":"accounts","actionName":"add","userIdentity":{"email":"a@example.com"},"requestParams":{"targetUserName":"b@example.com","targetUserId":7}}"#;
        let event = read(row, "a.json");
        let change = &event.changes[0];
        for text in [&event.actor, &change.subject, &change.subject_id] {
            assert!(matches!(text, Some(Cow::Borrowed(_))), "{text:?}");
        }
    }
}
