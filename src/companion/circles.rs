//! Groups that a listing of members shows to be members of each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Companions, Finding, PrincipalKind, SnapshotMember, check::fold};

/// The groups that each group is listed with as its members, folded.
type Members = BTreeMap<String, BTreeSet<String>>;

/// One finding for each circle, at the first row of it. What a circle holds, everybody in it holds, so that it is hardly meant.
pub(super) fn find(companions: &mut Companions) {
    let mut listings: BTreeMap<(i64, &str), Vec<&SnapshotMember>> = BTreeMap::new();
    for row in &companions.snapshot_members {
        listings.entry((row.taken_at, &row.scope)).or_default().push(row);
    }
    let mut findings: Vec<Finding> = listings.into_values().flat_map(|mut rows| of_listing(&mut rows)).collect();
    companions.findings.append(&mut findings);
}

fn of_listing(rows: &mut [&SnapshotMember]) -> Vec<Finding> {
    rows.sort_by_key(|row| (row.path.clone(), row.line));
    let groups: BTreeSet<String> = rows.iter().map(|row| fold(&row.group)).collect();
    // A member of which it is not said what it is may be a person of a group's name.
    let is_group = |row: &&&SnapshotMember| match row.member_kind {
        None => groups.contains(&fold(&row.member)),
        kind => kind == Some(PrincipalKind::Group),
    };
    let mut members = Members::new();
    for row in rows.iter().filter(is_group) {
        members.entry(fold(&row.group)).or_default().insert(fold(&row.member));
    }
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for row in rows.iter().filter(is_group) {
        let (group, member) = (fold(&row.group), fold(&row.member));
        let below = reached(&members, &member);
        if !below.contains(&group) {
            continue;
        }
        // All that can be reached from the circle, and from which it can be reached.
        let circle: BTreeSet<String> =
            below.into_iter().filter(|other| reached(&members, other).contains(&group)).collect();
        let names = circle.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if told.insert(circle) {
            let message = format!("groups {names} are members of each other: whoever is in one of them is in all");
            found.push(Finding { path: row.path.clone(), line: row.line, message });
        }
    }
    found
}

/// A group and all groups in it, to any depth.
fn reached(members: &Members, from: &str) -> BTreeSet<String> {
    let (mut known, mut left) = (BTreeSet::from([from.to_owned()]), vec![from]);
    while let Some(next) = left.pop() {
        for group in members.get(next).into_iter().flatten() {
            if known.insert(group.clone()) {
                left.push(group);
            }
        }
    }
    known
}
