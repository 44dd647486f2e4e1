//! The forms of delivery, and how each is recognised.

use super::record;
use crate::source::entra::{SIGN_IN, SIGN_IN_LOGS};
use crate::source::{Form, Mark};

/// Every form, the most telling first.
pub(super) const FORMS: &[Form] = &[
    Form {
        name: record::GRAPH,
        doc: "A signIn of the Microsoft Graph API, bare or in a page",
        marks: &[
            Mark::AnyOf(&["/createdDateTime"]),
            Mark::AnyOf(&["/appId", "/appDisplayName"]),
            Mark::AnyOf(&["/status/errorCode", "/conditionalAccessStatus", "/signInEventTypes"]),
        ],
    },
    Form {
        name: record::AZURE_MONITOR,
        doc: "A record of Azure Monitor in one of the categories of sign-in logs",
        marks: &[Mark::OneOf("/category", SIGN_IN_LOGS), Mark::AnyOf(&["/properties"])],
    },
    Form {
        name: record::LOG_ANALYTICS,
        doc: "A row of table SigninLogs, AADNonInteractiveUserSignInLogs, AADServicePrincipalSignInLogs or AADManagedIdentitySignInLogs, as JSON or CSV",
        marks: &[
            Mark::AnyOf(&["/TimeGenerated", "/TimeGenerated [UTC]"]),
            Mark::AnyOf(&["/ResultType"]),
            Mark::AnyOf(&["/AppId", "/AppDisplayName"]),
            Mark::AnyOf(&["/ConditionalAccessStatus", "/ResourceIdentity", "/UniqueTokenIdentifier"]),
        ],
    },
    Form {
        name: record::PORTAL_CSV,
        doc: "A row of one of the portal's CSV downloads",
        marks: &[
            Mark::AnyOf(&["/Request ID"]),
            Mark::AnyOf(&["/Sign-in error code"]),
            Mark::AnyOf(&["/Application", "/Resource"]),
        ],
    },
    Form {
        name: record::M365,
        doc: "A record of the unified audit of Microsoft 365 with record type 15 or 9, bare or in column AuditData of a CSV export",
        marks: &[Mark::OneOf("/RecordType", SIGN_IN), Mark::AnyOf(&["/Operation"]), Mark::AnyOf(&["/CreationTime"])],
    },
];
