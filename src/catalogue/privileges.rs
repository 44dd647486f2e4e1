//! What the tests on privileges, ownership and grants share: items from deeds, environments of securables, kinds of subjects, tickets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::*;

use super::deeds::Deed;
use super::evidence::Evidence;
use super::item::{Item, Severity};
use super::test::Test;
use crate::change::{Direction, EntitlementKind, SubjectKind};
use crate::companion::{Asked, Kind};
use crate::config::{Choices, Environment, Facts};
use crate::correlate::item_id;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TYPE, EVENTS, PLANE, WORKSPACE_ID};
use crate::frame::{SOURCE, each, scan, texts};

/// What a test says that could have asked for approvals, and was given none.
const NO_APPROVALS: &str = "Approval outside the logs was not tested.";

/// Lists that state everybody's permissions: the first one at hand may name people who were on it before.
const WHOLE_LISTS: &[&str] = &[
    "apps.changeappsacl",
    "jobs.resetjobacl",
    "jobs.update",
    "jobs.reset",
    "vectorsearch.changeendpointacl",
    "accountsaccesscontrol.updateruleset",
];

/// Securables that lie in a catalog, whose name their own begins with.
const IN_CATALOG: &[&str] =
    &["catalog", "schema", "database", "table", "view", "volume", "function", "registered_model", "model"];

/// An item about one change, not yet judged.
pub(super) fn of_deed(test: &Test, deed: &Deed) -> Item {
    Item {
        severity: test.severity,
        scope: Some(deed.scope.clone()),
        actor: deed.actor.clone(),
        verb: deed.verb.as_str(),
        subject: deed.subject.clone(),
        object: object(deed),
        event_ids: vec![deed.event_id.clone()],
        actor_class: Some(deed.class.as_str()),
        channel: deed.channel.clone(),
        subject_kind: Some(deed.subject_kind.as_str()),
        ..Item::new(item_id(&[test.id, &deed.id]), deed.time)
    }
}

/// What a change is about: the full name of a securable; `type:id` of what is known by an id, where the id alone says nothing.
pub(super) fn object(deed: &Deed) -> Option<String> {
    let service = deed.event_type.split('.').next().unwrap_or_default();
    let has_names = ["unityCatalog", "sqlPermissions"].iter().any(|named| service.eq_ignore_ascii_case(named));
    match &deed.securable {
        Some(securable) if has_names => Some(name(securable).to_owned()),
        Some(securable) => Some(securable.clone()),
        None => deed.entitlement.clone(),
    }
}

/// The type of a securable written `type:name`.
pub(super) fn kind(securable: &str) -> &str {
    securable.split_once(':').map_or("unknown", |(kind, _)| kind)
}

/// The name of a securable written `type:name`.
pub(super) fn name(securable: &str) -> &str {
    securable.split_once(':').map_or(securable, |(_, name)| name)
}

/// A privilege as it is compared: `ALL_PRIVILEGES` and `all privileges` are one.
pub(super) fn privilege(word: &str) -> String {
    word.trim().to_uppercase().replace('_', " ")
}

/// True when a select of a list fits the change, its securable written with or without the type.
pub(super) fn fits(choices: &Choices, deed: &Deed) -> bool {
    let facts = Facts {
        actor: deed.actor.as_deref(),
        subject: deed.subject.as_deref(),
        object: deed.securable.as_deref().or(deed.entitlement.as_deref()),
        privilege: deed.privilege.as_deref(),
        scope: Some(&deed.scope),
    };
    let bare = deed.securable.as_deref().map(name);
    choices.any(&facts) || bare.is_some_and(|bare| choices.any(&Facts { object: Some(bare), ..facts }))
}

/// The ticket of an approval that covers the change; `None` = none does, or none was supplied.
pub(super) fn ticket(evidence: &Evidence<'_>, deed: &Deed) -> Option<String> {
    let subject = deed.subject.as_deref()?;
    let written = deed.securable.as_deref().or(deed.entitlement.as_deref())?;
    let same = |a: &str, b: &str| evidence.name(a) == evidence.name(b);
    let role = deed.privilege.as_deref();
    let asked = |object| Asked { subject, object, role, actor: deed.actor.as_deref(), time: deed.time };
    let found = evidence
        .companions
        .approval(&asked(written), &same)
        .or_else(|| evidence.companions.approval(&asked(name(written)), &same));
    found.map(|approval| approval.ticket.clone())
}

/// True for what the first list of an object at hand names: it may have been on it before.
pub(super) fn is_from_a_first_list(deed: &Deed) -> bool {
    deed.may_be_older && WHOLE_LISTS.contains(&deed.event_type.to_lowercase().as_str())
}

/// What is to be said where no approvals were supplied.
pub(super) fn approval_notes(evidence: &Evidence<'_>) -> Vec<String> {
    if evidence.companions.has(Kind::Approvals) { Vec::new() } else { vec![NO_APPROVALS.to_owned()] }
}

/// The first instant of which nothing is known any more, for a test whose longest window is this (microseconds): the end of the
/// Databricks evidence, at most the window after the period (reference: compliance 2.0a).
pub(super) fn cut_off(evidence: &Evidence<'_>, window: i64) -> i64 {
    let last = evidence.period.end.saturating_add(window);
    evidence.coverage.end_of(|source| source == crate::source::DATABRICKS).map_or(last, |end| end.min(last))
}

/// The workspaces from which Unity Catalog was called: its records are of the account.
#[derive(Debug, Default, Clone)]
pub(super) struct Callers(Arc<BTreeMap<String, Arc<str>>>);

impl Callers {
    /// Reads them where the configuration says of any workspace what it is for.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        if evidence.config.production.is_empty() && evidence.config.sandbox.is_empty() {
            return Ok(Self::default());
        }
        if let Some(known) = evidence.views.callers.get() {
            return Ok(known.clone());
        }
        let read = Self::of_lake(evidence)?;
        Ok(evidence.views.callers.get_or_init(|| read).clone())
    }

    fn of_lake(evidence: &Evidence<'_>) -> Result<Self> {
        let of_catalog = |name: &&String| name.to_lowercase().starts_with("unitycatalog.");
        let types = evidence.databricks_types()?.iter().filter(of_catalog).cloned();
        let is_act = SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(PLANE.expr().eq(lit("effect")));
        let chosen = scan(evidence.lake, &EVENTS)?
            .filter(is_act.and(super::records::is_one_of(EVENT_TYPE, types)).and(WORKSPACE_ID.expr().is_not_null()))
            .select([EVENT_ID.expr(), WORKSPACE_ID.expr()]);
        let mut names: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut all = BTreeMap::new();
        each(chosen, "read the workspaces that called", |piece| {
            let (ids, workspaces) = (texts(piece, EVENT_ID)?, texts(piece, WORKSPACE_ID)?);
            for (id, at) in ids.iter().zip(workspaces.iter()).filter_map(|(id, at)| id.zip(at)) {
                let name = names.entry(at.to_owned()).or_insert_with(|| at.into());
                all.insert(id.to_owned(), Arc::clone(name));
            }
            Ok(())
        })?;
        Ok(Self(Arc::new(all)))
    }

    /// True when the securable lies in a production catalog, or was reached from a production workspace.
    pub(super) fn is_production(&self, evidence: &Evidence<'_>, deed: &Deed) -> bool {
        self.is_in_production(evidence, &deed.event_id, &deed.scope, deed.securable.as_deref())
    }

    /// The same, of any event.
    pub(super) fn is_in_production(
        &self,
        evidence: &Evidence<'_>,
        event_id: &str,
        scope: &str,
        securable: Option<&str>,
    ) -> bool {
        let catalog = securable.and_then(catalog);
        let caller = self.0.get(event_id).map_or(scope, |at| at);
        catalog.is_some_and(|catalog| evidence.config.production_catalogs.any(catalog))
            || evidence.environment(caller) == Some("production")
    }

    /// The environment of a change: that of the catalog, else of the workspace that called.
    pub(super) fn environment(&self, evidence: &Evidence<'_>, deed: &Deed) -> Option<Environment> {
        let caller = self.0.get(&deed.event_id).map_or(deed.scope.as_str(), |at| at);
        match self.is_production(evidence, deed) {
            true => Some(Environment::Production),
            false => evidence.config.environment(caller),
        }
    }

    /// The severity of a change: graver by one in production.
    pub(super) fn severity(&self, evidence: &Evidence<'_>, deed: &Deed, severity: Severity) -> Severity {
        if self.is_production(evidence, deed) { severity.raised() } else { severity }
    }
}

/// The catalog that a securable lies in; `None` = it lies in none.
fn catalog(securable: &str) -> Option<&str> {
    let kind = kind(securable).replace(' ', "_");
    let is_inside = IN_CATALOG.contains(&kind.as_str());
    name(securable).split('.').next().filter(|catalog| is_inside && !catalog.is_empty())
}

/// What principals are, from all that is known of them and not from one record alone.
#[derive(Debug)]
pub(super) struct Kinds<'e>(BTreeMap<&'e str, SubjectKind>);

impl<'e> Kinds<'e> {
    pub(super) fn of(evidence: &'e Evidence<'_>) -> Self {
        let mut kinds = BTreeMap::new();
        let pairs = || evidence.histories().iter().map(|history| history.pair);
        for pair in pairs().filter(|pair| pair.subject_kind != SubjectKind::Unknown) {
            kinds.insert(pair.subject, pair.subject_kind);
        }
        for pair in pairs().filter(|pair| pair.entitlement_kind == EntitlementKind::Membership) {
            kinds.insert(pair.entitlement, SubjectKind::Group);
        }
        Self(kinds)
    }

    /// True where records show a group of that name: it was made, has members, or is a member. The shape of a name shows nothing.
    pub(super) fn has_group(&self, label: &str) -> bool {
        let is_built_in = ["account users", "users", "admins"].iter().any(|name| name.eq_ignore_ascii_case(label));
        is_built_in || self.0.get(label) == Some(&SubjectKind::Group)
    }

    /// What the subject of a change is. Access control lists give ids of which the kind is not said, and a name without `@` may be
    /// a group's or a person's.
    pub(super) fn kind(&self, deed: &Deed) -> SubjectKind {
        self.of_label(deed.subject_kind, deed.subject.as_deref().unwrap_or_default())
    }

    /// The same, of a name as resolved and the kind that the record gives.
    pub(super) fn of_label(&self, said: SubjectKind, label: &str) -> SubjectKind {
        match (said, self.0.get(label)) {
            (SubjectKind::Group | SubjectKind::Unknown, Some(known)) => *known,
            (SubjectKind::Unknown, None) if label.contains('@') => SubjectKind::User,
            (SubjectKind::Unknown, None) if crate::correlate::door::is_uuid(label) => SubjectKind::ServicePrincipal,
            (said, _) => said,
        }
    }
}

/// What of the changes of the period is no item, and why.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    failed: u64,
    unstated: u64,
    revoked: u64,
    /// Names of further rules, with how many they left out.
    others: BTreeMap<&'static str, u64>,
}

impl LeftOut {
    /// True for a grant that Databricks carried out in the period; anything else of the period is counted.
    pub(super) fn lets(&mut self, evidence: &Evidence<'_>, deed: &Deed) -> bool {
        if deed.plane != "effect" || !evidence.period.contains(deed.time) {
            return false;
        }
        match (deed.direction, deed.outcome.as_str()) {
            (Direction::Grant, "success") => return true,
            (Direction::Grant, "failure") => self.failed += 1,
            (Direction::Grant, _) => self.unstated += 1,
            _ => self.revoked += 1,
        }
        false
    }

    /// Counts one more by a rule of that name.
    pub(super) fn add(&mut self, rule: &'static str) {
        *self.others.entry(rule).or_default() += 1;
    }

    /// The exclusions to print.
    pub(super) fn exclusions(self) -> Vec<(String, u64)> {
        let common = [
            ("refused or failed attempts: nothing changed", self.failed),
            ("changes whose outcome the record does not state", self.unstated),
            ("revocations", self.revoked),
        ];
        let all = common.into_iter().chain(self.others);
        all.map(|(rule, count)| (rule.to_owned(), count)).collect()
    }
}

/// Words and ids of some rows, for a filter.
pub(super) fn is_one_of(column: crate::schema::Column, words: &BTreeSet<&str>) -> Expr {
    let words = Series::new("words".into(), words.iter().copied().collect::<Vec<_>>());
    column.expr().is_in(lit(words).implode(false), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_catalog_is_told_by_its_type() {
        for (securable, found) in [
            ("table:main.sales.orders", Some("main")),
            ("catalog:main", Some("main")),
            ("registered model:main.ml.m", Some("main")),
            ("external_location:main.x", None),
            ("metastore:m", None),
            ("main.sales", None),
            ("table:", None),
        ] {
            assert_eq!(catalog(securable), found, "{securable}");
        }
    }

    #[test]
    fn spellings_of_a_privilege_are_one() {
        assert_eq!(privilege("ALL_PRIVILEGES"), privilege(" all privileges"));
        assert_ne!(privilege("SELECT"), privilege("MANAGE"));
    }
}
