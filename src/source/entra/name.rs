//! Names as Entra spells them in its several interfaces.

use std::borrow::Cow;

/// An activity's name without the dot that the unified audit puts behind it, and without blanks around it.
pub(in crate::source) fn activity_name(name: Cow<'_, str>) -> Cow<'_, str> {
    let trim = |text: &str| text.trim().trim_end_matches(['.', ' ', '\u{a0}']).len();
    match name {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start().get(..trim(text)).unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.trim_start().get(..trim(&text)).unwrap_or(&text).to_owned()),
    }
}

/// The one spelling of an activity's name by which it is looked up: lower case, every dash a hyphen, single blanks.
pub(in crate::source) fn lookup_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in activity_name(Cow::Borrowed(name)).chars() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// The user principal name without the object id that a deletion puts before it: 32 hexadecimal digits, which are those of `id`
/// where that is known.
pub(in crate::source) fn unmangled<'r>(name: Cow<'r, str>, id: Option<&str>) -> Cow<'r, str> {
    let is_prefix = |digits: &str| {
        let same = |id: &str| id.bytes().filter(|b| *b != b'-').eq_by_case(digits.bytes());
        digits.bytes().all(|b| b.is_ascii_hexdigit()) && id.is_none_or(same)
    };
    let rest = |text: &str| text.split_at_checked(32).is_some_and(|(digits, rest)| is_prefix(digits) && rest.len() > 1);
    match name {
        Cow::Borrowed(text) if rest(text) => Cow::Borrowed(text.get(32..).unwrap_or(text)),
        Cow::Owned(text) if rest(&text) => Cow::Owned(text.get(32..).unwrap_or(&text).to_owned()),
        whole => whole,
    }
}

trait ByCase: Iterator<Item = u8> + Sized {
    fn eq_by_case(self, other: impl Iterator<Item = u8>) -> bool {
        self.map(|b| b.to_ascii_lowercase()).eq(other.map(|b| b.to_ascii_lowercase()))
    }
}

impl<I: Iterator<Item = u8>> ByCase for I {}

/// tickmark's word for Entra's type of an object, else Entra's own.
pub(in crate::source) fn kind_word(kind: Cow<'_, str>) -> Cow<'_, str> {
    let words =
        [("User", "user"), ("Group", "group"), ("ServicePrincipal", "service_principal"), ("Application", "app")];
    words.iter().find(|(own, _)| kind.eq_ignore_ascii_case(own)).map_or(kind, |(_, word)| Cow::Borrowed(word))
}

/// Whether the text is a UUID with dashes.
pub(in crate::source) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_names_agree_across_interfaces() {
        for name in ["Add member to group", "Add member to group.", " Add member to group. ", "add  member to group"] {
            assert_eq!(lookup_name(name), "add member to group", "{name}");
        }
        assert_eq!(
            activity_name("Update application \u{2013} Certificates and secrets management ".into()),
            "Update application \u{2013} Certificates and secrets management"
        );
        assert_eq!(
            lookup_name("Update application \u{2013} Certificates and secrets management "),
            "update application - certificates and secrets management"
        );
        assert_eq!(activity_name(" é. ".into()), "é");
        assert_eq!(activity_name("...".into()), "");
    }

    #[test]
    fn mangled_names_are_cleaned() {
        let (id, digits) = ("0a1b2c3d-0000-4000-8000-00000000000F", "0a1b2c3d00004000800000000000000f");
        let mangled = format!("{digits}alice@example.com");
        assert_eq!(unmangled(Cow::Borrowed(&mangled), Some(id)), "alice@example.com");
        assert_eq!(unmangled(Cow::Owned(mangled.clone()), None), "alice@example.com");
        assert_eq!(unmangled(Cow::Borrowed(&mangled), Some("another")), mangled);
        for name in ["alice@example.com", "", "éééééééééééééééééééééééé@example.com", digits] {
            assert_eq!(unmangled(Cow::Borrowed(name), None), name);
        }
    }

    #[test]
    fn uuids_are_told_from_names() {
        assert!(is_uuid("0a1b2c3d-0000-4000-8000-00000000000f") && !is_uuid("0a1b2c3d") && !is_uuid(&"é".repeat(18)));
    }
}
