//! Microsoft Entra ID sign-ins (source `entra_signin`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "entra_signin";

/// Microsoft Entra ID sign-ins.
#[derive(Debug)]
pub struct EntraSignin;

impl Source for EntraSignin {
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
        &Doc { title: "Microsoft Entra ID sign-ins", events: &[], changes: &[], missing: &[] }
    }
}
