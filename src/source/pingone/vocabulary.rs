//! What each action type means. Types are an open set: one that is not here is kept as unmapped.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::Verb;
use crate::event::Plane;

/// What an action type says about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing that is an access change, or nothing that says which.
    None,
    /// A person's account in the directory.
    User(Verb),
    /// A person's account was modified: the modified attributes tell whether it was switched on or off.
    Modified,
    /// A group of the directory.
    Group(Verb),
    /// A person in a group.
    Member(Verb),
    /// An administrator role of PingOne.
    Role(Verb),
}

type Row = (Plane, Act, &'static [(&'static str, &'static [&'static str])]);

const CHANGED: &[&str] = &["CREATED", "DELETED", "UPDATED"];

/// Planes and acts by resource and what was done to it.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    (Plane::Authority, Act::User(Verb::UserCreate), &[("USER", &["CREATED"])]),
    (Plane::Authority, Act::User(Verb::UserDelete), &[("USER", &["DELETED"])]),
    (Plane::Authority, Act::Modified, &[("USER", &["UPDATED"])]),
    // Another population: what is assigned by population changes with it.
    (Plane::Authority, Act::User(Verb::UserUpdate), &[("USER", &["MOVED"])]),
    (Plane::Authority, Act::Group(Verb::GroupCreate), &[("GROUP", &["CREATED"])]),
    (Plane::Authority, Act::Group(Verb::GroupDelete), &[("GROUP", &["DELETED"])]),
    (Plane::Authority, Act::Group(Verb::GroupUpdate), &[("GROUP", &["UPDATED"])]),
    (Plane::Authority, Act::Member(Verb::MemberAdd), &[("MEMBER_OF_GROUP", &["CREATED"])]),
    (Plane::Authority, Act::Member(Verb::MemberRemove), &[("MEMBER_OF_GROUP", &["DELETED"])]),
    (Plane::Authority, Act::Role(Verb::AdminGrant), &[("ROLE_ASSIGNMENT", &["CREATED"])]),
    (Plane::Authority, Act::Role(Verb::AdminRevoke), &[("ROLE_ASSIGNMENT", &["DELETED"])]),
    (Plane::Authority, Act::None, &[
        ("USER", &["LOCKED", "UNLOCKED"]),
        ("PASSWORD", &["UNLOCKED"]),
        ("POPULATION", CHANGED),
        ("APPLICATION_PERMISSION", &["CREATED", "DELETED"]),
        ("APPLICATION_ROLE", &["CREATED"]),
        ("APPLICATION_ROLE_ENTRY", &["ADDED", "REMOVED"]),
    ]),
    (Plane::Transport, Act::None, &[
        ("PROVISIONING_SYNC", &["STARTED", "FAILURE"]),
        ("PROVISIONING_IDENTITY_SYNC", &["FAILURE"]),
        ("PROVISIONING_GROUP_SYNC", &["FAILURE"]),
        ("PROVISIONING_GROUP_MEMBERSHIP_SYNC", &["FAILURE"]),
        ("PROVISIONING_POLL", &["FAILURE"]),
    ]),
    (Plane::Usage, Act::None, &[
        ("USER", &["ACCESS_ALLOWED", "ACCESS_DENIED", "SLO_REQUESTED", "SLO_SUCCESS", "SLO_FAILURE"]),
        ("SESSION", CHANGED),
        ("RADIUS_SESSION", &["CREATED", "UPDATED"]),
        ("PASSWORD", &["CHECK_SUCCEEDED", "CHECK_FAILED"]),
        ("OTP", &["CHECK_SUCCESS", "CHECK_FAILED", "CHECK_INVALID"]),
        ("ASSERTION", &["CHECK_SUCCESS", "CHECK_FAILED"]),
        ("AUTHENTICATION", &["CREATED", "UPDATED"]),
        ("AUTHENTICATION_CODE", CHANGED),
        ("FLOW", CHANGED),
        ("FLOW_EXECUTION", &["CREATED", "UPDATED"]),
        ("RISK_EVALUATION", &["CREATED", "STAGING_CREATED", "UPDATED"]),
        ("API_ACCESS_LOG_ENTRY", &["HTTP_REQUEST_POLICY_EVALUATED", "HTTP_RESPONSE_POLICY_EVALUATED"]),
        ("DECISION_ENDPOINT", &["DECISION_REQUEST_EVALUATED"]),
        ("DAVINCI_INTERACTION", &[
            "CUSTOM_ANALYTICS", "RECEIVE_REQUEST", "SEND_ERROR_RESPONSE", "SEND_RESPONSE", "START_INTERACTION",
        ]),
    ]),
    (Plane::Config, Act::None, &[
        // The audit trail itself.
        ("SUBSCRIPTION", CHANGED),
        ("PROVISIONING_CONNECTION", CHANGED),
        ("PROVISIONING_RULE", CHANGED),
        ("PROVISIONING_MAPPING", CHANGED),
        ("APPLICATION", &["CREATED", "DELETED", "UPDATED", "PLAY_INTEGRITY_MISCONFIGURATION"]),
        ("GRANT", CHANGED),
        ("SCOPE", CHANGED),
        ("RESOURCE", CHANGED),
        ("RESOURCE_ATTRIBUTE", CHANGED),
        ("SAML_ATTRIBUTE", CHANGED),
        ("SCHEMA_ATTRIBUTE", CHANGED),
        ("IDENTITY_PROVIDER", CHANGED),
        ("IDP_ATTRIBUTE", CHANGED),
        ("SIGN_ON_POLICY_ASSIGNMENT", CHANGED),
        ("POLICY", CHANGED),
        ("ACTION", CHANGED),
        ("FLOW_DEFINITION", CHANGED),
        ("FLOW_POLICY_ASSIGNMENT", CHANGED),
        ("DEVICE_AUTHENTICATION_POLICY", CHANGED),
        ("FIDO_METADATA", &["CREATED", "DELETED"]),
        ("FIDO_POLICY", CHANGED),
        ("MFA_SETTINGS", &["UPDATED"]),
        ("RISK_POLICY_SET", CHANGED),
        ("RISK_PREDICTOR", CHANGED),
        ("VERIFY_POLICY", CHANGED),
        ("SECRET", &["READ", "UPDATED"]),
        ("KEY", &["CREATED", "DELETED", "READ", "UPDATED"]),
        ("KRP", &["CREATED", "DELETED", "ROTATED", "UPDATED"]),
        ("CERTIFICATE", &["CREATED", "DELETED", "READ", "UPDATED"]),
        ("PUSH_CREDENTIALS", CHANGED),
        ("GATEWAY", CHANGED),
        ("GATEWAY_INSTANCE", CHANGED),
        ("ENVIRONMENT", &["CAPABILITIES", "CREATED", "DELETED", "DEMOTED", "PROMOTED", "UPDATED"]),
        ("ORGANIZATION", &["CAPABILITIES", "CREATED", "DELETED", "UPDATED"]),
        ("LICENSE", CHANGED),
        ("SETTINGS", &["CREATED", "UPDATED"]),
        ("CUSTOM_DOMAIN", CHANGED),
        ("EMAIL_DOMAIN", &["CREATED", "DELETED"]),
        ("TRUSTED_EMAIL", &["ACTIVE", "CREATED", "DELETED", "SEND_CODE"]),
        ("STAGED_CHANGE", &["COMPLETED", "CREATED", "DELETED", "FAILED", "UPDATED"]),
        ("API_SERVER", &["CREATED", "DELETED", "POLICIES_DEPLOYED", "UPDATED"]),
        ("AUTHORIZE_ATTRIBUTE", CHANGED),
        ("AUTHORIZE_CONDITION", CHANGED),
        ("AUTHORIZE_POLICY", CHANGED),
        ("AUTHORIZE_PROCESSOR", CHANGED),
        ("AUTHORIZE_SERVICE", CHANGED),
        ("AUTHORIZE_SHARED_ADVICE", CHANGED),
        ("AUTHORIZE_SHARED_RULE", CHANGED),
        ("AUTHORIZE_TAG", &["DELETED", "UPDATED"]),
        ("DECISION_ENDPOINT", CHANGED),
        ("SOLUTIONS_WORKFLOW", &["CREATION_SUCCESS", "RETRIEVE_FAILED", "RETRIEVE_SUCCESS", "UPDATE_SUCCESS"]),
    ]),
    (Plane::Other, Act::None, &[
        ("USER", &["QUOTA_RESET"]),
        ("PASSWORD", &["FORCE_CHANGE", "RECOVERY", "RESET", "SET", "UNSET"]),
        ("DEVICE", &[
            "ACTIVATED", "ACTIVATION_FAILED", "ACTIVATION_OTP_FAILED", "ACTIVATION_OTP_INVALID", "BLOCKED", "CREATED",
            "DELETED", "FRAUD_REPORTED", "KEY_ROTATION_FAILED", "KEY_ROTATION_SUCCEEDED", "LOCKED", "LOGS_RECEIVED",
            "NICKNAME_UPDATED", "PAIRING_FAILED_COMPROMISED", "UNBLOCKED", "UNLOCKED", "UPDATED", "WEBAUTHN_UPDATED",
        ]),
        ("DEVICES", &["ORDER_CREATED", "ORDER_DELETED", "ORDER_UPDATED"]),
        ("SEEN_DEVICE", CHANGED),
        ("USER_SEEN_DEVICE", CHANGED),
        // Verifiable credentials in wallets, nothing that is pushed anywhere.
        ("PROVISION_CREDENTIAL", &["ACCEPTED", "CREATED", "DELETED", "DELETED_FROM_WALLET", "REJECTED", "REVOKED"]),
        ("USER_CREDENTIAL", &["DELETED", "ISSUED", "PENDING", "REVOKED"]),
        ("CREDENTIAL_TYPE", CHANGED),
        ("ISSUANCE", &["CREATED"]),
        ("ISSUANCE_RULE", CHANGED),
        ("DIGITAL_WALLET", &["ACTIVE", "DELETED", "DISABLED", "EXPIRED", "PAIRING_REQUIRED"]),
        ("DIGITAL_WALLET_APPLICATION", CHANGED),
        ("AGREEMENT", CHANGED),
        ("AGREEMENT_CONSENT", &["ACCEPTED", "REVOKED"]),
        ("AGREEMENT_LANGUAGE", CHANGED),
        ("AGREEMENT_LANGUAGE_REVISION", CHANGED),
        ("OAUTH_CONSENT", &["ACCEPTED", "DECLINED", "DELETED", "REVOKED"]),
        ("NOTIFICATION", &["CREATED", "REJECTED", "UPDATED"]),
        ("NOTIFICATIONS_SETTINGS", &["UPDATED"]),
        ("NOTIFICATION_POLICY", CHANGED),
        ("PHONE_DELIVERY_SETTINGS", CHANGED),
        ("INSTANT_MESSAGING_DELIVERY_SETTINGS", CHANGED),
        ("BRANDING", &["DELETED", "UPDATED"]),
        ("THEME", CHANGED),
        ("IMAGE", &["ACTIVATED", "CREATED", "DELETED"]),
        ("CONTENT", CHANGED),
        ("CONTENTS", &["DELETED", "UPDATED"]),
        ("RESCUE_IDENTITY", &["CREATED"]),
        ("VALIDATION_TRANSACTION", CHANGED),
        ("VERIFY_APPEVENT", &["CREATED"]),
        ("VERIFY_METADATA", &["CREATED"]),
        ("ADVANCEDSERVICES_ORCHESTRATION", &[
            "CREATION_START_FAILED", "DELETION_COMPLETED", "DELETION_FAILED", "DELETION_STARTED", "DELETION_START_FAILED",
        ]),
    ]),
];

/// A resource, and what was done to it.
type Key = (&'static str, &'static str);

static INDEX: LazyLock<HashMap<Key, (Plane, Act)>> = LazyLock::new(|| types().collect());

fn types() -> impl Iterator<Item = (Key, (Plane, Act))> {
    let resources = ROWS
        .iter()
        .flat_map(|(plane, act, list)| list.iter().map(|(resource, deeds)| (*plane, *act, *resource, *deeds)));
    resources.flat_map(|(plane, act, resource, deeds)| deeds.iter().map(move |deed| ((resource, *deed), (plane, act))))
}

/// Plane and act of an action type; `None` = not in the vocabulary.
pub(super) fn meaning(action_type: &str) -> Option<(Plane, Act)> {
    let (resource, deed) = action_type.split_once('.')?;
    INDEX.get(&(resource, deed)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_action_type_stands_twice() {
        assert_eq!(INDEX.len(), types().count());
    }

    #[test]
    fn changes_come_from_authority_only() {
        for ((resource, deed), (plane, act)) in types() {
            assert!(act == Act::None || plane == Plane::Authority, "{resource}.{deed}");
        }
    }

    #[test]
    fn what_only_looks_like_provisioning_is_none() {
        assert_eq!(meaning("PROVISION_CREDENTIAL.CREATED"), Some((Plane::Other, Act::None)));
        assert_eq!(meaning("PROVISIONING_IDENTITY_SYNC.FAILURE"), Some((Plane::Transport, Act::None)));
        for unknown in ["PROVISIONING_IDENTITY_SYNC.SUCCESS", "user.created", "USER", "USER.", ""] {
            assert_eq!(meaning(unknown), None, "{unknown}");
        }
    }
}
