//! What the documentation says of sign-ins.

use crate::source::Doc;

/// The page of the source.
pub(super) const DOC: Doc = Doc {
    title: "Microsoft Entra ID sign-in logs",
    events: &[
        (
            "event_time",
            "createdDateTime, else time or TimeGenerated; Microsoft 365: CreationTime. A time without zone is UTC. A date with slashes begins with the month or the day as the date itself, the other rows of the CSV, or an American clock (`AM`) tell, in JSON without a comma behind it with the month; where nothing tells it is rejected",
        ),
        (
            "event_type",
            "operationName, which is `Sign-in activity` for all; Graph, which gives none, likewise. Microsoft 365: Operation",
        ),
        ("native_id", "id; Microsoft 365: Id; the portal's CSV download: Request ID"),
        ("request_id", "correlationId; Microsoft 365: InterSystemsId"),
        (
            "outcome",
            "status.errorCode, else resultType, else resultSignature: 0 and Success are success, every other code is failure. Microsoft 365: UserLoggedIn without error is success, UserLoginFailed is failure, whatever ResultStatus says",
        ),
        ("outcome_reason", "error code and reason of a failure"),
        (
            "actor, actor_id, actor_kind",
            "userPrincipalName, userId; else servicePrincipalName, servicePrincipalId. Where all are blank the kind follows from the category, signInEventTypes or isInteractive, else it is unknown",
        ),
        (
            "channel",
            "ui for interactive sign-ins (isInteractive, else signInEventTypes), api for service principals and managed identities, else unknown",
        ),
        ("endpoint", "clientAppUsed; Microsoft 365: RequestType"),
        (
            "target, target_id",
            "resourceDisplayName, resourceId (Log Analytics: ResourceIdentity); Microsoft 365: ObjectId",
        ),
        ("app", "appDisplayName"),
        ("source_ip, user_agent, session_id", "ipAddress, else callerIpAddress; userAgent; sessionId"),
        ("parse_rule", "re_exported where a key is in lower case or a time is spelled as Entra does not spell it"),
    ],
    changes: &[],
    missing: &[
        "A sign-in that was interrupted to ask for more (a second factor, a consent) has an error code and counts as failure; the one that follows it tells how it ended.",
        "The unified audit of Microsoft 365 names no application, only its id.",
        "Other operations of record types 15 and 9 are kept unmapped, with outcome unknown.",
    ],
};
