//! A directory audit, whatever interface it came by.

use std::borrow::Cow;

use super::portal;
use crate::source::Dates;
use crate::source::decode::Reason;
use crate::source::entra::{
    AUDIT_CATEGORIES, AUDIT_LOG, CREATION_TIME, Fields, OTHER_CATEGORY, OTHER_WORKLOAD, Party, TIME_GENERATED,
    Workload, activity_name, first_stamp, is_other_category, parties, unmangled, value, workload,
};
use crate::source::loose::Loose;

/// Form of the Microsoft Graph API.
pub(super) const GRAPH: &str = "graph";
/// Form of Azure Monitor.
pub(super) const AZURE_MONITOR: &str = "azure_monitor";
/// Form of Log Analytics.
pub(super) const LOG_ANALYTICS: &str = "log_analytics";
/// Form of the unified audit.
pub(super) const M365: &str = "m365";
/// Form of the unified audit about other services.
pub(super) const M365_OTHER: &str = "m365_other";
/// Form of Azure Monitor about other logs.
pub(super) const AZURE_MONITOR_OTHER: &str = "azure_monitor_other";

const ACTIVITY: &[&str] = &["activityDisplayName", "operationName"];
/// The second is how Microsoft's reference of the type spells it.
const TARGETS: &[&str] = &["targetResources", "targetResource"];
const TIME: &[&str] = &["activityDateTime", "ActivityDateTime [UTC]"];

/// One audit.
#[derive(Debug)]
pub(super) struct Audit<'r> {
    pub(super) delivery: &'static str,
    pub(super) rewritten: bool,
    /// True = the form leaves out what it has no column for.
    pub(super) is_partial: bool,
    pub(super) micros: i64,
    pub(super) id: Option<Cow<'r, str>>,
    /// The activity's name without trailing dot or blank.
    pub(super) activity: Cow<'r, str>,
    pub(super) service: Option<Cow<'r, str>>,
    pub(super) result: Option<Cow<'r, str>>,
    pub(super) reason: Option<Cow<'r, str>>,
    pub(super) correlation: Option<Cow<'r, str>>,
    pub(super) actor: Actor<'r>,
    pub(super) targets: Vec<Target<'r>>,
    pub(super) source_ip: Option<Cow<'r, str>>,
    pub(super) user_agent: Option<Cow<'r, str>>,
}

/// Who acted.
#[derive(Debug, Default)]
pub(super) struct Actor<'r> {
    pub(super) name: Option<Cow<'r, str>>,
    pub(super) id: Option<Cow<'r, str>>,
    /// user or service_principal.
    pub(super) kind: Option<&'static str>,
}

/// An object of the activity.
#[derive(Debug, Default)]
pub(super) struct Target<'r> {
    pub(super) id: Option<Cow<'r, str>>,
    /// User principal name.
    pub(super) login: Option<Cow<'r, str>>,
    /// Display name.
    pub(super) name: Option<Cow<'r, str>>,
    pub(super) kind: Option<Cow<'r, str>>,
    pub(super) properties: Vec<Property<'r>>,
}

/// A property that the activity changed, or that says more of it.
#[derive(Debug)]
pub(super) struct Property<'r> {
    pub(super) name: Cow<'r, str>,
    pub(super) old: Loose<'r>,
    pub(super) new: Loose<'r>,
}

impl<'r> Target<'r> {
    /// Whether the target is of that type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind))
    }

    /// The property of that name.
    pub(super) fn property(&self, name: &str) -> Option<&Property<'r>> {
        self.properties.iter().find(|p| p.name.eq_ignore_ascii_case(name))
    }
}

/// What a record holds.
pub(super) enum Found<'r> {
    /// An audit.
    Audit(Box<Audit<'r>>),
    /// A record of another service or log; by which rule it is left out.
    Aside(&'static str),
}

/// Reads a record by the form that its keys show.
pub(super) fn found<'r>(fields: &Fields<'r>, dates: Dates) -> Result<Found<'r>, Reason> {
    match workload(fields) {
        Some(Workload::Directory) => unified(fields, dates).map(|audit| Found::Audit(Box::new(audit))),
        Some(Workload::Foreign) => Ok(Found::Aside(OTHER_WORKLOAD)),
        Some(Workload::SignIn) => Err("/RecordType: expected 8 for a directory audit, found that of a sign-in".into()),
        None if portal::is_row(fields) => portal::audit(fields, dates).map(|audit| Found::Audit(Box::new(audit))),
        None if fields.has(&["properties"]) => match azure_monitor(fields, dates) {
            Err(_) if is_other_category(fields) => Ok(Found::Aside(OTHER_CATEGORY)),
            audit => audit.map(|audit| Found::Audit(Box::new(audit))),
        },
        None => flat(fields, dates).map(|audit| Found::Audit(Box::new(audit))),
    }
}

fn azure_monitor<'r>(record: &Fields<'r>, dates: Dates) -> Result<Audit<'r>, Reason> {
    let category = record.text(&["category"], "/category")?.ok_or("/category: missing")?;
    let inner =
        record.object(&["properties"]).ok_or_else(|| record.get(&["properties"]).unfit("/properties", "an object"))?;
    let is_audit = inner.has(&["activityDisplayName", "loggedByService"]) || inner.has(TARGETS);
    let is_category = category.eq_ignore_ascii_case(AUDIT_LOG)
        || (is_audit && !is_sync(&inner) && AUDIT_CATEGORIES.iter().any(|c| c.eq_ignore_ascii_case(&category)));
    if !is_category {
        return Err("/category: expected a category of directory audits, found another".into());
    }
    let stamp = first_stamp(&[(&inner, TIME), (record, &["time"]), (record, TIME_GENERATED)], "/time", dates)?;
    let activity = inner.text(ACTIVITY, "/properties/activityDisplayName")?;
    let activity = activity.or(record.text(&["operationName"], "/operationName")?).ok_or("/operationName: missing")?;
    let rewritten = stamp.rewritten || record.is_lowered(ACTIVITY) || inner.is_lowered(ACTIVITY);
    let mut audit = graph(&inner, AZURE_MONITOR, activity, stamp.micros, rewritten)?;
    audit.result = audit.result.or_else(|| record.hint(&["result", "resultType"])).or_else(|| signature(record));
    audit.reason = audit.reason.or_else(|| record.hint(&["resultDescription"]));
    audit.source_ip = audit.source_ip.or_else(|| record.hint(&["callerIpAddress", "ipAddress"]));
    audit.correlation = audit.correlation.or_else(|| record.hint(&["correlationId"]));
    Ok(audit)
}

// `None` stands where there is no signature.
fn signature<'r>(record: &Fields<'r>) -> Option<Cow<'r, str>> {
    record.hint(&["resultSignature"]).filter(|word| !word.eq_ignore_ascii_case("none"))
}

fn is_sync(fields: &Fields<'_>) -> bool {
    fields.has(&["provisioningAction", "provisioningSteps", "provisioningStatusInfo"])
}

/// A record of Graph, or a row of Log Analytics, whose columns have the same names in other capitals.
fn flat<'r>(record: &Fields<'r>, dates: Dates) -> Result<Audit<'r>, Reason> {
    let is_audit = record.has(&["initiatedBy", "loggedByService"]) || record.has(TARGETS);
    if !is_audit || is_sync(record) {
        return Err("/targetResources: expected a directory audit, found neither it nor its initiator".into());
    }
    let row = record.has(TIME_GENERATED);
    let activity = record.text(ACTIVITY, "/activityDisplayName")?.ok_or("/activityDisplayName: missing")?;
    let stamp = first_stamp(&[(record, TIME), (record, TIME_GENERATED)], "/activityDateTime", dates)?;
    let rewritten = stamp.rewritten || record.is_lowered(&["activityDisplayName", "operationName"]);
    graph(record, if row { LOG_ANALYTICS } else { GRAPH }, activity, stamp.micros, rewritten)
}

fn graph<'r>(
    fields: &Fields<'r>,
    delivery: &'static str,
    activity: Cow<'r, str>,
    micros: i64,
    rewritten: bool,
) -> Result<Audit<'r>, Reason> {
    let initiator = fields.object(&["initiatedBy"]);
    let user = initiator.as_ref().and_then(|i| i.object(&["user"]));
    let app = initiator.as_ref().and_then(|i| i.object(&["app"]));
    let targets = fields.objects(TARGETS, "/targetResources")?;
    let details = fields.objects(&["additionalDetails"], "/additionalDetails").unwrap_or_default();
    let detail = |key: &str| details.iter().find(|d| d.hint(&["key"]).is_some_and(|k| k.eq_ignore_ascii_case(key)));
    Ok(Audit {
        delivery,
        rewritten,
        is_partial: false,
        micros,
        id: fields.hint(&["id"]),
        activity: activity_name(activity),
        service: fields.hint(&["loggedByService"]),
        result: fields.word(&["result"]),
        reason: fields.hint(&["resultReason", "resultDescription"]),
        correlation: fields.hint(&["correlationId"]),
        source_ip: user.as_ref().and_then(|u| u.hint(&["ipAddress"])),
        user_agent: fields.hint(&["userAgent"]).or_else(|| detail("User-Agent").and_then(|d| d.hint(&["value"]))),
        actor: actor(user.as_ref(), app.as_ref()),
        targets: targets.iter().enumerate().map(|(at, t)| target(t, at)).collect::<Result<_, _>>()?,
    })
}

fn actor<'r>(user: Option<&Fields<'r>>, app: Option<&Fields<'r>>) -> Actor<'r> {
    const NAMES: &[&str] = &["userPrincipalName", "displayName"];
    let user = user.filter(|user| user.has(&["id"]) || user.hint(NAMES).is_some());
    match (user, app) {
        (Some(user), _) => Actor { name: user.hint(NAMES), id: user.hint(&["id"]), kind: Some("user") },
        (None, Some(app)) => Actor {
            name: app.hint(&["displayName", "servicePrincipalName", "appId"]),
            id: app.hint(&["servicePrincipalId", "appId"]),
            kind: Some("service_principal"),
        },
        (None, None) => Actor::default(),
    }
}

fn target<'r>(fields: &Fields<'r>, at: usize) -> Result<Target<'r>, Reason> {
    let pointer = format!("/targetResources/{at}");
    let id = fields.hint(&["id"]);
    let properties = properties(fields, &format!("{pointer}/modifiedProperties"), "displayName")?;
    // What a new object is called may stand in its properties alone.
    let given = |name: &str| properties.iter().find(|p| p.name.eq_ignore_ascii_case(name)).and_then(|p| value(&p.new));
    let login = fields.hint(&["userPrincipalName"]).or_else(|| given("UserPrincipalName"));
    Ok(Target {
        login: login.map(|login| unmangled(login, id.as_deref())),
        name: fields.hint(&["displayName"]).or_else(|| given("DisplayName")),
        kind: fields.text(&["type"], &format!("{pointer}/type"))?.or_else(|| kind_in_graph(fields)),
        properties,
        id,
    })
}

/// The type as the beta of Microsoft Graph has it: `#microsoft.graph.targetResourceUser`.
fn kind_in_graph<'r>(fields: &Fields<'r>) -> Option<Cow<'r, str>> {
    const RESOURCE: &str = "targetresource";
    let kind = fields.hint(&["@odata.type"])?;
    let name = kind.rsplit('.').next()?;
    let is_told = name.len() > RESOURCE.len() && name.to_ascii_lowercase().starts_with(RESOURCE);
    is_told.then(|| Cow::Owned(name[RESOURCE.len()..].to_owned()))
}

fn properties<'r>(fields: &Fields<'r>, pointer: &str, name: &str) -> Result<Vec<Property<'r>>, Reason> {
    let list = fields.objects(&["modifiedProperties"], pointer)?;
    let property = |p: &Fields<'r>| {
        let name = p.hint(&[name])?;
        Some(Property { name, old: p.get(&["oldValue"]).clone(), new: p.get(&["newValue"]).clone() })
    };
    Ok(list.iter().filter_map(property).collect())
}

fn unified<'r>(fields: &Fields<'r>, dates: Dates) -> Result<Audit<'r>, Reason> {
    let operation = fields.text(&["Operation"], "/Operation")?.ok_or("/Operation: missing")?;
    let stamp = first_stamp(&[(fields, CREATION_TIME)], "/CreationTime", dates)?;
    let spelled = fields.hint(CREATION_TIME);
    let actor = parties(fields, &["Actor"], "/Actor")?.into_iter().next().unwrap_or_default();
    let user_id = fields.hint(&["UserId"]).filter(|id| id != "Not Available");
    let mut targets: Vec<_> = parties(fields, &["Target"], "/Target")?.into_iter().map(of_party).collect();
    if targets.is_empty() {
        let login = fields.hint(&["ObjectId"]).filter(|id| id.contains('@')).map(|login| unmangled(login, None));
        let kind = login.is_some().then_some(Cow::Borrowed("User"));
        targets.push(Target { login, kind, ..Target::default() });
    }
    if let Some(first) = targets.first_mut() {
        first.properties = properties(fields, "/ModifiedProperties", "Name")?;
    }
    Ok(Audit {
        delivery: M365,
        // The unified audit itself writes a `T` and no zone.
        rewritten: spelled.is_some_and(|s| !s.contains('T')) || fields.is_lowered(&["Operation", "CreationTime"]),
        is_partial: false,
        micros: stamp.micros,
        id: fields.hint(&["Id"]),
        activity: activity_name(operation),
        service: None,
        result: fields.word(&["ResultStatus"]),
        reason: None,
        correlation: fields.hint(&["InterSystemsId"]),
        actor: unified_actor(actor, user_id),
        targets,
        source_ip: fields.hint(&["ActorIpAddress", "ClientIP"]),
        user_agent: user_agent(fields),
    })
}

fn of_party(party: Party<'_>) -> Target<'_> {
    let login = party.login.map(|login| unmangled(login, party.id.as_deref()));
    Target { id: party.id, login, name: party.name, kind: party.kind, properties: Vec::new() }
}

fn unified_actor<'r>(party: Party<'r>, user_id: Option<Cow<'r, str>>) -> Actor<'r> {
    let is_app = party.kind.as_deref() == Some("ServicePrincipal")
        || user_id.as_deref().is_some_and(|id| id.starts_with("ServicePrincipal_"));
    if is_app {
        return Actor { name: party.name.or(user_id), id: party.id, kind: Some("service_principal") };
    }
    let name = party.login.or(user_id);
    let kind = (name.is_some() || party.id.is_some()).then_some("user");
    Actor { name, id: party.id, kind }
}

fn user_agent<'r>(fields: &Fields<'r>) -> Option<Cow<'r, str>> {
    let extended = fields.objects(&["ExtendedProperties"], "/ExtendedProperties").ok()?;
    let details = extended.iter().find(|p| p.hint(&["Name"]).as_deref() == Some("additionalDetails"))?;
    details.object(&["Value"])?.hint(&["User-Agent"])
}

impl<'r> Property<'r> {
    /// The value after the activity.
    pub(super) fn after(&self) -> Option<Cow<'r, str>> {
        value(&self.new)
    }

    /// The value before the activity.
    pub(super) fn before(&self) -> Option<Cow<'r, str>> {
        value(&self.old)
    }
}
