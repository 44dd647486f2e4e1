//! Times as exports write them: with a zone, in a zone that the column or the file names, or as a portal shows them.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::source::dates::{Clock, Dates, Either, number, slashed};
use crate::source::decode::Reason;
use crate::source::instant::{Spelled, epoch_milliseconds, spelled_instant};
use crate::source::loose::Loose;

/// The zone of a time that is written without one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zone {
    /// The column says UTC.
    Utc,
    /// What is declared for the file; `None` = nothing.
    Declared(Option<Tz>),
}

/// The instant of a field. Milliseconds since the epoch are read too, as some tools write them where the column held a time.
pub(super) fn instant(value: &Loose<'_>, pointer: &str, zone: Zone, dates: Dates) -> Result<Spelled, Reason> {
    let text = match value {
        Loose::Text(text) if text.len() < 12 || !text.bytes().all(|b| b.is_ascii_digit()) => text.trim(),
        Loose::Text(_) | Loose::Number(_) => {
            return Ok(Spelled { micros: epoch_milliseconds(value, pointer)?.saturating_mul(1000), rewritten: true });
        }
        other => return Err(other.unfit(pointer, "a time")),
    };
    let text = text.strip_suffix(" UTC").map_or(Cow::Borrowed(text), |head| Cow::Owned(format!("{head}Z")));
    let text = text.as_ref();
    match spelled_instant(text, pointer) {
        // With a blank and without zone it is UTC, unless somebody says otherwise.
        Ok(spelled) => match zone {
            Zone::Declared(Some(zone)) if is_zoneless(text) => {
                Ok(Spelled { micros: in_zone(spelled.micros, zone, pointer)?, ..spelled })
            }
            _ => Ok(spelled),
        },
        Err(reason) => match spelled_instant(&format!("{text}Z"), pointer) {
            Ok(spelled) => settled(spelled.micros, false, zone, pointer),
            Err(_) => match shown(&text.replace('Z', " UTC"), dates) {
                None => Err(reason),
                Some(Err(Either)) => Err(Either::reason(pointer)),
                Some(Ok((micros, is_utc))) => settled(micros, is_utc, zone, pointer),
            },
        },
    }
}

fn is_zoneless(text: &str) -> bool {
    let behind = text.as_bytes().get(19..).unwrap_or_default();
    behind.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

fn settled(micros: i64, is_utc: bool, zone: Zone, pointer: &str) -> Result<Spelled, Reason> {
    let micros = match zone {
        _ if is_utc => micros,
        Zone::Utc => micros,
        Zone::Declared(Some(zone)) => in_zone(micros, zone, pointer)?,
        Zone::Declared(None) => {
            return Err(Cow::Owned(format!(
                "{pointer}: expected a time with a zone, found one without: export in UTC, or declare the file's zone"
            )));
        }
    };
    Ok(Spelled { micros, rewritten: true })
}

/// The instant of a clock's reading, given as if it were UTC.
fn in_zone(micros: i64, zone: Tz, pointer: &str) -> Result<i64, Reason> {
    let local = DateTime::from_timestamp_micros(micros).map(|t| zone.from_local_datetime(&t.naive_utc()));
    local.and_then(|t| t.single()).map(|t| t.timestamp_micros()).ok_or_else(|| {
        Cow::Owned(format!("{pointer}: expected a time, found one that the file's zone has twice or not at all"))
    })
}

/// Reads `7/1/2026, 8:00:00.000 AM` or `01/07/2026, 08:00:00.000`, and whether it ends with UTC.
fn shown(text: &str, dates: Dates) -> Option<Result<(i64, bool), Either>> {
    let mut words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let date = words.next()?;
    let (hour, minute, second, nanos) = clock(words.next()?)?;
    let mut next = words.next();
    let half = next.and_then(|word| ["AM", "PM"].iter().position(|half| half.eq_ignore_ascii_case(word)));
    let style = Clock { half: next.filter(|_| half.is_some()), has_comma: text.contains(',') };
    let hour = match half {
        None => hour,
        Some(half) => {
            next = words.next();
            (1..=12).contains(&hour).then(|| hour % 12 + if half == 1 { 12 } else { 0 })?
        }
    };
    let is_utc = match next {
        None => false,
        Some(zone) if ["UTC", "GMT", "Z"].iter().any(|z| z.eq_ignore_ascii_case(zone)) => true,
        Some(_) => return None,
    };
    if words.next().is_some() {
        return None;
    }
    match slashed(date, style, dates)? {
        Ok(date) => date.and_hms_nano_opt(hour, minute, second, nanos).map(|time| Ok((micros(time), is_utc))),
        Err(either) => Some(Err(either)),
    }
}

fn micros(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp_micros()
}

fn clock(word: &str) -> Option<(u32, u32, u32, u32)> {
    let (word, fraction) = word.split_once('.').unwrap_or((word, "0"));
    let mut parts = word.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    let scale = 10u32.checked_pow(9u32.checked_sub(u32::try_from(fraction.len()).ok()?)?)?;
    let nanos = number(fraction, 9)?.checked_mul(scale)?;
    parts.next().is_none().then_some((hour, minute, second, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dates::DateOrder;

    const EIGHT: i64 = 1_782_892_800_000_000;

    fn read(text: &'static str, zone: Zone) -> Result<Spelled, Reason> {
        instant(&Loose::Text(text.into()), "/t", zone, Dates::OfPrograms)
    }

    #[test]
    fn a_zone_is_in_the_text_in_the_header_or_declared() {
        let nothing = Zone::Declared(None);
        let berlin = Zone::Declared(Some(Tz::Europe__Berlin));
        for (text, zone, micros) in [
            ("2026-07-01T08:00:00Z", nothing, EIGHT),
            ("2026-07-01T10:00:00.000+02:00", nothing, EIGHT),
            ("2026-07-01 08:00:00.000", nothing, EIGHT),
            ("2026-07-01 10:00:00", berlin, EIGHT),
            ("2026-07-01 08:00:00.000 UTC", berlin, EIGHT),
            ("2026-07-01T08:00:00.000", Zone::Utc, EIGHT),
            ("2026-07-01T10:00:00.000", berlin, EIGHT),
            ("7/1/2026, 8:00:00.000 AM", Zone::Utc, EIGHT),
            ("7/1/2026, 8:00:00.000\u{202f}AM", Zone::Utc, EIGHT),
            ("7/1/2026, 8:00:00.5 PM UTC", nothing, EIGHT + 43_200_500_000),
            ("7/1/2026, 10:00:00.000 AM", berlin, EIGHT),
            ("7/1/2026, 12:00:00 AM", Zone::Utc, EIGHT - 28_800_000_000),
            ("07/01/2026 08:00", Zone::Utc, EIGHT),
            ("1782892800000", nothing, EIGHT),
        ] {
            assert_eq!(read(text, zone).map(|s| s.micros), Ok(micros), "{text}");
        }
    }

    #[test]
    fn what_leaves_the_instant_open_is_refused() {
        let nothing = Zone::Declared(None);
        for text in ["7/1/2026, 8:00:00.000 AM", "2026-07-01T08:00:00"] {
            assert!(read(text, nothing).unwrap_err().contains("declare the file's zone"), "{text}");
        }
        let berlin = Zone::Declared(Some(Tz::Europe__Berlin));
        for text in ["10/25/2026, 2:30:00 AM", "3/29/2026, 2:30:00 AM"] {
            assert!(read(text, berlin).unwrap_err().ends_with("twice or not at all"), "{text}");
        }
        for text in [
            "13/13/2026, 8:00:00 AM",
            "07/01/2026, 08:00",
            "7/1/2026, 13:00:00 AM",
            "7/1/26, 8:00:00 AM",
            "7/1/2026",
            "7/1/2026, 8 AM",
            "8:00",
        ] {
            assert!(read(text, Zone::Utc).is_err(), "{text}");
        }
        let day_first = Dates::Told(DateOrder::DayFirst);
        let read = |text: &'static str| instant(&Loose::Text(text.into()), "/t", Zone::Utc, day_first);
        assert_eq!(read("01/07/2026, 08:00:00.000").map(|s| s.micros), Ok(EIGHT));
        assert!(instant(&Loose::Bool(true), "/t", Zone::Utc, Dates::OfPrograms).is_err());
    }
}
