//! The portal's CSV download of the audit log, which has columns for three targets with five properties each, and no id.

use super::record::{Actor, Audit, Property, Target};
use crate::source::Dates;
use crate::source::decode::Reason;
use crate::source::entra::{Fields, activity_name, first_stamp, unmangled};

/// Form of the download.
pub(super) const PORTAL_CSV: &str = "portal_csv";

const TIME: &[&str] = &["Date (UTC)", "Date"];
/// More targets and properties than the portal has columns for today.
const MOST: usize = 9;

/// Whether the record is a row of the download.
pub(super) fn is_row(record: &Fields<'_>) -> bool {
    record.has(&["Activity"]) && record.has(TIME) && record.has(&["ActorType", "Target1Type", "Target1ObjectId"])
}

/// Reads a row.
pub(super) fn audit<'r>(record: &Fields<'r>, dates: Dates) -> Result<Audit<'r>, Reason> {
    let stamp = first_stamp(&[(record, TIME)], "/Date (UTC)", dates)?;
    let activity = record.text(&["Activity"], "/Activity")?.ok_or("/Activity: missing")?;
    Ok(Audit {
        delivery: PORTAL_CSV,
        rewritten: stamp.rewritten,
        is_partial: true,
        micros: stamp.micros,
        id: None,
        activity: activity_name(activity),
        service: record.hint(&["Service"]),
        result: record.hint(&["Result"]),
        reason: record.hint(&["ResultReason"]),
        correlation: record.hint(&["CorrelationId"]),
        actor: actor(record),
        targets: (1..=MOST).map_while(|at| target(record, at)).collect(),
        source_ip: record.hint(&["IPAddress"]),
        user_agent: record.hint(&["User Agent", "UserAgent"]),
    })
}

fn actor<'r>(record: &Fields<'r>) -> Actor<'r> {
    let is_app = record.hint(&["ActorType"]).is_some_and(|kind| kind.eq_ignore_ascii_case("application"));
    if is_app {
        return Actor {
            name: record.hint(&["ActorDisplayName", "ActorServicePrincipalName"]),
            id: record.hint(&["ActorServicePrincipalId", "ActorObjectId"]),
            kind: Some("service_principal"),
        };
    }
    let name = record.hint(&["ActorUserPrincipalName", "ActorDisplayName"]);
    let id = record.hint(&["ActorObjectId"]);
    let kind = (name.is_some() || id.is_some()).then_some("user");
    Actor { name, id, kind }
}

fn target<'r>(record: &Fields<'r>, at: usize) -> Option<Target<'r>> {
    let column = |name: &str| record.hint(&[&format!("Target{at}{name}")]);
    let (kind, id) = (column("Type"), column("ObjectId"));
    if kind.is_none() && id.is_none() {
        return None;
    }
    let property = |nth: usize| {
        let prefix = format!("Target{at}ModifiedProperty{nth}");
        let name = record.hint(&[&format!("{prefix}Name")])?;
        let value = |word: &str| record.get(&[&format!("{prefix}{word}")]).clone();
        Some(Property { name, old: value("OldValue"), new: value("NewValue") })
    };
    Some(Target {
        login: column("UserPrincipalName").map(|login| unmangled(login, id.as_deref())),
        name: column("DisplayName"),
        properties: (1..=MOST).map_while(property).collect(),
        kind,
        id,
    })
}
