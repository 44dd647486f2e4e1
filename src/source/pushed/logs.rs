//! What the logs of identity providers say of the attributes that they pushed.

use serde_json::Value;

use super::bodies::normal;
use super::{Attribute, Push, get, opened};

/// A record of Entra's provisioning log: every value in it is a text.
pub(super) fn entra(record: &Value) -> Option<Push> {
    let properties = opened(get(record, "properties"));
    let inner = if properties.is_object() { &properties } else { record };
    let given = |key: &str| opened(get(inner, key));
    let mut push = Push::default();
    for property in given("modifiedproperties").as_array().into_iter().flatten() {
        let Some(name) = get(property, "displayname").as_str().filter(|name| !name.trim().is_empty()) else { continue };
        let value = Some(get(property, "newvalue")).filter(|value| !value.is_null()).cloned();
        push.attributes.push(Attribute { path: normal(name), value, is_typed: false });
    }
    for step in given("provisioningsteps").as_array().into_iter().flatten() {
        push.blamed.extend(get(&opened(get(step, "details")), "propertyname").as_str().map(normal));
    }
    let status = given("provisioningstatusinfo");
    let error = opened(get(&status, "errorinformation"));
    let told = ["reason", "additionaldetails"].map(|key| get(&error, key).as_str().unwrap_or_default());
    push.error = told.join(" ").trim().to_owned();
    (!push.attributes.is_empty() || !push.blamed.is_empty()).then_some(push)
}

/// An event of Okta about a push: names of attributes only, where it holds any.
pub(super) fn okta(event: &Value) -> Option<Push> {
    let debug = opened(get(&opened(get(event, "debugcontext")), "debugdata"));
    let names = |key: &str| {
        let text = get(&debug, key).as_str().unwrap_or_default().to_owned();
        let names: Vec<String> = text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(normal).collect();
        names
    };
    let attribute = |path| Attribute { path, value: None, is_typed: false };
    let attributes: Vec<Attribute> = names("changedattributes").into_iter().map(attribute).collect();
    let blamed = names("errorfield");
    let error = get(get(event, "outcome"), "reason").as_str().unwrap_or_default().to_owned();
    let shows_any = !attributes.is_empty() || !blamed.is_empty();
    shows_any.then_some(Push { attributes, blamed, error, lacks_body: false })
}
