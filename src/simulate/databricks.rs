//! What Databricks logs: each change and each use as one row of the audit log. A row serialises as delivered on AWS;
//! `forms` has the others.

mod change;
mod forms;
mod usage;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::calendar::{Instant, Scope};
use super::dice::Dice;
use super::organisation::{Organisation, Person};
use super::provider::Provider;
pub(super) use change::Change;
pub(super) use forms::{COLUMNS, resource_name, whole_second};
pub(super) use usage::Use;

pub(super) const CONNECTOR: &str = "scim-connector@example.com";
pub(super) const TERRAFORM: &str = "terraform@example.com";
const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// One row. The order of the fields is the order in the file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    version: &'static str,
    audit_level: &'static str,
    #[serde(serialize_with = "as_millis")]
    timestamp: Instant,
    account_id: String,
    #[serde(rename = "workspaceId", serialize_with = "as_number")]
    scope: Scope,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: String,
    user_agent: &'static str,
    session_id: Option<String>,
    user_identity: UserIdentity,
    service_name: &'static str,
    action_name: &'static str,
    request_id: String,
    request_params: BTreeMap<&'static str, String>,
    response: Response,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity {
    email: String,
    subject_name: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: Option<u16>,
    error_message: Option<&'static str>,
    result: Option<&'static str>,
}

impl Row {
    /// When it happened.
    pub(super) fn time(&self) -> Instant {
        self.timestamp
    }

    /// Where it belongs.
    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// The id of the request: here unique to the row.
    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// What Databricks said of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Refused,
    /// The row holds no status: whether it was done cannot be told.
    Unsaid,
}

/// By which way a change came.
#[derive(Debug, Clone, Copy)]
pub(super) enum Door<'a> {
    /// The identity provider's push.
    Connector,
    /// An administrator by hand.
    Console(&'a Person),
    /// The pipeline.
    Terraform,
    /// The person's own first sign-in.
    FirstSignIn(&'a Person),
    /// Databricks creates whom an administrator shares something with, before they ever sign in.
    Automatic(&'a Person),
    /// The connector's token, in somebody else's hands.
    StolenToken,
    /// Databricks' own housekeeping.
    Platform,
}

impl Door<'_> {
    /// Actor, address, user agent and Databricks' own word for the door.
    fn traces(&self, provider: Provider) -> (&str, &str, &'static str, &'static str) {
        match self {
            Self::Connector => (CONNECTOR, "198.51.100.24", provider.user_agent(), "scim"),
            Self::Console(person) => (&person.email, &person.address, BROWSER, "adminConsole"),
            Self::Terraform => {
                (TERRAFORM, "192.0.2.40", "databricks-tf-provider/1.84.0 databricks-sdk-go/0.72.0", "scim")
            }
            Self::FirstSignIn(person) | Self::Automatic(person) => {
                (&person.email, &person.address, BROWSER, "autoUserCreation")
            }
            Self::StolenToken => (CONNECTOR, "203.0.113.9", "curl/8.9.1", "scim"),
            Self::Platform => ("System-User", "127.0.0.1", "Databricks-Service", "internal"),
        }
    }
}

impl Answer {
    fn response(self) -> Response {
        let (status_code, error_message) = match self {
            Self::Done => (Some(200), None),
            Self::Refused => (Some(403), Some("Only account admins can modify groups.")),
            Self::Unsaid => (None, None),
        };
        Response { status_code, error_message, result: None }
    }
}

/// A successful row of service `accounts` by the jobs' client, without parameters.
fn plain(
    time: Instant,
    scope: Scope,
    actor: &str,
    action_name: &'static str,
    organisation: &Organisation,
    dice: &mut Dice,
) -> Row {
    Row {
        version: "2.0",
        audit_level: if scope == Scope::Account { "ACCOUNT_LEVEL" } else { "WORKSPACE_LEVEL" },
        timestamp: time,
        account_id: organisation.account_id.clone(),
        scope,
        source_ip_address: "192.0.2.15".to_owned(),
        user_agent: "databricks-sdk-py/0.57.0",
        session_id: None,
        user_identity: UserIdentity { email: actor.to_owned(), subject_name: None },
        service_name: "accounts",
        action_name,
        request_id: dice.uuid(),
        request_params: BTreeMap::new(),
        response: Answer::Done.response(),
    }
}

fn as_millis<S: Serializer>(time: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time.timestamp_millis())
}

fn as_number<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(scope.workspace_id())
}
