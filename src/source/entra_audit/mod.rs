//! Microsoft Entra ID directory audits (source `entra_audit`).

mod changes;
mod doc;
mod forms;
mod names;
mod portal;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::changes::{app, changes, sole};
use self::record::{Audit, Found, Target, found};
use self::vocabulary::{Act, meaning};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, without_port};
use super::entra::{Fields, bytes, kind_word, lookup_name, outcome_of};
use super::{Doc, Envelope, Fate, Form, Record, Source};
use crate::change::{Change, Verb};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "entra_audit";

/// Microsoft Entra ID directory audits: Graph, Azure Monitor, Log Analytics, the unified audit of Microsoft 365.
#[derive(Debug)]
pub struct EntraAudit;

impl Source for EntraAudit {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        forms::FORMS
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "row of a unified audit export", marker: b"\"AuditData\"", path: &["AuditData"] }]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(Ok(event)) => Fate::Accepted(Box::new(event)),
            Ok(Err(rule)) => Fate::Filtered(rule),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn grain(&self) -> i64 {
        1_000_000
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

/// The event, or the rule by which the record is left out.
fn event<'r>(record: &Record<'r>) -> Result<Result<Event<'r>, &'static str>, Reason> {
    let text = checked(record.text)?;
    let audit = match found(&Fields::read(text)?, record.dates)? {
        Found::Audit(audit) => audit,
        Found::Aside(rule) => return Ok(Err(rule)),
    };
    if audit.activity.is_empty() {
        return Err("/activityDisplayName: expected a name, found none".into());
    }
    let known = meaning(&audit.activity, audit.service.as_deref());
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let (outcome, outcome_reason) = outcome(&audit);
    let changes = changes(&audit, act, outcome);
    let (target, target_id, target_kind) = target(&audit, &changes);
    let channel = channel(&audit);
    Ok(Ok(Event {
        shared: Vec::new(),
        identity: identity_of(text, &audit),
        target,
        target_id,
        target_kind,
        channel: Some(Cow::Borrowed(channel)),
        app: matches!(act, Act::App(..)).then(|| app(&audit)).flatten().and_then(|app| app.name.clone()),
        changes,
        event_time: audit.micros,
        event_type: audit.activity,
        native_id: audit.id,
        request_id: audit.correlation,
        plane,
        outcome,
        outcome_reason,
        actor: audit.actor.name,
        actor_id: audit.actor.id,
        actor_kind: audit.actor.kind.map(Cow::Borrowed),
        endpoint: None,
        scope: Cow::Borrowed("tenant"),
        workspace_id: None,
        account_id: None,
        source_ip: audit.source_ip.map(without_port),
        user_agent: audit.user_agent,
        session_id: None,
        parse_rule: match (audit.rewritten, audit.is_partial) {
            (true, _) => "re_exported",
            (false, true) => "partial",
            (false, false) => "native",
        },
        schema_version: None,
        delivery: audit.delivery,
        mapped: known.is_some(),
        statements: Vec::new(),
    }))
}

/// The outcome, and its reason; for a result that is neither success nor failure, that result.
fn outcome<'r>(audit: &Audit<'r>) -> (Outcome, Option<Text<'r>>) {
    match audit.result.as_deref().and_then(outcome_of) {
        Some(outcome) => (outcome, audit.reason.clone()),
        None => (Outcome::Unknown, audit.result.clone().or_else(|| audit.reason.clone())),
    }
}

/// The door, as far as the record tells it.
fn channel(audit: &Audit<'_>) -> &'static str {
    const SYSTEMS: [&str; 10] = [
        "azure ad provisioning service",
        "microsoft approval management",
        "microsoft substrate management",
        "ms-pim",
        "azure mfa strongauthenticationservice",
        "azure ad cloud sync",
        "azure ad connect",
        "aad app management",
        "microsoft.azure.syncfabric",
        "azure ad identity governance",
    ];
    let name = audit.actor.name.as_deref().unwrap_or_default();
    let is_system = SYSTEMS.iter().any(|s| name.eq_ignore_ascii_case(s)) || name.starts_with("Sync_");
    let agent = audit.user_agent.as_deref().unwrap_or_default();
    match audit.actor.kind {
        _ if is_system => "system",
        Some("service_principal") => "api",
        _ if agent.starts_with("Mozilla/") || agent == "O365AdminPortal" => "ui",
        _ => "unknown",
    }
}

type Main<'r> = (Option<Text<'r>>, Option<Text<'r>>, Option<Text<'r>>);

/// The main object: the group or role of a membership, else the subject of the change, else the only target there is.
fn target<'r>(audit: &Audit<'r>, changes: &[Change<'r>]) -> Main<'r> {
    let of = |target: &Target<'r>| {
        let name = changes::name(target).or_else(|| target.name.clone());
        (name, target.id.clone(), target.kind.clone().map(kind_word))
    };
    let said = match changes {
        // Of a change that names nothing the targets may tell more.
        [first, ..] if !names_anything(first) => &[],
        changes => changes,
    };
    match said {
        [first, ..] if matches!(first.verb, Verb::MemberAdd | Verb::MemberRemove) => {
            (first.entitlement.clone(), first.entitlement_id.clone(), Some(Cow::Borrowed("group")))
        }
        [first, ..] => {
            let shown = audit.targets.iter().find(|t| t.id.is_some() && t.id == first.subject_id);
            let name = first.subject.clone().or_else(|| shown.and_then(|t| t.name.clone()));
            (name, first.subject_id.clone(), Some(Cow::Borrowed(first.subject_kind.as_str())))
        }
        [] => match audit.targets.as_slice() {
            [only] => of(only),
            _ => ["User", "Group", "Role", "Policy"].iter().find_map(|k| sole(audit, k)).map(of).unwrap_or_default(),
        },
    }
}

fn names_anything(change: &Change<'_>) -> bool {
    let names_somebody = change.subject.is_some() || change.subject_id.is_some();
    names_somebody || change.entitlement_id.is_some() || change.entitlement.as_deref().is_some_and(|e| e != "account")
}

/// What every delivery of one audit carries. Fractions of seconds are cut by some, and anonymised logs share one id among many.
fn identity_of(text: &str, audit: &Audit<'_>) -> [u8; 16] {
    let Some(id) = &audit.id else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let second = audit.micros.div_euclid(1_000_000).to_le_bytes();
    let activity = lookup_name(&audit.activity);
    let result = audit.result.as_ref().map(|r| r.to_ascii_lowercase());
    let mut parts = vec![Some(id.as_bytes()), Some(&second[..]), Some(activity.as_bytes())];
    parts.extend([result.as_ref().map(String::as_bytes), bytes(&audit.actor.id), bytes(&audit.actor.name)]);
    let mut targets: Vec<_> = audit.targets.iter().map(|t| bytes(&t.id)).collect();
    targets.sort_unstable();
    parts.extend(targets);
    identity(ID, &parts)
}
