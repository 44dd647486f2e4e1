//! Audit periods: half open, in a named zone, kept as UTC instants.

use std::fmt;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A half-open span of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First instant, microseconds since the epoch, UTC.
    pub start: i64,
    /// First instant after it, microseconds since the epoch, UTC.
    pub end: i64,
    /// As the user wrote it.
    pub label: String,
}

impl Period {
    /// Reads `2026-Q3`, `2026-07` or `2026-07-01..2026-10-01`; days begin at midnight in `zone`.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let wrong =
            || format!("expected a period such as `2026-Q3`, `2026-07` or `2026-07-01..2026-10-01`, found `{text}`");
        let (first, after) = if let Some((from, to)) = text.split_once("..") {
            (day(from).ok_or_else(wrong)?, day(to).ok_or_else(wrong)?)
        } else {
            whole(text).ok_or_else(wrong)?
        };
        if first >= after {
            return Err(format!("period `{text}` ends before it begins"));
        }
        let start = midnight(first, zone).ok_or_else(wrong)?;
        let end = midnight(after, zone).ok_or_else(wrong)?;
        Ok(Self { start, end, label: text.to_owned() })
    }

    /// All time.
    pub fn always() -> Self {
        Self { start: i64::MIN, end: i64::MAX, label: "all time".to_owned() }
    }

    /// Reads an instant: RFC 3339 with a zone, or a day for its midnight in `zone`; microseconds since the epoch.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn instant(text: &str, zone: Tz) -> Result<i64, String> {
        let exact = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros());
        let found = day(text).map_or_else(exact, |day| midnight(day, zone));
        found.ok_or_else(|| {
            format!("expected an instant such as `2026-07-01T12:00:00Z` or `2026-07-01`, found `{text}`")
        })
    }

    /// True when the instant (microseconds) lies in the period.
    pub const fn contains(&self, instant: i64) -> bool {
        self.start <= instant && instant < self.end
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// A day in exactly the form `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10 && text.is_ascii()).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

fn whole(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (year, part) = text.split_once('-')?;
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) || part.len() != 2 {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    let (month, months) = match part.strip_prefix('Q') {
        Some(quarter) => (quarter.parse::<u32>().ok().filter(|q| (1..=4).contains(q))? * 3 - 2, 3),
        None => (part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok())??, 1),
    };
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((first, first.checked_add_months(Months::new(months))?))
}

/// The first instant of a day in a zone, in microseconds UTC. Where clocks go forward over midnight that is the first instant that
/// exists. `None` = there is none.
pub(crate) fn midnight(day: NaiveDate, zone: Tz) -> Option<i64> {
    let local = day.and_time(NaiveTime::MIN);
    let instant = zone
        .from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest())
        .or_else(|| {
            zone.from_local_datetime(&day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN)).earliest()
        })?;
    Some(instant.with_timezone(&Utc).timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn periods_are_half_open_and_end_where_the_next_begins() {
        for (text, start, end) in [
            ("2026-Q3", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            ("2026-Q4", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-07", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-07-01..2026-07-02", "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"),
        ] {
            let period = Period::parse(text, Tz::UTC).unwrap();
            assert_eq!((period.start, period.end), (utc(start), utc(end)), "{text}");
            assert!(period.contains(period.start) && !period.contains(period.end));
        }
    }

    #[test]
    fn a_zone_moves_midnight_and_follows_summer_time() {
        let zone: Tz = "Europe/Zurich".parse().unwrap();
        let period = Period::parse("2026-10", zone).unwrap();
        assert_eq!(period.start, utc("2026-09-30T22:00:00Z"));
        assert_eq!(period.end, utc("2026-10-31T23:00:00Z"));
    }

    #[test]
    fn an_instant_is_exact_or_the_midnight_of_a_day() {
        let zone: Tz = "Europe/Zurich".parse().unwrap();
        assert_eq!(Period::instant("2026-10-31", zone), Ok(utc("2026-10-30T23:00:00Z")));
        assert_eq!(Period::instant("2026-10-31T12:00:00+02:00", zone), Ok(utc("2026-10-31T10:00:00Z")));
        for text in ["", "2026-10", "2026-10-31T12:00:00", "now"] {
            assert!(Period::instant(text, zone).unwrap_err().contains(&format!("found `{text}`")), "{text}");
        }
    }

    #[test]
    fn malformed_periods_are_refused() {
        for text in [
            "",
            "2026",
            "2026-Q5",
            "2026-Q0",
            "2026-13",
            "2026-7",
            "26-07",
            "2026-07-01",
            "2026-07-01..2026-07-01",
            "2026-07-02..2026-07-01",
            "2026-02-30..2026-03-01",
            "2026-07-01...2026-07-03",
            "2026-07-1..2026-07-03",
            "2026-+7",
            "2026-q3",
        ] {
            assert!(Period::parse(text, Tz::UTC).is_err(), "{text}");
        }
    }
}
