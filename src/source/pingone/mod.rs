//! PingOne audit activities (source `pingone`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "pingone";

/// PingOne audit activities.
#[derive(Debug)]
pub struct PingOne;

impl Source for PingOne {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn read<'r>(&self, _record: &Record<'r>) -> Fate<'r> {
        Fate::Rejected("not read yet".into())
    }

    fn doc(&self) -> &'static Doc {
        &Doc { title: "PingOne audit activities", events: &[], changes: &[], missing: &[] }
    }
}
