//! Whether a name looks as if it were about access, told by its words alone.

/// Words that speak of access.
const ACCESS: &[&str] = &[
    "access",
    "acl",
    "admin",
    "assign",
    "grant",
    "group",
    "member",
    "owner",
    "perm",
    "permission",
    "principal",
    "revoke",
    "role",
    "scim",
    "secret",
    "share",
    "sso",
    "token",
];

/// True when any whole word of the name, or its plural, speaks of access, whatever its case. Words end at changes of case and at
/// everything that is no letter: `changeWorkspaceAcl`, `group.user_membership.add`, `SCIMSync`.
pub fn looks_access_like(name: &str) -> bool {
    words(name).iter().any(|word| {
        let word = word.to_lowercase();
        let singular = word.strip_suffix('s').unwrap_or(&word);
        ACCESS.contains(&word.as_str()) || ACCESS.contains(&singular)
    })
}

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphabetic()).flat_map(by_case).collect()
}

fn by_case(run: &str) -> Vec<String> {
    let letters: Vec<char> = run.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        if at == 0 || begins(&letters, at) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(*letter);
        }
    }
    words
}

// `setACLs` is about ACLs: a single small s after capitals is their plural.
fn begins(letters: &[char], at: usize) -> bool {
    let is_capital = |at: usize| letters.get(at).is_some_and(|c| c.is_uppercase());
    let is_small = |at: usize| letters.get(at).is_some_and(|c| c.is_lowercase());
    let is_plural = letters.get(at + 1) == Some(&'s') && !is_small(at + 2);
    is_capital(at) && (!is_capital(at - 1) || (is_small(at + 1) && !is_plural))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_tell_and_parts_of_words_do_not() {
        for name in [
            "unityCatalog.updatePermissions",
            "workspace.changeWorkspaceAcl",
            "x.setACLs",
            "x.SCIMSync",
            "group.user_membership.add",
            "user.mfa.factor.TOKEN_reset",
            "scim2.push",
            "accounts.addPrincipal",
        ] {
            assert!(looks_access_like(name), "{name}");
        }
        for name in
            ["dashboards.sharepointExport", "x.permanentDelete", "x.accessory", "jobs.runNow", "x.groupon", "", "42"]
        {
            assert!(!looks_access_like(name), "{name}");
        }
    }

    #[test]
    fn words_end_at_changes_of_case_and_at_punctuation() {
        assert_eq!(words("createOAuthToken.v2_SCIMSync"), ["create", "O", "Auth", "Token", "v", "SCIM", "Sync"]);
        assert_eq!(words("setACLs"), ["set", "ACLs"]);
    }
}
