//! Waivers: approved exceptions to a policy, as the configuration states them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Place, nearest};
use crate::config::glob;
use crate::config::period::{day, midnight};
use crate::error::Result;
use crate::package::{canonical_json, sha256_hex};

/// Exceptions that a waiver may select unless it says otherwise.
const MAX_ITEMS: u64 = 25;

/// One approved exception to a policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The organisation's own id of it; no two waivers share one.
    pub id: String,
    /// The test whose exceptions it covers.
    pub test: String,
    /// Which items; all that are given must hold.
    pub select: Select,
    /// Why it was granted.
    pub reason: String,
    /// Who asked.
    pub requested_by: String,
    /// Who agreed.
    pub approved_by: String,
    /// Day of approval, `YYYY-MM-DD`.
    pub approved_at: String,
    /// Day from which it no longer holds, `YYYY-MM-DD`.
    pub expires: String,
    /// Day from which it holds, `YYYY-MM-DD`; `None` = the day of approval.
    pub starts: Option<String>,
    /// What can go wrong while it holds; `None` = not stated.
    pub risk: Option<String>,
    /// What is done instead; `None` = not stated.
    pub compensating_control: Option<String>,
    /// Where the approval is recorded; `None` = not stated.
    pub ticket: Option<String>,
    /// Exceptions that it may select within its days; more than that, and it must be [`Waiver::wide`].
    #[serde(default = "max_items")]
    pub max_items: u64,
    /// True = it was approved for more than `max_items` exceptions.
    #[serde(default)]
    pub wide: bool,
    /// True = it was approved for days before the approval, too.
    #[serde(default)]
    pub backdated: bool,
    /// Who agreed to that; `None` = nobody.
    pub backdating_approved_by: Option<String>,
    /// [`Waiver::scope_sha256`] of what was approved; `None` = not stated.
    pub scope_digest: Option<String>,
}

const fn max_items() -> u64 {
    MAX_ITEMS
}

/// Which items a waiver covers: globs, all given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the item column of that name; an entitlement is an item's object")]
pub struct Select {
    pub actor: Option<String>,
    pub subject: Option<String>,
    #[serde(alias = "object")]
    pub entitlement: Option<String>,
    pub scope: Option<String>,
    pub item_id: Option<String>,
    pub event_id: Option<String>,
}

/// When a waiver holds. Instants in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub start: i64,
    /// First instant after it: where it expires, or where the longest time allowed ends.
    pub end: i64,
    /// Where it would expire as written.
    pub expires: i64,
    /// True when it begins before the day of its approval.
    pub is_backdated: bool,
}

impl Window {
    /// True when it was written for longer than is allowed.
    pub const fn is_capped(&self) -> bool {
        self.end < self.expires
    }
}

impl Waiver {
    /// When it holds: from its start until it expires, for at most twelve months, or ninety days for a test of privileged access
    /// (reference: compliance 3.4). `None` when a day is malformed.
    pub fn window(&self, zone: Tz) -> Option<Window> {
        let approved = day(&self.approved_at)?;
        let first = self.starts.as_deref().map_or(Some(approved), day)?;
        let expires = day(&self.expires)?;
        let end = expires.min(self.cap(first)?);
        Some(Window {
            start: midnight(first, zone)?,
            end: midnight(end, zone)?,
            expires: midnight(expires, zone)?,
            is_backdated: first < approved,
        })
    }

    /// SHA-256 of what it may cover: test, select, days and how many, as canonical JSON. Two waivers of one digest cover the same.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn scope_sha256(&self) -> Result<String> {
        let select: BTreeMap<&str, &str> = self.select.given().collect();
        digest_of(&serde_json::json!({
            "test": self.test, "select": select, "starts": self.starts.as_ref().unwrap_or(&self.approved_at),
            "expires": self.expires, "max_items": self.max_items, "wide": self.wide,
        }))
    }

    /// SHA-256 of the whole waiver as it is configured, as canonical JSON.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn sha256(&self) -> Result<String> {
        digest_of(self)
    }

    /// True when what was approved is said, and is not what the waiver covers now.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn is_of_another_scope(&self) -> Result<bool> {
        let scope = self.scope_sha256()?;
        Ok(self.scope_digest.as_ref().is_some_and(|approved| !approved.eq_ignore_ascii_case(&scope)))
    }

    /// True when it waives exceptions of a test of privileged access.
    pub fn is_of_privileged_access(&self) -> bool {
        ["PRV-", "SOD-", "EMG-01"].iter().any(|test| self.test.starts_with(test))
    }

    fn cap(&self, first: NaiveDate) -> Option<NaiveDate> {
        if self.is_of_privileged_access() {
            first.checked_add_days(Days::new(90))
        } else {
            first.checked_add_months(Months::new(12))
        }
    }
}

fn digest_of(what: &impl Serialize) -> Result<String> {
    Ok(sha256_hex(canonical_json(what)?.trim_end().as_bytes()))
}

impl Select {
    /// The globs that are given, each with the item column it applies to.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("actor", &self.actor),
            ("subject", &self.subject),
            ("entitlement", &self.entitlement),
            ("scope", &self.scope),
            ("item_id", &self.item_id),
            ("event_id", &self.event_id),
        ]
        .into_iter()
        .filter_map(|(name, glob)| glob.as_deref().map(|g| (name, g)))
    }
}

/// Refuses what cannot be meant. Who approved what is no question of form: those are findings about the waivers.
pub(super) fn check(waivers: &[Spanned<Waiver>], place: &Place<'_>, zone: Tz, tests: &[&str]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for spanned in waivers {
        let waiver = spanned.get_ref();
        let wrong = |message: &str| place.error(Some(spanned.span()), &format!("waiver `{}`: {message}", waiver.id));
        if !seen.insert(&waiver.id) {
            return Err(wrong("a second waiver has this id"));
        }
        if !tests.contains(&waiver.test.as_str()) {
            let hint = nearest(&waiver.test, tests.iter().copied());
            return Err(wrong(&format!("unknown test `{}`{hint}", waiver.test)));
        }
        for (_, pattern) in waiver.select.given() {
            glob(pattern).map_err(|e| place.error(Some(spanned.span()), &e.to_string()))?;
        }
        if let Some(message) = fault(waiver, zone) {
            return Err(wrong(message));
        }
    }
    Ok(())
}

fn fault(waiver: &Waiver, zone: Tz) -> Option<&'static str> {
    let is_blank = |text: &str| text.trim().is_empty();
    let Some(window) = waiver.window(zone) else {
        return Some("`approved_at`, `starts` and `expires` must be days such as `2026-07-01`");
    };
    if waiver.select.given().next().is_none() {
        Some("`select` is empty; it would cover everything")
    } else if window.start >= window.expires {
        Some("expires before it starts")
    } else if [&waiver.reason, &waiver.requested_by, &waiver.approved_by].into_iter().any(|text| is_blank(text)) {
        Some("`reason`, `requested_by` and `approved_by` must say something")
    } else if waiver.scope_digest.as_ref().is_some_and(|digest| !is_digest(digest)) {
        Some("`scope_digest` must be 64 hexadecimal digits, as the package's table `waivers` shows them")
    } else if waiver.max_items == 0 {
        Some("`max_items` must be at least 1")
    } else if window.is_backdated
        && !(waiver.backdated && waiver.backdating_approved_by.as_deref().is_some_and(|who| !is_blank(who)))
    {
        Some("starts before it was approved: that needs `backdated = true` and `backdating_approved_by`")
    } else {
        None
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
