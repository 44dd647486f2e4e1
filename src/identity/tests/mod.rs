//! Small histories, and whom they lead to.

mod accounts;
mod groups;
mod people;
mod properties;
mod tables;

use super::*;

const USER: SubjectKind = SubjectKind::User;
const PRINCIPAL: SubjectKind = SubjectKind::ServicePrincipal;
const GROUP: SubjectKind = SubjectKind::Group;

fn pair(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

fn configured(map: &[(String, String)]) -> Identities {
    let domains = [pair("corp.example.com", "example.com")].into();
    let aliases = [pair("bob.old@example.com", "bob@example.com")].into();
    Identities::with(Rules::new(&domains, &aliases), Mapping::new(&map.iter().cloned().collect(), "okta-"))
}

fn identities() -> Identities {
    configured(&[pair("DBX Engineers", "engineers")])
}

/// An empty text is nothing said.
fn said(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn seen<'r>(source: &'r str, kind: SubjectKind, name: &'r str, id: &'r str, time: i64) -> Sighting<'r> {
    let record = usize::try_from(time).unwrap_or_default();
    Sighting { name: said(name), id: said(id), record, ..Sighting::new(source, kind, time) }
}

fn okta<'r>(name: &'r str, id: &'r str, alias: &'r str, time: i64) -> Sighting<'r> {
    Sighting { alias: said(alias), ..seen("okta", USER, name, id, time) }
}

fn databricks<'r>(name: &'r str, id: &'r str, time: i64) -> Sighting<'r> {
    seen("databricks", USER, name, id, time)
}

fn with_external<'r>(external: &'r str, sighting: Sighting<'r>) -> Sighting<'r> {
    Sighting { external_id: said(external), ..sighting }
}

fn ending(sighting: Sighting<'_>) -> Sighting<'_> {
    Sighting { ends: true, ..sighting }
}

fn learnt(sightings: &[Sighting<'_>]) -> Identities {
    let mut of = identities();
    sightings.iter().for_each(|sighting| of.learn(*sighting));
    of
}

/// The key, or what is not resolved in question marks.
fn who(of: &Identities, source: &str, name: &str, id: &str, time: i64) -> String {
    shown(&of.person(seen(source, USER, name, id, time)))
}

fn which(of: &Identities, source: &str, name: &str, id: &str, time: i64) -> String {
    shown(&of.group(source, said(name), said(id), time))
}

fn shown(resolved: &Resolved) -> String {
    match resolved {
        Resolved::Key(key) => key.to_string(),
        Resolved::Unresolved(text) => format!("?{text}?"),
    }
}
