//! What Entra logs: decisions as directory audits, pushes as records of the provisioning log, both as Graph gives them.

mod audit;
mod provisioning;

use super::act::Act;
use super::calendar::Instant;
use super::dice::Dice;
use super::entry::Entry;
use super::organisation::Organisation;

const TENANT: &str = "00000000-0000-4000-8000-0000000e4a00";

/// The record of an act.
pub(super) fn entry(act: Act<'_>, time: Instant, organisation: &Organisation, dice: &mut Dice) -> Option<Entry> {
    match act {
        // Sign-ins have a log of their own, and every failure here says whose it is.
        Act::SignOn(..) | Act::PushFailsUnnamed => None,
        Act::Decide(_)
        | Act::DecideInVain(_)
        | Act::Create(_)
        | Act::Activate(_)
        | Act::Update(_)
        | Act::Rename(_)
        | Act::RenameGroup(_)
        | Act::AssignGroup(..)
        | Act::ImportStart => audit::entry(act, time, organisation, dice),
        _ => provisioning::entry(act, time, organisation, dice),
    }
}
