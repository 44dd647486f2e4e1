//! From the names that people use to those that correlation uses.

use std::collections::BTreeSet;

use super::Ask;
use crate::change::SubjectKind;
use crate::correlate::ACCOUNT;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::Instant;
use crate::error::{Error, Result};
use crate::identity::Sighting;
use crate::source::SOURCES;

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.6;

/// Names that are suggested at most.
const SUGGESTED: usize = 3;

/// The group whose membership is a role, and the role.
const ADMINS: (&str, &str) = ("admins", "workspace_admin");

impl Ask<'_> {
    /// The resolved name of a subject that is called so, or has that id, in any source.
    ///
    /// # Errors
    /// [`Error::Input`] when no record names it, or several subjects have the id; it says which names are nearest.
    pub(super) fn subject(&self, asked: &str, time: Instant) -> Result<String> {
        let identities = &self.correlation.ground.identities;
        let known: BTreeSet<&str> =
            self.keys().filter(|key| !key.subject.names_nobody()).map(|key| key.subject.label()).collect();
        let sighted = SOURCES.iter().flat_map(|source| {
            [(Some(asked), None), (None, Some(asked))].into_iter().flat_map(|(name, id)| {
                let sighting = Sighting::new(source.id(), SubjectKind::Unknown, time);
                let person = identities.person(Sighting { name, id, ..sighting });
                [person, identities.group(source.id(), name, id, time)].map(|found| found.label().to_owned())
            })
        });
        let found: BTreeSet<String> = sighted.filter(|label| known.contains(label.as_str())).collect();
        one(found, asked, "subject", &known)
    }

    /// The entitlement of that name: `account`, a group by its name on either side, or a role.
    ///
    /// # Errors
    /// [`Error::Input`] when no record names it; it says which names are nearest.
    pub(super) fn entitlement(&self, asked: &str, time: Instant) -> Result<Entitlement> {
        if asked.trim().eq_ignore_ascii_case(ACCOUNT) {
            return Ok(Entitlement::Account);
        }
        let identities = &self.correlation.ground.identities;
        let (mut groups, mut roles) = (BTreeSet::new(), BTreeSet::new());
        for key in self.keys() {
            match &key.entitlement {
                Entitlement::Member(name) => groups.insert(&**name),
                Entitlement::Admin(name) => roles.insert(&**name),
                _ if key.is_group => groups.insert(key.subject.label()),
                _ => false,
            };
        }
        let called = SOURCES.iter().flat_map(|source| {
            [(Some(asked), None), (None, Some(asked))]
                .map(|(name, id)| identities.group(source.id(), name, id, time).label().to_owned())
        });
        let called: BTreeSet<String> = called.collect();
        let role = roles
            .iter()
            .find(|role| role.eq_ignore_ascii_case(asked.trim()) || **role == ADMINS.1 && called.contains(ADMINS.0));
        let found: BTreeSet<String> = called.iter().filter(|name| groups.contains(name.as_str())).cloned().collect();
        match role {
            Some(role) if found.is_empty() => Ok(Entitlement::Admin((*role).into())),
            _ => {
                let known = groups.union(&roles).copied().collect();
                one(found, asked, "group or role", &known).map(|name| Entitlement::Member(name.into()))
            }
        }
    }
}

fn one(found: BTreeSet<String>, asked: &str, what: &str, known: &BTreeSet<&str>) -> Result<String> {
    let mut names = found.iter();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.clone()),
        (None, _) => {
            let near = nearest(asked, known);
            let hint = match near.is_empty() {
                true => format!("none of the {} names known is like it", known.len()),
                false => format!("the nearest names known are {}", quoted(&near)),
            };
            Err(Error::Input(format!("no access change or listing names the {what} `{asked}`; {hint}")))
        }
        _ => {
            let all: Vec<&str> = found.iter().map(String::as_str).collect();
            Err(Error::Input(format!("the {what} `{asked}` may be any of {}; give one of these", quoted(&all))))
        }
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The names that are most like the one asked for, likest first.
fn nearest<'n>(asked: &str, known: &BTreeSet<&'n str>) -> Vec<&'n str> {
    let asked = asked.trim().to_lowercase();
    let local = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let likeness = |name: &str| {
        let whole = strsim::normalized_damerau_levenshtein(&asked, name);
        let part = strsim::normalized_damerau_levenshtein(&local(&asked), &local(name));
        let is_part = asked.chars().count() > 2 && name.contains(&asked);
        if is_part { 1.0 } else { (whole + part) / 2.0 }
    };
    let mut all: Vec<(f64, &str)> = known.iter().map(|name| (likeness(name), *name)).collect();
    all.retain(|(likeness, _)| *likeness >= ALIKE);
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    all.into_iter().take(SUGGESTED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likest_names_come_first() {
        let known = ["alice@example.com", "alina@example.com", "bob@example.com", "data-engineers"].into();
        assert_eq!(nearest("Alcie@example.com", &known)[0], "alice@example.com");
        assert_eq!(nearest("alice", &known), ["alice@example.com"]);
        assert_eq!(nearest("data-enginers", &known), ["data-engineers"]);
        assert!(nearest("zz", &known).is_empty());
    }
}
