//! The page of source `scim`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc { title: "SCIM 2.0 request logs", events: &[], changes: &[], missing: &[] };
