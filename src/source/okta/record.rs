//! The fields of a System Log event that are read.

use std::borrow::Cow;

use serde::Deserialize;

use crate::source::decode::{object, objects, text};
use crate::source::shape::{Expect, Shape};

/// A LogEvent. Systems that re-export it spell its keys in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogEvent<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) uuid: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) published: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "eventType")]
    pub(super) event_type: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "eventtype")]
    pub(super) event_type_lower: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) actor: Party<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) client: Client<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) outcome: Result<'r>,
    #[serde(borrow, deserialize_with = "objects")]
    pub(super) target: Vec<Party<'r>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) transaction: Transaction<'r>,
    #[serde(borrow, deserialize_with = "object", rename = "authenticationContext", alias = "authenticationcontext")]
    pub(super) authentication_context: AuthenticationContext<'r>,
}

/// An actor or a target.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Party<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) id: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "type")]
    pub(super) kind: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "alternateId", alias = "alternateid")]
    pub(super) alternate_id: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "displayName", alias = "displayname")]
    pub(super) display_name: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Client<'r> {
    #[serde(borrow, deserialize_with = "text", rename = "ipAddress", alias = "ipaddress")]
    pub(super) ip_address: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "object", rename = "userAgent", alias = "useragent")]
    pub(super) user_agent: UserAgent<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserAgent<'r> {
    #[serde(borrow, deserialize_with = "text", rename = "rawUserAgent", alias = "rawuseragent")]
    pub(super) raw: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Result<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) result: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) reason: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Transaction<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) id: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "type")]
    pub(super) kind: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) detail: TransactionDetail<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TransactionDetail<'r> {
    #[serde(borrow, deserialize_with = "text", rename = "requestApiTokenId", alias = "requestapitokenid")]
    pub(super) api_token_id: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AuthenticationContext<'r> {
    #[serde(borrow, deserialize_with = "text", rename = "externalSessionId", alias = "externalsessionid")]
    pub(super) external_session_id: Option<Cow<'r, str>>,
}

/// What each of these fields must be; the same list as the structs, for the reason of a rejection.
pub(super) const SHAPE: &[Shape] = &[
    ("/uuid", Expect::Text),
    ("/published", Expect::Text),
    ("/eventType", Expect::Text),
    ("/actor", Expect::Object),
    ("/actor/id", Expect::Text),
    ("/actor/type", Expect::Text),
    ("/actor/alternateId", Expect::Text),
    ("/actor/displayName", Expect::Text),
    ("/client", Expect::Object),
    ("/client/ipAddress", Expect::Text),
    ("/client/userAgent", Expect::Object),
    ("/client/userAgent/rawUserAgent", Expect::Text),
    ("/outcome", Expect::Object),
    ("/outcome/result", Expect::Text),
    ("/outcome/reason", Expect::Text),
    ("/target", Expect::Objects),
    ("/target/*/id", Expect::Text),
    ("/target/*/type", Expect::Text),
    ("/target/*/alternateId", Expect::Text),
    ("/target/*/displayName", Expect::Text),
    ("/transaction", Expect::Object),
    ("/transaction/id", Expect::Text),
    ("/transaction/type", Expect::Text),
    ("/transaction/detail", Expect::Object),
    ("/transaction/detail/requestApiTokenId", Expect::Text),
    ("/authenticationContext", Expect::Object),
    ("/authenticationContext/externalSessionId", Expect::Text),
];

impl<'r> Party<'r> {
    /// Whether the party is of that type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind))
    }

    /// The login, user name or label.
    pub(super) fn login(&self) -> Option<Cow<'r, str>> {
        usable(&self.alternate_id)
    }

    /// The login or label, else the display name.
    pub(super) fn name(&self) -> Option<Cow<'r, str>> {
        self.login().or_else(|| usable(&self.display_name))
    }

    /// The display name, which is where a group has its name, else the login or label.
    pub(super) fn title(&self) -> Option<Cow<'r, str>> {
        usable(&self.display_name).or_else(|| self.login())
    }
}

/// The name, unless it is the word that Okta writes where it has none.
fn usable<'r>(name: &Option<Cow<'r, str>>) -> Option<Cow<'r, str>> {
    name.clone().filter(|name| !name.eq_ignore_ascii_case("unknown"))
}
