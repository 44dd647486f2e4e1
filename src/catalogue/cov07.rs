//! COV-07: the vocabulary is known.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{exception, pass, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::Globs;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::inventory::looks_access_like;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-07",
    version: "2",
    severity: Severity::Medium,
    needs: need::ALL,
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "reviewed",
        default: "[]",
        doc: "actions that were reviewed and change no access, as globs over `source/service.action/version`",
    }],
    words: &[
        pass("known", "the action is in the vocabulary, as an access change or as none"),
        pass("reviewed", "the organisation declares that it has reviewed the action, and that it changes no access"),
        exception("access_like", "the action is not in the vocabulary, and its name or parameters speak of access"),
        undetermined("unmapped", "the action is not in the vocabulary, and nothing about it speaks of access"),
        undetermined("unknown_version", "the action is known, but the version of its record's layout is not"),
    ],
    columns: &[
        Column::optional("source", Kind::Text, "Source id."),
        Column::optional("service", Kind::Text, "Service of a Databricks action. null = the source names none."),
        Column::optional("action", Kind::Text, "The source's own name of the action, without the service."),
        Column::optional(
            "schema_version",
            Kind::Text,
            "Version of the records' layout, as the source numbers it. null = the records give none.",
        ),
        Column::optional("record_count", Kind::Whole, "Events of it in the period."),
        Column::optional("first_seen", Kind::Instant, "Earliest event of it in the period."),
        Column::optional("last_seen", Kind::Instant, "Latest event of it in the period."),
        Column::optional("sample_ref", Kind::Text, "An event of it; of several layouts one that is not understood."),
        Column::optional(
            "suspicion",
            Kind::Text,
            "What of an action that is not in the vocabulary speaks of access: name or parameters. null = neither, or the action is known.",
        ),
    ],
    about: About {
        title: "Vocabulary is known",
        objective: "To find actions that were logged and that no test understands, since a change of access among them would be missed by all of them.",
        population: "Every distinct source, service, action and version of the record's layout among the events of the period.",
        item_noun: "actions",
        procedure: &[
            "An action in the vocabulary, whether it changes access or not, passes, where the version of its record's layout is known or not given.",
            "Another action is an exception where its name or the name of one of its parameters holds a word that speaks of access (grant, revoke, permission, acl, owner, member, admin, role, token, secret, share, scim, sso, principal, group, access, assign). Whole words are compared, whatever their case, and never values.",
            "An action that reviewed declares to change no access passes.",
            "All others are undetermined: actions that nobody knows, and known ones in a layout that nobody knows.",
        ],
        false_positives: &[
            "An action that only reads, or that changes access to something that is not under audit: review it, and name it under `reviewed`.",
        ],
        limits: &[
            "This test does not show that what is in the vocabulary is read rightly, nor that an action does what its name says.",
            "Of each action that is not in the vocabulary the parameters of up to 20 records are looked at.",
        ],
        references: &["NIST SP 800-53 r5 AU-2"],
        deviation: "Action {object} is not in the vocabulary, and its name or parameters speak of access",
        undecided: "Whether action {object} changes access",
    },
    evaluate,
};

/// Source, type and version.
type Name = (String, String, Option<String>);

/// What the period holds of one name.
#[derive(Debug, Clone)]
struct Seen {
    is_mapped: bool,
    count: i64,
    first: i64,
    last: i64,
    sample: String,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let reviewed = evidence.config.globs(TEST.id, "reviewed")?;
    let census = census(evidence)?;
    let is_complete = census.values().all(|seen| seen.is_mapped);
    let suspects = if is_complete { BTreeSet::new() } else { suspects(evidence)? };
    let items: Vec<Item> = census.iter().map(|(name, seen)| item(name, seen, &reviewed, &suspects)).collect();
    Ok(Judged { items, coverage_is_complete: evidence.is_covered(|_| true), ..Judged::default() })
}

// Unmapped types of which the name, or a parameter of any record at hand, speaks of access.
fn suspects(evidence: &Evidence<'_>) -> Result<BTreeSet<(String, String)>> {
    let rows = evidence.vocabulary()?.into_iter();
    Ok(rows.filter(|row| !row.mapped && row.access_like).map(|row| (row.source, row.event_type)).collect())
}

fn census(evidence: &Evidence<'_>) -> Result<BTreeMap<Name, Seen>> {
    let mut census: BTreeMap<Name, Seen> = BTreeMap::new();
    for typed in evidence.sweep()?.types() {
        let Some(tally) = typed.period else { continue };
        let (count, first, last) = (tally.count, tally.first, tally.last);
        let seen = Seen { is_mapped: typed.is_mapped, count, first, last, sample: tally.sample() };
        let version = typed.schema_version.map(str::to_owned);
        let name = (typed.source.to_owned(), typed.event_type.to_owned(), version);
        census.entry(name).and_modify(|known| known.add(&seen)).or_insert(seen);
    }
    Ok(census)
}

impl Seen {
    // A name of which some records are understood and others not is not understood; the sample is of what is not.
    fn add(&mut self, other: &Self) {
        let other_tells = (other.is_mapped, &other.sample) < (self.is_mapped, &self.sample);
        if other_tells {
            self.sample.clone_from(&other.sample);
        }
        self.is_mapped &= other.is_mapped;
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

fn item(name: &Name, seen: &Seen, reviewed: &Globs, suspects: &BTreeSet<(String, String)>) -> Item {
    let (source, event_type, version) = name;
    let object = format!("{source}/{event_type}/{}", version.as_deref().unwrap_or("none"));
    let is_suspect = !seen.is_mapped && suspects.contains(&(source.clone(), event_type.clone()));
    let is_known_version = version.as_deref().is_none_or(|v| knows_version(source, v));
    let (verdict, reason) = match (seen.is_mapped, is_known_version) {
        (true, true) => (Verdict::Pass, "known"),
        _ if reviewed.any(&object) => (Verdict::Pass, "reviewed"),
        (true, false) => (Verdict::Undetermined, "unknown_version"),
        (false, _) if is_suspect => (Verdict::Exception, "access_like"),
        (false, _) => (Verdict::Undetermined, "unmapped"),
    };
    let suspicion = is_suspect.then(|| if looks_access_like(event_type) { "name" } else { "parameters" });
    let (service, action) = match event_type.split_once('.') {
        Some((service, action)) if source == crate::source::DATABRICKS => (Some(service), action),
        _ => (None, event_type.as_str()),
    };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(object),
        event_ids: vec![seen.sample.clone()],
        detail: Some(format!("{} records in the period", seen.count)),
        extra: vec![
            Cell::text(source),
            Cell::Text(service.map(str::to_owned)),
            Cell::text(action),
            Cell::Text(version.clone()),
            Cell::Whole(Some(seen.count)),
            Cell::Instant(Some(seen.first)),
            Cell::Instant(Some(seen.last)),
            Cell::text(seen.sample.as_str()),
            Cell::Text(suspicion.map(str::to_owned)),
        ],
        ..Item::new(id(name), seen.first)
    }
}

// An item is a name, not an event: the same in every run, however many records there are of it.
fn id((source, event_type, version): &Name) -> String {
    let version = version.as_deref().map_or("none".to_owned(), |v| format!("version {v}"));
    item_id(&["vocabulary", source, event_type, &version])
}

fn knows_version(source: &str, version: &str) -> bool {
    crate::source::by_id(source).is_some_and(|source| source.knows_version(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_understood_only_in_part_is_not_and_the_sample_shows_it() {
        let known = Seen { is_mapped: true, count: 2, first: 1, last: 4, sample: "a".to_owned() };
        let unknown = Seen { is_mapped: false, count: 3, first: 2, last: 9, sample: "b".to_owned() };
        for (mut seen, other) in [(known.clone(), &unknown), (unknown.clone(), &known)] {
            seen.add(other);
            let told = (seen.is_mapped, seen.count, seen.first, seen.last, seen.sample.as_str());
            assert_eq!(told, (false, 5, 1, 9, "b"));
        }
        let (mut seen, later) = (known.clone(), Seen { sample: "c".to_owned(), ..known });
        seen.add(&later);
        assert!(seen.is_mapped && seen.sample == "a");
    }
}
