//! Microsoft Entra ID directory audits (source `entra_audit`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "entra_audit";

/// Microsoft Entra ID directory audits.
#[derive(Debug)]
pub struct EntraAudit;

impl Source for EntraAudit {
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
        &Doc { title: "Microsoft Entra ID directory audits", events: &[], changes: &[], missing: &[] }
    }
}
