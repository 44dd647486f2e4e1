//! What the three sources of Microsoft Entra ID share: fields whose keys vary by case, times, values in strings, and the
//! unified audit of Microsoft 365.

mod category;
mod fields;
mod name;
mod stamp;
mod unified;
mod value;

pub(super) use category::{
    AUDIT_CATEGORIES, AUDIT_LOG, OTHER_CATEGORY, OTHER_WORKLOAD, PROVIDER, PROVISIONING_LOG, READ, SIGN_IN_LOGS,
    is_other_category,
};
pub(super) use fields::Fields;
pub(super) use name::{activity_name, is_uuid, kind_word, lookup_name, unmangled};
pub(super) use stamp::first_stamp;
pub(super) use unified::{CREATION_TIME, DIRECTORY, Party, SIGN_IN, Workload, parties, workload};
pub(super) use value::{items, value};

use crate::event::{Outcome, Text};

/// Columns of the time at which Log Analytics has a row; the portal writes the zone into the name.
pub(super) const TIME_GENERATED: &[&str] = &["TimeGenerated", "TimeGenerated [UTC]"];

/// The record's text, where it says anything at all.
pub(super) fn bytes<'t>(text: &'t Option<Text<'_>>) -> Option<&'t [u8]> {
    text.as_ref().map(|t| t.as_bytes())
}

/// What a word of the source says of the outcome; `None` = neither success nor failure.
pub(super) fn outcome_of(word: &str) -> Option<Outcome> {
    let said = |words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    if said(&["success", "succeeded", "true"]) {
        Some(Outcome::Success)
    } else if said(&["failure", "failed", "fail", "false"]) {
        Some(Outcome::Failure)
    } else {
        None
    }
}
