//! Bad input: every record ends somewhere with a reason, every refusal names what it is about, and nothing panics.

mod broken_lake;
mod corpus;
mod killed;
mod records;
mod refusals;

/// A Databricks record that is right in every way.
fn record(number: u64) -> serde_json::Value {
    serde_json::json!({
        "version": "2.0", "timestamp": 1_783_433_100_000_u64 + number, "workspaceId": 0, "serviceName": "accounts",
        "actionName": "login", "requestId": format!("r-{number}"), "userIdentity": { "email": "ada@example.com" },
        "response": { "statusCode": 200 },
    })
}

/// The same as a line.
fn line(number: u64) -> String {
    record(number).to_string() + "\n"
}

/// The same with another value under one key.
fn line_with(number: u64, key: &str, value: serde_json::Value) -> String {
    let mut record = record(number);
    record[key] = value;
    record.to_string() + "\n"
}
