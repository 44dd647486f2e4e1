//! Databricks audit log (source `databricks`).
use super::{Envelope, Fate, Mark, Record, Source};
/// Databricks audit log.
#[derive(Debug)]
pub struct Databricks;
impl Source for Databricks {
    fn id(&self) -> &'static str {
        "databricks"
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
