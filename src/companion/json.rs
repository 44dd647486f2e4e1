//! JSON: one object a line, or one list of objects.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::row::{Fault, Raw};
use super::schema::{Register, Type};
use super::shape::Shape;

type Read<T> = Result<T, Fault>;

/// The rows of a file.
pub(super) fn rows(text: &str, register: &'static Register) -> Read<Vec<Raw>> {
    if text.trim_start().starts_with('[') {
        return list(text, register);
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let row = |(number, line): (u64, &str)| {
        let fields = serde_json::from_str(line).map_err(|e| Fault::new(number, expected(&e)))?;
        row(fields, number, register)
    };
    lines.map(row).collect()
}

fn expected(error: &serde_json::Error) -> String {
    // Its own place counts from where the parser began.
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    format!("expected an object a line, or a list of objects: {what}")
}

// Object by object, so that each is known by the line that it begins in.
fn list(text: &str, register: &'static Register) -> Read<Vec<Raw>> {
    // Counted on from the last place asked for: a list may hold many objects.
    let (mut counted, mut line) = (0, 1);
    let mut line_of = |at: usize| {
        line += text[counted..at].matches('\n').count() as u64;
        counted = at;
        line
    };
    let begins = |at: usize| text.len() - text[at..].trim_start().len();
    let mut at = begins(begins(0) + 1);
    let mut rows = Vec::new();
    while !text[at..].starts_with(']') {
        let begun = line_of(at);
        let mut objects = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Fields>();
        let fields = match objects.next() {
            Some(Ok(fields)) => fields,
            // The parser counts lines from where it began.
            Some(Err(e)) => return Err(Fault::new(begun + (e.line() as u64).saturating_sub(1), expected(&e))),
            None => return Err(Fault::new(begun, "the list is never closed")),
        };
        rows.push(row(fields, begun, register)?);
        at = begins(at + objects.byte_offset());
        match text[at..].chars().next() {
            Some(',') => at = begins(at + 1),
            Some(']') => {}
            _ => return Err(Fault::new(line_of(at), "expected `,` or `]` behind an object")),
        }
    }
    let after = begins(at + 1);
    if after < text.len() {
        return Err(Fault::new(line_of(after), "something stands behind the list"));
    }
    Ok(rows)
}

fn row(fields: Fields, line: u64, register: &'static Register) -> Read<Raw> {
    let shape = Shape::of(fields.0.iter().map(|(name, _)| name.as_str()), register);
    let shape = shape.map_err(|what| Fault::new(line, what))?;
    let cell = |(name, value): &(String, Value)| {
        let column = register.columns.iter().find(|column| column.name == name);
        let is = |accepts: fn(Type) -> bool| column.is_some_and(|column| accepts(column.cell));
        match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            Value::Bool(flag) if is(|cell| matches!(cell, Type::Flag)) => Ok(Some(flag.to_string())),
            // Ids of tickets, tokens and workspaces are often written as numbers.
            Value::Number(number) if is(|cell| matches!(cell, Type::Text | Type::Scope)) && !number.is_f64() => {
                Ok(Some(number.to_string()))
            }
            other => Err(Fault::new(line, format!("`{name}`: expected a text, found `{other}`"))),
        }
    };
    let cells = fields.0.iter().map(cell).collect::<Read<Vec<_>>>()?;
    Ok(Raw { line, cells: shape.cells(cells.into_iter()) })
}

/// The fields of an object in their order. A map would keep the last of two that have one name, and say nothing.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
