//! Keys and values: `key="value"` as written for Splunk, and the extension of CEF.

use std::borrow::Cow;

use crate::event::Text;

/// More pairs than this are no record of PingFederate, and would cost a hostile line much time.
const MOST_PAIRS: usize = 1000;

/// The pairs of a text that consists of nothing else, values quoted or not; `None` where something else stands between.
pub(super) fn quoted(text: &str) -> Option<Vec<(Text<'_>, Text<'_>)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches(is_gap);
    while !rest.is_empty() && found.len() <= MOST_PAIRS {
        let (key, behind) = key(rest)?;
        let (value, behind) = match behind.strip_prefix('"') {
            Some(inner) => closing(inner)?,
            None => bare(behind),
        };
        found.push((Cow::Borrowed(key), value));
        rest = behind.trim_start_matches(is_gap);
    }
    (!found.is_empty() && found.len() <= MOST_PAIRS).then_some(found)
}

/// The pairs of a CEF extension, escapes resolved; `None` where it does not begin with a key.
pub(super) fn escaped(text: &str) -> Option<Vec<(&str, Text<'_>)>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && found.len() <= MOST_PAIRS {
        let (key, behind) = key(rest)?;
        let (value, behind) = bare(behind);
        found.push((key, unescaped(value)));
        rest = behind.trim_start();
    }
    (!found.is_empty() && found.len() <= MOST_PAIRS).then_some(found)
}

fn is_gap(c: char) -> bool {
    c.is_ascii_whitespace() || c == ','
}

/// A key and what stands behind its sign of equality.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'@')).count();
    let (key, rest) = text.split_at_checked(end)?;
    let rest = rest.strip_prefix('=')?;
    (!key.is_empty()).then_some((key, rest))
}

/// Up to the quote that ends the value: one that no backslash precedes, and that nothing but the end or the next key follows.
fn closing(text: &str) -> Option<(Text<'_>, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('"')?;
        let (value, rest) = (text.get(..at)?, text.get(at + 1..)?);
        let next = rest.trim_start_matches(is_gap);
        if !value.ends_with('\\') && (next.is_empty() || (next.len() < rest.len() && key(next).is_some())) {
            let value =
                if value.contains("\\\"") { Cow::Owned(value.replace("\\\"", "\"")) } else { Cow::Borrowed(value) };
            return Some((value, rest));
        }
        from = at + 1;
    }
}

/// Up to the next key behind a blank, or the end.
fn bare(text: &str) -> (Text<'_>, &str) {
    let mut from = 0;
    while let Some(gap) = text.get(from..).and_then(|t| t.find(|c: char| c.is_ascii_whitespace())) {
        let at = from + gap;
        let behind = text.get(at..).unwrap_or_default().trim_start();
        if key(behind).is_some() {
            return (Cow::Borrowed(text.get(..at).unwrap_or_default().trim_end_matches(is_gap)), behind);
        }
        from = text.len() - behind.len();
    }
    (Cow::Borrowed(text.trim_end_matches(is_gap)), "")
}

/// Backslashes resolved; before anything but what CEF escapes they stand for themselves.
pub(super) fn unescaped(text: Text<'_>) -> Text<'_> {
    if !text.contains('\\') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = rest.clone().next().filter(|_| c == '\\');
        match next {
            Some(escaped @ ('\\' | '=' | '|')) => {
                plain.push(escaped);
                rest.next();
            }
            Some('n' | 'r') => {
                plain.push(' ');
                rest.next();
            }
            _ => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Option<Vec<(String, String)>> {
        quoted(text).map(|list| list.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned())).collect())
    }

    #[test]
    fn values_are_quoted_bare_or_empty() {
        let expected = |list: &[(&str, &str)]| {
            Some(list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
        };
        for (text, list) in [
            (
                r#"event=SSO subject="a b" ip= app="""#,
                &[("event", "SSO"), ("subject", "a b"), ("ip", ""), ("app", "")][..],
            ),
            (r#"event="SSO", subject="a \"b\" c", x=1"#, &[("event", "SSO"), ("subject", "a \"b\" c"), ("x", "1")]),
            (
                r#"app=https://example.com/?a=b&c=d role=IdP"#,
                &[("app", "https://example.com/?a=b&c=d"), ("role", "IdP")],
            ),
            (r#"description=No such user status=failure"#, &[("description", "No such user"), ("status", "failure")]),
            (r#"subject="say "hi" now" role=SP"#, &[("subject", "say \"hi\" now"), ("role", "SP")]),
            (r#"subject="CORP\joe" role=SP"#, &[("subject", "CORP\\joe"), ("role", "SP")]),
        ] {
            assert_eq!(pairs(text), expected(list), "{text}");
        }
        for text in ["", "no pairs at all", "event=SSO subject=\"open", "=x", "a=1 \"b\""] {
            assert!(pairs(text).is_none_or(|list| list.len() < 2), "{text}");
        }
    }

    #[test]
    fn cef_escapes_are_resolved() {
        for (given, plain) in
            [("a\\=b", "a=b"), ("a\\\\b", "a\\b"), ("a\\|b", "a|b"), ("a\\nb", "a b"), ("a\\tb\\", "a\\tb\\")]
        {
            assert_eq!(unescaped(Cow::Borrowed(given)), plain);
        }
    }
}
