//! SCIM 2.0 request logs (source `scim`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "scim";

/// SCIM 2.0 request logs.
#[derive(Debug)]
pub struct Scim;

impl Source for Scim {
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
        &Doc { title: "SCIM 2.0 request logs", events: &[], changes: &[], missing: &[] }
    }
}
