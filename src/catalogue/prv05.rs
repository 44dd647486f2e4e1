//! PRV-05: changes of ownership are authorised.

mod read;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::deeds::{Deed, deeds};
use super::privileges::{Callers, Kinds, LeftOut, approval_notes, fits, kind, object, of_deed, ticket};
use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::config::{ByEnvironment, Choices};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-05",
    version: "3",
    severity: Severity::High,
    needs: &[need::E, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "owners",
        default: "[]",
        doc: "service principals that may own: selects of actor, subject, object, privilege, scope (globs, all given must hold)",
    }],
    words: &[
        pass("group_owner", "the new owner is a group"),
        pass("owner_allowed", "the new owner is a service principal on the list of owners"),
        pass("ticket", "an approval names the new owner and the object, and was in force"),
        exception("actor_becomes_owner", "whoever made the change is the new owner"),
        exception("owner_is_person", "the new owner is a person"),
        exception("owner_not_listed", "the new owner is a service principal that is not on the list of owners"),
        exception("first_owner_is_person", "a person made the object in production, and owns it since"),
        shared::UNRESOLVED_SUBJECT,
    ],
    columns: &[
        Column::optional("object_type", Kind::Text, "Type of the object. null = the record does not say."),
        Column::optional("old_owner", Kind::Text, "Owner before, as far as records show. null = not known, or none."),
        Column::optional("new_owner", Kind::Text, "Owner after. null = the record names nobody."),
    ],
    about: About {
        title: "Changes of ownership are authorised",
        objective: "To find data and jobs that a person came to own, with all the privileges that go with it.",
        population: "Every change of the owner of a catalog, schema, table, volume, model or metastore, every change of whom a job runs as, and every catalog, schema, table, volume or model that a person made in production.",
        item_noun: "changes of ownership",
        procedure: &[
            "A group as new owner passes, where records show that there is a group of that name, and so does a service principal on the list of owners, or an owner whom an approval names.",
            "A name that no record shows as that of a group, and that is neither a login nor an application's id, is resolved to nothing, and undetermined.",
            "A person as new owner is an exception, above all one who made the change.",
        ],
        false_positives: &["An object that a person makes and hands to a group at once: the second record shows it."],
        limits: &[
            "This test does not show what a job runs as where its settings do not say.",
            "Whether an object is in production is told by its catalog, else by the workspace that called.",
        ],
        references: &["NIST SP 800-53 r5 AC-6"],
        deviation: "At {at} {actor} made {subject} the owner of {object}",
        undecided: "The change of the owner of {object} by {actor} at {at}",
    },
    evaluate,
};

/// What the test is about, by type.
const OWNED: &[&str] =
    &["catalog", "schema", "database", "table", "view", "volume", "registered_model", "model", "metastore", "job"];

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let callers = Callers::read(evidence)?;
    let mut all = deeds(evidence, &[Verb::OwnerChange])?;
    let first = read::first_owners(evidence, &callers, &all)?;
    let first_ids: BTreeSet<String> = first.iter().map(|deed| deed.id.clone()).collect();
    all.extend(first);
    all.extend(read::run_as(evidence)?);
    all.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    let owners = ByEnvironment::new(evidence.config, |here| here.choices(TEST.id, "owners"))?;
    let court = Court { evidence, owners, callers, kinds: Kinds::of(evidence), groups: OnceCell::new() };
    let mut owner_of: BTreeMap<String, &str> = BTreeMap::new();
    let mut left_out = LeftOut::default();
    let mut items = Vec::new();
    for deed in &all {
        let securable = deed.securable.as_deref().unwrap_or_default().to_lowercase();
        let old = owner_of.get(&securable).copied();
        if let (true, Some(owner)) = (deed.succeeded(), deed.subject.as_deref()) {
            owner_of.insert(securable, owner);
        }
        if !left_out.lets(evidence, deed) {
            continue;
        }
        let object_type = deed.securable.as_deref().map(|s| kind(s).replace(' ', "_"));
        match object_type.as_deref().is_none_or(|kind| kind == "unknown" || OWNED.contains(&kind)) {
            true => items.push(court.item(deed, old, first_ids.contains(&deed.id))),
            false => left_out
                .add("owners of other objects (functions, connections, locations, shares, queries and the like)"),
        }
    }
    let mut notes = approval_notes(evidence);
    if evidence.config.production.is_empty() && evidence.config.production_catalogs.is_empty() {
        notes.push("No production is declared, so that first owners were not looked at.".to_owned());
    }
    Ok(Judged {
        items,
        exclusions: left_out.exclusions(),
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    owners: ByEnvironment<Choices>,
    callers: Callers,
    kinds: Kinds<'c>,
    /// Groups of all sources, looked up when an owner is asked for whom Databricks' log does not show as one.
    groups: OnceCell<BTreeSet<String>>,
}

impl Court<'_, '_> {
    fn item(&self, deed: &Deed, old: Option<&str>, is_first: bool) -> Item {
        let word = self.judge(deed, is_first);
        let base = of_deed(&TEST, deed);
        Item {
            verdict: TEST.word(word).map_or(base.verdict, |w| w.verdict),
            reason: word.to_owned(),
            severity: self.callers.severity(self.evidence, deed, TEST.severity),
            object: object(deed),
            subject_kind: Some(self.kinds.kind(deed).as_str()),
            extra: vec![
                Cell::Text(deed.securable.as_deref().map(|s| kind(s).to_owned())),
                Cell::Text(old.map(str::to_owned)),
                Cell::Text(deed.subject.clone()),
            ],
            ..base
        }
    }

    /// True where a record says that it is a group, or shows the group.
    fn is_group(&self, deed: &Deed, owner: &str) -> bool {
        // Settings of a job say what the name is that it runs as.
        deed.event_type.starts_with("jobs.") || self.kinds.has_group(owner) || self.is_listed(owner)
    }

    /// True for a group that the identity provider, a listing or the configuration names.
    fn is_listed(&self, owner: &str) -> bool {
        let groups = self.groups.get_or_init(|| {
            let identities = &self.evidence.correlation.ground.identities;
            let all = identities.identities_rows().into_iter().filter(|row| row.kind == "group");
            all.map(|row| row.key).chain(identities.configured_groups().map(|name| name.to_lowercase())).collect()
        });
        groups.contains(owner)
    }

    fn judge(&self, deed: &Deed, is_first: bool) -> &'static str {
        let Some(owner) = deed.subject.as_deref().filter(|_| deed.is_resolved) else { return "unresolved_subject" };
        let owners = self.owners.at(self.callers.environment(self.evidence, deed));
        let is_pipeline = self.evidence.config.automation.iter().any(|p| self.evidence.name(p) == owner);
        match self.kinds.kind(deed) {
            SubjectKind::Group if self.is_group(deed, owner) => "group_owner",
            // A name that is neither a login nor an application's need not be a group's.
            SubjectKind::Group | SubjectKind::Other | SubjectKind::Unknown => "unresolved_subject",
            kind if (kind == SubjectKind::ServicePrincipal || is_pipeline) && fits(owners, deed) => "owner_allowed",
            _ if ticket(self.evidence, deed).is_some() => "ticket",
            SubjectKind::ServicePrincipal => "owner_not_listed",
            SubjectKind::User if is_first => "first_owner_is_person",
            SubjectKind::User if deed.actor.as_deref() == Some(owner) => "actor_becomes_owner",
            SubjectKind::User => "owner_is_person",
        }
    }
}
