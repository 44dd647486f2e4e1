//! Sign-ins, tokens used, queries.

use super::{Act, Row};
use crate::event::Plane;

pub(super) const ROWS: &[Row] = &[
    (
        Plane::Usage,
        Act::None,
        "accounts",
        &[
            "login",
            "samlLogin",
            "oidcBrowserLogin",
            "oidcTokenAuthorization",
            "aadBrowserLogin",
            "aadTokenLogin",
            "tokenLogin",
            "jwtLogin",
            "certLogin",
            "mfaLogin",
            "passwordVerifyAuthentication",
            "workspaceInHouseOAuthClientAuthentication",
            "accountInHouseOAuthClientAuthentication",
            "workspaceLoginCodeAuthentication",
            "accountLoginCodeAuthentication",
            "logout",
            "IpAccessDenied",
            "accountIpAclsValidationFailed",
            "mintOAuthToken",
            "mintOAuthAuthorizationCode",
        ],
    ),
    (Plane::Usage, Act::None, "workspace", &["mintOAuthToken", "mintOAuthAuthorizationCode"]),
    (Plane::Usage, Act::None, "ssh", &["login"]),
    (Plane::Usage, Act::None, "notebook", &["runCommand"]),
    (Plane::Usage, Act::None, "jobs", &["runCommand"]),
    (Plane::Usage, Act::None, "databrickssql", &["commandSubmit", "commandFinish"]),
    (Plane::Usage, Act::None, "secrets", &["getSecret"]),
    (
        Plane::Usage,
        Act::None,
        "unityCatalog",
        &[
            "getTable",
            "generateTemporaryTableCredential",
            "generateTemporaryPathCredential",
            "generateTemporaryVolumeCredential",
            "deltaSharingQueryTable",
            "deltaSharingQueryTableChanges",
        ],
    ),
];
