//! The file's own shape, and the errors that name its lines.

mod companion;
mod files;
mod heartbeat;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;

use super::period::{day, midnight};
use super::{Config, Globs, PARAMETERS, Period, Span, glob};
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    organization: Organization,
    #[serde(default)]
    report: Report,
    #[serde(default)]
    source: Vec<source::SourceTable>,
    #[serde(default)]
    heartbeat: Vec<Spanned<heartbeat::HeartbeatTable>>,
    #[serde(default)]
    companion: Vec<Spanned<companion::CompanionTable>>,
    #[serde(default)]
    identity: Identity,
    #[serde(default)]
    groups: Groups,
    #[serde(default)]
    connector: Connector,
    #[serde(default)]
    automation: Automation,
    #[serde(default)]
    workspaces: Workspaces,
    #[serde(default)]
    environments: Environments,
    #[serde(default)]
    parameters: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
    #[serde(default)]
    test: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<toml::Value>>>,
    #[serde(default)]
    waiver: Vec<Spanned<Waiver>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Report {
    period: Option<Spanned<String>>,
    lake: Option<PathBuf>,
    out: Option<PathBuf>,
    zone: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Identity {
    #[serde(default)]
    domains: BTreeMap<String, String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Groups {
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(default)]
    prefix: String,
}

/// How the provisioning connector is recognised.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// `all` = everybody in the directory is pushed, `assigned` = whoever is assigned to the application.
    #[serde(default)]
    pub scope: Scope,
    /// Who the SCIM token belongs to; lower case.
    #[serde(default)]
    pub principals: Vec<String>,
    /// User agents (globs) of the connector. Empty = the user agent is not judged.
    #[serde(default)]
    pub user_agents: Vec<String>,
    /// Address ranges (CIDR) of the connector. Empty = the address is not judged.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// Who is pushed to Databricks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Whoever is assigned to the application.
    #[default]
    Assigned,
    /// Everybody in the directory.
    All,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Automation {
    #[serde(default)]
    principals: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Workspaces {
    #[serde(default)]
    names: BTreeMap<Spanned<String>, String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Environments {
    #[serde(default)]
    production: Vec<String>,
    #[serde(default)]
    sandbox: Vec<String>,
    #[serde(default)]
    catalogs: Vec<Spanned<String>>,
}

/// One approved exception to a policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The organisation's own id of it.
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
    /// Day of approval, `YYYY-MM-DD`; items before it are not covered.
    pub approved_at: String,
    /// Day from which it no longer holds, `YYYY-MM-DD`.
    pub expires: String,
}

/// Which items a waiver covers: globs, all given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the item column of that name")]
pub struct Select {
    pub actor: Option<String>,
    pub subject: Option<String>,
    pub entitlement: Option<String>,
    pub scope: Option<String>,
    pub item_id: Option<String>,
    pub event_id: Option<String>,
}

impl Waiver {
    /// First and first uncovered instant, in microseconds UTC; `None` when a day is malformed.
    pub fn window(&self, zone: Tz) -> Option<(i64, i64)> {
        Some((midnight(day(&self.approved_at)?, zone)?, midnight(day(&self.expires)?, zone)?))
    }
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

struct Place<'t> {
    text: &'t str,
    name: &'t str,
}

impl Place<'_> {
    fn line(&self, span: std::ops::Range<usize>) -> usize {
        1 + self.text[..span.start.min(self.text.len())].matches('\n').count()
    }

    fn error(&self, span: Option<std::ops::Range<usize>>, message: &str) -> Error {
        let line = span.map_or(1, |span| self.line(span));
        Error::Input(format!("failed to read `{}` line {line}: {message}", self.name))
    }
}

/// Reads and checks the text of a configuration.
pub(super) fn parse(text: &str, name: &str, dir: &Path) -> Result<Config> {
    let place = Place { text, name };
    let file: File =
        toml::from_str(text).map_err(|e: toml::de::Error| place.error(e.span(), &with_suggestion(e.message())))?;
    let zone = file.report.zone.as_ref().map_or(Ok(Tz::UTC), |zone| source::zone(zone, &place))?;
    let period =
        |text: &Spanned<String>| Period::parse(text.get_ref(), zone).map_err(|e| place.error(Some(text.span()), &e));
    check(&file, &place, zone)?;
    let names: BTreeMap<String, String> =
        file.workspaces.names.iter().map(|(name, id)| (name.get_ref().clone(), id.clone())).collect();
    let all_placed = |scopes: &[String]| scopes.iter().map(|s| placed(s, &names)).collect();
    let sources = file.source.iter().map(|s| source::source(s, &place, dir, &period)).collect::<Result<Vec<_>>>()?;
    source::check_totals(&sources, &place)?;
    let (heartbeats, heartbeat_files) = heartbeat::heartbeats(&file.heartbeat, &place, dir, &|s| placed(s, &names))?;
    Ok(Config {
        dir: dir.to_owned(),
        sha256: String::new(),
        organization: file.organization.name,
        zone,
        period: file.report.period.as_ref().map(period).transpose()?,
        lake: file.report.lake.map(|p| dir.join(p)),
        out: file.report.out.map(|p| dir.join(p)),
        sources,
        heartbeats,
        heartbeat_files,
        companions: companion::companions(&file.companion, &place, dir)?,
        domains: lower_map(file.identity.domains),
        aliases: lower_map(file.identity.aliases),
        group_map: file.groups.map,
        group_prefix: file.groups.prefix,
        connector: Connector { principals: lower(file.connector.principals), ..file.connector },
        automation: lower(file.automation.principals),
        production: all_placed(&file.environments.production),
        sandbox: all_placed(&file.environments.sandbox),
        production_catalogs: catalogs(&file.environments, &place)?,
        workspaces: names,
        parameters: plain_map(file.parameters),
        tests: file.test.into_iter().map(|(k, v)| (k.into_inner(), plain_map(v))).collect(),
        waivers: file.waiver.into_iter().map(Spanned::into_inner).collect(),
    })
}

fn check(file: &File, place: &Place<'_>, zone: Tz) -> Result<()> {
    check_parameters(file, place)?;
    check_waivers(file, place, zone)?;
    check_addresses(&file.connector, place)?;
    check_workspaces(&file.workspaces, place)?;
    Globs::new(&file.connector.user_agents).map(|_| ())
}

fn check_parameters(file: &File, place: &Place<'_>) -> Result<()> {
    let shared: Vec<&str> = PARAMETERS.iter().map(|p| p.name).collect();
    for (key, value) in &file.parameters {
        known(key, &shared, place)?;
        duration(value, place)?;
    }
    let ids = crate::catalogue::ids();
    for (id, table) in &file.test {
        known(id, &ids, place)?;
        let mut names = shared.clone();
        names.extend(crate::catalogue::own_parameters(id.get_ref()).map(|p| p.name));
        names.push("policy");
        for (key, value) in table {
            known(key, &names, place)?;
            if shared.contains(&key.get_ref().as_str()) {
                duration(value, place)?;
            }
        }
    }
    Ok(())
}

fn known(key: &Spanned<String>, names: &[&str], place: &Place<'_>) -> Result<()> {
    if names.contains(&key.get_ref().as_str()) {
        return Ok(());
    }
    let hint = nearest(key.get_ref(), names.iter().copied());
    Err(place.error(Some(key.span()), &format!("unknown key `{}`{hint}", key.get_ref())))
}

fn duration(value: &Spanned<toml::Value>, place: &Place<'_>) -> Result<()> {
    let text = value.get_ref().as_str().unwrap_or_default();
    text.parse::<Span>().map(|_| ()).map_err(|e| place.error(Some(value.span()), &e))
}

fn check_waivers(file: &File, place: &Place<'_>, zone: Tz) -> Result<()> {
    let ids = crate::catalogue::ids();
    for spanned in &file.waiver {
        let waiver = spanned.get_ref();
        let wrong =
            |message: &str| Err(place.error(Some(spanned.span()), &format!("waiver `{}`: {message}", waiver.id)));
        if !ids.contains(&waiver.test.as_str()) {
            return wrong(&format!("unknown test `{}`{}", waiver.test, nearest(&waiver.test, ids.iter().copied())));
        }
        if waiver.select.given().next().is_none() {
            return wrong("`select` is empty; it would cover everything");
        }
        for (_, pattern) in waiver.select.given() {
            glob(pattern).map_err(|e| place.error(Some(spanned.span()), &e.to_string()))?;
        }
        match waiver.window(zone) {
            None => return wrong("`approved_at` and `expires` must be days such as `2026-07-01`"),
            Some((from, to)) if from >= to => return wrong("expires before it is approved"),
            Some(_) => {}
        }
        if waiver.approved_by.trim().is_empty() || waiver.approved_by.eq_ignore_ascii_case(&waiver.requested_by) {
            return wrong("`approved_by` must be somebody other than `requested_by`");
        }
    }
    Ok(())
}

fn check_addresses(connector: &Connector, place: &Place<'_>) -> Result<()> {
    match connector.addresses.iter().find(|a| crate::correlate::door::range(a).is_none()) {
        None => Ok(()),
        Some(bad) => {
            let at = place.text.find(bad.as_str()).map(|i| i..i);
            Err(place.error(at, &format!("expected an address range such as `198.51.100.0/24`, found `{bad}`")))
        }
    }
}

// Names are compared without regard to case, and what is no workspace must not be turned into one.
fn check_workspaces(workspaces: &Workspaces, place: &Place<'_>) -> Result<()> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, id) in &workspaces.names {
        let wrong = |what: &str| Err(place.error(Some(name.span()), &format!("`{}` {what}", name.get_ref())));
        let folded = name.get_ref().to_lowercase();
        if matches!(folded.as_str(), crate::correlate::ACCOUNT | crate::correlate::TENANT | "unknown") {
            return wrong("is a scope of its own and cannot be a workspace's name");
        }
        if seen.insert(folded, id).is_some_and(|other| other != id) {
            return wrong("is given two ids");
        }
    }
    Ok(())
}

fn catalogs(environments: &Environments, place: &Place<'_>) -> Result<Globs> {
    for pattern in &environments.catalogs {
        glob(pattern.get_ref()).map_err(|e| place.error(Some(pattern.span()), &e.to_string()))?;
    }
    let patterns: Vec<String> = environments.catalogs.iter().map(|p| p.get_ref().clone()).collect();
    Globs::new(&patterns)
}

// An environment may list a workspace by its name, too.
fn placed(scope: &str, names: &BTreeMap<String, String>) -> String {
    let folded = scope.to_lowercase();
    names.iter().find(|(name, _)| name.to_lowercase() == folded).map_or(folded.clone(), |(_, id)| id.clone())
}

// serde lists the known fields in its message; the nearest of them is what the writer most likely meant.
fn with_suggestion(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let Some(rest) = message.strip_prefix("unknown field ") else { return message.to_owned() };
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let field = quoted.next().unwrap_or_default();
    format!("unknown key `{field}`{}", nearest(field, quoted))
}

/// A question for the nearest known name; empty where none is near.
pub(crate) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    names
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().div_ceil(2))
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

fn plain_map(map: BTreeMap<Spanned<String>, Spanned<toml::Value>>) -> BTreeMap<String, toml::Value> {
    map.into_iter().map(|(k, v)| (k.into_inner(), v.into_inner())).collect()
}

fn lower(list: Vec<String>) -> Vec<String> {
    list.into_iter().map(|t| t.to_lowercase()).collect()
}

fn lower_map(map: BTreeMap<String, String>) -> BTreeMap<String, String> {
    map.into_iter().map(|(k, v)| (k.to_lowercase(), v.to_lowercase())).collect()
}

#[cfg(test)]
mod tests;
