//! Rule sets of the account: who has which role on the account, a group, a service principal. A new one replaces the old.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::subject::{Subject, field, text};
use super::{Context, Found, Name, securable, taken, untold};
use crate::change::{Change, SubjectKind, Verb};

const ADMIN: &str = ".admin";

/// The rules that a row states.
pub(super) fn rules<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let name = context.hint(&["name", "rule_set_name"]);
    let object = object(name.as_deref());
    let untold_rule = || untold(role(context, &object, None));
    let rules = match context.params.json(&["rule_set", "ruleSet"]) {
        Some(Some(Value::Object(set))) => listed(&set),
        _ => match context.params.json(&["grant_rules", "grantRules"]) {
            Some(Some(Value::Array(rules))) => Some(rules),
            _ => None,
        },
    };
    let Some(rules) = rules else { return untold_rule() };
    let mut held = Vec::new();
    for rule in &rules {
        let Some(granted) = rule.as_object().and_then(|rule| granted(context, &object, rule)) else {
            return untold_rule();
        };
        held.extend(granted);
    }
    context.stated(name.map(|name| format!("rule_set:{name}")), held, taken(role(context, &object, None)))
}

/// The rules of a set. One that holds nothing but its name has none; one that holds anything else cannot be read.
fn listed(set: &Map<String, Value>) -> Option<Vec<Value>> {
    match field(set, "grantrules") {
        Some(Value::Array(rules)) => Some(rules.clone()),
        Some(_) => None,
        None => set.keys().all(|key| matches!(key.as_str(), "name" | "etag" | "description")).then(Vec::new),
    }
}

/// What one rule grants: its role, to each of its principals.
fn granted<'r>(context: Context<'_, 'r>, object: &Name<'r>, rule: &Map<String, Value>) -> Option<Vec<Change<'r>>> {
    let word = text(field(rule, "role")?)?;
    let principals = match field(rule, "principals") {
        None => return Some(Vec::new()),
        Some(Value::Array(principals)) => principals,
        Some(_) => return None,
    };
    let change = |principal: &Value| Some(principal_of(&text(principal)?).on(role(context, object, Some(&word))));
    principals.iter().map(change).collect()
}

/// A principal by its type and name, as in `users/alice@example.com`.
fn principal_of<'r>(typed: &str) -> Subject<'r> {
    let (kind, name) = match typed.split_once('/') {
        Some(("users", name)) => (SubjectKind::User, name),
        Some(("groups", name)) => (SubjectKind::Group, name),
        Some(("servicePrincipals", name)) => (SubjectKind::ServicePrincipal, name),
        _ => return Subject::named(Cow::Owned(typed.to_owned())),
    };
    Subject { kind: Some(kind), name: Some(Cow::Owned(name.to_owned())), id: None }
}

/// A role on an object. An administrator's role on the account is one of tickmark's roles.
fn role<'r>(context: Context<'_, 'r>, object: &Name<'r>, word: Option<&str>) -> Change<'r> {
    let of_account = object.as_deref().is_some_and(|object| object.starts_with("account:"));
    let admin = word.filter(|_| of_account).map(|word| word.strip_prefix("roles/").unwrap_or(word));
    if let Some(area) = admin.and_then(|word| word.strip_suffix(ADMIN)) {
        let entitlement = Some(Cow::Owned(format!("{area}_admin")));
        return Change { entitlement, ..context.change(Verb::AdminGrant) };
    }
    let privilege = word.map(|word| Cow::Owned(word.to_owned()));
    Change { entitlement: privilege.clone(), privilege, securable: object.clone(), ..context.change(Verb::AclChange) }
}

/// The object of a rule set, by its name `accounts/<id>[/<type>/<id>]/ruleSets/default`.
fn object<'r>(name: Option<&str>) -> Name<'r> {
    let path = name?.split("/ruleSets/").next()?;
    let mut parts = path.split('/');
    let account = parts.next().filter(|first| *first == "accounts").and_then(|_| parts.next());
    let (Some(account), kind) = (account, parts.next()) else { return securable("unknown", Some(path)) };
    match (kind, parts.next()) {
        (None, _) => securable("account", Some(account)),
        (Some("servicePrincipals"), id) => securable("service_principal", id),
        (Some("groups"), id) => securable("group", id),
        (Some(kind), id) => securable(kind, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_sets_name_their_object() {
        for (name, named) in [
            ("accounts/a/ruleSets/default", "account:a"),
            ("accounts/a/servicePrincipals/s/ruleSets/default", "service_principal:s"),
            ("accounts/a/groups/7/ruleSets/default", "group:7"),
            ("accounts/a/budgetPolicies/b/ruleSets/default", "budgetpolicies:b"),
            ("something/else", "unknown:something/else"),
        ] {
            assert_eq!(object(Some(name)).as_deref(), Some(named), "{name}");
        }
        assert_eq!(object(None), None);
    }
}
