//! The attributes of one principal in both systems, side by side.

use super::known::Known;
use super::listed::{Account, Lists};
use crate::catalogue::{Evidence, Severity};
use crate::correlate::Verdict;

/// One attribute that both systems state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) attribute: &'static str,
    pub(super) provider: String,
    pub(super) databricks: String,
    pub(super) verdict: Verdict,
    pub(super) reason: &'static str,
    pub(super) severity: Severity,
    pub(super) normalisation: Option<&'static str>,
}

/// What came out, and how many attributes only one system states.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    pub(super) unstated: u64,
}

/// Compares what the provider has with what Databricks has (theirs).
pub(super) fn compare(
    evidence: &Evidence<'_>,
    lists: &Lists,
    known: &Known<'_>,
    provider: &Account,
    theirs: &Account,
) -> Compared {
    let mut found = Compared::default();
    let name = if provider.is_group { "group name" } else { "userName" };
    let names = provider.name.as_deref().zip(theirs.name.as_deref());
    found.add(names.map(|(ours, theirs)| {
        let rule = match name {
            "userName" => of_people(evidence, ours, theirs).or_else(|| of_address(evidence, provider, theirs)),
            _ => of_groups(evidence, ours, theirs),
        };
        Difference::of(name, ours, theirs, rule, "name_differs", Severity::Medium)
    }));
    if provider.email.is_some() || theirs.email.is_some() {
        let addresses = provider.email.as_deref().zip(theirs.email.as_deref());
        found.add(addresses.map(|(ours, theirs)| {
            let rule = of_people(evidence, ours, theirs);
            Difference::of("email", ours, theirs, rule, "email_differs", Severity::Medium)
        }));
    }
    found.add(
        theirs.external_id.as_deref().map(|external| of_external(evidence, (lists, known), provider, theirs, external)),
    );
    if provider.is_group {
        return found;
    }
    found.add(provider.active.zip(theirs.active).map(|(ours, theirs)| {
        let rule = (ours == theirs).then_some("none");
        Difference::of("active", &ours.to_string(), &theirs.to_string(), rule, "active_differs", Severity::High)
    }));
    let displays = provider.display.as_deref().zip(theirs.display.as_deref());
    found.add(displays.map(|(ours, theirs)| {
        let rule = (ours == theirs).then_some("none");
        let item = Difference::of("displayName", ours, theirs, rule, "display_name_differs", Severity::Info);
        let verdict = if rule.is_some() { Verdict::Pass } else { Verdict::NotApplicable };
        Difference { verdict, ..item }
    }));
    found
}

impl Compared {
    fn add(&mut self, found: Option<Difference>) {
        match found {
            Some(found) => self.differences.push(found),
            None => self.unstated += 1,
        }
    }
}

impl Difference {
    fn of(
        attribute: &'static str,
        provider: &str,
        databricks: &str,
        rule: Option<&'static str>,
        reason: &'static str,
        severity: Severity,
    ) -> Self {
        let (verdict, reason) = match rule {
            Some(_) => (Verdict::Pass, "agrees"),
            None => (Verdict::Exception, reason),
        };
        let (provider, databricks) = (provider.to_owned(), databricks.to_owned());
        Self { attribute, provider, databricks, verdict, reason, severity, normalisation: rule }
    }
}

/// The normalisation that makes two user names one; `None` = they are not.
pub(super) fn of_people(evidence: &Evidence<'_>, ours: &str, theirs: &str) -> Option<&'static str> {
    match () {
        () if ours == theirs => Some("none"),
        () if ours.to_lowercase() == theirs.to_lowercase() => Some("case"),
        () if evidence.name(ours) == evidence.name(theirs) => Some("rules"),
        () => None,
    }
}

// A provider may call people by what is no address, and push the address as the name.
fn of_address(evidence: &Evidence<'_>, provider: &Account, theirs: &str) -> Option<&'static str> {
    let is_address = provider.name.as_deref().is_some_and(|name| name.contains('@'));
    let email = provider.email.as_deref().filter(|_| !is_address)?;
    of_people(evidence, email, theirs).map(|_| "email")
}

/// The same of two names of a group.
pub(super) fn of_groups(evidence: &Evidence<'_>, ours: &str, theirs: &str) -> Option<&'static str> {
    match () {
        () if ours == theirs => Some("none"),
        () if ours.to_lowercase() == theirs.to_lowercase() => Some("case"),
        () if evidence.correlation.ground.identities.mapped_group(ours) == theirs.to_lowercase() => Some("group_map"),
        () => None,
    }
}

// The id is right only where the name is not another's.
fn of_external(
    evidence: &Evidence<'_>,
    (lists, known): (&Lists, &Known<'_>),
    ours: &Account,
    theirs: &Account,
    external: &str,
) -> Difference {
    let is_own = external == ours.id || ours.external_id.as_deref() == Some(external);
    let is_anothers = match is_own {
        true => lists.named(evidence, theirs).is_some_and(|holder| holder.id != ours.id),
        // Databricks' own word on the id may be all that ties the name to somebody.
        false => known.is_anothers(external, &ours.key) || known.is_of_a_stranger(external, ours),
    };
    let (rule, reason) = match (is_own, is_anothers) {
        (_, true) => (None, "bound_to_another"),
        (true, false) => (Some("none"), "agrees"),
        (false, false) => (None, "external_id_differs"),
    };
    Difference::of("externalId", &ours.id, external, rule, reason, Severity::Critical)
}
