//! A simulated organisation, read back from disk into one shape, whatever it was delivered in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::simulate::calendar::{Log, Scope};
use crate::simulate::databricks::resource_name;
use crate::simulate::{Plan, write};

/// All files of an output, and the records in them.
pub(super) struct Output {
    pub(super) plan: Plan,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Records of the identity provider: `id`, `source`, `type`, `time` in milliseconds, `record`.
    pub(super) provider: Vec<Value>,
    /// Rows of Databricks with the keys of the delivery on AWS.
    pub(super) databricks: Vec<Value>,
}

impl Output {
    pub(super) fn of(plan: Plan) -> Self {
        let folder = TempDir::new().unwrap();
        write(&plan, folder.path()).unwrap();
        let files = contents(folder.path(), folder.path());
        let of_folder = |prefix: &str| -> Vec<Value> {
            files.iter().filter(|(name, _)| name.starts_with(prefix)).flat_map(|(n, bytes)| records(n, bytes)).collect()
        };
        let provider = of_folder(&format!("{}/", plan.provider.word())).into_iter().map(of_provider).collect();
        let databricks = of_folder("databricks/").into_iter().map(row).collect();
        Self { plan, files, provider, databricks }
    }

    /// Rows of a truth file, by column name.
    pub(super) fn truth(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_reader(self.files[&format!("truth/{name}")].as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// The hours of a log that hold a record, counted from 1970.
    pub(super) fn hours(&self, log: Log, source: &str) -> BTreeSet<i64> {
        match log {
            Log::Provider => {
                self.provider.iter().filter(|entry| entry["source"] == source).map(|e| hour(time_of(e))).collect()
            }
            Log::Databricks(scope) => {
                let of_scope = |row: &&Value| row["workspaceId"].as_u64() == Some(scope.workspace_id());
                self.databricks.iter().filter(of_scope).map(|row| hour(millis(row))).collect()
            }
        }
    }
}

/// Every file below a folder, by its path from the root.
pub(super) fn contents(folder: &Path, root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path, root));
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

pub(super) fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn millis(row: &Value) -> i64 {
    row["timestamp"].as_i64().unwrap()
}

pub(super) fn time_of(entry: &Value) -> i64 {
    entry["time"].as_i64().unwrap()
}

pub(super) fn hour(millis: i64) -> i64 {
    millis.div_euclid(3_600_000)
}

/// The records of one file. Everything in it must parse.
fn records(name: &str, bytes: &[u8]) -> Vec<Value> {
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    if name.contains(".csv") {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
        return rows.map(|row| row.into_iter().map(|(k, v)| (k, nested(&v))).collect()).collect();
    }
    if text.starts_with('[') {
        return serde_json::from_str(&text).unwrap();
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let page = |pointer: &str| lines.first().and_then(|page| page.pointer(pointer)).and_then(Value::as_array).cloned();
    page("/value").or_else(|| page("/_embedded/activities")).unwrap_or(lines)
}

/// A text, or the JSON object that it holds.
fn nested(text: &str) -> Value {
    if text.starts_with('{') { serde_json::from_str(text).unwrap() } else { Value::from(text) }
}

/// A record of an identity provider, out of whatever it was delivered in.
fn of_provider(record: Value) -> Value {
    let record = if record["detail-type"] == "SystemLog" {
        record["detail"].clone()
    } else if record["eventType"] == "com.okta.event_hook" {
        record["data"]["events"][0].clone()
    } else {
        record
    };
    let (source, id, kind, time) = if record["uuid"].is_string() {
        ("okta", "/uuid", "/eventType", "/published")
    } else if record["changeId"].is_string() {
        ("entra_provisioning", "/changeId", "/provisioningAction", "/activityDateTime")
    } else if record["activityDisplayName"].is_string() {
        ("entra_audit", "/id", "/activityDisplayName", "/activityDateTime")
    } else {
        ("pingone", "/id", "/action/type", "/recordedAt")
    };
    let time = parsed(text(&record, time));
    json!({ "source": source, "id": text(&record, id), "type": text(&record, kind), "time": time, "record": record })
}

fn parsed(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis()
}

/// A row of Databricks, with the keys of the delivery on AWS.
fn row(record: Value) -> Value {
    if record["timestamp"].is_i64() {
        return record;
    }
    if record["event_time"].is_string() {
        let status = &record["response"]["status_code"];
        return json!({
            "timestamp": parsed(text(&record, "/event_time")),
            "workspaceId": text(&record, "/workspace_id").parse::<u64>().unwrap(),
            "serviceName": record["service_name"],
            "actionName": record["action_name"],
            "requestId": record["request_id"],
            "userIdentity": record["user_identity"],
            "requestParams": record["request_params"],
            "response": { "statusCode": status },
        });
    }
    let properties = &record["properties"];
    let is_of = |scope: &Scope| text(&record, "/resourceId").ends_with(&resource_name(*scope).to_uppercase());
    let scope = [Scope::Production, Scope::Sandbox].into_iter().find(is_of).unwrap();
    json!({
        "timestamp": parsed(text(&record, "/time")),
        "workspaceId": scope.workspace_id(),
        "serviceName": properties["serviceName"],
        "actionName": properties["actionName"],
        "requestId": properties["requestId"],
        "userIdentity": nested(text(&record, "/identity")),
        "requestParams": nested(text(properties, "/requestParams")),
        "response": properties["response"].as_str().map_or(Value::Null, nested),
    })
}
