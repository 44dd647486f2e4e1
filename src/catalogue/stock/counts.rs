//! What the companion snapshots of grants and tokens list, as listings that state the whole of their moment.

use std::collections::BTreeMap;

use super::{Count, Good, PERSONAL_TOKEN};
use crate::access::Listing;
use crate::catalogue::Evidence;
use crate::change::{EntitlementKind, SubjectKind};
use crate::companion::snapshot_id;
use crate::correlate::ACCOUNT;
use crate::correlate::door::is_uuid;

/// The listings, by kind and time. Rows of one instant are one snapshot.
///
/// A snapshot that is taken in a workspace sees the whole metastore. Only what looks like a permission of an object in the
/// workspace is of the workspace, and of those no listing is taken to name all.
pub(in crate::catalogue) fn counts(evidence: &Evidence<'_>) -> Vec<Count> {
    let mut all: BTreeMap<(EntitlementKind, bool, i64), Count> = BTreeMap::new();
    let mut put = |time: i64, path: &str, good: Good| {
        let is_whole = good.scope == ACCOUNT;
        let count = all.entry((good.kind, is_whole, time)).or_insert_with(|| Count {
            listing: Listing { time, event_id: snapshot_id(path, time) },
            kind: good.kind,
            is_whole,
            goods: Vec::new(),
        });
        count.goods.push(Good { is_listed: is_whole, ..good });
    };
    for row in &evidence.companions.snapshot_grants {
        let scope = if is_of_workspace(&row.privilege) { row.scope.as_str() } else { ACCOUNT };
        let subject = evidence.name(&row.principal);
        let good = Good::new(EntitlementKind::Privilege, &subject, &row.securable, Some(&row.privilege), scope);
        put(row.taken_at, &row.path, Good { subject_kind: kind_of(&row.principal), ..good });
    }
    for row in &evidence.companions.snapshot_tokens {
        let object = format!("{PERSONAL_TOKEN}:{}", row.token_id);
        let good = Good::new(EntitlementKind::Token, &evidence.name(&row.owner), &object, None, ACCOUNT);
        put(row.taken_at, &row.path, Good { subject_kind: kind_of(&row.owner), ..good });
    }
    all.into_values().collect()
}

fn is_of_workspace(permission: &str) -> bool {
    let word = super::books::spelled(permission);
    word.starts_with("CAN_") || word == "IS_OWNER"
}

/// What has an address is a person, what has a UUID a service principal, anything else a group.
fn kind_of(principal: &str) -> SubjectKind {
    match principal {
        name if is_uuid(name) => SubjectKind::ServicePrincipal,
        name if name.contains('@') => SubjectKind::User,
        _ => SubjectKind::Group,
    }
}
