//! Tokens, secrets, keys and passwords.

use super::{Act, Row};
use crate::change::Verb;
use crate::event::Plane;

pub(super) const ROWS: &[Row] = &[
    (Plane::Effect, Act::Token(Verb::TokenCreate), "accounts", &["generateDbToken"]),
    (Plane::Effect, Act::Token(Verb::TokenRevoke), "accounts", &["revokeDbToken"]),
    (Plane::Effect, Act::Token(Verb::TokenExpire), "accounts", &["garbageCollectDbToken"]),
    // The type of the object is the one by which the permissions API knows it.
    (Plane::Effect, Act::Acl("authorization:tokens"), "accounts", &["changeDbTokenAcl"]),
    (Plane::Effect, Act::Acl("authorization:passwords"), "accounts", &["changePasswordAcl"]),
    (
        Plane::Effect,
        Act::None,
        "accounts",
        &["changePassword", "resetPassword", "mfaAddKey", "mfaDeleteKey", "addX509"],
    ),
    (Plane::Other, Act::None, "accounts", &["reachMaxQuotaDbToken"]),
    (Plane::Effect, Act::ServicePrincipalSecret(Verb::CredCreate), "servicePrincipalCredentials", &["create"]),
    (Plane::Effect, Act::ServicePrincipalSecret(Verb::CredRevoke), "servicePrincipalCredentials", &["delete"]),
    (Plane::Other, Act::None, "servicePrincipalCredentials", &["list"]),
    (Plane::Effect, Act::OauthApp(Verb::CredCreate), "oauth2", &["createCustomAppIntegration"]),
    (Plane::Effect, Act::OauthApp(Verb::CredRevoke), "oauth2", &["deleteCustomAppIntegration"]),
    // Published applications come without a secret of their own.
    (
        Plane::Config,
        Act::None,
        "oauth2",
        &[
            "enrollOAuth",
            "updateCustomAppIntegration",
            "createPublishedAppIntegration",
            "updatePublishedAppIntegration",
            "deletePublishedAppIntegration",
        ],
    ),
    (Plane::Effect, Act::GitCredential(Verb::CredCreate), "gitCredentials", &["createGitCredential"]),
    (Plane::Effect, Act::GitCredential(Verb::CredRevoke), "gitCredentials", &["deleteGitCredential"]),
    (Plane::Effect, Act::None, "gitCredentials", &["updateGitCredential"]),
    (Plane::Other, Act::None, "gitCredentials", &["getGitCredential", "listGitCredentials"]),
    (Plane::Effect, Act::Recipient, "unityCatalog", &["createRecipient"]),
    (Plane::Effect, Act::RecipientToken, "unityCatalog", &["rotateRecipientToken"]),
    (Plane::Usage, Act::None, "unityCatalog", &["retrieveRecipientToken", "getActivationUrlInfo"]),
];
