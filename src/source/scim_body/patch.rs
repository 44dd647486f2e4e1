//! PATCH requests, in the spellings that clients have for them.

use std::borrow::Cow;

use super::act::{Act, Effects};
use super::attribute::{Attribute, Filter, Path, is_own_schema};
use super::item::{Item, Set, items};
use super::ledger::Ledger;
use super::{Json, Kind, flag};
use crate::event::Text;
use crate::source::decode::Reason;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Remove,
    Replace,
}

/// One request while its operations are carried out.
struct Patch<'p, 'a, 'r> {
    act: &'p Act<'a, 'r>,
    effects: Effects<'r>,
    ledger: Ledger<'r>,
}

impl<'r> Act<'_, 'r> {
    /// The resource was changed by these operations, one after the other.
    pub(in crate::source) fn patch(&self, body: &Json<'r>) -> Result<Effects<'r>, Reason> {
        let mut patch = Patch { act: self, effects: Effects::default(), ledger: Ledger::default() };
        match body.get("Operations") {
            Json::List(operations) => {
                for (at, operation) in operations.iter().enumerate() {
                    patch.operation(operation, &self.at(&format!("Operations/{at}")))?;
                }
            }
            Json::Null if is_first_version(body) => patch.first_version(body)?,
            other => return Err(other.unfit(&self.at("Operations"), "an array")),
        }
        let Patch { mut effects, ledger, .. } = patch;
        ledger.settle(self, &mut effects)?;
        Ok(effects)
    }
}

/// The name that a PATCH gives to its resource. Some clients give it with every change, be it new or not.
pub(in crate::source) fn patched_name<'r>(kind: Kind, body: &Json<'r>) -> Option<Text<'r>> {
    let names = match kind {
        Kind::User | Kind::Me => Attribute::UserName,
        Kind::Group => Attribute::DisplayName,
        _ => return None,
    };
    patched(body, |path| Path::of(path).attribute == names).and_then(Json::text)
}

/// The client's id that a PATCH gives to its resource.
pub(in crate::source) fn patched_external_id<'r>(body: &Json<'r>) -> Option<Text<'r>> {
    patched(body, |path| path.rsplit(':').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("externalId")))
        .and_then(Json::id)
}

/// The last value that a PATCH gives to an attribute.
fn patched<'b, 'r>(body: &'b Json<'r>, named: impl Fn(&str) -> bool) -> Option<&'b Json<'r>> {
    let of = |operation: &'b Json<'r>| match (operation.get("path"), operation.get("value")) {
        (Json::Text(path), value) if !path.trim().is_empty() => Some(value).filter(|_| named(path)),
        (_, value) => {
            let below =
                value.entries().iter().filter(|(key, _)| is_own_schema(key)).flat_map(|(_, part)| part.entries());
            value.entries().iter().chain(below).find(|(key, _)| named(key)).map(|(_, value)| value)
        }
    };
    let is_removal =
        |operation: &Json<'r>| operation.get("op").text().is_some_and(|op| op.eq_ignore_ascii_case("remove"));
    body.get("Operations").elements().iter().filter(|operation| !is_removal(operation)).filter_map(of).next_back()
}

/// SCIM 1.1 patches with a part of the resource.
fn is_first_version(body: &Json<'_>) -> bool {
    let schemas = body.get("schemas").elements();
    schemas.iter().filter_map(Json::text).any(|urn| urn.to_ascii_lowercase().starts_with("urn:scim:schemas:core:1."))
}

impl<'r> Patch<'_, '_, 'r> {
    fn operation(&mut self, operation: &Json<'r>, pointer: &str) -> Result<(), Reason> {
        let op = op(operation, pointer)?;
        let path = operation.get("path");
        let spelled = operation.get("value").spelled();
        let value = &*spelled;
        let at = format!("{pointer}/value");
        match (path, value) {
            (Json::Text(path), _) if !path.trim().is_empty() => self.apply(op, &Path::of(path), value, &at),
            (Json::Null | Json::Text(_), Json::Object(_)) => self.each(op, value, &at),
            (Json::Null | Json::Text(_), Json::List(parts)) if parts.iter().all(Json::is_object) => {
                parts.iter().enumerate().try_for_each(|(n, part)| self.each(op, part, &format!("{at}/{n}")))
            }
            (Json::Null | Json::Text(_), _) => Err(value.unfit(&at, "an object")),
            _ => Err(path.unfit(&format!("{pointer}/path"), "a string")),
        }
    }

    /// An operation without a path names its attributes in the value.
    fn each(&mut self, op: Op, value: &Json<'r>, pointer: &str) -> Result<(), Reason> {
        for (key, _) in value.entries() {
            // Looked up again, so that a key that stands twice is found out.
            let (part, at) = (value.get(key), format!("{pointer}/{key}"));
            match part {
                Json::Object(_) if is_own_schema(key) => self.each(op, part, &at)?,
                _ => self.apply(op, &Path::of(key), part, &at)?,
            }
        }
        Ok(())
    }

    fn apply(&mut self, op: Op, path: &Path, value: &Json<'r>, pointer: &str) -> Result<(), Reason> {
        match path.attribute {
            Attribute::Identifier => {}
            Attribute::Active if op != Op::Remove && self.act.has_activity() => {
                let active = flag(value).ok_or_else(|| value.unfit(pointer, "a boolean"))?;
                self.effects.changes.extend(self.act.activity(active));
            }
            Attribute::Set(set) if self.act.sets().contains(&set) => self.list(op, set, path, value, pointer)?,
            _ => self.act.update(&mut self.effects),
        }
        Ok(())
    }

    fn list(&mut self, op: Op, set: Set, path: &Path, value: &Json<'r>, pointer: &str) -> Result<(), Reason> {
        let given = || match value.get(set.name()) {
            Json::Null => items(value, pointer),
            // The list once more under its own name.
            list => items(list, &format!("{pointer}/{}", set.name())),
        };
        let ledger = &mut self.ledger;
        match (op, &path.filter) {
            (Op::Add, Filter::Values(values)) if value.is_null() => ledger.add(set, valued(values)),
            (Op::Add, _) | (Op::Replace, Filter::Unclear) => ledger.add(set, given()?),
            (Op::Replace, Filter::All) => ledger.replace(set, given()?),
            (Op::Replace, Filter::Values(values)) => {
                ledger.remove(set, valued(values));
                ledger.add(set, given()?);
            }
            (Op::Remove, Filter::Values(values)) => ledger.remove(set, valued(values)),
            (Op::Remove, Filter::Unclear) => ledger.remove(set, vec![Item::UNNAMED]),
            (Op::Remove, Filter::All) if value.is_null() => ledger.clear(set),
            (Op::Remove, Filter::All) => ledger.remove_listed(set, given()?),
        }
        Ok(())
    }

    fn first_version(&mut self, body: &Json<'r>) -> Result<(), Reason> {
        let emptied = body.get("meta").get("attributes").elements();
        for path in emptied.iter().filter_map(Json::text) {
            self.apply(Op::Remove, &Path::of(&path), &Json::Null, "/meta/attributes")?;
        }
        for (key, _) in body.entries() {
            let (value, at) = (body.get(key), self.act.at(key));
            let (gone, kept): (Vec<_>, Vec<_>) = match value {
                Json::List(list) => list.iter().cloned().partition(is_deleted),
                _ => (Vec::new(), Vec::new()),
            };
            let path = Path::of(key);
            match path.attribute {
                Attribute::Set(set) if self.act.sets().contains(&set) && !value.elements().is_empty() => {
                    self.ledger.remove(set, items(&Json::List(gone), &at)?);
                    self.ledger.add(set, items(&Json::List(kept), &at)?);
                }
                Attribute::Set(_) => {}
                _ => self.apply(Op::Replace, &path, value, &at)?,
            }
        }
        Ok(())
    }
}

fn is_deleted(element: &Json<'_>) -> bool {
    element.get("operation").text().is_some_and(|word| word.eq_ignore_ascii_case("delete"))
}

fn op(operation: &Json<'_>, pointer: &str) -> Result<Op, Reason> {
    let word = operation.get("op");
    let unknown = || word.unfit(&format!("{pointer}/op"), "add, remove or replace");
    let text = word.text().ok_or_else(unknown)?;
    let ops = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];
    let known = ops.into_iter().find(|(name, _)| text.trim().eq_ignore_ascii_case(name));
    known
        .map(|(_, op)| op)
        .ok_or_else(|| Cow::Owned(format!("{pointer}/op: expected add, remove or replace, found another word")))
}

fn valued<'r>(values: &[String]) -> Vec<Item<'r>> {
    values.iter().map(|value| Item::valued(Cow::Owned(value.clone()))).collect()
}
