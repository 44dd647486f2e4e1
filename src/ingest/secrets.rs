//! Secrets never settle: values of passwords, tokens and keys are masked before anything is stored.
//!
//! A cheap scan for word stems spares almost all records; only a hit is walked token by token. The walk tolerates text that is
//! cut off or no JSON at all, since rejects pass through it too.

mod walk;

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use memchr::{memchr_iter, memmem};

use walk::Walk;

/// What stands in place of a secret.
pub(super) const MASK: &str = "[MASKED]";

/// Keys whose value is a secret, without case, `_`, `-` and space. Ids and digests of secrets are not among them.
const SECRET_KEYS: [&str; 35] = [
    "password",
    "newpassword",
    "oldpassword",
    "currentpassword",
    "passwd",
    "passphrase",
    "token",
    "tokenvalue",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "sessiontoken",
    "statetoken",
    "recoverytoken",
    "devicetoken",
    "oathsecretkey",
    "apitoken",
    "authtoken",
    "bearertoken",
    "personalaccesstoken",
    "bearer",
    "authorization",
    "proxyauthorization",
    "clientsecret",
    "secret",
    "secretvalue",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "xapikey",
    "privatekey",
    "stringvalue",
    "bytesvalue",
    "cookie",
    "setcookie",
];

/// Keys that name what a sibling `value` holds: SCIM patch paths, header names, form fields.
const NAMING_KEYS: [&str; 5] = ["path", "name", "key", "field", "header"];

/// Parts of all secret keys and values, in the cases they are written in.
const STEMS: [&str; 28] = [
    "assword",
    "ASSWORD",
    "asswd",
    "assphrase",
    "oken\"",
    "oken\\",
    "oken=",
    "OKEN",
    "okenValue",
    "oken_value",
    "earer",
    "BEARER",
    "uthorization",
    "AUTHORIZATION",
    "ecret",
    "ECRET",
    "ccessKey",
    "access_key",
    "pi_key",
    "piKey",
    "pi-key",
    "pikey",
    "rivate",
    "tring_value",
    "tringValue",
    "ytes_value",
    "ookie",
    "dapi",
];

/// How deep JSON texts inside JSON texts are followed.
const NESTING: usize = 4;

/// The text with secrets masked; `None` when there is nothing to mask.
pub(super) fn masked(text: &str) -> Option<String> {
    masked_at(text, NESTING)
}

/// Masks what looks like a credential in any text, by its shape alone.
pub(super) fn mask_values(text: &str) -> Cow<'_, str> {
    match credentials(text) {
        spans if spans.is_empty() => Cow::Borrowed(text),
        spans => Cow::Owned(replaced(text, spans.into_iter().map(|s| (s, MASK.to_owned())).collect())),
    }
}

fn masked_at(text: &str, nesting: usize) -> Option<String> {
    let signs = Signs::of(text);
    if nesting == 0 || !signs.any() {
        return None;
    }
    let found = Walk::new(text, nesting, signs).found();
    (!found.is_empty()).then(|| replaced(text, found))
}

/// What a text may hold, told without walking it.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    /// A word that is the name of a secret, as a key or as a value that names one.
    name: bool,
    /// A credential that is known by its shape.
    credential: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        for (stem, at) in stems(text) {
            signs.credential |= SHAPES.contains(&stem);
            signs.name |= !signs.name && is_secret_key(word_at(text, at));
            if signs.name && signs.credential {
                break;
            }
        }
        signs
    }

    const fn any(self) -> bool {
        self.name || self.credential
    }
}

/// Stems of credentials that are known by their shape.
const SHAPES: [&str; 3] = ["earer", "BEARER", "dapi"];

fn stems(text: &str) -> impl Iterator<Item = (&'static str, usize)> {
    // None where the processor lacks the vectors that the search needs.
    static SEARCH: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(STEMS));
    let fast = SEARCH
        .as_ref()
        .into_iter()
        .flat_map(move |search| search.find_iter(text).map(|found| (STEMS[found.pattern().as_usize()], found.start())));
    let is_slow = SEARCH.is_none();
    let slow = STEMS
        .into_iter()
        .filter(move |_| is_slow)
        .flat_map(move |stem| memmem::find_iter(text.as_bytes(), stem).map(move |at| (stem, at)));
    fast.chain(slow)
}

/// The word around a place: what stands between quotes, or between the marks that divide a path.
fn word_at(text: &str, at: usize) -> &str {
    let is_end = |byte: &u8| b"\"\\:./,{}[]=&?;\n".contains(byte);
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(is_end).map_or(bytes.len(), |length| at + length);
    // Both ends are beside ASCII, so that the text can be cut there.
    text.get(start..end).unwrap_or_default()
}

type Span = std::ops::Range<usize>;

fn replaced(text: &str, mut found: Vec<(Span, String)>) -> String {
    found.sort_by_key(|(span, _)| span.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (span, new) in found {
        if span.start >= at {
            out.push_str(&text[at..span.start]);
            out.push_str(&new);
            at = span.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

fn plain(key: &str) -> String {
    let last = key.rsplit([':', '.', '/']).next().unwrap_or(key);
    last.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_secret_key(key: &str) -> bool {
    let last = key.rsplit([':', '.', '/']).next().unwrap_or(key);
    let letters = || last.bytes().filter(|b| !matches!(b, b'_' | b'-' | b' ')).map(|b| b.to_ascii_lowercase());
    key.len() <= 128 && SECRET_KEYS.iter().any(|secret| letters().eq(secret.bytes()))
}

// Nothing, or masked by the source itself.
fn is_hidden(value: &str) -> bool {
    let word = value.trim_matches(|c: char| matches!(c, '[' | ']' | '<' | '>' | '_'));
    value == MASK
        || value.chars().all(|c| matches!(c, '*' | '\u{2022}' | 'x' | 'X'))
        || ["redacted", "masked", "hidden", "filtered"].iter().any(|w| word.eq_ignore_ascii_case(w))
}

// `Bearer xyz`, `Basic xyz` behind an authorization, and Databricks' own tokens.
fn credentials(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for scheme in ["Bearer ", "bearer ", "BEARER "] {
        for at in memmem::find_iter(text.as_bytes(), scheme) {
            let start = at + scheme.len();
            let length = text[start..].bytes().take_while(|b| is_token_byte(*b)).count();
            if length >= 8 {
                found.push(start..start + length);
            }
        }
    }
    for at in memmem::find_iter(text.as_bytes(), "dapi") {
        let length = text[at + 4..].bytes().take_while(u8::is_ascii_hexdigit).count();
        if length >= 32 {
            found.push(at..at + 4 + length);
        }
    }
    found
}

// `access_token=xyz` in a query, `sessionToken=xyz` in a printed struct.
fn assigned(text: &str) -> Vec<Span> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"&;,}]'\"\\".contains(byte);
    let mut found = Vec::new();
    for at in memchr_iter(b'=', text.as_bytes()) {
        let value = &text.as_bytes()[at + 1..];
        let length = value.iter().position(is_end).unwrap_or(value.len());
        let name = word_at(text, at.saturating_sub(1)).trim();
        if length > 0 && is_secret_key(name) && !is_hidden(text.get(at + 1..at + 1 + length).unwrap_or_default()) {
            found.push(at + 1..at + 1 + length);
        }
    }
    found
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests;
