//! What PingFederate's events mean.

use crate::change::{SubjectKind, Verb};
use crate::event::Plane;

/// Events of audit.log by plane. Inbound SCIM is logged there too, under names that are not documented and stay unmapped.
const AUDIT: &[(Plane, &[&str])] = &[
    (
        Plane::Usage,
        &[
            "SSO",
            "SLO",
            "OAuth",
            "STS",
            "PAR",
            "AUTHN_ATTEMPT",
            "AUTHN_REQUEST",
            "AUTHN_SESSION_CREATED",
            "AUTHN_SESSION_USED",
            "AUTHN_SESSION_DELETED",
            "AUTHN_SESSIONS_DELETED",
            "AUTHN_SOURCE_SESSION_DELETED",
            "SESSION_DELETED",
            "SESSION_REVOKED",
            "SESSION_QUOTA_EXCEEDED",
            "SRI_REVOKED",
            "USER_KEY_AND_SRI_ASSOCIATED",
            "VERIFY_OTP",
        ],
    ),
    // What people do to their own local accounts: nobody decided on their access.
    (
        Plane::Other,
        &[
            "REGISTER",
            "ACCOUNT_DELETE",
            "PROFILE_ATTRIBUTE_CHANGE",
            "PWD_CHANGE",
            "PWD_SET",
            "EMAIL_ADDRESS_VERIFY",
            "AUTHN_SOURCE_CONNECT",
            "AUTHN_SOURCE_DISCONNECT",
        ],
    ),
];

/// Plane of an event of audit.log; `None` = not in the vocabulary.
pub(super) fn audit(event: &str) -> Option<Plane> {
    AUDIT.iter().find(|(_, events)| events.contains(&event)).map(|(plane, _)| *plane)
}

/// Verb and subject of an event of provisioner-audit.log; `None` = not in the vocabulary. CREATE and UPDATE are documented, the
/// others follow from the words. A word that names no object is read as an account, of whom is not said.
pub(super) fn provisioning(event: &str) -> Option<(Verb, SubjectKind)> {
    let upper = event.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split('_').collect();
    let (deed, kind) = match parts.as_slice() {
        [deed] => (*deed, SubjectKind::Unknown),
        [deed, "USER"] | ["USER", deed] => (*deed, SubjectKind::User),
        [deed, "GROUP"] | ["GROUP", deed] => (*deed, SubjectKind::Group),
        _ => return None,
    };
    let is_group = kind == SubjectKind::Group;
    let verb = match deed {
        "CREATE" if is_group => Verb::GroupCreate,
        "UPDATE" if is_group => Verb::GroupUpdate,
        "DELETE" if is_group => Verb::GroupDelete,
        "CREATE" => Verb::UserCreate,
        "UPDATE" => Verb::UserUpdate,
        "DELETE" => Verb::UserDelete,
        "DISABLE" if !is_group => Verb::UserDeactivate,
        "ENABLE" if !is_group => Verb::UserActivate,
        _ => return None,
    };
    Some((verb, kind))
}

/// Plane of an event of admin.log: everything there is configuration, but for signing in to the console.
pub(super) fn admin(event: &str) -> Plane {
    if matches!(event, "LOGIN_ATTEMPT" | "LOGIN" | "LOGOUT") { Plane::Usage } else { Plane::Config }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisioning_words_are_read_as_they_stand() {
        for (event, expected) in [
            ("CREATE", Some((Verb::UserCreate, SubjectKind::Unknown))),
            ("update", Some((Verb::UserUpdate, SubjectKind::Unknown))),
            ("DISABLE_USER", Some((Verb::UserDeactivate, SubjectKind::User))),
            ("USER_DELETE", Some((Verb::UserDelete, SubjectKind::User))),
            ("CREATE_GROUP", Some((Verb::GroupCreate, SubjectKind::Group))),
            ("GROUP_DISABLE", None),
            ("UPDATE_GROUP_MEMBERSHIP", None),
            ("REMOVE", None),
            ("SYNC", None),
            ("", None),
        ] {
            assert_eq!(provisioning(event), expected, "{event}");
        }
    }

    #[test]
    fn no_audit_event_stands_twice() {
        let mut all: Vec<_> = AUDIT.iter().flat_map(|(_, events)| events.iter()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
