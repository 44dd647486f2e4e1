//! Databricks audit log (source `databricks`).

mod changes;
mod deliveries;
mod doc;
mod fields;
mod forms;
mod kin;
mod params;
mod parties;
mod place;
mod record;
mod vocabulary;
mod when;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use self::changes::Context;
use self::deliveries::{Delivered, OF_ACTIVITY_LOG, delivered};
use self::forms::FORMS;
use self::params::Params;
use self::parties::{actor, channel, target};
use self::place::{Place, Site};
use self::record::{Answer, Response, Row, SHAPE};
use self::vocabulary::{Act, meaning};
use super::decode::{Reason, checked, decode, without_port};
use super::instant::epoch_milliseconds;
use super::{Doc, Envelope, Fate, Form, Kin, Record, Source, Traits};
use crate::event::{Event, Outcome, Plane, Text, canonical, digest};

const ID: &str = "databricks";

/// The key that rows of the JSON delivery have, and hardly any other record.
static TIMESTAMP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"timestamp\""));

/// Databricks audit log: delivered to object storage, by Azure Monitor, or exported from the system table.
#[derive(Debug)]
pub struct Databricks;

impl Source for Databricks {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        FORMS
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "SQL statement result", marker: b"\"data_array\"", path: &["result", "data_array"] }]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match row(record).and_then(|delivered| event(delivered, record.path)) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) if reason == OF_ACTIVITY_LOG => Fate::Filtered(OF_ACTIVITY_LOG),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn knows_version(&self, version: &str) -> bool {
        // Azure Monitor numbers its own layout.
        ["1.0", "2.0", "1.0.0"].contains(&version)
    }

    fn kin(&self, traits: &Traits<'_>) -> Option<Kin> {
        kin::kin(traits)
    }

    fn is_coarse(&self, delivery: &str) -> bool {
        kin::is_coarse(delivery)
    }

    fn identity_with(&self, stored: &Traits<'_>, shared: &[u8]) -> Option<[u8; 16]> {
        kin::has_kin(stored.delivery).then(|| kin::identity_with(stored, shared))
    }

    fn grain(&self) -> i64 {
        1_000
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

/// The row of a record. Nearly all rows are of the JSON delivery, and told by the key that no other form has.
fn row<'r>(record: &Record<'r>) -> Result<Delivered<'r>, Reason> {
    let text = checked(record.text)?;
    let other = || delivered(text, record);
    let is_delivery = TIMESTAMP.find(record.text.as_bytes()).is_some();
    if let Some(delivered) = (!is_delivery).then(other).flatten() {
        return delivered;
    }
    match Row::scanned(text).map_or_else(|| decode::<Row<'r>>(text, SHAPE), Ok) {
        Ok(row) if row.service_name.is_some() || row.action_name.is_some() => of_delivery(row, text),
        read => match other() {
            Some(delivered) => delivered,
            None => of_delivery(read?, text),
        },
    }
}

/// The request parameters of a record, each as text; empty where it is no record of ours.
pub(super) fn parameters(record: &Record<'_>) -> BTreeMap<String, String> {
    let Ok(delivered) = row(record) else { return BTreeMap::new() };
    let entries = delivered.row.request_params.entries();
    entries.filter_map(|(key, value)| Some((key.to_owned(), value.plain()?.into_owned()))).collect()
}

/// The JSON of the result in the response of a record.
pub(super) fn answer(record: &Record<'_>) -> Option<String> {
    row(record).ok()?.answer.json().map(Cow::into_owned)
}

fn of_delivery<'r>(row: Row<'r>, text: &'r str) -> Result<Delivered<'r>, Reason> {
    // Who it is not comes first: a record of another source lacks these, whatever else it has.
    service_action(&row)?;
    let milliseconds = epoch_milliseconds(&row.timestamp, "/timestamp")?;
    Ok(Delivered {
        row,
        answer: Answer::In(text),
        micros: milliseconds * 1000,
        delivery: "delivery_json",
        parse_rule: "native",
        native_id: None,
        site: Site::Row,
        run_by: None,
    })
}

fn event<'r>(delivered: Delivered<'r>, path: &'r str) -> Result<Event<'r>, Reason> {
    let Delivered { row, answer, micros, delivery, parse_rule, native_id, site, run_by } = delivered;
    let (event_type, known) = service_action(&row).map(|(service, action)| meaning(service, action))?;
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let request_id = row.request_id.id("/requestId")?;
    let place = Place::of(&row, &site, path, known.is_some())?;
    let (outcome, status) = outcome(&row.response)?;
    let found = changes::found(act, Context { params: &row.request_params, answer: &answer, place: &place, outcome })?;
    let endpoint = endpoint(&row.request_params, known.is_some(), plane)?;
    let canonical = canonical_of(&row, micros, &place, request_id.as_deref(), status);
    let identity = kin::named(digest(&canonical), delivery, native_id.as_deref());
    let own = kin::has_kin(delivery).then(|| kin::placed(micros, &place.scope, place.workspace_id.as_deref()).len());
    let shared = own.and_then(|own| canonical.get(own..)).unwrap_or_default().to_vec();
    let (target, target_id, target_kind) = target(&row.request_params, &found);
    let (actor, actor_id, actor_kind) = actor(&row, run_by, plane)?;
    Ok(Event {
        shared,
        native_id,
        request_id,
        plane,
        outcome,
        outcome_reason: row.response.error_message,
        actor,
        actor_kind,
        actor_id,
        channel: Some(Cow::Borrowed(channel(endpoint.as_deref()))),
        endpoint,
        target,
        target_id,
        target_kind,
        scope: place.scope,
        workspace_id: place.workspace_id,
        account_id: row.account_id.id("/accountId")?,
        source_ip: row.source_ip_address.map(without_port),
        user_agent: row.user_agent,
        session_id: row.session_id.id("/sessionId")?,
        parse_rule: if found.is_partial { "partial" } else { parse_rule },
        schema_version: row.version.said(),
        delivery,
        mapped: known.is_some(),
        changes: found.changes,
        statements: found.statements,
        ..Event::new(identity, micros, event_type)
    })
}

fn service_action<'w>(row: &'w Row<'_>) -> Result<(&'w str, &'w str), Reason> {
    let service = row.service_name.as_deref().ok_or("/serviceName: missing")?;
    let action = row.action_name.as_deref().ok_or("/actionName: missing")?;
    Ok((service, action))
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

/// The parameter that names the door; of sign-ins the method by which they were authenticated. In rows of unknown meaning it may be
/// anything, so there it is only a hint.
fn endpoint<'r>(params: &Params<'r>, known: bool, plane: Plane) -> Result<Option<Text<'r>>, Reason> {
    let door = if known { params.text(&["endpoint"])? } else { params.hint(&["endpoint"]) };
    let method = || params.hint(&["authenticationMethod", "authentication_method"]).filter(|m| !m.trim().is_empty());
    Ok(if plane == Plane::Usage { door.or_else(method) } else { door })
}

/// What every delivery of one row carries; session, address and user agent differ or are missing in some. Where and when comes first
/// ([`kin::placed`]), since Azure Monitor says both in its own way.
fn canonical_of(row: &Row<'_>, micros: i64, place: &Place<'_>, request: Option<&str>, status: Option<i64>) -> Vec<u8> {
    let (time, status) = (micros.div_euclid(1000).to_le_bytes(), status.map(i64::to_le_bytes));
    let params = row.request_params.canonical();
    canonical(
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
    use crate::source::detect;

    fn read<'r>(text: &'r str, path: &'r str) -> Box<Event<'r>> {
        match Databricks.read(&Record::new(text, path)) {
            Fate::Accepted(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_form_is_detected_and_other_products_are_not() {
        let detected = |record: &str| detect(&serde_json::from_str(record).unwrap()).map(Source::id).ok();
        for record in [
            r#"{"operationName":"Microsoft.Databricks/accounts/add","time":"t","properties":{}}"#,
            r#"{"OPERATIONNAME":"MICROSOFT.DATABRICKS/accounts/add","properties":"{}"}"#,
            r#"{"TimeGenerated [UTC]":"t","ServiceName":"accounts","ActionName":"add","LogId":"l"}"#,
            r#"{"event_time":"t","service_name":"accounts","action_name":"add","request_params":"{}"}"#,
        ] {
            assert_eq!(detected(record), Some(ID), "{record}");
        }
        for record in [
            r#"{"operationName":"Add user","category":"AuditLogs","time":"t","properties":{}}"#,
            r#"{"TimeGenerated":"t","OperationName":"Sign-in activity","Category":"SignInLogs","Identity":"x"}"#,
            r#"{"timestamp":"t","service_name":"billing","action_name":"pay"}"#,
        ] {
            assert_ne!(detected(record), Some(ID), "{record}");
        }
    }

    #[test]
    fn records_of_the_activity_log_are_left_out() {
        let record = |category: &str, properties: &str| {
            format!(
                r#"{{"time":"2026-07-01T08:00:00Z","operationName":"MICROSOFT.DATABRICKS/WORKSPACES/WRITE","category":"{category}",
                "resourceId":"/a/workspaces/w","properties":{{{properties}}}}}"#
            )
        };
        let fate =
            |text: &str| matches!(Databricks.read(&Record::new(text, "a.json")), Fate::Filtered(OF_ACTIVITY_LOG));
        assert!(fate(&record("Administrative", r#""statusCode":"OK""#)));
        assert!(!fate(&record("workspace", "")));
        assert!(!fate(&record("Administrative", r#""actionName":"write""#)));
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
