//! JSON text, taken apart in one pass and checked as it is read, for records that come by the million.
//!
//! Whatever is not plain is given up (`None`), never judged: whoever asks then reads the record with the decoder, which says
//! what is wrong with it.

use std::borrow::Cow;

use super::loose::Loose;

/// A place in JSON text.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    /// The start of a text, which must not nest deeper than [`MAX_DEPTH`](super::decode::MAX_DEPTH).
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads an object; `entry` must read the value of each key.
    pub(super) fn object(&mut self, mut entry: impl FnMut(&'t str, &mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.expect(b'"')?;
            let (key, is_escaped) = self.string()?;
            if is_escaped {
                return None;
            }
            self.expect(b':')?;
            entry(key, self)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Passes an object's place where null stands; says whether an object follows.
    pub(super) fn is_object(&mut self) -> Option<bool> {
        match self.peek()? {
            b'{' => Some(true),
            b'n' => self.word("null").map(|()| false),
            _ => None,
        }
    }

    /// A value, as it stands.
    pub(super) fn value(&mut self) -> Option<Loose<'t>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.text_after_quote().map(Loose::Text)
            }
            b'n' => self.word("null").map(|()| Loose::Null),
            b't' => self.word("true").map(|()| Loose::Bool(true)),
            b'f' => self.word("false").map(|()| Loose::Bool(false)),
            b'{' | b'[' => self.passed(Self::pass).map(|json| Loose::Nested(Cow::Borrowed(json))),
            _ => self.passed(Self::number).map(|digits| Loose::Number(Cow::Borrowed(digits))),
        }
    }

    /// A text; null and "" are nothing said.
    pub(super) fn text(&mut self) -> Option<Option<Cow<'t, str>>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.text_after_quote().map(|text| Some(text).filter(|text| !text.is_empty()))
            }
            b'n' => self.word("null").map(|()| None),
            _ => None,
        }
    }

    /// Passes a value.
    pub(super) fn pass(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.string().map(|_| ())
            }
            b'{' => self.object(|_, scan| scan.pass()),
            b'[' => self.array(),
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            _ => self.number(),
        }
    }

    /// Nothing may follow but blanks.
    pub(super) fn end(mut self) -> Option<()> {
        self.blanks();
        (self.at == self.text.len()).then_some(())
    }

    fn array(&mut self) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.pass()?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn passed(&mut self, pass: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'t str> {
        let start = self.at;
        pass(self)?;
        self.text.get(start..self.at)
    }

    fn text_after_quote(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at - 1;
        let (text, is_escaped) = self.string()?;
        if is_escaped {
            return sonic_rs::from_str(self.text.get(start..self.at)?).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(text))
    }

    // What stands until the closing quote, and whether anything in it is escaped.
    fn string(&mut self) -> Option<(&'t str, bool)> {
        let bytes = self.text.as_bytes();
        let (start, mut is_escaped) = (self.at, false);
        loop {
            self.at += plain_length(bytes.get(self.at..)?);
            match bytes.get(self.at)? {
                b'"' => {
                    let text = self.text.get(start..self.at)?;
                    self.at += 1;
                    return Some((text, is_escaped));
                }
                b'\\' => {
                    is_escaped = true;
                    self.at += match bytes.get(self.at + 1)? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                        // Whether a pair of them is whole is left to the decoder.
                        _ => return None,
                    };
                }
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let digits =
            |at: usize| bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
        let mut at = self.at + usize::from(bytes.get(self.at) == Some(&b'-'));
        let whole = digits(at);
        if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
            return None;
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            at += 1 + Some(fraction).filter(|count| *count > 0)?;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            at += Some(digits(at)).filter(|count| *count > 0)?;
        }
        self.at = at;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let is_there = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        is_there.then_some(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.text.as_bytes().get(self.at) {
            self.at += 1;
        }
    }

    // The next byte that is no blank, which stays.
    fn peek(&mut self) -> Option<u8> {
        self.blanks();
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }
}

// How many bytes are neither quote, backslash nor control character. Eight are looked at together: a byte below another one is
// found by the borrow that taking it away leaves in its highest bit.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = u64::from_le_bytes([128; 8]);
    let is_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (chunks, _) = bytes.as_chunks::<8>();
    for (number, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let is_control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let special = is_zero(word ^ (ONES * 0x22)) | is_zero(word ^ (ONES * 0x5c)) | is_control;
        if special != 0 {
            // Only the lowest mark is certain: a borrow may reach into the bytes above it.
            return number * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let done = chunks.len() * 8;
    let is_plain = |byte: &&u8| !matches!(**byte, b'"' | b'\\' | 0..=0x1f);
    done + bytes[done..].iter().take_while(is_plain).count()
}
