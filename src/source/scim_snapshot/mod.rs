//! SCIM list snapshots (source `scim_snapshot`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "scim_snapshot";

/// SCIM list snapshots.
#[derive(Debug)]
pub struct ScimSnapshot;

impl Source for ScimSnapshot {
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
        &Doc { title: "SCIM list snapshots", events: &[], changes: &[], missing: &[] }
    }
}
