//! Changes of settings, as records of several sources state them: what was set, to what, and whether that weakens a safeguard.
//!
//! What a setting was before is known only where the record says so, or an earlier record of the same setting is at hand
//! (reference: databricks b9: the log seldom says what a setting was changed from).

use std::collections::BTreeMap;

use polars::prelude::*;
use serde_json::Value;

use super::evidence::Evidence;
use super::records::{Raw, Record, held, records};
use crate::error::Result;
use crate::event::{EVENT_TYPE, PLANE};
use crate::frame::SOURCE;
use crate::source::kept;

/// What a change of a setting does to the safeguard that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It takes a safeguard away, or opens a door.
    Weaken,
    /// It puts a safeguard up.
    Strengthen,
    /// Neither, or the record does not tell.
    Neutral,
    /// It replaces the whole of a safeguard, and the record does not tell whether by less.
    Untold,
}

impl Effect {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Weaken => "weaken",
            Self::Strengthen => "strengthen",
            Self::Neutral | Self::Untold => "neutral",
        }
    }
}

/// One setting that one record changed.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) record: Record,
    /// Name of the setting.
    pub(super) setting: String,
    /// What it was; `None` = not known.
    pub(super) old: Option<String>,
    /// What it is now; `None` = the record does not say.
    pub(super) new: Option<String>,
    pub(super) effect: Effect,
}

/// Every change of a setting that succeeded, and how many did not, ordered by time.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn changes(evidence: &Evidence<'_>) -> Result<(Vec<Change>, Vec<Record>)> {
    let apps = Series::new("apps".into(), APPLICATIONS);
    let is_app = SOURCE.expr().eq(lit("entra_audit")).and(EVENT_TYPE.expr().is_in(lit(apps).implode(false), false));
    let is_setting = PLANE.expr().eq(lit("config")).or(is_app);
    // Terms of service and init scripts are settings of another kind.
    let others = Series::new("types".into(), OTHERS);
    let wanted = is_setting.and(EVENT_TYPE.expr().is_in(lit(others).implode(false), false).not());
    let is_provider = SOURCE.expr().neq(lit("cloudtrail"));
    let of_kind = held(evidence, |typed| {
        typed.plane == "config" && typed.source != "cloudtrail" || APPLICATIONS.contains(&typed.event_type)
    })?;
    let wanted = of_kind.map(|held| held.and(wanted).and(is_provider));
    let (done, failed): (Vec<_>, Vec<_>) =
        records(evidence, wanted, Raw::With)?.into_iter().partition(Record::succeeded);
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut all = Vec::new();
    for record in done {
        for Stated { setting, old, new, effect } in stated(&record) {
            let place = (record.scope.clone(), setting.clone());
            let known = last.get(&place).cloned();
            if let Some(new) = &new {
                last.insert(place, new.clone());
            }
            let old = old.or(known);
            let effect = if old.is_some() && old == new { Effect::Neutral } else { effect };
            let effect = limited(&setting, old.as_deref(), new.as_deref()).unwrap_or(effect);
            all.push(Change { record: record.clone(), setting, old, new, effect });
        }
    }
    Ok((all, failed))
}

// A limit that is raised opens a door, and one that is lowered closes it; what it was must be known.
fn limited(setting: &str, old: Option<&str>, new: Option<&str>) -> Option<Effect> {
    let days = |value: Option<&str>| value?.trim().parse::<u64>().ok().filter(|days| *days > 0);
    let (old, new) = (days(old)?, days(new)?);
    match setting.eq_ignore_ascii_case("maxTokenLifetimeDays") {
        true if new > old => Some(Effect::Weaken),
        true if new < old => Some(Effect::Strengthen),
        _ => None,
    }
}

/// What Entra decides about an application itself: without it nobody is pushed and nobody signs in.
const APPLICATIONS: [&str; 3] =
    ["Update service principal", "Remove service principal", "Hard delete service principal"];

const OTHERS: [&str; 7] = [
    "accounts.acceptTos",
    "accounts.sendTos",
    "accountsManager.acceptTos",
    "accountsManager.sendTos",
    "globalInitScripts.create",
    "globalInitScripts.update",
    "globalInitScripts.delete",
];

/// The names of the settings that a record is about.
pub(super) fn named(record: &Record) -> impl Iterator<Item = String> {
    stated(record).into_iter().map(|stated| stated.setting)
}

/// What a record states of one setting.
struct Stated {
    setting: String,
    old: Option<String>,
    new: Option<String>,
    effect: Effect,
}

impl Stated {
    fn new(setting: impl Into<String>, new: Option<String>, effect: Effect) -> Self {
        Self { setting: setting.into(), old: None, new, effect }
    }
}

fn stated(record: &Record) -> Vec<Stated> {
    match record.source.as_str() {
        crate::source::DATABRICKS => databricks(record),
        "entra_audit" => entra(record),
        _ => vec![provider(record)],
    }
}

fn databricks(record: &Record) -> Vec<Stated> {
    let given = kept::parameters(&record.raw);
    let text = |key: &str| given.get(key).filter(|text| !text.is_empty()).cloned();
    let action = record.event_type.split_once('.').map_or(record.event_type.as_str(), |(_, action)| action);
    match action {
        "workspaceConfEdit" => {
            workspace(text("workspaceConfKeys").unwrap_or_default(), text("workspaceConfValues").unwrap_or_default())
        }
        "setSetting" | "deleteSetting" => {
            let keys = ["settingTypeName", "settingKeyTypeName", "settingName", "settingKeyName"];
            let setting = keys.into_iter().find_map(text).unwrap_or_else(|| "(setting not named)".to_owned());
            let new = text("settingValueForAudit").filter(|_| action == "setSetting");
            vec![Stated::new(setting, new, Effect::Neutral)]
        }
        "createIpAccessList" | "updateIpAccessList" | "deleteIpAccessList" => {
            let id = text("ipAccessListId").unwrap_or_default();
            vec![Stated::new(format!("ip_access_list {id}").trim_end(), None, of_action(action))]
        }
        _ => vec![other(&record.event_type, action, &text)],
    }
}

fn other(event_type: &str, action: &str, text: &dyn Fn(&str) -> Option<String>) -> Stated {
    let new = text("status").or_else(|| text("config"));
    let is_off = new.as_deref().is_some_and(|value| value.to_ascii_uppercase().contains("DISABLED"));
    let id = ["config_id", "schema_name", "sso_type"].into_iter().find_map(text);
    let setting = id.map_or_else(|| subject_of(event_type), |id| format!("{} {id}", subject_of(event_type)));
    let effect = match action {
        _ if is_off => Effect::Weaken,
        // Opens the workspace to the vendor's staff.
        "databricksAccess" => Effect::Weaken,
        "updateLogDeliveryConfiguration" if new.is_some() => Effect::Strengthen,
        action => of_action(action),
    };
    Stated::new(setting, new, effect)
}

/// `accounts.disableTableAcls` is about `accounts.TableAcls`.
fn subject_of(event_type: &str) -> String {
    let (service, action) = event_type.split_once('.').unwrap_or((event_type, ""));
    let verbs = ["create", "update", "delete", "enable", "disable"];
    let noun = verbs.iter().find_map(|verb| action.strip_prefix(verb)).unwrap_or(action);
    if noun.is_empty() { service.to_owned() } else { format!("{service}.{noun}") }
}

fn of_action(action: &str) -> Effect {
    match action {
        _ if action.starts_with("delete") || action.starts_with("disable") => Effect::Weaken,
        _ if action.starts_with("enable") => Effect::Strengthen,
        "createLogDeliveryConfiguration" => Effect::Strengthen,
        _ => Effect::Neutral,
    }
}

/// Keys whose value `true` opens a door.
const OPENING: [&str; 6] = [
    "enableTokensConfig",
    "enableResultsDownloading",
    "enableExportNotebook",
    "enableDbfsFileBrowser",
    "enableNotebookTableClipboard",
    "enableWebTerminal",
];

/// Keys whose value `true` closes one.
const CLOSING: [&str; 6] = [
    "enableVerboseAuditLogs",
    "enableIpAccessLists",
    "enforceUserIsolation",
    "enforceClusterViewAcls",
    "enforceWorkspaceViewAcls",
    "storeInteractiveNotebookResultsInCustomerAccount",
];

// One record may hold several keys, joined by commas, with as many values.
fn workspace(keys: String, values: String) -> Vec<Stated> {
    let (names, many): (Vec<&str>, Vec<&str>) = (keys.split(',').collect(), values.split(',').collect());
    let pairs: Vec<(&str, &str)> = if names.len() > 1 && names.len() == many.len() {
        names.into_iter().zip(many).collect()
    } else {
        vec![(&keys, &values)]
    };
    pairs
        .into_iter()
        .map(|(key, value)| (key.trim(), value.trim()))
        .map(|(key, value)| of_workspace(key, value))
        .collect()
}

fn of_workspace(key: &str, value: &str) -> Stated {
    let is_one_of = |list: &[&str]| list.iter().any(|k| k.eq_ignore_ascii_case(key));
    let is_true = value.eq_ignore_ascii_case("true");
    let is_false = value.eq_ignore_ascii_case("false");
    let effect = match (is_one_of(&OPENING), is_one_of(&CLOSING)) {
        (true, _) if is_true => Effect::Weaken,
        (true, _) if is_false => Effect::Strengthen,
        (_, true) if is_true => Effect::Strengthen,
        (_, true) if is_false => Effect::Weaken,
        // A limit that is lifted; the empty text means none.
        _ if key == "maxTokenLifetimeDays" && matches!(value, "" | "0" | "-1") => Effect::Weaken,
        _ if key == "customerApprovedWSLoginExpirationTime" && !value.is_empty() => Effect::Weaken,
        _ => Effect::Neutral,
    };
    let setting = if key.is_empty() { "(setting not named)" } else { key };
    Stated::new(setting, (!value.is_empty()).then(|| value.to_owned()), effect)
}

/// Entra says of each property what it was and what it is.
fn entra(record: &Record) -> Vec<Stated> {
    let raw = kept::json(&record.raw);
    let own = provider(record);
    let holder = raw.get("properties").unwrap_or(&raw);
    let targets = holder.get("targetResources").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = targets.iter().filter_map(|t| t.get("modifiedProperties")?.as_array()).flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned).filter(|text| !text.is_empty() && text != "null");
    let stated = |p: &Value| {
        let name = p.get("displayName").and_then(Value::as_str)?;
        let (old, new) = (p.get("oldValue").and_then(&text), p.get("newValue").and_then(&text));
        Some(Stated { setting: format!("{}: {name}", own.setting), old, new, effect: own.effect })
    };
    // What only repeats the name of the object is no setting.
    let repeats = |s: &Stated| s.setting.ends_with("Included Updated Properties") || s.setting.contains("TargetId.");
    let found: Vec<Stated> = properties.filter_map(stated).filter(|s| !repeats(s)).collect();
    if found.is_empty() { vec![own] } else { found }
}

fn provider(record: &Record) -> Stated {
    let object = record.target.as_deref().or(record.app.as_deref()).unwrap_or_default();
    let setting = format!("{} {object}", record.event_type);
    let words = record.event_type.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let effect = match () {
        () if says(&["deactivate", "disable", "pause", "delete", "remove"]) => Effect::Weaken,
        () if says(&["activate", "enable"]) => Effect::Strengthen,
        () => Effect::Neutral,
    };
    Stated::new(setting.trim_end(), None, effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_keys_of_one_record_are_several_settings() {
        let found = workspace("enableIpAccessLists,enableTokensConfig".into(), "false,true".into());
        let told: Vec<_> = found.iter().map(|s| (s.setting.as_str(), s.new.as_deref(), s.effect)).collect();
        assert_eq!(
            told,
            [
                ("enableIpAccessLists", Some("false"), Effect::Weaken),
                ("enableTokensConfig", Some("true"), Effect::Weaken)
            ]
        );
        assert_eq!(workspace("a".into(), "1,2".into()).len(), 1, "a value may hold commas itself");
    }

    #[test]
    fn whether_a_safeguard_falls_is_told_by_key_and_value() {
        for (key, value, effect) in [
            ("enableVerboseAuditLogs", "false", Effect::Weaken),
            ("enableVerboseAuditLogs", "true", Effect::Strengthen),
            ("enableExportNotebook", "false", Effect::Strengthen),
            ("maxTokenLifetimeDays", "0", Effect::Weaken),
            ("maxTokenLifetimeDays", "30", Effect::Neutral),
            ("customerApprovedWSLoginExpirationTime", "2026-08-01", Effect::Weaken),
            ("somethingElse", "true", Effect::Neutral),
        ] {
            assert_eq!(of_workspace(key, value).effect, effect, "{key} {value}");
        }
    }

    #[test]
    fn a_limit_that_is_raised_opens_a_door() {
        let of = |old, new| limited("maxTokenLifetimeDays", old, new);
        assert_eq!(of(Some("30"), Some("90")), Some(Effect::Weaken));
        assert_eq!(of(Some("90"), Some("30")), Some(Effect::Strengthen));
        assert_eq!([of(None, Some("30")), of(Some("30"), Some("30")), of(Some("30"), Some(""))], [None; 3]);
        assert_eq!(limited("another", Some("1"), Some("2")), None);
    }

    #[test]
    fn a_setting_is_named_without_its_verb() {
        assert_eq!(subject_of("accounts.disableTableAcls"), "accounts.TableAcls");
        assert_eq!(subject_of("ssoConfigBackend.update"), "ssoConfigBackend");
    }
}
