//! The fields of an audit row, as delivered in JSON, that are read.

use std::borrow::Cow;

use serde::Deserialize;

use super::params::Params;
use crate::source::decode::{object, text};
use crate::source::loose::Loose;
use crate::source::shape::{Expect, Shape};

/// An audit row.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Row<'r> {
    #[serde(borrow)]
    pub(super) version: Loose<'r>,
    #[serde(borrow)]
    pub(super) timestamp: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) audit_level: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) account_id: Loose<'r>,
    #[serde(borrow)]
    pub(super) workspace_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) service_name: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) action_name: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) request_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "text", rename = "sourceIPAddress")]
    pub(super) source_ip_address: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) user_agent: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) session_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) user_identity: UserIdentity<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) request_params: Params<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) response: Response<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserIdentity<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) email: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) subject_name: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Response<'r> {
    #[serde(borrow)]
    pub(super) status_code: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) error_message: Option<Cow<'r, str>>,
}

/// The result in the response, which few rows are asked for: looked up when it is.
#[derive(Debug, Clone)]
pub(super) enum Answer<'r> {
    /// The record that has it.
    In(&'r str),
    /// Its JSON; `None` = there is none.
    Json(Option<Cow<'r, str>>),
}

impl<'r> Answer<'r> {
    /// Its JSON; `None` = there is none.
    pub(super) fn json(&self) -> Option<Cow<'r, str>> {
        match self {
            Self::In(record) => sonic_rs::get(*record, ["response", "result"]).ok().map(|found| found.as_raw_cow()),
            Self::Json(json) => json.clone(),
        }
    }
}

/// What each field of one type must be; the fields of varying type are judged where they are read.
pub(super) const SHAPE: &[Shape] = &[
    ("/auditLevel", Expect::Text),
    ("/serviceName", Expect::Text),
    ("/actionName", Expect::Text),
    ("/sourceIPAddress", Expect::Text),
    ("/userAgent", Expect::Text),
    ("/userIdentity", Expect::Object),
    ("/userIdentity/email", Expect::Text),
    ("/userIdentity/subjectName", Expect::Text),
    ("/requestParams", Expect::Object),
    ("/response", Expect::Object),
    ("/response/errorMessage", Expect::Text),
];
