//! The spellings of an instant that sources use, to microseconds since the epoch, UTC.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::decode::Reason;
use super::loose::Loose;

/// Milliseconds below this lie before 1973: what looks like them are seconds.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;
/// Milliseconds above this lie after the year 5000: what looks like them are micro- or nanoseconds.
const MOST_MILLISECONDS: i64 = 100_000_000_000_000;
/// 1970-01-01 in days of the common era.
const EPOCH_DAY: i64 = 719_163;

/// An instant in text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelled {
    /// Microseconds since the epoch, UTC.
    pub(super) micros: i64,
    /// True = `YYYY-MM-DD HH:MM:SS[.f]`, which no source writes: another system has rewritten it.
    pub(super) rewritten: bool,
}

/// Reads RFC 3339 with a zone, or the form with a blank and without zone that other systems re-export, taken as UTC.
pub(super) fn spelled_instant(text: &str, pointer: &str) -> Result<Spelled, Reason> {
    let wrong = |what: &str| Cow::Owned(format!("{pointer}: expected an RFC 3339 time with a zone, found {what}"));
    let bytes = text.as_bytes();
    let parsed = local_micros(bytes).and_then(|(local, rest)| Some((local, zone_micros(rest)?)));
    let rewritten = bytes.get(10) == Some(&b' ');
    match parsed {
        None => Err(wrong("something else")),
        Some((_, Zone::None)) if !rewritten => Err(wrong("one without zone")),
        Some((local, Zone::None)) => Ok(Spelled { micros: local, rewritten }),
        Some((local, Zone::Ahead(by))) => Ok(Spelled { micros: local - by, rewritten }),
    }
}

enum Zone {
    None,
    Ahead(i64),
}

/// Microseconds of date and time, and what follows them.
fn local_micros(b: &[u8]) -> Option<(i64, &[u8])> {
    if b.len() < 19 || [b[4], b[7], b[13], b[16]] != *b"--::" || !matches!(b[10], b'T' | b't' | b' ') {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(&b[..4])?).ok()?,
        u32::try_from(number(&b[5..7])?).ok()?,
        u32::try_from(number(&b[8..10])?).ok()?,
    )?;
    let (hour, minute, second) = (number(&b[11..13])?, number(&b[14..16])?, number(&b[17..19])?);
    // 60 is a leap second; the next minute's first second stands for it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = (i64::from(date.num_days_from_ce()) - EPOCH_DAY) * 86_400 + hour * 3600 + minute * 60 + second;
    let (fraction, rest) = fraction_micros(&b[19..])?;
    Some((seconds * 1_000_000 + fraction, rest))
}

/// Microseconds of a fraction of one to nine digits; what is finer is cut off.
fn fraction_micros(b: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = b.split_first() else {
        return Some((0, b));
    };
    let length = digits.iter().take_while(|d| d.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let micros = (0..6).fold(0, |sum, at| sum * 10 + if at < length { i64::from(digits[at] - b'0') } else { 0 });
    Some((micros, &digits[length..]))
}

fn zone_micros(b: &[u8]) -> Option<Zone> {
    match b {
        [] => Some(Zone::None),
        [b'Z' | b'z'] => Some(Zone::Ahead(0)),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            let ahead = (hours * 60 + minutes) * 60_000_000;
            (hours < 24 && minutes < 60).then_some(Zone::Ahead(if *sign == b'+' { ahead } else { -ahead }))
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, d| d.is_ascii_digit().then(|| sum * 10 + i64::from(d - b'0')))
}

/// Reads milliseconds since the epoch: a number in any spelling, or a string of digits.
pub(super) fn epoch_milliseconds(value: &Loose<'_>, pointer: &str) -> Result<i64, Reason> {
    let wrong = |what| Cow::Owned(format!("{pointer}: expected milliseconds since the epoch, found {what}"));
    let whole = value.whole().map_err(wrong)?;
    let milliseconds = whole.ok_or_else(|| Cow::Owned(format!("{pointer}: missing")))?;
    match milliseconds {
        ..LEAST_MILLISECONDS => Err(wrong("a number too small for them: these look like seconds")),
        MOST_MILLISECONDS.. => Err(wrong("a number too large for them: these look like micro- or nanoseconds")),
        _ => Ok(milliseconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_and_the_re_exported_form_are_read() {
        for (text, micros, rewritten) in [
            ("1970-01-01T00:00:00Z", 0, false),
            ("2026-07-01T08:00:00.353Z", 1_782_892_800_353_000, false),
            ("2026-07-01T10:00:00.353+02:00", 1_782_892_800_353_000, false),
            ("2026-07-01T02:30:00.353-05:30", 1_782_892_800_353_000, false),
            ("2026-07-01 08:00:00.353", 1_782_892_800_353_000, true),
            ("2026-07-01 08:00:00.353000000", 1_782_892_800_353_000, true),
            ("2026-07-01 08:00:00", 1_782_892_800_000_000, true),
            ("2026-07-01T08:00:00.123456789Z", 1_782_892_800_123_456, false),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999, false),
            ("1969-12-31T23:59:59.5Z", -500_000, false),
        ] {
            assert_eq!(spelled_instant(text, "/t"), Ok(Spelled { micros, rewritten }), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        let zone = "/t: expected an RFC 3339 time with a zone, found one without zone";
        assert_eq!(spelled_instant("2026-07-01T00:00:00.000", "/t").unwrap_err(), zone);
        for text in [
            "",
            "redacted",
            "2026-07-01",
            "2026-02-30T00:00:00Z",
            "2026-07-01T24:00:00Z",
            "2026-07-01T00:00:00.Z",
            "2026-07-01T00:00:00.1234567890Z",
            "2026-07-01T00:00:00+0200",
            "2026-07-01T00:00:00 UTC",
            "01/07/2026 00:00:00",
            "2026-07-01T00:00:00Zé",
        ] {
            let reason = spelled_instant(text, "/t").unwrap_err();
            assert!(reason.ends_with("found something else"), "{text}: {reason}");
        }
    }

    #[test]
    fn epoch_milliseconds_are_told_from_other_units() {
        let number = |n: &'static str| epoch_milliseconds(&Loose::Number(n.into()), "/timestamp");
        for spelled in ["1782892800353", "1782892800353.0", "1.782892800353e12", "1782892800353000E-3"] {
            assert_eq!(number(spelled), Ok(1_782_892_800_353), "{spelled}");
        }
        assert_eq!(epoch_milliseconds(&Loose::Text("1782892800353".into()), "/timestamp"), Ok(1_782_892_800_353));
        for (spelled, end) in [
            ("1782892800", "look like seconds"),
            ("-1", "look like seconds"),
            ("1782892800353000", "micro- or nanoseconds"),
            ("1e400", "micro- or nanoseconds"),
            ("1782892800353.5", "not whole"),
        ] {
            assert!(number(spelled).unwrap_err().ends_with(end), "{spelled}");
        }
        assert_eq!(epoch_milliseconds(&Loose::Null, "/timestamp").unwrap_err(), "/timestamp: missing");
        assert!(epoch_milliseconds(&Loose::Text("noon".into()), "/timestamp").is_err());
        assert!(epoch_milliseconds(&Loose::Bool(true), "/timestamp").is_err());
    }
}
