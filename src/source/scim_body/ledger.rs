//! What a request does to the lists of a resource: single elements come and go, or the whole list is stated.

use std::borrow::Cow;

use super::act::{Act, Effects};
use super::item::{Item, Set, items};
use super::{Kind, Level, Subject};
use crate::change::{Change, Model, Statement, SubjectKind, Verb};
use crate::event::{Outcome, Text};
use crate::source::decode::Reason;

/// The key of a statement on one list, or one other facet, of a resource. `None` = the resource is not named.
pub(in crate::source) fn statement_key<'r>(realm: &str, subject: &Subject<'_>, facet: &str) -> Option<Text<'r>> {
    let kind = match subject.kind {
        Kind::User | Kind::Me => "Users",
        Kind::Group => "Groups",
        Kind::ServicePrincipal => "ServicePrincipals",
        _ => return None,
    };
    let which = match (&subject.id, &subject.name) {
        (Some(id), _) => id.clone().into_owned(),
        (None, Some(name)) => format!("name:{name}"),
        (None, None) => return None,
    };
    Some(Cow::Owned(format!("{realm}/{kind}/{which}/{facet}")))
}

/// The lists of one resource during one request.
#[derive(Debug, Default)]
pub(super) struct Ledger<'r> {
    lists: [List<'r>; 3],
}

#[derive(Debug, Default)]
struct List<'r> {
    /// The whole list, once it is known.
    whole: Option<Vec<Item<'r>>>,
    /// Elements that come (true) and go, in order.
    parts: Vec<(bool, Item<'r>)>,
    /// The request asked to take away whatever there was.
    emptied: bool,
    /// Elements were taken away in a spelling that servers read in two ways.
    doubtful: bool,
}

impl<'r> Ledger<'r> {
    fn list(&mut self, set: Set) -> &mut List<'r> {
        let [members, roles, entitlements] = &mut self.lists;
        match set {
            Set::Members => members,
            Set::Roles => roles,
            Set::Entitlements => entitlements,
        }
    }

    /// Elements come.
    pub(super) fn add(&mut self, set: Set, items: Vec<Item<'r>>) {
        let list = self.list(set);
        match &mut list.whole {
            Some(whole) => whole.extend(items),
            None => list.parts.extend(items.into_iter().map(|item| (true, item))),
        }
    }

    /// Elements go.
    pub(super) fn remove(&mut self, set: Set, items: Vec<Item<'r>>) {
        let list = self.list(set);
        match &mut list.whole {
            Some(whole) => whole.retain(|held| !items.iter().any(|item| item.is(held))),
            None => list.parts.extend(items.into_iter().map(|item| (false, item))),
        }
    }

    /// Elements go that are listed as a value: a strict server takes such a request to mean all of them.
    pub(super) fn remove_listed(&mut self, set: Set, items: Vec<Item<'r>>) {
        self.list(set).doubtful = true;
        self.remove(set, items);
    }

    /// The list is this from now on.
    pub(super) fn replace(&mut self, set: Set, items: Vec<Item<'r>>) {
        let list = self.list(set);
        *list = List { whole: Some(items), emptied: list.emptied, ..List::default() };
    }

    /// All elements go.
    pub(super) fn clear(&mut self, set: Set) {
        self.replace(set, Vec::new());
        self.list(set).emptied = true;
    }

    /// What came of it all.
    pub(super) fn settle(self, act: &Act<'_, 'r>, effects: &mut Effects<'r>) -> Result<(), Reason> {
        for (set, list) in Set::ALL.into_iter().zip(self.lists) {
            list.settle(set, act, effects)?;
        }
        Ok(())
    }
}

impl<'r> List<'r> {
    fn settle(self, set: Set, act: &Act<'_, 'r>, effects: &mut Effects<'r>) -> Result<(), Reason> {
        let answered = self.answered(set, act)?;
        let parts: Vec<_> = self.parts.into_iter().filter_map(|(comes, item)| part(comes, set, act, &item)).collect();
        let otherwise = match self.emptied {
            true => part(false, set, act, &Item::UNNAMED).into_iter().collect(),
            false => Vec::new(),
        };
        match (self.whole, answered) {
            (Some(whole), answered) => whole_list(set, act, &answered.unwrap_or(whole), otherwise, effects),
            (None, Some(answered)) => whole_list(set, act, &answered, parts, effects),
            (None, None) => {
                // The next statement of the whole is measured by these, too.
                let key = statement_key(&act.place.realm(), &act.subject, set.name()).filter(|_| !parts.is_empty());
                let part = |key| Statement { key, model: Model::Part, held: parts.clone(), otherwise: Vec::new() };
                effects.statements.extend(key.map(part));
                effects.changes.extend(parts);
            }
        }
        Ok(())
    }

    /// The list that the server answered with, where what was asked for may not be what came of it.
    fn answered(&self, set: Set, act: &Act<'_, 'r>) -> Result<Option<Vec<Item<'r>>>, Reason> {
        let list = act.answer.get(set.name());
        let is_asked = self.whole.is_some() || self.doubtful;
        if !is_asked || act.outcome != Outcome::Success || list.elements().is_empty() && !list_is_given(list) {
            return Ok(None);
        }
        // An answer that cannot be read leaves what was asked for.
        Ok(items(list, "").ok())
    }
}

fn list_is_given(list: &super::Json<'_>) -> bool {
    matches!(list, super::Json::List(_))
}

fn whole_list<'r>(
    set: Set,
    act: &Act<'_, 'r>,
    held: &[Item<'r>],
    otherwise: Vec<Change<'r>>,
    effects: &mut Effects<'r>,
) {
    let key = statement_key(&act.place.realm(), &act.subject, set.name());
    match key.filter(|_| act.outcome != Outcome::Failure) {
        Some(key) => {
            let held = held.iter().map(|item| grant(set, act, item)).collect();
            effects.statements.push(Statement { key, model: Model::Replacement, held, otherwise });
        }
        // A list that was not put in place states nothing; that it was tried is recorded all the same.
        None => act.update(effects),
    }
}

fn part<'r>(comes: bool, set: Set, act: &Act<'_, 'r>, item: &Item<'r>) -> Option<Change<'r>> {
    let grant = grant(set, act, item);
    if comes { Some(grant) } else { grant.reversed() }
}

/// The change that gives one element.
pub(super) fn grant<'r>(set: Set, act: &Act<'_, 'r>, item: &Item<'r>) -> Change<'r> {
    let value = item.value.clone();
    match set {
        Set::Members => member(act, item),
        Set::Roles if value.as_deref().is_none_or(is_administrative) => {
            Change { entitlement: value, ..held_by(act, Verb::AdminGrant) }
        }
        Set::Roles => Change {
            entitlement: value.clone(),
            securable: value
                .as_deref()
                .filter(|v| v.starts_with("arn:"))
                .map(|arn| Cow::Owned(format!("instance_profile:{arn}"))),
            privilege: value,
            ..held_by(act, Verb::PrivGrant)
        },
        Set::Entitlements => Change {
            entitlement: value.clone(),
            securable: act.place.workspace_id.as_ref().map(|id| Cow::Owned(format!("workspace:{id}"))),
            privilege: value,
            ..held_by(act, Verb::PrivGrant)
        },
    }
}

/// Being in a workspace's group `admins` is being its administrator.
fn member<'r>(act: &Act<'_, 'r>, item: &Item<'r>) -> Change<'r> {
    let is_admin = act.place.level == Level::Workspace && act.subject.name.as_deref() == Some("admins");
    let (verb, group) = match is_admin {
        true => (Verb::AdminGrant, Some(Cow::Borrowed("workspace_admin"))),
        false => (Verb::MemberAdd, act.subject.name.clone()),
    };
    Change {
        // What a person is called identifies nobody, and the person can choose it; a group goes by its name.
        subject: item.display.clone().filter(|_| item.kind == SubjectKind::Group),
        subject_id: item.value.clone(),
        subject_kind: item.kind,
        entitlement: group,
        entitlement_id: act.subject.id.clone(),
        ..Change::new(verb, act.outcome)
    }
}

fn held_by<'r>(act: &Act<'_, 'r>, verb: Verb) -> Change<'r> {
    Change {
        subject: act.subject.name.clone(),
        subject_id: act.subject.id.clone(),
        subject_kind: act.subject.kind.subject(),
        ..Change::new(verb, act.outcome)
    }
}

fn is_administrative(role: &str) -> bool {
    !role.starts_with("arn:") && role.to_ascii_lowercase().contains("admin")
}
