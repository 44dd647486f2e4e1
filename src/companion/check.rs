//! What rows say of each other and of the configuration: what is refused, and what becomes a finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::file::{place, refused, word};
use super::row::Row;
use super::{Companions, Environment, Finding, Kind};
use crate::config::Config;
use crate::error::Result;
use crate::identity::Rules;
pub(super) use crate::identity::fold;

/// Where each key was seen first.
pub(super) type Seen = HashMap<(Kind, Vec<String>), (Arc<str>, u64)>;

/// Refuses a row whose key was seen before, in whatever file of the kind.
pub(super) fn key(row: &Row, kind: Kind, seen: &mut Seen, config: &Config) -> Result<()> {
    let mut key = row.key();
    if kind == Kind::SodMatrix {
        key.sort();
    }
    let Some((path, line)) = seen.insert((kind, key), (row.path.clone(), row.line)) else { return Ok(()) };
    let names: Vec<String> = kind.register().key.iter().map(|name| format!("`{name}`")).collect();
    let what = format!("the same {} as in {}", names.join(" + "), place(config, &path, line));
    Err(refused(config, &row.path, row.line, &what))
}

/// Everything else.
pub(super) fn all(companions: &mut Companions, config: &Config) -> Result<()> {
    let rules = Rules::new(&config.domains, &config.aliases);
    let same = |a: &str, b: &str| rules.canonical(a) == rules.canonical(b);
    approvals(companions, &same);
    reviews(companions, &same);
    guests(companions, &same);
    groups(companions, config)?;
    environments(companions, config)?;
    duties(companions, config)?;
    triage(companions);
    Ok(())
}

type Same<'s> = &'s dyn Fn(&str, &str) -> bool;

fn approvals(companions: &mut Companions, same: Same<'_>) {
    for row in &mut companions.approvals {
        let mut found = |message| companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
        row.is_self_approved = same(&row.approver, &row.subject);
        if row.is_self_approved {
            found(format!("approval `{}`: `{}` approved their own access; no test uses it", row.ticket, row.approver));
        }
        if row.expires_at.is_some_and(|end| end <= row.approved_at) {
            found(format!("approval `{}` expires before it is approved, and covers nothing", row.ticket));
        }
    }
}

fn reviews(companions: &mut Companions, same: Same<'_>) {
    for row in &mut companions.reviews {
        row.is_self_reviewed = row.subject.as_ref().is_some_and(|subject| same(subject, &row.reviewer));
        if row.is_self_reviewed {
            let message = format!("review `{}`: `{}` reviewed their own access", row.review_id, row.reviewer);
            companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
        }
    }
}

fn guests(companions: &mut Companions, same: Same<'_>) {
    for row in companions.guests.iter().filter(|row| same(&row.principal, &row.sponsor)) {
        let message = format!("guest `{}` is their own sponsor", row.principal);
        companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
    }
}

fn groups(companions: &mut Companions, config: &Config) -> Result<()> {
    let own: BTreeSet<String> = companions.groups.iter().map(|row| fold(&row.idp_group)).collect();
    let configured: BTreeMap<String, &str> = config.group_map.iter().map(|(k, v)| (fold(k), v.as_str())).collect();
    let mut goes_to: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (from, to) in config.group_map.iter().filter(|(from, _)| !own.contains(&fold(from))) {
        goes_to.entry(fold(to)).or_insert_with(|| (from.clone(), "the configuration".to_owned()));
    }
    for row in &companions.groups {
        let there = configured.get(&fold(&row.idp_group));
        if let Some(there) = there.filter(|there| fold(there) != fold(&row.databricks_group)) {
            let what = format!("`{}` goes to `{there}` by [groups] map of the configuration", row.idp_group);
            return Err(refused(config, &row.path, row.line, &what));
        }
        match goes_to.get(&fold(&row.databricks_group)) {
            Some((other, place)) => {
                let message =
                    format!("groups `{}` and `{other}` ({place}) both go to `{}`", row.idp_group, row.databricks_group);
                companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
            }
            None => {
                let here = (row.idp_group.clone(), format!("{} {} {}", row.path, word(&row.path), row.line));
                goes_to.insert(fold(&row.databricks_group), here);
            }
        }
    }
    Ok(())
}

fn environments(companions: &Companions, config: &Config) -> Result<()> {
    for row in &companions.environments {
        let is_in = |list: &[String]| list.contains(&row.scope);
        let (production, sandbox) = (is_in(&config.production), is_in(&config.sandbox));
        let contradicts = match row.environment {
            Environment::Production => sandbox,
            Environment::Sandbox => production,
            Environment::Other => production || sandbox,
        };
        if contradicts {
            let list = if production { "production" } else { "sandbox" };
            let what = format!("`{}` is in `{list}` of [environments] in the configuration", row.scope);
            return Err(refused(config, &row.path, row.line, &what));
        }
    }
    Ok(())
}

/// Duties that SOD-02 knows by itself, folded: nobody has to describe them.
pub(super) const KNOWN_DUTIES: [&str; 8] = [
    "identity-provider administrator",
    "databricks administrator",
    "scim or sso configurer",
    "account administrator",
    "log-delivery administrator",
    "data owner",
    "access approver",
    "evidence reviewer",
];

fn duties(companions: &mut Companions, config: &Config) -> Result<()> {
    let described: BTreeSet<String> = companions.duties.iter().map(|row| fold(&row.duty)).collect();
    let is_described = companions.has(Kind::Duties);
    for row in &companions.sod_matrix {
        if fold(&row.duty_a) == fold(&row.duty_b) {
            let what = format!("`{}` cannot be at odds with itself", row.duty_a);
            return Err(refused(config, &row.path, row.line, &what));
        }
        for duty in [&row.duty_a, &row.duty_b] {
            if is_described && !described.contains(&fold(duty)) && !KNOWN_DUTIES.contains(&fold(duty).as_str()) {
                let message = format!("no row of duties describes `{duty}`, so nobody can be seen to have it");
                companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
            }
        }
    }
    Ok(())
}

fn triage(companions: &mut Companions) {
    let is_vague = |row: &&super::Triage| row.item_id.is_none() && row.subject.is_none() && row.actor.is_none();
    for row in companions.triage.iter().filter(is_vague) {
        let message = format!("triage of `{}` names neither item, subject nor actor; no test can use it", row.incident);
        companions.findings.push(Finding { path: row.path.clone(), line: row.line, message });
    }
}
