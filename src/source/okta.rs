//! Okta System Log (source `okta`).

use super::{Envelope, Fate, Mark, Record, Source};

/// Okta System Log.
#[derive(Debug)]
pub struct Okta;

impl Source for Okta {
    fn id(&self) -> &'static str {
        "okta"
    }
    fn signature(&self) -> &'static [Mark] {
        &[]
    }
    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }
    fn read<'r>(&self, _record: &Record<'r>) -> Fate<'r> {
        Fate::Filtered("stub")
    }
}
