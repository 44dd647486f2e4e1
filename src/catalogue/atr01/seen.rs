//! The attributes that records of pushes show.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::format;
use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, Record, held, records};
use crate::catalogue::sweep::Typed;
use crate::config::Globs;
use crate::error::Result;
use crate::event::EVENT_TIME;
use crate::source::pushed::{Attribute, Push, pushed};

/// Sources whose records show attributes.
pub(super) const SOURCES: [&str; 3] = ["scim", "entra_provisioning", "okta"];

/// A day in microseconds: as much is held in memory at once.
const DAY: i64 = 86_400_000_000;

/// What is known of one attribute.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) first: i64,
    /// The first record.
    pub(super) sample: String,
    /// Each spelling, and how often.
    pub(super) spellings: BTreeMap<String, u64>,
    pub(super) formats: BTreeSet<&'static str>,
    /// The first record of each spelling and format.
    pub(super) of_each: BTreeMap<String, String>,
    pub(super) identities: BTreeSet<String>,
    /// Failed pushes that blame it.
    pub(super) failed: BTreeSet<String>,
}

impl Seen {
    /// The most frequent spelling, of equals the first.
    pub(super) fn spelling(&self) -> &str {
        let most = self.spellings.iter().max_by_key(|(spelling, n)| (**n, std::cmp::Reverse(spelling.as_str())));
        most.map_or("", |(spelling, _)| spelling)
    }

    fn add(&mut self, record: &Record, identity: &str, attribute: &Attribute) {
        if self.sample.is_empty() {
            (self.first, self.sample) = (record.time, record.event_id.clone());
        }
        *self.spellings.entry(attribute.path.clone()).or_default() += 1;
        self.of_each.entry(attribute.path.clone()).or_insert_with(|| record.event_id.clone());
        self.identities.insert(identity.to_owned());
        let value = attribute.value.as_ref();
        if let Some(format) = value.and_then(|value| format::of(&attribute.path, value, attribute.is_typed)) {
            self.formats.insert(format);
            self.of_each.entry(format.to_owned()).or_insert_with(|| record.event_id.clone());
        }
    }
}

/// Everything found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By application and path in lower case.
    pub(super) attributes: BTreeMap<(String, String), Seen>,
    /// Records of pushes to other applications.
    pub(super) elsewhere: u64,
    /// Requests of which the body is not at hand.
    pub(super) bodiless: u64,
}

/// Reads the period day by day, from the first to the last day that holds a record of a push.
pub(super) fn read(evidence: &Evidence<'_>) -> Result<Found> {
    let apps: Vec<String> = evidence.config.sources.iter().flat_map(|s| s.provider_apps.clone()).collect();
    let apps = Globs::new(&if apps.is_empty() { vec!["*databricks*".to_owned()] } else { apps })?;
    let mut found = Found::default();
    let pushes = || evidence.sweep().map(|sweep| sweep.types().filter(is_push).filter_map(|typed| typed.period));
    let Some(is_held) = held(evidence, is_push)? else { return Ok(found) };
    let Some(mut from) = pushes()?.map(|tally| tally.first).min() else { return Ok(found) };
    let last = pushes()?.map(|tally| tally.last).max().unwrap_or(from);
    while from <= last {
        let to = from.saturating_add(DAY).min(evidence.period.end);
        let time = EVENT_TIME.expr().cast(DataType::Int64);
        let of_day = time.clone().gt_eq(lit(from)).and(time.lt(lit(to)));
        for record in records(evidence, of_day.and(is_held.clone()), Raw::With)? {
            found.take(evidence, &record, &apps);
        }
        from = to;
    }
    Ok(found)
}

fn is_push(typed: &Typed<'_>) -> bool {
    let begins = |starts: &[&str]| starts.iter().any(|start| typed.event_type.starts_with(start));
    match typed.source {
        "scim" => begins(&["POST /", "PUT /", "PATCH /"]),
        "okta" => begins(&["application.provision."]),
        source => source == "entra_provisioning",
    }
}

impl Found {
    fn take(&mut self, evidence: &Evidence<'_>, record: &Record, apps: &Globs) {
        let Some(push) = pushed(&record.source, &record.raw) else { return };
        if record.app.as_ref().is_some_and(|app| !apps.any(app)) {
            self.elsewhere += 1;
            return;
        }
        self.bodiless += u64::from(push.lacks_body);
        let application = record.app.clone().unwrap_or_else(|| format!("{} {}", record.source, record.scope));
        let named = record.target.as_deref().map(|name| evidence.name(name));
        // A record that names nobody is somebody of its own.
        let identity = named.or_else(|| record.target_id.clone()).unwrap_or_else(|| record.event_id.clone());
        for attribute in &push.attributes {
            let key = (application.clone(), attribute.path.to_lowercase());
            self.attributes.entry(key).or_default().add(record, &identity, attribute);
        }
        if record.outcome == "failure" {
            self.blame(record, &application, &identity, &push);
        }
    }

    // Blamed is what the record itself names as the reason, and every attribute of it that its words of error name.
    fn blame(&mut self, record: &Record, application: &str, identity: &str, push: &Push) {
        let is_named = |a: &&Attribute| names(&push.error, &a.path);
        let told = push.attributes.iter().filter(is_named).map(|a| a.path.clone());
        for path in push.blamed.iter().cloned().chain(told) {
            let seen = self.attributes.entry((application.to_owned(), path.to_lowercase())).or_default();
            if seen.sample.is_empty() {
                seen.add(record, identity, &Attribute { path, value: None, is_typed: false });
            }
            seen.failed.insert(record.event_id.clone());
        }
    }
}

// Whether a sentence names a path, as a whole word.
fn names(sentence: &str, path: &str) -> bool {
    let (sentence, path) = (sentence.to_lowercase(), path.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    sentence.match_indices(&path).any(|(at, found)| {
        let before = sentence[..at].chars().next_back();
        let after = sentence[at + found.len()..].chars().next();
        !before.is_some_and(|c| is_part(c) || c == '.') && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_sentence_names_whole_words() {
        for (sentence, path, is_named) in [
            ("invalidValue: Name.familyName is required", "name.familyName", true),
            ("uniqueness: userName already exists", "username", true),
            ("the username", "userName", true),
            ("the usernames", "userName", false),
            ("displayName is missing", "name", false),
            ("x.active", "active", false),
            ("activeness", "active", false),
            ("", "active", false),
        ] {
            assert_eq!(names(sentence, path), is_named, "{sentence}");
        }
    }
}
