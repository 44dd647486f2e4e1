//! Elements of the lists whose elements are access: members, roles, entitlements.

use std::borrow::Cow;

use super::{Json, last_segment};
use crate::change::SubjectKind;
use crate::event::Text;
use crate::source::decode::Reason;

/// A list whose elements are access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Set {
    /// Who is in a group.
    Members,
    /// Which roles somebody has.
    Roles,
    /// Which entitlements somebody has.
    Entitlements,
}

impl Set {
    /// Every such list.
    pub(in crate::source) const ALL: [Self; 3] = [Self::Members, Self::Roles, Self::Entitlements];

    /// SCIM's name of the list.
    pub(in crate::source) const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Roles => "roles",
            Self::Entitlements => "entitlements",
        }
    }
}

/// One element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Item<'r> {
    /// The member's id, or the word for the role or entitlement.
    pub(super) value: Option<Text<'r>>,
    /// What it is called.
    pub(super) display: Option<Text<'r>>,
    /// What a member is.
    pub(super) kind: SubjectKind,
}

impl<'r> Item<'r> {
    /// An element that the request does not name.
    pub(super) const UNNAMED: Self = Self { value: None, display: None, kind: SubjectKind::Unknown };

    /// An element of which only the value is known.
    pub(super) fn valued(value: Text<'r>) -> Self {
        Self { value: Some(value), ..Self::UNNAMED }
    }

    /// Whether it is the same element.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.value.is_some() && self.value == other.value
    }
}

/// The elements of a list, which clients also write as one object or as bare values. Null is none.
pub(in crate::source) fn items<'r>(list: &Json<'r>, pointer: &str) -> Result<Vec<Item<'r>>, Reason> {
    match list {
        Json::Null => Ok(Vec::new()),
        Json::List(elements) => {
            let given = elements.iter().enumerate().filter(|(_, element)| !element.is_null());
            given.map(|(at, element)| item(element, pointer, Some(at))).collect()
        }
        one => Ok(vec![item(one, pointer, None)?]),
    }
}

fn item<'r>(element: &Json<'r>, pointer: &str, at: Option<usize>) -> Result<Item<'r>, Reason> {
    let here = || at.map_or_else(|| pointer.to_owned(), |at| format!("{pointer}/{at}"));
    if let Some(value) = element.id() {
        return Ok(Item::valued(value));
    }
    if !element.is_object() {
        return Err(element.unfit(&here(), "an object or an id"));
    }
    let reference = element.get("$ref");
    let value = element.get("value").id().or_else(|| last_segment(reference));
    let value = value.ok_or_else(|| Reason::Owned(format!("{}/value: missing", here())))?;
    Ok(Item { value: Some(value), display: element.get("display").text(), kind: kind(element.get("type"), reference) })
}

/// What a member is, by its type or by what its reference leads to.
fn kind(word: &Json<'_>, reference: &Json<'_>) -> SubjectKind {
    let reference = reference.text().unwrap_or(Cow::Borrowed(""));
    let segments = || reference.split('/').filter(|s| !s.is_empty());
    let leads_to = |name: &str| segments().any(|s| s.eq_ignore_ascii_case(name));
    match word.text().as_deref() {
        Some(word) if word.eq_ignore_ascii_case("User") => SubjectKind::User,
        Some(word) if word.eq_ignore_ascii_case("Group") => SubjectKind::Group,
        Some(word) if word.eq_ignore_ascii_case("ServicePrincipal") => SubjectKind::ServicePrincipal,
        _ if leads_to("Users") => SubjectKind::User,
        _ if leads_to("Groups") => SubjectKind::Group,
        _ if leads_to("ServicePrincipals") => SubjectKind::ServicePrincipal,
        _ => SubjectKind::Unknown,
    }
}
