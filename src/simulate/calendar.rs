//! The simulated calendar: when the period starts, when people work, and which hours the logs lost.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc, Weekday};

/// A moment in UTC. The clock of the machine is never read.
pub(super) type Instant = DateTime<Utc>;

/// 2026-07-01T00:00:00Z, a Wednesday, in seconds since 1970.
const START_SECONDS: i64 = 1_782_864_000;

/// A moment of the period: days are counted from 0.
pub(super) fn at(day: u32, hour: u32, minute: u32) -> Instant {
    let seconds = i64::from(day) * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60;
    DateTime::UNIX_EPOCH + TimeDelta::seconds(START_SECONDS + seconds)
}

/// So many seconds later.
pub(super) fn after(time: Instant, seconds: u32) -> Instant {
    time + TimeDelta::seconds(i64::from(seconds))
}

/// So many milliseconds later.
pub(super) fn after_millis(time: Instant, millis: u32) -> Instant {
    time + TimeDelta::milliseconds(i64::from(millis))
}

/// `2026-07-01T09:30:00.250Z`.
pub(super) fn instant_text(time: Instant) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `2026-07-01`.
pub(super) fn date_text(time: Instant) -> String {
    time.format("%Y-%m-%d").to_string()
}

/// True from Monday to Friday.
pub(super) fn is_working_day(day: u32) -> bool {
    !matches!(at(day, 0, 0).weekday(), Weekday::Sat | Weekday::Sun)
}

/// Where a Databricks record belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Account,
    Production,
    Sandbox,
}

impl Scope {
    /// Every scope that delivers records.
    pub(super) const ALL: [Self; 3] = [Self::Account, Self::Production, Self::Sandbox];

    /// The number in the record and in the path; the account counts as workspace 0.
    pub(super) const fn workspace_id(self) -> u64 {
        match self {
            Self::Account => 0,
            Self::Production => 4_150_000_000_000_001,
            Self::Sandbox => 4_150_000_000_000_002,
        }
    }

    /// The name that a report gives it: `account`, or the workspace id in digits.
    pub(super) fn label(self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::Production | Self::Sandbox => self.workspace_id().to_string(),
        }
    }
}

/// Which log an hour belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    Provider,
    Databricks(Scope),
}

/// Whole hours of one log that were lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    pub(super) log: Log,
    pub(super) situation: &'static str,
    pub(super) day: u32,
    pub(super) from_hour: u32,
    pub(super) to_hour: u32,
}

/// The lost hours. Each run is longer than the longest gap that a test tolerates for its scope (1 h, account 6 h).
pub(super) const OUTAGES: [Outage; 3] = [
    Outage { log: Log::Databricks(Scope::Sandbox), situation: "outage_workspace", day: 7, from_hour: 10, to_hour: 13 },
    Outage { log: Log::Provider, situation: "outage_provider", day: 8, from_hour: 9, to_hour: 16 },
    Outage { log: Log::Databricks(Scope::Account), situation: "outage_account", day: 13, from_hour: 9, to_hour: 17 },
];

/// True when the log of that moment was lost.
pub(super) fn is_lost(log: Log, time: Instant) -> bool {
    OUTAGES.iter().any(|o| o.log == log && at(o.day, o.from_hour, 0) <= time && time < at(o.day, o.to_hour, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_starts_on_a_wednesday_in_july() {
        assert_eq!(instant_text(at(0, 0, 0)), "2026-07-01T00:00:00.000Z");
        assert!(is_working_day(0));
        assert!(!is_working_day(3));
    }

    #[test]
    fn an_outage_is_half_open_and_concerns_one_log() {
        assert!(is_lost(Log::Provider, at(8, 9, 0)));
        assert!(!is_lost(Log::Provider, at(8, 16, 0)));
        assert!(!is_lost(Log::Databricks(Scope::Account), at(8, 9, 0)));
    }
}
