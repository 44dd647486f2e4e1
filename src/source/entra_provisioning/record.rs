//! A record of the provisioning log, whatever interface it came by.

use std::borrow::Cow;

use super::portal;
use crate::source::Dates;
use crate::source::decode::Reason;
use crate::source::entra::{
    Fields, OTHER_CATEGORY, PROVISIONING_LOG, TIME_GENERATED, first_stamp, is_other_category, unmangled,
};
use crate::source::loose::Loose;

/// Form of the Microsoft Graph API, and of the portal's JSON download.
pub(super) const GRAPH: &str = "graph";
/// Form of Azure Monitor.
pub(super) const AZURE_MONITOR: &str = "azure_monitor";
/// Form of Log Analytics.
pub(super) const LOG_ANALYTICS: &str = "log_analytics";

const ACTION: &[&str] = &["provisioningAction", "action"];
const STATUS: &[&str] = &["provisioningStatusInfo", "statusInfo"];
const TIME: &[&str] = &["activityDateTime", "ActivityDateTime [UTC]"];
const NAME: &[&str] = &["displayName", "name"];

/// One object's turn in one cycle.
#[derive(Debug, Default)]
pub(super) struct Push<'r> {
    pub(super) delivery: &'static str,
    pub(super) rewritten: bool,
    pub(super) micros: i64,
    pub(super) change_id: Option<Cow<'r, str>>,
    pub(super) id: Option<Cow<'r, str>>,
    pub(super) cycle: Option<Cow<'r, str>>,
    pub(super) action: Cow<'r, str>,
    /// success, failure, skipped, warning, or what else the source says.
    pub(super) status: Option<Cow<'r, str>>,
    pub(super) error_code: Option<Cow<'r, str>>,
    pub(super) reason: Option<Cow<'r, str>>,
    /// `None` = the export leaves the steps out.
    pub(super) steps: Option<Vec<Step<'r>>>,
    pub(super) properties: Vec<Property<'r>>,
    pub(super) source_system: Option<Cow<'r, str>>,
    pub(super) target_system: Option<Cow<'r, str>>,
    pub(super) source: Identity<'r>,
    pub(super) target: Identity<'r>,
    pub(super) app: Option<Cow<'r, str>>,
    pub(super) initiator: Initiator<'r>,
}

/// A step on an object's way.
#[derive(Debug)]
pub(super) struct Step<'r> {
    pub(super) name: Cow<'r, str>,
    pub(super) status: Option<Cow<'r, str>>,
    pub(super) skip_reason: Option<Cow<'r, str>>,
    /// The attribute that a skip is about.
    pub(super) attribute: Option<Cow<'r, str>>,
}

/// An attribute of the object in the target system.
#[derive(Debug)]
pub(super) struct Property<'r> {
    pub(super) name: Cow<'r, str>,
    pub(super) old: Loose<'r>,
    pub(super) new: Loose<'r>,
}

/// The object in one of the two systems.
#[derive(Debug, Default)]
pub(super) struct Identity<'r> {
    pub(super) id: Option<Cow<'r, str>>,
    pub(super) name: Option<Cow<'r, str>>,
    pub(super) kind: Option<Cow<'r, str>>,
    /// User principal name in Entra, userName in the target.
    pub(super) login: Option<Cow<'r, str>>,
}

/// Who started the cycle.
#[derive(Debug, Default)]
pub(super) struct Initiator<'r> {
    pub(super) name: Option<Cow<'r, str>>,
    pub(super) id: Option<Cow<'r, str>>,
    pub(super) kind: Option<Cow<'r, str>>,
}

/// What a record holds.
pub(super) enum Found<'r> {
    /// A turn.
    Push(Box<Push<'r>>),
    /// A row that says nothing without the main file of the download, or a record of another log; by which rule it is left out.
    Aside(&'static str),
}

/// Reads a record by the form that its keys show.
pub(super) fn found<'r>(record: &Fields<'r>, dates: Dates) -> Result<Found<'r>, Reason> {
    let push = |push: Push<'r>| Found::Push(Box::new(push));
    if record.has(&["properties"]) && record.has(&["category"]) {
        return match azure_monitor(record, dates) {
            Err(_) if is_other_category(record) => Ok(Found::Aside(OTHER_CATEGORY)),
            found => found.map(push),
        };
    }
    if let Some(row) = portal::row(record, dates) {
        return row;
    }
    if !record.has(ACTION)
        || !record.has(&["sourceIdentity", "targetIdentity", "servicePrincipal", "provisioningSteps"])
    {
        return Err(
            "/provisioningAction: expected a record of the provisioning log, found no action on an identity".into()
        );
    }
    let is_row = record.has(TIME_GENERATED);
    let stamp = first_stamp(&[(record, TIME), (record, TIME_GENERATED)], "/activityDateTime", dates)?;
    let delivery = if is_row { LOG_ANALYTICS } else { GRAPH };
    let mut found = graph(record, stamp.micros, delivery)?;
    found.rewritten = stamp.rewritten || record.is_lowered(&["provisioningAction", "activityDateTime"]);
    found.status = found.status.or_else(|| record.hint(&["ResultType"]).map(status_word));
    if is_row {
        // Every table has a column of that name, which tells the agent; only an object in it is the system.
        found.source_system = record.object(&["SourceSystem"]).and_then(|s| s.hint(NAME));
    }
    Ok(push(found))
}

fn azure_monitor<'r>(record: &Fields<'r>, dates: Dates) -> Result<Push<'r>, Reason> {
    let category = record.text(&["category"], "/category")?.ok_or("/category: missing")?;
    if !category.eq_ignore_ascii_case(PROVISIONING_LOG) {
        return Err("/category: expected ProvisioningLogs, found another".into());
    }
    let inner =
        record.object(&["properties"]).ok_or_else(|| record.get(&["properties"]).unfit("/properties", "an object"))?;
    let stamp = first_stamp(&[(&inner, TIME), (record, &["time"]), (record, TIME_GENERATED)], "/time", dates)?;
    let mut found = graph(&inner, stamp.micros, AZURE_MONITOR)?;
    found.rewritten = stamp.rewritten || record.is_lowered(&["operationName"]);
    found.status = found.status.or_else(|| record.hint(&["resultType"]).map(status_word));
    Ok(found)
}

fn graph<'r>(fields: &Fields<'r>, micros: i64, delivery: &'static str) -> Result<Push<'r>, Reason> {
    let action = fields.text(ACTION, "/provisioningAction")?.ok_or("/provisioningAction: missing")?;
    let info = STATUS.iter().find_map(|name| fields.object(&[name]));
    let said = info.as_ref().and_then(|i| i.hint(&["status"])).or_else(|| fields.hint(STATUS));
    let error = info.as_ref().and_then(|i| i.object(&["errorInformation"])).or(info);
    let initiator = fields.object(&["initiatedBy"]).unwrap_or_default();
    let app = fields.objects(&["servicePrincipal"], "/servicePrincipal").unwrap_or_default();
    let target_details = fields.object(&["targetSystem"]).and_then(|s| s.object(&["details"]));
    Ok(Push {
        delivery,
        micros,
        rewritten: false,
        change_id: fields.hint(&["changeId"]),
        id: fields.hint(&["id"]),
        cycle: fields.hint(&["cycleId"]),
        action: action_word(action),
        status: said.map(status_word),
        error_code: error.as_ref().and_then(|e| e.hint(&["errorCode"])),
        reason: error.as_ref().and_then(|e| e.hint(&["reason"])),
        steps: steps(fields)?,
        properties: properties(fields)?,
        source_system: system(fields, "sourceSystem"),
        target_system: system(fields, "targetSystem"),
        source: identity(fields, "sourceIdentity", true),
        target: identity(fields, "targetIdentity", false),
        app: app
            .first()
            .and_then(|a| a.hint(NAME))
            .or_else(|| target_details.and_then(|d| d.hint(&["ServicePrincipalDisplayName"]))),
        initiator: Initiator {
            name: initiator.hint(NAME),
            id: initiator.hint(&["id"]),
            kind: initiator.hint(&["initiatorType", "initiatingType", "type"]),
        },
    })
}

fn system<'r>(fields: &Fields<'r>, name: &str) -> Option<Cow<'r, str>> {
    fields.object(&[name]).map_or_else(|| fields.hint(&[name]), |system| system.hint(NAME))
}

fn identity<'r>(fields: &Fields<'r>, name: &str, is_source: bool) -> Identity<'r> {
    let Some(object) = fields.object(&[name]) else { return Identity::default() };
    let details = object.object(&["details"]).unwrap_or_default();
    let id = object.hint(&["id"]);
    let login = if is_source { details.hint(&["UserPrincipalName"]) } else { details.hint(&["userName"]) };
    Identity {
        login: login.map(|login| unmangled(login, id.as_deref())),
        name: object.hint(NAME).or_else(|| details.hint(&["displayName"])),
        kind: object
            .hint(&["identityType", "type"])
            .or_else(|| details.hint(&["odatatype", "@odata.type"]))
            .map(|kind| kind_word(&kind)),
        id,
    }
}

/// The last part of `urn:ietf:params:scim:schemas:core:2.0:User` or `#microsoft.graph.user`.
pub(super) fn kind_word<'o>(kind: &str) -> Cow<'o, str> {
    let last = kind.rsplit([':', '.', '#']).next().unwrap_or(kind);
    match last.to_ascii_lowercase().as_str() {
        "user" => Cow::Borrowed("user"),
        "group" => Cow::Borrowed("group"),
        _ => Cow::Owned(last.to_owned()),
    }
}

fn steps<'r>(fields: &Fields<'r>) -> Result<Option<Vec<Step<'r>>>, Reason> {
    const STEPS: &[&str] = &["provisioningSteps"];
    if !fields.has(STEPS) {
        return Ok(None);
    }
    let step = |step: &Fields<'r>| {
        let details = step.object(&["details"]).unwrap_or_default();
        Some(Step {
            name: step.hint(&["name"])?,
            status: step.hint(&["status"]).map(status_word),
            skip_reason: details.hint(&["SkipReason"]),
            attribute: details.hint(&["PropertyName"]),
        })
    };
    let list = fields.objects(STEPS, "/provisioningSteps")?;
    Ok(Some(list.iter().filter_map(step).collect()))
}

fn properties<'r>(fields: &Fields<'r>) -> Result<Vec<Property<'r>>, Reason> {
    let list = fields.objects(&["modifiedProperties"], "/modifiedProperties")?;
    let property = |p: &Fields<'r>| {
        let name = p.hint(NAME)?;
        Some(Property { name, old: p.get(&["oldValue"]).clone(), new: p.get(&["newValue"]).clone() })
    };
    Ok(list.iter().filter_map(property).collect())
}

/// The status in Graph's word; Azure Monitor numbers it.
pub(super) fn status_word(said: Cow<'_, str>) -> Cow<'_, str> {
    let words = [("0", "success"), ("1", "failure"), ("2", "skipped"), ("success", "success"), ("failure", "failure")];
    let more = [("skipped", "skipped"), ("warning", "warning"), ("succeeded", "success"), ("failed", "failure")];
    let mut all = words.iter().chain(&more);
    all.find(|(given, _)| said.eq_ignore_ascii_case(given)).map_or(said, |(_, word)| Cow::Borrowed(word))
}

/// The action in Graph's spelling.
pub(super) fn action_word(said: Cow<'_, str>) -> Cow<'_, str> {
    super::ACTIONS.iter().find(|a| said.eq_ignore_ascii_case(a)).map_or(said, |word| Cow::Borrowed(*word))
}
