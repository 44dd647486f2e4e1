//! PingFederate audit and provisioner logs (source `pingfederate`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "pingfederate";

/// PingFederate audit and provisioner logs.
#[derive(Debug)]
pub struct PingFederate;

impl Source for PingFederate {
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
        &Doc { title: "PingFederate audit and provisioner logs", events: &[], changes: &[], missing: &[] }
    }
}
