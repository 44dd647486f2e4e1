//! The access changes of a System Log event. Targets are found by type: Okta promises no order.

use std::borrow::Cow;

use super::record::{LogEvent, Party};
use super::roles::{self, Told};
use super::vocabulary::Act;
use crate::change::{Change, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::decode::Reason;

/// The one target of that type. `None` = none, or several that differ: which of them is meant is not said.
pub(super) fn sole<'e, 'r>(event: &'e LogEvent<'r>, kind: &str) -> Option<&'e Party<'r>> {
    let mut found = event.target.iter().filter(|t| t.is(kind));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The first of the types of which there is one target.
pub(super) fn sole_of<'e, 'r>(event: &'e LogEvent<'r>, kinds: &[&str]) -> Option<&'e Party<'r>> {
    kinds.iter().find_map(|kind| sole(event, kind))
}

/// What the event changes, and what it states to be the whole of something.
pub(super) fn told<'r>(event: &LogEvent<'r>, act: Act, outcome: Outcome) -> Result<Told<'r>, Reason> {
    match act {
        Act::Roles(of) => roles::held(event, of, outcome),
        Act::NoRoles(of) => roles::gone(event, of, outcome),
        Act::Binding(verb) => Ok(Told { changes: roles::bound(event, verb, outcome), ..Told::default() }),
        _ => Ok(Told { changes: changes(event, act, outcome), ..Told::default() }),
    }
}

fn changes<'r>(event: &LogEvent<'r>, act: Act, outcome: Outcome) -> Vec<Change<'r>> {
    let change = match act {
        Act::None | Act::Roles(_) | Act::NoRoles(_) | Act::Binding(_) => return Vec::new(),
        Act::User(verb) => of_account(verb, person(event)),
        Act::Group(verb) => of_account(verb, group(event, &["UserGroup"])),
        Act::Member(verb) => in_group(verb, person(event), sole(event, "UserGroup")),
        Act::App(verb) => in_app(verb, person(event), event),
        Act::GroupApp(verb) => in_app(verb, group(event, GROUPS), event),
        Act::PushedUser(verb) => of_account(verb, person(event)),
        Act::PushedGroup(verb) => of_account(verb, group(event, GROUPS)),
        Act::MappedGroup(verb) => of_account(verb, group(event, GROUPS)),
        Act::PushedMember(verb) => in_pushed_group(verb, person(event), event),
    };
    // Whom a record without readable targets means is not known; that something was decided, or failed, is.
    vec![Change { outcome, ..change }]
}

/// What stands for a group, the directory's own first.
const GROUPS: &[&str] = &["UserGroup", "Group", "AppGroup"];

struct Subject<'r> {
    kind: SubjectKind,
    name: Option<Cow<'r, str>>,
    id: Option<Cow<'r, str>>,
    alias: Option<Cow<'r, str>>,
    /// The id of what stands for it in the application.
    external_id: Option<Cow<'r, str>>,
}

/// The person: login in the directory, with the user name in the application beside it where both are told.
fn person<'r>(event: &LogEvent<'r>) -> Subject<'r> {
    let (user, account) = (sole(event, "User"), sole(event, "AppUser"));
    let login = user.and_then(Party::login);
    let user_name = account.and_then(Party::login);
    let (name, alias) = match (login, user_name) {
        (Some(login), Some(user_name)) if login == user_name => (Some(login), None),
        (Some(login), user_name) => (Some(login), user_name),
        (None, user_name) => (user_name, None),
    };
    let external_id = account.and_then(Party::known_id);
    Subject { kind: SubjectKind::User, name, id: user.or(account).and_then(Party::known_id), alias, external_id }
}

/// The group: its name in the directory, with that in the application beside it where both are told.
fn group<'r>(event: &LogEvent<'r>, kinds: &[&str]) -> Subject<'r> {
    let group = sole_of(event, kinds);
    let pushed = sole(event, "AppGroup");
    let name = group.and_then(Party::title);
    Subject {
        kind: SubjectKind::Group,
        alias: pushed.and_then(Party::title).filter(|title| name.as_ref() != Some(title)),
        name,
        id: group.and_then(Party::known_id),
        external_id: pushed.and_then(Party::known_id),
    }
}

fn of_account(verb: Verb, subject: Subject<'_>) -> Change<'_> {
    change(verb, subject, Some(Cow::Borrowed("account")), None)
}

fn in_group<'r>(verb: Verb, subject: Subject<'r>, group: Option<&Party<'r>>) -> Change<'r> {
    change(verb, subject, group.and_then(Party::title), group.and_then(Party::known_id))
}

/// The group as it is called in the application; only the directory's own has an id of the directory.
fn in_pushed_group<'r>(verb: Verb, subject: Subject<'r>, event: &LogEvent<'r>) -> Change<'r> {
    let pushed = sole_of(event, &["AppGroup", "UserGroup"]);
    change(verb, subject, pushed.and_then(Party::title), sole(event, "UserGroup").and_then(Party::known_id))
}

fn in_app<'r>(verb: Verb, subject: Subject<'r>, event: &LogEvent<'r>) -> Change<'r> {
    let app = sole(event, "AppInstance");
    change(verb, subject, app.and_then(Party::name), app.and_then(Party::known_id))
}

fn change<'r>(
    verb: Verb,
    subject: Subject<'r>,
    entitlement: Option<Cow<'r, str>>,
    entitlement_id: Option<Cow<'r, str>>,
) -> Change<'r> {
    Change {
        subject: subject.name,
        subject_id: subject.id,
        subject_alias: subject.alias,
        subject_external_id: subject.external_id,
        subject_kind: subject.kind,
        entitlement,
        entitlement_id,
        ..Change::new(verb, Outcome::Unknown)
    }
}
