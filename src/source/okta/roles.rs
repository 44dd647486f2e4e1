//! Administrator roles: what a principal has from now on, and the roles bound to it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::changes::sole_of;
use super::record::{LogEvent, Party, squeezed};
use crate::change::{Change, Model, Statement, SubjectKind, Verb};
use crate::event::{Outcome, Text};
use crate::source::decode::Reason;
use crate::source::loose::Loose;
use crate::source::shape::kind;

/// What the event says of roles: changes where they are told, a statement where the whole of them is.
#[derive(Debug, Default)]
pub(super) struct Told<'r> {
    pub(super) changes: Vec<Change<'r>>,
    pub(super) statements: Vec<Statement<'r>>,
}

/// The types of targets that stand for a holder of roles.
const fn holders(of: SubjectKind) -> &'static [&'static str] {
    match of {
        SubjectKind::Group => &["UserGroup", "Group"],
        SubjectKind::ServicePrincipal => &["PublicClientApp", "Client", "OAuthClient", "AppInstance"],
        SubjectKind::User | SubjectKind::Other | SubjectKind::Unknown => &["User"],
    }
}

/// All roles that the holder has from now on. The list is cumulative: the event of a holder who lost one of two roles looks
/// the same. Without the list nothing is known of what was given or taken.
pub(super) fn held<'r>(event: &LogEvent<'r>, of: SubjectKind, outcome: Outcome) -> Result<Told<'r>, Reason> {
    let Some(roles) = listed(event, b"privilegegranted")? else { return Ok(Told::default()) };
    let holder = Holder::of(event, of);
    // Of a holder who is not named it cannot be told which roles are new.
    let outcome = if holder.is_somebody() || outcome == Outcome::Failure { outcome } else { Outcome::Unknown };
    let held = roles.into_iter().map(|role| holder.change(Verb::AdminGrant, Some(role), outcome)).collect();
    Ok(if outcome == Outcome::Success {
        Told { statements: vec![holder.states(held, Vec::new())], ..Told::default() }
    } else {
        Told { changes: held, ..Told::default() }
    })
}

/// The holder has no role any more; those that are gone are listed, or stand among the targets, or are not told.
pub(super) fn gone<'r>(event: &LogEvent<'r>, of: SubjectKind, outcome: Outcome) -> Result<Told<'r>, Reason> {
    let holder = Holder::of(event, of);
    let mut roles: Vec<Option<Text<'r>>> = match listed(event, b"privilegerevoked")? {
        Some(roles) => roles.into_iter().map(Some).collect(),
        None => event.target.iter().filter(|t| t.is("ROLE")).map(|t| t.title().or_else(|| t.known_id())).collect(),
    };
    if roles.is_empty() {
        roles.push(None);
    }
    let gone = roles.into_iter().map(|role| holder.change(Verb::AdminRevoke, role, outcome)).collect();
    Ok(if outcome == Outcome::Success && holder.is_somebody() {
        Told { statements: vec![holder.states(Vec::new(), gone)], ..Told::default() }
    } else {
        Told { changes: gone, ..Told::default() }
    })
}

/// Custom roles bound to users and groups over a set of resources, or unbound. Where several roles meet several members, which
/// belong together is not said.
pub(super) fn bound<'r>(event: &LogEvent<'r>, verb: Verb, outcome: Outcome) -> Vec<Change<'r>> {
    let word = |t: &Party<'_>, part: &str| {
        t.kind.as_deref().is_some_and(|k| k.replace('_', "").to_ascii_lowercase().contains(part))
    };
    let mut members: Vec<_> = event.target.iter().filter_map(member).collect();
    if members.is_empty() {
        members.push(Holder { kind: SubjectKind::Unknown, name: None, id: None });
    }
    let is_set = |t: &&Party<'_>| word(t, "resourceset");
    let roles: Vec<_> = event.target.iter().filter(|t| word(t, "role") && !is_set(t)).collect();
    let set = match event.target.iter().filter(is_set).collect::<Vec<_>>().as_slice() {
        [set] => set.title().map(|name| Cow::Owned(format!("resource_set:{name}"))),
        _ => None,
    };
    let told: &[&Party<'r>] = if members.len() > 1 && roles.len() > 1 { &[] } else { &roles };
    let of = |holder: &Holder<'r>, role: Option<&Party<'r>>| Change {
        entitlement_id: role.and_then(Party::known_id),
        securable: set.clone(),
        ..holder.change(verb, role.and_then(Party::title), outcome)
    };
    let mut changes = Vec::new();
    for holder in &members {
        match told {
            [] => changes.push(of(holder, None)),
            roles => changes.extend(roles.iter().map(|role| of(holder, Some(role)))),
        }
    }
    changes
}

fn member<'r>(target: &Party<'r>) -> Option<Holder<'r>> {
    let kinds = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal];
    let kind = kinds.into_iter().find(|kind| holders(*kind).iter().any(|word| target.is(word)))?;
    Some(Holder::named(target, kind)).filter(Holder::is_somebody)
}

/// Who has the roles; without name and id anybody may be meant.
struct Holder<'r> {
    kind: SubjectKind,
    name: Option<Text<'r>>,
    id: Option<Text<'r>>,
}

impl<'r> Holder<'r> {
    fn of(event: &LogEvent<'r>, kind: SubjectKind) -> Self {
        let target = sole_of(event, holders(kind));
        target.map_or(Self { kind, name: None, id: None }, |target| Self::named(target, kind))
    }

    fn named(target: &Party<'r>, kind: SubjectKind) -> Self {
        let name = if kind == SubjectKind::Group { target.title() } else { target.name() };
        Self { kind, name, id: target.known_id() }
    }

    const fn is_somebody(&self) -> bool {
        self.name.is_some() || self.id.is_some()
    }

    fn change(&self, verb: Verb, role: Option<Text<'r>>, outcome: Outcome) -> Change<'r> {
        Change {
            subject: self.name.clone(),
            subject_id: self.id.clone(),
            subject_kind: self.kind,
            entitlement: role,
            ..Change::new(verb, outcome)
        }
    }

    // Okta's ids are unique over all its tenants, and the log names no tenant.
    fn states(&self, held: Vec<Change<'r>>, otherwise: Vec<Change<'r>>) -> Statement<'r> {
        let who = self.id.as_deref().or(self.name.as_deref()).unwrap_or_default();
        let key = Cow::Owned(format!("okta/admin_roles/{}/{who}", self.kind.as_str()));
        Statement { key, model: Model::Replacement, held, otherwise }
    }
}

/// The roles listed under a key of the debug data, in whatever spelling; `None` = no list, or an empty one.
fn listed<'r>(event: &LogEvent<'r>, key: &[u8]) -> Result<Option<Vec<Text<'r>>>, Reason> {
    let Loose::Nested(json) = &event.debug_context else { return Ok(None) };
    let context = serde_json::from_str::<Map<String, Value>>(json).unwrap_or_default();
    let Some(Value::Object(data)) = entry(&context, b"debugdata") else { return Ok(None) };
    let unfit = |found: &Value| {
        let name = String::from_utf8_lossy(key);
        Cow::Owned(format!("/debugContext/debugData/{name}: expected a string, found {}", kind(found)))
    };
    let roles = match entry(data, key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(list)) => split(list),
        Some(found @ Value::Array(list)) => {
            let texts = list.iter().map(|role| role.as_str().map(|r| r.trim().to_owned()));
            texts.collect::<Option<Vec<_>>>().ok_or_else(|| unfit(found))?
        }
        Some(found) => return Err(unfit(found)),
    };
    let roles: Vec<_> = roles.into_iter().filter(|role| !role.is_empty()).map(Cow::Owned).collect();
    Ok((!roles.is_empty()).then_some(roles))
}

fn entry<'v>(object: &'v Map<String, Value>, key: &[u8]) -> Option<&'v Value> {
    object.iter().find(|(spelled, _)| squeezed(spelled, &mut [0; 32]) == Some(key)).map(|(_, value)| value)
}

/// The names between the commas. A role may name what it is limited to in brackets, with commas in them.
fn split(list: &str) -> Vec<String> {
    let mut depth = 0usize;
    let parts = list.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(|role| role.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_outside_brackets() {
        assert_eq!(split("Super administrator"), ["Super administrator"]);
        assert_eq!(
            split("Group administrator (A, B), Read only admin,"),
            ["Group administrator (A, B)", "Read only admin", ""]
        );
        assert_eq!(split(")a(,b"), [")a(,b"]);
    }

    #[test]
    fn the_list_is_found_in_every_spelling() {
        let of = |context: &str| {
            let event = LogEvent { debug_context: Loose::Nested(context.to_owned().into()), ..LogEvent::default() };
            listed(&event, b"privilegegranted").map(|roles| roles.map(|r| r.len()))
        };
        assert_eq!(of(r#"{"debugData":{"privilegeGranted":"A, B"}}"#), Ok(Some(2)));
        assert_eq!(of(r#"{"debugdata":{"privilege_granted":["A"]}}"#), Ok(Some(1)));
        assert_eq!(of(r#"{"debug_data":{"privilegegranted":""}}"#), Ok(None));
        assert_eq!(of(r#"{"debugData":null}"#), Ok(None));
        assert!(of(r#"{"debugData":{"privilegeGranted":7}}"#).unwrap_err().ends_with("found a number"));
        assert!(of(r#"{"debugData":{"privilegeGranted":["A",7]}}"#).unwrap_err().ends_with("found an array"));
    }
}
