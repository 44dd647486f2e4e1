//! Who is who: names and ids of all sources become one key per person, service principal and group.
//!
//! A name is folded (case, domain aliases, configured aliases) and, where the identity provider says under which user
//! name it pushes somebody, follows that name to the Databricks side. An id stands for the names it was seen with.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;

/// What stands for a principal that a record does not name.
const NOBODY: &str = "(nobody named)";

/// What a principal resolves to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolved {
    /// Exactly one cluster.
    Key(String),
    /// Several clusters claim it, or it carries neither a usable name nor an id. The text says which.
    Unresolved(String),
}

impl Resolved {
    /// The key, or the text that stands in for it in listings.
    pub fn label(&self) -> &str {
        match self {
            Self::Key(text) | Self::Unresolved(text) => text,
        }
    }

    /// True when the record names nobody at all, so that anybody may be meant.
    pub fn names_nobody(&self) -> bool {
        matches!(self, Self::Unresolved(text) if text == NOBODY)
    }

    /// True when exactly one cluster was found.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}

/// One principal as one record names it.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'r> {
    /// Source id of the record.
    pub source: &'r str,
    /// Name.
    pub name: Option<&'r str>,
    /// Id.
    pub id: Option<&'r str>,
    /// The user name in the application.
    pub alias: Option<&'r str>,
    /// When, microseconds.
    pub time: i64,
}

/// A directory id's claim to a name: under which login, and when it was seen.
#[derive(Debug)]
struct Claim {
    login: String,
    first: i64,
    last: i64,
}

/// Folds names, maps groups, and resolves principals from what the records themselves tie together.
#[derive(Debug, Default)]
pub struct Identities {
    domains: BTreeMap<String, String>,
    aliases: BTreeMap<String, String>,
    group_map: BTreeMap<String, String>,
    group_prefix: String,
    pushed_as: BTreeMap<String, BTreeSet<String>>,
    names_of_id: BTreeMap<(String, String), BTreeSet<String>>,
    claims: BTreeMap<String, BTreeMap<(String, String), Claim>>,
    groups_of_id: BTreeMap<(String, String), BTreeMap<i64, String>>,
}

impl Identities {
    /// Identities that know the configuration and nothing else yet.
    pub fn new(config: &Config) -> Self {
        let group_map = config.group_map.iter().map(|(idp, dbx)| (fold(idp), fold(dbx))).collect();
        Self {
            domains: config.domains.clone(),
            aliases: config.aliases.clone(),
            group_map,
            group_prefix: config.group_prefix.to_lowercase(),
            ..Self::default()
        }
    }

    /// Learns what one record ties together about a user or service principal.
    pub fn learn(&mut self, sighting: Sighting<'_>) {
        let Some(name) = usable(sighting.name).map(|n| self.canonical(n)) else { return };
        let pushed = usable(sighting.alias).filter(|a| a.contains('@')).map(|a| self.canonical(a));
        let known_as = || self.pushed_as.get(&name).and_then(|names| names.first().cloned());
        let claimed = pushed.clone().or_else(known_as).unwrap_or_else(|| name.clone());
        if let Some(id) = usable(sighting.id) {
            self.names_of_id.entry(key(sighting.source, id)).or_default().insert(name.clone());
            if sighting.source != crate::source::DATABRICKS {
                let claims = self.claims.entry(claimed).or_default();
                let claim = claims.entry(key(sighting.source, id)).or_insert_with(|| Claim {
                    login: name.clone(),
                    first: sighting.time,
                    last: sighting.time,
                });
                claim.first = claim.first.min(sighting.time);
                claim.last = claim.last.max(sighting.time);
            }
        }
        if let Some(pushed) = pushed.filter(|p| *p != name) {
            self.pushed_as.entry(name).or_default().insert(pushed);
        }
    }

    /// Learns the name that a group had under an id at a time.
    pub fn learn_group(&mut self, source: &str, name: Option<&str>, id: Option<&str>, time: i64) {
        if let (Some(name), Some(id)) = (usable(name), usable(id)) {
            self.groups_of_id.entry(key(source, id)).or_default().insert(time, name.to_owned());
        }
    }

    /// The cluster of a user or service principal.
    pub fn person(&self, sighting: Sighting<'_>) -> Resolved {
        let found = match usable(sighting.name) {
            Some(name) => self.by_name(&self.canonical(name)),
            None => match usable(sighting.id) {
                Some(id) => self.by_id(sighting.source, id),
                None => Resolved::Unresolved(NOBODY.to_owned()),
            },
        };
        match found {
            Resolved::Key(name) if self.is_contested(&name) => Resolved::Unresolved(name),
            other => other,
        }
    }

    fn by_name(&self, name: &str) -> Resolved {
        match self.pushed_as.get(name) {
            None => Resolved::Key(name.to_owned()),
            Some(names) => single(names, name),
        }
    }

    fn by_id(&self, source: &str, id: &str) -> Resolved {
        match self.names_of_id.get(&key(source, id)) {
            None => Resolved::Key(format!("id:{id}")),
            Some(names) => match single(names, id) {
                Resolved::Key(name) => self.by_name(&name),
                unresolved @ Resolved::Unresolved(_) => unresolved,
            },
        }
    }

    // Two directory ids under one name are two people, unless both log in by the same name and one was gone before the
    // other came.
    fn is_contested(&self, name: &str) -> bool {
        let Some(claims) = self.claims.get(name).filter(|c| c.len() > 1) else { return false };
        let claims: Vec<(&String, &Claim)> = claims.iter().map(|((source, _), claim)| (source, claim)).collect();
        // Each source has ids of its own for the same person.
        claims.chunk_by(|a, b| a.0 == b.0).any(|of_source| {
            let mut of_source: Vec<&Claim> = of_source.iter().map(|(_, claim)| *claim).collect();
            of_source.sort_by_key(|c| (c.first, c.last));
            of_source.windows(2).any(|pair| pair[1].first <= pair[0].last || pair[1].login != pair[0].login)
        })
    }

    /// The Databricks name of a group that a record of `source` names, in folded form.
    pub fn group(&self, source: &str, name: Option<&str>, id: Option<&str>, time: i64) -> Resolved {
        let known = usable(name).map(str::to_owned).or_else(|| {
            let names = self.groups_of_id.get(&key(source, usable(id)?))?;
            names.range(..=time).next_back().or_else(|| names.iter().next()).map(|(_, name)| name.clone())
        });
        match (known, usable(id)) {
            (Some(name), _) if source == crate::source::DATABRICKS => Resolved::Key(fold(&name)),
            (Some(name), _) => Resolved::Key(self.mapped_group(&name)),
            (None, Some(id)) => Resolved::Key(format!("id:{id}")),
            (None, None) => Resolved::Unresolved("(no group named)".to_owned()),
        }
    }

    /// The Databricks name that an identity-provider group has by configuration: mapped, else without the prefix.
    pub fn mapped_group(&self, name: &str) -> String {
        let folded = fold(name);
        match self.group_map.get(&folded) {
            Some(mapped) => mapped.clone(),
            None if !self.group_prefix.is_empty() => {
                folded.strip_prefix(&self.group_prefix).map(str::to_owned).unwrap_or(folded)
            }
            None => folded,
        }
    }

    /// Databricks names of the groups that the configuration maps.
    pub fn configured_groups(&self) -> impl Iterator<Item = &String> {
        self.group_map.values()
    }

    /// A principal's name, folded, with domain and alias rules applied.
    pub fn canonical(&self, name: &str) -> String {
        let folded = fold(name);
        if let Some(canonical) = self.aliases.get(&folded) {
            return canonical.clone();
        }
        let moved = match folded.rsplit_once('@') {
            Some((local, domain)) => match self.domains.get(domain) {
                Some(canonical) => format!("{local}@{canonical}"),
                None => folded,
            },
            None => folded,
        };
        self.aliases.get(&moved).cloned().unwrap_or(moved)
    }
}

fn single(names: &BTreeSet<String>, asked: &str) -> Resolved {
    let mut iter = names.iter();
    match (iter.next(), iter.next()) {
        (Some(only), None) => Resolved::Key(only.clone()),
        _ => Resolved::Unresolved(asked.to_owned()),
    }
}

fn key(source: &str, id: &str) -> (String, String) {
    (source.to_owned(), id.to_owned())
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

// Okta writes the word where it has no name to give.
fn usable(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identities() -> Identities {
        Identities {
            domains: [("corp.example.com".to_owned(), "example.com".to_owned())].into(),
            aliases: [("bob.old@example.com".to_owned(), "bob@example.com".to_owned())].into(),
            group_map: [("dbx engineers".to_owned(), "engineers".to_owned())].into(),
            group_prefix: "okta-".to_owned(),
            ..Identities::default()
        }
    }

    fn okta<'r>(name: &'r str, id: &'r str, alias: Option<&'r str>, time: i64) -> Sighting<'r> {
        Sighting { source: "okta", name: Some(name), id: Some(id), alias, time }
    }

    fn resolve(of: &Identities, source: &str, name: Option<&str>, id: Option<&str>) -> Resolved {
        of.person(Sighting { source, name, id, alias: None, time: 0 })
    }

    #[test]
    fn case_domains_and_aliases_lead_to_one_name() {
        let of = identities();
        for name in ["Bob@Example.com", "bob@corp.example.com", "BOB.OLD@corp.example.com", "bob.old@example.com"] {
            assert_eq!(resolve(&of, "okta", Some(name), None), Resolved::Key("bob@example.com".to_owned()), "{name}");
        }
    }

    #[test]
    fn a_login_follows_the_name_it_is_pushed_under() {
        let mut of = identities();
        of.learn(okta("asmith", "00u1", Some("alice@example.com"), 1));
        assert_eq!(resolve(&of, "okta", Some("ASmith"), None), Resolved::Key("alice@example.com".to_owned()));
        assert_eq!(resolve(&of, "okta", None, Some("00u1")), Resolved::Key("alice@example.com".to_owned()));
        of.learn(okta("asmith", "00u1", Some("other@example.com"), 2));
        assert!(!resolve(&of, "okta", Some("asmith"), None).is_known(), "two pushed names, no guess");
    }

    #[test]
    fn an_id_stands_for_its_only_name() {
        let mut of = identities();
        assert_eq!(resolve(&of, "databricks", None, Some("77")), Resolved::Key("id:77".to_owned()));
        of.learn(Sighting { source: "databricks", name: Some("a@example.com"), id: Some("77"), alias: None, time: 1 });
        assert_eq!(resolve(&of, "databricks", None, Some("77")), Resolved::Key("a@example.com".to_owned()));
        of.learn(Sighting { source: "databricks", name: Some("b@example.com"), id: Some("77"), alias: None, time: 2 });
        assert!(!resolve(&of, "databricks", None, Some("77")).is_known());
        assert!(!resolve(&of, "databricks", None, None).is_known());
    }

    #[test]
    fn two_directory_ids_at_once_under_one_name_are_not_merged_but_a_rehire_is_followed() {
        let mut of = identities();
        of.learn(okta("a@example.com", "00u1", None, 1));
        of.learn(okta("a@example.com", "00u1", None, 5));
        of.learn(okta("a@example.com", "00u2", None, 9));
        assert!(resolve(&of, "okta", Some("a@example.com"), None).is_known());
        of.learn(okta("a@example.com", "00u1", None, 10));
        assert!(!resolve(&of, "databricks", Some("A@example.com"), None).is_known());
    }

    #[test]
    fn each_source_may_have_an_id_of_its_own_for_one_person() {
        let mut of = identities();
        of.learn(okta("a@example.com", "00u1", None, 1));
        of.learn(Sighting { source: "scim", name: Some("a@example.com"), id: Some("77"), alias: None, time: 1 });
        assert!(resolve(&of, "databricks", Some("a@example.com"), None).is_known());
    }

    #[test]
    fn two_logins_pushed_under_one_name_are_not_merged() {
        let mut of = identities();
        of.learn(okta("y1@example.com", "00uY1", Some("svc@example.com"), 1));
        of.learn(okta("y2@example.com", "00uY2", Some("svc@example.com"), 9));
        assert!(!resolve(&of, "databricks", Some("svc@example.com"), None).is_known());
    }

    #[test]
    fn groups_are_mapped_then_stripped_of_their_prefix_on_the_provider_side_only() {
        let mut of = identities();
        let group =
            |of: &Identities, source: &str, name: &str| of.group(source, Some(name), None, 0).label().to_owned();
        assert_eq!(group(&of, "okta", "DBX Engineers"), "engineers");
        assert_eq!(group(&of, "okta", "okta-Analysts"), "analysts");
        assert_eq!(group(&of, "databricks", "okta-analysts"), "okta-analysts");
        of.learn_group("databricks", Some("Old"), Some("9"), 10);
        of.learn_group("databricks", Some("New"), Some("9"), 20);
        assert_eq!(of.group("databricks", None, Some("9"), 15).label(), "old");
        assert_eq!(of.group("databricks", None, Some("9"), 25).label(), "new");
    }
}
