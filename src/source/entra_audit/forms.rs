//! The forms of delivery, and how each is recognised.

use super::portal;
use super::record;
use crate::source::entra::{AUDIT_CATEGORIES, DIRECTORY, PROVIDER, READ, SIGN_IN};
use crate::source::{Form, Mark};

const TIME: &[&str] = &["/TimeGenerated", "/TimeGenerated [UTC]"];

/// Every form, the most telling first.
pub(super) const FORMS: &[Form] = &[
    Form {
        name: record::GRAPH,
        doc: "A directoryAudit of the Microsoft Graph API, bare or in a page",
        marks: &[
            Mark::AnyOf(&["/activityDisplayName"]),
            Mark::AnyOf(&["/activityDateTime"]),
            Mark::AnyOf(&["/initiatedBy", "/targetResources", "/targetResource", "/loggedByService"]),
        ],
    },
    Form {
        name: record::AZURE_MONITOR,
        doc: "A record of Azure Monitor: Event Hub, storage account, or a collector behind them",
        marks: &[
            Mark::OneOf("/category", AUDIT_CATEGORIES),
            Mark::AnyOf(&["/operationName"]),
            Mark::AnyOf(&[
                "/properties/activityDisplayName",
                "/properties/loggedByService",
                "/properties/targetResources",
            ]),
        ],
    },
    Form {
        name: record::LOG_ANALYTICS,
        doc: "A row of table AuditLogs of a Log Analytics workspace, as JSON or CSV",
        marks: &[
            Mark::AnyOf(TIME),
            Mark::AnyOf(&["/LoggedByService", "/ActivityDisplayName", "/AADOperationType"]),
            Mark::AnyOf(&["/InitiatedBy", "/TargetResources"]),
        ],
    },
    Form {
        name: portal::PORTAL_CSV,
        doc: "A row of the portal's CSV download",
        marks: &[
            Mark::AnyOf(&["/Activity"]),
            Mark::AnyOf(&["/Date (UTC)", "/Date"]),
            Mark::AnyOf(&["/ActorType"]),
            Mark::AnyOf(&["/Target1Type"]),
        ],
    },
    Form {
        name: record::M365,
        doc: "A record of the unified audit of Microsoft 365 with record type 8, bare or in column AuditData of a CSV export",
        marks: &[Mark::OneOf("/RecordType", DIRECTORY), Mark::AnyOf(&["/Operation"]), Mark::AnyOf(&["/CreationTime"])],
    },
    Form {
        name: record::M365_OTHER,
        doc: "A record of the unified audit of Microsoft 365 about another service: left out by rule other_workload",
        marks: &[
            Mark::NoneOf("/RecordType", &[DIRECTORY, SIGN_IN]),
            Mark::AnyOf(&["/Operation"]),
            Mark::AnyOf(&["/CreationTime"]),
            Mark::AnyOf(&["/OrganizationId", "/Workload", "/UserId", "/UserKey"]),
        ],
    },
    Form {
        name: record::AZURE_MONITOR_OTHER,
        doc: "A record of Azure Monitor about another log of the tenant: left out by rule other_category",
        marks: &[Mark::NoneOf("/category", READ), Mark::AnyOf(&["/time"]), Mark::Contains(&["/resourceId"], PROVIDER)],
    },
];
