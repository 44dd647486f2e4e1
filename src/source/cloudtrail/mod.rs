//! AWS CloudTrail (source `cloudtrail`).

use super::{Doc, Envelope, Fate, Form, Record, Source};

const ID: &str = "cloudtrail";

/// AWS CloudTrail.
#[derive(Debug)]
pub struct CloudTrail;

impl Source for CloudTrail {
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
        &Doc { title: "AWS CloudTrail", events: &[], changes: &[], missing: &[] }
    }
}
