//! Text laid out for a terminal of a given width.

use std::fmt::Write as _;

use super::super::listing::visible;

/// Narrower terminals get lines that they break themselves.
const NARROWEST: usize = 40;

/// A page from that many columns on has room for marks beside text.
const WIDE: usize = 96;

/// Columns of a mark: an instant and a word.
const MARK: usize = 40;

/// Columns of a label.
const LABEL: usize = 16;

/// A page in the making.
pub(super) struct Page {
    width: usize,
    text: String,
}

impl Page {
    pub(super) fn new(width: usize) -> Self {
        Self { width: width.max(NARROWEST), text: String::new() }
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    /// A line as it is.
    pub(super) fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// A line across the page, with room around it.
    pub(super) fn rule(&mut self) {
        let rule = "=".repeat(self.width);
        self.line("");
        self.line(&rule);
        self.line("");
    }

    /// The title of a part.
    pub(super) fn heading(&mut self, title: &str) {
        self.line("");
        self.line(&title.to_uppercase());
    }

    /// Running text; what follows the first line is indented further.
    pub(super) fn paragraph(&mut self, indent: usize, hanging: usize, text: &str) {
        let (first, rest) = (" ".repeat(indent), " ".repeat(indent + hanging));
        let room = self.width.saturating_sub(indent + hanging);
        for (at, line) in wrapped(&visible(text), room).iter().enumerate() {
            self.line(&format!("{}{line}", if at == 0 { &first } else { &rest }));
        }
    }

    /// Running text beside a mark, or below it where the page is narrow.
    pub(super) fn beside(&mut self, mark: &str, text: &str) {
        if self.width < WIDE {
            self.line(&format!("  {mark}"));
            return self.paragraph(6, 0, text);
        }
        let room = self.width.saturating_sub(2 + MARK);
        for (at, line) in wrapped(&visible(text), room).iter().enumerate() {
            let mark = if at == 0 { mark } else { "" };
            self.line(&format!("  {mark:MARK$}{line}"));
        }
    }

    /// A name and its value; nothing for an empty value.
    pub(super) fn pair(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            let room = self.width.saturating_sub(2 + LABEL);
            for (at, line) in wrapped(&visible(value), room).iter().enumerate() {
                let label = if at == 0 { label } else { "" };
                self.line(&format!("  {label:LABEL$}{line}"));
            }
        }
    }
}

/// Lines of so many columns at most, broken between words, and within one only where it is longer than a line.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        } else if used > 0 {
            lines.last_mut().into_iter().for_each(|line| line.push(' '));
            used += 1;
        }
        for (at, letter) in word.chars().enumerate() {
            if at > 0 && used >= width {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().into_iter().for_each(|line| line.push(letter));
            used += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn what_a_value_holds_cannot_move_the_cursor() {
        let mut page = Page::new(80);
        page.pair("actor", "eve\u{1b}[2J\n\u{202e}");
        page.pair("native id", "");
        assert_eq!(page.text(), "  actor           eve\\u{1b}[2J\\n\\u{202e}\n");
    }
}
