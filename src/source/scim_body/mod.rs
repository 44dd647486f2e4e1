//! What SCIM request logs, security event tokens and list snapshots share: places, resources, and what a body does to access.

mod act;
mod attribute;
mod instant;
mod item;
mod json;
mod ledger;
mod patch;
mod place;
mod route;
mod subject;

pub(super) use act::{Act, Effects};
pub(super) use instant::{epoch_micros, micros};
pub(super) use json::Json;
pub(super) use patch::{patched_external_id, patched_name};
pub(super) use place::{Level, Place};
pub(super) use route::{Kind, Route, last_segment};
pub(super) use subject::{Subject, flag, kind_of};
