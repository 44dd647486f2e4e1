//! The page of source `scim_event`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc { title: "SCIM security event tokens", events: &[], changes: &[], missing: &[] };
