//! How an Azure record and a row of the system table know each other as one event.

use super::ID;
use crate::event::identity;
use crate::source::{Kin, Traits};

/// Forms whose times are whole seconds and whose workspace is a name.
const COARSE: [&str; 2] = ["azure_diagnostic", "log_analytics"];

/// Forms whose rows carry all there is.
const FINE: [&str; 1] = ["system_table"];

const SECOND: i64 = 1_000_000;

/// The marks of an event of these forms; deliveries on AWS and GCP have no coarse counterpart, and their identity does all.
pub(super) fn kin(traits: &Traits<'_>) -> Option<Kin> {
    let is_coarse = is_coarse(traits.delivery);
    if !is_coarse && !FINE.contains(&traits.delivery) {
        return None;
    }
    let second = traits.event_time.div_euclid(SECOND).to_le_bytes();
    // Unity Catalog writes at account level, also where the delivery names a workspace.
    let is_account = traits.scope == "account" || traits.event_type.starts_with("unityCatalog.");
    let level: &[u8] = if is_account { b"account" } else { b"workspace" };
    let actor = traits.actor.map(str::to_lowercase);
    let coarse = identity(
        ID,
        &[
            Some(&second),
            Some(traits.event_type.as_bytes()),
            Some(level),
            traits.request_id.map(str::as_bytes),
            actor.as_deref().map(str::as_bytes),
        ],
    );
    // Two exports of one row may differ in what their reader was allowed to see; coarse records have their id in their identity.
    let native = traits.native_id.filter(|_| !is_coarse).map(|id| identity(ID, &[Some(&coarse), Some(&plain(id))]));
    Some(Kin { native, coarse, is_coarse })
}

/// Whether a form gives whole seconds only.
pub(super) fn is_coarse(delivery: &str) -> bool {
    COARSE.contains(&delivery)
}

/// Digest of the source's own id, of which two spellings are seen: a UUID with and without dashes.
pub(super) fn plain(id: &str) -> [u8; 16] {
    let letters: String = id.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    identity(ID, &[Some(letters.as_bytes())])
}
