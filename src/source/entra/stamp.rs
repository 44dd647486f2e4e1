//! The spellings of a time that collectors of Entra's logs have met. A time without zone is UTC.

use std::borrow::Cow;

use super::Fields;
use crate::source::dates::{Clock, Dates, Either, number, slashed};
use crate::source::decode::Reason;
use crate::source::instant::{Spelled, spelled_instant};
use crate::source::loose::Loose;

/// A time, and what its spelling tells of the way it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Stamp {
    /// Microseconds since the epoch, UTC.
    pub(in crate::source) micros: i64,
    /// True = a spelling that Entra's own interfaces do not write.
    pub(in crate::source) rewritten: bool,
}

/// The time in the first of these fields that holds one. It counts as rewritten where any of them is.
/// `dates` is what is known of the file's dates with slashes.
pub(in crate::source) fn first_stamp(
    fields: &[(&Fields<'_>, &[&str])],
    pointer: &str,
    dates: Dates,
) -> Result<Stamp, Reason> {
    let mut found: Result<Stamp, Reason> = Err(Cow::Owned(format!("{pointer}: missing")));
    let mut rewritten = false;
    for (fields, names) in fields {
        for name in *names {
            let value = fields.get(&[name]);
            let read = match value {
                Loose::Null => continue,
                Loose::Text(text) => stamp(text, pointer, dates),
                other => Err(other.unfit(pointer, "a time")),
            };
            rewritten |= read.as_ref().is_ok_and(|stamp| stamp.rewritten);
            if found.is_err() && (read.is_ok() || found.as_ref().is_err_and(|reason| reason.ends_with("missing"))) {
                found = read;
            }
        }
    }
    found.map(|stamp| Stamp { rewritten, ..stamp })
}

fn stamp(text: &str, pointer: &str, dates: Dates) -> Result<Stamp, Reason> {
    let text = text.trim();
    let read = |text: &str| spelled_instant(text, pointer).ok();
    if let Some(Spelled { micros, rewritten }) = read(text) {
        return Ok(Stamp { micros, rewritten });
    }
    if let Some(micros) = of_powershell(text) {
        return Ok(Stamp { micros, rewritten: true });
    }
    let (clock, zone) = split_zone(text);
    let clock = match clock.contains('/').then(|| shown(clock, dates)) {
        Some(Some(Err(Either))) => return Err(Either::reason(pointer)),
        Some(shown) => shown.and_then(Result::ok).map(Cow::Owned),
        None => Some(Cow::Borrowed(clock)),
    };
    let micros = clock.and_then(|clock| read(&format!("{clock}{zone}"))).map(|spelled| spelled.micros);
    // The unified audit of Microsoft 365 writes no zone; there it is no sign of rewriting, and its reader says so.
    micros.map(|micros| Stamp { micros, rewritten: true }).ok_or_else(|| {
        Cow::Owned(format!("{pointer}: expected a time, found a string that is none of the known spellings"))
    })
}

/// `/Date(1714557600000)/`, as Windows PowerShell writes a time in JSON: milliseconds since the epoch.
fn of_powershell(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    digits.parse::<i64>().ok()?.checked_mul(1000)
}

/// Date and time, and the zone behind them; UTC where none is given.
fn split_zone(text: &str) -> (&str, &str) {
    let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock.trim_end(), "Z");
    }
    let zone = text.len().checked_sub(6).and_then(|at| Some((text.get(..at)?, text.get(at..)?)));
    match zone {
        Some((clock, zone)) if zone.starts_with(['+', '-']) && zone.contains(':') => (clock.trim_end(), zone),
        _ => (text, "Z"),
    }
}

/// `M/D/YYYY H:MM:SS[.f] [AM|PM]`, or the day before the month, with or without a comma, in the order of RFC 3339.
fn shown(text: &str, dates: Dates) -> Option<Result<String, Either>> {
    let mut parts = text.split([' ', ',']).filter(|part| !part.is_empty());
    let (date, clock, half) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (hour, rest) = clock.split_at(clock.find(':')?);
    let hour = match half {
        None => number(hour, 2).filter(|hour| *hour < 24)?,
        Some(half) => {
            let hour = number(hour, 2).filter(|hour| (1..=12).contains(hour))? % 12;
            match half.to_ascii_uppercase().as_str() {
                "AM" => hour,
                "PM" => hour + 12,
                _ => return None,
            }
        }
    };
    let seconds = if rest.matches(':').count() == 1 { ":00" } else { "" };
    let date = slashed(date, Clock { half, has_comma: text.contains(',') }, dates)?;
    Some(date.map(|date| format!("{}T{hour:02}{rest}{seconds}", date.format("%Y-%m-%d"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dates::DateOrder;

    const NINE_FORTY_ONE: i64 = 1_168_335_660_000_000;

    #[test]
    fn all_spellings_that_collectors_have_met_are_read() {
        for (text, late, rewritten) in [
            ("2007-01-09T09:41:00Z", 0, false),
            ("2007-01-09T09:41:00.12Z", 120_000, false),
            ("2007-01-09T09:41:00.1234567Z", 123_456, false),
            ("2007-01-09T09:41:00.123456789Z", 123_456, false),
            ("2007-01-09T09:41:00+00:00", 0, false),
            ("2007-01-09T11:41:00.1234567+02:00", 123_456, false),
            ("2007-01-09T09:41:00", 0, true),
            ("2007-01-09T09:41:00.1234567", 123_456, true),
            ("2007-01-09 09:41:00", 0, true),
            ("2007-01-09 09:41:00.123", 123_000, true),
            ("2007-01-09 10:41:00 +01:00", 0, true),
            ("2007-01-09 09:41:00 UTC", 0, true),
            ("01/09/2007 09:41:00", 0, true),
            ("9/1/2007 9:41:00 am", 0, true),
            ("09/01/2007, 09:41:00.000", 0, true),
            ("1/9/2007 9:41:00 AM", 0, true),
            ("1/9/2007 10:41:00 AM +01:00", 0, true),
            ("1/9/2007, 9:41:00.123 AM", 123_000, true),
            ("1/9/2007 9:41 AM", 0, true),
            ("/Date(1168335660000)/", 0, true),
        ] {
            let expected = Stamp { micros: NINE_FORTY_ONE + late, rewritten };
            let day_first = text.trim_start_matches('0').starts_with('9');
            let dates = if day_first { Dates::Told(DateOrder::DayFirst) } else { Dates::OfPrograms };
            assert_eq!(stamp(text, "/time", dates), Ok(expected), "{text}");
        }
        assert_eq!(
            stamp("1/9/2007 12:00:00 AM", "/t", Dates::OfPrograms).unwrap().micros,
            stamp("2007-01-09T00:00:00Z", "/t", Dates::OfPrograms).unwrap().micros
        );
        assert_eq!(
            stamp("1/9/2007 12:00:00 PM", "/t", Dates::OfPrograms).unwrap().micros,
            stamp("2007-01-09T12:00:00Z", "/t", Dates::OfPrograms).unwrap().micros
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "noon",
            "13/13/2007 09:41:00",
            "01/09/2007, 09:41:00",
            "1/9/2007 9:41:00 am",
            "1/9/07 9:41:00",
            "1/9/2007",
            "1/9/2007 13:00:00 PM",
            "1/9/2007 9:41:00 XM",
            "2007-01-09",
            "/Date(noon)/",
            "é/9/2007 9:41:00",
            "1/9/2007 9:41:00 AM é+01:00",
        ] {
            assert!(stamp(text, "/time", Dates::OfPrograms).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_time_counts_and_any_rewriting_is_noticed() {
        let record =
            Fields::read(r#"{"time":"1/9/2007 9:40:00 AM","a":"2007-01-09T09:41:00Z","b":"noon","c":7}"#).unwrap();
        let first = |names: &'static [&'static str]| first_stamp(&[(&record, names)], "/time", Dates::OfPrograms);
        assert_eq!(first(&["a", "time"]), Ok(Stamp { micros: NINE_FORTY_ONE, rewritten: true }));
        assert_eq!(first(&["b", "a"]), Ok(Stamp { micros: NINE_FORTY_ONE, rewritten: false }));
        assert_eq!(first(&["x"]).unwrap_err(), "/time: missing");
        assert_eq!(first(&["c"]).unwrap_err(), "/time: expected a time, found a number");
        assert!(first(&["b"]).unwrap_err().contains("none of the known spellings"));
    }
}
