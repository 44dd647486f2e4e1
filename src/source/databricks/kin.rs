//! How an Azure record and a row of the system table know each other as one event.

use super::ID;
use crate::event::{canonical, digest, identity};
use crate::source::{Kin, Traits};

/// Forms whose times are whole seconds and whose workspace is a name.
const COARSE: [&str; 2] = ["azure_diagnostic", "log_analytics"];

/// Forms whose rows carry all there is.
const FINE: [&str; 1] = ["system_table"];

const SECOND: i64 = 1_000_000;

/// The marks of an event of these forms; deliveries on AWS and GCP have no coarse counterpart, and their identity does all.
pub(super) fn kin(traits: &Traits<'_>) -> Option<Kin> {
    let is_coarse = is_coarse(traits.delivery);
    if !has_kin(traits.delivery) {
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
            Some(traits.outcome.as_bytes()),
        ],
    );
    Some(Kin { coarse, native: traits.native_id.map(plain), is_coarse })
}

/// Whether events of a form have marks.
pub(super) fn has_kin(delivery: &str) -> bool {
    is_coarse(delivery) || FINE.contains(&delivery)
}

/// Where and when a row is: the part of its canonical record that other deliveries spell in their own way.
pub(super) fn placed(micros: i64, scope: &str, workspace_id: Option<&str>) -> Vec<u8> {
    let milliseconds = micros.div_euclid(1000).to_le_bytes();
    canonical(ID, &[Some(&milliseconds), Some(scope.as_bytes()), workspace_id.map(str::as_bytes)])
}

/// The identity of a row that is there and then, and shares this with others.
pub(super) fn identity_with(traits: &Traits<'_>, shared: &[u8]) -> [u8; 16] {
    let mut text = placed(traits.event_time, traits.scope, traits.workspace_id);
    text.extend_from_slice(shared);
    named(digest(&text), traits.delivery, traits.native_id)
}

/// Within one second two records may carry the same, and only their ids tell them apart; but ids alone will not do either, since
/// anonymised logs share them.
pub(super) fn named(content: [u8; 16], delivery: &str, native_id: Option<&str>) -> [u8; 16] {
    match native_id.filter(|_| is_coarse(delivery)) {
        Some(id) => identity(ID, &[Some(&content), Some(&plain(id))]),
        None => content,
    }
}

/// Whether a form gives whole seconds only.
pub(super) fn is_coarse(delivery: &str) -> bool {
    COARSE.contains(&delivery)
}

/// Digest of the source's own id, of which two spellings are seen: a UUID with and without dashes.
fn plain(id: &str) -> [u8; 16] {
    let letters: String = id.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    identity(ID, &[Some(letters.as_bytes())])
}
