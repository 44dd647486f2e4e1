//! The shape of one event of the System Log, as Okta documents it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::Kind;
use crate::simulate::calendar::{Instant, instant_text};
use crate::simulate::dice::Dice;
use crate::simulate::organisation::{App, Group, Person};

const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// One LogEvent. The order of the fields is the order in the file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::simulate) struct LogEvent {
    actor: Entity,
    client: Client,
    authentication_context: AuthenticationContext,
    display_message: &'static str,
    event_type: &'static str,
    outcome: Outcome,
    #[serde(serialize_with = "as_text")]
    published: Instant,
    security_context: SecurityContext,
    severity: &'static str,
    debug_context: DebugContext,
    legacy_event_type: Option<&'static str>,
    transaction: Transaction,
    uuid: String,
    version: &'static str,
    request: Request,
    target: Vec<Entity>,
    #[serde(skip)]
    is_hooked: bool,
}

/// An actor or a target.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entity {
    id: String,
    r#type: &'static str,
    alternate_id: String,
    display_name: String,
    detail_entry: Option<BTreeMap<&'static str, &'static str>>,
}

/// Where a request came from; all null where Okta acted by itself.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Client {
    user_agent: Option<UserAgent>,
    zone: Option<&'static str>,
    device: Option<&'static str>,
    id: Option<String>,
    ip_address: Option<String>,
    geographical_context: Option<Place>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserAgent {
    raw_user_agent: &'static str,
    os: &'static str,
    browser: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    city: &'static str,
    state: Option<&'static str>,
    country: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticationContext {
    authentication_provider: Option<&'static str>,
    credential_provider: Option<&'static str>,
    credential_type: Option<&'static str>,
    issuer: Option<&'static str>,
    interface: Option<&'static str>,
    authentication_step: u8,
    external_session_id: String,
}

#[derive(Debug, Clone, Serialize)]
struct Outcome {
    result: &'static str,
    reason: Option<&'static str>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityContext {
    as_number: Option<u32>,
    as_org: Option<&'static str>,
    isp: Option<&'static str>,
    domain: Option<&'static str>,
    is_proxy: Option<bool>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DebugContext {
    debug_data: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone, Serialize)]
struct Transaction {
    r#type: &'static str,
    id: String,
    detail: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    ip_chain: Vec<Hop>,
}

#[derive(Debug, Clone, Serialize)]
struct Hop {
    ip: String,
    version: &'static str,
    source: Option<&'static str>,
}

impl LogEvent {
    /// A successful event of a kind, by nobody and about nothing yet.
    pub(super) fn new(kind: Kind, time: Instant, dice: &mut Dice) -> Self {
        let transaction = match kind.job {
            Some(prefix) => Transaction { r#type: "JOB", id: dice.okta_id(prefix), detail: BTreeMap::new() },
            None => Transaction { r#type: "WEB", id: dice.hex(32), detail: BTreeMap::new() },
        };
        Self {
            actor: Entity::system(),
            client: Client::none(),
            authentication_context: AuthenticationContext::of_session(transaction.id.clone()),
            display_message: kind.message,
            event_type: kind.event_type,
            outcome: Outcome { result: "SUCCESS", reason: None },
            published: time,
            security_context: SecurityContext::default(),
            severity: "INFO",
            debug_context: DebugContext { debug_data: BTreeMap::new() },
            legacy_event_type: kind.legacy,
            transaction,
            uuid: dice.uuid(),
            version: "0",
            request: Request { ip_chain: Vec::new() },
            target: Vec::new(),
            is_hooked: kind.is_hooked,
        }
    }

    /// The same event with its actor, who leaves traces of the network where there is an address.
    pub(super) fn acted_by(self, actor: Entity, client: Client) -> Self {
        let hop = |ip: &String| Hop { ip: ip.clone(), version: "V4", source: None };
        let ip_chain = client.ip_address.iter().map(hop).collect();
        let security_context = match client.ip_address {
            Some(_) => SecurityContext {
                as_number: Some(64_500),
                as_org: Some("example networks"),
                isp: Some("example isp"),
                domain: Some("example.com"),
                is_proxy: Some(false),
            },
            None => SecurityContext::default(),
        };
        Self { actor, client, security_context, request: Request { ip_chain }, ..self }
    }

    /// The same event with its targets and Okta's free notes.
    pub(super) fn about(self, target: Vec<Entity>, debug_data: Vec<(&'static str, String)>) -> Self {
        Self { target, debug_context: DebugContext { debug_data: debug_data.into_iter().collect() }, ..self }
    }

    /// The same event, failed if there is a reason.
    pub(super) fn ending(self, failure: Option<&'static str>) -> Self {
        match failure {
            Some(_) => Self { outcome: Outcome { result: "FAILURE", reason: failure }, severity: "WARN", ..self },
            None => self,
        }
    }

    /// The same event, of something that was left out.
    pub(super) fn skipped(self) -> Self {
        Self { outcome: Outcome { result: "SKIPPED", reason: None }, ..self }
    }

    /// Okta's own id of the event.
    pub(in crate::simulate) fn uuid(&self) -> &str {
        &self.uuid
    }

    /// True if the event hooks deliver it.
    pub(in crate::simulate) fn is_hooked(&self) -> bool {
        self.is_hooked
    }
}

impl Entity {
    fn new(id: &str, r#type: &'static str, alternate_id: &str, display_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            r#type,
            alternate_id: alternate_id.to_owned(),
            display_name: display_name.to_owned(),
            detail_entry: None,
        }
    }

    pub(super) fn system() -> Self {
        Self::new("00uSystemPrincipal01", "SystemPrincipal", "system@okta.com", "Okta System")
    }

    pub(super) fn user(person: &Person) -> Self {
        Self::new(&person.idp_id, "User", &person.login, &person.name)
    }

    pub(super) fn app_user(person: &Person) -> Self {
        Self::new(&person.app_user_id, "AppUser", &person.email, &person.name)
    }

    pub(super) fn app(app: &App) -> Self {
        Self::new(&app.idp_id, "AppInstance", app.label, app.catalogue_name)
    }

    pub(super) fn group(group: &Group) -> Self {
        Self::new(&group.idp_id, "UserGroup", "unknown", &group.idp_name)
    }

    pub(super) fn app_group(group: &Group) -> Self {
        Self::new(&group.app_group_id, "AppGroup", "unknown", &group.idp_name)
    }
}

impl Client {
    pub(super) fn none() -> Self {
        Self { user_agent: None, zone: None, device: None, id: None, ip_address: None, geographical_context: None }
    }

    pub(super) fn browser(person: &Person) -> Self {
        Self {
            user_agent: Some(UserAgent { raw_user_agent: BROWSER, os: "Mac OS X", browser: "CHROME" }),
            zone: None,
            device: Some("Computer"),
            id: None,
            ip_address: Some(person.address.clone()),
            geographical_context: Some(Place { city: "Exampleton", state: None, country: "Nowhere" }),
        }
    }
}

impl AuthenticationContext {
    fn of_session(external_session_id: String) -> Self {
        Self {
            authentication_provider: None,
            credential_provider: None,
            credential_type: None,
            issuer: None,
            interface: None,
            authentication_step: 0,
            external_session_id,
        }
    }
}

fn as_text<S: Serializer>(time: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instant_text(*time))
}
