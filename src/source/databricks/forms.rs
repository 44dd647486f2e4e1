//! The forms in which rows are delivered.

use crate::source::{Form, Mark};

/// The forms, in the order in which they are tried.
pub(super) const FORMS: &[Form] = &[
    Form {
        name: "delivery_json",
        doc: "A row of the JSON log delivery on AWS or GCP",
        marks: &[
            Mark::AnyOf(&["/serviceName"]),
            Mark::AnyOf(&["/actionName"]),
            Mark::AnyOf(&["/timestamp", "/userIdentity", "/requestParams", "/response", "/workspaceId"]),
        ],
    },
    Form {
        name: "azure_diagnostic",
        doc: "A record of Azure Monitor's diagnostic settings, in storage (PT1H.json) or from an Event Hub",
        marks: &[Mark::StartsWith("/operationName", "Microsoft.Databricks/"), Mark::AnyOf(&["/time", "/properties"])],
    },
    Form {
        name: "log_analytics",
        doc: "A row of the Log Analytics tables that the diagnostic settings fill, exported as JSON or CSV",
        marks: &[
            Mark::AnyOf(&["/ServiceName"]),
            Mark::AnyOf(&["/ActionName"]),
            Mark::AnyOf(&["/TimeGenerated", "/TimeGenerated [UTC]"]),
            Mark::AnyOf(&["/LogId", "/RequestParams", "/Identity"]),
        ],
    },
    Form {
        name: "system_table",
        doc: "A row of `system.access.audit`, exported as JSON, CSV or Parquet, or the result of a SQL statement",
        marks: &[
            Mark::AnyOf(&["/service_name", "/serviceName"]),
            Mark::AnyOf(&["/action_name", "/actionName"]),
            Mark::AnyOf(&["/event_time", "/eventTime", "/timestamp"]),
            Mark::AnyOf(&["/user_identity", "/request_params", "/requestParams", "/audit_level", "/auditLevel"]),
        ],
    },
];
