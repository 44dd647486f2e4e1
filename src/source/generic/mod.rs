//! Generic JSON lines (source `generic`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "generic";

/// Generic JSON lines.
#[derive(Debug)]
pub struct Generic;

impl Source for Generic {
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
        &Doc { title: "Generic JSON lines", events: &[], changes: &[], missing: &[] }
    }
}
