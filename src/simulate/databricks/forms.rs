//! The same row as other deliveries write it: Azure diagnostic records, and exports of the system table.

use serde_json::{Map, Value, json};

use super::Row;
use crate::simulate::calendar::{Instant, Scope, date_text, instant_text};

/// The columns of the system table, as a CSV export names them.
pub(in crate::simulate) const COLUMNS: [&str; 16] = [
    "account_id",
    "workspace_id",
    "version",
    "event_time",
    "event_date",
    "source_ip_address",
    "user_agent",
    "session_id",
    "user_identity",
    "service_name",
    "action_name",
    "request_id",
    "request_params",
    "response",
    "audit_level",
    "event_id",
];

/// Name of a workspace's Azure resource; the account has none.
pub(in crate::simulate) const fn resource_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Production => "dbx-prod",
        Scope::Sandbox => "dbx-sandbox",
        Scope::Account => "",
    }
}

impl Row {
    /// Databricks' own id of the row, which delivery on AWS leaves out: it follows from the request.
    fn event_id(&self) -> String {
        let backwards: String = self.request_id.chars().filter(|c| *c != '-').rev().collect();
        let part = |from: usize, to: usize| backwards.get(from..to).unwrap_or_default();
        format!("{}-{}-3{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// As diagnostic settings write it: whole seconds, and JSON in strings.
    pub(in crate::simulate) fn azure(&self) -> Value {
        let name = resource_name(self.scope).to_uppercase();
        let email = &self.user_identity.email;
        let operation = format!("Microsoft.Databricks/{}/{}", self.service_name, self.action_name);
        let response = match self.response.status_code {
            Some(code) => json!({ "statusCode": code, "errorMessage": self.response.error_message }).to_string().into(),
            None => Value::Null,
        };
        json!({
            "resourceId": format!(
                "/SUBSCRIPTIONS/00000000-0000-4000-8000-0000000000A2/RESOURCEGROUPS/DATA/PROVIDERS/MICROSOFT.DATABRICKS/WORKSPACES/{name}"
            ),
            "operationVersion": "1.0.0",
            "identity": json!({ "email": email, "subjectName": null }).to_string(),
            "operationName": operation,
            "time": self.timestamp.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "category": self.service_name,
            "properties": {
                "sourceIPAddress": self.source_ip_address,
                "logId": self.event_id(),
                "serviceName": self.service_name,
                "userAgent": self.user_agent,
                "response": response,
                "sessionId": self.session_id,
                "actionName": self.action_name,
                "requestId": self.request_id,
                "requestParams": json!(self.request_params).to_string(),
            },
            "Host": "0701-000000-example1-192-0-2-15",
        })
    }

    /// As an export of the system table to JSON lines writes it: what is null is left out.
    pub(in crate::simulate) fn system(&self) -> Value {
        let response: Map<String, Value> = [
            ("status_code", self.response.status_code.map(Value::from)),
            ("error_message", self.response.error_message.map(Value::from)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
        let mut row = json!({
            "account_id": self.account_id,
            "workspace_id": self.scope.workspace_id().to_string(),
            "version": self.version,
            "event_time": instant_text(self.timestamp),
            "event_date": date_text(self.timestamp),
            "source_ip_address": self.source_ip_address,
            "user_agent": self.user_agent,
            "user_identity": { "email": self.user_identity.email },
            "service_name": self.service_name,
            "action_name": self.action_name,
            "request_id": self.request_id,
            "request_params": self.request_params,
            "response": response,
            "audit_level": self.audit_level,
            "event_id": self.event_id(),
        });
        if let Some(id) = &self.session_id {
            row["session_id"] = Value::from(id.as_str());
        }
        row
    }

    /// The cells of the same row in an export to CSV: what is no text stands as JSON.
    pub(in crate::simulate) fn cells(&self) -> [String; 16] {
        let row = self.system();
        COLUMNS.map(|column| match row.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
    }
}

/// A moment in whole seconds.
pub(in crate::simulate) fn whole_second(time: Instant) -> Instant {
    time - chrono::TimeDelta::milliseconds(i64::from(time.timestamp_subsec_millis()))
}
