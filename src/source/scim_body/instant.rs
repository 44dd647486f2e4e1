//! Instants as gateways, tokens and snapshots spell them.

use std::borrow::Cow;

use chrono::{DateTime, LocalResult, TimeZone};
use chrono_tz::Tz;

use super::Json;
use crate::source::decode::Reason;
use crate::source::instant::{Spelled, spelled_instant};

/// Seconds, milli-, micro- and nanoseconds since the epoch tell themselves apart by size from 1973 to 5138.
const UNITS: [(f64, f64); 4] = [(1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (1e20, 1e-3)];
const LEAST: f64 = 1e8;

/// Reads RFC 3339, or seconds, milli-, micro- or nanoseconds since the epoch as number or digits. A time that is written
/// without zone is in the zone that is declared for the file, if one is.
pub(in crate::source) fn micros(value: &Json<'_>, pointer: &str, zone: Option<Tz>) -> Result<Spelled, Reason> {
    match (value, zone) {
        (Json::Number(number), _) => epoch(number, pointer),
        (Json::Text(text), _) if is_number(text) => epoch(text, pointer),
        (Json::Text(text), Some(zone)) => match spelled_instant(&format!("{text}Z"), pointer) {
            Ok(local) => zoned(local, pointer, zone),
            Err(_) => spelled_instant(text, pointer),
        },
        (Json::Text(text), None) => spelled_instant(text, pointer),
        _ => Err(value.unfit(pointer, "a time")),
    }
}

/// The instant at which clocks of the zone showed this. Of an hour that they showed twice it is not known which is meant.
fn zoned(local: Spelled, pointer: &str, zone: Tz) -> Result<Spelled, Reason> {
    let shown = DateTime::from_timestamp_micros(local.micros).map(|at| at.naive_utc());
    match shown.map(|shown| zone.from_local_datetime(&shown)) {
        Some(LocalResult::Single(at)) => Ok(Spelled { micros: at.timestamp_micros(), ..local }),
        Some(LocalResult::Ambiguous(..)) => Err(Cow::Owned(format!(
            "{pointer}: expected a time with a zone, found one that the declared zone had twice"
        ))),
        _ => {
            Err(Cow::Owned(format!("{pointer}: expected a time that the declared zone had, found one that it skipped")))
        }
    }
}

/// Reads seconds, milli-, micro- or nanoseconds since the epoch.
pub(in crate::source) fn epoch_micros(value: &Json<'_>, pointer: &str) -> Result<i64, Reason> {
    match value {
        Json::Number(text) | Json::Text(text) if is_number(text) => epoch(text, pointer).map(|s| s.micros),
        _ => Err(value.unfit(pointer, "seconds since the epoch")),
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.starts_with(|c: char| c.is_ascii_digit())
}

fn epoch(number: &str, pointer: &str) -> Result<Spelled, Reason> {
    let wrong =
        || Cow::Owned(format!("{pointer}: expected seconds or milliseconds since the epoch, found another number"));
    let value = number.parse::<f64>().map_err(|_| wrong())?;
    let (_, factor) =
        UNITS.into_iter().find(|(below, _)| value < *below).filter(|_| value >= LEAST).ok_or_else(wrong)?;
    // Whole numbers keep their last digit, which a float of nanoseconds would lose.
    let micros = match number.parse::<i64>() {
        Ok(whole) if factor >= 1.0 => whole.saturating_mul(rounded(factor)),
        Ok(whole) => whole / 1000,
        Err(_) => rounded(value * factor),
    };
    Ok(Spelled { micros, rewritten: false })
}

fn rounded(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "rounded before, and below 1e17 by the units")]
    let whole = value.round() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_zone_are_in_the_declared_one() {
        let berlin = |text: &'static str| micros(&Json::Text(text.into()), "/ts", Some(Tz::Europe__Berlin));
        for (text, expected) in [
            ("2026-07-01T10:00:00", 1_782_892_800_000_000),
            ("2026-07-01 10:00:00.5", 1_782_892_800_500_000),
            ("2026-07-01T08:00:00Z", 1_782_892_800_000_000),
            ("1782892800", 1_782_892_800_000_000),
        ] {
            assert_eq!(berlin(text).unwrap().micros, expected, "{text}");
        }
        assert!(berlin("2026-10-25 02:30:00").unwrap_err().ends_with("had twice"));
        assert!(berlin("2026-03-29 02:30:00").unwrap_err().ends_with("it skipped"));
    }

    #[test]
    fn units_are_told_apart_by_size() {
        for (spelled, expected) in [
            ("1782892800", 1_782_892_800_000_000),
            ("1782892800.353", 1_782_892_800_353_000),
            ("1782892800353", 1_782_892_800_353_000),
            ("1782892800353.25", 1_782_892_800_353_250),
            ("1782892800353123", 1_782_892_800_353_123),
            ("1782892800353123456", 1_782_892_800_353_123),
        ] {
            assert_eq!(micros(&Json::Number(spelled.into()), "/ts", None).unwrap().micros, expected, "{spelled}");
            assert_eq!(micros(&Json::Text(spelled.into()), "/ts", None).unwrap().micros, expected, "{spelled}");
            assert_eq!(epoch_micros(&Json::Text(spelled.into()), "/ts").unwrap(), expected, "{spelled}");
        }
        for spelled in ["0", "99999999", "1e400", "1.2.3", "-5"] {
            assert!(micros(&Json::Number(spelled.into()), "/ts", None).is_err(), "{spelled}");
            assert!(micros(&Json::Text(spelled.into()), "/ts", None).is_err(), "{spelled}");
        }
    }
}
