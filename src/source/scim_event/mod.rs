//! SCIM security event tokens (source `scim_event`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "scim_event";

/// SCIM security event tokens.
#[derive(Debug)]
pub struct ScimEvent;

impl Source for ScimEvent {
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
        &Doc { title: "SCIM security event tokens", events: &[], changes: &[], missing: &[] }
    }
}
