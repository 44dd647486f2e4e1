//! A line of text: which layout it is in, and its fields.

use std::borrow::Cow;
use std::collections::HashMap;

use super::clock::leading;
use super::fields::{Fields, Layout, Log, known};
use super::{pairs, pipes};
use crate::event::Text;
use crate::source::decode::Reason;

/// The fields of a line.
pub(super) fn fields(line: &str) -> Result<Fields<'_>, Reason> {
    if let Some(event) = cef_event(line) {
        return cef(event);
    }
    plain(line).or_else(|reason| behind_header(line).map_or(Err(reason), plain))
}

/// The record behind what syslog puts before it, which may begin with a time, too.
fn behind_header(line: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    let starts =
        line.char_indices().take_while(|(at, _)| *at < LONGEST).filter(|(_, c)| *c == ' ').map(|(at, _)| at + 1);
    let mut records = starts.filter_map(|at| line.get(at..));
    records.find(|record| {
        leading(record).is_some_and(|(_, rest)| rest.trim_start().starts_with('|') || pairs::quoted(rest).is_some())
    })
}

fn plain(line: &str) -> Result<Fields<'_>, Reason> {
    let Some((time, rest)) = leading(line) else {
        return match pairs::quoted(line) {
            Some(list) => Fields::keyed(Layout::Pairs, list),
            None => Err(Cow::Borrowed(
                "expected a line that begins with a time, found another: it belongs to the line above, or to another log",
            )),
        };
    };
    let rest = rest.trim_start();
    if let Some(rest) = rest.strip_prefix('|') {
        return pipes::fields(time, rest);
    }
    let Some(list) = pairs::quoted(rest) else {
        return Err(Cow::Borrowed(
            "expected fields between pipes or key=\"value\" behind the time, found free text: server.log and provisioner.log \
             hold no audit records",
        ));
    };
    // The time at the beginning of the line is the log's own.
    let others = list.into_iter().filter(|(key, _)| known(key).is_none_or(|(name, _)| name != "time"));
    Fields::keyed(Layout::Pairs, std::iter::once((Cow::Borrowed("time"), Cow::Borrowed(time))).chain(others))
}

/// The event without what syslog puts before it. Where fields stand before it, it is part of one of them.
fn cef_event(line: &str) -> Option<&str> {
    let (before, event) = line.split_at_checked(line.find("CEF:")?)?;
    let stands_free = before.is_empty() || before.ends_with(|c: char| c.is_ascii_whitespace());
    (stands_free && !before.contains(['|', '='])).then_some(event)
}

fn cef(event: &str) -> Result<Fields<'_>, Reason> {
    let mut header = Vec::new();
    let mut rest = event;
    while header.len() < 7 {
        let Some(at) = unescaped_pipe(rest) else {
            return Err(Cow::Borrowed("expected the seven header fields of CEF, found fewer"));
        };
        let (field, behind) = rest.split_at(at);
        header.push(field);
        rest = behind.strip_prefix('|').unwrap_or(behind);
    }
    let is = |place: usize, name: &str| header.get(place).is_some_and(|field| field.trim().eq_ignore_ascii_case(name));
    if !is(1, "Ping Identity") || !is(2, "PingFederate") {
        return Err(Cow::Borrowed("expected Ping Identity PingFederate in the header of CEF, found another product"));
    }
    let list = pairs::escaped(rest).ok_or("expected key=value in the extension of CEF, found something else")?;
    let labels: HashMap<&str, Text<'_>> =
        list.iter().filter_map(|(key, value)| Some((key.strip_suffix("Label")?, value.clone()))).collect();
    let signature = header.get(4).copied().unwrap_or_default();
    let mut named = vec![("event", pairs::unescaped(Cow::Borrowed(signature)))];
    for (key, value) in list {
        let label = labels.get(key).map(AsRef::as_ref);
        let Some(name) = cef_name(key, label) else { continue };
        if named.iter().any(|(taken, _)| *taken == name) {
            return Err(Cow::Owned(format!("`{name}` stands twice in one record")));
        }
        named.push((name, value));
    }
    Ok(Fields::new(Log::Audit, Layout::Cef, named))
}

fn unescaped_pipe(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|b| {
        let ends = b == b'|' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })
}

/// The name of a field by its key in the extension; that of a custom string by its label.
fn cef_name(key: &str, label: Option<&str>) -> Option<&'static str> {
    let by_label = [
        ("Target Application URL", "app"),
        ("Connection ID", "connectionid"),
        ("Protocol", "protocol"),
        ("Role", "role"),
        ("AdapterID", "adapterid"),
        ("Adapter ID", "adapterid"),
        ("Description", "description"),
    ];
    let by_key = [
        ("rt", "time"),
        ("duid", "subject"),
        ("src", "ip"),
        ("msg", "status"),
        ("dvchost", "host"),
        ("externalId", "trackingid"),
        ("requestClientApplication", "useragent"),
    ];
    match label {
        Some(label) => by_label.iter().find(|(l, _)| l.eq_ignore_ascii_case(label.trim())).map(|(_, name)| *name),
        None => by_key.iter().find(|(k, _)| *k == key).map(|(_, name)| *name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stands_alone_or_behind_syslog() {
        let record = "2026-07-01 10:00:00,000 event=\"SSO\" subject=\"alice\" role=\"IdP\" status=\"success\"";
        for header in
            ["<14>Jul  1 12:00:01 pf1 ", "Jul 11 12:00:01 pf1 ", "<14>1 2026-07-01T10:00:01.452Z pf1 pf - - - "]
        {
            assert_eq!(behind_header(&format!("{header}{record}")), Some(record), "{header}");
        }
        for line in ["<14>Jul  1 12:00:01 pf1 hello", "at 2026-07-01 10:00:00,000 nothing was done", record] {
            assert_eq!(behind_header(line), None, "{line}");
        }
    }

    #[test]
    fn an_event_in_cef_stands_alone_or_behind_syslog() {
        for line in ["CEF:0|a", "<134>Jul  1 04:00:01 pf1 CEF:0|a", "2026-07-01T10:00:00Z pf1 CEF:0|a"] {
            assert_eq!(cef_event(line), Some("CEF:0|a"), "{line}");
        }
        for line in [
            "xCEF:0|a",
            "2026-07-01 10:00:00,000| CEF:0|a",
            "2026-07-01 10:00:00,000 event=SSO description=\" CEF:0|a\"",
        ] {
            assert_eq!(cef_event(line), None, "{line}");
        }
    }
}
