//! Privileges of Unity Catalog: what is added and removed, principal by principal.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::subject::{Subject, field, words};
use super::{Context, Found, Name, securable, untold};
use crate::change::{Change, Verb};

const PRIVILEGE: &[&str] = &["privilege", "name"];

/// Privileges on any securable.
pub(super) fn of_securable<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let kind = context.hint(&["securable_type", "securableType"]);
    let name = context.hint(&["securable_full_name", "securableFullName", "full_name_arg", "name_arg", "name"]);
    let object = securable(kind.as_deref().unwrap_or("unknown"), name.as_deref());
    differences(context, &object, Subject::of_element)
}

/// Privileges on a share; who gets them are recipients, of whom only the name is known.
pub(super) fn of_share<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let object = securable("share", context.hint(&["name", "name_arg", "share_name"]).as_deref());
    differences(context, &object, |element| Subject { kind: None, ..Subject::of_element(element) })
}

fn differences<'r>(
    context: Context<'_, 'r>,
    object: &Name<'r>,
    recipient: impl Fn(&Map<String, Value>) -> Subject<'r>,
) -> Found<'r> {
    let change = |verb, word| change(context, object, verb, word);
    // That it was a grant cannot be ruled out.
    let Some(Some(Value::Array(elements))) = context.params.json(&["changes"]) else {
        return untold(change(Verb::PrivGrant, None));
    };
    let mut found = Found::default();
    for element in &elements {
        let entry = element.as_object().cloned().unwrap_or_default();
        let subject = recipient(&entry);
        found.is_partial |= !subject.is_somebody();
        let count = found.changes.len();
        for (name, verb) in [("add", Verb::PrivGrant), ("remove", Verb::PrivRevoke)] {
            let Some(list) = field(&entry, name) else { continue };
            match words(list, PRIVILEGE) {
                Some(words) => {
                    found.changes.extend(words.into_iter().map(|word| subject.on(change(verb, Some(word)))));
                }
                None => {
                    found.is_partial = true;
                    found.changes.push(subject.on(change(verb, None)));
                }
            }
        }
        if found.changes.len() == count && !is_empty(&entry) {
            found.is_partial = true;
            found.changes.push(subject.on(change(Verb::PrivGrant, None)));
        }
    }
    found
}

/// Whether an element says that it changes nothing.
fn is_empty(entry: &Map<String, Value>) -> bool {
    ["add", "remove"].iter().any(|name| field(entry, name).is_some())
}

/// A change of one privilege; `None` = whichever it was.
pub(super) fn change<'r>(context: Context<'_, 'r>, object: &Name<'r>, verb: Verb, word: Option<String>) -> Change<'r> {
    let privilege = word.map(Cow::Owned);
    Change { entitlement: privilege.clone(), privilege, securable: object.clone(), ..context.change(verb) }
}
