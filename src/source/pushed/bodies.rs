//! The attributes in a body of SCIM: a resource, or a patch of one.

use serde_json::Value;

use super::{Attribute, get};

/// Schemas whose attributes stand without a prefix, in lower case.
const CORE: &str = "urn:ietf:params:scim:schemas:core:";

/// Attributes that say nothing of anybody, in lower case.
const FORMAL: [&str; 3] = ["schemas", "id", "meta"];

/// Attributes whose values are other resources: a type there is no label of a value.
const REFERENCES: [&str; 3] = ["members", "groups", "manager"];

/// The attributes that a request with this body pushes.
pub(super) fn attributes(method: &str, body: &Value) -> Vec<Attribute> {
    let mut found = Vec::new();
    if method != "PATCH" {
        resource("", body, &mut found);
        return found;
    }
    for operation in get(body, "operations").as_array().into_iter().flatten() {
        let value = get(operation, "value");
        match get(operation, "path").as_str().map(str::trim).filter(|path| !path.is_empty()) {
            // A filter on the path of a removal is enough to say what goes.
            Some(path) if value.is_null() => put(&mut found, normal(path), None),
            Some(path) => below(&normal(path), value, &mut found),
            None => resource("", value, &mut found),
        }
    }
    found
}

fn resource(prefix: &str, object: &Value, found: &mut Vec<Attribute>) {
    for (key, value) in object.as_object().into_iter().flatten() {
        let is_formal = prefix.is_empty() && FORMAL.contains(&key.to_lowercase().as_str());
        if !is_formal {
            below(&joined(prefix, &normal(key)), value, found);
        }
    }
}

// The attributes of an extension stand behind a colon.
fn joined(prefix: &str, key: &str) -> String {
    match prefix {
        "" => key.to_owned(),
        schema if is_schema(schema) => format!("{schema}:{key}"),
        attribute => format!("{attribute}.{key}"),
    }
}

// A schema ends with the name of a resource; an attribute of it has one more part.
fn is_schema(path: &str) -> bool {
    let last = path.rsplit(':').next().unwrap_or_default();
    path.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:")) && last.starts_with(char::is_uppercase)
}

fn below(path: &str, value: &Value, found: &mut Vec<Attribute>) {
    match value {
        Value::Object(_) => resource(path, value, found),
        Value::Array(elements) => {
            for element in elements {
                match element.as_object() {
                    Some(_) => labelled(path, element, found),
                    None => put(found, path.to_owned(), Some(element.clone())),
                }
            }
            if elements.is_empty() {
                put(found, path.to_owned(), None);
            }
        }
        other => put(found, path.to_owned(), Some(other.clone())),
    }
}

// One of several values: its type tells it from the others.
fn labelled(path: &str, element: &Value, found: &mut Vec<Attribute>) {
    let is_reference = REFERENCES.iter().any(|r| path.eq_ignore_ascii_case(r));
    let label = get(element, "type").as_str().filter(|_| !is_reference && !path.contains('['));
    let place = label.map_or(path.to_owned(), |label| format!("{path}[type eq \"{}\"]", label.to_lowercase()));
    for (key, value) in element.as_object().into_iter().flatten() {
        if label.is_none() || !key.eq_ignore_ascii_case("type") {
            below(&joined(&place, key), value, found);
        }
    }
}

fn put(found: &mut Vec<Attribute>, path: String, value: Option<Value>) {
    found.push(Attribute { path, value: value.filter(|v| !v.is_null()), is_typed: true });
}

/// A path without the schema of the core, with a filter by type in one spelling, and without any other filter.
pub(super) fn normal(path: &str) -> String {
    let path = match path.get(..CORE.len()) {
        Some(head) if head.eq_ignore_ascii_case(CORE) => path.rsplit(':').next().unwrap_or(path),
        _ => path,
    };
    let Some((attribute, rest)) = path.split_once('[') else { return path.to_owned() };
    let (filter, after) = rest.split_once(']').unwrap_or((rest, ""));
    let words: Vec<&str> = filter.split_whitespace().collect();
    match words.as_slice() {
        [name, verb, value] if name.eq_ignore_ascii_case("type") && verb.eq_ignore_ascii_case("eq") => {
            let value = value.trim_matches(['"', '\'']).to_lowercase();
            format!("{}[type eq \"{value}\"]{after}", attribute.trim())
        }
        _ => format!("{}{after}", attribute.trim()),
    }
}
