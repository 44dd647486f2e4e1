//! COV-06: every principal is resolved.

mod mentions;
mod strings;

use std::collections::{BTreeMap, BTreeSet};

use self::strings::{Mention, Principal, principals};
use super::deeds::is_redacted;
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::change::SubjectKind;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::identity::{Identities, LinkRow, Resolved, Sighting};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-06",
    version: "4",
    severity: Severity::Medium,
    needs: need::ALL,
    shared_parameters: &[],
    own_parameters: &[],
    words: &[
        pass("resolved", "it leads to exactly one identity, and what ties it there is recorded"),
        pass(
            "stands_for_itself",
            "only records without a directory's id name it, all by this one name, which is its identity",
        ),
        exception("several_claim_it", "two identities had the name at once"),
        undetermined("id_only", "nothing but an id is known of it"),
        undetermined("no_usable_name", "the records write a word that names nobody"),
        shared::PLATFORM_INTERNAL,
    ],
    columns: &[
        Column::optional("principal", Kind::Text, "The name or id, as the records write it."),
        Column::optional("kind", Kind::Text, "user, group, service_principal, or unknown = no record says."),
        Column::optional(
            "basis",
            Kind::Text,
            "The surest link that ties it to its identity: external_id, immutable_id, verified_email, alias, domain or name. null = it is not resolved.",
        ),
        Column::optional(
            "candidates",
            Kind::TextList,
            "Keys of the identities that claim it. Empty = it is not contested.",
        ),
        Column::optional("first_seen", Kind::Instant, "Earliest record of the period that names it."),
        Column::optional("last_seen", Kind::Instant, "Latest record of the period that names it."),
        Column::optional(
            "events_count",
            Kind::Whole,
            "Events of the period that name it, as actor, target, subject or group: each counts once.",
        ),
    ],
    about: About {
        title: "Every principal is resolved",
        objective: "To show that every name and id in the records leads to one person, service principal or group, since a change cannot be vouched where it does not.",
        population: "Every distinct name, or id where a record gives no name, of a user, service principal or group in the records of the period: actors, targets, whose access changed, and groups whose members changed. Spellings that differ in case are one.",
        item_noun: "principals",
        procedure: &[
            "A name that leads to exactly one identity by a recorded link passes, and so does one that no directory's record ties to an id and that stands for itself.",
            "A name that two identities claim at a time at which a record could mean either is an exception.",
            "An id of which nothing else is known, and a word that names nobody, are undetermined.",
            "The platform's own housekeeping is listed apart.",
        ],
        false_positives: &[
            "Two accounts of one person in one directory claim one name: declare the one to be an alias of the other under `[identity]`.",
        ],
        limits: &[
            "This test does not show that an identity is the person it claims to be, nor that a principal known to Databricks alone belongs to anybody.",
            "Names are tried at their first and last record and wherever a link begins or ends in between.",
        ],
        references: &["NIST SP 800-53 r5 IA-4"],
        deviation: "The name {object} is claimed by several identities at once",
        undecided: "Who {object} is",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let found = principals(evidence)?;
    let identities = &evidence.correlation.ground.identities;
    let register = Register::new(identities);
    let items = found.principals.iter().map(|(who, seen)| item(identities, &register, who, seen)).collect();
    Ok(Judged {
        items,
        exclusions: found.exclusions,
        figures: register.merges(),
        notes: vec!["Every link with its basis and its span stands in data/identity_links.parquet.".to_owned()],
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

/// Identities and links, ready to be looked up.
struct Register {
    links: BTreeMap<String, Vec<LinkRow>>,
    clusters: BTreeMap<(bool, String), BTreeSet<String>>,
    candidates: BTreeMap<(bool, String), BTreeSet<String>>,
}

impl Register {
    fn new(identities: &Identities) -> Self {
        let mut register = Self { links: BTreeMap::new(), clusters: BTreeMap::new(), candidates: BTreeMap::new() };
        for link in identities.links_rows() {
            register.links.entry(link.value.clone()).or_default().push(link);
        }
        for row in identities.identities_rows() {
            let key = (row.kind == "group", row.key);
            register.clusters.entry(key.clone()).or_default().insert(row.cluster_id);
            register.candidates.entry(key).or_default().extend(row.candidates);
        }
        register
    }

    // Links have names in folded form, ids as they are written.
    fn links<'r>(&'r self, who: &'r Principal, canonical: &str) -> impl Iterator<Item = &'r LinkRow> {
        let spellings: BTreeSet<&str> = [who.text.as_str(), who.written.as_str(), canonical].into();
        let found: Vec<&LinkRow> = spellings.into_iter().filter_map(|s| self.links.get(s)).flatten().collect();
        found.into_iter().filter(|link| (link.kind == "group") == who.is_group)
    }

    // The surest first: the order of the words in `identity`.
    fn basis(&self, who: &Principal, canonical: &str, key: &str) -> Option<&str> {
        const ORDER: [&str; 6] = ["external_id", "immutable_id", "verified_email", "alias", "domain", "name"];
        let clusters = self.clusters.get(&(who.is_group, key.to_owned()))?;
        let of_key = self.links(who, canonical).filter(|link| clusters.contains(&link.cluster_id));
        of_key.map(|link| link.basis).min_by_key(|basis| ORDER.iter().position(|b| b == basis))
    }

    /// How many names and ids are tied to identities of which another system knows something, too, by what ties them.
    fn merges(&self) -> Vec<(String, String)> {
        let mut systems: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for link in self.links.values().flatten() {
            systems.entry(&link.cluster_id).or_default().insert(&link.source);
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for link in self.links.values().flatten().filter(|link| systems[link.cluster_id.as_str()].len() > 1) {
            *counts.entry(link.basis).or_default() += 1;
        }
        counts.into_iter().map(|(basis, n)| (format!("links between systems by {basis}"), n.to_string())).collect()
    }
}

fn item(identities: &Identities, register: &Register, who: &Principal, seen: &Mention) -> Item {
    let canonical = if who.is_group { who.text.clone() } else { identities.canonical(&who.text) };
    let (verdict, reason, key) = judge(identities, register, who, seen, &canonical);
    let basis = match reason {
        "resolved" => register.basis(who, &canonical, &key),
        "stands_for_itself" => Some("name"),
        _ => None,
    };
    let contested = (reason == "several_claim_it").then(|| register.candidates.get(&(who.is_group, key.clone())));
    let candidates: Vec<String> = contested.flatten().into_iter().flatten().cloned().collect();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(if verdict == Verdict::Pass { key } else { who.written.clone() }),
        subject_kind: Some(seen.kind.as_str()),
        event_ids: vec![seen.sample.clone()],
        detail: (!candidates.is_empty()).then(|| format!("claimed by {}", candidates.join(", "))),
        extra: vec![
            Cell::text(&who.written),
            Cell::text(seen.kind.as_str()),
            Cell::Text(basis.map(str::to_owned)),
            Cell::Texts(candidates),
            Cell::Instant(Some(seen.first)),
            Cell::Instant(Some(seen.last)),
            Cell::Whole(Some(seen.count)),
        ],
        ..Item::new(item_id(&["principal", if who.is_group { "group" } else { "person" }, &who.text]), seen.first)
    }
}

fn judge(
    identities: &Identities,
    register: &Register,
    who: &Principal,
    seen: &Mention,
    canonical: &str,
) -> (Verdict, &'static str, String) {
    if who.text.is_empty() || who.text == "unknown" || is_redacted(&who.text) {
        return (Verdict::Undetermined, "no_usable_name", who.text.clone());
    }
    if seen.is_platform {
        return (Verdict::NotApplicable, "platform_internal", who.text.clone());
    }
    let mut key = String::new();
    for (source, first, last) in &seen.places {
        let begins = register.links(who, canonical).filter_map(|link| link.valid_from);
        let ends = register.links(who, canonical).filter_map(|link| link.valid_until);
        let between = begins.chain(ends).filter(|time| (*first..=*last).contains(time));
        for time in [*first, *last].into_iter().chain(between) {
            match resolve(identities, who, seen.kind, source, time) {
                Resolved::Unresolved(text) if text.starts_with("id:") => key = text.to_string(),
                Resolved::Unresolved(text) => return (Verdict::Exception, "several_claim_it", text.to_string()),
                // The identity that it has at last names the item.
                Resolved::Key(text) if !text.starts_with("id:") || key.is_empty() => key = text.to_string(),
                Resolved::Key(_) => {}
            }
        }
    }
    if key.starts_with("id:") {
        return (Verdict::Undetermined, "id_only", key);
    }
    match register.basis(who, canonical, &key) {
        Some(_) => (Verdict::Pass, "resolved", key),
        None => (Verdict::Pass, "stands_for_itself", key),
    }
}

fn resolve(identities: &Identities, who: &Principal, kind: SubjectKind, source: &str, time: i64) -> Resolved {
    let written = Some(who.written.as_str());
    let (name, id) = if who.is_id { (None, written) } else { (written, None) };
    if who.is_group {
        return identities.group(source, name, id, time);
    }
    identities.person(Sighting { name, id, ..Sighting::new(source, kind, time) })
}
