//! The portal's CSV download: a main file, and two whose rows say nothing without it.

use std::borrow::Cow;

use super::record::{Found, Identity, Initiator, Push, action_word, kind_word, status_word};
use crate::source::Dates;
use crate::source::decode::Reason;
use crate::source::entra::{Fields, first_stamp, unmangled};

/// Form of the main file.
pub(super) const MAIN: &str = "portal_csv";
/// Form of the file of steps.
pub(super) const STEPS: &str = "portal_csv_steps";
/// Form of the file of properties.
pub(super) const PROPERTIES: &str = "portal_csv_properties";

/// Headers of the change id.
pub(super) const CHANGE_ID: &[&str] = &["Change ID", "ChangeId", "changeId"];
/// Headers that only the file of properties has.
pub(super) const OF_PROPERTIES: &[&str] = &["New value", "newValue", "Old value", "oldValue"];
/// Headers that only the file of steps has.
pub(super) const OF_STEPS: &[&str] = &[
    "Provisioning step type",
    "provisioningStepType",
    "Step name",
    "stepName",
    "Step type",
    "Step status",
    "Step description",
];

const ACTION: &[&str] = &["provisioningAction", "Provisioning action", "Action"];
const TIME: &[&str] =
    &["activityDateTime", "Activity date time", "Date (UTC)", "Activity date (UTC)", "Date", "activityDateTime [UTC]"];
const SOURCE_ID: &[&str] =
    &["Source ID", "sourceIdentityId", "Source identity ID", "sourceIdentity.id", "Source identity id"];
const STATUS: &[&str] = &[
    "Status",
    "provisioningStatusInfo.status",
    "statusInfo.status",
    "statusInfoStatus",
    "provisioningStatusInfoStatus",
];

/// What a row of one of the three files holds; `None` = the record is no such row.
pub(super) fn row<'r>(record: &Fields<'r>, dates: Dates) -> Option<Result<Found<'r>, Reason>> {
    if !record.has(CHANGE_ID)
        || record.has(&["provisioningSteps", "sourceIdentity", "targetIdentity", "servicePrincipal"])
    {
        return None;
    }
    if !record.has(ACTION) {
        let rule = [(OF_PROPERTIES, "portal_modified_properties"), (OF_STEPS, "portal_provisioning_steps")];
        return rule.into_iter().find(|(names, _)| record.has(names)).map(|(_, rule)| Ok(Found::Aside(rule)));
    }
    (record.has(STATUS) && (record.has(SOURCE_ID) || record.has(SOURCE_NAME))).then(|| main(record, dates))
}

const SOURCE_NAME: &[&str] = &[
    "Source display name",
    "sourceIdentityDisplayName",
    "Source identity",
    "sourceIdentity.displayName",
    "Source name",
];

fn main<'r>(record: &Fields<'r>, dates: Dates) -> Result<Found<'r>, Reason> {
    let stamp = first_stamp(&[(record, TIME)], "/Date (UTC)", dates)?;
    let action = record.text(ACTION, "/Action")?.ok_or("/Action: missing")?;
    Ok(Found::Push(Box::new(Push {
        delivery: MAIN,
        // The portal writes times in its reader's way; that is no other system's doing.
        rewritten: false,
        micros: stamp.micros,
        change_id: record.hint(CHANGE_ID),
        id: record.hint(&["id"]),
        cycle: record.hint(&["Cycle ID", "cycleId"]),
        action: action_word(action),
        status: record.hint(STATUS).map(status_word),
        error_code: record.hint(&["Error code", "errorCode", "statusInfo.errorCode"]),
        reason: record.hint(&["Reason", "Status reason", "statusInfo.reason"]),
        steps: None,
        properties: Vec::new(),
        source_system: record.hint(SOURCE_SYSTEM),
        target_system: record.hint(TARGET_SYSTEM),
        source: source(record),
        target: target(record),
        app: record.hint(APP),
        initiator: Initiator {
            name: record.hint(&["Initiated by", "initiatedByDisplayName", "initiatedBy.displayName"]),
            ..Initiator::default()
        },
    })))
}

const SOURCE_SYSTEM: &[&str] =
    &["Source system", "sourceSystemDisplayName", "sourceSystem", "sourceSystem.displayName"];
const TARGET_SYSTEM: &[&str] =
    &["Target system", "targetSystemDisplayName", "targetSystem", "targetSystem.displayName"];
const APP: &[&str] = &[
    "Application name",
    "Application",
    "servicePrincipalDisplayName",
    "Service principal name",
    "servicePrincipal.displayName",
];

fn source<'r>(record: &Fields<'r>) -> Identity<'r> {
    let id = record.hint(SOURCE_ID);
    let login =
        record.hint(&["Source user principal name", "userPrincipalName", "sourceIdentity.details.UserPrincipalName"]);
    Identity {
        login: login.map(|login| unmangled(login, id.as_deref())),
        name: record.hint(SOURCE_NAME),
        kind: kind(
            record,
            &[
                "Source identity type",
                "sourceIdentityType",
                "sourceIdentity.identityType",
                "Source type",
                "Object type",
            ],
        ),
        id,
    }
}

fn target<'r>(record: &Fields<'r>) -> Identity<'r> {
    Identity {
        login: None,
        id: record.hint(&["Target ID", "targetIdentityId", "Target identity ID", "targetIdentity.id"]),
        name: record.hint(&[
            "Target display name",
            "targetIdentityDisplayName",
            "Target identity",
            "targetIdentity.displayName",
        ]),
        kind: kind(
            record,
            &["Target identity type", "targetIdentityType", "targetIdentity.identityType", "Target type"],
        ),
    }
}

fn kind<'r>(record: &Fields<'r>, names: &[&str]) -> Option<Cow<'r, str>> {
    record.hint(names).map(|kind| kind_word(&kind))
}
