//! One record of an identity provider's log, in its own form.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::act::Act;
use super::calendar::Instant;
use super::dice::Dice;
use super::okta::LogEvent;
use super::organisation::Organisation;
use super::provider::Provider;
use super::{entra, okta, ping};

/// One record.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Id of the source whose log it stands in.
    pub(super) source: &'static str,
    /// The source's own id of the record.
    pub(super) id: String,
    pub(super) time: Instant,
    /// True if Okta's event hooks or PingOne's webhooks deliver it, too.
    pub(super) is_hooked: bool,
    pub(super) body: Body,
}

/// The record itself.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Okta(Box<LogEvent>),
    Json(Value),
}

impl Entry {
    /// The record of an act; nothing where the provider does not log such acts.
    pub(super) fn of(
        act: Act<'_>,
        time: Instant,
        provider: Provider,
        organisation: &Organisation,
        dice: &mut Dice,
    ) -> Option<Self> {
        match provider {
            Provider::Okta => okta::entry(act, time, organisation, dice),
            Provider::Entra => entra::entry(act, time, organisation, dice),
            Provider::Ping => ping::entry(act, time, organisation, dice),
        }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.body {
            Body::Okta(event) => event.serialize(serializer),
            Body::Json(value) => value.serialize(serializer),
        }
    }
}
