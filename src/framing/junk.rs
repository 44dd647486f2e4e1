//! What a file is when it holds no records, told in words that help.

/// Names the likely kind of a file that is not JSON, from its first bytes.
pub(super) fn cause(head: &[u8]) -> String {
    let signatures: [(&[u8], &str); 7] = [
        (b"PAR1", "Parquet"),
        (b"PK\x03\x04", "a zip archive"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"Obj\x01", "Avro"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
    ];
    if let Some((_, name)) = signatures.iter().find(|(magic, _)| head.starts_with(magic)) {
        return format!("the file looks like {name}, not JSON");
    }
    let mut lines = head.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    let second = lines.next().unwrap_or(first);
    if head.contains(&0) || std::str::from_utf8(first).is_err() {
        return "the file is binary, not JSON".to_owned();
    }
    match first.trim_ascii_start().first() {
        Some(b'<') if is_markup(first.trim_ascii_start()) => "the file looks like XML or HTML, not JSON".to_owned(),
        Some(b'#') => "the file is text, but no line of it starts a JSON record".to_owned(),
        _ if first.contains(&b',') && second.contains(&b',') => "the file looks like CSV, not JSON".to_owned(),
        _ if first.contains(&b'\t') && second.contains(&b'\t') => {
            "the file looks like tab-separated text, not JSON".to_owned()
        }
        _ => "the file is text, but no line of it starts a JSON record".to_owned(),
    }
}

// `<14>` is how a line of syslog begins.
fn is_markup(line: &[u8]) -> bool {
    line.get(1).is_some_and(|second| second.is_ascii_alphabetic() || matches!(second, b'!' | b'?' | b'/'))
}
