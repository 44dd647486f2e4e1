//! Secrets in any text: credentials that are known by their shape, and what is assigned to the name of a secret.

use memchr::{memchr2_iter, memmem};

use super::{Span, is_hidden, masked_at, names};
use crate::source::scim_event;

/// Ways to authorise that stand before a credential.
const SCHEMES: [&str; 4] = ["Bearer ", "bearer ", "BEARER ", "SSWS "];
/// Beginnings of tokens of GitHub.
const GITHUB: [&str; 5] = ["ghp_", "gho_", "ghs_", "ghu_", "github_pat_"];
/// Beginnings of tokens and secrets of Databricks, before 32 hexadecimal digits.
const DATABRICKS: [&str; 2] = ["dapi", "dose"];
/// Words that are used in any sentence: what follows them in quotes may be the name of one.
const COMMON: [&str; 5] = ["secret", "token", "bearer", "cookie", "authorization"];

/// How the first line of a private key ends, and the last one.
pub(super) const PEM: &str = "PRIVATE KEY-----";
/// Stands before a token in a header.
pub(super) const SCHEME: &str = "earer";
/// Stands before the authority of a URL, in which a password may be.
pub(super) const OF_URL: &str = "://";
/// How every signed token begins.
pub(super) const OF_TOKEN: &str = "eyJ";

/// Whether a credential may stand where a part of one was found. Most URLs hold no password, and they are in every record.
pub(super) fn may_be(part: &str, text: &str, at: usize) -> bool {
    match part {
        OF_URL => password_in_url(text, at + OF_URL.len()).is_some(),
        OF_TOKEN => token_at(text, at).is_some(),
        SCHEME => text[at + SCHEME.len()..].starts_with(' '),
        _ => true,
    }
}

/// All secrets of a text.
pub(super) fn secrets(text: &str, nesting: usize) -> Vec<Span> {
    let mut found = shaped(text, nesting);
    found.extend(assigned(text));
    found
}

/// Credentials that are known by their shape.
pub(super) fn shaped(text: &str, nesting: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut behind = |beginnings: &[&str], least: usize, is_kept: bool, is_part: fn(u8) -> bool| {
        for beginning in beginnings {
            for at in memmem::find_iter(text.as_bytes(), beginning) {
                let start = at + beginning.len();
                let length = text[start..].bytes().take_while(|b| is_part(*b)).count();
                if length >= least {
                    found.push(if is_kept { start } else { at }..start + length);
                }
            }
        }
    };
    behind(&SCHEMES, 8, true, is_token_byte);
    behind(&GITHUB, 30, false, |b| b.is_ascii_alphanumeric() || b == b'_');
    behind(&DATABRICKS, 32, false, |b| b.is_ascii_hexdigit());
    behind(&["hooks.slack.com/services/"], 8, true, |b| b.is_ascii_alphanumeric() || b == b'/');
    behind(&["?sig=", "&sig="], 16, true, |b| is_token_byte(b) || b == b'%');
    found.extend(memmem::find_iter(text.as_bytes(), OF_URL).filter_map(|at| password_in_url(text, at + OF_URL.len())));
    found.extend(memmem::find_iter(text.as_bytes(), PEM).filter_map(|at| pem(text, at + PEM.len())));
    found.extend(memmem::find_iter(text.as_bytes(), OF_TOKEN).filter_map(|at| token(text, at, nesting)));
    found
}

/// `user:password@` behind `://`.
fn password_in_url(text: &str, start: usize) -> Option<Span> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'\\<>`,".contains(byte);
    let rest = text.as_bytes().get(start..)?;
    let authority = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
    let host = authority.iter().rposition(|b| *b == b'@')?;
    let colon = authority[..host].iter().position(|b| *b == b':')?;
    let span = start + colon + 1..start + host;
    (!span.is_empty() && !is_hidden(&text[span.clone()])).then_some(span)
}

/// A private key up to its end, or that of the text.
fn pem(text: &str, start: usize) -> Option<Span> {
    let rest = &text[start..];
    let line = &text[..start - PEM.len()];
    let is_begun = line.rfind("-----").is_some_and(|at| line[at + 5..].starts_with("BEGIN "));
    let span = start..start + rest.find("-----END").unwrap_or(rest.len());
    (is_begun && !span.is_empty() && !is_hidden(text[span.clone()].trim())).then_some(span)
}

/// A signed token: whoever has it may use it. One that tells an event lets nobody in, and is a secret only where it holds one.
fn token(text: &str, start: usize, nesting: usize) -> Option<Span> {
    let span = token_at(text, start)?;
    let token = &text[span.clone()];
    let is_secret = match scim_event::claims(token) {
        Some(claims) => masked_at(&claims, nesting).is_some(),
        None => token.matches(OF_TOKEN).count() > 1 && token.rsplit('.').next().is_some_and(|last| last.len() >= 16),
    };
    is_secret.then_some(span)
}

/// Three parts in base64url, of which the last may be empty.
fn token_at(text: &str, start: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let is_inside = start.checked_sub(1).is_some_and(|at| is_base64url(bytes[at]));
    let length = bytes[start..].iter().take_while(|b| is_base64url(**b) || **b == b'.').count();
    let span = start..start + length;
    (!is_inside && text[span.clone()].matches('.').count() == 2).then_some(span)
}

/// What stands behind the name of a secret: `access_token=xyz`, `Cookie: xyz`, `'password': 'xyz'`, `password 'xyz'`.
pub(super) fn assigned(text: &str) -> Vec<Span> {
    let signs = memchr2_iter(b'=', b':', text.as_bytes()).filter_map(|at| behind_sign(text, at));
    let quotes = memchr2_iter(b'\'', b'"', text.as_bytes()).filter_map(|at| behind_name(text, at));
    let options = memmem::find_iter(text.as_bytes(), "--").filter_map(|at| behind_option(text, at + 2));
    signs.chain(quotes).chain(options).filter(|span| is_literal(&text[span.clone()])).collect()
}

/// Whether a value is the secret itself: no word of a language, variable or call that yields it.
fn is_literal(value: &str) -> bool {
    const WORDS: [&str; 6] = ["null", "none", "nil", "undefined", "true", "false"];
    let name_length = value.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let is_call = name_length > 0 && value.as_bytes().get(name_length) == Some(&b'(');
    !is_hidden(value)
        && !is_call
        && !value.starts_with('$')
        && !WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn behind_sign(text: &str, at: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let after = &bytes[at + 1..];
    // A colon also divides the parts of an ARN or URN.
    let is_spaced = after.first().is_some_and(|b| is_blank(*b) || is_quote(*b));
    if bytes[at] == b':' && !is_spaced {
        return None;
    }
    let name = name_before(text, at);
    let is_header = bytes[at] == b':';
    if !names::is_secret(name) {
        return None;
    }
    let start = at + 1 + after.iter().take_while(|b| is_blank(**b)).count();
    let plain = names::plain(name);
    if is_header && (plain.ends_with("authorization") || plain.ends_with("cookie")) {
        return Some(line(text, start));
    }
    let value = value(text, start);
    // `Token: readers` may be the name of a group.
    let is_name = is_header && COMMON.contains(&plain.as_str()) && !is_random(&text[value.clone()]);
    (!is_name).then_some(value)
}

/// Whether a value looks made by a machine: long, or with a digit in it.
fn is_random(value: &str) -> bool {
    value.len() >= 20 || value.bytes().any(|b| b.is_ascii_digit())
}

// A quoted value right behind the name, as the options of SQL have it, or the arguments that set one of Spark.
fn behind_name(text: &str, at: usize) -> Option<Span> {
    let head = text[..at].trim_end_matches([' ', '\t']);
    let name = match head.strip_suffix(',') {
        Some(head) => {
            Some(name_before(text, head.len())).filter(|name| names::is_of_spark(name) || is_first(head, name))
        }
        None if head.len() < at => Some(name_before(text, at)).filter(|name| names::is_secret(name)),
        None => None,
    };
    let is_option = name.is_some_and(|name| !COMMON.contains(&names::plain(name).as_str()));
    is_option.then(|| value(text, at))
}

/// Whether a quoted name is the first argument of a call, as in `option("password", "xyz")`, and that of a secret.
fn is_first(head: &str, name: &str) -> bool {
    let before = head.trim_end_matches(|c: char| c.is_ascii() && is_quote(c as u8)).strip_suffix(name);
    let opened = before.map(|before| before.trim_end_matches(|c: char| c.is_ascii() && is_quote(c as u8)));
    opened.is_some_and(|opened| opened.ends_with('(')) && names::is_secret(name)
}

/// What stands behind an option of a command: `--password xyz`, or as the next of a list of words.
fn behind_option(text: &str, start: usize) -> Option<Span> {
    let name = &text[start..start + text.as_bytes()[start..].iter().take_while(|b| is_name(**b)).count()];
    let bytes = &text.as_bytes()[start + name.len()..];
    let between = bytes.iter().take_while(|b| is_blank(**b) || is_quote(**b) || **b == b',').count();
    let found = value(text, start + name.len() + between.saturating_sub(usize::from(is_quoted(bytes, between))));
    let is_other = text[found.clone()].starts_with('-');
    (between > 0 && !found.is_empty() && !is_other && names::is_secret(name)).then_some(found)
}

fn is_quoted(bytes: &[u8], between: usize) -> bool {
    between.checked_sub(1).is_some_and(|last| is_quote(bytes[last]))
}

/// The name around a place.
pub(super) fn name_at(text: &str, at: usize) -> &str {
    let end = at + text.as_bytes()[at..].iter().take_while(|b| is_name(**b)).count();
    name_before(text, end)
}

/// The name before a place, without the quotes and blanks between.
fn name_before(text: &str, at: usize) -> &str {
    let head = text[..at].trim_end_matches(|c: char| c.is_ascii() && (is_blank(c as u8) || is_quote(c as u8)));
    let length = head.bytes().rev().take(names::LONGEST + 1).take_while(|b| is_name(*b)).count();
    let name = &head[head.len() - length..];
    // The letter of a line's end, escaped as it stands in JSON, is no part of the name.
    let is_escaped = head[..head.len() - length].ends_with('\\');
    name.strip_prefix(['n', 'r', 't']).filter(|_| is_escaped).unwrap_or(name)
}

/// A value with or without quotes; the end of one with quotes is the next of them.
fn value(text: &str, start: usize) -> Span {
    let bytes = text.as_bytes();
    let begin = start + bytes[start..].iter().take_while(|b| is_quote(**b)).count();
    let is_end = |byte: &u8| match begin > start {
        true => is_quote(*byte),
        false => byte.is_ascii_whitespace() || b"&;,)}]'\"\\".contains(byte),
    };
    begin..bytes[begin..].iter().position(is_end).map_or(bytes.len(), |length| begin + length)
}

/// The rest of a header's line, behind the scheme that says how to read it.
fn line(text: &str, start: usize) -> Span {
    let bytes = text.as_bytes();
    let begin = start + bytes[start..].iter().take_while(|b| is_quote(**b)).count();
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n') || is_quote(*byte);
    let end = bytes[begin..].iter().position(is_end).map_or(bytes.len(), |length| begin + length);
    let scheme =
        text[begin..end].find(' ').filter(|at| text[begin..begin + at].bytes().all(|b| b.is_ascii_alphanumeric()));
    scheme.map_or(begin, |at| begin + at + 1)..end
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

// A backslash stands before a quote inside a string, and before the letter of a line's end.
const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"' | b'\\')
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}
