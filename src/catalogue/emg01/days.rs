//! Business days.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;

/// The first instant after so many business days, of which the first is the one after that of `time`; in microseconds.
pub(super) fn after(time: i64, count: u64, zone: Tz, holidays: &BTreeSet<NaiveDate>) -> i64 {
    let Some(instant) = DateTime::from_timestamp_micros(time) else { return i64::MAX };
    let mut day = instant.with_timezone(&zone).date_naive();
    let mut left = count;
    while left > 0 {
        let Some(next) = day.checked_add_days(Days::new(1)) else { return i64::MAX };
        day = next;
        let is_off = matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || holidays.contains(&day);
        left -= u64::from(!is_off);
    }
    midnight_after(day, zone).unwrap_or(i64::MAX)
}

// Where clocks are put forward at midnight the day begins an hour late.
fn midnight_after(day: NaiveDate, zone: Tz) -> Option<i64> {
    let next = day.checked_add_days(Days::new(1))?;
    let at = |hour| zone.from_local_datetime(&next.and_time(NaiveTime::from_hms_opt(hour, 0, 0)?)).earliest();
    at(0).or_else(|| at(1)).map(|instant| instant.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn business_days_leave_out_weekends_and_holidays_and_keep_to_the_zone() {
        let monday = BTreeSet::from([NaiveDate::from_ymd_opt(2026, 7, 6).unwrap()]);
        let berlin = chrono_tz::Europe::Berlin;
        for (from, count, zone, holidays, until) in [
            ("2026-07-01T10:00:00Z", 2, Tz::UTC, &BTreeSet::new(), "2026-07-04T00:00:00Z"),
            ("2026-07-02T10:00:00Z", 2, Tz::UTC, &BTreeSet::new(), "2026-07-07T00:00:00Z"),
            ("2026-07-04T10:00:00Z", 1, Tz::UTC, &BTreeSet::new(), "2026-07-07T00:00:00Z"),
            ("2026-07-03T10:00:00Z", 1, Tz::UTC, &monday, "2026-07-08T00:00:00Z"),
            ("2026-07-01T22:30:00Z", 1, berlin, &BTreeSet::new(), "2026-07-03T22:00:00Z"),
            ("2026-07-01T10:00:00Z", 0, Tz::UTC, &BTreeSet::new(), "2026-07-02T00:00:00Z"),
        ] {
            assert_eq!(after(instant(from), count, zone, holidays), instant(until), "{from} {count}");
        }
    }
}
