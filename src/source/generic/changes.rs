//! Changes and statements as a record declares them.

use std::borrow::Cow;

use super::fields::Fields;
use crate::change::{Change, Direction, EntitlementKind, Model, Statement, SubjectKind, Verb};
use crate::event::{Outcome, Text};
use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// Keys of a change.
pub(super) const CHANGE_KEYS: &[&str] = &[
    "verb",
    "direction",
    "subject",
    "subject_id",
    "subject_alias",
    "subject_external_id",
    "subject_kind",
    "entitlement",
    "entitlement_id",
    "privilege",
    "securable",
    "outcome",
];

/// Keys of a statement.
pub(super) const STATEMENT_KEYS: &[&str] = &["key", "model", "held", "otherwise"];

/// Words for how it ended.
pub(super) const OUTCOMES: &[(&str, Outcome)] =
    &[("success", Outcome::Success), ("failure", Outcome::Failure), ("unknown", Outcome::Unknown)];

/// Words for which way access moves.
pub(super) const DIRECTIONS: &[(&str, Direction)] =
    &[("grant", Direction::Grant), ("revoke", Direction::Revoke), ("update", Direction::Update)];

/// Words for what a subject is.
pub(super) const SUBJECT_KINDS: &[(&str, SubjectKind)] = &[
    ("user", SubjectKind::User),
    ("group", SubjectKind::Group),
    ("service_principal", SubjectKind::ServicePrincipal),
    ("other", SubjectKind::Other),
    ("unknown", SubjectKind::Unknown),
];

/// Words for what a statement is for.
pub(super) const MODELS: &[(&str, Model)] = &[("replacement", Model::Replacement), ("snapshot", Model::Snapshot)];

/// What holds for all changes of a record, unless one says otherwise.
pub(super) struct Frame<'r> {
    pub(super) outcome: Outcome,
    pub(super) app: Option<Text<'r>>,
}

/// The changes in a list of the object.
pub(super) fn changes<'r>(of: &Fields<'r>, key: &str, frame: &Frame<'r>) -> Result<Vec<Change<'r>>, Reason> {
    of.objects(key)?.iter().map(|fields| change(fields, frame)).collect()
}

/// The statements of the record.
pub(super) fn statements<'r>(record: &Fields<'r>, frame: &Frame<'r>) -> Result<Vec<Statement<'r>>, Reason> {
    record.objects("statements")?.iter().map(|fields| statement(fields, frame)).collect()
}

fn statement<'r>(fields: &Fields<'r>, frame: &Frame<'r>) -> Result<Statement<'r>, Reason> {
    fields.only(STATEMENT_KEYS)?;
    let model = fields.word("model", MODELS)?.ok_or_else(|| fields.missing("model", ""))?;
    if model == Model::Replacement && frame.outcome != Outcome::Success {
        return Err("/outcome: expected success, without which nothing was replaced, found another outcome".into());
    }
    if *fields.get("held") == Loose::Null {
        return Err(fields.missing("held", "; an empty list says that nothing is held"));
    }
    let held = changes(fields, "held", frame)?;
    if let Some(at) = held.iter().position(|change| change.reversed().is_none()) {
        let pointer = fields.pointer("held");
        return Err(Cow::Owned(format!(
            "{pointer}/{at}/verb: expected a grant that has a reverse, found another verb"
        )));
    }
    Ok(Statement { key: fields.required("key")?, model, held, otherwise: changes(fields, "otherwise", frame)? })
}

fn change<'r>(fields: &Fields<'r>, frame: &Frame<'r>) -> Result<Change<'r>, Reason> {
    fields.only(CHANGE_KEYS)?;
    let verbs = Verb::ALL.map(|verb| (verb.as_str(), verb));
    let verb = fields.word("verb", &verbs)?.ok_or_else(|| fields.missing("verb", ""))?;
    let change = Change {
        direction: direction(fields, verb)?,
        subject: fields.text("subject")?,
        subject_id: fields.id("subject_id")?,
        subject_alias: fields.text("subject_alias")?,
        subject_external_id: fields.text("subject_external_id")?,
        subject_kind: fields.word("subject_kind", SUBJECT_KINDS)?.unwrap_or(SubjectKind::Unknown),
        entitlement: entitlement(fields, verb, frame)?,
        entitlement_id: fields.id("entitlement_id")?,
        privilege: fields.text("privilege")?,
        securable: securable(fields)?,
        ..Change::new(verb, fields.word("outcome", OUTCOMES)?.unwrap_or(frame.outcome))
    };
    complete(&change, fields)?;
    Ok(change)
}

// A verb has one direction, but that for access control lists.
fn direction(fields: &Fields<'_>, verb: Verb) -> Result<Direction, Reason> {
    let said = fields.word("direction", DIRECTIONS)?;
    let may = |direction| direction == verb.direction() || (verb == Verb::AclChange && direction == Direction::Revoke);
    match said {
        None => Ok(verb.direction()),
        Some(direction) if may(direction) => Ok(direction),
        Some(_) => Err(Cow::Owned(format!(
            "{}: expected {}, which the verb is, found another direction",
            fields.pointer("direction"),
            verb.direction().as_str()
        ))),
    }
}

fn entitlement<'r>(fields: &Fields<'r>, verb: Verb, frame: &Frame<'r>) -> Result<Option<Text<'r>>, Reason> {
    let said = fields.text("entitlement")?;
    match verb.entitlement_kind() {
        EntitlementKind::Account if said.as_deref().is_some_and(|said| said != "account") => Err(Cow::Owned(format!(
            "{}: expected `account` or nothing, which the verb is about, found another word",
            fields.pointer("entitlement")
        ))),
        EntitlementKind::Account => Ok(Some(Cow::Borrowed("account"))),
        EntitlementKind::Assignment if said.is_none() && !is_of_workspace(verb) => Ok(frame.app.clone()),
        _ => Ok(said),
    }
}

const fn is_of_workspace(verb: Verb) -> bool {
    matches!(verb, Verb::WorkspaceAssign | Verb::WorkspaceUnassign)
}

fn securable<'r>(fields: &Fields<'r>) -> Result<Option<Text<'r>>, Reason> {
    let said = fields.text("securable")?;
    let is_named = |s: &Text<'_>| s.split_once(':').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
    match said {
        Some(said) if !is_named(&said) => {
            Err(Cow::Owned(format!("{}: expected `type:name`, found something else", fields.pointer("securable"))))
        }
        said => Ok(said),
    }
}

/// Refuses a change that leaves open what it must tell: such a one could be followed by no test, and would be lost in silence.
fn complete(change: &Change<'_>, fields: &Fields<'_>) -> Result<(), Reason> {
    let verb = change.verb;
    let needs = |key: &str, given: bool| {
        if given { Ok(()) } else { Err(fields.missing(key, &format!(", needed for {}", verb.as_str()))) }
    };
    needs("subject", change.subject.is_some() || change.subject_id.is_some())?;
    match verb.entitlement_kind() {
        EntitlementKind::Membership | EntitlementKind::Admin | EntitlementKind::Assignment => {
            needs("entitlement", change.entitlement.is_some() || change.entitlement_id.is_some())
        }
        EntitlementKind::Privilege => {
            needs("securable", change.securable.is_some())?;
            needs("privilege", change.privilege.is_some() || change.direction == Direction::Revoke)
        }
        EntitlementKind::Ownership => needs("securable", change.securable.is_some()),
        EntitlementKind::Account | EntitlementKind::Token => Ok(()),
    }
}
