//! How a limit of time runs: in elapsed hours, or on business days only.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::evidence::Evidence;
use super::test::Test;
use crate::config::{Parameter, day, midnight};
use crate::correlate::kernel::Instant;
use crate::error::{Error, Result};

/// The parameters of a test whose limits may run on business days.
pub(super) const CLOCK: [Parameter; 5] = [
    Parameter {
        name: "clock",
        default: "elapsed",
        doc: "how limits run: elapsed, or business (on business days only, each of them a whole day)",
    },
    Parameter {
        name: "calendar",
        default: "",
        doc: "name of the calendar that says which days are no business days; needed for clock = business",
    },
    Parameter {
        name: "holidays",
        default: "[]",
        doc: "days of that calendar that are no business days, as YYYY-MM-DD",
    },
    Parameter { name: "weekend", default: "[\"sat\", \"sun\"]", doc: "days of the week that are no business days" },
    Parameter {
        name: "zone",
        default: "",
        doc: "time zone in which a business day begins and ends; empty = that of the report",
    },
];

/// Days on end without a business day that a calendar may have before it is taken to have none at all.
const LONGEST_BREAK: u32 = 366;

/// A clock.
#[derive(Debug)]
pub(super) enum Clock {
    /// Every hour counts.
    Elapsed,
    /// The hours of business days count, from midnight to midnight.
    Business {
        /// Name of the calendar.
        calendar: String,
        zone: Tz,
        weekend: BTreeSet<u32>,
        holidays: BTreeSet<NaiveDate>,
    },
}

impl Clock {
    /// The clock that the parameters of a test describe.
    ///
    /// # Errors
    /// [`Error::Input`] naming the parameter that is malformed or missing.
    pub(super) fn of(evidence: &Evidence<'_>, test: &Test) -> Result<Self> {
        let config = evidence.config;
        let wrong = |name: &str, what: String| Error::Input(format!("[test.\"{}\"] {name}: {what}", test.id));
        match config.text(test.id, "clock")?.as_str() {
            "elapsed" => return Ok(Self::Elapsed),
            "business" => {}
            other => return Err(wrong("clock", format!("expected elapsed or business, found `{other}`"))),
        }
        let calendar = config.text(test.id, "calendar")?;
        if calendar.trim().is_empty() {
            return Err(wrong("calendar", "clock = business needs the name of a calendar".to_owned()));
        }
        let zone = match config.text(test.id, "zone")?.as_str() {
            "" => config.zone,
            name => name.parse().map_err(|_| wrong("zone", format!("unknown time zone `{name}`")))?,
        };
        let holiday = |text: &String| {
            day(text).ok_or_else(|| wrong("holidays", format!("expected a day such as `2026-12-25`, found `{text}`")))
        };
        let weekday = |text: &String| {
            let parsed: std::result::Result<Weekday, _> = text.parse();
            let unknown = |_| wrong("weekend", format!("expected days of the week such as `sat`, found `{text}`"));
            parsed.map(|day| day.num_days_from_monday()).map_err(unknown)
        };
        let weekend: BTreeSet<u32> = config.texts(test.id, "weekend")?.iter().map(weekday).collect::<Result<_>>()?;
        if weekend.len() == 7 {
            return Err(wrong("weekend", "no day of the week is left for business".to_owned()));
        }
        let holidays = config.texts(test.id, "holidays")?.iter().map(holiday).collect::<Result<_>>()?;
        Ok(Self::Business { calendar, zone, weekend, holidays })
    }

    /// When a limit of that length (microseconds) runs out. A business clock stands still on days that are none, so that 24 hours
    /// are one business day.
    pub(super) fn due(&self, from: Instant, limit: i64) -> Instant {
        let Self::Business { zone, weekend, holidays, .. } = self else { return from.saturating_add(limit) };
        let is_business = |date: NaiveDate| {
            use chrono::Datelike;
            !weekend.contains(&date.weekday().num_days_from_monday()) && !holidays.contains(&date)
        };
        let elapsed = from.saturating_add(limit);
        let Some(first) = DateTime::from_timestamp_micros(from).map(|t| t.with_timezone(zone).date_naive()) else {
            return elapsed;
        };
        let (mut date, mut at, mut left, mut idle) = (first, from, limit, 0);
        while left > 0 && idle < LONGEST_BREAK {
            let Some(next) = date.checked_add_days(Days::new(1)) else { return elapsed };
            let Some(end) = midnight(next, *zone) else { return elapsed };
            if is_business(date) {
                idle = 0;
                if left <= end - at {
                    return at + left;
                }
                left -= end - at;
            } else {
                idle += 1;
            }
            (date, at) = (next, end);
        }
        at
    }

    /// What the report says of it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Elapsed => "Limits run in elapsed hours.".to_owned(),
            Self::Business { calendar, zone, holidays, .. } => format!(
                "Limits run on business days only, 24 hours a day, by the calendar {calendar} ({} holidays given) in time zone {zone}.",
                holidays.len()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn instant(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn a_business_clock_stands_still_at_weekends_and_on_holidays() {
        let clock = Clock::Business {
            calendar: "ch".to_owned(),
            zone: "Europe/Zurich".parse().unwrap(),
            weekend: BTreeSet::from([5, 6]),
            holidays: BTreeSet::from([NaiveDate::from_ymd_opt(2026, 8, 3).unwrap()]),
        };
        // 31 July 2026 is a Friday; in Zurich midnight is 22:00 UTC.
        for (from, hours, due) in [
            ("2026-07-30T08:00:00Z", 24, "2026-07-31T08:00:00Z"),
            ("2026-07-31T08:00:00Z", 14, "2026-07-31T22:00:00Z"),
            ("2026-07-31T08:00:00Z", 24, "2026-08-04T08:00:00Z"),
            ("2026-08-01T08:00:00Z", 4, "2026-08-04T02:00:00Z"),
            ("2026-08-01T08:00:00Z", 0, "2026-08-01T08:00:00Z"),
        ] {
            assert_eq!(clock.due(instant(from), hours * HOUR), instant(due), "{from} {hours}");
        }
        assert_eq!(Clock::Elapsed.due(5, 7), 12);
    }
}
