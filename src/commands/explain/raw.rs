//! Raw records for reading: JSON set out without changing a character of it, and records side by side.

use super::super::listing::is_unseen;

/// What stands between two records.
const BETWEEN: &str = " | ";

/// A record is given no fewer columns than this, so that few records stand beside each other on a narrow terminal.
const NARROWEST: usize = 50;

/// Deeper records are shown as they are.
const DEEPEST: usize = 64;

/// Records beside each other, as many as fit, with a title over each.
pub(super) fn side_by_side(records: &[(String, &str)], width: usize) -> Vec<String> {
    let most = ((width + BETWEEN.len()) / (NARROWEST + BETWEEN.len())).clamp(1, records.len().max(1));
    let rows = records.len().div_ceil(most).max(1);
    // As even as can be: four records on a page for three stand two by two.
    let beside = records.len().div_ceil(rows).max(1);
    let column = (width - BETWEEN.len() * (beside - 1)) / beside;
    let mut lines = Vec::new();
    for (at, row) in records.chunks(beside).enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        let columns: Vec<Vec<String>> = row.iter().map(|(title, raw)| set_out(title, raw, column)).collect();
        let height = columns.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let cells = columns.iter().map(|cells| format!("{:column$}", cells.get(line).map_or("", String::as_str)));
            lines.push(cells.collect::<Vec<_>>().join(BETWEEN).trim_end().to_owned());
        }
    }
    lines
}

fn set_out(title: &str, raw: &str, width: usize) -> Vec<String> {
    let title: String = title.chars().take(width).collect();
    let rule = "-".repeat(width);
    let shown = pretty(raw, width).unwrap_or_else(|| raw.lines().map(str::to_owned).collect());
    let cut = shown.iter().flat_map(|line| pieces(&plain(line), width));
    [title, rule].into_iter().chain(cut).collect()
}

/// What a terminal must not be told, in the escapes of JSON.
fn plain(line: &str) -> String {
    let escape = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
    };
    line.chars().map(|c| if is_unseen(c) { escape(c) } else { c.to_string() }).collect()
}

/// A line in pieces that fit; those that follow are indented further than it.
fn pieces(line: &str, width: usize) -> Vec<String> {
    let indent = (line.chars().take_while(|c| *c == ' ').count() + 4).min(width / 2);
    let mut all = vec![String::new()];
    let mut used = 0;
    for letter in line.chars() {
        if used == width {
            all.push(" ".repeat(indent));
            used = indent;
        }
        all.last_mut().into_iter().for_each(|piece| piece.push(letter));
        used += 1;
    }
    all
}

/// A JSON value, as slices of its text.
enum Node<'t> {
    Leaf(&'t str),
    Nested { open: char, close: char, members: Vec<(Option<&'t str>, Self)> },
}

/// JSON with a line for each member, and short values on one line; `None` = it is none.
fn pretty(raw: &str, width: usize) -> Option<Vec<String>> {
    let mut reader = Reader { text: raw, at: 0 };
    let node = reader.node(0)?;
    reader.skip_spaces();
    (reader.at == raw.len()).then(|| {
        let mut lines = Vec::new();
        node.lay(0, String::new(), "", width, &mut lines);
        lines
    })
}

impl Node<'_> {
    fn lay(&self, indent: usize, head: String, tail: &str, width: usize, lines: &mut Vec<String>) {
        let whole = format!("{}{head}{}{tail}", " ".repeat(indent), self.in_one_line());
        match self {
            Self::Nested { open, close, members } if whole.chars().count() > width && !members.is_empty() => {
                lines.push(format!("{}{head}{open}", " ".repeat(indent)));
                for (at, (name, value)) in members.iter().enumerate() {
                    let head = name.map_or_else(String::new, |name| format!("{name}: "));
                    value.lay(indent + 2, head, if at + 1 < members.len() { "," } else { "" }, width, lines);
                }
                lines.push(format!("{}{close}{tail}", " ".repeat(indent)));
            }
            _ => lines.push(whole),
        }
    }

    fn in_one_line(&self) -> String {
        match self {
            Self::Leaf(text) => (*text).to_owned(),
            Self::Nested { open, close, members } => {
                let member = |(name, value): &(Option<&str>, Self)| match name {
                    Some(name) => format!("{name}: {}", value.in_one_line()),
                    None => value.in_one_line(),
                };
                format!("{open}{}{close}", members.iter().map(member).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Reads JSON into slices. It takes a little more than JSON for JSON, and shows it as it is.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn next(&mut self) -> Option<u8> {
        self.skip_spaces();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn node(&mut self, depth: usize) -> Option<Node<'t>> {
        match self.next()? {
            _ if depth > DEEPEST => None,
            b'{' => self.nested(depth, '{', '}'),
            b'[' => self.nested(depth, '[', ']'),
            b'"' => self.string().map(Node::Leaf),
            _ => self.word().map(Node::Leaf),
        }
    }

    fn nested(&mut self, depth: usize, open: char, close: char) -> Option<Node<'t>> {
        self.at += 1;
        let mut members = Vec::new();
        let end = u8::try_from(close).ok()?;
        while self.next()? != end {
            if !members.is_empty() {
                self.take(b',')?;
            }
            let name = if open == '{' {
                self.skip_spaces();
                let name = self.string()?;
                self.take(b':')?;
                Some(name)
            } else {
                None
            };
            members.push((name, self.node(depth + 1)?));
        }
        self.at += 1;
        Some(Node::Nested { open, close, members })
    }

    fn string(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + usize::from(*bytes.get(start)? == b'"');
        (at > start).then_some(())?;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        self.text.get(start..self.at)
    }

    fn word(&mut self) -> Option<&'t str> {
        let rest = &self.text[self.at..];
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).unwrap_or(rest.len());
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str =
        r#"{"b":12345678901234567890123, "a": [ ], "list":["x","y\"}"],"long":{"name":"0123456789","other":null}}"#;

    #[test]
    fn json_is_set_out_in_its_own_order_and_digits() {
        let expected = [
            "{",
            "  \"b\": 12345678901234567890123,",
            "  \"a\": [],",
            "  \"list\": [\"x\", \"y\\\"}\"],",
            "  \"long\": {",
            "    \"name\": \"0123456789\",",
            "    \"other\": null",
            "  }",
            "}",
        ];
        assert_eq!(pretty(RAW, 36).unwrap(), expected);
    }

    #[test]
    fn what_is_no_json_is_shown_as_it_is() {
        for text in ["", "a,b,c", "{\"a\":1", "{\"a\":1}}", "{a:1}", "CEF:0|x"] {
            assert!(pretty(text, 40).is_none(), "{text}");
        }
        assert!(pretty(&"[".repeat(100_000), 40).is_none());
        assert_eq!(set_out("t", "a,\u{1b}[2J", 20)[2], "a,\\u001b[2J");
    }

    #[test]
    fn records_stand_beside_each_other_where_there_is_room() {
        let records = [("authority".to_owned(), "{\"a\":1}"), ("effect".to_owned(), "{\"b\":2}")];
        let wide = side_by_side(&records, 120);
        assert!(wide[0].starts_with("authority") && wide[0].contains(" | effect"), "{wide:?}");
        assert!(wide[2].starts_with("{\"a\": 1}") && wide[2].ends_with("| {\"b\": 2}"), "{wide:?}");
        let narrow = side_by_side(&records, 80);
        assert_eq!(narrow.iter().filter(|line| !line.starts_with('-')).count(), 5, "{narrow:?}");
        assert!(narrow.iter().chain(&wide).all(|line| line.chars().count() <= 120));
    }

    #[test]
    fn long_lines_go_on_indented() {
        assert_eq!(pieces("  abcdefghijklmnop", 14), ["  abcdefghijkl", "      mnop"]);
        assert_eq!(pieces("  abcdefgh", 6), ["  abcd", "   efg", "   h"], "half of a narrow column");
    }
}
