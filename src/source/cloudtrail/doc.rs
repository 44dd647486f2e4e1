//! The source's page.

use crate::source::Doc;

/// What `docs/sources.md` says.
pub(super) const DOC: Doc = Doc { title: "AWS CloudTrail", events: &[], changes: &[], missing: &[] };
