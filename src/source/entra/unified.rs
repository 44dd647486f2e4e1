//! The unified audit of Microsoft 365, which carries directory changes and sign-ins of Entra beside other workloads.

use std::borrow::Cow;

use super::Fields;
use crate::source::decode::Reason;

/// Field of the time, UTC without a zone.
pub(in crate::source) const CREATION_TIME: &[&str] = &["CreationTime"];

/// Record types of changes of the directory.
pub(in crate::source) const DIRECTORY: &[&str] = &["8", "AzureActiveDirectory"];
/// Record types of sign-ins.
pub(in crate::source) const SIGN_IN: &[&str] =
    &["15", "9", "AzureActiveDirectoryStsLogon", "AzureActiveDirectoryAccountLogon"];

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Workload {
    /// A change of the directory (record type 8).
    Directory,
    /// A sign-in (record types 9 and 15).
    SignIn,
    /// Exchange, SharePoint, Teams, ...: nothing that is read here.
    Foreign,
}

/// The workload of a record of the unified audit; `None` = it is no such record.
pub(in crate::source) fn workload(fields: &Fields<'_>) -> Option<Workload> {
    let kind = fields.hint(&["RecordType"])?;
    let is_unified = fields.has(&["Operation"]) && fields.has(CREATION_TIME);
    let is_unified = is_unified && fields.has(&["OrganizationId", "Workload", "UserId", "UserKey"]);
    let is = |types: &[&str]| types.iter().any(|t| t.eq_ignore_ascii_case(&kind));
    is_unified.then(|| match () {
        () if is(DIRECTORY) => Workload::Directory,
        () if is(SIGN_IN) => Workload::SignIn,
        () => Workload::Foreign,
    })
}

/// An actor or a target, which the unified audit spells as a list of its ids and names, each with the number of its kind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::source) struct Party<'r> {
    /// User, Group, ServicePrincipal, ...
    pub(in crate::source) kind: Option<Cow<'r, str>>,
    /// The object's id.
    pub(in crate::source) id: Option<Cow<'r, str>>,
    /// User principal name.
    pub(in crate::source) login: Option<Cow<'r, str>>,
    /// Display name; of an acting user, that of the client.
    pub(in crate::source) name: Option<Cow<'r, str>>,
}

/// The parties in a list of ids; each begins with an entry `Kind_id`.
pub(in crate::source) fn parties<'r>(
    fields: &Fields<'r>,
    names: &[&str],
    pointer: &str,
) -> Result<Vec<Party<'r>>, Reason> {
    let (mut found, mut is_named) = (Vec::<Party<'r>>::new(), false);
    for entry in fields.objects(names, pointer)? {
        let Some(text) = entry.hint(&["ID"]).filter(|text| text != "Not Available") else { continue };
        let class = entry.hint(&["Type"]);
        let head = tagged(&text);
        if found.is_empty() || (head.is_some() && is_named) {
            found.push(Party::default());
        }
        is_named |= head.is_some();
        let Some(party) = found.last_mut() else { continue };
        match (class.as_deref(), head) {
            (_, Some((kind, id))) => {
                party.kind = Some(Cow::Owned(kind.to_owned()));
                party.id = Some(Cow::Owned(id.to_owned()));
            }
            (Some("0"), None) => drop(party.id.get_or_insert(text)),
            (Some("1"), None) => drop(party.name.get_or_insert(text)),
            (Some("5"), None) => drop(party.login.get_or_insert(text)),
            _ => {}
        }
    }
    Ok(found)
}

fn tagged(text: &str) -> Option<(&str, &str)> {
    let (kind, id) = text.split_once('_')?;
    const KINDS: [&str; 10] = [
        "User",
        "Group",
        "ServicePrincipal",
        "Application",
        "Policy",
        "Role",
        "RoleDefinition",
        "Device",
        "AdministrativeUnit",
        "Contact",
    ];
    (KINDS.contains(&kind) && !id.is_empty() && !id.contains('@')).then_some((kind, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tagged_id_begins_a_party() {
        let record = r#"{"Target":[{"ID":"User_u","Type":2},{"ID":"u","Type":2},{"ID":"User","Type":2},{"ID":"a@example.com","Type":5},{"ID":"Group_g","Type":2},{"ID":"Data","Type":1}],"Actor":[{"ID":"MS-PIM","Type":1},{"ID":"ServicePrincipal_s","Type":2}]}"#;
        let fields = Fields::read(record).unwrap();
        let targets = parties(&fields, &["Target"], "/Target").unwrap();
        assert_eq!(targets.len(), 2);
        assert_eq!((targets[0].id.as_deref(), targets[0].login.as_deref()), (Some("u"), Some("a@example.com")));
        assert_eq!((targets[1].kind.as_deref(), targets[1].name.as_deref()), (Some("Group"), Some("Data")));
        let actor = parties(&fields, &["Actor"], "/Actor").unwrap();
        assert_eq!((actor.len(), actor[0].name.as_deref(), actor[0].id.as_deref()), (1, Some("MS-PIM"), Some("s")));
    }
}
