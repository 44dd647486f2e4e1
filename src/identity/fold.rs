//! Spellings of one name that mean the same: case, Unicode forms, guests, and what the configuration says.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::Basis;

/// How Entra ends the local part of a guest's user principal name, folded.
const GUEST: &str = "#ext#";

/// A name as it is compared: compatibility forms unfolded, in lower case. Folding twice changes nothing more.
pub(crate) fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.trim().to_ascii_lowercase();
    }
    // Letter by letter, since the lower case of a sigma depends on where it stands.
    let lower: String = name.nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect::<String>().trim().to_owned()
}

/// What Databricks writes in place of a value that it does not show (reference: databricks c7).
const REDACTED: &str = "__REDACTED__";

/// The text, unless it says nothing. Okta writes the word where it has no name to give.
pub(super) fn usable(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("unknown") && *t != REDACTED)
}

/// What the configuration says of names.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    domains: BTreeMap<String, String>,
    aliases: BTreeMap<String, String>,
}

impl Rules {
    pub(crate) fn new(domains: &BTreeMap<String, String>, aliases: &BTreeMap<String, String>) -> Self {
        let folded = |map: &BTreeMap<String, String>| map.iter().map(|(k, v)| (fold(k), fold(v))).collect();
        Self { domains: folded(domains), aliases: folded(aliases) }
    }

    /// A name as the configuration alone brings it together with others: folded, its domain and aliases resolved.
    pub(crate) fn canonical(&self, name: &str) -> String {
        let folded = fold(name);
        self.apply(&folded).map_or(folded, |(canonical, _)| canonical)
    }

    /// The name that a folded name stands for, and the rule that says so; `None` = it stands for itself.
    pub(super) fn apply(&self, folded: &str) -> Option<(String, Basis)> {
        if let Some(canonical) = self.aliases.get(folded) {
            return Some((canonical.clone(), Basis::Alias));
        }
        let (name, is_guest) = match guest(folded) {
            Some(name) => (name, true),
            None => (folded.to_owned(), false),
        };
        let domain = |name: &str| {
            let (local, domain) = name.rsplit_once('@')?;
            Some(format!("{local}@{}", self.domains.get(domain)?))
        };
        let moved = domain(&name);
        if let Some(canonical) = self.aliases.get(moved.as_ref().unwrap_or(&name)) {
            return Some((canonical.clone(), Basis::Alias));
        }
        match moved {
            Some(moved) => Some((moved, Basis::Domain)),
            None if is_guest => Some((name, Basis::VerifiedEmail)),
            None => None,
        }
    }
}

/// The guest's own address: `alice_contoso.com#EXT#@tenant.onmicrosoft.com` is alice@contoso.com. No domain has an underscore.
fn guest(folded: &str) -> Option<String> {
    let (own, _) = folded.split_once(GUEST)?;
    let (local, domain) = own.rsplit_once('_')?;
    (!local.is_empty() && domain.contains('.')).then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_unicode_forms_fold_to_one_and_stay() {
        for (name, folded) in [
            (" Alice@Example.COM ", "alice@example.com"),
            ("ALICE@EXAMPLE.COM", "alice@example.com"),
            ("Zoë@example.com", "zo\u{eb}@example.com"),
            ("Zoe\u{308}@example.com", "zo\u{eb}@example.com"),
            ("ａｌｉｃｅ＠example.com", "alice@example.com"),
            ("ΝΙΚΟΣ@example.com", "νικοσ@example.com"),
            ("νικοσ@example.com", "νικοσ@example.com"),
            ("a\u{a0}", "a"),
            ("\u{210c}@example.com", "h@example.com"),
            ("\u{130}lker", "i\u{307}lker"),
        ] {
            assert_eq!(fold(name), folded, "{name}");
            assert_eq!(fold(&fold(name)), folded, "{name} twice");
        }
    }

    #[test]
    fn guests_are_known_by_their_own_address() {
        for (name, own) in [
            ("alice_contoso.com#ext#@tenant.onmicrosoft.com", Some("alice@contoso.com")),
            ("a_b_contoso.com#ext#@tenant.onmicrosoft.com", Some("a_b@contoso.com")),
            ("alice#ext#@tenant.onmicrosoft.com", None),
            ("_contoso.com#ext#@tenant.onmicrosoft.com", None),
            ("alice_contoso#ext#@tenant.onmicrosoft.com", None),
            ("alice_contoso.com@example.com", None),
        ] {
            assert_eq!(guest(name).as_deref(), own, "{name}");
        }
    }

    #[test]
    fn an_alias_comes_before_the_domain_and_after_it() {
        let rules = Rules::new(
            &[("Corp.example.com".to_owned(), "example.com".to_owned())].into(),
            &[("bob.old@example.com".to_owned(), "bob@example.com".to_owned())].into(),
        );
        for (name, stands_for) in [
            ("bob.old@example.com", Some(("bob@example.com", Basis::Alias))),
            ("bob.old@corp.example.com", Some(("bob@example.com", Basis::Alias))),
            ("bob@corp.example.com", Some(("bob@example.com", Basis::Domain))),
            ("bob_corp.example.com#ext#@x.onmicrosoft.com", Some(("bob@example.com", Basis::Domain))),
            ("bob_example.com#ext#@x.onmicrosoft.com", Some(("bob@example.com", Basis::VerifiedEmail))),
            ("bob@example.com", None),
            ("bob", None),
        ] {
            let found = rules.apply(name);
            assert_eq!(found.as_ref().map(|(n, b)| (n.as_str(), *b)), stands_for, "{name}");
        }
    }
}
