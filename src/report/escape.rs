//! Escaping. Names come from people who may want to deceive the reader, so every text is neutralised when printed.
//!
//! Three things happen to each text: characters that a reader cannot see, or that reorder what is read, become visible
//! as `‹U+202E›`; markup loses its meaning; and a text longer than [`TEXT_CAP`] is cut with a visible `...`.

use std::io::{Result, Write};

/// Characters of any one text at most; longer ones are cut. Prose of our own stays far below it.
pub const TEXT_CAP: usize = 1_500;

/// Characters of a name in a table at most.
pub const NAME_CAP: usize = 120;

/// Cuts a text visibly; the full text stays in the data.
pub fn cut(text: &str, cap: usize) -> String {
    match text.char_indices().nth(cap) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Writes text for an HTML page. The escape function of the HTML templates.
pub fn html(text: &str, out: &mut dyn Write) -> Result<()> {
    for c in cut(text, TEXT_CAP).chars() {
        match c {
            '&' => out.write_all(b"&amp;")?,
            '<' => out.write_all(b"&lt;")?,
            '>' => out.write_all(b"&gt;")?,
            '"' => out.write_all(b"&quot;")?,
            '\'' => out.write_all(b"&#39;")?,
            '`' => out.write_all(b"&#96;")?,
            c if is_unseen(c) => write!(out, "\u{2039}U+{:04X}\u{203a}", u32::from(c))?,
            c => write!(out, "{c}")?,
        }
    }
    Ok(())
}

/// Writes text for a Markdown page. The escape function of the Markdown templates, which put no data into code spans,
/// where escapes would not work.
pub fn markdown(text: &str, out: &mut dyn Write) -> Result<()> {
    // The sign for an absent value is no list.
    if text == "-" {
        return out.write_all(b"-");
    }
    let text = cut(text, TEXT_CAP);
    let mut before = None;
    let mut only_digits = true;
    let mut www = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match c {
            '&' => out.write_all(b"&amp;")?,
            '<' => out.write_all(b"&lt;")?,
            '>' => out.write_all(b"&gt;")?,
            c if is_unseen(c) => write!(out, "\u{2039}U+{:04X}\u{203a}", u32::from(c))?,
            // At the start of a text, a number with a point opens a list.
            '.' | ')' if only_digits && before.is_some() && next.is_none_or(char::is_whitespace) => {
                write!(out, "\\{c}")?
            }
            '.' if www == 3 => write!(out, "\\.")?,
            c if is_markup(c, before, next) => write!(out, "\\{c}")?,
            c => write!(out, "{c}")?,
        }
        before = Some(c);
        only_digits &= c.is_ascii_digit();
        www = if matches!(c, 'w' | 'W') { www + 1 } else { 0 };
    }
    Ok(())
}

/// Makes unseen characters visible, so that a text can be cut by what a reader sees.
pub fn visible(text: &str) -> String {
    let shown = |c: char| if is_unseen(c) { format!("\u{2039}U+{:04X}\u{203a}", u32::from(c)) } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// What [`html`] writes, as a text, for pictures built outside the templates.
pub fn html_text(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    // Writing to memory cannot fail, and the bytes are what was UTF-8 before.
    match html(text, &mut bytes) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

fn is_markup(c: char, before: Option<char>, next: Option<char>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '^' => true,
        // An underscore inside a word is no emphasis, and names are full of them.
        '_' => !(is_word(before) && is_word(next)),
        '@' | '#' => !is_word(before),
        // `https://` becomes a link without any markup, and so does `www.`.
        ':' => next == Some('/'),
        '-' | '+' | '=' => before.is_none(),
        _ => false,
    }
}

/// Control and format characters: unseen, or reordering what is seen.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn md(text: &str) -> String {
        let mut bytes = Vec::new();
        markdown(text, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn html_loses_its_meaning() {
        assert_eq!(html_text("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
        assert_eq!(html_text("a\u{202e}b\u{1b}[31m\n"), "a‹U+202E›b‹U+001B›[31m‹U+000A›");
    }

    #[test]
    fn markdown_loses_its_meaning() {
        let cases = [
            ("no_authority", "no_authority"),
            ("alice@example.com", "alice@example.com"),
            ("2026-07-01", "2026-07-01"),
            ("| a | b |", "\\| a \\| b \\|"),
            ("[x](https://evil.example)", "\\[x\\](https\\://evil.example)"),
            ("www.evil.example", "www\\.evil.example"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("**bold** _it_ `code`", "\\*\\*bold\\*\\* \\_it\\_ \\`code\\`"),
            ("# h", "\\# h"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("0.1.0", "0.1.0"),
            ("row. 12", "row. 12"),
            ("a\nb", "a‹U+000A›b"),
            ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ];
        for (given, wanted) in cases {
            assert_eq!(md(given), wanted);
        }
    }

    #[test]
    fn long_texts_are_cut_visibly() {
        let long = "x".repeat(TEXT_CAP + 1);
        assert!(html_text(&long).ends_with("x..."));
        assert_eq!(cut("äöü", 2), "äö...");
        assert_eq!(cut("äöü", 3), "äöü");
    }
}
