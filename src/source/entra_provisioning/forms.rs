//! The forms of delivery, and how each is recognised.

use super::{portal, record};
use crate::source::entra::PROVISIONING_LOG;
use crate::source::{Form, Mark};

const CHANGE_ID: Mark = Mark::AnyOf(&["/Change ID", "/ChangeId"]);

/// Every form, the most telling first.
pub(super) const FORMS: &[Form] = &[
    Form {
        name: record::GRAPH,
        doc: "A provisioningObjectSummary of the Microsoft Graph API, bare or in a page; also the portal's JSON download",
        marks: &[
            Mark::AnyOf(&["/provisioningAction", "/action"]),
            Mark::AnyOf(&["/provisioningStatusInfo", "/statusInfo", "/provisioningSteps"]),
            Mark::AnyOf(&["/activityDateTime"]),
            Mark::AnyOf(&["/sourceIdentity", "/targetIdentity", "/servicePrincipal"]),
        ],
    },
    Form {
        name: record::AZURE_MONITOR,
        doc: "A record of Azure Monitor with category ProvisioningLogs",
        marks: &[Mark::OneOf("/category", &[PROVISIONING_LOG]), Mark::AnyOf(&["/properties"])],
    },
    Form {
        name: record::LOG_ANALYTICS,
        doc: "A row of table AADProvisioningLogs of a Log Analytics workspace, as JSON or CSV",
        marks: &[
            Mark::AnyOf(&["/TimeGenerated", "/TimeGenerated [UTC]"]),
            Mark::AnyOf(&["/ProvisioningAction", "/Action"]),
            Mark::AnyOf(&["/ProvisioningSteps", "/ProvisioningStatusInfo"]),
        ],
    },
    Form {
        name: portal::MAIN,
        doc: "A row of the main file of the portal's CSV download; the steps are in another file, so that no outcome is known",
        marks: &[
            CHANGE_ID,
            Mark::AnyOf(&["/Action", "/provisioningAction", "/Provisioning action"]),
            Mark::AnyOf(&[
                "/Source ID",
                "/sourceIdentityId",
                "/Source identity",
                "/Source display name",
                "/Source identity ID",
            ]),
        ],
    },
    Form {
        name: portal::STEPS,
        doc: "A row of the steps file of the portal's CSV download: left out by rule portal_provisioning_steps",
        marks: &[
            CHANGE_ID,
            Mark::AnyOf(&["/Provisioning step type", "/provisioningStepType", "/Step name", "/stepName", "/Step type"]),
        ],
    },
    Form {
        name: portal::PROPERTIES,
        doc: "A row of the properties file of the portal's CSV download: left out by rule portal_modified_properties",
        marks: &[CHANGE_ID, Mark::AnyOf(&["/New value", "/newValue", "/Old value", "/oldValue"])],
    },
];
