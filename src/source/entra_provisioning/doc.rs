//! What the documentation says of the provisioning log.

use crate::source::Doc;

/// The page of the source.
pub(super) const DOC: Doc = Doc {
    title: "Microsoft Entra ID provisioning log",
    events: &[
        (
            "event_time",
            "activityDateTime, else time or TimeGenerated. A time without zone is UTC. A date with slashes begins with the month or the day as the date itself, the other rows of the CSV, or an American clock (`AM`) tell, in JSON without a comma behind it with the month; where nothing tells it is rejected",
        ),
        ("event_type", "provisioningAction in Graph's spelling: create, update, delete, stagedDelete, disable, other"),
        ("native_id", "changeId, else id. Every retry is a record of its own"),
        ("request_id", "cycleId"),
        (
            "outcome",
            "success only where the status is success (or warning) and an export step (EntryExport...) succeeded; failure where the status or an export step failed; else unknown",
        ),
        (
            "outcome_reason",
            "errorCode and reason; for a skip, SkipReason and the attribute it is about; `success without an export step` where nothing was sent; `steps not told` where the export leaves them out",
        ),
        (
            "plane",
            "transport; other where the source system is not Entra (people from an HR system, roles of an application), or no system is named",
        ),
        ("actor, actor_id, actor_kind", "initiatedBy"),
        ("channel", "system for the provisioning service, ui where a person provisioned on demand"),
        (
            "target, target_id, target_kind",
            "targetIdentity: user name or display name, the id in the application, its type",
        ),
        ("app", "display name of servicePrincipal, else ServicePrincipalDisplayName of the target system"),
        (
            "parse_rule",
            "partial where the steps are missing; re_exported where a key is in lower case or a time is spelled as Entra does not spell it",
        ),
    ],
    changes: &[
        ("user.create, user.delete", "create and delete of a user"),
        (
            "user.deactivate, user.activate",
            "disable and stagedDelete of a user; update with property active turned to False or True",
        ),
        ("user.update", "update of a user, unless only active changed"),
        ("group.create, group.update, group.delete", "create, update (also disable) and delete of a group"),
        (
            "member.add, member.remove",
            "property members of a group: names or ids that stand only in the new or only in the old value",
        ),
        (
            "subject, subject_id, subject_alias",
            "UserPrincipalName and id of sourceIdentity; the user name in the application where it differs (property userName, else targetIdentity), likewise a group's name (property displayName, else targetIdentity)",
        ),
        ("subject_external_id", "id of targetIdentity: the id in the application"),
    ],
    missing: &[
        "No captured record of a group's membership is published; how property members spells several members is not known for sure.",
        "A skip because nothing had to be sent (RedundantExport, NotEffectivelyEntitled) makes no change. Any other skip keeps its change with outcome unknown: the person may never get or lose access.",
        "The portal's CSV download spreads a record over three files. The main one is read, with outcome unknown, since the steps are elsewhere; rows of the other two are left out by rules portal_provisioning_steps and portal_modified_properties. The columns are not documented: prefer the JSON download, or Graph.",
        "Databricks' automatic identity management makes no provisioning records.",
    ],
};
