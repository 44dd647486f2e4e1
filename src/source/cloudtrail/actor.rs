//! Who acted, and by which door.

use std::borrow::Cow;

use super::fields::{Fields, told};
use super::record::{Entry, Field};
use crate::event::Text;
use crate::source::loose::Loose;

type Name<'r> = Option<Text<'r>>;

/// The caller, as `userIdentity` tells it.
#[derive(Debug, Default)]
pub(super) struct Actor<'r> {
    /// The name: of a role session, the role's and the session's, with a slash between them.
    pub(super) name: Name<'r>,
    /// The id.
    pub(super) id: Name<'r>,
    /// `user`, `system`, or AWS's own word.
    pub(super) kind: Name<'r>,
    /// The temporary credential or the Identity Center session.
    pub(super) session: Name<'r>,
    /// True = the caller has credentials of its own, as a user or as root.
    pub(super) holds_credentials: bool,
}

/// What a record says of its caller.
#[derive(Debug, Default)]
pub(super) struct Caller<'r> {
    identity: Fields<'r>,
    /// Whose session it is: the role or user that the session was taken from.
    issuer: Fields<'r>,
}

impl<'r> Caller<'r> {
    /// The caller of a record.
    pub(super) fn of(identity: Fields<'r>) -> Self {
        Self { issuer: identity.object("sessionContext").object("sessionIssuer"), identity }
    }
}

/// Reads the caller.
pub(super) fn actor<'r>(entry: &Entry<'r>, caller: &Caller<'r>) -> Actor<'r> {
    let identity = &caller.identity;
    let kind = identity.text("type");
    let id = identity.text("principalId");
    let session = identity.text("accessKeyId").filter(|key| key.starts_with("ASIA"));
    let plain = |kind: Name<'r>| Actor {
        name: identity.text("userName").or_else(|| last_part(identity.text("arn"))),
        id: id.clone(),
        kind,
        session: session.clone(),
        holds_credentials: false,
    };
    match kind.as_deref().unwrap_or_default() {
        "IAMUser" => Actor { holds_credentials: true, ..plain(Some(Cow::Borrowed("user"))) },
        "Root" => Actor {
            name: Some(Cow::Borrowed("root")),
            id: id.clone().or_else(|| identity.text("accountId")),
            holds_credentials: true,
            ..plain(kind)
        },
        "AssumedRole" | "Role" | "FederatedUser" => Actor { name: session_name(caller), ..plain(kind) },
        "IdentityCenterUser" => Actor {
            name: identity.text("userName").or_else(|| entry.fields(Field::AdditionalEventData).text("UserName")),
            id: identity.object("onBehalfOf").text("userId").or_else(|| id.clone()),
            session: identity.text("credentialId").or_else(|| session.clone()),
            kind: Some(Cow::Borrowed("user")),
            holds_credentials: false,
        },
        "AWSService" => service(identity),
        // A provisioning client goes by nothing but the id of its token.
        "WebIdentityUser" | "Unknown" if id.is_none() => Actor { id: identity.text("accessKeyId"), ..plain(kind) },
        "AWSAccount" => Actor { name: identity.text("accountId"), ..plain(kind) },
        "" if identity.text("userName").is_none() && identity.text("arn").is_none() => service(identity),
        _ => plain(kind),
    }
}

fn service<'r>(identity: &Fields<'r>) -> Actor<'r> {
    let name = identity.text("invokedBy");
    let kind = name.as_ref().map(|_| Cow::Borrowed("system")).or_else(|| identity.text("type"));
    Actor { name, id: identity.text("principalId"), kind, ..Actor::default() }
}

/// `role/session`, from the issuer and the session, or from the ARN where the issuer is not told.
fn session_name<'r>(caller: &Caller<'r>) -> Name<'r> {
    let identity = &caller.identity;
    let arn = identity.text("arn").unwrap_or_default();
    let mut parts = arn.splitn(3, '/').skip(1);
    let (first, second) = (parts.next(), parts.next());
    let federated = identity.text("type").is_some_and(|t| t == "FederatedUser");
    let (arn_role, arn_session) = if federated { (None, first) } else { (first, second) };
    let role = caller
        .issuer
        .text("userName")
        .or_else(|| arn_role.map(|r| Cow::Owned(r.to_owned())))
        .or_else(|| identity.text("userName"));
    let id = identity.text("principalId").unwrap_or_default();
    let session = arn_session.or_else(|| id.split_once(':').map(|(_, session)| session));
    match (role, session) {
        (Some(role), Some(session)) => Some(Cow::Owned(format!("{role}/{session}"))),
        (Some(role), None) => Some(role),
        (None, session) => session.map(|s| Cow::Owned(s.to_owned())),
    }
}

fn last_part(arn: Name<'_>) -> Name<'_> {
    let arn = arn?;
    let (_, name) = arn.rsplit_once('/').filter(|(_, name)| !name.is_empty())?;
    Some(Cow::Owned(name.to_owned()))
}

/// The door: an AWS service that acts in its own or the caller's name is `system`. What the access portal records of a
/// person may have come from a browser or from a command line.
pub(super) fn channel(entry: &Entry<'_>, caller: &Caller<'_>, service: &str) -> &'static str {
    let identity = &caller.identity;
    let event_type = told(entry.get(Field::EventType)).unwrap_or_default();
    let is = |word: &str| event_type.eq_ignore_ascii_case(word);
    let agent = told(entry.get(Field::UserAgent)).unwrap_or_default();
    let address = told(entry.get(Field::SourceIpAddress)).unwrap_or_default();
    let invoker = identity.text("invokedBy").unwrap_or_default();
    if service == "identitystore-scim" {
        "scim"
    } else if service == "signin" || is("AwsConsoleSignIn") {
        "ui"
    } else if identity.text("type").is_some_and(|t| t == "AWSService")
        || [&agent, &address, &invoker].into_iter().any(|name: &Text<'_>| is_service(name))
        || is_service_role(caller)
    {
        "system"
    } else if is_console(entry, &agent, &invoker) || is("AwsConsoleAction") {
        "ui"
    } else if service == "sso" && is("AwsServiceEvent") {
        "unknown"
    } else if is("AwsServiceEvent") || [&address, &invoker].into_iter().any(|name| *name == "AWS Internal") {
        "system"
    } else if is("AwsApiCall") {
        "api"
    } else {
        "unknown"
    }
}

/// A service's name in place of an address, a client or an invoker; the two that stand for the console are none.
fn is_service(name: &str) -> bool {
    name.ends_with(".amazonaws.com") && !is_console_name(name)
}

fn is_console_name(name: &str) -> bool {
    matches!(name, "signin.amazonaws.com" | "console.amazonaws.com")
}

fn is_console(entry: &Entry<'_>, agent: &str, invoker: &str) -> bool {
    let flag = match entry.get(Field::SessionCredentialFromConsole) {
        Loose::Bool(flag) => *flag,
        Loose::Text(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    flag || is_console_name(agent) || is_console_name(invoker)
}

/// A service-linked role: only the service itself can take it on.
fn is_service_role(caller: &Caller<'_>) -> bool {
    caller.issuer.text("arn").is_some_and(|arn| arn.contains(":role/aws-service-role/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(identity: &str) -> Option<String> {
        let fields = Fields::of(&Loose::Nested(Cow::Borrowed(identity)));
        session_name(&Caller::of(fields)).map(Cow::into_owned)
    }

    #[test]
    fn a_session_is_named_for_its_role_and_itself() {
        for (identity, expected) in [
            (
                r#"{"arn":"arn:aws:sts::123456789012:assumed-role/R/a/b","sessionContext":{"sessionIssuer":{"userName":"R"}}}"#,
                Some("R/a/b"),
            ),
            (r#"{"arn":"arn:aws:sts::123456789012:assumed-role/R/a@example.com"}"#, Some("R/a@example.com")),
            (r#"{"principalId":"AROAEXAMPLE:a","sessionContext":{"sessionIssuer":{"userName":"R"}}}"#, Some("R/a")),
            (r#"{"principalId":"AROAEXAMPLE:a"}"#, Some("a")),
            (r#"{"sessionContext":{"sessionIssuer":{"userName":"R"}}}"#, Some("R")),
            (
                r#"{"type":"FederatedUser","arn":"arn:aws:sts::123456789012:federated-user/f","sessionContext":{"sessionIssuer":{"userName":"u"}}}"#,
                Some("u/f"),
            ),
            ("{}", None),
        ] {
            assert_eq!(name(identity).as_deref(), expected, "{identity}");
        }
    }
}
