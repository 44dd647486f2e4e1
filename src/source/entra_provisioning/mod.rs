//! Microsoft Entra ID provisioning logs (source `entra_provisioning`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "entra_provisioning";

/// Microsoft Entra ID provisioning logs.
#[derive(Debug)]
pub struct EntraProvisioning;

impl Source for EntraProvisioning {
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
        &Doc { title: "Microsoft Entra ID provisioning logs", events: &[], changes: &[], missing: &[] }
    }
}
