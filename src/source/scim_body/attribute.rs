//! The attribute that a PATCH path or the key of a value names.

use super::item::Set;

/// An attribute, as far as it matters to access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    /// Whether the account is in use.
    Active,
    /// The login of a person.
    UserName,
    /// The name of a group; how a person is called.
    DisplayName,
    /// A list whose elements are access.
    Set(Set),
    /// What only says which resource is meant.
    Identifier,
    /// Anything else.
    Other,
}

/// Which elements of a list are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// All of them.
    All,
    /// Those with these values.
    Values(Vec<String>),
    /// Those that fit a condition that only the server can judge.
    Unclear,
}

/// A path, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) attribute: Attribute,
    pub(super) filter: Filter,
}

/// Schemas whose attributes are the resource's own; another schema's `active` is another thing.
const OWN_SCHEMAS: [&str; 8] = [
    "urn:ietf:params:scim:schemas:core:2.0:user:",
    "urn:ietf:params:scim:schemas:core:2.0:group:",
    "urn:ietf:params:scim:schemas:core:2.0:serviceprincipal:",
    "urn:ietf:params:scim:schemas:extension:workspace:2.0:user:",
    "urn:ietf:params:scim:schemas:extension:workspace:2.0:group:",
    "urn:scim:schemas:core:1.0:user:",
    "urn:scim:schemas:core:1.0:group:",
    "urn:scim:schemas:core:1.0:",
];

impl Path {
    /// Takes a path apart: `attribute`, `urn:attribute`, `attribute[filter]`, `attribute[filter].sub`.
    pub(super) fn of(path: &str) -> Self {
        let path = path.trim();
        let (head, filter, tail) = match (path.find('['), path.rfind(']')) {
            (Some(open), Some(close)) if open < close => {
                let tail = path.get(close + 1..).unwrap_or_default();
                (path.get(..open), Filter::of(path.get(open + 1..close).unwrap_or_default()), tail)
            }
            _ => (Some(path), Filter::All, ""),
        };
        let other = Self { attribute: Attribute::Other, filter: Filter::All };
        let Some(name) = head.and_then(own) else { return other };
        let (name, sub) = name.split_once('.').unwrap_or((name, tail.strip_prefix('.').unwrap_or(tail)));
        let attribute = attribute(name.trim());
        match (attribute, sub.trim()) {
            (_, "") => Self { attribute, filter },
            (Attribute::Set(_), sub) if sub.eq_ignore_ascii_case("value") => Self { attribute, filter },
            _ => other,
        }
    }
}

/// The name without the schema it may be written with; `None` = of a schema of somebody's own.
fn own(head: &str) -> Option<&str> {
    let starts = |head: &str, urn: &str| head.get(..urn.len()).is_some_and(|h| h.eq_ignore_ascii_case(urn));
    if !starts(head, "urn:") {
        return Some(head);
    }
    OWN_SCHEMAS.iter().find(|urn| starts(head, urn)).and_then(|urn| head.get(urn.len()..))
}

/// Whether a key is a schema below which the resource's own attributes stand.
pub(super) fn is_own_schema(key: &str) -> bool {
    OWN_SCHEMAS.iter().any(|urn| urn.strip_suffix(':').is_some_and(|urn| key.trim().eq_ignore_ascii_case(urn)))
}

fn attribute(name: &str) -> Attribute {
    let names = [
        ("active", Attribute::Active),
        ("userName", Attribute::UserName),
        ("displayName", Attribute::DisplayName),
        ("members", Attribute::Set(Set::Members)),
        ("roles", Attribute::Set(Set::Roles)),
        ("entitlements", Attribute::Set(Set::Entitlements)),
        ("id", Attribute::Identifier),
        ("schemas", Attribute::Identifier),
        ("meta", Attribute::Identifier),
    ];
    names.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map_or(Attribute::Other, |(_, found)| found)
}

impl Filter {
    /// Reads `value eq "a" or value eq "b" and type eq "User"`, in the spellings that clients have for it.
    fn of(text: &str) -> Self {
        let (mut rest, mut values) = (text.trim(), Vec::new());
        loop {
            let Some((value, after)) = element(rest) else { return Self::Unclear };
            values.push(value);
            let after = after.trim_start();
            if after.is_empty() {
                return Self::Values(values);
            }
            match behind_word(after, "or") {
                Some(next) => rest = next,
                None => return Self::Unclear,
            }
        }
    }
}

/// The value of one element. An id is one element's, whatever type the condition gives it besides.
fn element(text: &str) -> Option<(String, &str)> {
    let (mut found, mut rest) = (None, text);
    loop {
        let (name, literal, after) = term(rest)?;
        match name {
            name if name.eq_ignore_ascii_case("value") && found.is_none() => found = Some(literal),
            name if name.eq_ignore_ascii_case("type") => {}
            _ => return None,
        }
        match behind_word(after, "and") {
            Some(next) => rest = next,
            None => return Some((found?, after)),
        }
    }
}

fn behind_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (found, next) = text.trim_start().split_at_checked(word.len())?;
    (found.eq_ignore_ascii_case(word) && next.starts_with(char::is_whitespace)).then(|| next.trim_start())
}

fn term(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = text.split_once(char::is_whitespace)?;
    let (operator, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let (value, rest) = literal(rest.trim_start())?;
    (operator.eq_ignore_ascii_case("eq") && !value.is_empty()).then_some((name, value, rest))
}

fn literal(text: &str) -> Option<(String, &str)> {
    // A path that was escaped once too often still has its backslashes.
    if let Some(inner) = text.strip_prefix("\\\"") {
        let end = inner.find("\\\"")?;
        return Some((inner.get(..end)?.to_owned(), inner.get(end + 2..)?));
    }
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return Some((word.to_owned(), rest));
    };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            c if c == quote => return Some((value, text.get(at + c.len_utf8()..)?)),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_in_every_spelling() {
        let members = Attribute::Set(Set::Members);
        for (path, attribute) in [
            ("active", Attribute::Active),
            (" ACTIVE ", Attribute::Active),
            ("urn:ietf:params:scim:schemas:core:2.0:User:active", Attribute::Active),
            ("URN:IETF:params:scim:schemas:core:2.0:user:Active", Attribute::Active),
            ("urn:example:hr:1.0:User:active", Attribute::Other),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", Attribute::Other),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager", Attribute::Other),
            ("name.givenName", Attribute::Other),
            ("emails[type eq \"work\"].value", Attribute::Other),
            ("userName", Attribute::UserName),
            ("displayName", Attribute::DisplayName),
            ("members", members),
            ("members.value", members),
            ("members.display", Attribute::Other),
            ("members[value eq \"a\"].display", Attribute::Other),
            ("roles[primary eq \"True\"].value", Attribute::Set(Set::Roles)),
            ("entitlements", Attribute::Set(Set::Entitlements)),
            ("schemas", Attribute::Identifier),
            ("", Attribute::Other),
            ("][", Attribute::Other),
        ] {
            assert_eq!(Path::of(path).attribute, attribute, "{path}");
        }
    }

    #[test]
    fn filters_name_values_or_are_unclear() {
        for (path, values) in [
            ("members", None),
            ("members[value eq \"a\"]", Some(&["a"][..])),
            ("members[ Value  EQ  \"a b\" ]", Some(&["a b"])),
            ("members[value eq \\\"a\\\"]", Some(&["a"])),
            ("members[value eq 'a']", Some(&["a"])),
            ("members[value eq 123]", Some(&["123"])),
            ("members[value eq \"a\\\"]b\"]", Some(&["a\"]b"])),
            ("members[value eq \"a\" or value eq \"b\"]", Some(&["a", "b"])),
            ("members[value eq \"a\" and type eq \"User\"]", Some(&["a"])),
            ("members[type eq \"User\" and value eq \"a\" or value eq \"b\"]", Some(&["a", "b"])),
            ("members[type eq \"User\"]", Some(&[])),
            ("members[value eq \"a\" and value eq \"b\"]", Some(&[])),
            ("members[value eq \"a\" and display eq \"b\"]", Some(&[])),
            ("members[display eq \"a\"]", Some(&[])),
            ("members[value eq \"a]", Some(&[])),
            ("members[]", Some(&[])),
        ] {
            let found = match Path::of(path).filter {
                Filter::All => None,
                Filter::Values(values) => Some(values),
                Filter::Unclear => Some(Vec::new()),
            };
            assert_eq!(
                found.as_deref(),
                values.map(|v| v.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{path}"
            );
        }
    }
}
