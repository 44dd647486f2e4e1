//! The page of source `scim_snapshot`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc { title: "SCIM list snapshots", events: &[], changes: &[], missing: &[] };
