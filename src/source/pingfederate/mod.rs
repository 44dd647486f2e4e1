//! PingFederate audit, provisioner and admin logs (source `pingfederate`).

mod clock;
mod doc;
mod events;
mod fields;
mod json;
mod line;
mod pairs;
mod pipes;
mod vocabulary;

use super::decode::{Reason, checked};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::Event;

const ID: &str = "pingfederate";

/// PingFederate audit, provisioner and admin logs: lines between pipes, `key="value"`, CEF, and JSON.
#[derive(Debug)]
pub struct PingFederate;

const fn text(name: &'static str, doc: &'static str) -> Form {
    Form { name, doc, marks: &[] }
}

const FORMS: &[Form] = &[
    text("audit_pipes", "A line of audit.log in the default order of its fields"),
    text("audit_key_value", "A line of audit.log as key=\"value\", as written for Splunk"),
    text("audit_cef", "A line of audit.log in Common Event Format, perhaps behind a syslog header"),
    text("provisioner_pipes", "A line of provisioner-audit.log in the default order of its fields"),
    text("provisioner_key_value", "A line of provisioner-audit.log as key=\"value\""),
    text("admin_pipes", "A line of admin.log"),
    text("admin_key_value", "A line of admin.log as key=\"value\""),
    Form {
        name: "audit_json",
        doc: "An event of audit.log as JSON or as a row of the audit database",
        marks: &[
            Mark::AnyOf(&["/trackingid", "/tracking_id"]),
            Mark::AnyOf(&["/event"]),
            Mark::AnyOf(&["/connectionid", "/connection_id", "/partnerid", "/protocol", "/role", "/status"]),
        ],
    },
    Form {
        name: "provisioner_json",
        doc: "An event of provisioner-audit.log as JSON or as a row of its database",
        marks: &[
            Mark::AnyOf(&["/cycle_id", "/cycleid", "/channel_id", "/channelid"]),
            Mark::AnyOf(&["/event_type", "/eventtype"]),
            Mark::AnyOf(&["/is_success", "/issuccess"]),
        ],
    },
    Form {
        name: "admin_json",
        doc: "An event of admin.log as JSON",
        marks: &[
            Mark::AnyOf(&["/component"]),
            Mark::AnyOf(&["/event"]),
            Mark::AnyOf(&["/roles"]),
            Mark::AnyOf(&["/user", "/username"]),
        ],
    },
];

impl Source for PingFederate {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        FORMS
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn claims(&self, line: &str) -> bool {
        let read = |line| events::event(&line::fields(line)?, Some(chrono_tz::Tz::UTC));
        read(line.trim()).is_ok()
    }

    fn line_keys(&self) -> &'static [&'static str] {
        &json::LINES
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

fn event<'r>(record: &Record<'r>) -> Result<Event<'r>, Reason> {
    let text = checked(record.text)?.trim();
    let fields = if text.starts_with('{') { json::fields(text)? } else { line::fields(text)? };
    events::event(&fields, record.zone)
}
