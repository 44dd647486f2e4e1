//! What a file is when it holds no records, told in words that help.

/// Names the likely kind of a file that is not JSON, from its first bytes.
pub(super) fn cause(head: &[u8]) -> String {
    if let Some(name) = archive(head) {
        return format!("the file looks like {name}, not JSON: unpack it first");
    }
    let signatures: [(&[u8], &str); 8] = [
        (b"PAR1", "Parquet"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"Obj\x01", "Avro"),
        (b"\xff\xfe\0\0", "UTF-32 text"),
        (b"\0\0\xfe\xff", "UTF-32 text"),
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
    if let Some(reason) = preamble(first) {
        return reason.to_owned();
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

/// The kind of archive that a file is: what it packs may be stored as it stands, and look like lines of records.
pub(super) fn archive(head: &[u8]) -> Option<&'static str> {
    const TAR: usize = 257;
    match head {
        _ if head.starts_with(b"PK\x03\x04") => Some("a zip archive"),
        _ if head.starts_with(b"7z\xbc\xaf\x27\x1c") => Some("a 7z archive"),
        _ if head.get(TAR..).is_some_and(|rest| rest.starts_with(b"ustar")) => Some("a tar archive"),
        _ => None,
    }
}

/// What stands before the JSON that a text holds.
fn preamble(first: &[u8]) -> Option<&'static str> {
    let line = first.trim_ascii();
    let is_json = |text: &[u8]| text.starts_with(b"{") && text.ends_with(b"}");
    let json = line.iter().position(|b| *b == b'{').map_or(&b""[..], |at| &line[at..]);
    match line {
        _ if line.starts_with(b"\x1e") => {
            Some("the file is a sequence of JSON texts (RFC 7464), each behind a byte 1E: take those bytes out")
        }
        _ if line.starts_with(b"HTTP/") => {
            Some("the file begins with the headers of an HTTP answer: keep only its body")
        }
        _ if is_json(json) => {
            Some("each line has something before its JSON, such as the header of syslog: keep only the JSON")
        }
        _ => None,
    }
}

// `<14>` is how a line of syslog begins.
fn is_markup(line: &[u8]) -> bool {
    line.get(1).is_some_and(|second| second.is_ascii_alphabetic() || matches!(second, b'!' | b'?' | b'/'))
}
