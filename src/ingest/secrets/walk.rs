//! The walk through a text that may hold secrets, token by token.

use memchr::memchr2;

use super::{MASK, NAMING_KEYS, Signs, Span, assigned, credentials, is_hidden, is_secret_key, masked_at, plain};

/// One pass over the tokens of a JSON text.
pub(super) struct Walk<'t> {
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
    /// A naming key has said that the sibling `value` is secret.
    value_is_secret: bool,
    /// The sibling `value`, should its name come later.
    value: Option<Span>,
}

impl<'t> Walk<'t> {
    pub(super) const fn new(text: &'t str, nesting: usize, signs: Signs) -> Self {
        Self { text, at: 0, scopes: Vec::new(), key: None, found: Vec::new(), nesting, signs }
    }

    /// What is to be masked, and with what, in no order.
    pub(super) fn found(mut self) -> Vec<(Span, String)> {
        self.run();
        self.found
    }

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
        if self.is_secret_here() {
            self.mask(span);
            return;
        }
        let key = self.key.clone().map(|k| plain(&self.text[k]));
        let names_secret = key.as_deref().is_some_and(|k| NAMING_KEYS.contains(&k)) && is_secret_key(text);
        if let Some(scope) = self.scopes.last_mut() {
            if names_secret {
                scope.value_is_secret = true;
                let before = scope.value.take();
                before.into_iter().for_each(|value| self.mask(value));
                return;
            }
            if key.as_deref() == Some("value") {
                scope.value = Some(span.clone());
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
        let shaped = if self.signs.credential { credentials(text) } else { Vec::new() };
        let assigned = if self.signs.name { assigned(text) } else { Vec::new() };
        let found = shaped.into_iter().chain(assigned);
        self.found.extend(found.map(|s| (s.start + span.start..s.end + span.start, MASK.to_owned())));
    }

    fn is_secret_here(&self) -> bool {
        let scope = self.scopes.last();
        let key = self.key.clone().map(|k| &self.text[k]);
        scope.is_some_and(|s| s.secret)
            || key.is_some_and(is_secret_key)
            || (scope.is_some_and(|s| s.value_is_secret) && key.is_some_and(|k| plain(k) == "value"))
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
