//! Instants as gateways, tokens and snapshots spell them.

use std::borrow::Cow;

use super::Json;
use crate::source::decode::Reason;
use crate::source::instant::{Spelled, spelled_instant};

/// Seconds, milli-, micro- and nanoseconds since the epoch tell themselves apart by size from 1973 to 5138.
const UNITS: [(f64, f64); 4] = [(1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (1e20, 1e-3)];
const LEAST: f64 = 1e8;

/// Reads RFC 3339, or seconds, milli-, micro- or nanoseconds since the epoch as number or digits.
pub(in crate::source) fn micros(value: &Json<'_>, pointer: &str) -> Result<Spelled, Reason> {
    match value {
        Json::Number(number) => epoch(number, pointer),
        Json::Text(text) if is_number(text) => epoch(text, pointer),
        Json::Text(text) => spelled_instant(text, pointer),
        _ => Err(value.unfit(pointer, "a time")),
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
    fn units_are_told_apart_by_size() {
        for (spelled, expected) in [
            ("1782892800", 1_782_892_800_000_000),
            ("1782892800.353", 1_782_892_800_353_000),
            ("1782892800353", 1_782_892_800_353_000),
            ("1782892800353.25", 1_782_892_800_353_250),
            ("1782892800353123", 1_782_892_800_353_123),
            ("1782892800353123456", 1_782_892_800_353_123),
        ] {
            assert_eq!(micros(&Json::Number(spelled.into()), "/ts").unwrap().micros, expected, "{spelled}");
            assert_eq!(micros(&Json::Text(spelled.into()), "/ts").unwrap().micros, expected, "{spelled}");
            assert_eq!(epoch_micros(&Json::Text(spelled.into()), "/ts").unwrap(), expected, "{spelled}");
        }
        for spelled in ["0", "99999999", "1e400", "1.2.3", "-5"] {
            assert!(micros(&Json::Number(spelled.into()), "/ts").is_err(), "{spelled}");
            assert!(micros(&Json::Text(spelled.into()), "/ts").is_err(), "{spelled}");
        }
    }
}
