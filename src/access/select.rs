//! Which rows are asked for.

use std::ops::Range;

use super::{Held, Instant};
use crate::config::Globs;

/// What a question about access is limited to.
#[derive(Debug)]
pub struct Selection {
    /// Rows that reach into it.
    pub span: Range<Instant>,
    /// Rows that hold at this instant; `None` = at any of the span.
    pub at: Option<Instant>,
    /// Subjects; empty = all.
    pub subjects: Globs,
    /// Entitlements; empty = all.
    pub entitlements: Globs,
    /// One scope; `None` = all.
    pub scope: Option<String>,
    /// Whether effective access is asked for, too.
    pub is_effective: bool,
}

impl Selection {
    /// True when the row is asked for.
    pub fn takes(&self, row: &Held<'_>) -> bool {
        let among = |globs: &Globs, name: &str| globs.is_empty() || globs.any(name);
        (self.is_effective || row.via.is_empty())
            && self.at.map_or_else(|| row.reaches_into(&self.span), |at| row.holds_at(at))
            && self.scope.as_ref().is_none_or(|scope| scope == row.pair.scope)
            && among(&self.subjects, row.pair.subject)
            && among(&self.entitlements, row.pair.entitlement)
    }
}
