//! The access changes of an audit. Objects are found by type and by the properties they carry: their order varies.

use std::borrow::Cow;

use super::record::{Audit, Property, Target};
use super::vocabulary::Act;
use crate::change::{Change, Direction, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::entra::{items, unmangled};

/// Properties that say more of an activity, and change nothing.
const REMARKS: &[&str] = &[
    "Included Updated Properties",
    "TargetId.",
    "ActorId.",
    "SPN",
    "Action Client Name",
    "Is Hard Deleted",
    "User-Agent",
];

/// The access changes of an audit. One without the targets that it is about may mean anybody.
pub(super) fn changes<'r>(audit: &Audit<'r>, act: Act, outcome: Outcome) -> Vec<Change<'r>> {
    let found = match act {
        Act::None => Vec::new(),
        Act::User(verb) => accounts(audit, SubjectKind::User, verb),
        Act::Group(verb) => accounts(audit, SubjectKind::Group, verb),
        Act::Principal(verb) => accounts(audit, SubjectKind::ServicePrincipal, verb),
        Act::UserUpdate => updates(audit),
        Act::Member(verb) => held(audit, "Group", verb),
        Act::Role(verb) => held(audit, "Role", verb),
        Act::Owner(kind, direction) => owners(audit, kind, direction),
        Act::App(kind, verb) => vec![assignment(audit, kind, verb)],
        Act::Credential(verb) => credentials(audit, verb),
    };
    found.into_iter().map(|change| Change { outcome, ..change }).collect()
}

/// The one target of that type. `None` = none, or several: which of them is meant is not said.
pub(super) fn sole<'a, 'r>(audit: &'a Audit<'r>, kind: &str) -> Option<&'a Target<'r>> {
    let mut found = audit.targets.iter().filter(|t| t.is(kind));
    found.next().filter(|_| found.next().is_none())
}

/// The name that a party goes by: a person's login, anybody else's display name.
pub(super) fn name<'r>(target: &Target<'r>) -> Option<Cow<'r, str>> {
    if target.is("User") { target.login.clone() } else { target.name.clone().or_else(|| target.login.clone()) }
}

/// What may be in a group, by type.
const HOLDERS: &[(&str, SubjectKind)] = &[
    ("User", SubjectKind::User),
    ("Group", SubjectKind::Group),
    ("ServicePrincipal", SubjectKind::ServicePrincipal),
    ("Device", SubjectKind::Other),
    ("Contact", SubjectKind::Other),
];

fn subject_kind(target: &Target<'_>) -> SubjectKind {
    HOLDERS.iter().find(|(kind, _)| target.is(kind)).map_or(SubjectKind::Unknown, |(_, kind)| *kind)
}

fn about<'r>(target: &Target<'r>, verb: Verb) -> Change<'r> {
    Change {
        subject: name(target),
        subject_id: target.id.clone(),
        subject_kind: subject_kind(target),
        ..Change::new(verb, Outcome::Unknown)
    }
}

fn accounts<'r>(audit: &Audit<'r>, kind: SubjectKind, verb: Verb) -> Vec<Change<'r>> {
    let accounts = audit.targets.iter().filter(|t| subject_kind(t) == kind).map(|t| account(about(t, verb)));
    let accounts: Vec<_> = accounts.collect();
    if accounts.is_empty() { vec![account(nobody(kind, verb))] } else { accounts }
}

fn account(change: Change<'_>) -> Change<'_> {
    Change { entitlement: Some(Cow::Borrowed("account")), ..change }
}

fn nobody<'r>(kind: SubjectKind, verb: Verb) -> Change<'r> {
    Change { subject_kind: kind, ..Change::new(verb, Outcome::Unknown) }
}

/// An update of a person that switches the account on or off is that, and an update only if anything else changed too.
fn updates<'r>(audit: &Audit<'r>) -> Vec<Change<'r>> {
    let mut found = Vec::new();
    for target in audit.targets.iter().filter(|t| t.is("User")) {
        let switched = target.property("AccountEnabled").and_then(switch);
        let is_remark = |p: &Property<'_>| REMARKS.iter().any(|r| p.name.starts_with(r));
        let is_more = |p: &Property<'_>| !p.name.eq_ignore_ascii_case("AccountEnabled") && !is_remark(p);
        let updated = (switched.is_none() || target.properties.iter().any(is_more)).then_some(Verb::UserUpdate);
        for verb in [switched, updated].into_iter().flatten() {
            found.push(account(about(target, verb)));
        }
    }
    if found.is_empty() { vec![account(nobody(SubjectKind::User, Verb::UserUpdate))] } else { found }
}

fn switch(property: &Property<'_>) -> Option<Verb> {
    let is = |value: &Option<Cow<'_, str>>, word: &str| value.as_deref().is_some_and(|v| v.eq_ignore_ascii_case(word));
    let (before, after) = (property.before(), property.after());
    if is(&after, "false") && !is(&before, "false") {
        Some(Verb::UserDeactivate)
    } else if is(&after, "true") && !is(&before, "true") {
        Some(Verb::UserActivate)
    } else {
        None
    }
}

/// A group, role or application, by what stands in the properties of its holder.
#[derive(Debug, Default, Clone)]
struct Object<'r> {
    name: Option<Cow<'r, str>>,
    id: Option<Cow<'r, str>>,
}

/// `Group.DisplayName` and the like: the new value where something is given, the old one where it is taken.
fn said<'r>(target: &Target<'r>, name: &str, direction: Direction) -> Option<Cow<'r, str>> {
    let property = target.property(name)?;
    let (first, second) = (property.after(), property.before());
    if direction == Direction::Revoke { second.or(first) } else { first.or(second) }
}

fn object_in<'r>(target: &Target<'r>, kind: &str, direction: Direction) -> Object<'r> {
    Object {
        name: said(target, &format!("{kind}.DisplayName"), direction),
        id: said(target, &format!("{kind}.ObjectID"), direction),
    }
}

/// Who holds what: the targets that carry the properties of a group (role, ...), or else all targets but the one group. Where no
/// group stands among the targets it is not said which; where nobody else does, who.
fn holders<'a, 'r>(
    audit: &'a Audit<'r>,
    kind: &str,
    direction: Direction,
) -> Vec<(Option<&'a Target<'r>>, Object<'r>)> {
    let carried = audit.targets.iter().map(|t| (t, object_in(t, kind, direction)));
    let mut found: Vec<_> = carried.filter(|(_, object)| object.id.is_some() || object.name.is_some()).collect();
    for (holder, object) in &mut found {
        let is_it = |t: &&Target<'r>| t.is(kind) && t.id.is_some() && t.id == object.id && !std::ptr::eq(*t, *holder);
        object.name = object.name.take().or_else(|| audit.targets.iter().find(is_it).and_then(|t| t.name.clone()));
    }
    if !found.is_empty() {
        return found.into_iter().map(|(holder, object)| (Some(holder), object)).collect();
    }
    let object = sole(audit, kind);
    let held = object.map(|t| Object { name: t.name.clone(), id: t.id.clone() }).unwrap_or_default();
    // Of several groups it is not said which is in which.
    let is_holder = |t: &&Target<'r>| {
        let is_it = t.is(kind) && object.is_none_or(|object| std::ptr::eq(*t, object));
        !is_it && HOLDERS.iter().any(|(kind, _)| t.is(kind))
    };
    let others: Vec<_> = audit.targets.iter().filter(is_holder).map(|t| (Some(t), held.clone())).collect();
    if others.is_empty() { vec![(None, held)] } else { others }
}

fn held<'r>(audit: &Audit<'r>, kind: &str, verb: Verb) -> Vec<Change<'r>> {
    let pairs = holders(audit, kind, verb.direction());
    let change = |(holder, object): (Option<&Target<'r>>, Object<'r>)| Change {
        entitlement: object.name,
        entitlement_id: object.id,
        ..holder.map_or_else(|| nobody(SubjectKind::Unknown, verb), |target| about(target, verb))
    };
    pairs.into_iter().map(change).collect()
}

/// An owner is one of several: a permission on the object that is given or taken.
fn owners<'r>(audit: &Audit<'r>, kind: &str, direction: Direction) -> Vec<Change<'r>> {
    let word = match kind {
        "Group" => "group",
        "ServicePrincipal" => "service_principal",
        _ => "app",
    };
    let change = |(holder, object): (Option<&Target<'r>>, Object<'r>)| Change {
        direction,
        entitlement: Some(Cow::Borrowed("owner")),
        privilege: Some(Cow::Borrowed("owner")),
        securable: object.name.as_ref().or(object.id.as_ref()).map(|name| Cow::Owned(format!("{word}:{name}"))),
        entitlement_id: object.id,
        ..holder.map_or_else(|| nobody(SubjectKind::Unknown, Verb::AclChange), |target| about(target, Verb::AclChange))
    };
    holders(audit, kind, direction).into_iter().map(change).collect()
}

/// An application's assignment: the application carries the properties of whom it is assigned to.
fn assignment<'r>(audit: &Audit<'r>, kind: SubjectKind, verb: Verb) -> Change<'r> {
    let app = app(audit);
    let told = |name: &str| app.and_then(|app| said(app, name, verb.direction()));
    let (word, name_key) = match kind {
        SubjectKind::User => ("User", "User.UPN"),
        SubjectKind::Group => ("Group", "Group.DisplayName"),
        _ => ("ServicePrincipal", "ServicePrincipal.DisplayName"),
    };
    let mut others = audit.targets.iter().filter(|t| t.is(word) && app.is_none_or(|app| !std::ptr::eq(*t, app)));
    let other = others.next().filter(|_| others.next().is_none());
    let id = told(&format!("{word}.ObjectID")).or_else(|| other.and_then(|t| t.id.clone()));
    let role = told("AppRole.Value").filter(|_| kind == SubjectKind::ServicePrincipal);
    Change {
        subject: told(name_key)
            .map(|login| if kind == SubjectKind::User { unmangled(login, id.as_deref()) } else { login })
            .or_else(|| other.and_then(name)),
        subject_id: id,
        subject_kind: kind,
        entitlement: app.and_then(|app| app.name.clone()),
        entitlement_id: app.and_then(|app| app.id.clone()),
        privilege: role,
        ..Change::new(verb, Outcome::Unknown)
    }
}

/// The application of an assignment: the service principal that carries a role, else the only one.
pub(super) fn app<'a, 'r>(audit: &'a Audit<'r>) -> Option<&'a Target<'r>> {
    let has_role = |t: &&Target<'r>| t.properties.iter().any(|p| p.name.starts_with("AppRole."));
    let mut carriers = audit.targets.iter().filter(|t| t.is("ServicePrincipal")).filter(has_role);
    match (carriers.next(), carriers.next()) {
        (Some(app), None) => Some(app),
        (None, _) => sole(audit, "ServicePrincipal"),
        _ => None,
    }
}

/// Credentials that appear in the list of key descriptions, and those that vanish from it. Where there is no such list, `verb`
/// alone says what happened, if it says anything.
fn credentials<'r>(audit: &Audit<'r>, verb: Option<Verb>) -> Vec<Change<'r>> {
    let mut found = Vec::new();
    let mut targets = audit.targets.iter().filter(|t| t.is("ServicePrincipal") || t.is("Application")).peekable();
    if targets.peek().is_none() {
        return verb.map(|verb| nobody(SubjectKind::ServicePrincipal, verb)).into_iter().collect();
    }
    for target in targets {
        let kind = SubjectKind::ServicePrincipal;
        let before = found.len();
        if let Some(keys) = target.property("KeyDescription") {
            let (old, new) = (keys_of(&keys.old), keys_of(&keys.new));
            let made = new.iter().filter(|key| !old.contains(key)).map(|key| (Verb::CredCreate, key));
            let ended = old.iter().filter(|key| !new.contains(key)).map(|key| (Verb::CredRevoke, key));
            found.extend(made.chain(ended).map(|(verb, key)| Change {
                subject_kind: kind,
                entitlement: part(key, "DisplayName"),
                entitlement_id: part(key, "KeyIdentifier"),
                ..about(target, verb)
            }));
        }
        if found.len() == before {
            found.extend(verb.map(|verb| Change { subject_kind: kind, ..about(target, verb) }));
        }
    }
    found
}

/// Descriptions `[KeyIdentifier=..., KeyType=..., KeyUsage=..., DisplayName=...]`; anything else is no list of keys.
fn keys_of(value: &crate::source::loose::Loose<'_>) -> Vec<String> {
    items(value).into_iter().filter(|item| item.contains("KeyIdentifier=")).collect()
}

fn part<'o>(key: &str, name: &str) -> Option<Cow<'o, str>> {
    let parts = key.trim_matches(['[', ']']).split(',');
    let value = parts.filter_map(|part| part.trim().split_once('=')).find(|(k, _)| *k == name)?.1.trim();
    (!value.is_empty()).then(|| Cow::Owned(value.to_owned()))
}
