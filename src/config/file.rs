//! The file's own shape, and the errors that name its lines.

mod companion;
mod custom;
mod files;
mod groups;
mod heartbeat;
mod parameters;
mod policy;
mod profile;
mod source;
mod test_table;
mod waiver;
mod wording;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;

pub use custom::CustomTest;

use super::{Config, Globs, Period, glob};
use crate::error::{Error, Result};

pub use waiver::{Select, Waiver, Window};

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
    groups: groups::Groups,
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
    test: BTreeMap<Spanned<String>, test_table::TestTable>,
    #[serde(default)]
    profile: profile::Tables,
    #[serde(default)]
    policy: Vec<Spanned<policy::PolicyTable>>,
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
    tests: Option<PathBuf>,
    previous: Option<PathBuf>,
    profile: Option<Spanned<String>>,
    controls: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Identity {
    #[serde(default)]
    domains: BTreeMap<String, String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
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
    #[serde(default)]
    out_of_scope: Vec<Spanned<String>>,
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

/// What stands for the file where there is none.
pub(super) const BARE: &str = "no configuration";

/// Reads and checks the text of a configuration.
pub(super) fn parse(text: &str, name: &str, dir: &Path) -> Result<Config> {
    parse_as(text, name, dir, None)
}

/// The same, with the profile that the command line names.
pub(super) fn parse_as(text: &str, name: &str, dir: &Path, asked: Option<&str>) -> Result<Config> {
    let place = Place { text, name };
    let file: File =
        toml::from_str(text).map_err(|e: toml::de::Error| place.error(e.span(), &with_suggestion(e.message())))?;
    let zone = file.report.zone.as_ref().map_or(Ok(Tz::UTC), |zone| source::zone(zone, &place))?;
    let period =
        |text: &Spanned<String>| Period::parse(text.get_ref(), zone).map_err(|e| place.error(Some(text.span()), &e));
    let custom_tests = custom::tests(dir, file.report.tests.as_deref())?;
    let mut ids = crate::catalogue::ids();
    ids.extend(custom_tests.iter().map(|custom| custom.test.id));
    check(&file, &place, zone, &ids)?;
    let names: BTreeMap<String, String> =
        file.workspaces.names.iter().map(|(name, id)| (name.get_ref().clone(), id.clone())).collect();
    let all_placed = |scopes: &[String]| scopes.iter().map(|s| placed(s, &names)).collect();
    let sources = file.source.iter().map(|s| source::source(s, &place, dir, &period)).collect::<Result<Vec<_>>>()?;
    source::check_totals(&sources, &place)?;
    let (heartbeats, heartbeat_files) = heartbeat::heartbeats(&file.heartbeat, &place, dir, &|s| placed(s, &names))?;
    let (organization_controls, mut other_inputs) = match name {
        BARE => (Vec::new(), Vec::new()),
        _ => wording::wordings(file.report.controls.as_ref(), &place, dir)?,
    };
    let profile = profile::profile(&file.profile, file.report.profile.as_ref(), asked, &place)?;
    other_inputs.extend(asked.map(profile::as_input));
    other_inputs.extend(custom_tests.iter().map(CustomTest::as_input));
    let (tests, environments) = test_table::values(file.test);
    let config = Config {
        dir: dir.to_owned(),
        sha256: String::new(),
        organization: file.organization.name,
        zone,
        period: file.report.period.as_ref().map(period).transpose()?,
        lake: file.report.lake.map(|p| dir.join(p)),
        out: file.report.out.map(|p| dir.join(p)),
        previous: file.report.previous.map(|p| dir.join(p)),
        sources,
        heartbeats,
        heartbeat_files,
        companions: companion::companions(&file.companion, &place, dir)?,
        domains: lower_map(file.identity.domains),
        aliases: lower_map(file.identity.aliases),
        group_map: file.groups.names(),
        doubts: file.groups.doubts(&place),
        group_prefix: file.groups.prefix,
        connector: Connector { principals: lower(file.connector.principals), ..file.connector },
        automation: lower(file.automation.principals),
        out_of_scope: file.workspaces.out_of_scope.iter().map(|s| placed(s.get_ref(), &names)).collect(),
        production: all_placed(&file.environments.production),
        sandbox: all_placed(&file.environments.sandbox),
        production_catalogs: catalogs(&file.environments, &place)?,
        workspaces: names,
        parameters: plain_map(file.parameters),
        custom_tests,
        tests,
        environments,
        profile,
        policies: policy::policies(&file.policy, &place)?,
        organization_controls,
        other_inputs,
        waivers: file.waiver.into_iter().map(Spanned::into_inner).collect(),
        snapshot_users: Vec::new(),
        snapshot_members: Vec::new(),
    };
    check_scope(&config, &file.workspaces.out_of_scope, &place)?;
    policy::check_policies(&config, &file.policy, &place)?;
    Ok(config)
}

fn check(file: &File, place: &Place<'_>, zone: Tz, ids: &[&str]) -> Result<()> {
    parameters::check(file, place, ids)?;
    waiver::check(&file.waiver, place, zone, ids)?;
    check_addresses(&file.connector, place)?;
    check_workspaces(&file.workspaces, place)?;
    Globs::new(&file.connector.user_agents).map(|_| ())
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

// What is left out is in no environment, and the account is no workspace.
fn check_scope(config: &Config, left_out: &[Spanned<String>], place: &Place<'_>) -> Result<()> {
    for (id, written) in config.out_of_scope.iter().zip(left_out) {
        let wrong = |what: &str| Err(place.error(Some(written.span()), &format!("`{}` {what}", written.get_ref())));
        if config.environment(id).is_some() {
            return wrong("is under `[environments]`, and cannot be out of scope");
        }
        if matches!(id.as_str(), crate::correlate::ACCOUNT | crate::correlate::TENANT | "unknown") {
            return wrong("is no workspace, and cannot be out of scope");
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
