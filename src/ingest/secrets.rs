//! Secrets never settle: values of passwords, tokens and keys are masked before anything is stored.
//!
//! A cheap scan for word stems spares almost all records; only a hit is walked token by token. The walk tolerates text that is
//! cut off or no JSON at all, since rejects pass through it too.

mod names;
mod signs;
mod texts;

use std::borrow::Cow;

use memchr::memchr2;

use self::signs::Signs;
pub(super) use self::signs::Suspects;

/// What stands in place of a secret.
pub(super) const MASK: &str = "[MASKED]";

/// Keys that name what a sibling value holds: SCIM patch paths, header names, form fields, changed properties.
const NAMING_KEYS: [&str; 6] = ["path", "name", "key", "field", "header", "displayname"];
/// What those siblings are called.
const NAMED_KEYS: [&str; 3] = ["value", "newvalue", "oldvalue"];

/// How deep JSON texts inside JSON texts are followed.
const NESTING: usize = 4;

/// The text with secrets masked; `None` when there is nothing to mask.
pub(super) fn masked(text: &str) -> Option<String> {
    masked_at(text, NESTING)
}

/// Masks the secrets in any text.
pub(super) fn mask_values(text: &str) -> Cow<'_, str> {
    if !Signs::of(text).any() {
        return Cow::Borrowed(text);
    }
    match texts::secrets(text, NESTING) {
        spans if spans.is_empty() => Cow::Borrowed(text),
        spans => Cow::Owned(replaced(text, spans.into_iter().map(|s| (s, MASK.to_owned())).collect())),
    }
}

fn masked_at(text: &str, nesting: usize) -> Option<String> {
    let signs = Signs::of(text);
    if nesting == 0 || !signs.any() {
        return None;
    }
    let mut walk = Walk { text, at: 0, scopes: Vec::new(), key: None, found: Vec::new(), nesting, signs };
    walk.run();
    let mut found = walk.found;
    if !text.trim_ascii_start().starts_with(['{', '[']) {
        found.extend(texts::secrets(text, nesting - 1).into_iter().map(|span| (span, MASK.to_owned())));
    }
    (!found.is_empty()).then(|| replaced(text, found))
}

/// From one place of a text to another.
pub(super) type Span = std::ops::Range<usize>;

fn replaced(text: &str, mut found: Vec<(Span, String)>) -> String {
    found.sort_by_key(|(span, _)| span.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (span, new) in found {
        if span.start >= at {
            out.push_str(&text[at..span.start]);
            out.push_str(&new);
        }
        at = at.max(span.end);
    }
    out.push_str(&text[at..]);
    out
}

/// One pass over the tokens of a JSON text.
struct Walk<'t> {
    text: &'t str,
    at: usize,
    scopes: Vec<Scope>,
    key: Option<Span>,
    found: Vec<(Span, String)>,
    nesting: usize,
    signs: Signs,
}

/// An object or array that is open.
#[derive(Default)]
struct Scope {
    /// Everything below is secret.
    secret: bool,
    /// A naming key has said that the sibling values are secret.
    value_is_secret: bool,
    /// The sibling values, should their name come later.
    values: Vec<Span>,
    /// The word before is the option of a command whose value is secret.
    next_is_secret: bool,
}

impl Walk<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    let secret = self.is_secret_here();
                    self.scopes.push(Scope { secret, ..Scope::default() });
                    self.key = None;
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.scopes.pop();
                    self.key = None;
                    self.at += 1;
                }
                b',' => {
                    self.key = None;
                    self.at += 1;
                }
                b':' => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => self.bare(),
            }
        }
    }

    fn string(&mut self) {
        let start = self.at + 1;
        let (end, next) = string_bounds(self.text.as_bytes(), start);
        self.at = next;
        let span = start..end;
        let is_key = self.key.is_none() && self.text[next..].trim_ascii_start().starts_with(':');
        if is_key {
            self.key = Some(span);
        } else {
            self.value(span);
            self.key = None;
        }
    }

    fn value(&mut self, span: Span) {
        let text = &self.text[span.clone()];
        let is_option = text.strip_prefix("--").is_some_and(names::is_secret);
        let is_next = self.scopes.last_mut().is_some_and(|s| std::mem::replace(&mut s.next_is_secret, is_option));
        if is_next && !text.starts_with('-') || self.is_secret_here() {
            self.mask(span);
            return;
        }
        let key = self.key.clone().map(|k| names::plain(&self.text[k]));
        let names_secret = key.as_deref().is_some_and(|k| NAMING_KEYS.contains(&k)) && names::is_secret(text);
        if let Some(scope) = self.scopes.last_mut() {
            if names_secret {
                scope.value_is_secret = true;
                let before = std::mem::take(&mut scope.values);
                before.into_iter().for_each(|value| self.mask(value));
                return;
            }
            if key.as_deref().is_some_and(|k| NAMED_KEYS.contains(&k)) {
                scope.values.push(span.clone());
            }
        }
        self.look_inside(span);
    }

    // A number, a word, or text that is no JSON.
    fn bare(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find(['"', '{', '}', '[', ']', ',']).unwrap_or(rest.len());
        let span = self.at..self.at + length;
        self.at = span.end;
        let text = rest[..length].trim_ascii_end();
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        if is_number && self.is_secret_here() {
            self.found.push((span.start..span.start + text.len(), format!("\"{MASK}\"")));
        } else {
            self.credentials(span);
        }
    }

    fn credentials(&mut self, span: Span) {
        let text = &self.text[span.clone()];
        let shaped = if self.signs.credential { texts::shaped(text, self.nesting - 1) } else { Vec::new() };
        let assigned = if self.signs.name { texts::assigned(text) } else { Vec::new() };
        let found = shaped.into_iter().chain(assigned);
        self.found.extend(found.map(|s| (s.start + span.start..s.end + span.start, MASK.to_owned())));
    }

    fn is_secret_here(&self) -> bool {
        let scope = self.scopes.last();
        let key = self.key.clone().map(|k| &self.text[k]);
        scope.is_some_and(|s| s.secret)
            || key.is_some_and(names::is_secret)
            || (scope.is_some_and(|s| s.value_is_secret)
                && key.is_some_and(|k| NAMED_KEYS.contains(&names::plain(k).as_str())))
    }

    fn mask(&mut self, span: Span) {
        if !is_hidden(&self.text[span.clone()]) {
            self.found.push((span, MASK.to_owned()));
        }
    }

    fn look_inside(&mut self, span: Span) {
        let text = &self.text[span.clone()];
        if text.contains("\\\"") && Signs::of(text).any() {
            let inner = serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
            if let Some(new) = inner.and_then(|inner| masked_at(&inner, self.nesting - 1)) {
                let quoted = serde_json::Value::String(new).to_string();
                self.found.push((span, quoted[1..quoted.len() - 1].to_owned()));
                return;
            }
        }
        self.credentials(span);
    }
}

// Ends of a string's content and of the string; a string that is cut off ends with the text.
fn string_bounds(bytes: &[u8], mut at: usize) -> (usize, usize) {
    loop {
        match bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            None => return (bytes.len(), bytes.len()),
            Some(hit) if bytes[at + hit] == b'"' => return (at + hit, at + hit + 1),
            Some(hit) => at += hit + 2,
        }
    }
}

// Nothing, masked by the source itself, or kept elsewhere.
fn is_hidden(value: &str) -> bool {
    let word = value.trim_matches(|c: char| matches!(c, '[' | ']' | '<' | '>' | '_'));
    // A reference to a secret, as Databricks has it, tells where it is kept.
    let is_reference = value.starts_with("{{secrets/") && value.ends_with("}}");
    value == MASK
        || is_reference
        || value.chars().all(|c| matches!(c, '*' | '\u{2022}' | 'x' | 'X'))
        || ["redacted", "masked", "hidden", "filtered"].iter().any(|w| word.eq_ignore_ascii_case(w))
}

#[cfg(test)]
mod tests;
