//! The times of PingFederate's logs: local to the server, and almost never with a zone.

use std::borrow::Cow;

use chrono::{LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::source::decode::Reason;

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Microseconds since the epoch, UTC.
    pub(super) micros: i64,
    /// True = the clocks showed this local time twice; the first time is taken.
    pub(super) ambiguous: bool,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads a time as log4j2 prints it (`yyyy-MM-dd HH:mm:ss,SSS`, in CEF `MMM dd yyyy HH:mm:ss.SSS`), or milliseconds since the
/// epoch. Without an offset of its own it is read in `zone`; without either it is refused.
pub(super) fn moment(text: &str, zone: Option<Tz>) -> Result<Moment, Reason> {
    let text = text.trim();
    if let Some(micros) = epoch_micros(text) {
        return Ok(Moment { micros, ambiguous: false });
    }
    let (local, rest) = iso(text).or_else(|| month_first(text)).ok_or_else(|| wrong("something else"))?;
    match offset(rest) {
        Some((Some(ahead), "")) => exact(local, ahead),
        Some((None, "")) => zoned(local, zone),
        _ => Err(wrong("something else")),
    }
}

/// The time at the beginning of a line, with its offset if it has one, and the rest of the line.
pub(super) fn leading(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = iso(line)?;
    let rest = offset(rest).map_or(rest, |(_, rest)| rest);
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', '|', ',']);
    ends.then(|| line.split_at(line.len() - rest.len()))
}

fn wrong(found: &str) -> Reason {
    Cow::Owned(format!("/time: expected a time like 2026-07-01 08:00:00,000, found {found}"))
}

fn exact(local: NaiveDateTime, ahead: TimeDelta) -> Result<Moment, Reason> {
    let utc = local.checked_sub_signed(ahead).ok_or_else(|| wrong("one out of range"))?;
    Ok(Moment { micros: utc.and_utc().timestamp_micros(), ambiguous: false })
}

fn zoned(local: NaiveDateTime, zone: Option<Tz>) -> Result<Moment, Reason> {
    let zone = zone.ok_or(
        "/time: expected a declared zone, found none: the log writes the server's local time; declare `zone` for this source, \
         e.g. zone = \"Europe/Berlin\"",
    )?;
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Ok(Moment { micros: at.timestamp_micros(), ambiguous: false }),
        LocalResult::Ambiguous(one, other) => Ok(Moment { micros: one.min(other).timestamp_micros(), ambiguous: true }),
        LocalResult::None => Err(Cow::Borrowed(
            "/time: expected a time that exists in the declared zone, found one that its clocks skipped",
        )),
    }
}

/// `yyyy-MM-dd HH:mm:ss`, the hour perhaps of one digit, with a fraction behind comma or point.
fn iso(text: &str) -> Option<(NaiveDateTime, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2, 2)?;
    time_of_day(date(year, month, day)?, rest.strip_prefix([' ', 'T'])?)
}

/// `MMM dd yyyy HH:mm:ss`; some locales put a point behind the month.
fn month_first(text: &str) -> Option<(NaiveDateTime, &str)> {
    let (name, rest) = text.split_at_checked(3)?;
    let month = MONTHS.iter().zip(1..).find(|(m, _)| m.eq_ignore_ascii_case(name)).map(|(_, number)| number)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let (day, rest) = digits(rest.strip_prefix(' ')?, 1, 2)?;
    let (year, rest) = digits(rest.strip_prefix(' ')?, 4, 4)?;
    time_of_day(date(year, month, day)?, rest.strip_prefix(' ')?)
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn time_of_day(date: NaiveDate, text: &str) -> Option<(NaiveDateTime, &str)> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (micros, rest) = match rest.strip_prefix([',', '.']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = fraction.split_at_checked(end)?;
            // What is finer than microseconds is cut off.
            let micros =
                digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, d| sum * 10 + u32::from(d - b'0'));
            (micros, rest)
        }
        _ => (0, rest),
    };
    Some((date.and_hms_micro_opt(hour, minute, second, micros)?, rest))
}

/// An offset to UTC, behind a blank or not. The first is `None` where there is none.
fn offset(text: &str) -> Option<(Option<TimeDelta>, &str)> {
    let tail = text.strip_prefix(' ').unwrap_or(text);
    for name in ["UTC", "GMT", "Z"] {
        if let Some(rest) =
            tail.strip_prefix(name).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        {
            return Some((Some(TimeDelta::zero()), rest));
        }
    }
    let Some(sign) = tail.chars().next().filter(|c| matches!(c, '+' | '-')) else {
        return Some((None, text));
    };
    let (hours, rest) = digits(tail.get(1..)?, 2, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':').unwrap_or(rest), 2, 2)?;
    if hours > 18 || minutes > 59 {
        return None;
    }
    let ahead = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Some((Some(if sign == '+' { ahead } else { -ahead }), rest))
}

fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    (length >= least).then(|| digits.parse().ok().map(|number| (number, rest)))?
}

/// Thirteen digits: from 2001 to 2286.
fn epoch_micros(text: &str) -> Option<i64> {
    let is_epoch = text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit());
    is_epoch.then(|| text.parse::<i64>().ok())?.and_then(|milliseconds| milliseconds.checked_mul(1000))
}

#[cfg(test)]
mod tests;
