//! One event that arrives by several deliveries is one event, in whatever order they come.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, MapBuilder, RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};
use tickmark::event::EVENTS;

use crate::support::{Place, lake_rows, parquet_rows};

/// 2026-07-01 08:00:00.123 UTC.
const MILLISECONDS: i64 = 1_782_892_800_123;
const PARAMS: [(&str, &str); 3] = [("endpoint", "scim"), ("targetUserId", "77"), ("targetUserName", "ada@example.com")];

fn params() -> Value {
    PARAMS.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()
}

/// As delivered to object storage on AWS.
fn delivered() -> String {
    json!({
        "version": "2.0", "auditLevel": "WORKSPACE_LEVEL", "timestamp": MILLISECONDS, "workspaceId": "4150000000000001",
        "accountId": "00000000-0000-4000-8000-00000000acc0", "serviceName": "accounts", "actionName": "add", "requestId": "r-1",
        "userIdentity": {"email": "scim-connector@example.com"}, "requestParams": params(), "response": {"statusCode": 200},
    })
    .to_string()
}

/// As a row of the system table, exported as JSON lines.
fn row(event_id: &str) -> String {
    json!({
        "version": "2.0", "audit_level": "WORKSPACE_LEVEL", "event_time": "2026-07-01T08:00:00.123Z", "event_id": event_id,
        "workspace_id": "4150000000000001", "account_id": "00000000-0000-4000-8000-00000000acc0", "service_name": "accounts",
        "action_name": "add", "request_id": "r-1", "user_identity": {"email": "scim-connector@example.com"},
        "request_params": params(), "response": {"status_code": 200},
    })
    .to_string()
}

/// As an Azure diagnostic record, with whole seconds and strings in strings.
fn record(log_id: &str) -> String {
    json!({
        "resourceId": "/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.DATABRICKS/WORKSPACES/DBX-PROD",
        "operationName": "Microsoft.Databricks/accounts/add", "operationVersion": "1.0.0", "category": "accounts",
        "time": "2026-07-01T08:00:00Z", "identity": json!({"email": "scim-connector@example.com"}).to_string(),
        "properties": {
            "logId": log_id, "serviceName": "accounts", "actionName": "add", "requestId": "r-1",
            "requestParams": params().to_string(), "response": json!({"statusCode": 200}).to_string(),
        },
    })
    .to_string()
}

fn texts(value: Option<&str>) -> ArrayRef {
    Arc::new(StringArray::from(vec![value]))
}

/// The row as Databricks writes it to Parquet: a map, structs, a timestamp.
fn write_parquet(path: &std::path::Path) {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in PARAMS {
        map.keys().append_value(key);
        map.values().append_value(value);
    }
    map.append(true).unwrap();
    let text = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
    let of =
        |fields: Vec<Arc<Field>>, arrays| Arc::new(StructArray::new(Fields::from(fields), arrays, None)) as ArrayRef;
    let identity = of(vec![text("email")], vec![texts(Some("scim-connector@example.com"))]);
    let code: ArrayRef = Arc::new(arrow::array::Int32Array::from(vec![200]));
    let response = of(
        vec![Arc::new(Field::new("status_code", DataType::Int32, true)), text("error_message")],
        vec![code, texts(None)],
    );
    let time = TimestampMicrosecondArray::from(vec![MILLISECONDS * 1000]).with_timezone("UTC");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("version", texts(Some("2.0"))),
        ("event_time", Arc::new(time)),
        ("audit_level", texts(Some("WORKSPACE_LEVEL"))),
        ("event_id", texts(Some("e-1"))),
        ("workspace_id", texts(Some("4150000000000001"))),
        ("account_id", texts(Some("00000000-0000-4000-8000-00000000acc0"))),
        ("service_name", texts(Some("accounts"))),
        ("action_name", texts(Some("add"))),
        ("request_id", texts(Some("r-1"))),
        ("user_identity", identity),
        ("request_params", Arc::new(map.finish())),
        ("response", response),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// What the lake says after files of that content were ingested one after the other.
fn told(files: &[&str]) -> Vec<(String, String)> {
    let place = Place::new();
    for (number, content) in files.iter().enumerate() {
        match *content {
            "parquet" => {
                place.write("in/0.json", "");
                write_parquet(&place.path(&format!("in/{number}.parquet")));
            }
            text => place.write(&format!("in/{number}.json"), text.to_owned() + "\n"),
        }
        place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    }
    let rows = lake_rows(&place.path("lake"), &EVENTS);
    rows.into_iter().map(|row| (row["delivery"].clone(), row["event_time"].clone())).collect()
}

#[test]
fn deliveries_on_aws_and_exports_of_the_system_table_are_one_event() {
    for files in [[delivered(), row("e-1"), "parquet".to_owned()], ["parquet".to_owned(), row("e-1"), delivered()]] {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        assert_eq!(told(&files).len(), 1, "{files:?}");
    }
    assert_eq!(told(&["parquet"])[0].0, "system_table");
}

#[test]
fn azure_records_and_rows_of_the_system_table_are_one_event() {
    let id = "9f86d081-884c-3d65-9a2f-eaa0c55ad015";
    for (record, row) in [(record(id), row(id)), (record(id), row(&id.replace('-', ""))), (record("other"), row(id))] {
        for files in [[record.as_str(), row.as_str()], [row.as_str(), record.as_str()]] {
            let told = told(&files);
            assert_eq!(told.len(), 1, "{files:?}: {told:?}");
            let together = files.join("\n");
            assert_eq!(self::told(&[&together]).len(), 1, "in one file");
        }
    }
}

#[test]
fn records_that_only_resemble_each_other_stay_two() {
    let other_request = row("e-1").replace("r-1", "r-2");
    let later = record("l-1").replace("08:00:00Z", "08:00:02Z");
    let two_of_one_second = record("l-1") + "\n" + &record("l-2");
    assert_eq!(told(&[&record("l-1"), &other_request]).len(), 2);
    assert_eq!(told(&[&later, &row("e-1")]).len(), 2);
    assert_eq!(told(&[&two_of_one_second]).len(), 2, "two ids are two events");
}

/// A row of the delivery, told from others by its number.
fn numbered(number: i64) -> String {
    let time = (MILLISECONDS + number * 1000).to_string();
    delivered().replace("r-1", &format!("r-{number}")).replace(&MILLISECONDS.to_string(), &time) + "\n"
}

#[test]
fn a_delivered_file_that_lost_a_line_is_named_with_the_line() {
    let place = Place::new();
    let file = "in/workspaceId=4150000000000001/date=2026-07-01/auditlogs_1.json";
    place.write("tickmark.toml", "[organization]\nname = \"Example Corp\"\n[[source]]\npaths = [\"in\"]\n");
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    let judged = || {
        place.run(&run).ends(0);
        let items = parquet_rows(&place.path("out/data/items.parquet"));
        items.into_iter().filter(|item| item["test_id"] == "COV-03").collect::<Vec<_>>()
    };
    place.write(file, numbered(1) + &numbered(2) + &numbered(3));
    assert!(judged().is_empty(), "seen once");
    place.write(file, numbered(1) + &numbered(2) + &numbered(3) + &numbered(4));
    let grown = judged();
    assert_eq!((grown.len(), grown[0]["verdict"].as_str(), grown[0]["reason"].as_str()), (1, "pass", "grown"));
    place.write(file, numbered(1) + &numbered(3) + &numbered(4) + &numbered(5));
    let lost = judged();
    assert_eq!((lost.len(), lost[0]["verdict"].as_str(), lost[0]["reason"].as_str()), (1, "exception", "lost_lines"));
    assert!(lost[0]["object"].ends_with("auditlogs_1.json"), "{:?}", lost[0]["object"]);
    assert!(lost[0]["detail"].contains("line 2"), "{}", lost[0]["detail"]);
}
