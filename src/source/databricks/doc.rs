//! What the documentation says of the source.

use crate::source::Doc;

/// The source's page.
pub(super) const DOC: Doc = Doc { title: "Databricks audit log", events: &[], changes: &[], missing: &[] };
